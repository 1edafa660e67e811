import assert from "node:assert/strict";
import test from "node:test";
import { outcomes, pairOf } from "../static/model/entry.js";
import { know } from "../static/model/verdict.js";

know([["private", "defended"], ["stopped", "defended"], ["split", "broken"], ["read", "broken"], ["disrupted", "neutral"]].map(([kind, of]) => ({ kind, class: of })));
const table = [
  ["dh/relay", "private"], ["dh/drop", "disrupted"], ["dh/substitute", "split"], ["ecdh-cert/relay", "private"],
  ["ecdh-cert/substitute", "stopped", "transcript-signature"], ["ecdh-cert/substitute~transcript-signature", "split"],
  ["dh-weak:short/crack", "read"], ["dh-weak:short/crack+group-size", "stopped", "group-size"],
].map(([scenario, kind, check = null]) => ({ scenario, expected: { kind, check } }));

test("a mode and an attack are shown by what holds beside what breaks, as far as there is either", () => {
  assert.deepEqual(pairOf("modes", "dh", table), { holds: "dh/relay", breaks: "dh/substitute" });
  assert.deepEqual(pairOf("modes", "ecdh-cert", table), { holds: "ecdh-cert/substitute", breaks: null });
  assert.deepEqual(pairOf("attacks", "substitute", table), { holds: "ecdh-cert/substitute", breaks: "dh/substitute" });
  assert.deepEqual(pairOf("attacks", "crack", table), { holds: null, breaks: "dh-weak:short/crack" });
  assert.deepEqual(pairOf("attacks", "drop", table), { holds: null, breaks: null });
});

test("a check is shown by the same scenario with it and without it", () => {
  assert.deepEqual(pairOf("checks", "transcript-signature", table), { holds: "ecdh-cert/substitute", breaks: "ecdh-cert/substitute~transcript-signature" });
  assert.deepEqual(pairOf("checks", "group-size", table), { holds: "dh-weak:short/crack+group-size", breaks: "dh-weak:short/crack~group-size" });
  assert.deepEqual(pairOf("checks", "cert-name", table), { holds: null, breaks: null });
});

test("the outcomes of an entry are counted, the breaks first", () => {
  assert.deepEqual(outcomes("modes", "dh", table), [["disrupted", 1], ["split", 1], ["private", 1]]);
  assert.deepEqual(outcomes("checks", "group-size", table), [["stopped", 1]]);
});
