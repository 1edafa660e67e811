import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { posix } from "node:path";
import test from "node:test";

const folder = new URL("../", import.meta.url);
const source = (path) => readFileSync(new URL(`static/${path}`, folder), "utf8");
const own = readdirSync(new URL("static/", folder), { recursive: true }).filter((path) => path.endsWith(".js") && !path.startsWith("vendor/"));
const IMPORT = /^(?:import|export) [^;]*? from "([^"]+)";$/gms;
const beside = (path, to) => posix.join(posix.dirname(path), to);
/** The paths that a module imports, and those that it imports as it runs. */
const imports = (path) => [...source(path).matchAll(IMPORT)].map(([, to]) => beside(path, to));
const later = (path) => [...source(path).matchAll(/\bimport\("([^"]+)"\)/g)].map(([, to]) => beside(path, to));

/** A module and all that it needs. */
function closure(path, seen = new Set()) {
  if (seen.has(path)) return seen;
  seen.add(path);
  if (!path.startsWith("vendor/")) imports(path).forEach((to) => closure(to, seen));
  return seen;
}

/** The modules of the first screen, and those of the page. */
const first = closure("app.js");
const page = closure("views/later.js", new Set(first));

test("modules import each other by relative paths, so that they can be joined", () => {
  for (const path of own) {
    for (const [, to] of source(path).matchAll(IMPORT)) assert.match(to, /^(\.|\.\.)\/([a-z]+\/)?[a-z0-9]+\.js$/, path);
    // They are joined line by line: an import that ends elsewhere than on its own line would be missed.
    for (const line of source(path).match(/^.*\bfrom "\..*$/gm) ?? []) assert.match(line, /^(import |\} from ")/, `${path}: ${line}`);
  }
});

test("what is not on the first screen is one file, which one module imports as it runs", () => {
  assert.deepEqual(own.flatMap((path) => later(path).map((to) => [path, to])), [["views/lazy.js", "views/later.js"]]);
  for (const path of own) assert.equal(source(path).match(/\bimport\s*\(/g)?.length ?? 0, later(path).length, path);
  assert.ok(first.has("views/home.js") && !first.has("views/session.js") && !first.has("model/rows.js"));
});

/** What each folder may import besides itself: events and their meaning, what components listen for, drawings, the lab's routes, pages. */
const ARROWS = {
  model: [],
  hooks: ["vendor"],
  draw: ["model", "hooks", "vendor"],
  lab: ["model", "hooks", "vendor"],
  views: ["model", "hooks", "draw", "lab", "vendor"],
  ".": ["model", "hooks", "draw", "lab", "views", "vendor"],
};

test("folders import only what lies below them", () => {
  const of = (path) => path.split("/").at(-2) ?? ".";
  for (const path of own) {
    assert.ok(Object.hasOwn(ARROWS, of(path)), path);
    for (const to of [...imports(path), ...later(path)]) {
      assert.ok(of(to) === of(path) || ARROWS[of(path)].includes(of(to)), `${path} imports ${to}`);
    }
  }
});

test("a component listens from the moment that it is drawn, by the hooks that do", () => {
  // An effect runs only after the screen was painted: what comes between the two would be missed.
  const late = (text) => [...text.matchAll(/^ *useEffect\(\(\) => \{\n[^]*?^ *\}, /gm)].some(([effect]) => /addEventListener|\w+\.add\(/.test(effect));
  for (const path of own) assert.equal(late(source(path)), false, path);
  assert.ok(late("  useEffect(() => {\n    addEventListener('resize', look);\n  }, []);"));
  assert.ok(late("  useEffect(() => {\n    watchers.add(redraw);\n  }, []);"));
});

const EXPORT = /^export (?:async )?(?:function\*?|const|let|class) (\w+)/gm;
/** What a module binds by itself or by an import: declarations, parameters, and parts taken out of something. */
const binds = (text, name) => new RegExp(`(?:function\\*?|const|let|class) ${name}\\b|[{[(,]\\s*(?:\\w+(?: as|:) )?${name}\\s*[,}\\])=]|\\b${name} =>`).test(text);

test("what a module uses of another it imports", () => {
  const offered = [...new Set(own.flatMap((path) => [...source(path).matchAll(EXPORT)].map(([, name]) => name)))];
  assert.ok(offered.length > 100, String(offered.length));
  const used = (text) => offered.filter((name) => new RegExp(`(?:(?<![\\w.$-]|function )|(?<=\\.\\.\\.))${name}\\(|<\\$\\{${name}\\}`).test(text));
  const missing = (text) => used(text).filter((name) => !binds(text, name));
  for (const path of own) assert.deepEqual(missing(source(path).replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, "")), [], path);
  assert.deepEqual(missing("html`<i>${span(3)}</i><${Axis} />`;").includes("span"), true);
  assert.deepEqual(missing("[...newest()]"), ["newest"]);
});

/** Lines of code: no comment, nothing blank; a line that is longer than this counts as several, so that none grows for the count's sake. */
const LONG = 160;
const lines = (text) => text.split("\n").filter((line) => line.trim() && !/^\s*(\/\*\*|\*|\/\/)/.test(line)).reduce((sum, line) => sum + Math.ceil(line.length / LONG), 0);

test("the page's own code stays small enough to be read", () => {
  assert.equal(lines(`/** Doc.\n * more\n */\n\n// why\nlet a;\n${"x".repeat(LONG + 1)}`), 3);
  const all = own.reduce((sum, path) => sum + lines(source(path)), 0);
  assert.ok(all > 1000 && all < 5000, `${all} lines`);
});

test("every module is part of the page or of the report", () => {
  assert.deepEqual(own.filter((name) => !page.has(name) && !closure("report.js").has(name)), []);
});

test("a report asks nobody: none of its modules fetches, listens or keeps anything", () => {
  const needed = [...closure("report.js")].filter((name) => !name.startsWith("vendor/"));
  assert.ok(needed.includes("model/fold.js") && needed.includes("draw/diagram.js") && needed.includes("draw/verdict.js"));
  for (const name of needed) assert.doesNotMatch(source(name), /\bfetch\(|EventSource|localStorage|XMLHttpRequest/, name);
});

test("nothing that a session says can become markup or code", () => {
  for (const name of own) {
    assert.doesNotMatch(source(name), /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc/i, name);
  }
});

test("the shell obeys the Content-Security-Policy: no inline script, no inline style, nothing from elsewhere", () => {
  const shell = readFileSync(new URL("index.html", folder), "utf8");
  assert.doesNotMatch(shell, /<style|\sstyle=|\son\w+=|https?:\/\//i);
  for (const [tag] of shell.matchAll(/<script[^>]*>/g)) assert.match(tag, /src="\/static\//);
});
