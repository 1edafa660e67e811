"""The lab's wire (docs/wire.md): frames, transcript, key schedule, records. Cryptography is the package `cryptography`'s."""

import base64
import hashlib
import hmac
import json
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

CLIENT_HELLO, SERVER_HELLO, CLIENT_SHARE, CERTIFICATE, CERTIFICATE_VERIFY, FINISHED = range(1, 7)
SPOKEN, RECORD, DATA, CLOSE = 9, 23, 1, 2


class Refused(Exception):
    """What the peer sent is not what it has to be: the id of the check, or nothing, and why."""

    def __init__(self, check, why):
        super().__init__(f"{check}: {why}" if check else why)
        self.check, self.why = check, why


class Checks:
    """Which checks are performed: not those that the scenario switches off, nor those that are broken."""

    def __init__(self, without=(), broken=(), refusing=None):
        self.without, self.broken, self.refusing = set(without), set(broken), refusing

    def performs(self, check):
        return check not in self.without and check not in self.broken

    def __call__(self, check, holds, why):
        if self.performs(check) and (not holds or check == self.refusing):
            raise Refused(check, why)


def encode(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(text, count=None):
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(octets) != text or count not in (None, len(octets)):
        raise Refused("", f"expected {count or 'some'} octets in base64url")
    return octets


def tuple_of(*values):
    """Section 6: values one after the other, each with its length before it."""

    def octets(value):
        return tuple_of(*value) if isinstance(value, (list, tuple)) else value.encode() if isinstance(value, str) else value

    return b"".join(len(each).to_bytes(4, "big") + each for each in map(octets, values))


def frame(kind, body):
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


class Connection:
    """Frames in and out; those of the handshake go into the transcript."""

    def __init__(self, socket):
        self.socket, self.stream, self.hash = socket, socket.makefile("rb"), hashlib.sha256()

    def transcript(self):
        return self.hash.digest()

    def next(self):
        """The kind and the body of the next frame, or nothing at the end of the connection."""
        header = self.stream.read(4)
        if not header:
            return None
        body = self.stream.read(int.from_bytes(header[1:], "big"))
        if len(header) < 4 or len(body) < int.from_bytes(header[1:], "big"):
            raise Refused("", "the connection ended within a frame")
        return header[0], body

    def receive(self, kind, *names):
        arrived = self.next()
        if arrived is None or arrived[0] != kind:
            raise Refused("", f"expected a frame of kind {kind}, got {arrived and arrived[0]}")
        self.hash.update(frame(*arrived))
        fields = json.loads(arrived[1])
        if not isinstance(fields, dict) or set(fields) != set(names):
            raise Refused("", f"expected the fields {names}, got {sorted(fields)}")
        return fields

    def send(self, kind, **fields):
        whole = frame(kind, json.dumps(fields).encode())
        self.hash.update(whole)
        self.socket.sendall(whole)


class Keys:
    """What follows from the shared secret (section 6)."""

    def __init__(self, shared):
        self.master = hmac.digest(bytes(32), shared, "sha256")

    def key(self, label, transcript):
        return hmac.digest(self.master, b"interlock v1 " + label + b"\0" + transcript + b"\1", "sha256")

    def records(self, transcript, checks):
        """The record keys of client and server, and the fingerprint."""
        labels = [b"client write", b"server write"] if "direction-keys" not in checks.without else [b"write"] * 2
        exporter = self.key(b"exporter", transcript)
        fingerprint = hashlib.sha256(b"interlock v1 fingerprint\0" + exporter).digest()[:16].hex()
        return *(self.key(label, transcript) for label in labels), fingerprint


class Records:
    """Sealed records in both directions (section 8)."""

    def __init__(self, connection, checks, own, peer):
        self.connection, self.checks, self.own, self.peer = connection, checks, own, peer
        self.sent = 0

    def send(self, kind, data=b""):
        number, plaintext = struct.pack(">Q", self.sent), bytes([kind]) + data
        aad = bytes([RECORD]) + (8 + len(plaintext) + 16).to_bytes(3, "big") + number
        sealed = ChaCha20Poly1305(self.own).encrypt(bytes(4) + number, plaintext, aad)
        self.connection.socket.sendall(frame(RECORD, number + sealed))
        self.sent += 1

    def receive(self, accept):
        """Hands every message to `accept` until the peer's close."""
        count = 0
        while True:
            arrived = self.connection.next()
            self.checks("authenticated-close", arrived is not None, "the connection ended before the peer's close")
            if arrived is None:
                return
            if arrived[0] != RECORD or len(arrived[1]) < 25:
                raise Refused("", f"expected a record, got a frame of kind {arrived[0]}")
            number, plaintext = arrived[1][:8], self.open(arrived[1])
            self.checks("record-order", number == struct.pack(">Q", count), f"expected record number {count}")
            count += 1
            if plaintext == bytes([CLOSE]):
                return
            if plaintext[0] != DATA:
                raise Refused("", "neither data nor a close")
            accept(plaintext[1:].decode(errors="replace"))

    def open(self, body):
        number, sealed = body[:8], body[8:]
        aad, nonce = bytes([RECORD]) + len(body).to_bytes(3, "big") + number, bytes(4) + number
        if "direction-keys" not in self.checks.without:
            self.checks("direction-keys", not opens(self.own, nonce, sealed, aad), "the record is one of this side's own")
        plaintext = opens(self.peer, nonce, sealed, aad)
        self.checks("record-auth", plaintext is not None, "the tag does not fit")
        if plaintext is None:
            # Who does not look at the tag sees what the stream gives.
            stream = Cipher(algorithms.ChaCha20(self.peer, struct.pack("<I", 1) + nonce), None).decryptor()
            plaintext = stream.update(sealed[:-16])
        return plaintext


def opens(key, nonce, sealed, aad):
    try:
        return ChaCha20Poly1305(key).decrypt(nonce, sealed, aad)
    except InvalidTag:
        return None


def told(connect, given):
    """Plays a session and says how it went: `connect` agrees on keys, and answers with the records and what to report."""
    report = {"received": []}
    try:
        records, agreed = connect()
        report |= agreed
        for message in (given["message_1"], given["message_2"]):
            records.send(DATA, message.encode())
        records.send(CLOSE)
        records.receive(report["received"].append)
    except Refused as refused:
        report |= {"refused": refused.check, "why": refused.why}
    except (OSError, ValueError, KeyError, TypeError) as error:
        report |= {"refused": "", "why": f"{type(error).__name__}: {error}"}
    print(json.dumps(report))
