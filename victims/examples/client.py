#!/usr/bin/env python3
"""A client for `interlock check --client 'python3 client.py'` in the modes dh, ecdh, ecdh-cert, ecdh-mutual and tofu.

    client.py [--broken CHECK,…] [--refusing CHECK]

Everything else it is told by its environment (docs/own-victim.md). --broken leaves checks out, --refusing fails one always:
so a grade can be seen that is not `passed`.
"""

import argparse
import hashlib
import hmac
import os
import socket
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography import x509

from path import Trust, blocks
from wire import CERTIFICATE, CERTIFICATE_VERIFY, CLIENT_HELLO, FINISHED, SERVER_HELLO, SPOKEN
from wire import Checks, Connection, Keys, Records, Refused, decode, encode, told, tuple_of

GIVEN = {name.removeprefix("INTERLOCK_").lower(): value for name, value in os.environ.items() if name.startswith("INTERLOCK_")}
GROUPS = {"dh": "ffdhe2048", "ecdh": "x25519", "ecdh-cert": "x25519", "ecdh-mutual": "x25519", "tofu": "x25519"}


class X25519:
    """RFC 7748."""

    def __init__(self, checks):
        self.checks, self.secret = checks, X25519PrivateKey.generate()
        self.share = self.secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def agree(self, share):
        try:
            shared = self.secret.exchange(X25519PublicKey.from_public_bytes(share))
        except ValueError:
            # The package refuses a secret of zeros by itself.
            self.checks("contributory", False, "the shared secret is zero")
            return bytes(32)
        self.checks("contributory", True, "always refused")
        return shared


class Ffdhe2048:
    """RFC 7919 appendix A.1, from its formula."""

    def __init__(self, checks):
        scale, term, e, n = 1 << 2200, 1 << 2200, 0, 0
        while term:
            e, n = e + term, n + 1
            term //= n
        self.p = 2**2048 - 2**1984 + ((e >> 282) + 560316) * 2**64 - 1
        self.checks, self.secret = checks, int.from_bytes(os.urandom(32), "big") | 1
        self.share = pow(2, self.secret, self.p).to_bytes(256, "big")

    def agree(self, share):
        y = int.from_bytes(share, "big")
        self.checks("public-range", len(share) == 256 and 2 <= y <= self.p - 2, "the share is not from 2 to p-2")
        return pow(y, self.secret, self.p).to_bytes(256, "big")


def handshake(connection, checks):
    """Sections 4 to 7: the record keys, the fingerprint and the peer's name."""
    mode = GIVEN["mode"].partition(":")[0]
    if mode not in GROUPS:
        raise Refused("", f"this client does not speak {mode}")
    group = GROUPS[mode]
    party = (Ffdhe2048 if mode == "dh" else X25519)(checks)
    offers = [{"mode": mode, "groups": [group]}]
    random, share = encode(os.urandom(32)), encode(party.share)
    connection.send(CLIENT_HELLO, session=GIVEN["session"], offers=offers, random=random, share=share)
    heard = connection.transcript()
    answer = connection.receive(SERVER_HELLO, "choice", "random", "share", *["host_key", "signature"] * (mode == "tofu"))
    if answer["choice"] != {"mode": mode, "group": group}:
        raise Refused("", "the choice is not what was offered")
    decode(answer["random"], 32)
    keys = Keys(party.agree(decode(answer["share"])))
    if mode in ("dh", "ecdh"):
        return *keys.records(connection.transcript(), checks), None
    if mode == "tofu":
        return recognize(connection, checks, keys, heard, answer)
    return authenticate(connection, checks, keys, mode == "ecdh-mutual")


def recognize(connection, checks, keys, heard, answer):
    """What signs is the key of the first contact, which is written down for the sessions after it."""
    key, file = decode(answer["host_key"], 32), os.path.join(GIVEN["memory"], GIVEN["peer_name"])
    if os.path.exists(file):
        with open(file, "rb") as pin:
            checks("known-key", pin.read() == key, "another key than at first contact")
    scope = tuple_of(heard, ["tofu", "x25519"], decode(answer["random"], 32), decode(answer["share"], 32), key)
    content = said(b"server host key", hashlib.sha256(scope).digest())
    host = Ed25519PublicKey.from_public_bytes(key)
    checks("transcript-signature", verifies(host, decode(answer["signature"], 64), content), "it does not fit")
    with open(file, "wb") as pin:
        pin.write(key)
    hello = connection.transcript()
    if GIVEN["mode"] == "tofu:compared":
        aloud = decode(connection.receive(SPOKEN, "fingerprint")["fingerprint"], 32)
        checks("fingerprint-compare", aloud == hashlib.sha256(tuple_of(key)).digest(), "another key was read aloud")
    mac = hmac.digest(keys.key(b"client finished", hello), connection.transcript(), "sha256")
    connection.send(FINISHED, mac=encode(mac))
    return *keys.records(hello, checks), GIVEN["peer_name"]


def authenticate(connection, checks, keys, mutual):
    hellos = connection.transcript()
    records = keys.records(hellos, checks)
    pins = GIVEN.get("pins", "").split() if "cert-pin" in GIVEN["with"].split() else []
    trust = Trust(checks, GIVEN["ca"], GIVEN.get("crl"), pins, GIVEN["peer_name"], int(GIVEN["now"]))
    chain = connection.receive(CERTIFICATE, "chain")["chain"]
    leaf = trust.leaf_key([decode(der) for der in chain])
    signed = connection.transcript()
    verify = connection.receive(CERTIFICATE_VERIFY, "signature", *["binding"] * mutual)
    checks("transcript-signature", verifies(leaf, decode(verify["signature"], 64), said(b"server CertificateVerify", signed)), "it does not fit")
    if mutual:
        binding = hmac.digest(keys.key(b"server identity", hellos), signed, "sha256")
        checks("identity-binding", hmac.compare_digest(binding, decode(verify["binding"], 32)), "it does not fit")
    covered = hellos if mutual else connection.transcript()
    mac = hmac.digest(keys.key(b"server finished", hellos), covered, "sha256")
    finished = decode(connection.receive(FINISHED, "mac")["mac"], 32)
    checks("finished", hmac.compare_digest(mac, finished), "the MAC does not fit")
    if mutual:
        own = [x509.load_pem_x509_certificate(block).public_bytes(Encoding.DER) for block in blocks(GIVEN["chain"], "CERTIFICATE")]
        connection.send(CERTIFICATE, chain=[encode(der) for der in own])
        signed = connection.transcript()
        with open(GIVEN["key"], "rb") as file:
            signature = load_pem_private_key(file.read(), None).sign(said(b"client CertificateVerify", signed))
        binding = hmac.digest(keys.key(b"client identity", hellos), signed, "sha256")
        connection.send(CERTIFICATE_VERIFY, signature=encode(signature), binding=encode(binding))
    covered = hellos if mutual else connection.transcript()
    connection.send(FINISHED, mac=encode(hmac.digest(keys.key(b"client finished", hellos), covered, "sha256")))
    if not mutual:
        records = keys.records(connection.transcript(), checks)
    return *records, GIVEN["peer_name"]


def said(context, transcript):
    return b"\x20" * 64 + b"Interlock v1, " + context + b"\0" + transcript


def verifies(key, signature, message):
    try:
        key.verify(signature, message)
        return True
    except InvalidSignature:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--broken", metavar="CHECK,…", default="", help="never perform these checks")
    parser.add_argument("--refusing", metavar="CHECK", help="fail this check always")
    args = parser.parse_args()
    checks = Checks(GIVEN["without"].split(), args.broken.split(","), args.refusing)

    def connect():
        link = socket.create_connection((GIVEN["host"], int(GIVEN["port"])), timeout=int(GIVEN["patience"]) / 1000)
        connection = Connection(link)
        client_write, server_write, fingerprint, peer = handshake(connection, checks)
        return Records(connection, checks, client_write, server_write), {"fingerprint": fingerprint, "peer": peer}

    told(connect, GIVEN)


if __name__ == "__main__":
    main()
