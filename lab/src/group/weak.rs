//! Weak primes as they were deployed: too short, or with a smooth p − 1.
//!
//! The primes follow from their parameters alone: a server that uses one uses it for every session, which is what makes
//! a precomputation pay (Adrian et al., "Imperfect Forward Secrecy", 2015).

use super::Modp;
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};
use rand_core::Rng;
use sha2::{Digest, Sha256};

/// Bits of the factors of p − 1 of a [`smooth`] prime.
pub const SMOOTH_FACTOR_BITS: u32 = 24;

const SMALL_PRIMES: [u32; 53] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239,
    241, 251,
];

/// A safe prime of this many bits (at least 16) with generator 2.
pub fn short(bits: u64) -> Modp {
    let mut rng = rng("short", bits);
    loop {
        let q = random(&mut rng, bits.max(16) - 1);
        let p = (&q << 1u8) + 1u8;
        if !divisible(&p) && !divisible(&q) && is_prime(&q) && is_prime(&p) {
            return Modp::new(p, BigUint::from(2u8));
        }
    }
}

/// A prime of this many bits (at least 64) whose p − 1 has no factor over [`SMOOTH_FACTOR_BITS`] bits, with the least
/// primitive root as generator: its size looks sound, and Pohlig–Hellman takes it apart.
pub fn smooth(bits: u64) -> Modp {
    let bits = bits.max(64);
    let mut rng = rng("smooth", bits);
    let last_bits = u64::from(SMOOTH_FACTOR_BITS);
    let mut factors = vec![2u32];
    let mut product = BigUint::from(2u8);
    // Full factors, then one that leaves room for exactly one more: that last one is searched for.
    while product.bits() + last_bits < bits {
        let room = bits - last_bits + 1 - product.bits();
        let factor = factor(&mut rng, u32::try_from(room).unwrap_or(SMOOTH_FACTOR_BITS).min(SMOOTH_FACTOR_BITS));
        product *= factor;
        factors.push(factor);
    }
    // p = product · last + 1 is looked at modulo small primes first: most candidates fall there.
    let residues: Vec<(u64, u64)> = small_primes().map(|q| (q, (&product % q).to_u64().unwrap_or(0))).collect();
    loop {
        let last = factor(&mut rng, SMOOTH_FACTOR_BITS);
        if residues.iter().any(|(q, residue)| (residue * u64::from(last) + 1) % q == 0) {
            continue;
        }
        let p = &product * last + 1u8;
        if p.bits() == bits && is_prime(&p) {
            factors.push(last);
            let g = primitive_root(&p, &factors);
            return Modp::new(p, g);
        }
    }
}

/// The odd primes below 2^12.
fn small_primes() -> impl Iterator<Item = u64> {
    (3..1u32 << 12).step_by(2).filter(|n| is_word_prime(*n)).map(u64::from)
}

/// Miller–Rabin with 24 fixed bases: proves compositeness; for the random candidates here an error is out of reach.
pub fn is_prime(n: &BigUint) -> bool {
    let two = BigUint::from(2u8);
    if *n < two || n.is_even() {
        return *n == two;
    }
    let minus_one = n - 1u8;
    let twos = minus_one.trailing_zeros().unwrap_or(0);
    let odd = &minus_one >> twos;
    std::iter::once(2).chain(SMALL_PRIMES).take(24).all(|base| {
        let base = BigUint::from(base);
        if (&base % n).is_zero() {
            return true;
        }
        let mut power = base.modpow(&odd, n);
        if power.is_one() || power == minus_one {
            return true;
        }
        (1..twos).any(|_| {
            power = &power * &power % n;
            power == minus_one
        })
    })
}

fn rng(variant: &str, bits: u64) -> ChaCha20Rng {
    ChaCha20Rng::from_seed(Sha256::digest(format!("interlock dh-weak {variant} {bits}")).into())
}

/// An odd number of exactly so many bits.
fn random(rng: &mut ChaCha20Rng, bits: u64) -> BigUint {
    let mut octets = vec![0; usize::try_from(bits.div_ceil(8)).unwrap_or(1)];
    rng.fill_bytes(&mut octets);
    let mut n = BigUint::from_bytes_be(&octets) >> (octets.len() as u64 * 8 - bits);
    n.set_bit(bits - 1, true);
    n.set_bit(0, true);
    n
}

/// A prime of exactly so many bits, 2 to 31.
fn factor(rng: &mut ChaCha20Rng, bits: u32) -> u32 {
    let bits = bits.clamp(2, 31);
    loop {
        let n = rng.next_u32() >> (32 - bits) | 1 << (bits - 1) | 1;
        if is_word_prime(n) {
            return n;
        }
    }
}

/// Miller–Rabin to the bases 2, 7 and 61, which decides for all odd n below 2^32 (Jaeschke, "On strong pseudoprimes to
/// several bases", 1993).
fn is_word_prime(n: u32) -> bool {
    let n = u64::from(n);
    if n < 4 {
        return n > 1;
    }
    let twos = (n - 1).trailing_zeros();
    [2u64, 7, 61].into_iter().filter(|base| base % n != 0).all(|base| {
        let mut power = word_power(base, (n - 1) >> twos, n);
        if power == 1 {
            return true;
        }
        (0..twos).any(|_| {
            let minus_one = power == n - 1;
            power = power * power % n;
            minus_one
        })
    })
}

/// base^exponent mod n, for n below 2^32.
fn word_power(base: u64, mut exponent: u64, n: u64) -> u64 {
    let (mut power, mut square) = (1, base % n);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = power * square % n;
        }
        square = square * square % n;
        exponent >>= 1;
    }
    power
}

/// A small prime divides n properly.
fn divisible(n: &BigUint) -> bool {
    SMALL_PRIMES.iter().any(|prime| (n % prime).is_zero() && n.bits() > 8)
}

fn primitive_root(p: &BigUint, factors: &[u32]) -> BigUint {
    let order = p - 1u8;
    let mut g = BigUint::from(2u8);
    while factors.iter().any(|factor| g.modpow(&(&order / factor), p).is_one()) {
        g += 1u8;
    }
    g
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_primes_are_safe_and_of_their_length() {
        for bits in [16, 32, 48, 64, 96, 128, 200] {
            let group = short(bits);
            assert_eq!(group.p.bits(), bits);
            assert!(is_prime(&group.p) && is_prime(&(&group.p >> 1u8)), "{bits} bits");
            assert_eq!(group, short(bits), "a prime follows from its parameters");
        }
    }

    #[test]
    fn smooth_primes_are_prime_and_smooth() {
        for bits in [64, 200, 256, 512, 1024] {
            let group = smooth(bits);
            assert_eq!(group.p.bits(), bits);
            assert!(is_prime(&group.p), "{bits} bits");
            let mut rest = &group.p - 1u8;
            for factor in 2u32..1 << SMOOTH_FACTOR_BITS {
                while (&rest % factor).is_zero() {
                    rest /= factor;
                }
                if rest.is_one() {
                    break;
                }
            }
            assert!(rest.is_one(), "{bits} bits: p-1 keeps a factor over {SMOOTH_FACTOR_BITS} bits");
        }
    }

    #[test]
    fn primality_agrees_with_the_sieve() {
        let mut composite = vec![false; 4096];
        for n in 2..composite.len() {
            if !composite[n] {
                (n * n..composite.len()).step_by(n).for_each(|multiple| composite[multiple] = true);
            }
            assert_eq!(is_prime(&BigUint::from(n)), !composite[n], "{n}");
            assert!(n % 2 == 0 || is_word_prime(n as u32) != composite[n], "{n}");
        }
        assert!(!is_prime(&BigUint::from(561u32)) && !is_prime(&BigUint::from(3_215_031_751u64)), "pseudoprimes");
        assert!(!is_word_prime(2047) && !is_word_prime(3_215_031_751) && is_word_prime(u32::MAX - 4));
    }
}
