/** Text from a session, made fit to be shown: every character visible, long values shortened in the middle. */

/** Control characters, and those that reorder or hide the text around them. */
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

const named = (unseen) => `‹U+${unseen.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}›`;

/** Any value as text in which nothing is invisible. */
export function visible(value) {
  const text = typeof value === "string" ? value : value === undefined ? "" : (JSON.stringify(value) ?? "");
  return text.replace(UNSEEN, named);
}

/** The first `head` and last `tail` characters of a text that is longer than both together, counted in code points. */
export function shorten(value, head = 24, tail = 8) {
  const text = visible(value);
  if (text.length <= head + tail + 1) return text;
  const start = [...text.slice(0, 2 * head)].slice(0, head).join("");
  const end = tail ? [...text.slice(-2 * tail)].slice(-tail).join("") : "";
  return `${start}…${end}`;
}

/** `1 frame`, `2 frames`. */
export const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

/** Clock time of unix milliseconds, to the second. */
export const clock = (ms) => (Number.isFinite(ms) ? new Date(ms).toLocaleTimeString("en-GB") : "");
