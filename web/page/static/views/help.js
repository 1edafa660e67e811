/** The keys, at `?`. */

import { html, useEffect, useRef } from "../vendor/preact.js";

const KEYS = [
  ["?", "this help"],
  ["p or +", "projector size, and back"],
  ["t", "light or dark"],
  ["m", "the matrix"],
  ["w", "without this check: the counterfactual of a session that a check stopped"],
  ["← ↑ → ↓", "from cell to cell in the matrix; Home and End within a row"],
  ["Enter", "opens a cell's latest session, or runs a cell that has none"],
  ["r", "runs again: the session that is shown, or the matrix's cell that was last in focus"],
  ["Esc", "closes what is open"],
];

export const Help = ({ onClose }) => {
  const dialog = useRef(null);
  useEffect(() => dialog.current.showModal(), []);
  return html`
    <dialog ref=${dialog} onClose=${onClose} aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl class="keys">${KEYS.map(([key, does]) => html`<dt key=${key}><kbd>${key}</kbd></dt><dd>${does}</dd>`)}</dl>
      <button type="button" class="primary" onClick=${() => dialog.current.close()}>Close</button>
    </dialog>`;
};
