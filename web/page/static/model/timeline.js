/** Validity on a time line: distances from one moment, the near ones drawn wider than the far ones. */

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

/** Marks of the line: seconds from its middle, their names, and how wide a drawing has to be to name them. */
export const MARKS = [
  { away: DAY, name: "1 day", room: "wide" },
  { away: 30 * DAY, name: "1 month", room: "middling" },
  { away: 365 * DAY, name: "1 year", room: "wide" },
  { away: 3650 * DAY, name: "10 years", room: "any" },
];

const UNITS = [[365 * DAY, "year"], [DAY, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];

/** A stretch of time in its largest fitting unit, rounded down: `89 days`. */
export function span(seconds) {
  const away = Math.abs(seconds);
  const [size, name] = UNITS.find(([size]) => away >= size) ?? UNITS.at(-1);
  const count = Math.floor(away / size);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}

/** How a validity stands to a moment: `state` is "valid", "expired" or "not-yet", `words` says by how much. */
export function standing({ not_before: from, not_after: until }, now) {
  if (now < from) return { state: "not-yet", words: `valid only ${span(from - now)} later` };
  if (now > until) return { state: "expired", words: `expired ${span(now - until)} before` };
  return { state: "valid", words: `valid for ${span(until - now)} more` };
}

/** The day (UTC) of a unix second, or its number where no calendar reaches. */
export function day(second) {
  const date = new Date(second * 1000);
  return Number.isNaN(date.getTime()) ? String(second) : date.toISOString().slice(0, 10);
}
