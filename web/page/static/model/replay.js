/** A session row by row: what has happened by the time of each row of its diagram. */

import { VICTIMS } from "./fold.js";

/**
 * The events known at each row: `known(k)` are those that row `k` and the rows above it tell of, and what their tellers told
 * along with them; after the last row, all. Each teller's own order is kept, so that a check stands with the frame that it
 * was about, and a message with the frame that carries it.
 */
export function replay(events, rows) {
  const rowOf = new Map(rows.flatMap((row, k) => [...row.ns, row.read?.n].filter(Number.isFinite).map((n) => [n, k])));
  const since = new Map();
  const reached = {};
  const ahead = {};
  for (const event of events) {
    const { n, source } = event;
    const k = rowOf.get(n);
    if (k === undefined && leads(event)) {
      (ahead[source] ??= []).push(n);
      continue;
    }
    reached[source] = Math.max(reached[source] ?? 0, k ?? 0);
    since.set(n, reached[source]);
    if (k === undefined) continue;
    for (const before of ahead[source] ?? []) since.set(before, reached[source]);
    ahead[source] = [];
  }
  return (k) => events.filter(({ n }) => k >= rows.length || (since.get(n) ?? Infinity) <= k);
}

/** What is told before the frame to which it belongs: a message before the record in which it goes, a step before what it does. */
const leads = ({ source, type, way }) => (VICTIMS.includes(source) ? (type === "data" && way === "sent") || type === "canary" : type === "step");

/** What the attacker came to know, in its order: `{n, what: "step" | "key" | "solved" | "asked" | "read", …}`. */
export function notebook(events) {
  return events.flatMap((event) => {
    if (event.source !== "attacker") return [];
    switch (event.type) {
      case "step": return [{ n: event.n, what: "step", number: event.number, text: event.text, recipe: event.recipe ?? null }];
      case "holds": return [{ n: event.n, what: "key", with: event.with, key: event.fingerprint }];
      case "asked":
      case "solved": return [{ n: event.n, what: event.type, found: event.found, bits: event.bits, cut: Boolean(event.cut_off) }];
      case "recovered": return [{ n: event.n, what: "read", sender: event.sender, text: event.text, live: event.live }];
      default: return [];
    }
  });
}

/**
 * Beside what a victim believes, what is so: who really holds its key. `belief` is the name that it has proof of (null for
 * none), `truth` the party with whom it shares its key ("attacker", the other victim's role, or null where nobody else is known
 * to hold it), `called` that party's own name where it has told one, and `right` whether the two agree: null where nothing was
 * proven, so that nothing can be wrong.
 */
export function truth(story, role) {
  const own = story[role].established;
  if (!own) return null;
  const other = VICTIMS.find((one) => one !== role);
  const peer = story[other].established;
  const truth = peer?.fingerprint === own.fingerprint ? other
    : story.attacker.holds.some(({ fingerprint }) => fingerprint === own.fingerprint) ? "attacker" : null;
  const called = truth === other ? peer.own ?? null : null;
  const belief = own.peer ?? null;
  const right = belief === null || truth === null ? null : truth === other && (called === null || called === belief);
  return { belief, truth, called, right };
}
