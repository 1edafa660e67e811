import assert from "node:assert/strict";
import test from "node:test";
import { asPlayed, attackOf, format, lacking, modeOf, parse, restored } from "../static/model/scenario.js";

test("every part survives the round trip", () => {
  for (const text of [
    "dh/relay",
    "ecdh-cert/substitute~transcript-signature",
    "dh-weak:short,bits=64/crack+group-known+group-size",
    "dh/inject-public:zero~public-range",
    "ecdh-cert/forge-name~cert-name~transcript-signature+extra",
  ]) assert.equal(format(parse(text)), text);
});

test("switches are put in order", () => {
  assert.equal(format(parse("dh/relay~record-order~record-auth")), "dh/relay~record-auth~record-order");
});

test("each fault is named", () => {
  assert.throws(() => parse("dh"), /MODE\/ATTACK/);
  assert.throws(() => parse("DH/relay"), /"DH"/);
  assert.throws(() => parse("dh/"), SyntaxError);
  assert.throws(() => parse("dh/relay~"), SyntaxError);
  assert.throws(() => parse("dh-weak,bits=x/crack"), /bits=x/);
  assert.throws(() => parse("a:b:c/relay"), SyntaxError);
});

test("a check switched off loses its plus, and is switched off once", () => {
  assert.equal(lacking("dh-weak:short/crack+group-size", "group-size"), "dh-weak:short/crack~group-size");
  assert.equal(lacking("dh/relay~finished", "finished"), "dh/relay~finished");
});

test("restoring undoes the switching off", () => {
  const scenario = "ecdh-cert/forge-name~cert-validity";
  assert.equal(restored(lacking(scenario, "cert-name"), "cert-name"), scenario);
});

test("a cell of the matrix is mode and attack with their variants, without parameters and switches", () => {
  assert.equal(modeOf("dh-weak:short,bits=64/crack+group-size"), "dh-weak:short");
  assert.equal(attackOf("dh/inject-public:zero~public-range"), "inject-public:zero");
});

test("a variant with another table has its flights and checks, any other the mode's", () => {
  const own = { flights: [1], checks: ["a", "b"], off: ["b"] };
  const mode = { id: "m", flights: [0], checks: ["a"], off: [], variants: [{ id: "one" }, { id: "two", table: own }] };
  for (const plain of [null, undefined, "one", "unknown"]) assert.deepEqual(asPlayed(mode, plain).checks, ["a"]);
  assert.deepEqual(asPlayed(mode, "two"), { ...mode, ...own });
  assert.deepEqual(asPlayed({ id: "n", checks: ["c"], variants: [] }, null).checks, ["c"]);
});
