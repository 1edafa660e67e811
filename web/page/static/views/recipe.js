/** The attacker's recipe, and the step that it is at. */

import { html } from "../vendor/preact.js";
import { Prose } from "../draw/value.js";
import { tell } from "../model/words.js";
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
