#!/usr/bin/env python3
"""A server for `interlock check --server 'python3 server.py'` in the modes ecdh and ecdh-cert.

    server.py [--broken CHECK,…]

Everything else it is told by its environment (docs/own-victim.md).
"""

import argparse
import hmac
import json
import os
import socket

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from client import GIVEN, X25519, said
from path import blocks
from wire import CERTIFICATE, CERTIFICATE_VERIFY, CLIENT_HELLO, FINISHED, SERVER_HELLO
from wire import Checks, Connection, Keys, Records, Refused, decode, encode, told


def handshake(connection, checks):
    """Sections 4 to 7: the record keys and the fingerprint."""
    mode = GIVEN["mode"].partition(":")[0]
    if mode not in ("ecdh", "ecdh-cert"):
        raise Refused("", f"this server does not speak {mode}")
    hello = connection.receive(CLIENT_HELLO, "session", "offers", "random", "share")
    if {"mode": mode, "groups": ["x25519"]} not in hello["offers"]:
        raise Refused("", "nothing is offered that this server speaks")
    decode(hello["random"], 32)
    party = X25519(checks)
    keys = Keys(party.agree(decode(hello["share"], 32)))
    choice, random = {"mode": mode, "group": "x25519"}, encode(os.urandom(32))
    connection.send(SERVER_HELLO, choice=choice, random=random, share=encode(party.share))
    if mode == "ecdh-cert":
        hellos = connection.transcript()
        own = [x509.load_pem_x509_certificate(block).public_bytes(Encoding.DER) for block in blocks(GIVEN["chain"], "CERTIFICATE")]
        connection.send(CERTIFICATE, chain=[encode(der) for der in own])
        with open(GIVEN["key"], "rb") as file:
            signature = load_pem_private_key(file.read(), None).sign(said(b"server CertificateVerify", connection.transcript()))
        connection.send(CERTIFICATE_VERIFY, signature=encode(signature))
        mac = hmac.digest(keys.key(b"server finished", hellos), connection.transcript(), "sha256")
        connection.send(FINISHED, mac=encode(mac))
        mac = hmac.digest(keys.key(b"client finished", hellos), connection.transcript(), "sha256")
        finished = decode(connection.receive(FINISHED, "mac")["mac"], 32)
        checks("finished", hmac.compare_digest(mac, finished), "the MAC does not fit")
    return keys.records(connection.transcript(), checks)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--broken", metavar="CHECK,…", default="", help="never perform these checks")
    checks = Checks(GIVEN["without"].split(), parser.parse_args().broken.split(","))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(json.dumps({"listening": listener.getsockname()[1]}), flush=True)
        link, _ = listener.accept()

    def connect():
        link.settimeout(int(GIVEN["patience"]) / 1000)
        connection = Connection(link)
        client_write, server_write, fingerprint = handshake(connection, checks)
        return Records(connection, checks, server_write, client_write), {"fingerprint": fingerprint}

    told(connect, GIVEN)


if __name__ == "__main__":
    main()
