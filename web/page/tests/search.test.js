import assert from "node:assert/strict";
import { test } from "node:test";
import { filter, matches, meets, query } from "../static/model/search.js";

const list = ["ecdh-mutual/misbind", "misbind", "ecdh-cert/substitute", "dh/substitute"].map((name) => ({ name, more: name === "misbind" ? "Unknown key share" : "" }));
const names = (text) => matches(list, text).map(({ name }) => name);

test("a few letters find it, the shortest of the best first", () => {
  assert.deepEqual(names("mis"), ["misbind", "ecdh-mutual/misbind"]);
  assert.deepEqual(names("sub cert"), ["ecdh-cert/substitute"]);
  assert.deepEqual(names("unknown"), ["misbind"]);
  assert.deepEqual(names("  "), list.map(({ name }) => name));
  assert.deepEqual(names("nothing"), []);
});

test("a filter line names members, and words that the scenario contains", () => {
  const asked = filter("mode:dh verdict:split  seed:63 sub unknown:x");
  assert.deepEqual(asked, { words: ["sub", "unknown:x"], mode: "dh", verdict: "split", seed: "63" });
  assert.equal(query(asked), "&mode=dh&verdict=split");
  const session = { scenario: "dh/substitute", mode: "dh", attack: "substitute", verdict: { kind: "split" }, seed: 63n, status: "done" };
  assert.equal(meets(session, filter("mode:dh verdict:split seed:63 sub")), true);
  for (const line of ["mode:ecdh", "verdict:read", "seed:6", "attack:crack", "status:running", "other"]) assert.equal(meets(session, filter(line)), false, line);
  assert.equal(meets({ ...session, mode: "dh-weak:short", scenario: "dh-weak:short,bits=64/crack" }, filter("mode:dh-weak")), true);
  assert.equal(meets(session, filter("")), true);
  const marked = [{ star: true, name: "The one for Monday" }, { star: false, name: "" }];
  assert.deepEqual(marked.map((mark) => meets(session, filter("is:starred"), mark)), [true, false]);
  assert.deepEqual(marked.map((mark) => meets(session, filter("monday dh"), mark)), [true, false]);
  assert.equal(meets(session, filter("is:other"), marked[0]), false);
});
