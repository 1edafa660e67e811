/** What would have stopped a session that was broken: the scenario nearest to it in which the same attack fails. */

import { format, parse, restored } from "./scenario.js";

/**
 * Scenarios in which the attack of `scenario` fails by the expected outcomes (`table` of `{scenario, expected: {kind}}`), nearest
 * first: a check that was switched off, then a check that can be switched on, then the mode that has more in common with this one.
 * `holds(kind)` says whether a kind of verdict is a defence.
 */
export function remedies(scenario, table, holds) {
  const own = parse(scenario);
  const all = table.map((row) => ({ ...parse(row.scenario), text: row.scenario, held: holds(row.expected?.kind) }))
    .filter(({ attack }) => attack.id === own.attack.id && attack.variant === own.attack.variant);
  const sameAttack = all.filter(({ held }) => held);
  // A mode in which the same check has to be on is no remedy of its own.
  const leansOn = ({ mode }) => all.some((row) => !row.held && row.mode.id === mode.id && row.mode.variant === mode.variant
    && row.without.length && row.without.every((check) => own.without.includes(check)));
  const on = own.without.map((check) => ({ scenario: restored(scenario, check), check }));
  const within = sameAttack.filter(({ mode, without }) => mode.id === own.mode.id && mode.variant === own.mode.variant && !without.length);
  const added = within.filter((row) => row.with.length === 1 && !own.with.includes(row.with[0]))
    .map((row) => ({ scenario: format({ ...own, with: [...own.with, row.with[0]] }), check: row.with[0] }));
  const elsewhere = sameAttack.filter(({ mode, without, with: added }) => mode.id !== own.mode.id && !without.length && !added.length)
    .filter((row) => !leansOn(row))
    .map((row) => ({ scenario: row.text, mode: row.mode.id, near: kinship(own.mode.id, row.mode.id) }))
    .sort((a, b) => b.near - a.near);
  return [...on, ...added, ...elsewhere.map(({ scenario, mode }) => ({ scenario, mode }))];
}

/** How much two modes' names have in common: `ecdh` and `ecdh-cert` share a key exchange. */
const kinship = (a, b) => {
  const [one, other] = [new Set(a.split("-")), b.split("-")];
  return other.filter((part) => one.has(part)).length - Math.abs(one.size - other.length) / 10;
};
