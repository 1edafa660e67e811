/** g^x = y modulo p, computed once more where it is looked at. */

/** Hexadecimal digits beyond which it is left alone: a hostile teller may name any number. */
const LONGEST = 1024;

/** The number that hexadecimal text tells, or null. */
export const number = (hex) =>
  typeof hex === "string" && hex.length <= LONGEST && /^[0-9a-f]+$/.test(hex) ? BigInt(`0x${hex}`) : null;

/** `base` to the `exponent` modulo `modulus`, by squaring. */
export function power(base, exponent, modulus) {
  let [result, square] = [1n % modulus, base % modulus];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Whether the equation holds; null where it cannot be told. */
export function holds(equation) {
  const [p, g, y, x] = ["p", "g", "y", "x"].map((name) => number(equation?.[name]));
  if ([p, g, y, x].includes(null) || p < 2n) return null;
  return power(g, x, p) === y % p;
}
