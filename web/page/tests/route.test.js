import assert from "node:assert/strict";
import test from "node:test";
import { route, standAlone, to } from "../static/lab/route.js";

const at = (path) => route(new URL(path, "http://lab"));

test("every address that is linked to is understood", () => {
  for (const [href, page, id] of [
    [to.matrix(), "matrix", null],
    [to.session("a1 b/2"), "sessions", "a1 b/2"],
    [to.mode("dh-weak"), "modes", "dh-weak"],
    [to.attack("crack"), "attacks", "crack"],
    [to.check("<script>"), "checks", "<script>"],
  ]) assert.deepEqual([at(href).page, at(href).id], [page, id]);
  const { page, query } = at(to.compare("l&r", "?"));
  assert.deepEqual([page, query.get("left"), query.get("right")], ["compare", "l&r", "?"]);
});

test("what is no address of the page is unknown, not an error", () => {
  for (const path of ["/nowhere", "/sessions/a/b", "/sessions/%E0%A4%A", "/constructor"]) assert.equal(at(path).page, "unknown", path);
});

test("a report links to nothing", () => {
  standAlone();
  assert.equal(to.check("finished"), undefined);
});
