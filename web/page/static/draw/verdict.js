/** Verdicts as they look: a letter, a fill pattern, a colour and a word, always the same. */

import { html } from "../vendor/preact.js";

/** Letter and class of each kind, in the order of the documentation. */
export const KINDS = {
  private: { letter: "P", class: "defended" },
  stopped: { letter: "X", class: "defended" },
  split: { letter: "S", class: "broken" },
  read: { letter: "R", class: "broken" },
  impersonated: { letter: "I", class: "broken" },
  misbound: { letter: "M", class: "broken" },
  altered: { letter: "A", class: "broken" },
  downgraded: { letter: "D", class: "broken" },
  unread: { letter: "U", class: "neutral" },
  disrupted: { letter: "–", class: "neutral" },
  inconclusive: { letter: "?", class: "error" },
};

/** What to call and how to paint a session: its verdict's kind, or what it is doing while it has none. */
export function standing(session) {
  const kind = session?.verdict?.kind;
  if (kind) return Object.hasOwn(KINDS, kind) ? kind : "inconclusive";
  return session?.status === "held" ? "held" : "running";
}

/** The letter in its patterned square. */
export const Mark = ({ kind }) =>
  html`<span class="mark ${kind}" aria-hidden="true"><b>${KINDS[kind]?.letter ?? "…"}</b></span>`;

/** The letter and the word. */
export const Badge = ({ session, big = false }) => {
  const kind = standing(session);
  return html`<span class=${`badge ${big ? "big" : ""}`} data-verdict=${kind}><${Mark} kind=${kind} /><span>${kind}</span></span>`;
};

/** What each letter means. `meanings` as `/api/verdicts` has them, or nothing. */
export const Legend = ({ meanings = [] }) => html`
  <ul class="legend" aria-label="Verdicts">
    ${Object.keys(KINDS).map((kind) => html`
      <li key=${kind} title=${meanings.find((m) => m.kind === kind)?.meaning}><${Mark} kind=${kind} /> ${kind}</li>`)}
    <li><span class="tilde" aria-hidden="true">~</span> a check is switched</li>
  </ul>`;
