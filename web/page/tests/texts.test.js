import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";
import { phrase, sentence, speak, tell } from "../static/model/words.js";

const english = readFileSync(new URL("../../../lab/src/words/english.txt", import.meta.url), "utf8");
speak(english);

const page = new URL("../static/", import.meta.url);
const own = readdirSync(page, { recursive: true }).filter((path) => path.endsWith(".js") && !path.startsWith("vendor/"));
const code = own.map((path) => [path, readFileSync(new URL(path, page), "utf8").replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "")]);
const names = new Set(english.split("\n").filter((line) => line && !line.startsWith("#")).map((line) => line.split(":")[0].split(" ").slice(0, 2).join(" ")));

test("every text that a view asks for is there", () => {
  const asked = code.flatMap(([path, source]) =>
    [...source.matchAll(/(?:tell|phrase)\((?:[^"`()]*\? )?(["`])([a-z-]+ [^"`]*)\1(?: : \1([a-z-]+ [^"`]*)\1)?/g)].flatMap(([, , one, other]) => [one, other].filter(Boolean).map((key) => [path, key])));
  assert.ok(asked.length > 200, String(asked.length));
  for (const [path, key] of asked) {
    const open = key.indexOf("${");
    const known = open < 0 ? names.has(key) : [...names].some((name) => name.startsWith(key.slice(0, open)));
    assert.ok(known, `${path}: ${key}`);
  }
});

/** Words between tags, and texts of what is read aloud or shown beside the pointer. */
const SPOKEN = [/(?:>|^)([^<>]*)(?:<|$)/g, /(?:title|aria-label|placeholder|label|empty)="([^"]*)"/g];
/** What no language puts into other words. */
const FIXED = new Set(["Interlock", "ms", "[a, c] = exp(c · (ln p)", "· (ln ln p)"]);

/** The templates of markup in a module, each without what it inserts. */
function templates(source) {
  const whole = [];
  const around = [];
  for (let i = 0; i < source.length; i += 1) {
    const [c, within] = [source[i], around.at(-1)];
    if (within?.text !== undefined) {
      if (c === "`") {
        const { text, markup } = around.pop();
        if (markup) whole.push(text);
      }
      else if (c === "$" && source[i + 1] === "{") {
        within.text += "${}";
        around.push({ braces: 0 });
        i += 1;
      } else within.text += c;
    } else if (c === "`") around.push({ text: "", markup: source.slice(i - 4, i) === "html" });
    else if (c === '"') i = source.indexOf('"', i + 1);
    else if (within && c === "{") within.braces += 1;
    else if (within && c === "}") {
      if (within.braces === 0) around.pop();
      else within.braces -= 1;
    }
  }
  return whole;
}

test("no view has words of its own", () => {
  const all = code.flatMap(([path, source]) => templates(source).map((text) => [path, text]));
  assert.ok(all.length > 200, String(all.length));
  const found = all.flatMap(([path, text]) => SPOKEN.flatMap((pattern) => [...text.matchAll(pattern)])
    .map(([, said]) => said.replaceAll("${}", " ").trim()).filter((said) => /[A-Za-z]{2,}/.test(said) && !FIXED.has(said)).map((said) => `${path}: ${said}`));
  assert.deepEqual(found, []);
});

test("no style has words of its own", () => {
  const sheets = readdirSync(page, { recursive: true }).filter((path) => path.endsWith(".css"));
  const contents = sheets.flatMap((path) => [...readFileSync(new URL(path, page), "utf8").matchAll(/\bcontent:([^;}]*)/g)].map(([, value]) => `${path}:${value}`));
  assert.ok(contents.length > 5, String(contents.length));
  assert.deepEqual(contents.filter((value) => /(["'])[^"']*[A-Za-z][^"']*\1/.test(value)), []);
});

test("nodes stand in the gaps of their names, and what comes from a session makes none", () => {
  const node = { type: "b" };
  assert.deepEqual(phrase("belief gave-up", { reason: node }, { flight: 2 }), ["gave up in flight 2: ", node, ""]);
  assert.deepEqual(phrase("cell fault", { why: node }, { scenario: "\ue0000\ue000" }), ["0 was not run: ", node, ""]);
  assert.deepEqual(phrase("head outcome", { check: null }, { kind: "split" }), ["split"]);
  assert.equal(tell("session seed", { seed: 18446744073709551615n }), "seed 18446744073709551615");
  assert.equal(tell("no such-text"), "no such-text");
});

test("a language says what it says, and what it does not say another one says", () => {
  const verdict = { kind: "stopped", because: "x", grounds: { is: "stopped", party: "client", check: "a", flight: 2, expected: { is: "octets", hex: "00" }, observed: { is: "octets", hex: "01" } } };
  assert.equal(sentence(verdict), "The client stopped at a: it wanted 00, and found 01.");
  speak(english, "ladder with-whom: Mit wem?\nword client: Client\nverdict stopped: Der {party|word} stoppte bei {check}: verlangt war {expected}, gefunden wurde {observed}.");
  assert.deepEqual([tell("ladder with-whom"), tell("ladder facts")], ["Mit wem?", "facts"]);
  assert.equal(sentence(verdict), "Der Client stoppte bei a: verlangt war 00, gefunden wurde 01.");
  assert.equal(sentence({ kind: "split", because: "kept long ago" }), "kept long ago");
  speak(english);
});
