import assert from "node:assert/strict";
import test from "node:test";
import { anchor, lnL, modelled } from "../static/model/costs.js";

const data = {
  measured: [
    { bits: 64, factor_bits: null, core_seconds: 0.01, session_seconds: 0.001 },
    { bits: 128, factor_bits: null, core_seconds: 1, session_seconds: 0.1 },
    { bits: 1024, factor_bits: 24, core_seconds: 0.3, session_seconds: 0.4 },
  ],
  records: [{ bits: 795, core_seconds: 9.78e10 }, { bits: 530, core_seconds: null }],
  models: [{ id: "lab", a: 0.5, c: 1, through: null }, { id: "records", a: 1 / 3, c: (64 / 9) ** (1 / 3), through: 795 }],
};

test("L of the literature: for a = 1 all of p, for a = 0 a power of its logarithm", () => {
  const ln = 512 * Math.LN2;
  assert.ok(Math.abs(lnL(512, { a: 1, c: 1 }) - ln) < 1e-9, "L_p[1, 1] = p");
  assert.ok(Math.abs(lnL(512, { a: 0, c: 2 }) - 2 * Math.log(ln)) < 1e-9, "L_p[0, 2] = (ln p)^2");
});

test("a curve goes through its point, and grows", () => {
  const [lab, records] = data.models;
  assert.equal(anchor(lab, data).bits, 128, "the largest safe prime, not the smooth one");
  assert.equal(modelled(128, lab, data), 1);
  assert.equal(modelled(795, records, data), 9.78e10);
  assert.ok(modelled(1024, records, data) > 100 * modelled(795, records, data));
  assert.ok(modelled(2048, lab, data) > modelled(2048, records, data), "L[1/3] wins in the end");
  assert.equal(modelled(512, { ...records, through: 530 }, data), null, "a record without a time carries no curve");
});
