import assert from "node:assert/strict";
import test from "node:test";
import { align, explained } from "../static/model/align.js";

const row = (name, after = name, from = "client") => ({ what: "frame", from, name, action: "forward", before: name, after });
const stop = (check) => ({ what: "stop", party: "client", check, reason: "" });
const names = (pairs) => pairs.map(({ left, right }) => [left?.name ?? left?.what ?? null, right?.name ?? right?.what ?? null]);

test("a session equals itself", () => {
  const rows = [row("hello"), stop("cert-name")];
  const { pairs, first } = align(rows, structuredClone(rows));
  assert.equal(first, null);
  assert.ok(pairs.every((pair) => pair.same));
});

test("rows of one kind are paired and the first that differs is found", () => {
  const { pairs, first } = align([row("hello"), row("reply", "a")], [row("hello"), row("reply", "b")]);
  assert.deepEqual(pairs.map((pair) => pair.same), [true, false]);
  assert.equal(first, 1);
});

test("what only one side has stands alone, and the rest stays aligned", () => {
  const { pairs, first } = align([row("hello"), stop("cert-name"), row("alert")], [row("hello"), row("finished"), row("alert")]);
  assert.deepEqual(names(pairs), [["hello", "hello"], ["stop", null], [null, "finished"], ["alert", "alert"]]);
  assert.equal(first, 1);
});

test("the same name from the other party is another row", () => {
  assert.equal(align([row("record")], [row("record", "record", "server")]).pairs.length, 2);
});

test("beside a stop at a check that the other side had switched off stands that it did not look", () => {
  const rung = (party, check, status) => ({ party, check, status });
  const { pairs } = align([row("hello"), stop("cert-name"), stop("cert-chain")], [row("hello")]);
  const checks = { left: [], right: [rung("client", "cert-name", "skipped"), rung("server", "cert-chain", "skipped"), rung("client", "cert-chain", "passed")] };
  const [hello, name, chain] = explained(pairs, checks);
  assert.equal(hello.right.what, "frame");
  assert.deepEqual([name.left.what, name.right.what, name.right.check], ["stop", "off", "cert-name"]);
  assert.equal(chain.right, null, "the other party's switch, or a check that passed, explains nothing");
});

test("nothing against something", () => {
  assert.deepEqual(align([], []), { pairs: [], first: null });
  assert.equal(align([], [row("hello")]).first, 0);
});

test("very long sessions are paired by position, in bounded time", () => {
  const many = Array.from({ length: 5000 }, (_, i) => row(`r${i}`));
  const { pairs, first } = align(many, [row("other"), ...many.slice(1)]);
  assert.deepEqual([pairs.length, first], [5000, 0]);
});
