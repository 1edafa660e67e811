import assert from "node:assert/strict";
import test from "node:test";
import { PATTERNS, token } from "../static/model/token.js";

test("a key has one look", () => {
  assert.deepEqual(token("7f3a91c2"), token("7f3a91c2"));
  assert.equal(token("7f3a91c2").label, "7f3a");
});

test("of many pairs of keys few look alike, although their labels may", () => {
  const looks = new Set();
  for (let i = 0; i < 2000; i++) {
    const { hue, pattern } = token(`7f3a${i.toString(16).padStart(8, "0")}`);
    assert.ok(Number.isInteger(hue) && hue >= 0 && hue < 360);
    assert.ok(pattern >= 0 && pattern < PATTERNS.length);
    looks.add(`${hue} ${pattern}`);
  }
  // 24 hues and 8 patterns: 2000 keys that fell evenly would meet all of them.
  assert.ok(looks.size >= 180, `${looks.size} of 192 looks`);
});

test("a fingerprint may be anything", () => {
  for (const odd of ["", "\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}", null, "<script>"]) assert.ok([...token(odd).label].length <= 4);
});
