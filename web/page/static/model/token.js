/** Key tokens: within a session a key looks the same wherever it appears, and no two keys look alike. */

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

/** Hues (degrees of OKLCH) for the keys of a session: 40 and more from each other and from the cast's three. */
export const HUES = [108, 286, 326, 6];

/** Where the cast's hues are, in one theme or the other. */
export const CAST = [50, 166, 241];

/** The first four characters of a fingerprint. */
export const label = (fingerprint) => [...String(fingerprint)].slice(0, 4).join("");

/** The keys of a session in the order in which they are given their looks, from who holds which, and what was installed later. */
export const keysOf = ({ client = null, server = null, attacker = [] } = {}, installed = []) =>
  [...new Set([client, server, ...attacker, ...installed])].filter((key) => key !== null);

/**
 * Each key's `{hue, pattern, label}`, by fingerprint. The first key's come from its fingerprint; every further one gets the
 * hue farthest from those given, and a pattern that is not given yet for as long as there is one.
 */
export function looks(keys) {
  const given = new Map();
  for (const key of new Set(keys)) {
    const hash = hashed(key);
    const used = [...given.values()];
    const hues = used.map((look) => look.hue);
    const patterns = new Set(used.map((look) => look.pattern));
    const wish = (hash >>> 3) % PATTERNS.length;
    const order = PATTERNS.map((_, i) => (wish + i) % PATTERNS.length);
    given.set(key, {
      hue: used.length ? farthest(hues) : HUES[(hash >>> 8) % HUES.length],
      pattern: order.find((pattern) => !patterns.has(pattern)) ?? wish,
      label: label(key),
    });
  }
  return given;
}

/** Degrees between two hues, the short way round. */
export const apart = (a, b) => 180 - Math.abs(180 - (Math.abs(a - b) % 360));

function farthest(given) {
  const room = (hue, others) => Math.min(...others.map((other) => apart(hue, other)));
  const best = (hues, others) => hues.reduce((one, other) => (room(other, others) > room(one, others) ? other : one));
  const free = HUES.filter((hue) => !given.includes(hue));
  // More keys than hues: then as far from everything as there is room.
  return free.length ? best(free, given) : best(Array.from({ length: 360 }, (_, hue) => hue), [...given, ...CAST]);
}

function hashed(fingerprint) {
  let hash = 0x811c9dc5;
  for (const char of String(fingerprint)) hash = Math.imul(hash ^ char.codePointAt(0), 0x01000193) >>> 0;
  return (hash ^ (hash >>> 15)) >>> 0;
}
