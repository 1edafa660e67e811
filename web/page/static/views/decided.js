/** What somebody decided in the attacker's place. */

import { html } from "../vendor/preact.js";
import { tell } from "../model/words.js";

/** What was decided frame by frame, after so many decisions `before`; each is a place from which `again` plays on. */
export const Decided = ({ decided, before, again = null }) => html`
  <section class="panel decided"><h2>${tell("hand decided")}</h2>
    <ol>${decided.map((one, i) => html`<li key=${one.n} data-decided=${one.action}>
      ${tell("hand did", { from: one.from, kind: one.kind, action: one.action, fields: Object.keys(one.fields ?? {}) })}
      ${again ? html` <button type="button" data-again=${before + i} onClick=${() => again(before + i)}>${tell("hand again")}</button>` : null}</li>`)}</ol>
  </section>`;
