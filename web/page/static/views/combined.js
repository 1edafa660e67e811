/** Two records that were sealed with the same octets, put together: what is left when the key falls out. */

import { html, tell } from "../draw/markup.js";
import { Secret } from "./beliefs.js";

/** Octets of which one line is shown. */
const SHOWN = 24;

export const Combined = ({ attacker }) => attacker.combined.map((event) => {
  const read = attacker.recovered.find(({ n, sender }) => n > event.n && sender === event.sender);
  return html`
    <div class="combined" key=${event.n} data-combined=${event.number}>
      <p>${tell("combined what", event)}</p>
      <dl>
        ${["first", "second", "sum"].map((name) => html`<dt>${tell(`combined ${name}`)}</dt><dd class=${name}><${Octets} of=${event[name]} /></dd>`)}
        <dt>${tell("combined known")}</dt><dd>“${event.known}”</dd>
        ${read ? html`<dt>${tell("combined read")}</dt><dd class="read">“<${Secret} of=${read.text} />”</dd>` : null}
      </dl>
      <p class="quiet">${tell("combined why")}</p>
    </div>`;
});

/** The first octets, in pairs of digits. */
const Octets = ({ of }) => {
  const pairs = String(of).match(/../g) ?? [];
  return html`<code>${pairs.slice(0, SHOWN).join(" ")}${pairs.length > SHOWN ? " …" : ""}</code>`;
};
