/** A mode's flights as a table: who sends what, and what is done before and after. */

import { html } from "../vendor/preact.js";
import { Name } from "../draw/cast.js";
import { VICTIMS } from "../model/fold.js";
import { tell } from "../model/words.js";

/** `of` names the table, where a page has several. */
export const Flights = ({ flights, of = null }) => html`
  <div class="scroll" tabindex="0" role="region" aria-label=${[tell("head flights"), of].filter(Boolean).join(" ")}>
    <table class="flights">
      <thead><tr>${["flight", "from", "carries", "happens"].map((head) => html`<th key=${head}>${tell(`head ${head}`)}</th>`)}</tr></thead>
      <tbody>
        ${flights.flatMap((flight) => flight.messages.map((message, i) => html`
          <tr key=${`${flight.number} ${i}`}>
            <td class="number">${i === 0 ? flight.number : null}</td>
            <td>${i === 0 ? html`<${Name} actor=${flight.from} />` : null}</td>
            <td><code>${message.kind}</code><${Fields} of=${message.fields ?? []} /></td>
            <td><${Steps} of=${message.steps ?? []} /></td>
          </tr>`))}
      </tbody>
    </table>
  </div>`;

const Fields = ({ of }) => html`
  <dl class="fields">
    ${of.map(({ name, value, sort }) => html`
      <div key=${name}><dt><code>${name}</code></dt><dd><code>${value}</code> <small>${sort}</small></dd></div>`)}
  </dl>`;

const Steps = ({ of }) => html`
  <ul class="steps">
    ${of.map(({ party, text }, i) => html`
      <li key=${i} class="line">
        ${(party === "both" ? VICTIMS : [party]).map((actor) => html`<${Name} key=${actor} actor=${actor} />`)}
        <code>${text}</code></li>`)}
  </ul>`;
