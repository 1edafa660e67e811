/** What each party believes, beside what it holds: a belief may be wrong, a fingerprint is not. */

import { html, Name, phrase, Prose, say, tell, Value, visible } from "../draw/markup.js";
import { VICTIMS, fingerprints, peerOf } from "../model/fold.js";
import { Token } from "../draw/keys.js";
import { to } from "../lab/route.js";
import { secretive } from "../model/text.js";

/** Keys and groups shown; a hostile party may tell of any number. */
const MOST = 12;

export const Beliefs = ({ story, truths }) => {
  const keys = fingerprints(story).attacker;
  return html`
    <div class="beliefs">
      ${VICTIMS.map((role) => html`<${Victim} key=${role} role=${role} party=${story[role]} peer=${story[peerOf(role)]} stolen=${keys} truth=${truths?.[role]} />`)}
      ${story.attacker.present ? html`<${Attacker} attacker=${story.attacker} keys=${keys} />` : null}
    </div>`;
};

const Victim = ({ role, party, peer, stolen, truth }) => html`
  <section class="belief" data-party=${role}>
    <h3><${Name} actor=${role} /></h3>
    ${party.established ? html`<${Finished} role=${role} party=${party} peer=${peer} stolen=${stolen} />` : null}
    ${party.aborted ? html`<p>${phrase("belief gave-up", { reason: html`<${Reason} of=${party.aborted} />` }, { flight: party.aborted.flight })}</p>` : null}
    ${party.established || party.aborted ? null : html`<p>${tell("belief unfinished")}</p>`}
    ${truth ? html`<${So} role=${role} truth=${truth} />` : null}
  </section>`;

const quoted = (text) => html`<q><${Prose} of=${text} limit=${160} /></q>`;

/** Why a victim gave up: the check, whose facts the ladder has, or what else it was. */
const Reason = ({ of: { check, reason } }) => (check ? html`<a href=${to.check(check)}>${visible(check)}</a>` : html`<${Prose} of=${say("cause", reason ?? {}, undefined, visible) ?? ""} />`);

/** What a victim has of its mode's word, and what was so; by name, where it has the key with the right one and takes it for another. */
const So = ({ role, truth: { believes, so } }) => {
  const name = so.with === "peer" && believes.peer && believes.peer !== so.name ? so.name ?? null : null;
  return html`
  <p class="quiet" data-believes=${role}>${tell(believes.authenticated ? "belief authenticated" : "belief unauthenticated")}
    ${" "}${tell(believes.forward_secret ? "belief forward-secret" : "belief not-forward-secret")}</p>
  <p class=${so.with === "peer" && !so.read && !name ? "right" : "wrong"} data-so=${so.with}>${say("so", { ...so, party: role, peer: peerOf(role), name: name && visible(name) }, so.with)}
    ${so.read ? ` ${say("so-read", { party: role }, so.read)}` : null}</p>`;
};

const Finished = ({ role, party: { established, sent, received, closed }, peer, stolen }) => {
  const held = stolen.includes(established.fingerprint);
  return html`
    <p>${phrase("belief shares", {
      key: html`<${Token} fingerprint=${established.fingerprint} />`,
      peer: established.peer ? html`<strong><${Value} of=${established.peer} head=${40} /></strong>` : html`<em>${tell("belief somebody")}</em>`,
    })}</p>
    <p class=${held ? "wrong" : "right"}>
      ${tell(held ? "belief held" : "belief not-held")}</p>
    <p class="quiet">${phrase("belief group", {
      group: html`<${Value} of=${established.group} />`,
      offered: (established.offered ?? []).slice(0, MOST).map((group, i) => html`${i ? ", " : ""}<${Value} of=${group} />`),
    })}</p>
    ${sent[0]?.text ? html`<p data-wrote=${role}>${phrase("belief wrote", { text: quoted(sent[0].text) })}</p>` : null}
    ${received.slice(0, MOST).map((message) => html`<${Took} key=${message.n} role=${role} message=${message} wrote=${peer.sent[message.index]} />`)}
    <p class="quiet">${tell(closed ? "belief complete" : "belief counts", { sent: sent.length, received: received.length, peer: peerOf(role) })}</p>`;
};

/** What a victim took in, where it is its peer's first message or not what its peer wrote. */
const Took = ({ role, message, wrote }) => {
  const right = message.digest === wrote?.digest;
  if (!message.text || (right && message.index > 0)) return null;
  return html`
    <p class=${right ? "" : "wrong"} data-took=${role} data-right=${String(right)}>${phrase(right ? "belief took" : wrote?.text ? "belief took-other" : "belief took-foreign", {
      text: quoted(message.text), wrote: wrote?.text ? quoted(wrote.text) : null,
    }, { peer: peerOf(role) })}</p>`;
};

const Attacker = ({ attacker, keys }) => html`
  <section class="belief" data-party="attacker">
    <h3><${Name} actor="attacker" /></h3>
    ${keys.length
      ? html`<p class="line">${phrase("belief holds", { keys: keys.slice(0, MOST).map((key) => html`<${Token} key=${key} fingerprint=${key} />`) })}</p>`
      : html`<p>${tell("belief no-key")}</p>`}
    ${attacker.recovered.map((read) => html`<${Loot} key=${read.n} read=${read} />`)}
    ${attacker.recovered.length ? null : html`<p>${tell("belief read-nothing")}</p>`}
  </section>`;

/** The words, and behind them the canary, which proves that they were read. */
export const Secret = ({ of }) => {
  const { words, canary, rest } = secretive(of);
  return html`<${Prose} of=${words} limit=${160} />${canary ? html`<small class="canary" title=${tell("belief canary")}><${Prose} of=${canary} /></small>` : null}${rest}`;
};

const Loot = ({ read }) => html`
  <p data-recovered=${read.sender}>
    ${phrase("belief loot", { text: html`<q class="loot"><${Secret} of=${read.text} /></q>` }, { sender: read.sender, live: read.live })}
    ${read.proof ? html`
      ${" "}<small class="proof" title=${tell("belief hashes")}>${tell("belief proven", { sender: read.sender })}</small>` : null}</p>`;
