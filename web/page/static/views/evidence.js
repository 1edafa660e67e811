/** The events that the verdict rests on, and all the others. */

import { html, Name, tell, useState, word } from "../draw/markup.js";
import { Table, headed } from "../draw/table.js";
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
  <${Table} name=${name} kind="events" heads=${headed("number", "teller", "fact", "time")} unseen>${events.map((event) => html`
    <tr key=${event.n} class=${cited.has(event.n) ? "cited" : ""} data-event=${event.n}>
      <td class="number">${event.n}</td><td>${event.source === "console" ? word("console") : html`<${Name} actor=${event.source} />`}</td>
      <td><bdi>${narrate(event)}</bdi></td><td class="number">${(event.at / 1000).toFixed(1)} ms</td>
    </tr>`)}<//>`;
