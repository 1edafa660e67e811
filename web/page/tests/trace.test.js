import assert from "node:assert/strict";
import test from "node:test";
import { rowsOf } from "../static/model/trace.js";

const sends = (role, message) => ({ party: role, role, does: "sends", message, fields: [{ field: "share", value: `${role}'s`, made: null, from: null }] });
const gets = (role, message, made) => ({ party: role, role, does: "gets", message, fields: [{ field: "share", value: "x", made, from: "the attacker's own" }] });

test("a message that somebody sent and somebody got is one arrow, by what became of it", () => {
  const rows = rowsOf([
    sends("client", "hello"), gets("server", "hello", "derived"), sends("server", "answer"), gets("client", "answer", "forwarded"),
  ]);
  assert.deepEqual(rows.map(({ from, name, action }) => [from, name, action]), [["client", "hello", "alter"], ["server", "answer", "forward"]]);
  assert.deepEqual(rows[0].changed, [{ field: "share", old: "client's", new: "the attacker's own" }]);
  assert.deepEqual(rows.map(({ index }) => index), [0, 1]);
});

test("what nobody sent is made up, and what nobody gets is dropped", () => {
  const rows = rowsOf([sends("client", "hello"), gets("client", "answer", "invented")]);
  assert.deepEqual(rows.map(({ from, action, before, after }) => [from, action, before === null, after === null]),
    [["client", "drop", false, true], ["server", "inject", true, false]]);
});
