import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { day, place, span, standing } from "../static/model/timeline.js";
import { speak } from "../static/model/words.js";

speak(readFileSync(new URL("../../../lab/src/words/english.txt", import.meta.url), "utf8"));

const DAY = 86400;
const NOW = 1767225600; // 2026-01-01 00:00 UTC

test("a moment stands on its side of now, the farther the later, and never off the line", () => {
  assert.equal(place(NOW, NOW), 0.5);
  const moments = [-1e12, -3650 * DAY, -365 * DAY, -DAY, 0, DAY, 30 * DAY, 365 * DAY, 1e12].map((away) => place(NOW + away, NOW));
  assert.deepEqual(moments, [...moments].sort((a, b) => a - b));
  assert.deepEqual([moments[0], moments.at(-1)], [0, 1]);
  assert.ok(Math.abs(place(NOW + 9 * DAY, NOW) + place(NOW - 9 * DAY, NOW) - 1) < 1e-12, "both sides alike");
});

test("one day off is seen from the last row: more than a twentieth of the line", () => {
  assert.ok(0.5 - place(NOW - DAY, NOW) > 0.05);
});

test("a validity is told by how much it fails", () => {
  const valid = (from, until) => standing({ not_before: NOW + from * DAY, not_after: NOW + until * DAY }, NOW);
  assert.deepEqual(valid(-91, -1), { state: "expired", words: "expired 1 day before" });
  assert.deepEqual(valid(1, 91), { state: "not-yet", words: "valid only 1 day later" });
  assert.deepEqual(valid(-1, 730), { state: "valid", words: "valid for 2 years more" });
  // Both ends belong to it (RFC 5280 section 4.1.2.5).
  assert.equal(valid(0, 0).state, "valid");
});

test("stretches and days of any size have words", () => {
  assert.deepEqual([0, 59, 60, 7200, 2 * DAY, -365 * DAY].map(span), ["0 seconds", "59 seconds", "1 minute", "2 hours", "2 days", "1 year"]);
  assert.equal(day(NOW), "2026-01-01");
  assert.equal(day(253402300799), "9999-12-31");
  assert.equal(day(1e18), "1000000000000000000");
});
