/** Validity on a time line: distances from one moment, the near ones drawn wider than the far ones. */

import { superscript } from "./text.js";
import { tell } from "./words.js";

const DAY = 86400;

/** What lies nearer than this is drawn to scale; beyond it, distances are drawn by their order of magnitude. */
const NEAR = DAY / 24;
/** The line's ends, in seconds from its middle. */
const FAR = 20 * 365 * DAY;

const stretch = (seconds) => Math.log1p(Math.abs(seconds) / NEAR) / Math.log1p(FAR / NEAR);

/** Where a moment stands on the line, from 0 to 1, with `now` at its middle. */
export function place(moment, now) {
  const away = moment - now;
  return 0.5 + 0.5 * Math.sign(away) * Math.min(1, stretch(away));
}

/** Marks of the line: seconds from its middle, and how wide a drawing has to be to name them. */
export const MARKS = [
  { away: DAY, room: "wide" },
  { away: 30 * DAY, room: "middling" },
  { away: 365 * DAY, room: "wide" },
  { away: 3650 * DAY, room: "any" },
];

const UNITS = [[365 * DAY, "year"], [DAY, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];

/** A stretch of time in its largest fitting unit, rounded down: `89 days`. */
export function span(seconds) {
  const away = Math.abs(seconds);
  const [size, name] = UNITS.find(([size]) => away >= size) ?? UNITS.at(-1);
  return tell(`span ${name}`, { count: Math.floor(away / size) });
}

/** How a validity stands to a moment: `state` is "valid", "expired" or "not-yet", `words` says by how much. */
export function standing({ not_before: from, not_after: until }, now) {
  if (now < from) return { state: "not-yet", words: tell("validity not-yet", { span: span(from - now) }) };
  if (now > until) return { state: "expired", words: tell("validity expired", { span: span(now - until) }) };
  return { state: "valid", words: tell("validity valid", { span: span(until - now) }) };
}

/** The day (UTC) of a unix second, or its number where no calendar reaches. */
export function day(second) {
  const date = new Date(second * 1000);
  return Number.isNaN(date.getTime()) ? String(second) : date.toISOString().slice(0, 10);
}

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
  return tell(`span ${name}`, { count: shown === null ? `10${superscript(Math.round(Math.log10(amount)))}` : shown.toLocaleString("en").replaceAll(",", "\u202f") });
}
