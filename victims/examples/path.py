"""Validates the peer's certificates (docs/certificates.md, RFC 5280 section 6): each rule under the id of its check."""

import hashlib
import re
import warnings
from datetime import datetime, timezone

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, SignatureAlgorithmOID

from wire import Refused

# A serial number of zero is a finding here, not a warning of the package's.
warnings.simplefilter("ignore")

UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.NAME_CONSTRAINTS,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.POLICY_CONSTRAINTS,
}


def blocks(path, label):
    """The PEM blocks of a file, with their lines."""
    with open(path, encoding="ascii") as file:
        found = re.findall(f"-----BEGIN {label}-----.*?-----END {label}-----", file.read(), re.DOTALL)
    return [block.encode() for block in found]


def of(certificate, kind):
    """The value of an extension, or nothing."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def utc(thing, name):
    """A time of a certificate or list, in UTC: the package says the zone from its version 42 on, before that none."""
    return getattr(thing, f"{name}_utc", None) or getattr(thing, name).replace(tzinfo=timezone.utc)


def signed_by(thing, signed, issuer):
    try:
        issuer.public_key().verify(thing.signature, signed)
        return True
    except (InvalidSignature, AttributeError):
        return False


def inner_algorithm(certificate):
    """The algorithm that is named where it is signed: behind the version and the serial number."""
    octets, at = certificate.tbs_certificate_bytes, 0

    def element(at):
        length, size = octets[at + 1], 1
        if length >= 0x80:
            size = 1 + (length & 0x7F)
            length = int.from_bytes(octets[at + 2 : at + 1 + size], "big")
        return at + 1 + size, at + 1 + size + length

    at = element(at)[0]
    for _ in range(2):
        at = element(at)[1]
    return octets[slice(*element(at))]


class Trust:
    """Whom this side believes, and at what time."""

    def __init__(self, checks, anchors, lists, pins, name, now):
        self.checks, self.name, self.pins = checks, name, pins
        self.anchors = [x509.load_pem_x509_certificate(block) for block in blocks(anchors, "CERTIFICATE")]
        self.lists = [x509.load_pem_x509_crl(block) for block in blocks(lists, "X509 CRL")] if lists else []
        self.now = datetime.fromtimestamp(now, timezone.utc)

    def leaf_key(self, chain):
        """The key that the chain certifies for the name."""
        try:
            leaf, *others = [x509.load_der_x509_certificate(der) for der in chain]
        except ValueError as error:
            raise Refused("cert-encoding", str(error)) from error
        try:
            self.whole([leaf, *self.issuers(leaf, others)])
        except x509.DuplicateExtension as error:
            # Where nobody minds that a certificate says two things, nothing more is asked of it.
            self.checks("cert-encoding", False, str(error))
        self.checks("cert-encoding", True, "always refused")
        return leaf.public_key()

    def whole(self, path):
        for place, certificate in enumerate(path):
            self.alone(certificate, place, path)
        for certificate, issuer in zip(path, path[1:]):
            self.below(certificate, issuer, path)
        self.end(path[0])
        if self.pins:
            form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            keys = [hashlib.sha256(it.public_key().public_bytes(*form)).hexdigest() for it in path]
            self.checks("cert-pin", any(key in self.pins for key in keys), "no key of the path is pinned")

    def issuers(self, leaf, others):
        """The issuers from the leaf's up to a trust anchor, included."""
        path, last = [], leaf
        while len(path) <= len(others):
            candidates = [issuer for issuer in self.anchors + others if issuer.subject == last.issuer]
            found = [issuer for issuer in candidates if signed_by(last, last.tbs_certificate_bytes, issuer)]
            if not found:
                break
            path.append(found[0])
            if found[0] in self.anchors:
                return path
            last = found[0]
        self.checks("cert-chain", False, "it does not end at a trust anchor")
        return []

    def alone(self, certificate, place, path):
        """What each certificate has to be by itself."""
        strong = certificate.signature_algorithm_oid == SignatureAlgorithmOID.ED25519
        # 06 03 2b 65 70 is the same identifier.
        named = inner_algorithm(certificate) == bytes.fromhex("06032b6570")
        known = isinstance(certificate.public_key(), Ed25519PublicKey)
        self.checks("cert-algorithm", strong and named and known, "expected Ed25519, named once")
        valid = utc(certificate, "not_valid_before") <= self.now <= utc(certificate, "not_valid_after")
        self.checks("cert-validity", valid, f"valid until {utc(certificate, 'not_valid_after')}, now it is {self.now}")
        self.checks("cert-serial", certificate.serial_number > 0, f"the serial number is {certificate.serial_number}")
        unknown = [str(it.oid) for it in certificate.extensions if it.critical and it.oid not in UNDERSTOOD]
        self.checks("cert-critical-extensions", not unknown, f"critical and unknown: {unknown}")
        if place + 1 < len(path):
            identified = of(certificate, x509.AuthorityKeyIdentifier) is not None
            self.checks("cert-key-identifier", identified, "it does not say which key signed it")
        if place > 0:
            self.checks("cert-subject", len(list(certificate.subject)) > 0, "an authority without a name")

    def below(self, certificate, issuer, path):
        """What an issuer has to allow."""
        constraints, usage = of(issuer, x509.BasicConstraints), of(issuer, x509.KeyUsage)
        self.checks("cert-ca-flag", constraints is not None and constraints.ca, "the issuer is no authority")
        self.checks("cert-key-usage", usage is None or usage.key_cert_sign, "the issuer's key signs no certificates")
        under = path.index(issuer) - 1
        longest = constraints.path_length if constraints else None
        self.checks("cert-path-length", longest is None or under <= longest, f"{under} authorities under one with {longest}")
        limits = of(issuer, x509.NameConstraints)
        if limits is not None:
            names = of(path[0], x509.SubjectAlternativeName).get_values_for_type(x509.DNSName)
            permitted = [it.value for it in limits.permitted_subtrees or [] if isinstance(it, x509.DNSName)]
            inside = all(any(f".{name}".endswith(f".{tree}") for tree in permitted) for name in names)
            self.checks("cert-name-constraints", inside, f"the issuer may issue for {permitted}, not for {names}")
        demands = of(issuer, x509.PolicyConstraints)
        if demands is not None and demands.require_explicit_policy is not None:
            stated = all(of(it, x509.CertificatePolicies) is not None for it in path[: path.index(issuer)])
            self.checks("cert-policy", stated, "no policy is stated, and one has to be")
        self.checks("cert-revoked", not self.revoked(certificate, issuer), "its number is on a list, or no list counts")

    def revoked(self, certificate, issuer):
        """On a list of its issuer's; or the issuer has lists, and none of them counts."""
        mine = [entry for entry in self.lists if entry.issuer == issuer.subject]
        current = [entry for entry in mine if utc(entry, "last_update") <= self.now <= utc(entry, "next_update")]
        counts = [entry for entry in current if signed_by(entry, entry.tbs_certlist_bytes, issuer)]
        listed = any(entry.get_revoked_certificate_by_serial_number(certificate.serial_number) for entry in counts)
        return bool(mine) and (not counts or listed)

    def end(self, leaf):
        """What the leaf is for."""
        purposes = of(leaf, x509.ExtendedKeyUsage)
        self.checks("cert-purpose", purposes is not None and ExtendedKeyUsageOID.SERVER_AUTH in purposes, "not for a server")
        names = of(leaf, x509.SubjectAlternativeName)
        names = names.get_values_for_type(x509.DNSName) if names else []
        self.checks("cert-name", self.name in names, f"expected {self.name}, got {names}")
