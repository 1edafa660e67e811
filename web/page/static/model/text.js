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

const SPANS = [[31_557_600e6, "year"], [86_400e6, "day"], [3600e6, "hour"], [60e6, "minute"]];

/** A stretch of time given in microseconds, in a fitting unit: `340 ms`, `2.5 s`, `3 days`. */
export function duration(microseconds) {
  if (!Number.isFinite(microseconds)) return "";
  if (microseconds < 1000) return `${(microseconds / 1000).toFixed(2)} ms`;
  if (microseconds < 1e6) return `${(microseconds / 1000).toPrecision(microseconds < 1e4 ? 2 : 3)} ms`.replace("1.00e+3 ms", "1.0 s");
  if (microseconds < 60e6) return `${(microseconds / 1e6).toFixed(1)} s`;
  const [size, name] = SPANS.find(([size]) => microseconds >= size);
  const amount = microseconds / size;
  const shown = amount < 10 ? Number(amount.toFixed(1)) : amount < 1e6 ? Math.round(amount) : null;
  return shown === null ? `10${superscript(Math.round(Math.log10(amount)))} ${name}s` : `${shown.toLocaleString("en").replaceAll(",", "\u202f")} ${name}${shown === 1 ? "" : "s"}`;
}

/** A whole number in raised digits. */
export const superscript = (number) => String(number).replace(/[-0-9]/g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]));
