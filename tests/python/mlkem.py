"""ML-KEM-768 encapsulation (FIPS 203), as far as the one who answers needs it. For tests only."""

import hashlib

N, Q, K, ETA, DU, DV = 256, 3329, 3, 2, 10, 4
KEY, CIPHERTEXT = 384 * K + 32, 32 * (DU * K + DV)


def reversed_bits(i):
    return int(f"{i:07b}"[::-1], 2)


ZETAS = [pow(17, reversed_bits(i), Q) for i in range(128)]
GAMMAS = [pow(17, 2 * reversed_bits(i) + 1, Q) for i in range(128)]


def ntt(f):
    """Algorithm 9."""
    f, i, length = list(f), 1, 128
    while length >= 2:
        for start in range(0, N, 2 * length):
            zeta = ZETAS[i]
            i += 1
            for j in range(start, start + length):
                t = zeta * f[j + length] % Q
                f[j], f[j + length] = (f[j] + t) % Q, (f[j] - t) % Q
        length //= 2
    return f


def inverse_ntt(f):
    """Algorithm 10."""
    f, i, length = list(f), 127, 2
    while length <= 128:
        for start in range(0, N, 2 * length):
            zeta = ZETAS[i]
            i -= 1
            for j in range(start, start + length):
                t = f[j]
                f[j], f[j + length] = (t + f[j + length]) % Q, zeta * (f[j + length] - t) % Q
        length *= 2
    return [value * 3303 % Q for value in f]


def multiply(f, g):
    """Algorithm 11."""
    product = []
    for i in range(128):
        (a0, a1), (b0, b1) = f[2 * i : 2 * i + 2], g[2 * i : 2 * i + 2]
        product += [(a0 * b0 + a1 * b1 * GAMMAS[i]) % Q, (a0 * b1 + a1 * b0) % Q]
    return product


def add(f, g):
    return [(a + b) % Q for a, b in zip(f, g)]


def inner(fs, gs):
    total = [0] * N
    for f, g in zip(fs, gs):
        total = add(total, multiply(f, g))
    return total


def sample_ntt(seed):
    """Algorithm 7; three blocks hold more than enough, but for one seed in 2^38."""
    stream, values = hashlib.shake_128(seed).digest(168 * 6), []
    for i in range(0, len(stream), 3):
        a, b, c = stream[i : i + 3]
        values += [value for value in (a + 256 * (b % 16), b // 16 + 16 * c) if value < Q]
    return values[:N]


def sample_noise(seed, nonce):
    """Algorithm 8 of the output of the pseudorandom function."""
    octets = hashlib.shake_256(seed + bytes([nonce])).digest(64 * ETA)
    bits = [octet >> i & 1 for octet in octets for i in range(8)]
    sums = [sum(bits[ETA * i : ETA * (i + 1)]) for i in range(2 * N)]
    return [(sums[2 * i] - sums[2 * i + 1]) % Q for i in range(N)]


def to_octets(values, d):
    """Algorithm 5."""
    return sum(value << d * i for i, value in enumerate(values)).to_bytes(32 * d, "little")


def from_octets(octets, d):
    """Algorithm 6."""
    number = int.from_bytes(octets, "little")
    return [number >> d * i & (1 << d) - 1 for i in range(N)]


def compress(values, d):
    return [((value << d) + Q // 2) // Q % (1 << d) for value in values]


def encapsulate(key, coins):
    """The ciphertext and the shared secret, 32 octets; None for what is no key (section 7.2)."""
    vector = [from_octets(key[384 * i : 384 * (i + 1)], 12) for i in range(K)]
    if len(key) != KEY or any(value >= Q for poly in vector for value in poly):
        return None
    digest = hashlib.sha3_512(coins + hashlib.sha3_256(key).digest()).digest()
    secret, noise = digest[:32], digest[32:]
    rho = key[384 * K :]
    y = [ntt(sample_noise(noise, i)) for i in range(K)]
    e1 = [sample_noise(noise, K + i) for i in range(K)]
    e2 = sample_noise(noise, 2 * K)
    ciphertext = b""
    for i in range(K):
        column = [sample_ntt(rho + bytes([i, j])) for j in range(K)]
        ciphertext += to_octets(compress(add(inverse_ntt(inner(column, y)), e1[i]), DU), DU)
    message = [value * ((Q + 1) // 2) for value in from_octets(coins, 1)]
    v = add(add(inverse_ntt(inner(vector, y)), e2), message)
    return ciphertext + to_octets(compress(v, DV), DV), secret
