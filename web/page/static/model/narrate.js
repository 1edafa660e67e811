/** Each event as one line for a person. */

import { count, shorten } from "./text.js";

const short = (fingerprint) => shorten(fingerprint, 4, 0).replace("…", "");

/** What the attacker did with a frame. */
export const DID = { forward: "forwarded", alter: "altered", drop: "dropped", inject: "made up", hold: "held", direct: "direct" };

const TELL = {
  started: (e) => `takes up its part: ${shorten(e.plays, 60)}`,
  trusts: (e) => `will judge by ${count(e.anchors?.length ?? 0, "trust anchor")}${e.peer ? ` whether its peer is ${shorten(e.peer, 60)}` : ""}`,
  frame: (e) => `${e.way} ${shorten(e.kind, 40)} in flight ${e.flight}`,
  relayed: (e) => `${DID[e.action] ?? "saw"} ${shorten(e.kind, 40)} of the ${e.from}`,
  check: (e) => `${shorten(e.check, 40)} ${e.status}: wanted ${shorten(e.expected, 80)}, found ${shorten(e.observed, 80)}`,
  established: (e) => `finished with key ${short(e.fingerprint)}${e.peer ? ` and takes its peer for ${shorten(e.peer, 60)}` : ""}`,
  aborted: (e) => `gave up in flight ${e.flight}${e.check ? ` at ${shorten(e.check, 40)}` : ""}: ${shorten(e.reason, 160)}`,
  canary: (e) => `publishes the digest of its canary: ${shorten(e.digest, 16, 4)}`,
  data: (e) => `${e.way} message ${e.index + 1} of ${e.length} bytes, digest ${shorten(e.digest, 16, 4)}`,
  closed: (e) => `ended in order: ${e.sent} sent, ${e.received} accepted`,
  holds: (e) => `shows the key ${short(e.fingerprint)} that it shares with the ${e.with}`,
  recovered: (e) => `read the ${e.sender}'s message${e.live ? "" : " from its recording"}: “${shorten(e.text, 80)}”`,
  step: (e) => `step ${e.number}: ${shorten(e.text, 160)}`,
  chose: (e) => `chose, for ${e.bits} bits: ${shorten(e.method, 200)}${e["prepared-by"] ? `; prepared by session ${shorten(e["prepared-by"], 16, 0)}` : ""}`,
  work: (e) => `${shorten(e.phase, 60)}: ${e.done} of ${e.total || "?"} ${shorten(e.unit ?? "", 40)}`,
  solved: (e) => `${e.found ? "found" : "did not find"} the logarithm: ${e.bits} bits, ${shorten(e.method, 80)}, ${shorten(e.cost, 80)}`,
  ended: () => "is done with the session",
  lost: (e) => `lost the ${e.what}: ${shorten(e.reason, 160)}`,
};

/** What an event tells, without its teller. */
export const narrate = (event) => (Object.hasOwn(TELL, event.type) ? TELL[event.type](event) : shorten(event.type, 40));
