import assert from "node:assert/strict";
import test from "node:test";
import { anchor, expected, fate, lnL, modelled, pace, prime } from "../static/model/costs.js";

const data = {
  measured: [
    { bits: 64, smooth: false, core_seconds: 0.01, session_seconds: 0.001 },
    { bits: 128, smooth: false, core_seconds: 1, session_seconds: 0.1 },
    { bits: 1024, smooth: true, core_seconds: 0.3, session_seconds: 0.4 },
  ],
  records: [{ bits: 795, core_seconds: 9.78e10 }, { bits: 530, core_seconds: null }],
  models: [{ id: "lab", a: 0.5, c: 1, through: null }, { id: "records", a: 1 / 3, c: (64 / 9) ** (1 / 3), through: 795 }],
  sessions: [], live_seconds: 4, later_seconds: 20, later_per_core_second: 0,
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

test("between two measured primes the cost is their geometric mean, beyond them it is extrapolated and said so", () => {
  const middle = prime(96, data);
  assert.ok(Math.abs(middle.core - 0.1) < 1e-12 && !middle.beyond);
  assert.deepEqual(prime(32, data), { core: 0.01, beyond: false });
  assert.ok(prime(200, data).beyond && prime(200, data).core > 1);
  assert.equal(prime(64, { ...data, measured: [] }), null);
});

test("this console's own sessions set the pace, those that paid for nothing do not", () => {
  const session = (bits, seconds, more = {}) => ({ bits, seconds, found: true, prepared_by: null, mode: "dh-weak:short", ...more });
  assert.equal(pace(128, data), null);
  const own = { ...data, sessions: [session(128, 2), session(96, 0.3), session(128, 4), session(64, 90), session(128, 0.06, { prepared_by: "s" }), session(1024, 1, { mode: "dh-weak:smooth" })] };
  assert.ok(Math.abs(pace(128, own) - 3) < 1e-9, "the median of the three nearest: 2, 3 and 4");
  assert.deepEqual([expected(128, own).first, expected(128, own).each].map((x) => Number(x.toFixed(6))), [3, 0.1]);
});

test("what takes longer than the victims wait is read later or never", () => {
  assert.deepEqual([1, 4, 5, 20, 21].map((seconds) => fate(seconds, seconds, data)), ["live", "live", "later", "later", "too-late"]);
  const patient = { ...data, later_per_core_second: 4 };
  assert.deepEqual([200, 1000].map((seconds) => fate(seconds, 200, patient)), ["later", "too-late"], "the time grows with what is known, not with the pace");
});
