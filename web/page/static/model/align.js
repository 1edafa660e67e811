/** Two sessions laid side by side: the longest common sequence of rows, and the first row in which they part. */

/** Beyond this many rows a side, rows are paired by position: alignment costs the product of both. */
const LONGEST = 400;

const keyOf = (row) => (row.what === "frame" ? `${row.from} ${row.name}` : `${row.what} ${row.party ?? ""}`);

/** What has to be equal for two rows to count as the same. */
const faceOf = (row) => {
  if (row.what !== "frame") return JSON.stringify([row.client, row.attacker, row.server, row.check, row.reason, row.found]);
  return JSON.stringify([row.action, row.before, row.after]);
};

/** Pairs `{left, right, same}` (a missing side is null) and `first`, the index of the first pair that differs, or null. */
export function align(left, right) {
  const pairs = pair(left, right).map(([l, r]) => ({ left: l, right: r, same: Boolean(l && r) && faceOf(l) === faceOf(r) }));
  const first = pairs.findIndex((row) => !row.same);
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

function pair(left, right) {
  const rows = Math.max(left.length, right.length);
  if (rows > LONGEST) return Array.from({ length: rows }, (_, i) => [left[i] ?? null, right[i] ?? null]);
  const common = Array.from({ length: left.length + 1 }, () => new Uint16Array(right.length + 1));
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const same = keyOf(left[i]) === keyOf(right[j]);
      common[i][j] = same ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }
  const pairs = [];
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && keyOf(left[i]) === keyOf(right[j])) pairs.push([left[i++], right[j++]]);
    else if (j >= right.length || (i < left.length && common[i + 1][j] >= common[i][j + 1])) pairs.push([left[i++], null]);
    else pairs.push([null, right[j++]]);
  }
  return pairs;
}
