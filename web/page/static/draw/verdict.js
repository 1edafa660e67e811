/** Verdicts as they look: a letter, a fill pattern, a colour and a word, always the same. */

import { html } from "../vendor/preact.js";
import { all, letter, standing } from "../model/verdict.js";
import { tell, term } from "../model/words.js";

/** The letter in its patterned square. */
export const Mark = ({ kind }) =>
  html`<span class="mark ${kind}" aria-hidden="true"><b>${letter(kind)}</b></span>`;

/** The letter and the word. */
export const Badge = ({ session, big = false }) => {
  const kind = standing(session);
  return html`<span class=${`badge ${big ? "big" : ""}`} data-verdict=${kind}><${Mark} kind=${kind} /><span>${term("kind", kind)}</span></span>`;
};

/** The folded corner of a cell beside whose scenario others were run. */
export const Corner = () => html`<svg class="corner-mark" viewBox="0 0 10 10" width="10" height="10" aria-hidden="true"><path d="M0 0H10V10Z" /></svg>`;

/** What each letter means. */
export const Legend = () => html`
  <ul class="legend" aria-label=${tell("kind all")}>
    ${all().map(({ kind }) => html`
      <li key=${kind} title=${tell(`meaning ${kind}`)}><${Mark} kind=${kind} /> ${term("kind", kind)}</li>`)}
    <li><${Corner} /> ${tell("cell also")}</li>
  </ul>`;
