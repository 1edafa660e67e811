"""RSAES-PKCS1-v1_5 (RFC 8017 section 7.2). For tests only: nothing here runs in constant time."""

import os


def encrypt(key, message):
    """To a public key (n, e)."""
    n, e = key
    k = (n.bit_length() + 7) // 8
    random = b""
    while len(random) < k - len(message) - 3:
        random += os.urandom(1).replace(b"\0", b"")
    padded = b"\0\2" + random + b"\0" + message
    return pow(int.from_bytes(padded, "big"), e, n).to_bytes(k, "big")
