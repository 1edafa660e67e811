"""Validates the certificates of the lab: the part of RFC 5280 section 6 that they need, Ed25519 only.

A refusal begins with the id of the check, as in docs/certificates.md.
"""

import base64
import re
from datetime import datetime, timezone

import ed25519

SEQUENCE, INTEGER, BOOLEAN, BITS, OCTETS, OID = 0x30, 0x02, 0x01, 0x03, 0x04, 0x06
UTC_TIME, GENERALIZED_TIME, DNS_NAME = 0x17, 0x18, 0x82
ED25519 = bytes.fromhex("06032b6570")
RSA = bytes.fromhex("06092a864886f70d0101010500")
X25519 = bytes.fromhex("06032b656e")
RSA = bytes.fromhex("06092a864886f70d0101010500")
KEY_USAGE, ALT_NAME, CONSTRAINTS, NAME_CONSTRAINTS, PURPOSE = (bytes([0x55, 0x1D, n]) for n in (15, 17, 19, 30, 37))
PERMITTED = 0xA0
SERVER_AUTH, CLIENT_AUTH = (bytes.fromhex(f"2b060105050703{n:02x}") for n in (1, 2))
DIGITAL_SIGNATURE, CERT_SIGN, CRL_SIGN = 0x80, 0x04, 0x02


class Refused(Exception):
    """What the peer sent is not what it has to be."""


# --- DER (X.690) ---


class Reader:
    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def more(self):
        return self.at < len(self.octets)

    def peek(self):
        return self.octets[self.at] if self.more() else None

    def take(self, count):
        if self.at + count > len(self.octets):
            raise Refused("cert-encoding: an element is cut off")
        self.at += count
        return self.octets[self.at - count : self.at]

    def any(self):
        """The next element: its tag, its content, and all of it."""
        start = self.at
        tag, length = self.take(2)
        if length >= 0x80:
            octets = self.take(length & 0x7F)
            length = int.from_bytes(octets, "big")
            if not octets or octets[0] == 0 or length < 0x80:
                raise Refused("cert-encoding: a length that is not DER")
        content = self.take(length)
        return tag, content, self.octets[start : self.at]

    def of(self, tag):
        found, content, whole = self.any()
        if found != tag:
            raise Refused(f"cert-encoding: expected an element {tag:#x}, got {found:#x}")
        return content, whole

    def inside(self, tag):
        return Reader(self.of(tag)[0])

    def time(self):
        tag, content, _ = self.any()
        form = {UTC_TIME: "%y%m%d%H%M%SZ", GENERALIZED_TIME: "%Y%m%d%H%M%SZ"}.get(tag)
        if form is None:
            raise Refused(f"cert-encoding: expected a time, got an element {tag:#x}")
        return datetime.strptime(content.decode("ascii"), form).replace(tzinfo=timezone.utc)

    def ed25519_signed(self):
        """What is signed, with its encoding, and the signature."""
        outer = self.inside(SEQUENCE)
        content, whole = outer.of(SEQUENCE)
        algorithm, signature = outer.of(SEQUENCE)[0], outer.of(BITS)[0]
        if algorithm != ED25519:
            raise Refused("cert-algorithm: expected a signature by Ed25519")
        return Reader(content), whole, signature[1:]


class Certificate:
    def __init__(self, der):
        self.der = der
        body, self.signed, self.signature = Reader(der).ed25519_signed()
        body.of(0xA0)
        self.serial = body.of(INTEGER)[0]
        if body.of(SEQUENCE)[0] != ED25519:
            raise Refused("cert-algorithm: the inner algorithm is not the outer one")
        self.issuer = body.of(SEQUENCE)[1]
        validity = body.inside(SEQUENCE)
        self.not_before, self.not_after = validity.time(), validity.time()
        self.subject = body.of(SEQUENCE)[1]
        key = body.inside(SEQUENCE)
        self.algorithm = key.of(SEQUENCE)[0]
        if self.algorithm not in (ED25519, RSA):
            raise Refused("cert-algorithm: expected a key for Ed25519 or RSA")
        self.key = key.of(BITS)[0][1:]
        self.names, self.authority, self.usage, self.purposes, self.permitted = [], False, None, None, []
        extensions = body.inside(0xA3).inside(SEQUENCE)
        while extensions.more():
            self.extension(extensions.inside(SEQUENCE))

    def extension(self, reader):
        which = reader.of(OID)[0]
        critical = reader.peek() == BOOLEAN and reader.of(BOOLEAN)[0] != b"\0"
        value = reader.inside(OCTETS)
        if which == ALT_NAME:
            names = value.inside(SEQUENCE)
            while names.more():
                tag, content, _ = names.any()
                if tag == DNS_NAME:
                    self.names.append(content.decode("ascii"))
        elif which == CONSTRAINTS:
            constraints = value.inside(SEQUENCE)
            self.authority = constraints.peek() == BOOLEAN and constraints.of(BOOLEAN)[0] != b"\0"
        elif which == KEY_USAGE:
            self.usage = value.of(BITS)[0][1]
        elif which == PURPOSE:
            purposes, self.purposes = value.inside(SEQUENCE), []
            while purposes.more():
                self.purposes.append(purposes.of(OID)[0])
        elif which == NAME_CONSTRAINTS:
            constraints = value.inside(SEQUENCE)
            subtrees = constraints.inside(PERMITTED)
            while subtrees.more():
                self.permitted.append(subtrees.inside(SEQUENCE).of(DNS_NAME)[0].decode("ascii"))
            if constraints.more():
                raise Refused("cert-name-constraints: excluded subtrees are not supported")
        elif critical:
            raise Refused(f"cert-critical-extensions: {which.hex()} is critical and unknown")

    def permits(self, name):
        """The name is in one of the subtrees, where there are any (RFC 5280 section 4.2.1.10)."""
        return not self.permitted or any(f".{name}".endswith(f".{subtree}") for subtree in self.permitted)

    def may(self, usage):
        return self.usage is None or self.usage & usage != 0


class RevocationList:
    def __init__(self, der):
        body, self.signed, self.signature = Reader(der).ed25519_signed()
        body.of(INTEGER)
        body.of(SEQUENCE)
        self.issuer = body.of(SEQUENCE)[1]
        self.this_update, self.next_update = body.time(), body.time()
        self.serials = set()
        if body.peek() == SEQUENCE:
            entries = body.inside(SEQUENCE)
            while entries.more():
                self.serials.add(entries.inside(SEQUENCE).of(INTEGER)[0])


def blocks(path, label):
    """The PEM blocks of a file (RFC 7468)."""
    with open(path, encoding="ascii") as file:
        found = re.findall(f"-----BEGIN {label}-----(.*?)-----END {label}-----", file.read(), re.DOTALL)
    if not found:
        raise Refused(f"{path}: no {label} in it")
    return [base64.b64decode("".join(block.split())) for block in found]


def private_key(path, algorithm):
    """What a private key in PKCS #8 (RFC 5208) holds, in the form of its algorithm."""
    key = Reader(blocks(path, "PRIVATE KEY")[0]).inside(SEQUENCE)
    key.of(INTEGER)
    if key.of(SEQUENCE)[0] != algorithm:
        raise Refused(f"{path}: expected a key for another algorithm")
    return key.inside(OCTETS)


def ed25519_key(path):
    """The seed of an Ed25519 key (RFC 8410 section 7)."""
    return private_key(path, ED25519).of(OCTETS)[0]


def x25519_key(path):
    """The secret of an X25519 key."""
    return private_key(path, X25519).of(OCTETS)[0]


def rsa_private(path):
    """Modulus and private exponent of an RSA key in PKCS #8 (RFC 8017 appendix A.1.2)."""
    key = private_key(path, RSA).inside(SEQUENCE)
    key.of(INTEGER)
    n, _, d = (int.from_bytes(key.of(INTEGER)[0], "big") for _ in range(3))
    return n, d


def rsa_public(path):
    """Modulus and public exponent (RFC 8017 appendix A.1.1)."""
    return rsa_public_key(blocks(path, "RSA PUBLIC KEY")[0])


def rsa_public_key(der):
    """The same of an RSAPublicKey in DER."""
    key = Reader(der).inside(SEQUENCE)
    return tuple(int.from_bytes(key.of(INTEGER)[0], "big") for _ in range(2))


def x25519_public(path):
    """The public value of an X25519 key (RFC 8410 section 4)."""
    der = blocks(path, "PUBLIC KEY")[0]
    if der[:12] != bytes.fromhex("302a300506032b656e032100") or len(der) != 44:
        raise Refused(f"{path}: expected a public key for X25519")
    return der[12:]


class Trust:
    """Whom a party believes: anchors, revocation lists, the name that it wants, if any, and which checks it leaves out."""

    def __init__(self, anchors, lists, name, without=(), now=None, purpose=SERVER_AUTH):
        self.anchors = [Certificate(der) for der in anchors]
        self.lists = [RevocationList(der) for der in lists]
        self.name, self.without, self.now, self.purpose = name, without, now, purpose

    def check(self, name, holds, why):
        if name not in self.without and not holds:
            raise Refused(f"{name}: {why}")

    def leaf_key(self, chain):
        """The key that the chain certifies for the name, or Refused."""
        now = self.now or datetime.now(timezone.utc)
        leaf, *others = [Certificate(der) for der in chain]
        path = others if "cert-chain" in self.without else self.path(leaf, others)
        for certificate in [leaf, *path]:
            valid = certificate.not_before <= now <= certificate.not_after
            self.check("cert-validity", valid, f"valid until {certificate.not_after}, now it is {now}")
        for issuer in path:
            self.check("cert-ca-flag", issuer.authority, "the issuer of a certificate is no authority")
            self.check("cert-key-usage", issuer.may(CERT_SIGN), "the issuer's key may not sign certificates")
            permitted = all(issuer.permits(name) for name in leaf.names)
            self.check("cert-name-constraints", permitted, f"the issuer may not issue for all of {leaf.names}")
        for certificate, issuer in zip([leaf, *path], path):
            self.check("cert-revoked", not self.revoked(certificate, issuer, now), "the certificate is on a list")
        self.check("cert-key-usage", leaf.may(DIGITAL_SIGNATURE), "the key may not sign")
        purposes = leaf.purposes
        self.check("cert-purpose", purposes is None or self.purpose in purposes, "for another purpose")
        self.check("cert-name", self.name is None or self.name in leaf.names, f"expected {self.name}, got {leaf.names}")
        return leaf.key

    def path(self, leaf, others):
        """The issuers from the leaf's up to a trust anchor, included."""
        path, last = [], leaf
        while len(path) <= len(others):
            for issuer in self.anchors + others:
                if issuer.subject == last.issuer and ed25519.verify(issuer.key, last.signed, last.signature):
                    path.append(issuer)
                    break
            else:
                raise Refused("cert-chain: nobody who is trusted signed this")
            if issuer in self.anchors:
                return path
            last = issuer
        raise Refused("cert-chain: it does not end at a trust anchor")

    def revoked(self, certificate, issuer, now):
        mine = [entry for entry in self.lists if entry.issuer == issuer.subject]
        current = [
            entry
            for entry in mine
            if entry.this_update <= now <= entry.next_update
            and issuer.may(CRL_SIGN)
            and ed25519.verify(issuer.key, entry.signed, entry.signature)
        ]
        if mine and not current:
            raise Refused("cert-revoked: the issuer has lists, but none of them counts")
        return any(certificate.serial in entry.serials for entry in current)
