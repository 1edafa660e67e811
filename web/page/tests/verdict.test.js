import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { arranged, latest } from "../static/views/matrix.js";
import { KINDS, standing } from "../static/draw/verdict.js";

const rust = readFileSync(new URL("../../../lab/src/verdict.rs", import.meta.url), "utf8");
const css = readFileSync(new URL("../static/style/verdict.css", import.meta.url), "utf8");

test("letters are the lab's own, and every kind has its fill", () => {
  const letters = Object.fromEntries([...rust.matchAll(/Self::(\w+) => '(.)'/g)].map(([, kind, letter]) => [kind.toLowerCase(), letter]));
  assert.equal(Object.keys(letters).length, 11);
  assert.deepEqual(Object.fromEntries(Object.entries(KINDS).map(([kind, { letter }]) => [kind, letter])), letters);
  for (const kind of Object.keys(KINDS)) assert.ok(css.includes(`.mark.${kind} {`) || css.includes(`.mark.${kind},`), kind);
});

test("a verdict of an unknown kind is inconclusive, a session without one runs or waits", () => {
  assert.equal(standing({ verdict: { kind: "constructor" } }), "inconclusive");
  assert.equal(standing({ verdict: { kind: "split" } }), "split");
  assert.equal(standing({ status: "held", verdict: null }), "held");
  assert.equal(standing({ status: "running" }), "running");
});

test("a cell shows the latest session of its mode and attack, whatever is switched", () => {
  const session = (scenario, started) => ({ session: `${started}`, scenario, started });
  const cells = latest([session("dh/relay", 2), session("dh/relay~record-auth", 3), session("dh/relay", 1), session("dh-weak:short,bits=64/crack", 1)]);
  assert.equal(cells.get("dh/relay").started, 3);
  assert.equal(cells.get("dh-weak:short/crack").started, 1);
});

test("attacks stand in their groups, unknown groups last", () => {
  const column = (attack, group) => ({ attack, group });
  const list = [column("a", "new"), column("b", "records"), column("c", "control"), column("d", "records")];
  assert.deepEqual(arranged(list).map(({ attack }) => attack), ["c", "b", "d", "a"]);
});
