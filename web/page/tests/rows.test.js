import assert from "node:assert/strict";
import test from "node:test";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { height } from "../static/draw/layout.js";
import { rows } from "../static/model/rows.js";
import { frame, received, relayed, sent, session } from "./events.js";

const hello = frame("client-hello", { share: "old" });
const forged = frame("client-hello", { share: "new" });
const answer = frame("server-hello", { share: "x" });
const record = frame("record", Uint8Array.of(1, 2, 3));
const digest = (text) => createHash("sha256").update(text).digest("hex");

const shape = (row) => (row.what === "frame" ? `${row.from} ${row.name} ${row.action}` : row.what);

const at = (time, [source, type, fact]) => [source, type, { ...fact, at: time }];
const data = (way) => (source, text, index = 0) =>
  [source, "data", { way, index, digest: digest(text), length: text.length, text: text.replace(/ \[.*/, " […]") }];
const [wrote, took] = [data("sent"), data("received")];
const read = (sender, text, live = true) => ["attacker", "recovered", { sender, text, live }];

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

test("a record bears the key that its direction had by then, on each leg, and a hand shows its own", () => {
  const [early, late] = [1, 2].map((octet) => frame("record", Uint8Array.of(octet)));
  const key = (source, of, key) => [source, "installed", { of, key, number: 1 }];
  const list = rows(session(
    ["client", "established", { fingerprint: "aaaa" }], ["server", "established", { fingerprint: "aaaa" }],
    sent("client", "record", early), relayed("client", "forward", "record", early, early), received("server", "record", early),
    key("client", "client", "cccc"), key("client", "server", "dddd"), key("server", "client", "cccc"),
    sent("client", "record", late), relayed("client", "forward", "record", late, late), received("server", "record", late),
  ));
  const sealed = list.filter(({ what }) => what === "frame").map(({ keys }) => keys);
  assert.deepEqual(sealed, [{ before: "aaaa", after: "aaaa" }, { before: "cccc", after: "cccc" }]);
  const hands = list.filter(({ what }) => what === "keys").flatMap(({ client = [], server = [] }) => [...client, ...server]);
  assert.deepEqual([...new Set(hands)].sort(), ["aaaa", "cccc"]);
});

test("two records put together have a row of their own", () => {
  const combined = ["attacker", "combined", { sender: "client", number: 0, first: "00", second: "01", sum: "01", known: "x" }];
  const [row] = rows(session(combined)).filter(({ what }) => what === "combined");
  assert.deepEqual([row.sender, row.number], ["client", 0]);
});

test("what was read stands on the record that carried it, found by its digest", () => {
  const second = frame("record", Uint8Array.of(4));
  const list = rows(session(
    relayed("client", "forward", "record", record, record), relayed("client", "forward", "record", second, second),
    wrote("client", "one", 0), sent("client", "record", record), wrote("client", "two", 1), sent("client", "record", second),
    ["attacker", "recovered", { sender: "client", text: "two", live: false }],
  ));
  assert.deepEqual(list.map((row) => row.read?.text ?? null), [null, "two"]);
});

test("a reading that no record is known for has a row of its own", () => {
  const list = rows(session(["attacker", "recovered", { sender: "client", text: "loot", live: true }]));
  assert.deepEqual(list.map(({ what, text }) => [what, text]), [["read", "loot"]]);
});

test("nothing is read before the key that it is read with", () => {
  const [holds, solved] = [["attacker", "holds", { with: "client", fingerprint: "aaaa" }], ["attacker", "solved", { found: true, bits: 48, cost: "" }]];
  const said = [wrote("client", "loot"), sent("client", "record", record)];
  const drawn = (...facts) => rows(session(...said, ...facts)).map(shape);
  // Read as it passes, with a key that is there already.
  assert.deepEqual(drawn(holds, read("client", "loot"), relayed("client", "forward", "record", record, record)),
    ["keys", "client record forward"]);
  // Kept from its receiver before the key is known, and never let go.
  assert.deepEqual(drawn(relayed("client", "drop", "record", record), holds, read("client", "loot")), ["client record drop", "keys", "read"]);
  // Held, and let go once the key is known: it is read as it goes.
  const late = rows(session(...said, relayed("client", "hold", "record", record), solved, holds, read("client", "loot"),
    relayed("client", "forward", "record", record, record)));
  assert.deepEqual(late.map(shape), ["client record hold", "solved", "keys", "client record forward"]);
  assert.deepEqual(late.map((row) => row.read?.text ?? null), [null, null, null, "loot"]);
  // From the recording.
  assert.deepEqual(drawn(relayed("client", "forward", "record", record, record), solved, holds, read("client", "loot", false)),
    ["client record forward", "solved", "keys", "read"]);
});

test("a victim that loses patience gives up after what happened meanwhile", () => {
  const list = rows(session(
    at(900, sent("client", "client-hello", hello)),
    at(1000, relayed("client", "forward", "client-hello", hello, hello)), at(3000, relayed("server", "drop", "server-hello", answer)),
    at(2_000_000, ["attacker", "solved", { found: false, bits: 48, cost: "" }]),
    at(5_002_000, ["client", "aborted", { flight: 2, reason: "silence" }]),
  ));
  assert.deepEqual(list.map(shape), ["client client-hello forward", "server server-hello drop", "solved", "stop"]);
});

test("a frame tells what its sender wrote and what its receiver took in", () => {
  const [altered, last] = [Uint8Array.of(9), Uint8Array.of(7)].map((bytes) => frame("record", bytes));
  const list = rows(session(
    wrote("client", "Pay 100 [ab]"), sent("client", "record", record), wrote("client", "last", 1), sent("client", "record", last),
    relayed("client", "alter", "record", record, altered), relayed("client", "forward", "record", last, last),
    received("server", "record", altered), took("server", "Pay 900 [ab]"), received("server", "record", last), took("server", "last", 1),
  ));
  assert.deepEqual(list.map((row) => [row.wrote.text, row.took.text, row.wrote.digest === row.took.digest]),
    [["Pay 100 […]", "Pay 900 […]", false], ["last", "last", true]]);
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

test("what the attacker sealed anew or could open lies open, what it altered blindly does not", () => {
  const other = frame("record", Uint8Array.of(8));
  const established = (source, fingerprint) => [source, "established", { fingerprint }];
  const open = (...facts) => rows(session(...facts)).filter((row) => row.what === "frame").map((row) => row.open);
  assert.deepEqual(open(established("client", "aaaa"), ["attacker", "holds", { with: "client", fingerprint: "aaaa" }],
    relayed("client", "alter", "record", record, other)), [true]);
  assert.deepEqual(open(established("client", "aaaa"), relayed("client", "alter", "record", record, other),
    ["attacker", "holds", { with: "client", fingerprint: "aaaa" }]), [false], "it came by the key afterwards");
  assert.deepEqual(open(established("client", "aaaa"), ["attacker", "holds", { with: "server", fingerprint: "bbbb" }],
    relayed("client", "alter", "record", record, other)), [false], "it has another key");
});

test("what somebody holds waits in its row until it is decided about, and stays there where something happened meanwhile", () => {
  const held = ["attacker", "held", { from: "client", flight: 1, kind: "client-hello", bytes: hello, proposes: "alter" }];
  const decided = ["attacker", "decided", { from: "client", kind: "client-hello", action: "forward" }];
  const told = (...facts) => rows(session(sent("client", "client-hello", hello), held, ...facts)).map(shape);
  assert.deepEqual(told(), ["client client-hello hold"]);
  assert.deepEqual(told(decided, relayed("client", "forward", "client-hello", hello, hello)), ["client client-hello forward"]);
  const parted = ["attacker", "parted", { number: 2, from: "server", kind: "server-hello", reason: { is: "ended" } }];
  assert.deepEqual(told(parted), ["client client-hello hold", "parted"]);
});

test("whatever a row is, the diagram has room for it and draws it", () => {
  const source = (file) => readFileSync(new URL(`../static/${file}`, import.meta.url), "utf8");
  const whats = [...`${source("model/rows.js")}${source("model/align.js")}`.matchAll(/what: "([a-z]+)"[,}]/g)].map(([, what]) => what);
  const drawn = source("draw/diagram.js").match(/const PARTS = {([^]*?)\n};/)[1];
  assert.ok(new Set(whats).size >= 12, whats.join());
  for (const what of new Set(whats)) {
    const row = what === "frame" ? { what, changed: [], wrote: null, took: null, read: null, action: "forward" } : { what };
    assert.ok(height(row, { unit: 1, beside: 20, across: 40 }) > 0, what);
    assert.match(drawn, new RegExp(`\\b${what}:`));
  }
});
