/**
 * The rows of the sequence diagram: what three processes tell, each in its own order, put into one.
 *
 * The attacker sees every frame, so its order is the diagram's; the victims' frames are attached to it by their bytes.
 * Events of different processes may arrive in any order, those of one process only in its own.
 */

import { sealed } from "./frame.js";
import { VICTIMS, fold, peerOf } from "./fold.js";

const TELLERS = ["client", "server", "attacker", "console"];
const NOTES = new Set(["established", "aborted", "holds", "solved", "lost", "recovered"]);

/**
 * Rows from the top: frames `{what: "frame", from, action, flight, name, before, after, changed, sealed, read, step, ns}`
 * (`before` as it left its sender, `after` as it went on to the peer, null for a leg that it never took; `action` null
 * while nobody has decided, "direct" where nobody sits in between), and notes `{what: "keys" | "stop" | "solved" |
 * "lost" | "read", …}`.
 */
export function rows(events) {
  const frames = relayedFrames(events);
  const shown = markRead(events, frames);
  const anchors = attachVictims(events, frames, shown);
  const placed = [...frames.map((row, i) => ({ row, at: i, teller: -1, n: -1 })), ...anchors]
    .sort((a, b) => a.at - b.at || a.teller - b.teller || a.n - b.n);
  return joinKeys(placed.map(({ row }) => row)).map((row, index) => ({ ...row, index }));
}

function relayedFrames(events) {
  const frames = [];
  let step = null;
  let shown = null;
  for (const event of events) {
    if (event.source !== "attacker") continue;
    if (event.type === "step") step = event.number;
    if (event.type !== "relayed" || !VICTIMS.includes(event.from)) continue;
    const row = frame(event.from, event.action, event, event.before ?? null, event.after ?? null);
    Object.assign(row, { changed: event.changed ?? [], relayed: event.n });
    const held = frames.at(-1);
    if (held?.action === "hold" && held.from === row.from && held.before === row.before) frames.pop();
    if (step !== shown && event.action !== "forward") row.step = shown = step;
    frames.push(row);
  }
  return frames;
}

const frame = (from, action, { flight, kind, n }, before, after) => ({
  what: "frame", from, action, flight, name: kind, before, after, changed: [], sealed: sealed(after ?? before), read: null,
  step: null, ns: [n],
});

/**
 * Gives the victims' frames their rows; returns what has no row yet, with the row (`at`) that it comes after. Between two
 * frames each teller's facts stay together: who of two was faster differs from run to run and means nothing.
 */
function attachVictims(events, frames, shown) {
  const loose = [];
  const last = { client: -1, server: -1, attacker: -1, console: -1 };
  const between = events.some((event) => event.source === "attacker");
  const taken = { sent: new Set(), received: new Set() };
  const direct = new Map();
  const rowOf = (event) => {
    const sent = event.way === "sent";
    const [from, leg] = sent ? [event.source, "before"] : [peerOf(event.source), "after"];
    const at = frames.findIndex((row, i) => row.from === from && row[leg] === event.bytes && !taken[event.way].has(i));
    if (at >= 0) taken[event.way].add(at);
    return at;
  };
  for (const event of events) {
    const source = event.source;
    if (event.type === "relayed") {
      last.attacker = Math.max(last.attacker, frames.findIndex((row) => row.ns.includes(event.n) || row.relayed === event.n));
    } else if (event.type === "frame" && VICTIMS.includes(source)) {
      const at = rowOf(event);
      if (at >= 0) {
        frames[at].ns.push(event.n);
        last[source] = Math.max(last[source], at);
      } else if (!between) {
        meet(loose, direct, event);
      } else {
        const row = event.way === "sent"
          ? frame(source, null, event, event.bytes, null)
          : frame(peerOf(source), null, event, null, event.bytes);
        loose.push({ row, at: last[source], teller: TELLERS.indexOf(source), n: event.n });
      }
    } else if (NOTES.has(event.type) && !shown.has(event.n)) {
      if (source === "console") last.console = frames.length;
      const teller = between ? TELLERS.indexOf(source) : 0;
      loose.push({ row: note(event), at: last[source] ?? frames.length, teller, n: event.n });
    }
  }
  return loose;
}

/** Without a relay, a frame sent and the same frame received are one row. */
function meet(loose, direct, event) {
  const from = event.way === "sent" ? event.source : peerOf(event.source);
  const key = `${from} ${event.bytes}`;
  const waiting = direct.get(key)?.find((row) => !row.ways.has(event.way));
  if (waiting) {
    waiting.ways.add(event.way);
    waiting.ns.push(event.n);
    waiting.before = waiting.after = event.bytes;
    waiting.action = "direct";
    return;
  }
  const sent = event.way === "sent";
  const row = { ...frame(from, null, event, sent ? event.bytes : null, sent ? null : event.bytes), ways: new Set([event.way]) };
  direct.set(key, [...(direct.get(key) ?? []), row]);
  loose.push({ row, at: -1, teller: 0, n: event.n });
}

function note(event) {
  const { n, source } = event;
  switch (event.type) {
    case "established": return { what: "keys", ns: [n], [source]: [event.fingerprint] };
    case "holds": return { what: "keys", ns: [n], attacker: [event.fingerprint] };
    case "aborted": return { what: "stop", ns: [n], party: source, check: event.check ?? null, reason: event.reason };
    case "recovered": return { what: "read", ns: [n], sender: event.sender, text: event.text, live: event.live };
    case "solved": return { what: "solved", ns: [n], found: event.found, bits: event.bits, cost: event.cost };
    default: return { what: "lost", ns: [n], party: event.what, reason: event.reason };
  }
}

/** Keys that appear one after the other are one row: who holds which is then seen side by side. */
function joinKeys(list) {
  const joined = [];
  for (const row of list) {
    const above = joined.at(-1);
    if (row.what !== "keys" || above?.what !== "keys") {
      joined.push({ ...row });
      continue;
    }
    above.ns = [...above.ns, ...row.ns];
    for (const actor of ["client", "attacker", "server"]) {
      if (row[actor]) above[actor] = [...new Set([...(above[actor] ?? []), ...row[actor]])];
    }
  }
  return joined;
}

/**
 * Shows what the attacker read on the record that carried it: the published text hashes to the digest of a message that
 * its sender told of, and a sender's messages travel in its sealed frames, in order. Returns the events so shown.
 */
function markRead(events, frames) {
  const story = fold(events);
  const shown = new Set();
  for (const role of VICTIMS) {
    const records = frames.filter((row) => row.from === role && row.sealed && row.before !== null);
    story[role].sent.forEach((message, i) => {
      const read = story.attacker.recovered.find((found) => found.sender === role && found.digest === message.digest);
      if (!read || !records[i]) return;
      records[i].read = { text: read.text, live: read.live, n: read.n };
      shown.add(read.n);
    });
  }
  return shown;
}
