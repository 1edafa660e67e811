/** The certificate chains of a session: as sent and as received, and where the judgement of each fails. */

import { html, Name, phrase, Prose, say, shorten, tell, Value, visible } from "../draw/markup.js";
import { Facts, contrast } from "../draw/table.js";
import { PublicKey } from "../draw/keys.js";
import { to } from "../lab/route.js";
import { day, standing } from "../model/timeline.js";
import { Validity, commonName } from "../draw/validity.js";

/** The chains of `session`, as a part of its page. */
export const Certificates = ({ chains, session }) => html`
  <section class="panel" id="certificates"><h2>${tell("chain certificates")}</h2>
    <${Chains} chains=${chains} verdict=${session.verdict} without=${session.without} /></section>`;

/** `chains` as the lab gives them; `verdict` of the session, and the checks that its scenario switches off; `alone` where nobody sent another. */
export const Chains = ({ chains, verdict, without = [], alone = false }) => html`
  ${chains.map((shown) => html`<${Shown} key=${shown.owner} shown=${shown} verdict=${verdict} without=${without} alone=${alone} />`)}`;

const Shown = ({ shown: { owner, judge, sent, received, replaced }, verdict, without, alone }) => {
  const peer = owner === "server" ? "client" : "server";
  if (!sent && !received) return html`<p class="empty">${tell("chain none", { owner })}</p>`;
  const decided = verdict?.kind === "stopped" && verdict.party === peer ? verdict.check : null;
  const same = sent && received && !replaced;
  const came = !received ? "nothing" : !sent ? "presented" : spotless(received, without) ? "in-its-place" : "forged";
  const sides = same
    ? [{ key: "both", title: phrase("chain same", { owner: html`<${Name} actor=${owner} />` }), name: tell("chain own", { owner }), chain: received, live: true }]
    : [
      { key: "sent", title: phrase("chain sent", { owner: html`<${Name} actor=${owner} />` }), name: tell("chain genuine"), chain: sent },
      { key: "received", title: phrase(`chain ${came}`, { peer: html`<${Name} actor=${peer} />` }), name: tell(`chain ${came}-short`), chain: received, live: true },
    ].filter(({ chain }) => chain || !alone);
  const shown = sides.filter(({ chain }) => chain);
  const genuine = sent && replaced ? new Set(sent.path.map((link) => link.certificate?.fingerprint)) : null;
  const foreign = (link) => genuine !== null && !link.trusted && !genuine.has(link.certificate?.fingerprint);
  return html`
    <section class="chains" data-owner=${owner} data-replaced=${String(replaced)} aria-label=${tell("chain of", { owner })}>
      ${judge ? html`<${Bench} judge=${judge} owner=${owner} />` : html`<p class="quiet">${tell("chain unjudged", { peer })}</p>`}
      <div class=${sides.length === 1 ? "one-chain" : "pair-of-chains"}>
        ${sides.map(({ key, title, chain, live }) => html`
          <section key=${key} class="chain" data-chain=${key} data-accepted=${String(chain?.accepted ?? null)}>
            <h3>${title}</h3>
            ${chain ? html`<${Tree} chain=${chain} judge=${judge} decided=${live ? decided : null} without=${without}
              foreign=${live ? foreign : () => false} />`
              : html`<p class="empty">${key === "sent" ? tell("chain sent-none", { owner }) : tell("chain reached-none", { peer })}</p>`}
          </section>`)}
      </div>
      ${judge ? html`<${Validity} now=${judge.now} groups=${shown.map(({ name, chain }) => ({ title: name, links: topDown(chain) }))} />` : null}
    </section>`;
};

/** No check finds a fault with it, those included that the scenario switches off: it is genuine, though somebody else's. */
const spotless = (chain, without) =>
  chain.path.every((link) => link.steps.every((step) => step.status === "passed" || (step.status === "skipped" && !without.includes(step.check))));

const Bench = ({ judge, owner }) => html`
  <p class="bench">${phrase("chain bench", {
    party: html`<${Name} actor=${judge.party} />`,
    name: html`<strong>${judge.name ? html`<${Value} of=${judge.name} />` : tell("chain anybody", { owner })}</strong>`,
    anchors: judge.anchors.length ? judge.anchors.map((anchor, i) => html`${i ? ", " : ""}<strong key=${i}><bdi>${commonName(anchor)}</bdi></strong>`) : tell("chain nobody"),
  }, { day: day(judge.now), lists: judge.revocation_lists, pins: judge.pins || null })}</p>`;

const topDown = (chain) => [...chain.path].reverse();

/** `foreign(link)`: whether its owner's own chain lacks it. */
const Tree = ({ chain, judge, decided, without, foreign }) => {
  const links = topDown(chain);
  const failed = chain.path.flatMap((link) => link.steps).find((step) => step.status === "failed" || step.status === "unsupported");
  return html`
    ${chain.accepted === null ? null : html`<p class=${`taken ${chain.accepted ? "yes" : "no"}`} data-taken=${String(chain.accepted)}>
      <span class="sign" aria-hidden="true">${chain.accepted ? "✓ " : "✕ "}</span>${chain.accepted ? tell("chain passes") : phrase("chain fails", { check: failed ? html`<a href=${to.check(failed.check)}>${failed.check}</a>` : tell("chain a-check") })}</p>`}
    ${chain.valid_under ? html`<p class="quiet" data-valid-under=${chain.valid_under}>${tell("chain valid-for-users")}</p>` : null}
    <ol class="tree">
      ${chain.anchored === false ? html`<li class="certificate missing"><p><strong>${tell("chain no-anchor")}</strong></p>
        <p class="quiet">${tell("chain leads-nowhere", { anchors: judge?.anchors.map(commonName) ?? [] })}</p></li>` : null}
      ${links.map((link, i) => html`
        <${Certificate} key=${i} link=${link} judge=${judge} leaf=${i === links.length - 1} decided=${decided} without=${without}
          foreign=${foreign(link)} above=${i > 0 || chain.anchored === false} />`)}
    </ol>
    ${chain.superfluous.length ? html`<p class="quiet">${phrase("chain superfluous", { list: chain.superfluous.map((link, i) => html`${i ? ", " : ""}
      <bdi key=${i}>${link.certificate ? commonName(link.certificate.subject) : tell("chain something")}</bdi>`) })}</p>` : null}`;
};

/** What a step found, in the words of a family, whole. */
const told = (family, step) => say(family, step.reason, undefined, visible) ?? "";

const LOUD = new Set(["failed", "unsupported"]);

const Certificate = ({ link, judge, leaf, above, foreign, decided, without }) => {
  const { certificate, fault, key, steps } = link;
  const loud = steps.filter((step) => LOUD.has(step.status));
  const off = steps.filter((step) => step.status === "skipped");
  const calm = steps.filter((step) => step.status === "passed");
  const part = link.trusted ? "trust anchor" : leaf ? "leaf" : "authority";
  const signed = steps.find((step) => step.check === "cert-chain");
  return html`
    <li class=${`certificate ${link.trusted ? "anchor" : ""} ${foreign ? "foreign" : ""} ${loud.length ? "wrong" : ""}`} data-part=${part} data-subject=${certificate?.subject}>
      ${above && signed ? html`<p class=${`signed ${LOUD.has(signed.status) ? "no" : ""}`}>
        <span aria-hidden="true">${LOUD.has(signed.status) ? "✕" : signed.status === "skipped" ? "~" : "↓"}</span>
        ${" "}${tell(LOUD.has(signed.status) ? "chain not-signed" : signed.status === "skipped" ? "chain not-asked" : "chain signed")}</p>` : null}
      <p class="line title"><strong><bdi>${certificate ? commonName(certificate.subject) : tell("chain unreadable")}</bdi></strong>
        <span class="part">${tell(`part ${part.replace(" ", "-")}`)}</span>
        ${foreign ? html`<span class="part foreign">${tell("chain foreign")}</span>` : null}
        ${link.trusted ? html`<span class="quiet">${tell("chain trusted", { party: judge?.party })}</span>` : null}</p>
      ${fault ? html`<p class="fault"><${Prose} of=${say("problem", fault, "whole", visible)} /></p>` : null}
      ${loud.map((step) => html`<${Loud} key=${step.check} step=${step} deciding=${step.check === decided} />`)}
      ${certificate ? html`<${Told} certificate=${certificate} fingerprint=${key} link=${link} judge=${judge} />` : null}
      ${off.filter((step) => without.includes(step.check)).map((step) => html`<${Loud} key=${step.check} step=${step} />`)}
      ${calm.length ? html`<details class="calm"><summary>${tell("chain passed", { count: calm.length })}</summary>
        <ul>${calm.map((step) => html`<li key=${step.check}><a href=${to.check(step.check)}>${step.check}</a>: <${Prose} of=${told("found", step)} limit=${160} /></li>`)}</ul></details>` : null}
    </li>`;
};

/** A step that failed, or that the scenario skips. */
const Loud = ({ step, deciding = false }) => {
  const { check, status } = step;
  const off = status === "skipped";
  const names = (off ? ["ladder would-want", "ladder would-find"] : ["ladder wanted", "ladder found"]).map((name) => tell(name));
  return html`
    <div class=${off ? "step-skipped" : "step-failed"} data-skipped=${off ? check : undefined} data-failed=${off ? undefined : check} data-deciding=${off ? undefined : String(deciding)}>
      <p class="line"><span class="sign" aria-hidden="true">${off ? "~" : "✕"}</span> <a href=${to.check(check)}>${check}</a>
        <strong>${tell(deciding && status === "failed" ? "chain stopped-it" : `status ${status}`)}</strong></p>
      <${Facts} of=${[...contrast(names, [told("wanted", step), told("found", step)], 90), !off && [tell("chain so"), html`<${Prose} of=${told("why", step)} />`]]} />
    </div>`;
};

const MOST = 6;

/** What a certificate says. */
const Told = ({ certificate, fingerprint, link, judge }) => {
  const { subject, issuer, key, names, permitted, excluded, authority, path_length: most, key_usage: usage, purposes, not_before: from, not_after: until } = certificate;
  const revoked = link.steps.find((step) => step.check === "cert-revoked");
  const prose = (of, limit) => html`<${Prose} of=${of} limit=${limit} />`;
  const list = (name, of) => of.length > 0 && [tell(name), html`<${List} of=${of} />`];
  return html`<${Facts} of=${[
    [tell("fact subject"), prose(subject, 120)],
    [tell("fact issuer"), prose(issuer, 120)],
    [tell("fact key"), html`${fingerprint ? html`<${PublicKey} fingerprint=${fingerprint} />` : null} ${shorten(say("key", key, undefined, visible).replace(/^an? /, ""), 60)}${link.pinned ? tell("fact pinned") : ""}`],
    [tell("fact valid"), html`${phrase("fact period", { from: html`<time>${day(from)}</time>`, until: html`<time>${day(until)}</time>` })}${judge ? html`, <${Standing} certificate=${certificate} now=${judge.now} />` : null}`],
    list("fact names", names),
    [tell("fact may"), html`${tell(authority ? "fact signs" : "fact signs-not", { most })}${usage ? html`; ${prose(usage, 80)}` : null}${
      purposes ? html`; ${phrase("fact for", { purposes: prose(purposes.join(", "), 80) })}` : null}`],
    list("fact only-within", permitted),
    list("fact never-within", excluded),
    revoked && [tell("fact revocation"), prose(told("found", revoked), 120)],
  ]} />`;
};

const Standing = ({ certificate, now }) => {
  const { state, words } = standing(certificate, now);
  return state === "valid" ? html`<span class="right">${words}</span>` : html`<strong class="wrong">${words}</strong>`;
};

const List = ({ of }) => html`${of.slice(0, MOST).map((text, i) => html`${i ? ", " : ""}<${Value} key=${i} of=${text} head=${40} />`)}${
  of.length > MOST ? ` ${tell("diagram more", { count: of.length - MOST })}` : ""}`;
