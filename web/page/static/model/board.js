/** The matrix: which sessions stand in its cells, and what is shown at once: large families of attacks and the variants of a mode
 * fold into one column or row. */

import { attackOf, bare, modeOf } from "./scenario.js";
import { classOf, standing } from "./verdict.js";

/** A group of more attacks than this is one column until it is unfolded. */
const MANY = 10;

/** The names under which a group of attacks and the variants of a mode are unfolded. */
export const groupKey = (group) => `group ${group}`;
export const modeKey = (mode) => `mode ${bare(mode)}`;

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
  const order = (kind) => (classOf(kind) === undefined ? LOUDEST.length : LOUDEST.indexOf(classOf(kind)));
  return kinds.reduce((loud, kind) => (loud === null || order(kind) < order(loud) ? kind : loud), null);
}

/** Whether what came of a session says something of its scenario: the attack decided by itself, and nobody brought it in a file. */
export const speaks = ({ by_hand: byHand, imported }) => !byHand && !imported;

/** Sessions by their cell: those of its own scenario, and those with other checks or parameters. */
export function placed(sessions) {
  const cells = new Map();
  for (const session of sessions.filter(speaks)) {
    const own = `${modeOf(session.scenario)}/${bare(attackOf(session.scenario))}`;
    const cell = cells.get(own) ?? { own: [], others: [] };
    (session.scenario === own ? cell.own : cell.others).push(session);
    cells.set(own, cell);
  }
  return cells;
}

const begun = ({ started }) => started ?? 0;

/** One a scenario, the latest first; what is live is newer than what was loaded. */
export function variations(loaded, live) {
  const known = new Map();
  for (const one of [...loaded, ...live.map(({ verdict, ...of }) => ({ ...of, kind: verdict?.kind ?? null }))]) {
    const before = known.get(one.scenario);
    if (!before || begun(one) >= begun(before)) known.set(one.scenario, one);
  }
  return [...known.values()].sort((a, b) => begun(b) - begun(a));
}

/**
 * What is known of a cell by its row and column: `{cell, row, column, session, others}`, `session` its own scenario's latest one that
 * began after `since` (unix milliseconds), `others` the variations beside it. Without a `cell` the attack makes no sense against the mode.
 */
export function cellsOf(matrix, sessions, since) {
  const cells = new Map(matrix.cells.map((cell) => [`${cell.mode}/${cell.attack}`, cell]));
  const live = placed(sessions);
  return (row, column) => {
    const cell = cells.get(`${row.mode}/${column.attack}`);
    const { own, others } = live.get(`${row.mode}/${column.attack}`) ?? { own: [], others: [] };
    // Of two that are the same one, the live one is as it is known now.
    const session = [cell?.session, ...own].filter(Boolean).reduce((a, b) => (a && a.session !== b.session && begun(a) > begun(b) ? a : b), null);
    return { cell, row, column, session: session && begun(session) >= since ? session : null, others: variations(cell?.variations ?? [], others) };
  };
}

/** The sessions of a folded group in one row: how many of the cells that apply have run, and the verdict that stands out. */
export function summary(cells) {
  const apply = cells.filter(({ cell }) => cell);
  const kinds = apply.filter(({ session }) => session).map(({ session }) => standing(session));
  return { apply: apply.length, run: kinds.length, kind: loudest(kinds) };
}

/** Whether a column begins another group than the one before it. */
export const starts = (columns, c) => c > 0 && columns[c - 1].group !== columns[c].group;

/** The groups of the columns, with the number of columns that each spans. */
export const groups = (columns) => columns.reduce((spans, { group }, c) => {
  if (c && !starts(columns, c)) spans.at(-1).span += 1;
  else spans.push({ group, span: 1 });
  return spans;
}, []);
