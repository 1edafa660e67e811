/**
 * Two sessions' rows laid side by side, as the lab has compared their events: it pairs these and says where they part, and
 * the drawing follows it, so that the lab's sentence and the marked row are about the same.
 */

/** Beyond this many rows a side, rows are paired by position: alignment costs the product of both. */
const LONGEST = 400;

/**
 * `told` is `{rows: [{left, right, same}], first_difference}`, its sides events by their numbers `n`, or null where the lab has not
 * compared. Returns `pairs` `{left, right, same}` (a missing side is null) and `first`, the index of the pair that the lab's first
 * difference is seen in: that of its event, or of the next one that has a row; null without any.
 */
export function align(left, right, told) {
  const rowOf = [left, right].map((rows) => new Map(rows.flatMap((row, i) => row.ns.map((n) => [n, i]))));
  const parts = (told?.rows ?? []).map((part) => ({
    same: part.same, places: ["left", "right"].map((side, s) => rowOf[s].get(part[side]?.n) ?? null),
  }));
  const linked = new Map();
  const differ = [new Set(), new Set()];
  for (const { same, places } of parts) {
    if (!places.includes(null)) linked.set(places.join(), (linked.get(places.join()) ?? 0) + 1);
    if (!same) places.forEach((place, s) => differ[s].add(place));
  }
  const pairs = pair(left, right, told ? (i, j) => linked.get(`${i},${j}`) ?? 0 : null)
    .map(([i, j]) => ({ left: left[i] ?? null, right: right[j] ?? null, same: i !== null && j !== null && !differ[0].has(i) && !differ[1].has(j) }));
  const shown = parts.slice(told?.first_difference ?? Infinity).find(({ same, places }) => !same && places.some((place) => place !== null));
  const first = shown ? pairs.findIndex((pair) => [left[shown.places[0]], right[shown.places[1]]].some((row) => row && (pair.left === row || pair.right === row))) : -1;
  return { pairs, first: first < 0 ? null : first };
}

/**
 * The pairs, with a row `{what: "off", party, check}` in the gap beside each stop at a check that the other side had
 * switched off: there its victim did not look. `checks` are both sides' checks as the fold has them.
 */
export function explained(pairs, checks) {
  const off = (stop, side) => stop?.what === "stop" && stop.check !== null && checks[side].some(
    ({ check, party, status }) => check === stop.check && party === stop.party && status === "skipped");
  const gap = (pair, side, other) => pair[side] ?? (off(pair[other], side) ? { ...pair[other], what: "off" } : null);
  return pairs.map((pair) => ({ ...pair, left: gap(pair, "left", "right"), right: gap(pair, "right", "left") }));
}

/** Indices of rows that belong together, in the order of both; `links` tells how strongly two do, null that nothing is known. */
function pair(left, right, links) {
  const rows = Math.max(left.length, right.length);
  if (!links || rows > LONGEST) return Array.from({ length: rows }, (_, i) => [left[i] ? i : null, right[i] ? i : null]);
  const best = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const strength = links(i, j);
      best[i][j] = Math.max(best[i + 1][j], best[i][j + 1], strength ? best[i + 1][j + 1] + strength : 0);
    }
  }
  const pairs = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const strength = i < left.length && j < right.length ? links(i, j) : 0;
    if (strength && best[i][j] === best[i + 1][j + 1] + strength) pairs.push([i++, j++]);
    else if (j >= right.length || (i < left.length && best[i + 1][j] >= best[i][j + 1])) pairs.push([i++, null]);
    else pairs.push([null, j++]);
  }
  return pairs;
}
