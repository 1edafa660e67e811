/** Values from a session: text only, long ones shortened in the middle, whole on demand, with a button that copies. */

import { html, useState } from "../vendor/preact.js";
import { apart, shorten, visible } from "../model/text.js";
import { tell } from "../model/words.js";

/** Bytes or numbers in monospace; shortened around where it differs from what stands `beside` it, if anything does. */
export const Value = ({ of, head = 24, tail = 8, beside }) => {
  const [whole, setWhole] = useState(false);
  const text = visible(of);
  const short = beside === undefined || visible(beside) === text ? shorten(text, head, tail) : apart(text, beside, head + tail)[0];
  if (short === text) return html`<code class="value"><bdi>${text}</bdi></code>`;
  return html`
    <code class="value"><bdi>${whole ? text : short}</bdi></code>
    <span class="tools">
      <button type="button" class="small" aria-expanded=${String(whole)} onClick=${() => setWhole(!whole)}>
        ${tell(whole ? "value shorten" : "value all", { count: text.length })}</button>
      <${Copy} text=${typeof of === "string" ? of : text} />
    </span>`;
};

/** Dates that a line must not break. */
const unbroken = (text) => text.split(/(\d{4}-\d\d-\d\d)/).map((part, i) => (i % 2 ? html`<time key=${i}>${part}</time>` : part));

/** A sentence: prose that may be as long as a hostile party likes. */
export const Prose = ({ of, limit = 320 }) => {
  const [whole, setWhole] = useState(false);
  const text = visible(of);
  const short = shorten(text, limit, 40);
  return html`<bdi>${unbroken(whole ? text : short)}</bdi>${short === text ? null : html`${" "}
    <button type="button" class="small" aria-expanded=${String(whole)} onClick=${() => setWhole(!whole)}>
      ${tell(whole ? "value shorten" : "value whole")}</button>`}`;
};

/** Puts `text` on the clipboard, and says so. */
export const Copy = ({ text, label = tell("value copy") }) => {
  const [said, say] = useState(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      say(tell("value copied"));
    } catch {
      say(tell("value not-allowed"));
    }
    setTimeout(() => say(null), 1500);
  };
  return html`<button type="button" class="small" onClick=${copy} aria-live="polite">${said ?? label}</button>`;
};
