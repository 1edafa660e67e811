//! Groups that standards and software share: the work to break one is spent once for all who use it.

use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::deployed::DEPLOYED;

/// A modulus with a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The standard or the software.
    pub name: String,
    /// Whether the standard proves it a safe prime.
    pub safe_prime: bool,
    /// How it came to be known.
    pub origin: Origin,
}

/// How a modulus came to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A standard, with the digits of a constant: nobody could choose it.
    Formula,
    /// Software or a standard that does not say how it was made.
    Deployed,
    /// A computation that broke it, with the digits of a constant.
    Record,
}

/// Where a modulus is known from.
pub fn known(p: &BigUint) -> Option<Known> {
    let standard = FORMULAS.iter().find(|(bits, _, shape)| *bits == p.bits() && modulus(*bits, shape) == *p);
    if let Some((_, name, _)) = standard {
        return Some(Known { name: (*name).to_owned(), safe_prime: true, origin: Origin::Formula });
    }
    let record = RECORDS.iter().find(|(bits, _)| *bits == p.bits()).filter(|(_, pi)| pi.prime() == *p);
    if let Some((bits, _)) = record {
        let name = format!("the record of {bits} bits");
        return Some(Known { name, safe_prime: true, origin: Origin::Record });
    }
    let print = fingerprint(p);
    let deployed = DEPLOYED.iter().find(|(known, bits, _)| *known == print && *bits == p.bits());
    deployed.map(|(_, _, name)| Known { name: (*name).to_owned(), safe_prime: false, origin: Origin::Deployed })
}

/// ⌊scale·π⌋ + offset.
enum OfPi {
    /// The scale is this power of two.
    Binary(u64, u32),
    /// The scale is this power of ten.
    Decimal(u32, u32),
}

impl OfPi {
    fn prime(&self) -> BigUint {
        match *self {
            Self::Binary(bits, offset) => pi(bits) + offset,
            Self::Decimal(digits, offset) => {
                let scale = BigUint::from(10u32).pow(digits);
                let bits = scale.bits() + GUARD;
                ((pi(bits) * scale) >> bits) + offset
            }
        }
    }
}

/// The safe primes of published computations that were made of the digits of π, by size: Joux and Lercier (120 and 130
/// digits), Kleinjung 2007 (160 digits), Kleinjung et al. 2017.
const RECORDS: [(u64, OfPi); 4] = [
    (397, OfPi::Decimal(119, 207_819)),
    (431, OfPi::Decimal(129, 38_914)),
    (530, OfPi::Decimal(159, 119_849)),
    (768, OfPi::Binary(766, 62_762)),
];

/// The constant whose digits make up the middle of p, and what was added to make p a safe prime.
enum Shape {
    /// RFC 2409 and 3526.
    Pi(u64),
    /// RFC 7919.
    E(u64),
}

const FORMULAS: &[(u64, &str, Shape)] = &[
    (768, "Oakley group 1 (RFC 2409)", Shape::Pi(149_686)),
    (1024, "Oakley group 2 (RFC 2409)", Shape::Pi(129_093)),
    (1536, "MODP group 5 (RFC 3526)", Shape::Pi(741_804)),
    (2048, "MODP group 14 (RFC 3526)", Shape::Pi(124_476)),
    (3072, "MODP group 15 (RFC 3526)", Shape::Pi(1_690_314)),
    (4096, "MODP group 16 (RFC 3526)", Shape::Pi(240_904)),
    (6144, "MODP group 17 (RFC 3526)", Shape::Pi(929_484)),
    (8192, "MODP group 18 (RFC 3526)", Shape::Pi(4_743_158)),
    (2048, "ffdhe2048 (RFC 7919)", Shape::E(560_316)),
    (3072, "ffdhe3072 (RFC 7919)", Shape::E(2_625_351)),
    (4096, "ffdhe4096 (RFC 7919)", Shape::E(5_736_041)),
    (6144, "ffdhe6144 (RFC 7919)", Shape::E(15_705_020)),
    (8192, "ffdhe8192 (RFC 7919)", Shape::E(10_965_728)),
];

/// 2^n − 2^(n−64) + 2^64·(⌊2^(n−130)·constant⌋ + offset) − 1.
fn modulus(n: u64, shape: &Shape) -> BigUint {
    let (digits, offset) = match shape {
        Shape::Pi(offset) => (pi(n - 130), offset),
        Shape::E(offset) => (e(n - 130), offset),
    };
    let one = BigUint::one();
    (&one << n) - (&one << (n - 64)) + ((digits + offset) << 64u32) - one
}

const GUARD: u64 = 64;

/// ⌊2^bits·π⌋ by Machin's formula.
fn pi(bits: u64) -> BigUint {
    let arctan = |x: u32| {
        let mut power = (BigUint::one() << (bits + GUARD)) / x;
        let (mut plus, mut minus) = (BigUint::zero(), BigUint::zero());
        let mut k = 0u32;
        while !power.is_zero() {
            let term = &power / (2 * k + 1);
            if k.is_multiple_of(2) {
                plus += term
            } else {
                minus += term
            }
            power /= x * x;
            k += 1;
        }
        plus - minus
    };
    (arctan(5) * 16u32 - arctan(239) * 4u32) >> GUARD
}

/// ⌊2^bits·e⌋.
fn e(bits: u64) -> BigUint {
    let mut term = BigUint::one() << (bits + GUARD);
    let mut sum = BigUint::zero();
    let mut k = 0u32;
    while !term.is_zero() {
        sum += &term;
        k += 1;
        term /= k;
    }
    sum >> GUARD
}

/// A hash to recognise a number by: not against forgers.
fn fingerprint(p: &BigUint) -> u64 {
    p.iter_u64_digits().fold(p.bits(), |hash, digit| {
        let wide = u128::from(hash ^ digit).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        (wide >> 64) as u64 ^ wide as u64
    })
}

#[cfg(test)]
mod tests {
    use super::super::prime::is_prime;
    use super::*;

    #[test]
    fn the_formulas_give_safe_primes() {
        for (bits, name, shape) in FORMULAS.iter().filter(|(bits, ..)| *bits <= 1536) {
            let p = modulus(*bits, shape);
            assert_eq!(p.bits(), *bits);
            assert!(is_prime(&p) && is_prime(&(&p >> 1u32)), "{name}");
            assert_eq!(known(&p), Some(Known { name: (*name).to_owned(), safe_prime: true, origin: Origin::Formula }));
            assert_eq!(known(&(p - 2u32)), None);
        }
    }

    /// A slip in an offset or in the digits would leave a number that is no safe prime.
    #[test]
    fn records_are_of_safe_primes() {
        for (bits, of_pi) in &RECORDS {
            let p = of_pi.prime();
            assert!(p.bits() == *bits && is_prime(&p) && is_prime(&(&p >> 1u32)), "{bits} bits");
            assert!(known(&p).is_some_and(|known| known.origin == Origin::Record && known.name.contains("record")));
        }
    }

    #[test]
    fn constants_begin_as_they_should() {
        // 3.243f6a8885a308d3 and 2.b7e151628aed2a6a in base 16
        assert_eq!(pi(64), BigUint::from(0x3_243f_6a88_85a3_08d3u128));
        assert_eq!(e(64), BigUint::from(0x2_b7e1_5162_8aed_2a6au128));
    }
}
