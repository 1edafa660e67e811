"""RSA-OAEP with SHA-256 and an empty label (RFC 8017 section 7.1). For tests only: nothing here runs in constant time."""

import hashlib
import os


def mask(seed, length):
    """MGF1 (appendix B.2.1)."""
    blocks = (hashlib.sha256(seed + i.to_bytes(4, "big")).digest() for i in range((length + 31) // 32))
    return b"".join(blocks)[:length]


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


LABEL = hashlib.sha256().digest()


def encrypt(key, message):
    """To a public key (n, e)."""
    n, e = key
    k = (n.bit_length() + 7) // 8
    block = LABEL + bytes(k - len(message) - 66) + b"\1" + message
    seed = os.urandom(32)
    masked = xor(block, mask(seed, len(block)))
    padded = b"\0" + xor(seed, mask(masked, 32)) + masked
    return pow(int.from_bytes(padded, "big"), e, n).to_bytes(k, "big")


def decrypt(key, ciphertext):
    """With a private key (n, d); None where it was not encrypted to it."""
    n, d = key
    k = (n.bit_length() + 7) // 8
    number = int.from_bytes(ciphertext, "big")
    if len(ciphertext) != k or number >= n:
        return None
    padded = pow(number, d, n).to_bytes(k, "big")
    masked = padded[33:]
    block = xor(masked, mask(xor(padded[1:33], mask(masked, 32)), len(masked)))
    rest = block[32:].lstrip(b"\0")
    return rest[1:] if padded[0] == 0 and block[:32] == LABEL and rest[:1] == b"\1" else None
