"""CPace over ristretto255 (draft-irtf-cfrg-cpace; RFC 9496), as far as one side needs it. For tests only."""

import hashlib
import os

from ed25519 import D, ORDER, P, SQRT_MINUS_ONE, add, multiply

DSI, BLOCK = b"CPaceRistretto255", 128


def even(x):
    """The absolute value of RFC 9496 section 4.1."""
    x %= P
    return P - x if x & 1 else x


def sqrt_ratio(u, v):
    """Whether u/v is a square, and the root of it or of SQRT_MINUS_ONE · u/v (section 4.2)."""
    r = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * r * r % P
    correct, flipped, other = check == u % P, check == -u % P, check == -u * SQRT_MINUS_ONE % P
    return correct or flipped, even(r * SQRT_MINUS_ONE if flipped or other else r)


INV_SQRT_A_MINUS_D = sqrt_ratio(1, -1 - D)[1]
SQRT_AD_MINUS_ONE = (lambda root: root if root & 1 else P - root)(sqrt_ratio(-D - 1, 1)[1])


def decode(octets):
    """Section 4.3.1; None for what is no element."""
    s = int.from_bytes(octets, "little")
    if len(octets) != 32 or s >= P or s & 1:
        return None
    u1, u2 = 1 - s * s, 1 + s * s
    v = -(D * u1 * u1) - u2 * u2
    square, root = sqrt_ratio(1, v * u2 * u2 % P)
    x = even(2 * s * root * u2)
    y = u1 * root * root * u2 * v % P
    if not square or x * y % P & 1 or y == 0:
        return None
    return x, y, 1, x * y % P


def encode(point):
    """Section 4.3.2."""
    x, y, z, t = point
    u1, u2 = (z + y) * (z - y) % P, x * y % P
    root = sqrt_ratio(1, u1 * u2 * u2 % P)[1]
    d1, d2 = root * u1 % P, root * u2 % P
    z_inverse = d1 * d2 * t % P
    if t * z_inverse % P & 1:
        x, y, d = y * SQRT_MINUS_ONE % P, x * SQRT_MINUS_ONE % P, d1 * INV_SQRT_A_MINUS_D % P
    else:
        d = d2
    if x * z_inverse % P & 1:
        y = -y
    return even(d * (z - y)).to_bytes(32, "little")


def mapped(octets):
    """Section 4.3.4, of one half."""
    t = int.from_bytes(octets, "little") % 2**255 % P
    r = SQRT_MINUS_ONE * t * t % P
    u, v = (r + 1) * (1 - D * D) % P, (-1 - r * D) * (r + D) % P
    square, s = sqrt_ratio(u, v)
    c = -1
    if not square:
        s, c = (P - even(s * t)) % P, r
    n = (c * (r - 1) * (D - 1) ** 2 - v) % P
    w0, w1, w2, w3 = 2 * s * v, n * SQRT_AD_MINUS_ONE, 1 - s * s, 1 + s * s
    return w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P


def length_first(*parts):
    """Lengths below 128 are one octet of LEB128, longer ones two."""

    def prefixed(part):
        short = len(part) < 128
        return bytes([len(part)] if short else [len(part) % 128 + 128, len(part) // 128]) + part

    return b"".join(map(prefixed, parts))


def generator(password, channel, session):
    padding = max(0, BLOCK - 1 - len(length_first(password)) - len(length_first(DSI)))
    digest = hashlib.sha512(length_first(DSI, password, bytes(padding), channel, session)).digest()
    return add(mapped(digest[:32]), mapped(digest[32:]))


class Side:
    def __init__(self, password, channel, session, scalar=None):
        self.scalar = scalar or int.from_bytes(os.urandom(40), "little") % ORDER
        self.share = encode(multiply(self.scalar, generator(password, channel, session)))

    def agree(self, share):
        """None where the share is no element, or the secret nobody's."""
        theirs = decode(share)
        shared = theirs and encode(multiply(self.scalar, theirs))
        return shared if shared and any(shared) else None
