import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import test from "node:test";

const page = new URL("../", import.meta.url);
const source = (name) => readFileSync(new URL(`static/${name}`, page), "utf8");
const own = readdirSync(new URL("static/", page)).filter((name) => name.endsWith(".js"));
const imports = (name) => [...source(name).matchAll(/^(?:import|export) [^;]*? from "([^"]+)";$/gms)].map(([, from]) => from);

/** A module and all that it needs. */
function closure(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  imports(name).forEach((from) => closure(from.slice(2), seen));
  return seen;
}

test("modules import each other as ./NAME, so that a report can carry them under other names", () => {
  for (const name of own) {
    for (const from of imports(name)) assert.match(from, /^\.\/(vendor\/)?[a-z0-9]+\.js$/, name);
    assert.doesNotMatch(source(name), /\bimport\s*\(/, name);
  }
});

test("every module is part of the page or of the report", () => {
  assert.deepEqual(own.filter((name) => !closure("app.js").has(name) && !closure("report.js").has(name)), []);
});

test("a report asks nobody: none of its modules fetches, listens or keeps anything", () => {
  const needed = [...closure("report.js")].filter((name) => !name.startsWith("vendor/"));
  assert.ok(needed.includes("fold.js") && needed.includes("diagram.js") && needed.includes("verdict.js"));
  for (const name of needed) assert.doesNotMatch(source(name), /\bfetch\(|EventSource|localStorage|XMLHttpRequest/, name);
});

test("nothing that a session says can become markup or code", () => {
  for (const name of own) {
    assert.doesNotMatch(source(name), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc/i, name);
  }
});

test("the shell obeys the Content-Security-Policy: no inline script, no inline style, nothing from elsewhere", () => {
  const shell = readFileSync(new URL("index.html", page), "utf8");
  assert.doesNotMatch(shell, /<style|\sstyle=|\son\w+=|https?:\/\//i);
  for (const [tag] of shell.matchAll(/<script[^>]*>/g)) assert.match(tag, /src="\/static\//);
});
