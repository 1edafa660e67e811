import assert from "node:assert/strict";
import test from "node:test";
import { shorten, visible } from "../static/model/text.js";

test("nothing in a text is invisible or reorders the rest", () => {
  assert.equal(visible("a\u202eb\u0007\u200bc"), "a‹U+202E›b‹U+0007›‹U+200B›c");
  assert.equal(visible("<script>é\n"), "<script>é\n");
});

test("a text is shortened in the middle, never within a character", () => {
  assert.equal(shorten("0123456789", 3, 2), "012…89");
  assert.equal(shorten("012345", 3, 2), "012345", "nothing is gained by one character");
  assert.equal(shorten("\u{1f511}".repeat(50), 2, 1), "\u{1f511}\u{1f511}…\u{1f511}");
  assert.equal(shorten("abcdefgh", 4, 0), "abcd…");
});

test("what is no text is shown as JSON", () => {
  assert.equal(visible({ a: [1] }), '{"a":[1]}');
  assert.equal(visible(undefined), "");
  assert.equal(visible(null), "null");
});
