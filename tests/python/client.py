#!/usr/bin/env python3
"""A client for every mode, written from docs/wire.md alone, in the standard library.

    client.py [--mode MODE] [--connect HOST:PORT] [--say TEXT] [--without CHECK]...
              [--ca root.pem] [--crl crl.pem] [--name server.lab] [--chain client.pem --key client-key.pem]
              [--own-name alice.lab --secret TEXT]
              [--static-key client-static-key.pem --peer-static server-static.pem]
              [--decryption-key client-decryption-key.pem --peer-key server-encryption.pem]
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
import time
from datetime import datetime, timezone

import certificate
import cpace
import ed25519
import mlkem
import rsa_oaep
import rsa_pkcs1v15
from certificate import Refused

CLIENT_HELLO, SERVER_HELLO, CLIENT_SHARE, CERTIFICATE, CERTIFICATE_VERIFY, FINISHED, HALF, REST, SPOKEN = range(1, 10)
REKEY, REKEY_ACK, RECORD = range(21, 24)
LONGEST = {RECORD: 16_409} | dict.fromkeys([*range(CLIENT_HELLO, SPOKEN + 1), REKEY, REKEY_ACK], 65_536)
DATA, CLOSE = 1, 2
SESSION = os.urandom(8).hex()
# Checks that the scenario switches off or on, and those that this client leaves out.
WITHOUT, WITH, BROKEN = set(), set(), set()
GROUPS = {"dh": "ffdhe2048", "dh-cert": "ffdhe2048", "dh-weak": "own", "hybrid-cert": "x25519mlkem768", "pake": "ristretto255", "rsa": "none", "rsa-cert": "none", "ecdh": "x25519", "ecdh-cert": "x25519", "ecdh-mutual": "x25519", "psk": "x25519", "triple-dh": "x25519", "interlock": "x25519", "nspk": "none", "tofu": "x25519", "sas": "x25519"}


def check(name, holds, why="what came does not fit"):
    if not holds and name not in WITHOUT | BROKEN:
        raise Refused(f"{name}: {why}")


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
        check("contributory", any(shared), "the shared secret is zero")
        return shared


class Modular:
    """Powers of g modulo p."""

    def __init__(self, p, g):
        self.p, self.octets = p, (p.bit_length() + 7) // 8
        self.secret = int.from_bytes(os.urandom(self.octets), "big") % (p - 2) + 1
        self.share = pow(g, self.secret, p).to_bytes(self.octets, "big")

    def agree(self, share):
        if len(share) != self.octets:
            raise Refused(f"share: expected {self.octets} octets, got {len(share)}")
        y = int.from_bytes(share, "big")
        check("public-range", 2 <= y <= self.p - 2, "the share is not from 2 to p-2")
        return pow(y, self.secret, self.p).to_bytes(self.octets, "big")


def own_group(group):
    p, g = (decode(group[name]) for name in ("p", "g"))
    if not p or not g or p[0] == 0 or g[0] == 0 or len(p) > 1024 or len(g) > 1024 or p[-1] % 2 == 0 or p <= b"\3":
        raise Refused("group: p or g is not what a group may have")
    p, g = int.from_bytes(p, "big"), int.from_bytes(g, "big")
    published = (p, g) == (ffdhe2048(), 2)
    if "group-size" in WITH:
        check("group-size", p.bit_length() >= 2048, f"a modulus of {p.bit_length()} bits")
    if "group-prime" in WITH:
        check("group-prime", published or probably_prime(p), "the modulus is no prime")
    if "group-order" in WITH:
        safe = published or probably_prime(p >> 1) and probably_prime(p)
        check("group-order", safe and 1 < g < p - 1, "the order of g is not known to be large")
    if "group-known" in WITH:
        check("group-known", published, "nobody published this group")
    return Modular(p, g)


def probably_prime(n):
    """Miller and Rabin, with the first primes."""
    if n < 50 or n % 2 == 0:
        return n in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
    twos = (n - 1 & 1 - n).bit_length() - 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(base, n - 1 >> twos, n)
        if x not in (1, n - 1) and all((x := x * x % n) != n - 1 for _ in range(twos - 1)):
            return False
    return True


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


class Handshake:
    """The transcript so far, and what follows from it and the shared secret."""

    def __init__(self):
        self.hash, self.master, self.context = hashlib.sha256(), None, None

    def add(self, whole_frame):
        self.hash.update(whole_frame)

    def transcript(self):
        return self.hash.digest()

    def agree(self, shared):
        self.master = hmac.digest(bytes(32), shared, "sha256")

    def key(self, label):
        """In `dh-cert:legacy` another context than the transcript."""
        return expand(self.master, label, self.context or self.transcript())

    def record_keys(self):
        labels = (b"write", b"write") if "direction-keys" in WITHOUT else (b"client write", b"server write")
        self.client_write, self.server_write = map(self.key, labels)
        self.exporter = self.key(b"exporter")
        self.fingerprint = hashlib.sha256(b"interlock v1 fingerprint\0" + self.exporter).digest()[:16]


# --- tuples, and MACs under a secret that both know beforehand (sections 6 and 7) ---


def tuple_of(*values):
    def octets_of(value):
        if isinstance(value, (list, tuple)):
            return tuple_of(*value)
        return value.encode() if isinstance(value, str) else value

    return b"".join(len(each).to_bytes(4, "big") + each for each in map(octets_of, values))


def binder(secret, party, *values):
    key = expand(hmac.digest(bytes(32), secret, "sha256"), party + b" binder", hashlib.sha256().digest())
    return hmac.digest(key, hashlib.sha256(tuple_of(*values)).digest(), "sha256")


# --- signatures (section 7) ---


def to_be_signed(context, transcript):
    return b"\x20" * 64 + b"Interlock v1, " + context + b"\0" + transcript


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


def fits(key, body):
    number, ciphertext, tag = body[:8], body[8:-16], body[-16:]
    aad = bytes([RECORD]) + len(body).to_bytes(3, "big") + number
    return hmac.compare_digest(tag, tag_of(key, bytes(4) + number, aad, ciphertext))


def open_(key, sequence, body):
    number, ciphertext = body[:8], body[8:-16]
    check("record-auth", fits(key, body), "the tag does not fit")
    check("record-order", number == struct.pack(">Q", sequence), f"expected record number {sequence}")
    return chacha20(key, bytes(4) + number, ciphertext)


class Connection:
    """Frames in and out; the handshake's go into the transcript."""

    def __init__(self, socket_, handshake):
        self.socket, self.stream, self.handshake = socket_, socket_.makefile("rb"), handshake

    def read(self, *expected):
        header = self.stream.read(4)
        if not header and RECORD in expected:
            check("authenticated-close", False, "the connection ended before the peer's close")
            return None, b""
        if len(header) == 4 and header[0] not in expected:
            raise Refused(f"frame kind: expected {expected}, got {header[0]}")
        if len(header) < 4:
            raise Refused("frame: the connection ended")
        length = int.from_bytes(header[1:], "big")
        if length > LONGEST[header[0]]:
            raise Refused(f"frame length: at most {LONGEST[header[0]]}, got {length}")
        body = self.stream.read(length)
        if len(body) != length:
            raise Refused("frame: the connection ended")
        return header[0], body

    def receive(self, kind, names):
        _, body = self.read(kind)
        self.handshake.add(frame(kind, body))
        return fields(body, names)

    def send(self, kind, message):
        whole = frame(kind, json.dumps(message).encode())
        self.handshake.add(whole)
        self.socket.sendall(whole)


def octets(text, count):
    found = decode(text)
    if len(found) != count:
        raise Refused(f"octets: expected {count}, got {len(found)}")
    return found


def identify(connection, handshake, mode, trust, own_chain, own_key):
    """Sections 4, 6 and 7 for the modes with certificates."""

    mutual = mode == "ecdh-mutual"
    hellos = handshake.transcript()
    finished = {party: handshake.key(party + b" finished") for party in (b"client", b"server")}
    identity = {party: handshake.key(party + b" identity") for party in (b"client", b"server")}
    if mutual:
        handshake.record_keys()
    binding = ["binding"] if mutual else []

    chain = connection.receive(CERTIFICATE, ["chain"])["chain"]
    if not isinstance(chain, list) or not 1 <= len(chain) <= 16:
        raise Refused("chain: expected 1 to 16 certificates")
    leaf_key = trust.leaf_key([decode(der) for der in chain])
    signed = handshake.transcript()
    verify = connection.receive(CERTIFICATE_VERIFY, ["signature", *binding])
    signature = octets(verify["signature"], 64)
    said = to_be_signed(b"server CertificateVerify", signed)
    check("transcript-signature", ed25519.verify(leaf_key, said, signature))
    if mutual:
        mac = hmac.digest(identity[b"server"], signed, "sha256")
        check("identity-binding", hmac.compare_digest(octets(verify["binding"], 32), mac))
    mac = hmac.digest(finished[b"server"], hellos if mutual else handshake.transcript(), "sha256")
    check("finished", hmac.compare_digest(octets(connection.receive(FINISHED, ["mac"])["mac"], 32), mac))

    if mutual:
        connection.send(CERTIFICATE, {"chain": [encode(der) for der in own_chain]})
        signed = handshake.transcript()
        signature = ed25519.sign(own_key, to_be_signed(b"client CertificateVerify", signed))
        mac = hmac.digest(identity[b"client"], signed, "sha256")
        connection.send(CERTIFICATE_VERIFY, {"signature": encode(signature), "binding": encode(mac)})
    mac = hmac.digest(finished[b"client"], hellos if mutual else handshake.transcript(), "sha256")
    connection.send(FINISHED, {"mac": encode(mac)})
    if not mutual:
        handshake.record_keys()


def meet_again(connection, handshake, args, variant):
    """Sections 4 to 7 for `psk`, in each of its variants."""
    secret, group = args.secret, "none" if variant == "psk-only" else "x25519"
    party = None if variant == "psk-only" else X25519()
    shares = [] if party is None else [party.share]
    random = os.urandom(32)
    signed = [[["psk", [group]]], random, *shares, args.own_name, args.name]
    hello = {
        "session": SESSION,
        "offers": [{"mode": "psk", "groups": [group]}],
        "random": encode(random),
        "identity": args.own_name,
        "server": args.name,
        "binder": encode(binder(secret, b"client", *signed)),
    }
    connection.send(CLIENT_HELLO, hello | ({} if party is None else {"share": encode(party.share)}))
    heard = handshake.transcript()
    answer = connection.receive(SERVER_HELLO, ["choice", "random", "binder"] + ["share"] * len(shares))
    if answer["choice"] != {"mode": "psk", "group": group}:
        raise Refused("choice: not what was offered")
    shares = [decode(answer["share"])] if shares else []
    mac = binder(secret, b"server", heard, ["psk", group], octets(answer["random"], 32), *shares)
    check("psk-binder", hmac.compare_digest(octets(answer["binder"], 32), mac))
    agreed = [party.agree(share) for share in shares]
    handshake.agree(tuple_of(secret, *agreed) if variant == "mixed" else [secret, *agreed][-1])
    handshake.record_keys()


class Answer:
    """What answers a share of X25519MLKEM768."""

    def __init__(self):
        self.curve = X25519()

    def agree(self, share):
        encapsulated = mlkem.encapsulate(share[: mlkem.KEY], os.urandom(32)) if len(share) == mlkem.KEY + 32 else None
        if encapsulated is None:
            raise Refused(f"share: expected a key of ML-KEM-768 and a point, got {len(share)} octets")
        self.share = encapsulated[0] + self.curve.share
        return encapsulated[1] + x25519(self.curve.secret, share[mlkem.KEY :])


def negotiate(connection, handshake, trust, mode, variant):
    """Sections 4 to 7 for `dh-cert`, in both variants, and for `hybrid-cert`."""

    legacy, hybrid = variant == "legacy", mode == "hybrid-cert"
    groups = ["x25519mlkem768", "x25519"] if hybrid else ["ffdhe2048", "own"]
    offers, random = [{"mode": mode, "groups": groups}], os.urandom(32)
    connection.send(CLIENT_HELLO, {"session": SESSION, "offers": offers, "random": encode(random)})
    names = ["choice", "random", "share"] + ["group"] * (not hybrid) + ["heard"] * (legacy or hybrid) + ["answers"] * legacy
    answer = connection.receive(SERVER_HELLO, names)
    if answer["choice"] not in [{"mode": mode, "group": group} for group in groups]:
        raise Refused("choice: not what was offered")
    if hybrid:
        check("offers-bound", answer["heard"] == offers)
        party, parameters = Answer() if answer["choice"]["group"] == groups[0] else X25519(), []
    else:
        party, parameters = own_group(answer["group"]), [decode(answer["group"][name]) for name in ("p", "g")]
    share, randoms = decode(answer["share"]), [random, octets(answer["random"], 32)]
    answered = octets(answer["answers"], 32) if legacy else random
    check("fresh-transcript", answered == random)
    if "fresh-transcript" in WITHOUT:
        answered = randoms[1]
    chain = connection.receive(CERTIFICATE, ["chain"])["chain"]
    if not isinstance(chain, list) or not 1 <= len(chain) <= 16:
        raise Refused("chain: expected 1 to 16 certificates")
    leaf_key = trust.leaf_key([decode(der) for der in chain])
    bound = [[[offer["mode"], offer["groups"]] for offer in answer["heard"]]] if "offers-bound" in WITH else []
    if bound:
        check("offers-bound", answer["heard"] == offers)
    scope = hashlib.sha256(tuple_of(answered, randoms[1], parameters, share, *bound)).digest() if legacy else handshake.transcript()
    signature = octets(connection.receive(CERTIFICATE_VERIFY, ["signature"])["signature"], 64)
    said = to_be_signed(b"server CertificateVerify", scope)
    check("transcript-signature", ed25519.verify(leaf_key, said, signature))
    handshake.agree(party.agree(share))
    connection.send(CLIENT_SHARE, {"share": encode(party.share)})
    if legacy:
        handshake.context = hashlib.sha256(tuple_of(*randoms)).digest()
    if hybrid:
        handshake.record_keys()
    finished = {party: handshake.key(party + b" finished") for party in (b"client", b"server")}
    connection.send(FINISHED, {"mac": encode(hmac.digest(finished[b"client"], handshake.transcript(), "sha256"))})
    mac = hmac.digest(finished[b"server"], handshake.transcript(), "sha256")
    check("finished", hmac.compare_digest(octets(connection.receive(FINISHED, ["mac"])["mac"], 32), mac))
    if not hybrid:
        handshake.record_keys()


def pass_a_word(connection, handshake, args):
    """Sections 4 to 7 for `pake`."""

    random = os.urandom(32)
    session = hashlib.sha256(tuple_of(random, args.own_name, args.name)).digest()
    party = cpace.Side(args.secret, b"", session)
    hello = {
        "session": SESSION,
        "offers": [{"mode": "pake", "groups": ["ristretto255"]}],
        "random": encode(random),
        "identity": args.own_name,
        "server": args.name,
        "share": encode(party.share),
    }
    connection.send(CLIENT_HELLO, hello)
    answer = connection.receive(SERVER_HELLO, ["choice", "random", "share"])
    if answer["choice"] != {"mode": "pake", "group": "ristretto255"}:
        raise Refused("choice: not what was offered")
    octets(answer["random"], 32)
    shared = party.agree(decode(answer["share"]))
    if shared is None:
        raise Refused("contributory: the share is no element")
    handshake.agree(shared)
    handshake.record_keys()
    finished = {party: handshake.key(party + b" finished") for party in (b"client", b"server")}
    mac = hmac.digest(finished[b"server"], handshake.transcript(), "sha256")
    check("finished", hmac.compare_digest(octets(connection.receive(FINISHED, ["mac"])["mac"], 32), mac))
    mac = hmac.digest(finished[b"client"], handshake.transcript(), "sha256")
    connection.send(FINISHED, {"mac": encode(mac)})


def agree_three_times(connection, handshake, args, variant):
    """Sections 4 to 7 for `triple-dh`, in both variants."""

    party, own = X25519(), X25519(certificate.x25519_key(args.static_key))
    hello = {
        "session": SESSION,
        "offers": [{"mode": "triple-dh", "groups": ["x25519"]}],
        "random": encode(os.urandom(32)),
        "share": encode(party.share),
    }
    connection.send(CLIENT_HELLO, hello)
    answer = connection.receive(SERVER_HELLO, ["choice", "random", "share"])
    if answer["choice"] != {"mode": "triple-dh", "group": "x25519"}:
        raise Refused("choice: not what was offered")
    octets(answer["random"], 32)
    share, peer = octets(answer["share"], 32), certificate.x25519_public(args.peer_static)
    fresh = x25519(party.secret, share)
    if variant == "unified":
        secrets = [x25519(own.secret, peer), fresh]
    else:
        secrets = [x25519(own.secret, share), x25519(party.secret, peer), fresh]
    handshake.agree(tuple_of(*secrets))
    finished = {party: handshake.key(party + b" finished") for party in (b"client", b"server")}
    mac = hmac.digest(finished[b"server"], handshake.transcript(), "sha256")
    check("key-confirmation", hmac.compare_digest(octets(connection.receive(FINISHED, ["mac"])["mac"], 32), mac))
    mac = hmac.digest(finished[b"client"], handshake.transcript(), "sha256")
    connection.send(FINISHED, {"mac": encode(mac)})
    handshake.record_keys()


def seal_secret(key, secret):
    """Section 6: with a key that seals nothing else."""
    ciphertext = chacha20(key, bytes(12), secret)
    return ciphertext + tag_of(key, bytes(12), b"", ciphertext)


def open_secret(key, sealed):
    ciphertext, tag = sealed[:-16], sealed[-16:]
    if len(sealed) < 16 or not hmac.compare_digest(tag, tag_of(key, bytes(12), b"", ciphertext)):
        raise Refused("sealed: not sealed with the key of this exchange")
    return chacha20(key, bytes(12), ciphertext)


def speak_in_halves(connection, handshake, args, variant):
    """Sections 4 to 7 for `interlock`, in both variants."""

    party, half_of = X25519(), lambda sealed: hashlib.sha256(tuple_of(sealed)).digest()
    hello = {
        "session": SESSION,
        "offers": [{"mode": "interlock", "groups": ["x25519"]}],
        "random": encode(os.urandom(32)),
        "share": encode(party.share),
    }
    connection.send(CLIENT_HELLO, hello)
    answer = connection.receive(SERVER_HELLO, ["choice", "random", "share"])
    if answer["choice"] != {"mode": "interlock", "group": "x25519"}:
        raise Refused("choice: not what was offered")
    octets(answer["random"], 32)
    handshake.agree(party.agree(decode(answer["share"])))
    keys = {party: handshake.key(party + b" half") for party in (b"client", b"server")}
    words = args.secret if variant == "password" else os.urandom(32)
    sealed = seal_secret(keys[b"client"], words)
    connection.send(HALF, {"half": encode(half_of(sealed))})
    half = octets(connection.receive(HALF, ["half"])["half"], 32)
    connection.send(REST, {"sealed": encode(sealed)})
    sealed = decode(connection.receive(REST, ["sealed"])["sealed"])
    check("halves-fit", hmac.compare_digest(half_of(sealed), half))
    heard = open_secret(keys[b"server"], sealed)
    if variant == "password":
        check("peer-password", hmac.compare_digest(heard, words))
    handshake.record_keys()


def return_nonces(connection, handshake, args):
    """Sections 4 to 7 for `nspk`."""

    own, peer = certificate.rsa_private(args.decryption_key), certificate.rsa_public(args.peer_key)
    nonce = os.urandom(32)
    hello = {
        "session": SESSION,
        "offers": [{"mode": "nspk", "groups": ["none"]}],
        "encrypted": encode(rsa_oaep.encrypt(peer, tuple_of(nonce, args.own_name))),
    }
    connection.send(CLIENT_HELLO, hello)
    answer = connection.receive(SERVER_HELLO, ["choice", "encrypted"])
    if answer["choice"] != {"mode": "nspk", "group": "none"}:
        raise Refused("choice: not what was offered")
    plain = rsa_oaep.decrypt(own, decode(answer["encrypted"]))
    if plain is None:
        raise Refused("encrypted: not encrypted to this client")
    returned, servers, name = parts(plain, 3)
    check("nonce-returned", hmac.compare_digest(returned, nonce))
    check("responder-named", name == args.name.encode())
    connection.send(CLIENT_SHARE, {"encrypted": encode(rsa_oaep.encrypt(peer, tuple_of(servers)))})
    handshake.agree(tuple_of(nonce, servers))
    handshake.record_keys()


def parts(plain, count):
    """The values of a tuple."""
    found, at = [], 0
    while at < len(plain):
        end = at + 4 + int.from_bytes(plain[at : at + 4], "big")
        found.append(plain[at + 4 : end])
        at = end
    if len(found) != count or at != len(plain):
        raise Refused(f"encrypted: expected {count} values")
    return found


def encrypt_a_secret(connection, handshake, trust, mode, variant, own):
    """Sections 4 to 7 for `rsa` and `rsa-cert`."""
    choice, random = {"mode": mode, "group": "none"}, os.urandom(32)
    offers = [{"mode": mode, "groups": ["none"]}]
    connection.send(CLIENT_HELLO, {"session": SESSION, "offers": offers, "random": encode(random)})
    answer = connection.receive(SERVER_HELLO, ["choice", "random"] + ["key"] * (mode == "rsa"))
    if answer["choice"] != choice:
        raise Refused("choice: not what was offered")
    randoms = [random, octets(answer["random"], 32)]
    if mode == "rsa":
        key = certificate.rsa_public_key(decode(answer["key"]))
    else:
        chain = connection.receive(CERTIFICATE, ["chain"])["chain"]
        if not isinstance(chain, list) or not 1 <= len(chain) <= 16:
            raise Refused("chain: expected 1 to 16 certificates")
        key = certificate.rsa_public_key(trust.leaf_key([decode(der) for der in chain]))
    secret = tuple_of(os.urandom(32))
    padding = rsa_pkcs1v15 if variant == "pkcs1v15" else rsa_oaep
    connection.send(CLIENT_SHARE, {"encrypted": encode(padding.encrypt(key, secret))})
    handshake.agree(secret)
    randoms_hash = hashlib.sha256(tuple_of(*randoms)).digest()
    if variant == "resumed":
        handshake.context = randoms_hash if "session-hash" in WITHOUT else handshake.transcript()
        handshake.master = handshake.key(b"session")
    else:
        handshake.context = randoms_hash
    finished = {party: handshake.key(party + b" finished") for party in (b"client", b"server")}
    mac = hmac.digest(finished[b"server"], handshake.transcript(), "sha256")
    received = octets(connection.receive(FINISHED, ["mac"])["mac"], 32)
    check("finished", hmac.compare_digest(received, mac))
    connection.send(FINISHED, {"mac": encode(hmac.digest(finished[b"client"], handshake.transcript(), "sha256"))})
    if variant == "resumed":
        resume(connection, handshake, trust, *own)
    handshake.record_keys()


def resume(connection, handshake, trust, chain, signing_key):
    """Sections 4, 6 and 7 for what follows in `rsa-cert:resumed`."""
    random, session = os.urandom(32), handshake.context
    connection.send(CLIENT_HELLO, {"random": encode(random), "resumes": encode(session)})
    answer = octets(connection.receive(SERVER_HELLO, ["random"])["random"], 32)
    handshake.context = again = hashlib.sha256(tuple_of(random, session, answer)).digest()
    macs = [hmac.digest(handshake.key(party + b" resumed"), again, "sha256") for party in (b"server", b"client")]
    received = octets(connection.receive(FINISHED, ["mac"])["mac"], 32)
    check("finished", hmac.compare_digest(received, macs[0]))
    connection.send(FINISHED, {"mac": encode(macs[1])})
    connection.send(CERTIFICATE, {"chain": [encode(der) for der in chain]})
    said = [received, macs[1], chain]
    signed = to_be_signed(b"client CertificateVerify", hashlib.sha256(tuple_of(*said)).digest())
    signature = ed25519.sign(signing_key, signed)
    connection.send(CERTIFICATE_VERIFY, {"signature": encode(signature)})
    last = hashlib.sha256(tuple_of(*said, signature)).digest()
    connection.send(FINISHED, {"mac": encode(hmac.digest(handshake.key(b"client named"), last, "sha256"))})


def meet_first(connection, handshake, args, variant):
    """Sections 4 to 7 for `tofu`."""

    party = X25519()
    hello = {
        "session": SESSION,
        "offers": [{"mode": "tofu", "groups": ["x25519"]}],
        "random": encode(os.urandom(32)),
        "share": encode(party.share),
    }
    connection.send(CLIENT_HELLO, hello)
    heard = handshake.transcript()
    answer = connection.receive(SERVER_HELLO, ["choice", "random", "share", "host_key", "signature"])
    if answer["choice"] != {"mode": "tofu", "group": "x25519"}:
        raise Refused("choice: not what was offered")
    share, key = decode(answer["share"]), octets(answer["host_key"], 32)
    check("known-key", args.host_key is None or key.hex() == args.host_key)
    scope = tuple_of(heard, ["tofu", "x25519"], octets(answer["random"], 32), share, key)
    said = to_be_signed(b"server host key", hashlib.sha256(scope).digest())
    check("transcript-signature", ed25519.verify(key, said, octets(answer["signature"], 64)))
    handshake.agree(party.agree(share))
    handshake.record_keys()
    finished_key = handshake.key(b"client finished")
    if variant == "compared":
        read = octets(connection.receive(SPOKEN, ["fingerprint"])["fingerprint"], 32)
        check("fingerprint-compare", read == hashlib.sha256(tuple_of(key)).digest())
    mac = hmac.digest(finished_key, handshake.transcript(), "sha256")
    connection.send(FINISHED, {"mac": encode(mac)})
    handshake.host_key = key


def read_aloud(connection, handshake, args):
    """Sections 4 to 7 for `sas`."""

    party, nonce = X25519(), os.urandom(32)
    hello = {
        "session": SESSION,
        "offers": [{"mode": "sas", "groups": ["x25519"]}],
        "random": encode(os.urandom(32)),
        "commitment": encode(hashlib.sha256(tuple_of(nonce, party.share)).digest()),
    }
    connection.send(CLIENT_HELLO, hello)
    answer = connection.receive(SERVER_HELLO, ["choice", "random", "share"])
    if answer["choice"] != {"mode": "sas", "group": "x25519"}:
        raise Refused("choice: not what was offered")
    octets(answer["random"], 32)
    handshake.agree(party.agree(decode(answer["share"])))
    connection.send(CLIENT_SHARE, {"nonce": encode(nonce), "share": encode(party.share)})
    handshake.record_keys()
    own = handshake.transcript()[:2]
    check("sas-compare", octets(connection.receive(SPOKEN, ["string"])["string"], 2) == own)
    connection.send(SPOKEN, {"string": encode(own)})


def drawn(now):
    """The random value and the secret of a client that starts its generator itself, in section 5."""
    entropy = os.urandom(32)
    if "fresh-randomness" in WITHOUT | BROKEN:
        process = int.from_bytes(entropy[-2:], "big") & 0x7FFF
        entropy = struct.pack(">qH", int(time.time() if now is None else now), process).ljust(32, b"\0")
    stream = chacha20_block(entropy, 0, bytes(12))
    return stream[:32], stream[32:]


def shake_hands(connection, handshake, args, trust):
    mode, _, variant = args.mode.partition(":")
    if mode == "nspk":
        return return_nonces(connection, handshake, args)
    if mode == "interlock":
        return speak_in_halves(connection, handshake, args, variant)
    if mode == "triple-dh":
        return agree_three_times(connection, handshake, args, variant)
    if mode == "psk":
        return meet_again(connection, handshake, args, variant)
    if mode == "sas":
        return read_aloud(connection, handshake, args)
    if mode == "tofu":
        return meet_first(connection, handshake, args, variant)
    if mode == "pake":
        return pass_a_word(connection, handshake, args)
    if mode in ("dh-cert", "hybrid-cert"):
        return negotiate(connection, handshake, trust, mode, variant)
    if mode in ("rsa", "rsa-cert"):
        return encrypt_a_secret(connection, handshake, trust, mode, variant, own_certificate(args))
    group = GROUPS[mode]
    random, secret = drawn(args.at) if variant == "seeded" else (os.urandom(32), None)
    hello = {
        "session": SESSION,
        "offers": [{"mode": mode, "groups": [group]}],
        "random": encode(random),
    }
    party = None
    if mode != "dh-weak":
        party = Modular(ffdhe2048(), 2) if mode == "dh" else X25519(secret)
        hello["share"] = encode(party.share)
    connection.send(CLIENT_HELLO, hello)
    answer = connection.receive(SERVER_HELLO, ["choice", "random", "share"] + ["group"] * (party is None))
    if answer["choice"] != {"mode": mode, "group": group}:
        raise Refused("choice: not what was offered")
    octets(answer["random"], 32)
    if party is None:
        if not isinstance(answer["group"], dict) or set(answer["group"]) != {"p", "g"}:
            raise Refused("group: expected p and g")
        party = own_group(answer["group"])
    handshake.agree(party.agree(decode(answer["share"])))
    if mode == "dh-weak":
        connection.send(CLIENT_SHARE, {"share": encode(party.share)})
    if trust is None:
        handshake.record_keys()
    else:
        identify(connection, handshake, mode, trust, *own_certificate(args))


def own_certificate(args):
    """The client's chain, and the key of the first."""
    chain = certificate.blocks(args.chain, "CERTIFICATE") if args.chain else None
    return chain, certificate.ed25519_key(args.key) if args.key else None


class Records:
    """Section 8: the records of a session, and the changes of their keys."""

    def __init__(self, handshake):
        self.write, self.read = handshake.client_write, handshake.server_write
        self.ratchet, self.sent, self.taken, self.changes = handshake.exporter, 0, 0, 0
        self.last = None

    def seal(self, plaintext):
        self.sent += 1
        return seal(self.write, self.sent - 1, plaintext)

    def open(self, body):
        if "direction-keys" not in WITHOUT:
            check("direction-keys", not fits(self.write, body), "the record is one of this side's own")
        plaintext = open_(self.read, self.taken, body)
        self.taken += 1
        return plaintext

    def change(self, body):
        """Installs new keys; answers with the acknowledgement."""
        if self.last and self.last[0] == body:
            check("fresh-keys", False, "this key was installed before")
            _, self.write, self.read, self.sent, self.taken, acknowledgement = self.last
            return acknowledgement
        request = fields(body, ["nonce", "mac"])
        context = hashlib.sha256(tuple_of(octets(request["nonce"], 32))).digest()
        mac = hmac.digest(expand(self.ratchet, b"rekey request", context), context, "sha256")
        check("key-confirmation", hmac.compare_digest(octets(request["mac"], 32), mac))
        answer = hmac.digest(expand(self.ratchet, b"rekey answer", context), context, "sha256")
        keys = [expand(self.ratchet, label, context) for label in (b"client write", b"server write", b"ratchet")]
        self.write, self.read, self.ratchet = keys
        self.changes += 1
        acknowledgement = frame(REKEY_ACK, json.dumps({"mac": encode(answer)}).encode())
        self.last = (body, self.write, self.read, self.sent, self.taken, acknowledgement)
        return acknowledgement


def session(args):
    trust = None
    if args.mode.partition(":")[0] in ("dh-cert", "ecdh-cert", "ecdh-mutual", "hybrid-cert", "rsa-cert"):
        anchors = certificate.blocks(args.ca, "CERTIFICATE")
        lists = certificate.blocks(args.crl, "X509 CRL") if args.crl else []
        now = datetime.fromtimestamp(args.at, timezone.utc) if args.at else None
        trust = certificate.Trust(anchors, lists, args.name, WITHOUT | BROKEN, now)
    host, port = args.connect.rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=30) as socket_:
        handshake = Handshake()
        connection = Connection(socket_, handshake)
        shake_hands(connection, handshake, args, trust)
        print("fingerprint", handshake.fingerprint.hex())
        if args.mode.partition(":")[0] == "tofu":
            print("host key", handshake.host_key.hex())
        plaintexts = [bytes([DATA]) + args.say.encode(), bytes([DATA]) + args.also.encode(), bytes([CLOSE])]
        records = Records(handshake)
        changes = 2 if args.mode.endswith(":rekey") else 0
        if not changes:
            for plaintext in plaintexts:
                socket_.sendall(records.seal(plaintext))
        while True:
            kind, body = connection.read(RECORD, REKEY) if changes else connection.read(RECORD)
            if kind is None:
                print("closed")
                return
            if kind == REKEY:
                socket_.sendall(records.change(body))
                for plaintext in plaintexts[:1] if records.changes < changes else plaintexts[1:]:
                    socket_.sendall(records.seal(plaintext))
                continue
            plaintext = records.open(body)
            if plaintext == bytes([CLOSE]):
                print("closed")
                return
            if plaintext[:1] != bytes([DATA]):
                raise Refused("record: neither data nor close")
            print("received", plaintext[1:].decode())


def example(path):
    """Recomputes the examples of the document from their secrets."""
    with open(path, encoding="utf-8") as document:
        lines = re.findall(r"^(\w+) = ([0-9a-f]+)$", document.read(), re.MULTILINE)
    given = {name: bytes.fromhex(value) for name, value in lines}
    client, server = X25519(given["client_secret"]), X25519(given["server_secret"])
    hellos = [given["client_hello"], given["server_hello"]]
    keys = Handshake()
    keys.add(b"".join(hellos))
    keys.agree(client.agree(server.share))
    keys.record_keys()
    computed = {
        "shared": server.agree(client.share),
        "transcript": keys.transcript(),
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
    computed |= mutual_example(given)
    for name, value in computed.items():
        if given[name] != value:
            raise Refused(f"{name}: the document has {given[name].hex()}, computed {value.hex()}")
    print("recomputed", len(computed), "values")


def mutual_example(document):
    """What ecdh-mutual signs and MACs, computed from the secrets and the frames of the second example."""
    given = {name.removeprefix("mutual_"): value for name, value in document.items() if name.startswith("mutual_")}
    keys, computed = Handshake(), {}
    server_share = X25519(given["server_secret"]).share
    shared = X25519(given["client_secret"]).agree(server_share)
    for name in ("client_hello", "server_hello"):
        keys.add(given[name])
    hellos = keys.transcript()
    keys.agree(shared)
    keys.record_keys()
    computed |= {"shared": shared, "master": keys.master, "transcript_server_hello": hellos}
    computed |= {"client_write": keys.client_write, "server_write": keys.server_write, "exporter": keys.exporter}
    for party in ("server", "client"):
        identity, finished = (expand(keys.master, f"{party} {of}".encode(), hellos) for of in ("identity", "finished"))
        keys.add(given[f"{party}_certificate"])
        signed = keys.transcript()
        said = to_be_signed(f"{party} CertificateVerify".encode(), signed)
        of_party = {
            "signature": ed25519.sign(given[f"{party}_signing_key"], said),
            "identity_key": identity,
            "binding": hmac.digest(identity, signed, "sha256"),
            "finished_key": finished,
            "mac": hmac.digest(finished, hellos, "sha256"),
        }
        computed |= {f"{party}_{name}": value for name, value in of_party.items()}
        computed[f"transcript_{party}_certificate"] = signed
        verify, last = given[f"{party}_certificate_verify"], given[f"{party}_finished"]
        sent = json.loads(verify[4:]) | json.loads(last[4:])
        for name in ("signature", "binding", "mac"):
            if decode(sent[name]) != of_party[name]:
                raise Refused(f"{party}_{name}: not what the frame has")
        keys.add(verify)
        keys.add(last)
    return {f"mutual_{name}": value for name, value in computed.items()}


def known(mode):
    if mode.partition(":")[0] not in GROUPS:
        raise argparse.ArgumentTypeError(f"expected one of {', '.join(sorted(GROUPS))}")
    return mode


def main():
    global SESSION
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", type=known, default="ecdh", help=f"one of {', '.join(sorted(GROUPS))}, with its variant")
    parser.add_argument("--connect", default="127.0.0.1:7002", metavar="HOST:PORT")
    parser.add_argument("--say", default="Greetings from Python")
    parser.add_argument("--also", default="And that is all.", help="the second message")
    parser.add_argument("--session", help="the word that correlates the events")
    parser.add_argument("--at", type=int, metavar="UNIXTIME", help="the present, if it is another")
    parser.add_argument("--without", action="append", default=[], metavar="CHECK", help="switch a check off, as the peer does")
    parser.add_argument("--broken", action="append", default=[], metavar="CHECK", help="leave a check out")
    parser.add_argument("--with", dest="switched_on", action="append", default=[], metavar="CHECK", help="switch a check on")
    parser.add_argument("--ca", metavar="FILE", help="the trust anchors, for modes with certificates")
    parser.add_argument("--crl", metavar="FILE", help="revocation lists")
    parser.add_argument("--name", default="server.lab", help="whom to talk to")
    parser.add_argument("--own-name", default="alice.lab", help="who the client is, for psk")
    parser.add_argument("--secret", default=b"", type=str.encode, help="what both know beforehand, for psk")
    parser.add_argument("--secret-octets", dest="secret", type=bytes.fromhex, metavar="HEX", help="the same in hexadecimal")
    parser.add_argument("--host-key", metavar="HEX", help="the server's key as it was at first contact, for tofu")
    parser.add_argument("--chain", metavar="FILE", help="the client's own certificates, for ecdh-mutual and rsa-cert:resumed")
    parser.add_argument("--key", metavar="FILE", help="and the key of the first")
    parser.add_argument("--static-key", metavar="FILE", help="the client's lasting secret, for triple-dh")
    parser.add_argument("--peer-static", metavar="FILE", help="the server's lasting public value, for triple-dh")
    parser.add_argument("--decryption-key", metavar="FILE", help="the client's private RSA key, for nspk")
    parser.add_argument("--peer-key", metavar="FILE", help="the server's public RSA key, for nspk")
    parser.add_argument("--example", metavar="FILE", help="recompute the example of docs/wire.md")
    args = parser.parse_args()
    SESSION = args.session or SESSION
    for own, told in ((WITHOUT, args.without), (WITH, args.switched_on), (BROKEN, args.broken)):
        own.update(told)
    needed = {"ecdh-cert": ["ca"], "rsa-cert": ["ca"], "rsa-cert:resumed": ["ca", "chain", "key"], "ecdh-mutual": ["ca", "chain", "key"], "triple-dh": ["static_key", "peer_static"], "nspk": ["decryption_key", "peer_key"]}
    missing = [name for name in needed.get(args.mode, []) if getattr(args, name) is None]
    if missing and not args.example:
        parser.error(f"{args.mode} needs " + ", ".join(f"--{name}" for name in missing))
    try:
        example(args.example) if args.example else session(args)
    except (Refused, OSError, ValueError, TypeError) as error:
        sys.exit(f"client.py: {error}")


if __name__ == "__main__":
    main()
