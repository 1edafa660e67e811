import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { MISCONCEPTIONS, refutedBy } from "../static/model/misconceptions.js";

const file = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const rows = file("../../src/ci/outcomes.txt").split("\n").map((line) => line.split(/\s+/));

/** By theory: what has to come of the scenario for the claim to be false. */
const SHOWN_BY = {
  "rsa-encrypts-everything": "private",
  "one-key-pair-for-both": "private",
  "encrypted-means-alone": "split",
  "certificate-means-partner": "split",
};

test("each misconception is shown false by a scenario whose outcome is expected", () => {
  for (const { name, scenario } of MISCONCEPTIONS) {
    const row = rows.find(([first]) => first === scenario);
    assert.equal(row?.[1], SHOWN_BY[name], scenario);
    assert.equal(refutedBy(scenario)?.name, name);
  }
  assert.equal(refutedBy("dh/relay"), null);
});

test("each has a claim and an answer in every language", () => {
  for (const language of ["english", "german"]) {
    const lines = file(`../../../lab/src/words/${language}.txt`).split("\n");
    for (const { name } of MISCONCEPTIONS) {
      for (const family of ["misconception", "misconception-answer"]) {
        assert.ok(lines.some((line) => line.startsWith(`${family} ${name}: `)), `${language}: ${family} ${name}`);
      }
    }
  }
});
