/** Tables, and facts by their names: what is listed everywhere looks and scrolls alike. */

import { html, tell, Value } from "./markup.js";

/** A table called `name`, which scrolls by itself where its place is too narrow; `heads` are the words of its columns. */
export const Table = ({ name, kind, heads, unseen = false, children }) => html`
  <div class="scroll" tabindex="0" role="region" aria-label=${name}><table class=${kind}>
    <thead class=${unseen ? "unseen" : undefined}><tr>${heads.map((head, i) => html`<th key=${i} scope="col">${head}</th>`)}</tr></thead>
    <tbody>${children}</tbody>
  </table></div>`;

/** What there is against what it was put to: a board of cells, whose heads stand upright. */
export const Board = ({ name, heads, children }) => html`
  <div class="matrix-frame" tabindex="0" role="region" aria-label=${name} style=${{ "--columns": String(Math.max(12, heads.length)), "--rows": "8" }}><table class="matrix">
    <thead><tr><td></td>${heads.map((head, i) => html`<th key=${i} scope="col">${head}</th>`)}</tr></thead>
    <tbody>${children}</tbody>
  </table></div>`;

/** The language's words for columns. */
export const headed = (...names) => names.map((name) => tell(`head ${name}`));

/** What there is to tell of `of`, a list of `[name, told]`; entries that are null are left out. */
export const Facts = ({ of, hidden = false, kind = "" }) => html`
  <dl class=${`facts ${kind}`} hidden=${hidden}>${of.filter(Boolean).map(([name, told]) => html`<dt>${name}</dt><dd>${told}</dd>`)}</dl>`;

/** What was wanted and what was found, as two facts under these names: each shortened around where it differs from the other. */
export const contrast = (names, both, head) => names.map((name, i) => both[i] && [name, html`<${Value} of=${both[i]} head=${head} beside=${both[1 - i]} />`]);
