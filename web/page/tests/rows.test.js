import assert from "node:assert/strict";
import test from "node:test";
import { createHash } from "node:crypto";
import { rows } from "../static/model/rows.js";
import { frame, received, relayed, sent, session } from "./events.js";

const hello = frame("client-hello", { share: "old" });
const forged = frame("client-hello", { share: "new" });
const answer = frame("server-hello", { share: "x" });
const record = frame("record", Uint8Array.of(1, 2, 3));
const digest = (text) => createHash("sha256").update(text).digest("hex");

const shape = (row) => (row.what === "frame" ? `${row.from} ${row.name} ${row.action}` : row.what);

test("an altered frame is one row with two legs that differ", () => {
  const changed = [{ field: "share", old: '"old"', new: '"new"' }];
  const [row, ...others] = rows(session(
    sent("client", "client-hello", hello),
    relayed("client", "alter", "client-hello", hello, forged, changed),
    received("server", "client-hello", forged),
  ));
  assert.equal(others.length, 0);
  assert.deepEqual([row.action, row.before, row.after, row.changed], ["alter", hello, forged, changed]);
});

test("dropped and held frames never take the second leg, made-up ones never the first", () => {
  const legs = (action, before, after) =>
    rows(session(relayed("client", action, "client-hello", before, after))).map((row) => [row.before !== null, row.after !== null]);
  assert.deepEqual(legs("drop", hello), [[true, false]]);
  assert.deepEqual(legs("hold", hello), [[true, false]]);
  assert.deepEqual(legs("inject", undefined, hello), [[false, true]]);
});

test("a held frame that is let go is one row", () => {
  const list = rows(session(
    sent("client", "client-hello", hello),
    relayed("client", "hold", "client-hello", hello),
    relayed("client", "alter", "client-hello", hello, forged),
  ));
  assert.deepEqual(list.map(shape), ["client client-hello alter"]);
});

test("the attacker's order holds, however the victims' events arrive", () => {
  const told = [
    received("client", "server-hello", answer), ["client", "established", { fingerprint: "aaaa" }],
    relayed("client", "forward", "client-hello", hello, hello), relayed("server", "forward", "server-hello", answer, answer),
  ];
  const early = rows(session(...told, sent("server", "server-hello", answer)));
  assert.deepEqual(early.map(shape), ["client client-hello forward", "server server-hello forward", "keys"]);
});

test("which of two processes was faster makes no difference", () => {
  const facts = [["client", "aborted", { flight: 1, check: "a", reason: "r" }], ["server", "aborted", { flight: 1, reason: "q" }]];
  const parties = (list) => rows(session(["attacker", "started", { plays: "relay" }], ...list)).map((row) => row.party);
  assert.deepEqual(parties(facts), parties(facts.toReversed()));
});

test("a frame that nobody has decided about is on its way", () => {
  const list = rows(session(["attacker", "started", { plays: "relay" }], sent("client", "client-hello", hello)));
  assert.deepEqual(list.map((row) => [row.action, row.before, row.after]), [[null, hello, null]]);
});

test("without an attacker the two ends of a frame are one row", () => {
  const list = rows(session(
    received("server", "client-hello", hello), sent("client", "client-hello", hello), sent("server", "server-hello", answer),
  ));
  assert.deepEqual(list.map(shape), ["client client-hello direct", "server server-hello null"]);
});

test("keys that appear together stand side by side", () => {
  const list = rows(session(
    ["client", "established", { fingerprint: "aaaa" }], ["attacker", "holds", { with: "client", fingerprint: "aaaa" }],
    ["attacker", "holds", { with: "server", fingerprint: "bbbb" }], ["server", "established", { fingerprint: "bbbb" }],
  ));
  assert.deepEqual(list.map(({ what, client, attacker, server }) => ({ what, client, attacker, server })),
    [{ what: "keys", client: ["aaaa"], attacker: ["aaaa", "bbbb"], server: ["bbbb"] }]);
});

test("what was read stands on the record that carried it, found by its digest", () => {
  const second = frame("record", Uint8Array.of(4));
  const list = rows(session(
    relayed("client", "forward", "record", record, record), relayed("client", "forward", "record", second, second),
    ["client", "data", { way: "sent", index: 0, digest: digest("one"), length: 3 }],
    ["client", "data", { way: "sent", index: 1, digest: digest("two"), length: 3 }],
    ["attacker", "recovered", { sender: "client", text: "two", live: false }],
  ));
  assert.deepEqual(list.map((row) => row.read?.text ?? null), [null, "two"]);
});

test("a reading that no record is known for has a row of its own", () => {
  const list = rows(session(["attacker", "recovered", { sender: "client", text: "loot", live: true }]));
  assert.deepEqual(list.map(({ what, text }) => [what, text]), [["read", "loot"]]);
});

test("the stop stands after the frame at which the victim stopped", () => {
  const list = rows(session(
    relayed("client", "forward", "client-hello", hello, hello), relayed("server", "forward", "server-hello", answer, answer),
    received("client", "server-hello", answer), ["client", "aborted", { flight: 2, check: "cert-name", reason: "no" }],
    ["server", "aborted", { flight: 3, reason: "gone" }],
  ));
  // The server has told of no frame: as far as anybody knows it gave up before all of them.
  assert.deepEqual(list.map(shape), ["stop", "client client-hello forward", "server server-hello forward", "stop"]);
  assert.equal(list.at(-1).check, "cert-name");
});

test("a step of the recipe is told once, on the first frame that it changes", () => {
  const list = rows(session(
    ["attacker", "step", { number: 1, text: "listens" }], relayed("client", "forward", "client-hello", hello, hello),
    ["attacker", "step", { number: 2, text: "forges" }], relayed("client", "alter", "client-hello", hello, forged),
    relayed("server", "alter", "server-hello", answer, forged),
  ));
  assert.deepEqual(list.map((row) => row.step), [null, 2, null]);
});

test("sealed is what is no JSON", () => {
  const list = rows(session(relayed("client", "forward", "client-hello", hello, hello), relayed("client", "forward", "record", record, record)));
  assert.deepEqual(list.map((row) => row.sealed), [false, true]);
});
