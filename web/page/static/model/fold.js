/**
 * What a list of events tells of one session: a fold without opinion and without network, the same over a live stream
 * and over a saved file. Verdicts are the lab's to judge; this is only for showing.
 */

import { sha256 } from "./sha256.js";

export const VICTIMS = ["client", "server"];

/** The other victim. */
export const peerOf = (role) => (role === "client" ? "server" : "client");

/** Adds `event` to `events`, ordered by number and without doubles. Returns the new list. */
export function merge(events, more) {
  const known = new Set(events.map((event) => event.n));
  const fresh = more.filter((event) => Number.isFinite(event?.n) && !known.has(event.n) && known.add(event.n));
  return fresh.length ? [...events, ...fresh].sort((a, b) => a.n - b.n) : events;
}

/**
 * The sessions of a campaign, in order: `{number, of, events}`, each without the event by which it begins. None where the
 * events are of one session.
 */
export function sessionsOf(events) {
  const parts = [];
  for (const event of events) {
    if (event.source === "console" && event.type === "began") parts.push({ number: event.number, of: event.of, events: [] });
    else parts.at(-1)?.events.push(event);
  }
  return parts;
}

/** A session's parties, checks and the attacker's spoils. */
export function fold(events) {
  const story = {
    client: victim(),
    server: victim(),
    attacker: { present: false, holds: [], recovered: [], combined: [], decided: [], steps: [], chose: null, work: [], phase: null, began: null, solved: [], interferes: false },
    checks: [],
    lost: [],
  };
  for (const event of events) {
    if (VICTIMS.includes(event.source)) addVictim(story, event);
    else if (event.source === "attacker") addAttacker(story.attacker, event);
    else if (event.type === "lost") story.lost.push(event);
  }
  for (const read of story.attacker.recovered) {
    const canary = VICTIMS.includes(read.sender) ? story[read.sender].canary : null;
    read.proof = canary !== null && canary.digest === read.digest;
  }
  return story;
}

const victim = () => ({ established: null, installed: [], aborted: null, canary: null, sent: [], received: [], closed: null });

function addVictim(story, event) {
  const party = story[event.source];
  switch (event.type) {
    case "check": return addCheck(story.checks, event);
    case "installed": return void party.installed.push(event);
    case "data": return void party[event.way === "sent" ? "sent" : "received"].push(event);
    case "established":
    case "aborted":
    case "canary":
    case "closed": party[event.type] = event;
  }
}

/** A check that a party performs again and again, as on every record, is one rung: its worst outcome counts. */
function addCheck(checks, event) {
  const same = checks.find((rung) => rung.check === event.check && rung.party === event.source);
  if (!same) return void checks.push({ ...event, party: event.source, times: 1 });
  same.times += 1;
  if (same.status !== "failed") Object.assign(same, event, { times: same.times });
}

function addAttacker(attacker, event) {
  attacker.present = true;
  switch (event.type) {
    case "relayed": attacker.interferes ||= event.action !== "forward"; break;
    case "holds":
      if (!attacker.holds.some((held) => held.fingerprint === event.fingerprint && held.with === event.with)) attacker.holds.push(event);
      break;
    case "recovered": attacker.recovered.push({ ...event, digest: sha256(String(event.text)) }); break;
    case "combined":
    case "decided": attacker[event.type].push(event); break;
    case "step": attacker.steps.push(event); break;
    case "chose": attacker.chose = event; break;
    case "work": return addWork(attacker, event);
    case "solved":
    case "asked":
      reach(attacker, event.cut_off);
      endWork(attacker, event.at, event.found ? "finished" : event.cut_off || short(attacker) ? "cut-off" : "over");
      attacker.solved.push(event);
  }
}

/**
 * Phases in the order in which they first began: the last time from `since` `until` the next one took over, after `spent`
 * microseconds before that. `end` says how it ended: it is null until then, and "finished" only where what follows from the
 * phase did follow.
 */
function addWork(attacker, event) {
  if (attacker.phase !== event.phase) endWork(attacker, event.at, "finished");
  attacker.phase = event.phase;
  attacker.began ??= event.at;
  const known = attacker.work.find((work) => work.phase === event.phase);
  if (!known) return void attacker.work.push({ ...event, since: event.at, until: null, spent: 0, end: null });
  if (known.until !== null) Object.assign(known, { spent: known.spent + known.until - known.since, since: event.at, until: null, end: null });
  Object.assign(known, { done: event.done, total: event.total, at: event.at });
  // What is tried one by one is over when it fits; a logarithm has other phases.
  if (event.unit === "tries" && event.total > 0 && event.done >= event.total) endWork(attacker, event.at, "finished");
}

/** The attacker tries one thing after the other, and computes no logarithm. */
export const searches = ({ chose, work, solved }) => !chose && solved.length === 0 && work.length > 0 && work.every(({ unit }) => unit === "tries");

const phaseOf = ({ work }, name) => work.find(({ phase }) => phase === name) ?? {};

/** Whether the phase at work is short of its end. */
function short(attacker) {
  const { total, done } = phaseOf(attacker, attacker.phase);
  return total > done;
}

/** How far a computation came that was cut off. */
const reach = (attacker, reached) => Object.assign(phaseOf(attacker, reached?.phase), reached && { done: reached.done, total: reached.total });

function endWork(attacker, at, end) {
  Object.assign(phaseOf(attacker, attacker.phase), { until: at, end });
  attacker.phase = null;
}

/**
 * The victims that share a key with the attacker alone, and took its word for who it is: they proved nobody's name. Where both
 * share one key, the attacker came by it otherwise.
 */
export function deceived(story) {
  const held = new Set(story.attacker.holds.map(({ fingerprint }) => fingerprint));
  const own = (role) => story[role].established?.fingerprint;
  if (own("client") === own("server")) return [];
  return VICTIMS.filter((role) => held.has(own(role)) && !story[role].established.peer);
}

/** The keys that were installed for records after those of the handshake, in the order in which they first were. */
export const installed = (story) =>
  [...new Set(VICTIMS.flatMap((role) => story[role].installed).sort((a, b) => a.n - b.n).map(({ key }) => key))];

/** The fingerprints that the parties hold, as the session object has them. */
export const fingerprints = (story) => ({
  client: story.client.established?.fingerprint ?? null,
  server: story.server.established?.fingerprint ?? null,
  attacker: [...new Set(story.attacker.holds.map((held) => held.fingerprint))],
});

/** The frame that waits for somebody's decision, as its event; null where none does. */
export function waiting(events) {
  const last = events.findLast(({ type }) => type === "held" || type === "decided");
  return last?.type === "held" ? last : null;
}
