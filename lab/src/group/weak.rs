//! Weak groups as they were deployed: a prime that is too short or has a smooth p − 1, a modulus that is no prime, a
//! generator of small order.
//!
//! The groups follow from their parameters alone: a server that uses one uses it for every session, which is what makes
//! a precomputation pay (Adrian et al., "Imperfect Forward Secrecy", 2015).

use super::{
    Modp,
    prime::{divisible, is_word_prime, small_primes},
};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use num_bigint::BigUint;
use num_traits::{One, ToPrimitive};
use primality::is_prime;
use rand_core::Rng;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Bits of the factors of p − 1 of a [`smooth`] prime.
pub const SMOOTH_FACTOR_BITS: u32 = 24;
/// Bits of the prime factors of a [`composite`] modulus.
pub const COMPOSITE_FACTOR_BITS: u32 = 32;
/// Bits of the order of the generator of a [`subgroup`].
pub const SUBGROUP_ORDER_BITS: u32 = 32;

/// How many small primes p − 1 of a [`cofactor`] group has besides 2.
pub const COFACTORS: usize = 14;
/// Bits of each.
pub const COFACTOR_BITS: u32 = 10;
/// Bits of the exponents in such a group: fewer than the product of these primes has.
pub const SHORT_EXPONENT_BITS: u64 = 125;

/// A safe prime of this many bits (at least 16) with generator 2.
pub fn short(bits: u64) -> Modp {
    let mut rng = rng("short", bits);
    loop {
        let q = odd(&mut rng, bits.max(16) - 1);
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
    let mut factors = all_but_one(&mut rng, vec![2], SMOOTH_FACTOR_BITS, bits);
    let product = factors.iter().product();
    let (p, last) = prime_above(&mut rng, &product, SMOOTH_FACTOR_BITS, bits);
    factors.push(last);
    let g = primitive_root(&p, &factors);
    Modp::new(p, g)
}

/// A prime of this many bits (at least 16) whose p − 1 is whatever it happens to be, with generator 2.
pub fn random(bits: u64) -> Modp {
    let mut rng = rng("random", bits);
    loop {
        let p = odd(&mut rng, bits.max(16));
        if !divisible(&p) && is_prime(&p) {
            return Modp::new(p, BigUint::from(2u8));
        }
    }
}

/// A modulus of this many bits (at least 64) that nobody tested for primality, as socat's was (CVE-2016-2217), with
/// generator 2: its prime factors have at most [`COMPOSITE_FACTOR_BITS`] bits.
pub fn composite(bits: u64) -> Modp {
    let bits = bits.max(64);
    let mut rng = rng("composite", bits);
    let product: BigUint = all_but_one(&mut rng, Vec::new(), COMPOSITE_FACTOR_BITS, bits).iter().product();
    loop {
        let n = &product * factor(&mut rng, COMPOSITE_FACTOR_BITS);
        if n.bits() == bits {
            return Modp::new(n, BigUint::from(2u8));
        }
    }
}

/// A prime of this many bits (at least 128) with a generator of a prime order q of [`SUBGROUP_ORDER_BITS`] bits. The
/// groups of RFC 5114 are made so, with a q of 160 to 256 bits; here it is short. (p − 1)/2q is a prime.
pub fn subgroup(bits: u64) -> Modp {
    subgroup_and_order(bits).0
}

fn subgroup_and_order(bits: u64) -> (Modp, u32) {
    let bits = bits.max(128);
    let mut rng = rng("subgroup", bits);
    let cofactor_bits = bits - u64::from(SUBGROUP_ORDER_BITS) - 1;
    let cofactor = loop {
        let mut r = odd(&mut rng, cofactor_bits);
        // so that two thirds of all q make a p of the right length
        r.set_bit(cofactor_bits - 2, true);
        if !divisible(&r) && is_prime(&r) {
            break r << 1u8;
        }
    };
    let (p, q) = prime_above(&mut rng, &cofactor, SUBGROUP_ORDER_BITS, bits);
    let mut h = BigUint::from(2u8);
    loop {
        let g = h.modpow(&cofactor, &p);
        if !g.is_one() {
            return (Modp::new(p, g), q);
        }
        h += 1u8;
    }
}

/// A prime of this many bits (at least 256) with a generator of a long prime order, as RFC 2785 has them before its advice: the
/// rest of p − 1 is 2 and [`COFACTORS`] primes of [`COFACTOR_BITS`] bits, and exponents are so short that all of them together
/// tell one.
pub fn cofactor(bits: u64) -> Modp {
    let bits = bits.max(256);
    let mut rng = rng("cofactor", bits);
    // The factors have 9 to 10 bits each.
    let rest = u64::try_from(COFACTORS).unwrap_or_default() * u64::from(COFACTOR_BITS) - 6;
    let order = loop {
        let q = odd(&mut rng, bits - rest);
        if !divisible(&q) && is_prime(&q) {
            break q;
        }
    };
    loop {
        let mut factors = BTreeSet::new();
        while factors.len() < COFACTORS {
            factors.insert(factor(&mut rng, COFACTOR_BITS));
        }
        let cofactor: BigUint = factors.iter().product::<BigUint>() << 1u8;
        let p = &order * &cofactor + 1u8;
        if p.bits() != bits || divisible(&p) || !is_prime(&p) {
            continue;
        }
        let mut h = BigUint::from(2u8);
        loop {
            let g = h.modpow(&cofactor, &p);
            if !g.is_one() {
                return Modp { p, g, exponent_bits: SHORT_EXPONENT_BITS, order: Some(order) };
            }
            h += 1u8;
        }
    }
}

/// `factors` and further primes of so many bits, the last of which may be shorter, until their product leaves room for
/// exactly one more below `bits` bits.
fn all_but_one(rng: &mut ChaCha20Rng, mut factors: Vec<u32>, factor_bits: u32, bits: u64) -> Vec<u32> {
    let last = u64::from(factor_bits);
    let mut product: BigUint = factors.iter().product();
    while product.bits() + last < bits {
        let room = u32::try_from(bits - last + 1 - product.bits()).unwrap_or(factor_bits);
        let next = factor(rng, room.min(factor_bits));
        product *= next;
        factors.push(next);
    }
    factors
}

/// A prime product · q + 1 of `bits` bits for a prime q of `factor_bits` bits, and q.
fn prime_above(rng: &mut ChaCha20Rng, product: &BigUint, factor_bits: u32, bits: u64) -> (BigUint, u32) {
    // looked at modulo small primes first: most candidates fall there
    let residues: Vec<(u64, u64)> = small_primes().map(|l| (l, (product % l).to_u64().unwrap_or(0))).collect();
    loop {
        let q = factor(rng, factor_bits);
        if residues.iter().any(|(l, residue)| (residue * u64::from(q) + 1) % l == 0) {
            continue;
        }
        let p = product * q + 1u8;
        if p.bits() == bits && is_prime(&p) {
            return (p, q);
        }
    }
}

fn rng(variant: &str, bits: u64) -> ChaCha20Rng {
    ChaCha20Rng::from_seed(Sha256::digest(format!("interlock dh-weak {variant} {bits}")).into())
}

/// An odd number of exactly so many bits.
fn odd(rng: &mut ChaCha20Rng, bits: u64) -> BigUint {
    let mut octets = vec![0; usize::try_from(bits.div_ceil(8)).unwrap_or(1)];
    rng.fill_bytes(&mut octets);
    let mut n = BigUint::from_bytes_be(&octets) >> (octets.len() as u64 * 8 - bits);
    n.set_bit(bits - 1, true);
    n.set_bit(0, true);
    n
}

/// A prime of exactly so many bits, 2 to 32.
fn factor(rng: &mut ChaCha20Rng, bits: u32) -> u32 {
    let bits = bits.clamp(2, 32);
    loop {
        let n = rng.next_u32() >> (32 - bits) | 1 << (bits - 1) | 1;
        if is_word_prime(n) {
            return n;
        }
    }
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
    use num_traits::Zero;

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
    fn random_primes_are_prime_and_of_their_length() {
        for bits in [16, 32, 48, 64, 96, 128, 224] {
            let group = random(bits);
            assert_eq!((group.p.bits(), is_prime(&group.p)), (bits, true), "{bits} bits");
            assert_eq!(group, random(bits), "a prime follows from its parameters");
        }
        assert!([48u64, 64, 96].iter().any(|bits| !is_prime(&(random(*bits).p >> 1u8))), "not safe primes all");
    }

    #[test]
    fn composite_moduli_are_no_primes_and_of_their_length() {
        for bits in [64, 256, 1000, 1024, 2048] {
            let group = composite(bits);
            assert_eq!((group.p.bits(), is_prime(&group.p), group.p.bit(0)), (bits, false, true), "{bits} bits");
        }
    }

    #[test]
    fn the_small_factors_beside_a_long_order_tell_an_exponent() {
        for bits in [256, 512] {
            let group = cofactor(bits);
            let order = group.order.clone().unwrap();
            assert_eq!((group.p.bits(), is_prime(&group.p), is_prime(&order)), (bits, true, true), "{bits} bits");
            assert!(!group.g.is_one() && group.g.modpow(&order, &group.p).is_one());
            let mut rest = (&group.p - 1u8) / &order / 2u8;
            assert!(rest.bits() > group.exponent_bits);
            let mut found = 0;
            for factor in 3u32..1 << COFACTOR_BITS {
                if (&rest % factor).is_zero() {
                    rest /= factor;
                    found += 1;
                }
            }
            assert!(rest.is_one() && found == COFACTORS, "each of them once");
        }
    }

    #[test]
    fn the_generator_of_a_subgroup_has_the_order_that_was_chosen() {
        for bits in [128, 512, 1024] {
            let (group, order) = subgroup_and_order(bits);
            assert_eq!((group.p.bits(), is_prime(&group.p)), (bits, true), "{bits} bits");
            assert_eq!((order.ilog2() + 1, is_word_prime(order)), (SUBGROUP_ORDER_BITS, true), "{order}");
            assert!(!group.g.is_one() && group.g.modpow(&order.into(), &group.p).is_one(), "{bits} bits");
        }
    }
}
