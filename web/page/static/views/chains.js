/** The certificate chains of a session: as sent and as received, and where the judgement of each fails. */

import { html } from "../vendor/preact.js";
import { Name } from "../draw/cast.js";
import { PublicKey } from "../draw/keys.js";
import { to } from "../lab/route.js";
import { count, shorten } from "../model/text.js";
import { day, standing } from "../model/timeline.js";
import { Validity, commonName } from "../draw/validity.js";
import { Prose, Value } from "../draw/value.js";

/** The chains of `session`, as a part of its page. */
export const Certificates = ({ chains, session }) => html`
  <section class="panel" id="certificates"><h2>The certificates</h2>
    <${Chains} chains=${chains} verdict=${session.verdict} without=${session.without} /></section>`;

/** `chains` as the lab gives them; `verdict` of the session, and the checks that its scenario switches off. */
export const Chains = ({ chains, verdict, without = [] }) => html`
  ${chains.map((shown) => html`<${Shown} key=${shown.owner} shown=${shown} verdict=${verdict} without=${without} />`)}`;

const Shown = ({ shown: { owner, judge, sent, received, replaced }, verdict, without }) => {
  const peer = owner === "server" ? "client" : "server";
  if (!sent && !received) return html`<p class="empty">No chain of the ${owner} was sent.</p>`;
  const decided = verdict?.kind === "stopped" && verdict.party === peer ? verdict.check : null;
  const same = sent && received && !replaced;
  const word = !received ? "Nothing" : !sent ? "Presented" : spotless(received, without) ? "In its place" : "Forged";
  const sides = same
    ? [{ key: "both", title: html`As the <${Name} actor=${owner} /> sent it, and as it was received`, name: `the ${owner}'s`, chain: received, live: true }]
    : [
      { key: "sent", title: html`Genuine: as the <${Name} actor=${owner} /> sent it`, name: "genuine", chain: sent },
      { key: "received", title: html`${word}: as it reached the <${Name} actor=${peer} />`, name: word.toLowerCase(), chain: received, live: true },
    ];
  const shown = sides.filter(({ chain }) => chain);
  const genuine = sent && replaced ? new Set(sent.path.map((link) => link.certificate?.fingerprint)) : null;
  const foreign = (link) => genuine !== null && !link.trusted && !genuine.has(link.certificate?.fingerprint);
  return html`
    <section class="chains" data-owner=${owner} data-replaced=${String(replaced)} aria-label=${`Certificates of the ${owner}`}>
      ${judge ? html`<${Bench} judge=${judge} owner=${owner} />` : html`<p class="quiet">By what the ${peer} judges is not told; so nothing here is judged.</p>`}
      <div class=${same ? "one-chain" : "pair-of-chains"}>
        ${sides.map(({ key, title, chain, live }) => html`
          <section key=${key} class="chain" data-chain=${key} data-accepted=${String(chain?.accepted ?? null)}>
            <h3>${title}</h3>
            ${chain ? html`<${Tree} chain=${chain} judge=${judge} decided=${live ? decided : null} without=${without}
              foreign=${live ? foreign : () => false} />`
              : html`<p class="empty">${key === "sent" ? `The ${owner} sent none in this session.` : `None reached the ${peer}.`}</p>`}
          </section>`)}
      </div>
      ${judge ? html`<${Validity} now=${judge.now} groups=${shown.map(({ name, chain }) => ({ title: name, links: topDown(chain) }))} />` : null}
    </section>`;
};

/** No check finds a fault with it, those included that the scenario switches off: it is genuine, though somebody else's. */
const spotless = (chain, without) =>
  chain.path.every((link) => link.steps.every((step) => step.status === "passed" || (step.status === "skipped" && !without.includes(step.check))));

const Bench = ({ judge, owner }) => html`
  <p class="bench">The <${Name} actor=${judge.party} /> wants ${judge.name ? html`<strong><${Value} of=${judge.name} /></strong>` : html`<strong>any certified ${owner}</strong>`},
    on ${day(judge.now)}, and trusts ${judge.anchors.map((anchor, i) => html`${i ? ", " : ""}<strong key=${i}><bdi>${commonName(anchor)}</bdi></strong>`)}${judge.anchors.length ? "" : "nobody"};
    it has ${count(judge.revocation_lists, "revocation list")}${judge.pins ? ` and ${count(judge.pins, "pinned key")}` : ""}.</p>`;

const topDown = (chain) => [...chain.path].reverse();

/** `foreign(link)`: whether its owner's own chain lacks it. */
const Tree = ({ chain, judge, decided, without, foreign }) => {
  const links = topDown(chain);
  const failed = chain.path.flatMap((link) => link.steps).find((step) => step.status === "failed" || step.status === "unsupported");
  return html`
    ${chain.accepted === null ? null : html`<p class=${`taken ${chain.accepted ? "yes" : "no"}`} data-taken=${String(chain.accepted)}>
      <span class="sign" aria-hidden="true">${chain.accepted ? "✓ " : "✕ "}</span>${chain.accepted ? "passes every check that is on" : html`fails at ${failed ? html`<a href=${to.check(failed.check)}>${failed.check}</a>` : "a check"}`}</p>`}
    ${chain.valid_under ? html`<p class="quiet" data-valid-under=${chain.valid_under}>By RFC 5280 alone it is valid: what fails are rules for
      public authorities, by which a private one is seldom bound.</p>` : null}
    <ol class="tree">
      ${chain.anchored === false ? html`<li class="certificate missing"><p><strong>No trust anchor</strong></p>
        <p class="quiet">Nothing leads to ${judge?.anchors.length ? judge.anchors.map(commonName).join(" or ") : "anybody whom it trusts"}.</p></li>` : null}
      ${links.map((link, i) => html`
        <${Certificate} key=${i} link=${link} judge=${judge} leaf=${i === links.length - 1} decided=${decided} without=${without}
          foreign=${foreign(link)} above=${i > 0 || chain.anchored === false} />`)}
    </ol>
    ${chain.superfluous.length ? html`<p class="quiet">Presented too, and of no use: ${chain.superfluous.map((link, i) => html`${i ? ", " : ""}
      <bdi key=${i}>${link.certificate ? commonName(link.certificate.subject) : "something unreadable"}</bdi>`)}.</p>` : null}`;
};

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
        ${LOUD.has(signed.status) ? " not signed by it" : signed.status === "skipped" ? " signature not asked for" : " signed"}</p>` : null}
      <p class="line title"><strong><bdi>${certificate ? commonName(certificate.subject) : "Unreadable"}</bdi></strong>
        <span class="part">${part}</span>
        ${foreign ? html`<span class="part foreign">not in the genuine chain</span>` : null}
        ${link.trusted ? html`<span class="quiet">trusted${judge ? ` by the ${judge.party}` : ""}</span>` : null}</p>
      ${fault ? html`<p class="fault"><${Prose} of=${fault} /></p>` : null}
      ${loud.map((step) => html`<${Failing} key=${step.check} step=${step} deciding=${step.check === decided} />`)}
      ${certificate ? html`<${Facts} certificate=${certificate} fingerprint=${key} link=${link} judge=${judge} />` : null}
      ${off.filter((step) => without.includes(step.check)).map((step) => html`<${Skipped} key=${step.check} step=${step} />`)}
      ${calm.length ? html`<details class="calm"><summary>${count(calm.length, "check")} passed</summary>
        <ul>${calm.map((step) => html`<li key=${step.check}><a href=${to.check(step.check)}>${step.check}</a>: <${Prose} of=${step.observed} limit=${160} /></li>`)}</ul></details>` : null}
    </li>`;
};

const Failing = ({ step, deciding }) => html`
  <div class="step-failed" data-failed=${step.check} data-deciding=${String(deciding)}>
    <p class="line"><span class="sign" aria-hidden="true">✕</span> <a href=${to.check(step.check)}>${step.check}</a>
      <strong>${step.status === "unsupported" ? "cannot be decided" : deciding ? "failed: this stopped it" : "failed"}</strong></p>
    <dl class="facts"><dt>wanted</dt><dd><${Value} of=${step.expected} head=${90} beside=${step.observed} /></dd>
      <dt>found</dt><dd><${Value} of=${step.observed} head=${90} beside=${step.expected} /></dd>
      <dt>so</dt><dd><${Prose} of=${step.why} /></dd></dl>
  </div>`;

const Skipped = ({ step }) => html`
  <div class="step-skipped" data-skipped=${step.check}>
    <p class="line"><span class="sign" aria-hidden="true">~</span> <a href=${to.check(step.check)}>${step.check}</a> <strong>switched off</strong></p>
    <dl class="facts"><dt>would want</dt><dd><${Value} of=${step.expected} head=${90} beside=${step.observed} /></dd>
      <dt>would find</dt><dd><${Value} of=${step.observed} head=${90} beside=${step.expected} /></dd></dl>
  </div>`;

const MOST = 6;

const Facts = ({ certificate, fingerprint, link, judge }) => {
  const { names, permitted, excluded } = certificate;
  const revoked = link.steps.find((step) => step.check === "cert-revoked");
  return html`
    <dl class="facts">
      <dt>subject</dt><dd><${Prose} of=${certificate.subject} limit=${120} /></dd>
      <dt>issuer</dt><dd><${Prose} of=${certificate.issuer} limit=${120} /></dd>
      <dt>key</dt><dd>${fingerprint ? html`<${PublicKey} fingerprint=${fingerprint} />` : null} ${shorten(certificate.key.replace(/^an? /, ""), 60)}${link.pinned ? ", pinned" : ""}</dd>
      <dt>valid</dt><dd><time>${day(certificate.not_before)}</time> to <time>${day(certificate.not_after)}</time>${judge ? html`, <${Standing} certificate=${certificate} now=${judge.now} />` : null}</dd>
      ${names.length ? html`<dt>names</dt><dd><${List} of=${names} /></dd>` : null}
      <dt>may</dt><dd>${certificate.authority ? `sign certificates${Number.isFinite(certificate.path_length) ? `, with at most ${certificate.path_length} ${certificate.path_length === 1 ? "authority" : "authorities"} below it` : ""}` : "not sign certificates"}${
        certificate.key_usage ? html`; <${Prose} of=${certificate.key_usage} limit=${80} />` : null}${
        certificate.purposes ? html`; for <${Prose} of=${certificate.purposes} limit=${80} />` : null}</dd>
      ${permitted.length ? html`<dt>only within</dt><dd><${List} of=${permitted} /></dd>` : null}
      ${excluded.length ? html`<dt>never within</dt><dd><${List} of=${excluded} /></dd>` : null}
      ${revoked ? html`<dt>revocation</dt><dd><${Prose} of=${revoked.observed} limit=${120} /></dd>` : null}
    </dl>`;
};

const Standing = ({ certificate, now }) => {
  const { state, words } = standing(certificate, now);
  return state === "valid" ? html`<span class="right">${words}</span>` : html`<strong class="wrong">${words}</strong>`;
};

const List = ({ of }) => html`${of.slice(0, MOST).map((text, i) => html`${i ? ", " : ""}<${Value} key=${i} of=${text} head=${40} />`)}${
  of.length > MOST ? ` and ${of.length - MOST} more` : ""}`;
