/** The attacker's recipe, the step that it is at, and what its computation costs. */

import { html } from "./vendor/preact.js";
import { shorten } from "./text.js";
import { Prose } from "./value.js";

/** `steps` as the attack's page has them, where known; those done carry the attacker's own words. */
export const Recipe = ({ attacker, steps = [] }) => {
  const done = new Map(attacker.steps.map((step) => [step.number, step.text]));
  const last = Math.max(0, ...done.keys());
  const numbers = [...new Set([...steps.map((_, i) => i + 1), ...done.keys()])].sort((a, b) => a - b);
  return html`
    ${numbers.length ? html`<ol class="recipe">
      ${numbers.map((number) => html`
        <li key=${number} value=${number} class=${done.has(number) ? (number === last ? "done last" : "done") : "to-come"} data-step=${number}>
          <${Prose} of=${done.get(number) ?? steps[number - 1]} limit=${240} /></li>`)}
    </ol>` : html`<p class="empty">The attacker has told no step.</p>`}
    ${attacker.work.map((work) => html`<${Work} key=${work.phase} work=${work} />`)}
    ${attacker.solved.map((solved) => html`
      <dl class="facts" key=${solved.n} data-solved=${String(solved.found)}>
        <dt>logarithm</dt><dd>${solved.found ? "found" : "not found"}, ${solved.bits} bits</dd>
        <dt>method</dt><dd><${Prose} of=${solved.method} limit=${200} /></dd>
        <dt>cost</dt><dd><${Prose} of=${solved.cost} limit=${200} /></dd>
      </dl>`)}`;
};

const Work = ({ work }) => html`
  <p class="work"><label>${shorten(work.phase, 60)}
    ${work.total ? html`<progress max=${work.total} value=${work.done} /> ${Math.round((100 * work.done) / work.total)} %`
      : html`<progress /> ${work.done.toLocaleString("en")}`}</label></p>`;
