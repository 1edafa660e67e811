import assert from "node:assert/strict";
import { test } from "node:test";
import { remedies } from "../static/model/remedy.js";

const row = ([scenario, kind]) => ({ scenario, expected: { kind } });
const table = [
  ["dh/substitute", "split"], ["psk:ephemeral/substitute", "stopped"], ["ecdh-cert/substitute", "stopped"], ["dh-cert:transcript/substitute", "stopped"],
  ["ecdh-cert/substitute~transcript-signature", "split"], ["dh-weak:short/crack", "read"], ["dh-weak:short/crack+group-size", "stopped"],
  ["dh-weak:short/crack+group-known", "stopped"], ["dh-weak:published/crack", "private"], ["ecdh-cert/rogue-ca", "impersonated"],
].map(row);
const holds = (kind) => ["stopped", "private"].includes(kind);

test("the check that was switched off comes first", () => {
  assert.deepEqual(remedies("ecdh-cert/substitute~transcript-signature", table, holds)[0], { scenario: "ecdh-cert/substitute", check: "transcript-signature" });
});

test("a check that can be switched on comes before another mode", () => {
  assert.deepEqual(remedies("dh-weak:short,bits=64/crack", table, holds).map(({ scenario }) => scenario),
    ["dh-weak:short,bits=64/crack+group-size", "dh-weak:short,bits=64/crack+group-known"]);
});

test("of other modes the one with the same exchange is the nearest", () => {
  assert.deepEqual(remedies("dh/substitute", table, holds).map(({ mode }) => mode), ["dh-cert", "psk", "ecdh-cert"]);
  assert.equal(remedies("ecdh/substitute", table, holds)[0].scenario, "ecdh-cert/substitute");
});

test("what nothing stops has no remedy", () => {
  assert.deepEqual(remedies("ecdh-cert/rogue-ca", table, holds), []);
});

test("a mode that leans on the check that is off is no remedy", () => {
  const asked = [["rsa:pkcs1v15/bleichenbacher", "private"], ["rsa:pkcs1v15/bleichenbacher~implicit-rejection", "read"],
    ["rsa-cert:pkcs1v15/bleichenbacher", "private"], ["rsa-cert:pkcs1v15/bleichenbacher~implicit-rejection", "read"], ["ecdh-cert/bleichenbacher", "private"]].map(row);
  assert.deepEqual(remedies("rsa:pkcs1v15/bleichenbacher~implicit-rejection", asked, holds).map(({ check, mode }) => check ?? mode),
    ["implicit-rejection", "ecdh-cert"]);
});
