import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import test from "node:test";
import { HUES, PATTERNS, apart, keysOf, looks } from "../static/model/token.js";
import { themes } from "./colours.js";

const base = readFileSync(new URL("../static/style/base.css", import.meta.url), "utf8");

/** The hues of the cast in both themes, as the style sheet has them. */
const cast = ["client", "attacker", "server"].flatMap((actor) => themes(base)[actor].map(({ hue }) => hue));

/** No two keys of a session look alike, nor like one of the cast. */
function distinct(keys, what) {
  const given = [...looks(keys).values()];
  for (const [i, one] of given.entries()) {
    for (const other of given.slice(0, i)) {
      assert.ok(apart(one.hue, other.hue) >= 40, `${what}: hues ${one.hue} and ${other.hue}`);
      assert.notEqual(one.pattern, other.pattern, what);
    }
    for (const hue of cast) assert.ok(apart(one.hue, hue) >= 40, `${what}: hue ${one.hue} and the cast's ${hue.toFixed()}`);
  }
}

const invented = (...parts) => createHash("sha256").update(parts.join()).digest("hex").slice(0, 32);

test("as many keys as a session of the lab has are told apart, whatever their fingerprints", () => {
  for (let seed = 0; seed < 500; seed++) {
    distinct(Array.from(HUES, (_, i) => invented(seed, i)), `seed ${seed}`);
  }
});

test("a key's look depends on the session's keys alone, not on when it is drawn", () => {
  const keys = ["7f3a91c2", "c04e0000", "7f3a0000"];
  assert.deepEqual(looks(keys), looks([...keys, ...keys]));
  assert.equal(looks(keys).get("7f3a0000").label, "7f3a");
  assert.deepEqual(keysOf({ client: "a", server: "b", attacker: ["b", "a", "c"] }), ["a", "b", "c"]);
  assert.deepEqual(keysOf({ client: null, server: null, attacker: [] }), []);
});

test("sessions differ in their first key's look", () => {
  const first = new Set(Array.from({ length: 200 }, (_, i) => [...looks([invented(i)]).values()].map(({ hue, pattern }) => `${hue} ${pattern}`)[0]));
  assert.equal(first.size, HUES.length * PATTERNS.length);
});

test("more keys than there are hues still have patterns of their own, and of any number each has a look", () => {
  const many = [...looks(Array.from(PATTERNS, (_, i) => invented(i))).values()];
  assert.equal(new Set(many.map(({ pattern }) => pattern)).size, PATTERNS.length);
  for (const { hue, pattern } of looks(Array.from({ length: 40 }, (_, i) => invented(i))).values()) {
    assert.ok(hue >= 0 && hue < 360 && pattern >= 0 && pattern < PATTERNS.length);
  }
});

test("a fingerprint may be anything", () => {
  const odd = ["", "\u{1f511}\u{1f511}\u{1f511}\u{1f511}\u{1f511}", "<script>"];
  for (const { label } of looks(odd).values()) assert.ok([...label].length <= 4);
});

const target = process.env.CARGO_TARGET_DIR ?? fileURLToPath(new URL("../../../target", import.meta.url));
const interlock = `${target}/debug/interlock`;
const json = (...words) => execFileSync(interlock, [...words, "--json"], { maxBuffer: 2 ** 28, encoding: "utf8" });

// How busy the machine is has no part in what keys look like: nobody loses patience.
const unhurried = ["--patience", "600000", "--deadline", "3600"];
// In the simplest modes every seed is played; among the others, whose keys come from the same derivation, each has its share.
const all = 200;
const share = 8;

test("the real programs' keys are told apart for seeds 1 to 200", { skip: existsSync(interlock) ? false : "interlock is not built" }, () => {
  const { scenarios } = JSON.parse(json("list", "scenarios"));
  const split = scenarios.filter(({ scenario, expected }) => expected.kind === "split" && !/[~+]/.test(scenario)).map(({ scenario }) => scenario);
  const whole = split.filter((scenario) => /^(dh|ecdh)\/substitute$/.test(scenario));
  const others = split.filter((scenario) => !whole.includes(scenario));
  assert.ok(whole.length === 2 && others.length * share >= all, "modes in which the attacker splits a session");
  const runs = [...whole.map((scenario) => [scenario, 1, all]), ...others.map((scenario, i) => [scenario, 1 + i * share, share])];
  for (const [scenario, first, count] of runs) {
    const lines = json("run", scenario, "--seed", `${first}`, "--sessions", `${count}`, ...unhurried).trim().split("\n");
    const sessions = lines.map((line) => JSON.parse(line));
    assert.deepEqual(sessions.map(({ seed }) => seed), Array.from({ length: count }, (_, i) => first + i));
    for (const { seed, fingerprints } of sessions) {
      assert.equal(keysOf(fingerprints).length, 2, `${scenario}, seed ${seed}`);
      distinct(keysOf(fingerprints), `${scenario}, seed ${seed}`);
    }
  }
});
