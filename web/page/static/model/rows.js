/**
 * The rows of the sequence diagram: what three processes tell, each in its own order, put into one.
 *
 * The attacker sees every frame, so its order is the diagram's; the victims' frames are attached to it by their bytes.
 * Events of different processes may arrive in any order, those of one process only in its own.
 */

import { sealed } from "./frame.js";
import { VICTIMS, fold, peerOf } from "./fold.js";

const TELLERS = ["client", "server", "attacker", "console"];

/**
 * Each teller counts its microseconds from its own beginning, and these lie a little apart: only of what lies farther apart
 * than this does the time tell which came first.
 */
const ASIDE = 100_000;

/**
 * Rows from the top: frames `{what: "frame", from, action, flight, name, before, after, changed, sealed, wrote, took, read,
 * step, open, ns}` (`before` as it left its sender, `after` as it went on to the peer, null for a leg that it never took; `action`
 * null while nobody has decided, "direct" where nobody sits in between; `keys` of a sealed one those of its two legs; `wrote` and `took` the messages `{text, digest}` that
 * its sender put into it and that its receiver accepted from it; `open` where the attacker could read it), and notes `{what: "keys" | "stop" | "solved" | "asked" | "parted" |
 * "lost" | "overdue" | "cancelled" | "read", …}`.
 */
export function rows(events) {
  const frames = relayedFrames(events);
  const { loose, notes } = attachVictims(events, frames);
  for (const row of frames) row.wrote ??= row.held?.wrote ?? null;
  markRead(events, frames, loose, notes);
  markOpen(events, frames);
  const placed = [...frames.map((row, i) => ({ row, at: i, teller: -1, n: -1, when: 0 })), ...loose, ...notes];
  return joinKeys(inTime(placed).map(({ row }) => row)).map((row, index) => ({ ...row, index }));
}

/**
 * In the order of the frames that they come after; between two frames in the order of time where that tells, and else each
 * teller's together: who of two was faster differs from run to run and means nothing.
 */
function inTime(placed) {
  const gaps = new Map();
  for (const one of placed) gaps.set(one.at, [...(gaps.get(one.at) ?? []), one]);
  return [...gaps.keys()].sort((a, b) => a - b).flatMap((at) => {
    let [span, last] = [0, null];
    return gaps.get(at)
      .sort((a, b) => a.when - b.when)
      .map((one) => {
        if (last !== null && one.when - last > ASIDE) span += 1;
        last = one.when;
        return { ...one, span };
      })
      .sort((a, b) => a.span - b.span || a.teller - b.teller || a.n - b.n);
  });
}

function relayedFrames(events) {
  const frames = [];
  let step = null;
  let shown = null;
  /** Whether something that has a row happened since the last frame. */
  let since = false;
  for (const told of events) {
    if (told.source !== "attacker") continue;
    // What somebody holds is held as what the attack holds.
    const event = told.type === "held" ? { ...told, type: "relayed", action: "hold", before: told.bytes, changed: [] } : told;
    if (event.type === "step") step = event.number;
    since ||= isNote(event);
    if (event.type !== "relayed" || !VICTIMS.includes(event.from)) continue;
    const row = frame(event.from, event.action, event, event.before ?? null, event.after ?? null);
    Object.assign(row, { changed: event.changed ?? [], relayed: event.n, when: event.at });
    const held = frames.findLast(({ action, from, before }) => action === "hold" && from === row.from && before === row.before);
    if (held && held === frames.at(-1) && !since) frames.pop();
    else if (held) row.held = held;
    since = false;
    if (step !== shown && event.action !== "forward") row.step = shown = step;
    frames.push(row);
  }
  return frames;
}

const frame = (from, action, { flight, kind, n }, before, after) => ({
  what: "frame", from, action, flight, name: kind, before, after, changed: [], sealed: sealed(after ?? before), wrote: null,
  took: null, read: null, step: null, open: !sealed(after ?? before), keys: null, ns: [n],
});

/**
 * Gives the victims' frames their rows, and these the messages that they carried. Returns the frames that have no row yet
 * and the notes, each with the row (`at`) that it comes after.
 */
function attachVictims(events, frames) {
  const [loose, notes] = [[], []];
  const last = { client: -1, server: -1, attacker: -1 };
  const between = events.some((event) => event.source === "attacker");
  const taken = { sent: new Set(), received: new Set() };
  const direct = new Map();
  /** What each victim is about to send, and the row of what it last received. */
  const carried = { client: {}, server: {} };
  const rowOf = (event) => {
    const sent = event.way === "sent";
    const [from, leg] = sent ? [event.source, "before"] : [peerOf(event.source), "after"];
    const at = frames.findIndex((row, i) => row.from === from && row[leg] === event.bytes && !taken[event.way].has(i));
    if (at >= 0) taken[event.way].add(at);
    return at;
  };
  const place = (event) => {
    const { source } = event;
    const at = rowOf(event);
    if (at >= 0) {
      frames[at].ns.push(event.n);
      last[source] = Math.max(last[source], at);
      return frames[at];
    }
    if (!between) return meet(loose, direct, event);
    const row = event.way === "sent" ? frame(source, null, event, event.bytes, null) : frame(peerOf(source), null, event, null, event.bytes);
    loose.push({ row, at: last[source], teller: TELLERS.indexOf(source), n: event.n, when: event.at });
    return row;
  };
  for (const event of events) {
    const source = event.source;
    if (event.type === "relayed" || event.type === "held") {
      last.attacker = Math.max(last.attacker, frames.findIndex((row) => row.ns.includes(event.n) || row.relayed === event.n));
    } else if (VICTIMS.includes(source) && (event.type === "frame" || event.type === "data")) {
      carry(carried[source], event, place);
    } else if (isNote(event) && !(event.type === "installed" && event.of !== source)) {
      const row = { ...NOTES[event.type](event), ns: [event.n] };
      notes.push({ row, at: after(event, last, frames), teller: between ? TELLERS.indexOf(source) : 0, n: event.n, when: event.at });
    }
  }
  return { loose, notes };
}

/** A victim tells of a message before the frame in which it sends it, and after the frame in which it received it. */
function carry(own, event, place) {
  const message = event.type === "data" ? { text: event.text ?? null, digest: event.digest } : null;
  if (message && event.way === "sent") own.message = message;
  else if (message) Object.assign(own.row ?? {}, { took: message });
  else {
    const row = place(event);
    if (event.way === "received") own.row = row;
    else {
      row.wrote = own.message ?? null;
      delete own.message;
    }
  }
}

/**
 * The frame that a note comes after: the last one that its teller had to do with; where a victim gave up, each that was
 * decided about before; what the console lost, all of them.
 */
function after({ source, type, at }, last, frames) {
  if (source === "console") return frames.length;
  const before = type === "aborted" ? frames.findLastIndex((row) => row.when < at - ASIDE) : -1;
  return Math.max(last[source] ?? -1, before);
}

/** Without a relay, a frame sent and the same frame received are one row, which is returned. */
function meet(loose, direct, event) {
  const from = event.way === "sent" ? event.source : peerOf(event.source);
  const key = `${from} ${event.bytes}`;
  const waiting = direct.get(key)?.find((row) => !row.ways.has(event.way));
  if (waiting) {
    waiting.ways.add(event.way);
    waiting.ns.push(event.n);
    waiting.before = waiting.after = event.bytes;
    waiting.action = "direct";
    return waiting;
  }
  const sent = event.way === "sent";
  const row = { ...frame(from, null, event, sent ? event.bytes : null, sent ? null : event.bytes), ways: new Set([event.way]) };
  direct.set(key, [...(direct.get(key) ?? []), row]);
  loose.push({ row, at: -1, teller: 0, n: event.n, when: event.at });
  return row;
}

const came = ({ found, cut_off: cut, bits, failure = null }) => ({ found, cut: Boolean(cut), bits, failure });

/** What a note tells, by the type of its event. */
const NOTES = {
  established: ({ source, fingerprint }) => ({ what: "keys", [source]: [fingerprint] }),
  // Of the keys that a victim installs, its own records' is shown in its hand; its peer's is in its peer's.
  installed: ({ source, key }) => ({ what: "keys", [source]: [key] }),
  holds: ({ fingerprint }) => ({ what: "keys", attacker: [fingerprint] }),
  aborted: ({ source, check = null, reason }) => ({ what: "stop", party: source, check, reason }),
  combined: ({ sender, number }) => ({ what: "combined", sender, number }),
  recovered: ({ sender, text, live }) => ({ what: "read", sender, text, live }),
  asked: (event) => ({ what: "asked", ...came(event), questions: event.questions }),
  solved: (event) => ({ what: "solved", ...came(event), operations: event.operations ?? null }),
  parted: ({ number, from, kind: name, reason }) => ({ what: "parted", number, from, name, reason }),
  overdue: ({ after }) => ({ what: "overdue", after }),
  cancelled: ({ why }) => ({ what: "cancelled", why }),
  lost: ({ what: party, reason }) => ({ what: "lost", party, reason }),
};

const isNote = ({ type }) => Object.hasOwn(NOTES, type);

/** Keys that appear one after the other are one row: who holds which is then seen side by side. */
function joinKeys(list) {
  const joined = [];
  for (const row of list) {
    const above = joined.at(-1);
    if (row.what !== "keys" || above?.what !== "keys") joined.push({ ...row });
    else for (const what of ["ns", "client", "attacker", "server"]) {
      if (row[what]) above[what] = [...new Set([...(above[what] ?? []), ...row[what]])];
    }
  }
  return joined;
}

/**
 * Shows what the attacker read on the frame that carried it, if it could read it there: what it learnt the key from is above.
 * What it read later stands where it read it.
 */
function markRead(events, frames, loose, notes) {
  const carriers = [...frames, ...loose.map(({ row }) => row)];
  const own = events.filter((event) => event.source === "attacker");
  for (const read of fold(events).attacker.recovered) {
    const key = own.findLast(({ n, type }) => n < read.n && (type === "holds" || type === "solved" || type === "asked"))?.n ?? -1;
    const carrier = carriers.findLast((row) => row.from === read.sender && row.wrote?.digest === read.digest);
    // A frame that was held and then let go has two rows of the same octets.
    const row = carrier && carriers.find((row) => row.from === read.sender && row.before === carrier.before && (row.relayed ?? 0) > key);
    const at = notes.findIndex(({ n }) => n === read.n);
    if (row && row.read === null && at >= 0) {
      row.read = { text: read.text, live: read.live, n: read.n };
      notes.splice(at, 1);
    }
  }
}

/**
 * What is sealed lies open before an attacker who has its sender's key by then. Each leg of it has a key: its sender's, and
 * its receiver's.
 */
function markOpen(events, frames) {
  const story = fold(events);
  const inUse = keysInUse(events);
  for (const row of frames.filter((row) => row.sealed)) {
    const key = (role) => row.ns.map((n) => inUse.get(n)).find((used) => used?.by === role)?.key ?? story[role].established?.fingerprint ?? null;
    row.keys = { before: row.before && key(row.from), after: row.after && key(peerOf(row.from)) };
  }
  const since = (role) => {
    const key = story[role].established?.fingerprint;
    return story.attacker.holds.find(({ fingerprint }) => fingerprint === key)?.n ?? Infinity;
  };
  const known = { client: since("client"), server: since("server") };
  for (const row of frames) row.open ||= row.read !== null || row.relayed > known[row.from];
}

/** By the number of a victim's frame: the key of that direction that it had installed by then, where it had another than the handshake's. */
function keysInUse(events) {
  const [inUse, last] = [new Map(), { client: {}, server: {} }];
  for (const { n, source, type, of, key, way } of events) {
    if (!VICTIMS.includes(source)) continue;
    if (type === "installed") last[source][of] = key;
    const sealedBy = way === "sent" ? source : peerOf(source);
    if (type === "frame" && last[source][sealedBy]) inUse.set(n, { by: source, key: last[source][sealedBy] });
  }
  return inUse;
}
