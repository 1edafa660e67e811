import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { all, know, letter, standing } from "../static/model/verdict.js";

// A view stands on a page: what is asked of it here needs no more of one than this.
globalThis.document = { documentElement: { dataset: {} } };
const { placed, variations } = await import("../static/views/matrix.js");

const rust = readFileSync(new URL("../../../lab/src/verdict.rs", import.meta.url), "utf8");
const css = readFileSync(new URL("../static/style/verdict.css", import.meta.url), "utf8");

/** Kinds and letters as the lab has them. */
const letters = [...rust.matchAll(/Self::(\w+) => '(.)'/g)].map(([, kind, letter]) => ({ kind: kind.toLowerCase(), letter, class: "", meaning: "" }));

test("every kind of the lab has its letter and its fill", () => {
  assert.ok(letters.length >= 11);
  know(letters);
  assert.deepEqual(all(), letters);
  for (const { kind, letter: own } of letters) {
    assert.equal(letter(kind), own);
    assert.ok(css.includes(`.mark.${kind} {`), kind);
  }
  assert.equal(letter("running"), "…");
});

test("a verdict of an unknown kind is inconclusive, a session without one runs", () => {
  know(letters);
  assert.equal(standing({ verdict: { kind: "constructor" } }), "inconclusive");
  assert.equal(standing({ verdict: { kind: "split" } }), "split");
  assert.equal(standing({ status: "running" }), "running");
});

test("a cell keeps its own scenario, and what is switched or otherwise set stands beside it", () => {
  const session = (scenario, started) => ({ session: `${started}`, scenario, started });
  const cells = placed([session("dh/relay", 2), session("dh/relay~record-auth", 3), session("dh/relay", 1), session("dh-weak:short,bits=64/crack", 1)]);
  assert.deepEqual(cells.get("dh/relay").own.map(({ started }) => started), [2, 1]);
  assert.deepEqual(cells.get("dh/relay").others.map(({ started }) => started), [3]);
  assert.deepEqual([cells.get("dh-weak:short/crack").own.length, cells.get("dh-weak:short/crack").others.length], [0, 1]);
});

test("of the sessions beside a cell the latest of each scenario is told, whether loaded or live", () => {
  const loaded = [{ session: "a", scenario: "dh/relay~x", started: 1, kind: "split" }, { session: "b", scenario: "dh/relay~y", started: 3, kind: "read" }];
  const live = [{ session: "c", scenario: "dh/relay~x", started: 4, verdict: null }, { session: "b", scenario: "dh/relay~y", started: 3, verdict: { kind: "read" } }];
  assert.deepEqual(variations(loaded, live).map(({ session, kind }) => [session, kind]), [["c", null], ["b", "read"]]);
});
