/** What of the matrix is shown at once: large families of attacks and the variants of a mode fold into one column or row. */

import { all } from "./verdict.js";

/** A group of more attacks than this is one column until it is unfolded. */
const MANY = 10;

/** The names under which a group of attacks and the variants of a mode are unfolded. */
export const groupKey = (group) => `group ${group}`;
export const modeKey = (mode) => `mode ${mode.split(":")[0]}`;

/**
 * The columns and rows to show. A folded group is one column `{group, members}`; a folded mode is the row of its first
 * variant, with `more` the number of the others. `unfolded` has the keys of what is not to be folded.
 */
export function board({ columns, rows }, unfolded) {
  const groups = new Map();
  for (const column of columns) groups.set(column.group, [...(groups.get(column.group) ?? []), column]);
  const modes = new Map();
  for (const row of rows) modes.set(modeKey(row.mode), [...(modes.get(modeKey(row.mode)) ?? []), row]);
  return {
    columns: [...groups].flatMap(([group, members]) => (members.length > MANY && !unfolded.has(groupKey(group)) ? [{ group, members }] : members)),
    rows: [...modes].flatMap(([key, variants]) => (unfolded.has(key) ? variants.map((row, i) => ({ ...row, less: i === 0 && variants.length > 1 }))
      : [{ ...variants[0], more: variants.length - 1 }])),
  };
}

/** Whether a group is large enough to be folded. */
export const folds = (columns, group) => columns.filter((column) => column.group === group).length > MANY;

/** Classes of verdicts, the one that stands out first. */
const LOUDEST = ["broken", "error", "neutral", "defended"];

/** Of several kinds of verdict the one that must not be overlooked; null of none. */
export function loudest(kinds) {
  const rank = new Map(all().map(({ kind, class: of }) => [kind, LOUDEST.indexOf(of)]));
  const order = (kind) => rank.get(kind) ?? LOUDEST.length;
  return kinds.reduce((loud, kind) => (loud === null || order(kind) < order(loud) ? kind : loud), null);
}
