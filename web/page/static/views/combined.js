/** Two records that were sealed with the same octets, put together: what is left when the key falls out. */

import { html } from "../vendor/preact.js";
import { secretive } from "../model/text.js";
import { tell } from "../model/words.js";

/** Octets of which one line is shown. */
const SHOWN = 24;

export const Combined = ({ attacker }) => attacker.combined.map((event) => {
  const read = attacker.recovered.find(({ n, sender }) => n > event.n && sender === event.sender);
  return html`
    <div class="combined" key=${event.n} data-combined=${event.number}>
      <p>${tell("combined what", event)}</p>
      <dl>
        <dt>${tell("combined first")}</dt><dd><${Octets} of=${event.first} /></dd>
        <dt>${tell("combined second")}</dt><dd><${Octets} of=${event.second} /></dd>
        <dt>${tell("combined sum")}</dt><dd class="sum"><${Octets} of=${event.sum} /></dd>
        <dt>${tell("combined known")}</dt><dd>“${event.known}”</dd>
        ${read ? html`<dt>${tell("combined read")}</dt><dd class="read"><${Read} of=${read.text} /></dd>` : null}
      </dl>
      <p class="quiet">${tell("combined why")}</p>
    </div>`;
});

/** The first octets, in pairs of digits. */
const Octets = ({ of }) => {
  const pairs = String(of).match(/../g) ?? [];
  return html`<code>${pairs.slice(0, SHOWN).join(" ")}${pairs.length > SHOWN ? " …" : ""}</code>`;
};

/** The canary in it is quieter than the words. */
const Read = ({ of }) => {
  const { words, canary, rest } = secretive(`“${of}”`);
  return html`${words}<span class="canary">${canary}</span>${rest}`;
};
