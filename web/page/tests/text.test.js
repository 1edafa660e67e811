import assert from "node:assert/strict";
import test from "node:test";
import { apart, json, parse, secretive, shorten, visible, written } from "../static/model/text.js";

test("nothing in a text is invisible or reorders the rest", () => {
  assert.equal(visible("a\u202eb\u0007\u200bc"), "a‹U+202E›b‹U+0007›‹U+200B›c");
  assert.equal(visible("<script>é\n\t"), "<script>é\n\t");
  for (const unseen of ["\u061c", "\u00ad", "\u034f", "\u180e", "\u115f", "\u3164", "\u2800", "\ufe0f", "\ud800", "\u2028", "\u{e0041}", "\u{e007f}"]) {
    assert.match(visible(`a${unseen}b`), /^a‹U\+[0-9A-F]{4,5}›b$/, unseen.codePointAt(0).toString(16));
  }
  for (const seen of ["é", "ß", "漢", "\u{1f511}", "한", " "]) assert.equal(visible(seen), seen);
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

test("of two texts that differ the difference is seen, wherever it is", () => {
  const long = "A".repeat(4000);
  for (const at of [0, 1, 13, 100, 2000, 3999]) {
    const other = `${long.slice(0, at)}B${long.slice(at + 1)}`;
    const [one, two] = apart(long, other, 20);
    assert.notEqual(one, two, `at ${at}`);
    assert.ok(two.includes("B") && [...one].length <= 22 && [...two].length <= 22, `${one} and ${two}`);
    assert.equal(one.indexOf("A") >= 0, true);
  }
  assert.deepEqual(apart("short", "other"), ["short", "other"]);
  assert.deepEqual(apart(long, `${long}!`, 12).map((text) => text.endsWith("!")), [false, true], "one goes on where the other ends");
  assert.deepEqual(apart("\u{1f511}".repeat(50), "\u{1f511}".repeat(49) + "x", 4), ["…\u{1f511}\u{1f511}", "…\u{1f511}x"], "never within a character");
});

test("JSON that nests too deep is no error", () => {
  let deep = [];
  for (let i = 0; i < 200_000; i++) deep = [deep];
  assert.equal(json(deep), null);
  assert.equal(visible(deep), "{[{[…]}]}");
  assert.equal(json({ a: 1 }, 2), '{\n  "a": 1\n}');
});

test("the canary is told from the words", () => {
  assert.deepEqual(secretive("Pay 100 [71b541a883ca590f248d9224f5c5cb35]"), { words: "Pay 100", canary: " [71b541a883ca590f248d9224f5c5cb35]", rest: "" });
  assert.deepEqual(secretive("read: “Pay [71b541a8…cb35]”"), { words: "read: “Pay", canary: " [71b541a8…cb35]", rest: "”" });
  assert.deepEqual(secretive("no [note] here"), { words: "no [note] here", canary: "", rest: "" });
});

test("whole numbers beyond 2^53 stay as they were written", { skip: JSON.rawJSON ? false : "this Node does not tell how numbers were written" }, () => {
  const text = '{"seed":18446744073709551615,"n":[1,9007199254740993,1.5,1e300]}';
  assert.deepEqual(parse(text), { seed: 18446744073709551615n, n: [1, 9007199254740993n, 1.5, 1e300] });
});

test("a request keeps whole numbers whole and leaves out what there is not", () => {
  assert.equal(written({ scenario: "dh/relay", seed: 18446744073709551615n }), '{"scenario":"dh/relay","seed":18446744073709551615}');
  assert.equal(written({ scenario: "a\"b", seed: null, sessions: 2, other: undefined }), '{"scenario":"a\\"b","sessions":2}');
});
