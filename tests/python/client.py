#!/usr/bin/env python3
"""A client for the modes dh and ecdh, written from docs/wire.md alone, in the standard library.

    client.py [--mode dh|ecdh] [--connect HOST:PORT] [--say TEXT]
    client.py --example docs/wire.md

For tests only: nothing here runs in constant time.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import socket
import struct
import sys

CLIENT_HELLO, SERVER_HELLO, RECORD = 1, 2, 23
DATA, CLOSE = 1, 2
GROUPS = {"dh": "ffdhe2048", "ecdh": "x25519"}


class Refused(Exception):
    """What the peer sent is not what docs/wire.md says."""


# --- X25519 (RFC 7748 section 5) ---

P25519 = 2**255 - 19


def x25519(scalar, point):
    k = int.from_bytes(scalar, "little")
    k = k & ~(7 | 1 << 255) | 1 << 254
    x1 = int.from_bytes(point, "little") % 2**255
    x2, z2, x3, z3, swap = 1, 0, x1, 1, 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a, b * b, d * a, c * b
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % P25519, x1 * (da - cb) ** 2 % P25519
        x2, z2 = aa * bb % P25519, e * (aa + 121665 * e) % P25519
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P25519 - 2, P25519) % P25519).to_bytes(32, "little")


# --- ffdhe2048 (RFC 7919 appendix A.1), from its formula ---


def ffdhe2048():
    scale = 1 << 2200
    e, term, n = 0, scale, 0
    while term:
        e += term
        n += 1
        term //= n
    return 2**2048 - 2**1984 + ((e >> (2200 - 1918)) + 560316) * 2**64 - 1


class X25519:
    def __init__(self, secret=None):
        self.secret = secret or os.urandom(32)
        self.share = x25519(self.secret, (9).to_bytes(32, "little"))

    def agree(self, share):
        if len(share) != 32:
            raise Refused(f"share: expected 32 octets, got {len(share)}")
        shared = x25519(self.secret, share)
        if not any(shared):
            raise Refused("contributory: the shared secret is zero")
        return shared


class Ffdhe2048:
    def __init__(self):
        self.p = ffdhe2048()
        self.secret = int.from_bytes(os.urandom(32), "big") | 1 << 255
        self.share = pow(2, self.secret, self.p).to_bytes(256, "big")

    def agree(self, share):
        if len(share) != 256:
            raise Refused(f"share: expected 256 octets, got {len(share)}")
        y = int.from_bytes(share, "big")
        if not 2 <= y <= self.p - 2:
            raise Refused("public-range: the share is not from 2 to p-2")
        return pow(y, self.secret, self.p).to_bytes(256, "big")


# --- ChaCha20-Poly1305 (RFC 8439) ---


def chacha20_block(key, counter, nonce):
    def quarter(a, b, c, d):
        for x, y, z, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & 0xFFFFFFFF
            s[z] ^= s[x]
            s[z] = (s[z] << by | s[z] >> (32 - by)) & 0xFFFFFFFF

    start = struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce)
    s = list(start)
    for _ in range(10):
        for column in range(4):
            quarter(column, column + 4, column + 8, column + 12)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(s, start)))


def chacha20(key, nonce, data):
    stream = b"".join(chacha20_block(key, 1 + i, nonce) for i in range((len(data) + 63) // 64))
    return bytes(a ^ b for a, b in zip(data, stream))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    sum_ = 0
    for i in range(0, len(message), 16):
        sum_ = (sum_ + int.from_bytes(message[i : i + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((sum_ + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def tag_of(key, nonce, aad, ciphertext):
    def padded(part):
        return part + bytes(-len(part) % 16)

    lengths = struct.pack("<QQ", len(aad), len(ciphertext))
    return poly1305(chacha20_block(key, 0, nonce)[:32], padded(aad) + padded(ciphertext) + lengths)


# --- key schedule (section 6) ---


def expand(master, label, transcript):
    info = b"interlock v1 " + label + b"\0" + transcript
    return hmac.digest(master, info + b"\1", "sha256")


class Keys:
    def __init__(self, shared, transcript):
        self.master = hmac.digest(bytes(32), shared, "sha256")
        self.client_write = expand(self.master, b"client write", transcript)
        self.server_write = expand(self.master, b"server write", transcript)
        self.exporter = expand(self.master, b"exporter", transcript)
        self.fingerprint = hashlib.sha256(b"interlock v1 fingerprint\0" + self.exporter).digest()[:16]


# --- frames, bodies, records (sections 2, 3, 8) ---


def frame(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(text):
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(octets) != text:
        raise Refused("octets: not base64url in its one form")
    return octets


def fields(body, names):
    def once(pairs):
        if len(dict(pairs)) != len(pairs):
            raise Refused("body: a field twice")
        return dict(pairs)

    found = json.loads(body.decode(), object_pairs_hook=once)
    if not isinstance(found, dict) or set(found) != set(names):
        raise Refused(f"body: expected the fields {names}")
    return found


def seal(key, sequence, plaintext):
    number = struct.pack(">Q", sequence)
    nonce = bytes(4) + number
    aad = bytes([RECORD]) + (8 + len(plaintext) + 16).to_bytes(3, "big") + number
    ciphertext = chacha20(key, nonce, plaintext)
    return frame(RECORD, number + ciphertext + tag_of(key, nonce, aad, ciphertext))


def open_(key, sequence, body):
    number, ciphertext, tag = body[:8], body[8:-16], body[-16:]
    aad = bytes([RECORD]) + len(body).to_bytes(3, "big") + number
    if not hmac.compare_digest(tag, tag_of(key, bytes(4) + number, aad, ciphertext)):
        raise Refused("record-auth: the tag does not fit")
    if number != struct.pack(">Q", sequence):
        raise Refused(f"record-order: expected record number {sequence}")
    return chacha20(key, bytes(4) + number, ciphertext)


def read_frame(stream):
    header = stream.read(4)
    body = stream.read(int.from_bytes(header[1:], "big"))
    if len(header) < 4 or len(body) != int.from_bytes(header[1:], "big"):
        raise Refused("frame: the connection ended")
    return header[0], body


def session(mode, address, say):
    host, port = address.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        stream = connection.makefile("rb")
        party = X25519() if mode == "ecdh" else Ffdhe2048()
        choice = {"mode": mode, "group": GROUPS[mode]}
        hello = {
            "session": os.urandom(8).hex(),
            "offers": [{"mode": mode, "groups": [GROUPS[mode]]}],
            "random": encode(os.urandom(32)),
            "share": encode(party.share),
        }
        sent = frame(CLIENT_HELLO, json.dumps(hello).encode())
        connection.sendall(sent)
        kind, body = read_frame(stream)
        if kind != SERVER_HELLO:
            raise Refused(f"frame kind: expected {SERVER_HELLO}, got {kind}")
        answer = fields(body, ["choice", "random", "share"])
        if answer["choice"] != choice or len(decode(answer["random"])) != 32:
            raise Refused("server-hello: choice or random is not what was expected")
        shared = party.agree(decode(answer["share"]))
        keys = Keys(shared, hashlib.sha256(sent + frame(kind, body)).digest())
        print("fingerprint", keys.fingerprint.hex())
        plaintexts = [bytes([DATA]) + say.encode(), bytes([DATA]) + b"And that is all.", bytes([CLOSE])]
        for sequence, plaintext in enumerate(plaintexts):
            connection.sendall(seal(keys.client_write, sequence, plaintext))
        sequence = 0
        while True:
            kind, body = read_frame(stream)
            if kind != RECORD:
                raise Refused(f"frame kind: expected {RECORD}, got {kind}")
            plaintext = open_(keys.server_write, sequence, body)
            sequence += 1
            if plaintext == bytes([CLOSE]):
                print("closed")
                return
            if plaintext[:1] != bytes([DATA]):
                raise Refused("record: neither data nor close")
            print("received", plaintext[1:].decode())


def example(path):
    """Recomputes the example of the document from its two secrets."""
    with open(path, encoding="utf-8") as document:
        lines = re.findall(r"^(\w+) = ([0-9a-f]+)$", document.read(), re.MULTILINE)
    given = {name: bytes.fromhex(value) for name, value in lines}
    client, server = X25519(given["client_secret"]), X25519(given["server_secret"])
    hellos = [given["client_hello"], given["server_hello"]]
    keys = Keys(client.agree(server.share), hashlib.sha256(b"".join(hellos)).digest())
    computed = {
        "shared": server.agree(client.share),
        "transcript": hashlib.sha256(b"".join(hellos)).digest(),
        "master": keys.master,
        "client_write": keys.client_write,
        "server_write": keys.server_write,
        "exporter": keys.exporter,
        "fingerprint": keys.fingerprint,
    }
    for party, hello in zip((client, server), hellos):
        if decode(json.loads(hello[4:])["share"]) != party.share:
            raise Refused("share: not the public value of the secret")
    for name in ("client", "server"):
        key = computed[f"{name}_write"]
        for sequence in range(3):
            plaintext = open_(key, sequence, given[f"{name}_record_{sequence}"][4:])
            computed[f"{name}_plaintext_{sequence}"] = plaintext
            computed[f"{name}_record_{sequence}"] = seal(key, sequence, plaintext)
    for name, value in computed.items():
        if given[name] != value:
            raise Refused(f"{name}: the document has {given[name].hex()}, computed {value.hex()}")
    print("recomputed", len(computed), "values")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=sorted(GROUPS), default="ecdh")
    parser.add_argument("--connect", default="127.0.0.1:7002", metavar="HOST:PORT")
    parser.add_argument("--say", default="Greetings from Python")
    parser.add_argument("--example", metavar="FILE", help="recompute the example of docs/wire.md")
    args = parser.parse_args()
    try:
        example(args.example) if args.example else session(args.mode, args.connect, args.say)
    except (Refused, OSError, ValueError) as error:
        sys.exit(f"client.py: {error}")


if __name__ == "__main__":
    main()
