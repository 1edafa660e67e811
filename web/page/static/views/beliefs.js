/** What each party believes, beside what it holds: a belief may be wrong, a fingerprint is not. */

import { html } from "../vendor/preact.js";
import { Name } from "../draw/cast.js";
import { VICTIMS, fingerprints, peerOf } from "../model/fold.js";
import { Token } from "../draw/keys.js";
import { count, secretive } from "../model/text.js";
import { Prose, Value } from "../draw/value.js";

/** Keys and groups shown; a hostile party may tell of any number. */
const MOST = 12;

export const Beliefs = ({ story }) => {
  const keys = fingerprints(story).attacker;
  return html`
    <div class="beliefs">
      ${VICTIMS.map((role) => html`<${Victim} key=${role} role=${role} party=${story[role]} peer=${story[peerOf(role)]} stolen=${keys} />`)}
      ${story.attacker.present ? html`<${Attacker} attacker=${story.attacker} keys=${keys} />` : null}
    </div>`;
};

const Victim = ({ role, party, peer, stolen }) => html`
  <section class="belief" data-party=${role}>
    <h3><${Name} actor=${role} /></h3>
    ${party.established ? html`<${Finished} role=${role} party=${party} peer=${peer} stolen=${stolen} />` : null}
    ${party.aborted ? html`<p>gave up in flight ${party.aborted.flight}: <${Prose} of=${party.aborted.reason} /></p>` : null}
    ${party.established || party.aborted ? null : html`<p>has not finished the handshake.</p>`}
  </section>`;

const Finished = ({ role, party: { established, sent, received, closed }, peer, stolen }) => {
  const held = stolen.includes(established.fingerprint);
  return html`
    <p>believes that it shares <${Token} fingerprint=${established.fingerprint} />${" with "}
      ${established.peer
        ? html`<strong><${Value} of=${established.peer} head=${40} /></strong>`
        : html`<em>somebody: the mode proves no name</em>`}.</p>
    <p class=${held ? "wrong" : "right"}>
      ${held ? "In truth the attacker holds this key." : "The attacker does not hold this key."}</p>
    <p class="quiet">${"Group "}<${Value} of=${established.group} />${", out of "}
      ${(established.offered ?? []).slice(0, MOST).map((group, i) => html`${i ? ", " : ""}<${Value} of=${group} />`)}.</p>
    ${sent[0]?.text ? html`<p data-wrote=${role}>wrote <q><${Prose} of=${sent[0].text} limit=${160} /></q></p>` : null}
    ${received.slice(0, MOST).map((message) => html`<${Took} key=${message.n} role=${role} message=${message} wrote=${peer.sent[message.index]} />`)}
    <p class="quiet">Sent ${count(sent.length, "message")}, accepted ${count(received.length, "message")}${closed
      ? `, and takes the ${peerOf(role)}'s stream for complete` : ""}.</p>`;
};

/** What a victim took in, where it is its peer's first message or not what its peer wrote. */
const Took = ({ role, message, wrote }) => {
  const right = message.digest === wrote?.digest;
  if (!message.text || (right && message.index > 0)) return null;
  return html`
    <p class=${right ? "" : "wrong"} data-took=${role} data-right=${String(right)}>read <q><${Prose} of=${message.text} limit=${160} /></q>${
      right ? null : wrote?.text ? html`, where the ${peerOf(role)} wrote <q><${Prose} of=${wrote.text} limit=${160} /></q>` : `, which the ${peerOf(role)} did not write`}</p>`;
};

const Attacker = ({ attacker, keys }) => html`
  <section class="belief" data-party="attacker">
    <h3><${Name} actor="attacker" /></h3>
    ${keys.length
      ? html`<p class="line">holds ${keys.slice(0, MOST).map((key) => html`<${Token} key=${key} fingerprint=${key} />`)}</p>`
      : html`<p>holds no key.</p>`}
    ${attacker.recovered.map((read) => html`<${Loot} key=${read.n} read=${read} />`)}
    ${attacker.recovered.length ? null : html`<p>read nothing.</p>`}
  </section>`;

/** The words, and behind them the canary, which proves that they were read. */
const Loose = ({ of }) => {
  const { words, canary, rest } = secretive(of);
  return html`<${Prose} of=${words} limit=${160} />${canary ? html`<small class="canary" title="The canary: a fresh secret of the sender, by which it is proven that this was read."><${Prose} of=${canary} /></small>` : null}${rest}`;
};

const Loot = ({ read }) => html`
  <p data-recovered=${read.sender}>
    ${`read the ${read.sender}'s message${read.live ? "" : " from its recording"}: `}
    <q class="loot"><${Loose} of=${read.text} /></q>
    ${read.proof ? html`
      <small class="proof" title="The text hashes to the digest that the victim published before it sent it.">
        proven: its SHA-256 is the one that the ${read.sender} published</small>` : null}</p>`;
