import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { retold } from "../static/model/catalogue.js";
import { speak, titleOf } from "../static/model/words.js";
import { narrate, step } from "../static/model/narrate.js";

const english = readFileSync(new URL("../../../lab/src/words/english.txt", import.meta.url), "utf8");
const mode = { id: "dh-weak", title: "Weak", summary: "So.", authenticated_by: "nothing", deployed: "There.", renewal: "Never.", promises: [{ name: "middle", is: "no" }, { name: "forward-secrecy", is: "if", condition: "lucky" }], variants: [{ id: "short", title: "short" }, { id: "long", title: "long" }] };
const attacks = ["a", "b"].map((id) => ({ id, title: id, summary: "Sum.", case: "Once.", recipe: "a", steps: ["One.", "Two."], variants: [{ id: "x", title: "x" }] }));
const check = { id: "finished", title: "Finished", threat: "Bad.", compares: "this" };
const event = { type: "step", number: 2, text: "Two.", recipe: "a", source: "attacker" };

test("where a language says nothing of an entry, the registry's own words stand", () => {
  speak(english);
  assert.deepEqual(retold("modes", [mode]), [mode]);
  assert.deepEqual(retold("attacks", attacks), attacks);
  assert.deepEqual(retold("checks", [check]), [check]);
  assert.deepEqual([step(event), step({ number: 1, text: "Old." }), titleOf("dh-weak:short", "Weak: short")], ["Two.", "Old.", "Weak: short"]);
  assert.equal(narrate(event), "the attacker begins step 2: Two.");
});

test("an entry is told as the language has it, and attacks of one recipe share its texts", () => {
  speak(english, [
    "mode dh-weak: Schwach", "mode-summary dh-weak: Kurz.", "authentication dh-weak: nichts", "deployed dh-weak: Dort.", "renewal dh-weak: Nie.", "condition dh-weak: Glück", "case b: Einmal.", "variant dh-weak:short: zu kurz", "variant a:x: ein X",
    "attack b: B auf Deutsch", "attack-summary a: Beide.", "recipe a number=2: Zwei.", "check finished: Fertig", "threat finished: Schlimm.",
  ].join("\n"));
  assert.deepEqual(retold("modes", [mode]), [{ ...mode, title: "Schwach", summary: "Kurz.", authenticated_by: "nichts", deployed: "Dort.", renewal: "Nie.", promises: [mode.promises[0], { ...mode.promises[1], condition: "Glück" }], variants: [{ id: "short", title: "zu kurz" }, mode.variants[1]] }]);
  const [a, b] = retold("attacks", attacks);
  assert.deepEqual([a.title, b.title, a.summary, b.summary], ["a", "B auf Deutsch", "Beide.", "Beide."]);
  assert.deepEqual([a.case, b.case], ["Once.", "Einmal."]);
  assert.deepEqual([a.steps, b.steps, b.variants[0].title], [["One.", "Zwei."], ["One.", "Zwei."], "ein X"]);
  assert.deepEqual(retold("checks", [check]), [{ ...check, title: "Fertig", threat: "Schlimm." }]);
  assert.deepEqual([titleOf("dh-weak", "Weak"), titleOf("dh-weak:short", "x"), titleOf("dh-weak:long", "Weak: long")], ["Schwach", "Schwach: zu kurz", "Weak: long"]);
  assert.equal(narrate(event), "the attacker begins step 2: Zwei.");
  speak(english);
});
