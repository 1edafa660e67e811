import assert from "node:assert/strict";
import { test } from "node:test";
import { fold } from "../static/model/fold.js";
import { notebook, replay, truth } from "../static/model/replay.js";
import { rows } from "../static/model/rows.js";
import { sha256 } from "../static/model/sha256.js";
import { frame, received, relayed, sent, session } from "./events.js";

const HELLO = frame("client-hello", { share: "a" });
const OTHER = frame("client-hello", { share: "m" });
const ANSWER = frame("server-hello", { share: "b" });
const RECORD = frame("record", new Uint8Array(9));

const split = session(
  ["client", "started", { plays: "dh" }],
  sent("client", "client-hello", HELLO),
  ["attacker", "step", { number: 1, text: "Put its own share there." }],
  relayed("client", "alter", "client-hello", HELLO, OTHER, [{ field: "share", old: '"a"', new: '"m"' }]),
  received("server", "client-hello", OTHER),
  ["server", "check", { check: "public-range", status: "passed" }],
  sent("server", "server-hello", ANSWER),
  ["server", "established", { fingerprint: "5e5e", peer: null, own: null }],
  relayed("server", "forward", "server-hello", ANSWER, ANSWER),
  received("client", "server-hello", ANSWER),
  ["client", "established", { fingerprint: "c1c1", peer: null }],
  ["attacker", "holds", { with: "client", fingerprint: "c1c1" }],
  ["client", "data", { way: "sent", index: 0, digest: sha256("hello"), text: "hello" }],
  sent("client", "record", RECORD, 3),
  relayed("client", "forward", "record", RECORD, RECORD),
  ["attacker", "recovered", { sender: "client", text: "hello", live: true }],
);

test("at every row more is known than at the one above, and nothing of what comes later", () => {
  const list = rows(split);
  const known = replay(split, list);
  let before = new Set();
  for (let k = 0; k <= list.length; k += 1) {
    const now = new Set(known(k).map(({ n }) => n));
    for (const n of before) assert(now.has(n), `row ${k} forgets event ${n}`);
    for (const later of list.slice(k + 1)) for (const n of later.ns) assert(!now.has(n) || list[k].ns.includes(n), `row ${k} knows event ${n}`);
    before = now;
  }
  assert.equal(before.size, split.length);
});

test("a check stands with the frame that it is about, a message with its record, a step with what it does", () => {
  const list = rows(split);
  const known = replay(split, list);
  const first = list.findIndex(({ name }) => name === "client-hello");
  const types = known(first).map(({ source, type }) => `${source} ${type}`);
  assert(types.includes("server check") && types.includes("attacker step"));
  const record = list.findIndex(({ name }) => name === "record");
  assert(!known(record - 1).some(({ type }) => type === "data"));
  assert(known(record).some(({ type }) => type === "data"));
  assert(known(record).some(({ type }) => type === "recovered"));
});

test("nobody holds a key before the row that shows it", () => {
  const list = rows(split);
  const known = replay(split, list);
  const keys = list.findIndex(({ what, client }) => what === "keys" && client?.includes("c1c1"));
  assert.equal(fold(known(keys - 1)).client.established, null);
  assert.equal(fold(known(keys)).client.established.fingerprint, "c1c1");
});

test("the notebook tells what the attacker learnt, in its order", () => {
  assert.deepEqual(notebook(split).map(({ what }) => what), ["step", "key", "read"]);
});

test("what is so stands beside what is believed", () => {
  const named = (fingerprint, peer, own) => ({ fingerprint, peer, own });
  const story = (client, server, held = []) => fold(session(
    ...(client ? [["client", "established", client]] : []), ...(server ? [["server", "established", server]] : []),
    ...held.map((fingerprint) => ["attacker", "holds", { with: "client", fingerprint }]),
  ));
  assert.equal(truth(story(null, null), "client"), null);
  assert.deepEqual(truth(story(named("k", "bob.lab"), named("k", null, "bob.lab")), "client"), { belief: "bob.lab", truth: "server", called: "bob.lab", right: true });
  assert.deepEqual(truth(story(named("k", "bob.lab"), null, ["k"]), "client"), { belief: "bob.lab", truth: "attacker", called: null, right: false });
  assert.deepEqual(truth(story(named("k", null), named("l", null), ["k"]), "client"), { belief: null, truth: "attacker", called: null, right: null });
  const misbound = story(named("k", "bob.lab", "alice.lab"), named("k", "mallory.lab", "bob.lab"));
  assert.equal(truth(misbound, "server").right, false);
  assert.equal(truth(misbound, "client").right, true);
  assert.equal(truth(story(named("k", "bob.lab"), null), "client").right, null);
});
