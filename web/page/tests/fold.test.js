import assert from "node:assert/strict";
import test from "node:test";
import { deceived, fingerprints, fold, merge, searches, sessionsOf } from "../static/model/fold.js";
import { session } from "./events.js";

test("a split shows two keys at the ends and both in the attacker's hand", () => {
  const story = fold(session(
    ["client", "established", { fingerprint: "aaaa1", group: "g", offered: ["g"] }],
    ["server", "established", { fingerprint: "bbbb2", group: "g", offered: ["g"] }],
    ["attacker", "holds", { with: "client", fingerprint: "aaaa1" }],
    ["attacker", "holds", { with: "server", fingerprint: "bbbb2" }],
    ["attacker", "holds", { with: "server", fingerprint: "bbbb2" }],
  ));
  assert.deepEqual(fingerprints(story), { client: "aaaa1", server: "bbbb2", attacker: ["aaaa1", "bbbb2"] });
});

test("what the attacker published is proven by the victim's digest, and by nothing else", () => {
  // SHA-256 of "abc": FIPS 180-4, example B.1.
  const digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const story = fold(session(
    ["client", "canary", { digest }],
    ["attacker", "recovered", { sender: "client", text: "abc", live: true }],
    ["attacker", "recovered", { sender: "client", text: "abd", live: true }],
    ["attacker", "recovered", { sender: "server", text: "abc", live: true }],
  ));
  assert.deepEqual(story.attacker.recovered.map((read) => read.proof), [true, false, false]);
});

test("a check performed on every record is one rung, and its failure is not forgotten", () => {
  const check = (status) => ["server", "check", { check: "record-auth", status, flight: 3, expected: "a valid tag", observed: status }];
  const { checks } = fold(session(check("passed"), check("failed"), check("passed")));
  assert.equal(checks.length, 1);
  assert.deepEqual([checks[0].status, checks[0].times, checks[0].party], ["failed", 3, "server"]);
});

test("both parties may perform the same check", () => {
  const check = (party) => [party, "check", { check: "public-range", status: "passed", flight: 1, expected: "", observed: "" }];
  assert.equal(fold(session(check("client"), check("server"))).checks.length, 2);
});

test("an attacker that only forwards does not interfere", () => {
  const relay = (action) => fold(session(["attacker", "relayed", { from: "client", action, flight: 1, kind: "k" }])).attacker.interferes;
  assert.equal(relay("forward"), false);
  for (const action of ["alter", "drop", "inject", "hold"]) assert.equal(relay(action), true);
});

test("events that come late or twice find their place", () => {
  const events = session(["client", "ended"], ["server", "ended"], ["attacker", "ended"]);
  const merged = merge(merge([], [events[2], events[0]]), [events[1], events[2], { n: "x" }]);
  assert.deepEqual(merged.map((event) => event.n), [1, 2, 3]);
  assert.equal(merge(merged, [events[1]]), merged, "nothing new, nothing to draw again");
});

test("facts of unknown types and tellers change nothing", () => {
  assert.deepEqual(fold(session(["client", "future-fact"], ["nobody", "established"], ["console", "future-fact"])), fold([]));
});

test("phases stand in the order in which they began, each with the time that it took", () => {
  const at = (at, fact) => ({ v: 1, session: "s", source: "attacker", at, ...fact });
  const work = (when, phase, done, total) => at(when, { type: "work", phase, done, total });
  const events = [work(100, "sieve", 1, 10), work(200, "sieve", 10, 10), work(250, "matrix", 0, 5), work(300, "sieve", 1, 10), work(340, "matrix", 5, 5),
    at(400, { type: "solved", found: true, bits: 48, method: "m", cost: "c" })].map((event, i) => ({ ...event, n: i + 1 }));
  const spent = fold(events).attacker.work.map(({ phase, since, until, spent }) => [phase, spent + until - since]);
  // The sieve from 100 to 250 and from 300 to 340, the matrix from 250 to 300 and from 340 to the end.
  assert.deepEqual(spent, [["sieve", 190], ["matrix", 110]]);
  assert.equal(fold(events.slice(0, 3)).attacker.phase, "matrix", "while it works, the last one is the current one");
});

test("questions to a server are counted, and end as a computation does", () => {
  const asking = ["attacker", "work", { phase: "ask", done: 128, total: 0, unit: "questions", at: 1 }];
  const narrowing = ["attacker", "work", { phase: "narrow", done: 500, total: 1000, unit: "bits", at: 2 }];
  const asked = (found, at) => ["attacker", "asked", { bits: 1025, questions: 900, found, at }];
  const { attacker } = fold(session(asking));
  assert.deepEqual([attacker.phase, attacker.work[0].done, attacker.work[0].unit, attacker.chose], ["ask", 128, "questions", null]);
  const found = fold(session(asking, narrowing, asked(true, 3))).attacker;
  assert.deepEqual(found.solved.map(({ type, questions }) => [type, questions]), [["asked", 900]]);
  assert.deepEqual([found.phase, found.work.map(({ end }) => end)], [null, ["finished", "finished"]]);
  assert.deepEqual(fold(session(asked(false, 3))).attacker.solved.length, 1, "nothing was there to ask");
});

const work = (phase, done, total, at) => ["attacker", "work", { phase, done, total, at }];
const ends = (...facts) => fold(session(...facts)).attacker.work.map(({ phase, done, total, end }) => [phase, done, total, end]);

test("a phase is finished where the next one follows or the logarithm is found", () => {
  assert.deepEqual(ends(work("sieving", 50, 100, 1), work("matrix", 0, 0, 2), ["attacker", "solved", { found: true, at: 3 }]),
    [["sieving", 50, 100, "finished"], ["matrix", 0, 0, "finished"]]);
});

test("a phase in which the computation was cut off, or never told its end, is not finished", () => {
  const reached = { phase: "sieving", done: 60, total: 100 };
  assert.deepEqual(ends(work("sieving", 50, 100, 1), ["attacker", "solved", { found: false, at: 2, cut_off: reached }]), [["sieving", 60, 100, "cut-off"]]);
  assert.deepEqual(ends(work("sieving", 50, 100, 1), ["attacker", "solved", { found: false, at: 2 }]), [["sieving", 50, 100, "cut-off"]]);
  assert.deepEqual(ends(work("sieving", 50, 100, 1), ["console", "lost", { what: "attacker" }]), [["sieving", 50, 100, null]]);
  assert.deepEqual(ends(work("trial", 100, 100, 1), ["attacker", "solved", { found: false, at: 2 }]), [["trial", 100, 100, "over"]], "it came to its end, and to nothing");
});

test("deceived is who shares a key with the attacker and proved nobody's name", () => {
  const established = (source, fingerprint, peer) => [source, "established", { fingerprint, ...(peer && { peer }) }];
  const holds = (...keys) => keys.map((fingerprint) => ["attacker", "holds", { with: "client", fingerprint }]);
  const who = (...facts) => deceived(fold(session(...facts)));
  assert.deepEqual(who(established("client", "a"), established("server", "b"), ...holds("a", "b")), ["client", "server"]);
  assert.deepEqual(who(established("client", "a"), established("server", "b"), ...holds("a")), ["client"]);
  assert.deepEqual(who(established("client", "a", "bob.lab"), established("server", "b"), ...holds("a", "b")), ["server"]);
  assert.deepEqual(who(established("client", "a"), established("server", "a"), ...holds("a")), [], "a key that was computed deceived nobody about a name");
  assert.deepEqual(who(established("client", "a"), established("server", "a")), []);
  assert.deepEqual(who(), []);
});

test("the sessions of a campaign are told apart by where the console begins them", () => {
  const event = (n, source, type, more) => ({ n, source, type, ...more });
  const [one, two] = [event(2, "client", "ended"), event(4, "server", "ended")];
  const told = [event(1, "console", "began", { number: 1, of: 2 }), one, event(3, "console", "began", { number: 2, of: 2 }), two];
  assert.deepEqual(sessionsOf(told), [{ number: 1, of: 2, events: [one] }, { number: 2, of: 2, events: [two] }]);
  assert.deepEqual(sessionsOf([one, two]), [], "one session is no campaign");
  assert.deepEqual(sessionsOf([event(1, "client", "began", { number: 1, of: 2 })]), [], "nobody but the console begins one");
});

test("a search is over when something fits, and is no logarithm", () => {
  const tries = (done, total) => ["attacker", "work", { phase: "short-string", done, total, unit: "tries" }];
  const under = fold(session(tries(0, 0), tries(8192, 0))).attacker;
  assert.deepEqual([searches(under), under.phase, under.work.map(({ done, end }) => [done, end])], [true, "short-string", [[8192, null]]]);
  const over = fold(session(tries(0, 0), tries(8192, 0), tries(9000, 9000))).attacker;
  assert.deepEqual([over.phase, over.work.map(({ done, end }) => [done, end])], [null, [[9000, "finished"]]]);
  assert.ok(!searches(fold(session(["attacker", "work", { phase: "sieve", done: 1, total: 2, unit: "relations" }])).attacker));
  assert.ok(!searches(fold([]).attacker), "who computes nothing searches nothing");
});
