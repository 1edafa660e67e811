/** Text from a session, made fit to be shown: every character visible, long values shortened in the middle. */

/**
 * What leaves no mark of its own: control characters but tab and line feed, what reorders or hides the text around it, what
 * Unicode says to draw nothing for, halves of pairs, and blanks that are no spaces.
 */
const UNSEEN = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?![\t\n])\p{Cc}/gu;

const named = (unseen) => `‹U+${unseen.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}›`;

/** Parses JSON; whole numbers that a number cannot hold exactly become BigInts, where the browser tells how they were written. */
export const parse = (text) => JSON.parse(text, (_, value, context) =>
  (Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "") ? BigInt(context.source) : value));

/** A flat object as JSON, BigInts as whole numbers; what is null or undefined is left out. */
export const written = (members) => `{${Object.entries(members).filter(([, value]) => value !== null && value !== undefined)
  .map(([name, value]) => `${JSON.stringify(name)}:${typeof value === "bigint" ? value : JSON.stringify(value)}`).join()}}`;

/** A value as JSON; null where it nests deeper than the browser can write, or is none. */
export function json(value, indent) {
  try {
    return JSON.stringify(value, null, indent) ?? null;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
}

/** Stands for what nests deeper than the browser can write. */
const DEEP = "{[{[…]}]}";

/** Any value as text in which nothing is invisible. */
export function visible(value) {
  const text = typeof value === "string" ? value : value === undefined ? "" : (json(value) ?? DEEP);
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

/** The text with long hexadecimal values cut down to their first eight digits, for a sentence that people read. */
export const abbreviate = (text) => text.replaceAll(/[0-9a-f]{17,}/g, (digits) => `${digits.slice(0, 8)}…`);

/**
 * Two texts that differ, each in at most about `room` code points, cut so that the first difference is seen: it stands after
 * a third of the room at the most, at the same place in both.
 */
export function apart(one, other, room = 32) {
  const [left, right] = [one, other].map((text) => [...visible(text)]);
  if (left.length <= room && right.length <= room) return [left.join(""), right.join("")];
  let first = 0;
  while (first < left.length && left[first] === right[first]) first += 1;
  const lead = Math.floor(room / 3);
  const from = first > lead + 1 ? first - lead : 0;
  return [left, right].map((text) => {
    const until = text.length > from + room + 1 ? from + room : text.length;
    return `${from ? "…" : ""}${text.slice(from, until).join("")}${until < text.length ? "…" : ""}`;
  });
}

/** The text with a capital letter at its beginning. */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** A text taken apart around the canary in it, a secret in hexadecimal and brackets that may have been shortened; all words where there is none. */
export function secretive(text) {
  const [, words, canary, rest] = /^(.*?)( \[(?:…|[0-9a-f…]{8,})\]?)(.*)$/s.exec(text) ?? [null, text, "", ""];
  return { words, canary, rest };
}

/** Clock time of unix milliseconds, to the second. */
export const clock = (ms) => (Number.isFinite(ms) ? new Date(ms).toLocaleTimeString("en-GB") : "");

/** The day of unix milliseconds, as the calendar here has it. */
export const day = (ms) => (Number.isFinite(ms) ? new Date(ms).toLocaleDateString("sv-SE") : "");

/** Date and time (UTC) of unix milliseconds. */
export const date = (ms) => (Number.isFinite(ms) ? `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC` : "");

/** A whole number in raised digits. */
export const superscript = (number) => String(number).replace(/[-0-9]/g, (digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]));
