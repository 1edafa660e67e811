/** The attacker's recipe, and the step that it is at. */

import { html, Prose, tell } from "../draw/markup.js";
import { step } from "../model/narrate.js";

/** `steps` as the attack's page has them, where known; those done carry the attacker's own words. */
export const Recipe = ({ attacker, steps = [] }) => {
  const done = new Map(attacker.steps.map((event) => [event.number, step(event)]));
  const last = Math.max(0, ...done.keys());
  const numbers = [...new Set([...steps.map((_, i) => i + 1), ...done.keys()])].sort((a, b) => a - b);
  return html`
    ${numbers.length ? html`<ol class="recipe">
      ${numbers.map((number) => html`
        <li key=${number} value=${number} class=${done.has(number) ? (number === last ? "done last" : "done") : "to-come"} data-step=${number}>
          <${Prose} of=${done.get(number) ?? steps[number - 1]} limit=${240} /></li>`)}
    </ol>` : html`<p class="empty">${tell("session no-step")}</p>`}`;
};

/** What was decided frame by frame, after so many decisions `before`; each is a place from which `again` plays on. */
export const Decided = ({ decided, before, again = null }) => html`
  <section class="panel decided"><h2>${tell("hand decided")}</h2>
    <ol>${decided.map((one, i) => html`<li key=${one.n} data-decided=${one.action}>
      ${tell("hand did", { from: one.from, kind: one.kind, action: one.action, fields: Object.keys(one.fields ?? {}) })}
      ${again ? html` <button type="button" data-again=${before + i} onClick=${() => again(before + i)}>${tell("hand again")}</button>` : null}</li>`)}</ol>
  </section>`;
