import assert from "node:assert/strict";
import test from "node:test";
import { holds, power } from "../static/model/equation.js";

test("powers are those of Fermat and of counting by hand", () => {
  assert.equal(power(3n, 4n, 5n), 1n, "81 = 16·5 + 1");
  assert.equal(power(7n, 0n, 13n), 1n);
  assert.equal(power(2n, 126n, 127n), 1n, "Fermat: 127 is prime");
});

test("an equation holds or not, and nonsense is neither", () => {
  // 5^6 = 15625 = 679·23 + 8.
  const right = { p: "17", g: "5", y: "8", x: "6" };
  assert.equal(holds(right), true);
  assert.equal(holds({ ...right, x: "7" }), false);
  for (const nonsense of [undefined, {}, { ...right, x: "g" }, { ...right, x: -1 }, { ...right, p: "0" }, { ...right, x: "f".repeat(1025) }]) {
    assert.equal(holds(nonsense), null);
  }
});
