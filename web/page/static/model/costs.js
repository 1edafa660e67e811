/** What a prime costs by the formulas, through what was measured or published. Seconds throughout. */

/** ln of L_p[a, c] = exp(c·(ln p)^a·(ln ln p)^(1−a)) for a prime of so many bits. */
export function lnL(bits, { a, c }) {
  const ln = bits * Math.LN2;
  return c * ln ** a * Math.log(ln) ** (1 - a);
}

/** The safe primes among what was measured, by size. */
export const safe = (measured) => measured.filter((row) => row.factor_bits === null && row.core_seconds > 0).sort((x, y) => x.bits - y.bits);

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
