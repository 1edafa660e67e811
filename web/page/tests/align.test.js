import assert from "node:assert/strict";
import test from "node:test";
import { align, explained } from "../static/model/align.js";

const row = (name, ...ns) => ({ what: "frame", name, ns });
const stop = (check, ...ns) => ({ what: "stop", party: "client", check, reason: "", ns });
const names = (pairs) => pairs.map(({ left, right }) => [left?.name ?? left?.what ?? null, right?.name ?? right?.what ?? null]);
const side = (n) => (n === null ? null : { n });
/** As the lab tells it: pairs `[left, right, same]` of event numbers. */
const told = (...pairs) => {
  const rows = pairs.map(([left, right, same = true]) => ({ left: side(left), right: side(right), same }));
  const first = rows.findIndex(({ same }) => !same);
  return { rows, first_difference: first < 0 ? null : first };
};

test("rows are the same where all their events are", () => {
  const rows = [row("hello", 1, 2), stop("cert-name", 3)];
  const { pairs, first } = align(rows, structuredClone(rows), told([1, 1], [2, 2], [3, 3]));
  assert.equal(first, null);
  assert.ok(pairs.every((pair) => pair.same));
});

test("the marked row is that of the event in which the lab sees them part", () => {
  const { pairs, first } = align([row("hello", 1), row("reply", 2, 3)], [row("hello", 1), row("reply", 2, 3)], told([1, 1], [2, 2], [3, 3, false]));
  assert.deepEqual(pairs.map((pair) => pair.same), [true, false]);
  assert.equal(first, 1);
});

test("where that event has no row, it is the next one that has and differs", () => {
  // Event 2 is a check, which fails on the left and is switched off on the right.
  const left = [row("hello", 1), stop("cert-name", 3), row("alert", 4)];
  const right = [row("hello", 1), row("finished", 5), row("alert", 4)];
  const { pairs, first } = align(left, right, told([1, 1], [2, 2, false], [4, 4], [3, null, false], [null, 5, false]));
  assert.deepEqual(names(pairs), [["hello", "hello"], ["stop", null], [null, "finished"], ["alert", "alert"]]);
  assert.equal(first, 1);
});

test("a difference that nothing in the drawing shows marks no row", () => {
  const { pairs, first } = align([row("hello", 1)], [row("hello", 1)], told([2, 2, false], [1, 1]));
  assert.deepEqual([pairs[0].same, first], [true, null]);
});

test("rows that the lab does not pair stand alone, whatever they are called", () => {
  const { pairs } = align([row("record", 1)], [row("record", 9)], told([1, null, false], [null, 9, false]));
  assert.deepEqual(names(pairs), [["record", null], [null, "record"]]);
});

test("beside a stop at a check that the other side had switched off stands that it did not look", () => {
  const rung = (party, check, status) => ({ party, check, status });
  const { pairs } = align([row("hello", 1), stop("cert-name", 2), stop("cert-chain", 3)], [row("hello", 1)], told([1, 1], [2, null, false], [3, null, false]));
  const checks = { left: [], right: [rung("client", "cert-name", "skipped"), rung("server", "cert-chain", "skipped"), rung("client", "cert-chain", "passed")] };
  const [hello, name, chain] = explained(pairs, checks);
  assert.equal(hello.right.what, "frame");
  assert.deepEqual([name.left.what, name.right.what, name.right.check], ["stop", "off", "cert-name"]);
  assert.equal(chain.right, null, "the other party's switch, or a check that passed, explains nothing");
});

test("until the lab has compared, nothing is said to differ", () => {
  assert.deepEqual(align([], [], null), { pairs: [], first: null });
  const { pairs, first } = align([row("hello", 1)], [row("hello", 1), row("reply", 2)], null);
  assert.deepEqual([names(pairs), first], [[["hello", "hello"], [null, "reply"]], null]);
});

test("very long sessions are paired by position, in bounded time", () => {
  const many = Array.from({ length: 5000 }, (_, i) => row(`r${i}`, i));
  const { pairs, first } = align(many, many, told(...many.map((_, i) => [i, i, i !== 7])));
  assert.deepEqual([pairs.length, first], [5000, 7]);
});
