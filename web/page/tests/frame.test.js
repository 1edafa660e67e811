import assert from "node:assert/strict";
import test from "node:test";
import { bytesOf, decode, hex, sealed } from "../static/model/frame.js";
import { frame } from "./events.js";

test("a handshake frame shows its fields", () => {
  const { kind, length, fault, fields } = decode(frame("client-hello", { share: "é" }));
  // Header 4, {"share":"é"} is 14 bytes in UTF-8.
  assert.deepEqual([kind, length, fault, fields], [1, 18, null, { share: "é" }]);
});

test("a sealed frame shows its bytes", () => {
  // 0x17, length 2, then 0xff 0x00.
  assert.deepEqual(decode("FwAAAv8A"), { kind: 0x17, length: 6, fault: null, fields: null, hex: "ff00" });
});

test("a frame made for an attack is shown for what it is", () => {
  assert.deepEqual(decode("!").fault, { is: "no-base64url" });
  assert.deepEqual(decode("AQ").fault, { is: "short" });
  assert.deepEqual(decode("FwAACf8A").fault, { is: "length", told: 9, octets: 2 });
  assert.equal(decode(null).fields, null);
  assert.equal(sealed(frame("record", new TextEncoder().encode("{not json"))), true);
  assert.equal(sealed(frame("record", Uint8Array.of(0x7b, 0xff, 0x7d))), true, "not UTF-8");
});

test("base64url has its own two letters", () => {
  assert.equal(hex(bytesOf("-_8")), "fbff");
  assert.equal(bytesOf("+/8"), null);
  assert.equal(bytesOf("A"), null, "no bytes have this length");
});
