#!/usr/bin/env node
// A client for `interlock check --client 'node client.mjs' --filter 'ecdh/*'`, in Node.js's standard library: the mode ecdh,
// and what its environment tells (docs/own-victim.md).

import { createHash, createHmac, createPublicKey, createCipheriv, createDecipheriv } from "node:crypto";
import { diffieHellman, generateKeyPairSync, randomBytes, timingSafeEqual } from "node:crypto";
import { connect } from "node:net";

const given = (name) => process.env[`INTERLOCK_${name}`] ?? "";
const without = new Set(given("WITHOUT").split(" "));
const [CLIENT_HELLO, SERVER_HELLO, RECORD, DATA, CLOSE] = [1, 2, 23, 1, 2];

class Refused extends Error {
  constructor(check, why) {
    super(why);
    this.check = check;
  }
}

function check(id, holds, why) {
  if (!without.has(id) && !holds) throw new Refused(id, why);
}

const frame = (kind, body) => {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(body.length);
  header[0] = kind;
  return Buffer.concat([header, body]);
};

// Section 6: HKDF-Expand of one block.
const hmac = (key, ...parts) => createHmac("sha256", key).update(Buffer.concat(parts)).digest();
const expand = (master, label, transcript) =>
  hmac(master, Buffer.from(`interlock v1 ${label}\0`), transcript, Buffer.from([1]));

const number = (sequence) => {
  const octets = Buffer.alloc(8);
  octets.writeBigUInt64BE(BigInt(sequence));
  return octets;
};

function aad(length, sequence) {
  return Buffer.concat([frame(RECORD, Buffer.alloc(length)).subarray(0, 4), sequence]);
}

function seal(key, count, plaintext) {
  const sequence = number(count);
  const cipher = createCipheriv("chacha20-poly1305", key, Buffer.concat([Buffer.alloc(4), sequence]), { authTagLength: 16 });
  cipher.setAAD(aad(8 + plaintext.length + 16, sequence));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return frame(RECORD, Buffer.concat([sequence, ciphertext, cipher.getAuthTag()]));
}

// The plaintext, and whether the tag fits.
function open(key, body) {
  const [sequence, sealed, tag] = [body.subarray(0, 8), body.subarray(8, -16), body.subarray(-16)];
  const decipher = createDecipheriv("chacha20-poly1305", key, Buffer.concat([Buffer.alloc(4), sequence]), { authTagLength: 16 });
  decipher.setAAD(aad(body.length, sequence));
  decipher.setAuthTag(tag);
  const plaintext = decipher.update(sealed);
  try {
    decipher.final();
    return { plaintext, fits: true };
  } catch {
    return { plaintext, fits: false };
  }
}

async function* frames(socket) {
  let octets = Buffer.alloc(0);
  for await (const piece of socket) {
    octets = Buffer.concat([octets, piece]);
    while (octets.length >= 4) {
      const length = octets.readUIntBE(1, 3);
      if (length > 65536) throw new Refused("", "a frame that is too long");
      if (octets.length < 4 + length) break;
      yield { kind: octets[0], body: octets.subarray(4, 4 + length), whole: octets.subarray(0, 4 + length) };
      octets = octets.subarray(4 + length);
    }
  }
}

const SPKI = Buffer.from("302a300506032b656e032100", "hex");

function agree(secret, share) {
  if (share.length !== 32) throw new Refused("", "a share has 32 octets");
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI, share]), format: "der", type: "spki" });
  try {
    return diffieHellman({ privateKey: secret, publicKey });
  } catch {
    // OpenSSL refuses a secret of zeros by itself.
    check("contributory", false, "the shared secret is zero");
    return Buffer.alloc(32);
  }
}

async function session(report) {
  const socket = connect(Number(given("PORT")), given("HOST"));
  const arriving = frames(socket);
  const next = async (kind) => {
    const { value, done } = await arriving.next();
    if (done) return null;
    if (value.kind !== kind) throw new Refused("", `expected a frame of kind ${kind}, got ${value.kind}`);
    return value;
  };
  try {
    const { privateKey, publicKey } = generateKeyPairSync("x25519");
    const hello = frame(CLIENT_HELLO, Buffer.from(JSON.stringify({
      session: given("SESSION"),
      offers: [{ mode: "ecdh", groups: ["x25519"] }],
      random: randomBytes(32).toString("base64url"),
      share: publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64url"),
    })));
    socket.write(hello);
    const answer = await next(SERVER_HELLO);
    if (answer === null) throw new Refused("", "the connection ended before the server's hello");
    const { choice, share } = JSON.parse(answer.body.toString());
    if (choice?.mode !== "ecdh" || choice?.group !== "x25519") throw new Refused("", "a choice that was not offered");
    const master = hmac(Buffer.alloc(32), agree(privateKey, Buffer.from(share, "base64url")));
    const transcript = createHash("sha256").update(hello).update(answer.whole).digest();
    const labels = without.has("direction-keys") ? ["write", "write"] : ["client write", "server write"];
    const [own, peer] = labels.map((label) => expand(master, label, transcript));
    const exporter = expand(master, "exporter", transcript);
    const fingerprint = createHash("sha256").update("interlock v1 fingerprint\0").update(exporter).digest();
    report.fingerprint = fingerprint.subarray(0, 16).toString("hex");
    const messages = [given("MESSAGE_1"), given("MESSAGE_2")].map((text) => Buffer.concat([Buffer.from([DATA]), Buffer.from(text)]));
    for (const [count, plaintext] of [...messages, Buffer.from([CLOSE])].entries()) socket.write(seal(own, count, plaintext));
    for (let count = 0; ; count++) {
      const record = await next(RECORD);
      check("authenticated-close", record !== null, "the connection ended before the peer's close");
      if (record === null) return;
      if (record.body.length < 25) throw new Refused("", "a record that is too short");
      if (!without.has("direction-keys")) check("direction-keys", !open(own, record.body).fits, "a record of this side's own");
      const { plaintext, fits } = open(peer, record.body);
      check("record-auth", fits, "the tag does not fit");
      check("record-order", timingSafeEqual(record.body.subarray(0, 8), number(count)), `expected record number ${count}`);
      if (plaintext[0] === CLOSE) return;
      if (plaintext[0] !== DATA) throw new Refused("", "neither data nor a close");
      report.received.push(plaintext.subarray(1).toString());
    }
  } finally {
    socket.end();
  }
}

const report = { received: [] };
try {
  if (given("MODE") !== "ecdh") throw new Refused("", `this client does not speak ${given("MODE")}`);
  await session(report);
} catch (error) {
  report.refused = error.check ?? "";
  report.why = error.message;
}
console.log(JSON.stringify(report));
