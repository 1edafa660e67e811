"""A server as a program of the user's own (docs/own-victim.md) for psk, sas, rsa-cert:resumed and dh-weak:cofactor, in which it
keeps its exponent: server.py [--broken CHECK,…]

Written from docs/wire.md as client.py is, with what stands there.
"""

import hashlib
import hmac
import json
import os
import secrets
import socket
import sys

from datetime import datetime, timezone

import certificate
import client
import ed25519
import rsa_oaep
from client import CERTIFICATE, CERTIFICATE_VERIFY, CLIENT_HELLO, CLIENT_SHARE, CLOSE, DATA, FINISHED, SERVER_HELLO, SPOKEN
from client import Connection, Handshake, Modular, Records, Refused, X25519
from client import binder, check, decode, encode, octets, parts, to_be_signed, tuple_of

GIVEN = {name.removeprefix("INTERLOCK_").lower(): value for name, value in os.environ.items() if name.startswith("INTERLOCK_")}


def chosen(hello, mode, group):
    if {"mode": mode, "groups": [group]} not in hello["offers"]:
        raise Refused("offers: nothing that this server speaks")
    octets(hello["random"], 32)
    return {"mode": mode, "group": group}


def psk(connection, handshake):
    """It answers whoever knows the secret and wants to talk to it, by its name."""
    hello = connection.receive(CLIENT_HELLO, ["session", "offers", "random", "share", "identity", "server", "binder"])
    choice, secret, party = chosen(hello, "psk", "x25519"), bytes.fromhex(GIVEN["secret"]), X25519()
    shared = party.agree(decode(hello["share"]))
    offers = [[offer["mode"], offer["groups"]] for offer in hello["offers"]]
    said = offers, decode(hello["random"]), decode(hello["share"]), hello["identity"], hello["server"]
    check("psk-binder", hmac.compare_digest(octets(hello["binder"], 32), binder(secret, b"client", *said)))
    check("role-separation", hello["server"] == GIVEN["own_name"], "another is wanted")
    random = os.urandom(32)
    mac = binder(secret, b"server", handshake.transcript(), ["psk", "x25519"], random, party.share)
    answer = {"choice": choice, "random": encode(random), "share": encode(party.share), "binder": encode(mac)}
    connection.send(SERVER_HELLO, answer)
    handshake.agree(shared)
    handshake.record_keys()
    return hello["identity"]


def sas(connection, handshake):
    """It holds the client to what that one committed itself to, and reads the string aloud first."""
    hello = connection.receive(CLIENT_HELLO, ["session", "offers", "random", "commitment"])
    choice, party = chosen(hello, "sas", "x25519"), X25519()
    connection.send(SERVER_HELLO, {"choice": choice, "random": encode(os.urandom(32)), "share": encode(party.share)})
    opened = connection.receive(CLIENT_SHARE, ["nonce", "share"])
    share = decode(opened["share"])
    handshake.agree(party.agree(share))
    committed = hashlib.sha256(tuple_of(octets(opened["nonce"], 32), share)).digest()
    check("sas-commitment", hmac.compare_digest(octets(hello["commitment"], 32), committed))
    handshake.record_keys()
    own = handshake.transcript()[:2]
    connection.send(SPOKEN, {"string": encode(own)})
    check("sas-compare", octets(connection.receive(SPOKEN, ["string"])["string"], 2) == own)


def resumed(connection, handshake):
    """It knows the handshake that is taken up, and the client only after that: by its certificate."""
    hello = connection.receive(CLIENT_HELLO, ["session", "offers", "random"])
    answer = {"choice": chosen(hello, "rsa-cert", "none"), "random": encode(os.urandom(32))}
    connection.send(SERVER_HELLO, answer)
    chain = certificate.blocks(GIVEN["chain"], "CERTIFICATE")
    connection.send(CERTIFICATE, {"chain": [encode(der) for der in chain]})
    sealed = decode(connection.receive(CLIENT_SHARE, ["encrypted"])["encrypted"])
    secret = rsa_oaep.decrypt(certificate.rsa_private(GIVEN["decryption_key"]), sealed)
    if secret is None:
        raise Refused("encrypted: not encrypted to this server")
    parts(secret, 1)
    handshake.agree(secret)
    randoms = hashlib.sha256(tuple_of(decode(hello["random"]), decode(answer["random"]))).digest()
    handshake.context = met = randoms if "session-hash" in client.WITHOUT else handshake.transcript()
    handshake.master = handshake.key(b"session")
    keys = {party: handshake.key(party + b" finished") for party in (b"server", b"client")}
    connection.send(FINISHED, {"mac": encode(hmac.digest(keys[b"server"], handshake.transcript(), "sha256"))})
    expect(connection, keys[b"client"], handshake.transcript())
    # The second handshake: who takes it up has the secret, and says which session it is of.
    again = connection.receive(CLIENT_HELLO, ["random", "resumes"])
    resumes = octets(again["resumes"], 32)
    check("session-hash", hmac.compare_digest(resumes, met), "it is another session that is taken up")
    random = os.urandom(32)
    connection.send(SERVER_HELLO, {"random": encode(random)})
    handshake.context = said = hashlib.sha256(tuple_of(octets(again["random"], 32), resumes, random)).digest()
    keys = {party: handshake.key(party + b" resumed") for party in (b"server", b"client")}
    own = hmac.digest(keys[b"server"], said, "sha256")
    connection.send(FINISHED, {"mac": encode(own)})
    others = expect(connection, keys[b"client"], said)
    # The third: whose session it is.
    shown = [decode(der) for der in connection.receive(CERTIFICATE, ["chain"])["chain"]]
    lists = certificate.blocks(GIVEN["crl"], "X509 CRL") if "crl" in GIVEN else []
    now = datetime.fromtimestamp(int(GIVEN["now"]), timezone.utc)
    anchors, left_out = certificate.blocks(GIVEN["ca"], "CERTIFICATE"), client.WITHOUT | client.BROKEN
    trust = certificate.Trust(anchors, lists, None, left_out, now, certificate.CLIENT_AUTH)
    key, said = trust.leaf_key(shown), [own, others, shown]
    signature = octets(connection.receive(CERTIFICATE_VERIFY, ["signature"])["signature"], 64)
    signed = to_be_signed(b"client CertificateVerify", hashlib.sha256(tuple_of(*said)).digest())
    check("transcript-signature", ed25519.verify(key, signed, signature))
    expect(connection, handshake.key(b"client named"), hashlib.sha256(tuple_of(*said, signature)).digest())
    handshake.record_keys()
    return certificate.Certificate(shown[0]).names[0]


def expect(connection, key, said):
    """The peer's Finished, which is a MAC over this."""
    mac = octets(connection.receive(FINISHED, ["mac"])["mac"], 32)
    check("finished", hmac.compare_digest(mac, hmac.digest(key, said, "sha256")))
    return mac


class Kept(Modular):
    """Powers of the server's generator, with the exponent of its first session."""

    def __init__(self):
        self.p, self.g, self.q = (int(GIVEN[name], 16) for name in ("p", "g", "q"))
        self.octets, self.secret = (self.p.bit_length() + 7) // 8, secrets.randbits(125)
        file = os.path.join(GIVEN["memory"], "exponent") if "memory" in GIVEN else None
        if file and os.path.exists(file) and "fresh-ephemeral" not in client.WITH:
            with open(file, encoding="ascii") as kept:
                self.secret = int(kept.read(), 16)
        elif file:
            with open(file, "w", encoding="ascii") as kept:
                kept.write(f"{self.secret:x}")
        self.share = pow(self.g, self.secret, self.p).to_bytes(self.octets, "big")

    def agree(self, share):
        shared = super().agree(share)
        if "public-subgroup" in client.WITH:
            y = int.from_bytes(share, "big")
            check("public-subgroup", pow(y, self.q, self.p) == 1, "the share is not of the generator's order")
        return shared


def dh_weak(connection, handshake):
    hello, party = connection.receive(CLIENT_HELLO, ["session", "offers", "random"]), Kept()
    group = {name: encode(number.to_bytes((number.bit_length() + 7) // 8, "big")) for name, number in (("p", party.p), ("g", party.g))}
    answer = {"choice": chosen(hello, "dh-weak", "own"), "random": encode(os.urandom(32)), "group": group}
    connection.send(SERVER_HELLO, answer | {"share": encode(party.share)})
    handshake.agree(party.agree(decode(connection.receive(CLIENT_SHARE, ["share"])["share"])))
    handshake.record_keys()


MODES = {"psk:ephemeral": psk, "sas": sas, "rsa-cert:resumed": resumed, "dh-weak:cofactor": dh_weak}


def session(link, report):
    handshake = Handshake()
    connection = Connection(link, handshake)
    peer = MODES[GIVEN["mode"].partition(",")[0]](connection, handshake)
    report |= {"fingerprint": handshake.fingerprint.hex(), "peer": peer}
    handshake.client_write, handshake.server_write = handshake.server_write, handshake.client_write
    records = Records(handshake)
    for plaintext in [bytes([DATA]) + GIVEN[f"message_{n}"].encode() for n in (1, 2)] + [bytes([CLOSE])]:
        link.sendall(records.seal(plaintext))
    while True:
        kind, body = connection.read(client.RECORD)
        plaintext = records.open(body) if kind else bytes([CLOSE])
        if plaintext == bytes([CLOSE]):
            return
        report["received"].append(plaintext[1:].decode())


def main():
    client.WITHOUT.update(GIVEN["without"].split())
    client.WITH.update(GIVEN["with"].split())
    client.BROKEN.update(",".join(sys.argv[2:]).split(","))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(json.dumps({"listening": listener.getsockname()[1]}), flush=True)
        link, _ = listener.accept()
    report = {"received": []}
    try:
        with link:
            session(link, report)
    except (Refused, OSError, ValueError, KeyError, TypeError) as error:
        name, colon, why = str(error).partition(": ")
        report |= {"refused": name if colon else "", "why": why or name}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
