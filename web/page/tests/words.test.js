import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { words } from "../static/draw/layout.js";
import { headline, say, sentence, speak } from "../static/model/words.js";
import { narrate } from "../static/model/narrate.js";

const file = (path) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const english = file("lab/src/words/english.txt");
speak(english);

test("values are told as the samples say that hold the terminal's words too", () => {
  const samples = JSON.parse(file("tests/data/words.json"));
  assert.ok(samples.length > 10);
  for (const [family, value, told] of samples) assert.equal(say(family, value), told);
});

test("what only tells of the lab's own working has words, and what nobody knows its type", () => {
  assert.equal(narrate({ type: "trusts", source: "client", anchors: ["a"], peer: "bob.lab" }), "the client will judge by 1 anchor whether its peer is bob.lab");
  assert.equal(narrate({ type: "work", source: "attacker", phase: "sieve", done: 1, total: 3 }), "sieving for relations: 1 of 3");
  assert.equal(narrate({ type: "constructor" }), "constructor");
});

test("a row is told to those who do not see it", () => {
  const frame = { what: "frame", from: "client", action: "alter", name: "client-hello", sealed: false, open: true, wrote: null, took: null, changed: [{ field: "share", old: "\"a\"", new: "\"b\"" }], read: null };
  assert.equal(words(frame), "client to server: client-hello, readable, altered (share from a to b)");
  assert.equal(words({ ...frame, action: null, sealed: true, open: false, changed: [], read: { text: "Pay" } }), "client to server: client-hello, encrypted, on its way; the attacker read “Pay”");
  const [wrote, took] = [{ text: "Pay 100", digest: "a" }, { text: "Pay 900", digest: "b" }];
  const record = { ...frame, action: "forward", sealed: true, open: false, changed: [], wrote, took: wrote };
  assert.equal(words(record), "client to server: client-hello, encrypted, forwarded; its message is “Pay 100”");
  assert.equal(words({ ...record, open: true, took }), "client to server: client-hello, encrypted with a key that the attacker has, forwarded; the client wrote “Pay 100”; the server took in “Pay 900”");
  assert.equal(words({ what: "keys", client: ["0018aa"], attacker: ["0018aa", "31c9bb"] }), "the client holds key 0018 and the attacker holds key 0018 and key 31c9");
  const reason = { is: "check", check: "cert-name", expected: "a.lab", observed: "b.lab" };
  assert.equal(words({ what: "stop", party: "client", check: "cert-name", reason }), "the client gave up at cert-name: cert-name: expected a.lab, got b.lab");
});

test("a session's text chooses no text and fills no gap but its own", () => {
  assert.equal(say("row", { party: "{reason}", reason: { is: "not-given", name: "[x]" } }, "stop"), "the {reason} gave up: [x]: the mode's table needs it, and this party was not given it");
  assert.equal(narrate({ type: "lost", source: "console", what: "a\u202e", reason: { is: "refused", reason: "b\u0007" } }), "the a‹U+202E› is lost: it refused: b‹U+0007›");
});

test("what was wanted and what was found differ visibly, however long they are", () => {
  const [expected, observed] = ["a", "b"].map((odd) => `${"x".repeat(300)}${odd}${"x".repeat(300)}`);
  const told = narrate({ type: "check", source: "client", check: "finished", status: "failed", expected, observed });
  const [, wanted, found] = /wanted (.*), and found (.*)$/.exec(told);
  assert.notEqual(wanted, found);
  assert.ok(wanted.includes("a") && found.includes("b"), told);
});

test("what was wanted and what was found are told in their own words", () => {
  const octets = (hex) => ({ is: "octets", hex });
  const told = narrate({ type: "check", source: "client", check: "finished", status: "failed", expected: octets("00aa"), observed: octets("00ab") });
  assert.equal(told, "the client's check finished fails: it wanted 00aa, and found 00ab");
});

test("a sentence holds no whole digests, but what differs in them where they begin alike", () => {
  const octets = (hex) => ({ is: "octets", hex });
  const [a, b] = ["0123456789abcdef01234567", "fedcba98765432100123"];
  const failed = { check: "finished", expected: octets(a), observed: octets(b) };
  assert.equal(narrate({ type: "check", source: "client", status: "failed", ...failed }), "the client's check finished fails: it wanted 01234567…, and found fedcba98…");
  assert.equal(sentence({ grounds: { is: "stopped", party: "client", ...failed, check: "offers" } }), "The client stopped at offers: it wanted 01234567…, and found fedcba98….");
  const alike = narrate({ type: "check", source: "client", status: "failed", ...failed, observed: octets(`${a.slice(0, -1)}8`) });
  assert.equal(alike, `the client's check finished fails: it wanted ${a}, and found ${a.slice(0, -1)}8`);
});

test("beside its badge a verdict is told without its first word, and nothing else of it is left out", () => {
  const split = { kind: "split", because: "", grounds: { is: "split", client: "99ee00", server: "f59c00", read: ["client"] } };
  const stopped = { kind: "stopped", because: "The client stopped at cert-name: so it is." };
  const unread = { kind: "unread", because: "Unread so far: a key, at: sieving." };
  for (const language of ["english", "german"]) {
    speak(file(`lab/src/words/${language}.txt`));
    const [first, rest] = [sentence(split).split(": ")[0], headline(split)];
    assert.equal(`${first}: ${rest}`.toLowerCase(), sentence(split).toLowerCase());
  }
  speak(english);
  assert.equal(headline(split), "The client shares key 99ee with the attacker, the server shares key f59c with it; the attacker read what the client wrote.");
  assert.equal(headline(stopped), stopped.because);
  assert.equal(headline(unread), "A key, at: sieving.");
  assert.equal(headline({ ...split, session: 2 }), sentence({ ...split, session: 2 }));
});
