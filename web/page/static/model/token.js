/** Key tokens: the same key looks the same wherever it appears, and two keys look different without being read. */

/** Patterns as paths in a square of 16: they tell keys apart where colour does not. */
export const PATTERNS = [
  "M3 1V15M8 1V15M13 1V15",
  "M1 3H15M1 8H15M1 13H15",
  "M1 9 9 1M1 15 15 1M7 15 15 7",
  "M7 1 15 9M1 1 15 15M1 7 9 15",
  "M4 1V15M12 1V15M1 4H15M1 12H15",
  "M1 8 8 1 15 8 8 15ZM5 8 8 5 11 8 8 11Z",
  "M1 5 4.5 2 8 5 11.5 2 15 5M1 10 4.5 7 8 10 11.5 7 15 10M1 15 4.5 12 8 15 11.5 12 15 15",
  "M3 3H6V6H3ZM10 3H13V6H10ZM3 10H6V13H3ZM10 10H13V13H10Z",
];

/** Hue in degrees, pattern number and the four characters of a fingerprint. */
export function token(fingerprint) {
  let hash = 0x811c9dc5;
  for (const char of String(fingerprint)) hash = Math.imul(hash ^ char.codePointAt(0), 0x01000193) >>> 0;
  hash ^= hash >>> 15;
  return {
    hue: ((hash >>> 8) % 24) * 15,
    pattern: (hash >>> 3) % PATTERNS.length,
    label: [...String(fingerprint)].slice(0, 4).join(""),
  };
}
