/** The events that the verdict rests on, and all the others. */

import { html, useState } from "../vendor/preact.js";
import { Name } from "../draw/cast.js";
import { tell, word } from "../model/words.js";
import { narrate } from "../model/narrate.js";

const MOST = 500;

export const Evidence = ({ events, cited = [] }) => {
  const [open, setOpen] = useState(false);
  const rests = new Set(cited);
  const grounds = events.filter((event) => rests.has(event.n));
  return html`
    ${grounds.length ? html`<${Events} name=${tell("session evidence-events")} events=${grounds} cited=${rests} />`
      : html`<p class="empty">${tell("session uncited", { count: cited.length })}</p>`}
    <details open=${open} onToggle=${(event) => setOpen(event.target.open)} class="all-events">
      <summary>${tell("session all-events-count", { count: events.length })}</summary>
      ${open ? html`<${Events} name=${tell("session all-events")} events=${events.slice(0, MOST)} cited=${rests} />` : null}
      ${open && events.length > MOST ? html`<p class="quiet">${tell("session first-of", { most: MOST, count: events.length })}</p>` : null}
    </details>`;
};

const Events = ({ name, events, cited }) => html`
  <div class="scroll" tabindex="0" role="region" aria-label=${name}><table class="events">
    <thead class="unseen"><tr>${["number", "teller", "fact", "time"].map((head) => html`<th key=${head}>${tell(`head ${head}`)}</th>`)}</tr></thead>
    <tbody>${events.map((event) => html`
      <tr key=${event.n} class=${cited.has(event.n) ? "cited" : ""} data-event=${event.n}>
        <td class="number">${event.n}</td><td>${event.source === "console" ? word("console") : html`<${Name} actor=${event.source} />`}</td>
        <td><bdi>${narrate(event)}</bdi></td><td class="number">${(event.at / 1000).toFixed(1)} ms</td>
      </tr>`)}</tbody>
  </table></div>`;
