import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { all, know, letter, standing } from "../static/model/verdict.js";

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
