/** What a prime costs, by its size: between what was measured, and beyond it by the formulas. Seconds throughout. */

/** ln of L_p[a, c] = exp(c·(ln p)^a·(ln ln p)^(1−a)) for a prime of so many bits. */
export function lnL(bits, { a, c }) {
  const ln = bits * Math.LN2;
  return c * ln ** a * Math.log(ln) ** (1 - a);
}

/** The safe primes among what was measured, by size. */
export const safe = (measured) => measured.filter((row) => !row.smooth && row.core_seconds > 0).sort((x, y) => x.bits - y.bits);

/** The point that a model's curve goes through: a published record, or the largest prime that was measured. */
export function anchor(model, { measured, records }) {
  if (model.through === null) return safe(measured).at(-1) ?? null;
  return records.find((record) => record.bits === model.through && record.core_seconds !== null) ?? null;
}

/** Core seconds by a model; null where it goes through nothing. */
export function modelled(bits, model, data) {
  const through = anchor(model, data);
  return through ? through.core_seconds * Math.exp(lnL(bits, model) - lnL(through.bits, model)) : null;
}

/** Between the two rows around `bits`, on a logarithmic scale; null outside. */
function between(bits, rows, what) {
  const right = rows.findIndex((row) => row.bits >= bits);
  if (right < 0) return null;
  if (rows[right].bits === bits) return rows[right][what];
  if (right === 0) return null;
  const [one, other] = [rows[right - 1], rows[right]];
  const part = (bits - one.bits) / (other.bits - one.bits);
  return Math.exp(Math.log(one[what]) * (1 - part) + Math.log(other[what]) * part);
}

/** What the work for a safe prime takes, in core seconds, and whether that is an extrapolation. */
export function prime(bits, data) {
  const rows = safe(data.measured);
  const own = data.models.find((model) => model.through === null);
  if (!rows.length || !own) return null;
  if (bits <= rows[0].bits) return { core: rows[0].core_seconds, beyond: false };
  const core = between(bits, rows, "core_seconds");
  return core === null ? { core: modelled(bits, own, data), beyond: true } : { core, beyond: false };
}

/** Own sessions that tell the pace at a size: those nearest to it. */
const NEAREST = 3;

/** How much longer this console takes at a size, by the clock, than the table's core seconds; null where it has not worked yet. */
export function pace(bits, data) {
  const ratios = data.sessions
    .filter(({ found, prepared_by: payer, mode, seconds }) => found && payer === null && /:short/.test(mode) && seconds > 0.05)
    .sort((x, y) => Math.abs(x.bits - bits) - Math.abs(y.bits - bits))
    .slice(0, NEAREST)
    .map((session) => session.seconds / prime(session.bits, data).core)
    .sort((x, y) => x - y);
  return ratios.length ? ratios[Math.floor(ratios.length / 2)] : null;
}

/** What the first session of a prime and each further one take by the clock. */
export function expected(bits, data) {
  const cost = prime(bits, data);
  if (!cost) return null;
  const rows = safe(data.measured);
  const each = bits <= rows[0].bits ? rows[0].session_seconds : between(bits, rows, "session_seconds");
  const own = pace(bits, data);
  return { first: cost.core * (own ?? 1), each, core: cost.core, beyond: cost.beyond, paced: own !== null };
}

/**
 * What comes of a session whose first computation takes so many seconds, of which `core` are known beforehand: read while
 * it runs, read later, or not in time.
 */
export function fate(seconds, core, { live_seconds: live, later_seconds: later, later_per_core_second: per }) {
  if (seconds <= live) return "live";
  return seconds <= later + per * core ? "later" : "too-late";
}
