/** The keys, at `?`. */

import { html, tell, useLayoutEffect, useRef } from "../draw/markup.js";

const KEYS = [
  ["?", "help"], ["/", "palette"], ["p  +", "projector"], ["t", "theme"], ["m", "matrix"],
  ["f", "stage"], ["→  ←", "rows"], ["Space  s", "play"], ["w", "without"], ["← ↑ → ↓", "arrows"],
  ["Enter", "enter"], ["r", "again"], ["Esc", "escape"], ["PgDn  PgUp  b  0", "clicker"], ["y", "toy"],
];

export const Help = ({ onClose }) => {
  const dialog = useRef(null);
  useLayoutEffect(() => {
    dialog.current.showModal();
    // What closes it has the focus, and is at the end.
    dialog.current.scrollTop = 0;
  }, []);
  return html`
    <dialog ref=${dialog} onClose=${onClose} aria-labelledby="help-title">
      <h2 id="help-title">${tell("press keys")}</h2>
      <dl class="keys">${KEYS.map(([key, does]) => html`<dt key=${key}><kbd>${key}</kbd></dt><dd>${tell(`press ${does}`)}</dd>`)}</dl>
      <button type="button" class="primary" onClick=${() => dialog.current.close()}>${tell("press close")}</button>
    </dialog>`;
};
