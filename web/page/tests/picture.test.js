import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { themes } from "./colours.js";

const picture = readFileSync(new URL("../../../docs/interlock.svg", import.meta.url), "utf8");
const css = ["base", "verdict"].map((name) => readFileSync(new URL(`../static/style/${name}.css`, import.meta.url), "utf8")).join("\n");

test("the picture of the README speaks as the page does: readable shares have open heads, a split has the split's colour", () => {
  assert.match(picture, /<marker [^>]*>\s*<path [^>]*fill="none"[^>]*\/>\s*<\/marker>/);
  const split = /--split: light-dark\((#\w{6})/.exec(css)[1];
  assert.match(picture, new RegExp(`<rect [^>]*stroke="${split}"[^>]*/>\\s*<text [^>]*><tspan [^>]*>S split`));
  assert.equal(themes(css).split.length, 2);
  // The attacker's colour is the attacker's.
  assert.deepEqual(picture.match(/<[^>]*#D55E00[^>]*>/gi), ['<path d="M480-28 508 0 480 28 452 0Z" fill="#D55E00"/>']);
});
