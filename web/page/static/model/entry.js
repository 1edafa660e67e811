/** What of the expected outcomes an entry of a registry is about. Outcomes are rows `{scenario, expected: {kind, check}}`. */

import { attackOf, bare, lacking, modeOf } from "./scenario.js";
import { classOf } from "./verdict.js";

/** Whether a scenario switches no check. */
const plain = ({ scenario }) => !/[~+]/.test(scenario);

/** The rows about the entry `id` of a registry: of a check those that it stops, of a mode or an attack those that switch nothing. */
const about = (registry, id, table) => table.filter((row) => (registry === "checks" ? row.expected?.check === id
  : plain(row) && bare((registry === "modes" ? modeOf : attackOf)(row.scenario)) === id));

/** How the scenarios of an entry have to end: `[kind, count]`, the breaks first. */
export function outcomes(registry, id, table) {
  const counts = new Map();
  for (const { expected } of about(registry, id, table)) counts.set(expected.kind, (counts.get(expected.kind) ?? 0) + 1);
  const held = (kind) => classOf(kind) === "defended";
  return [...counts].sort(([a, n], [b, m]) => held(a) - held(b) || m - n);
}

/**
 * The two scenarios that show an entry at its clearest: one that `holds` and one that `breaks`, null where the lab has none. Of a
 * check it is the same scenario with it and without it.
 */
export function pairOf(registry, id, table) {
  const own = about(registry, id, table);
  const first = (meets) => own.find(meets)?.scenario ?? null;
  if (registry === "checks") {
    const holds = first(plain) ?? first(() => true);
    return { holds, breaks: holds && lacking(holds, id) };
  }
  return {
    // To stop an attack says more than to be left alone by one.
    holds: first(({ expected }) => expected?.kind === "stopped") ?? first(({ expected }) => classOf(expected?.kind) === "defended"),
    breaks: first(({ expected }) => classOf(expected?.kind) === "broken"),
  };
}
