/** What each party believes, beside what it holds: a belief may be wrong, a fingerprint is not. */

import { html } from "./vendor/preact.js";
import { Name } from "./cast.js";
import { VICTIMS, fingerprints, peerOf } from "./fold.js";
import { Token } from "./keys.js";
import { count } from "./text.js";
import { Prose, Value } from "./value.js";

export const Beliefs = ({ story }) => {
  const keys = fingerprints(story);
  return html`
    <div class="beliefs">
      ${VICTIMS.map((role) => html`<${Victim} key=${role} role=${role} party=${story[role]} attacker=${keys.attacker} />`)}
      ${story.attacker.present ? html`<${Attacker} attacker=${story.attacker} keys=${keys.attacker} />` : null}
    </div>`;
};

const Victim = ({ role, party, attacker }) => {
  const { established, aborted, closed, sent, received } = party;
  return html`
    <section class="belief" data-party=${role}>
      <h3><${Name} actor=${role} /></h3>
      ${established ? html`
        <p>believes that it shares <${Token} fingerprint=${established.fingerprint} /> with
          ${" "}${established.peer ? html`<strong><${Value} of=${established.peer} head=${40} /></strong>` : html`<em>somebody: the mode proves no name</em>`}.</p>
        <p class=${attacker.includes(established.fingerprint) ? "wrong" : "right"}>
          ${attacker.includes(established.fingerprint) ? "In truth the attacker holds this key." : "The attacker does not hold this key."}</p>
        <p class="quiet">Group <${Value} of=${established.group} />, out of ${(established.offered ?? []).slice(0, 12).map((group, i) => html`${i ? ", " : ""}<${Value} of=${group} />`)}.</p>`
        : aborted ? null : html`<p>has not finished the handshake.</p>`}
      ${aborted ? html`<p>gave up in flight ${aborted.flight}: <${Prose} of=${aborted.reason} /></p>` : null}
      ${established ? html`<p class="quiet">Sent ${count(sent.length, "message")}, accepted ${count(received.length, "message")}
        ${closed ? `, and takes the ${peerOf(role)}'s stream for complete` : ""}.</p>` : null}
    </section>`;
};

const Attacker = ({ attacker, keys }) => html`
  <section class="belief" data-party="attacker">
    <h3><${Name} actor="attacker" /></h3>
    <p>${keys.length ? html`holds ${keys.slice(0, 8).map((key) => html`<${Token} key=${key} fingerprint=${key} />`)}` : "holds no key."}</p>
    ${attacker.recovered.map((read) => html`
      <p key=${read.n} data-recovered=${read.sender}>${`read the ${read.sender}'s message${read.live ? "" : " from its recording"}: `}
        <q class="loot"><${Prose} of=${read.text} limit=${160} /></q>
        ${read.proof ? html`<small class="proof" title="The text hashes to the digest that the victim published before it sent it.">
          proven: its SHA-256 is the one that the ${read.sender} published</small>` : null}</p>`)}
    ${attacker.recovered.length ? null : html`<p>read nothing.</p>`}
  </section>`;
