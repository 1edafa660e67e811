//! Published groups, computed from their published formulas.
//!
//! RFC 3526 and RFC 7919 define p = 2^b − 2^(b−64) + (⌊2^(b−130) · c⌋ + X) · 2^64 − 1 with c = π and c = e, and the least
//! X that makes p a safe prime. Only the X are facts to be copied; g is 2 throughout.

use super::{Group, Modp};
use num_bigint::BigUint;
use std::sync::{Arc, LazyLock};

/// The constant that a family of groups takes its digits from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Constant {
    /// RFC 7919 appendix A.
    E,
    /// RFC 3526.
    Pi,
}

/// Name, bits, constant, X, and bits of a fresh exponent (RFC 7919 section 5.2, doubled strength rounded up).
const SAFE_PRIMES: [(&str, u64, Constant, u32, u64); 8] = [
    ("ffdhe2048", 2048, Constant::E, 560_316, 256),
    ("ffdhe3072", 3072, Constant::E, 2_625_351, 288),
    ("ffdhe4096", 4096, Constant::E, 5_736_041, 336),
    ("ffdhe8192", 8192, Constant::E, 10_965_728, 416),
    ("modp2048", 2048, Constant::Pi, 124_476, 256),
    ("modp3072", 3072, Constant::Pi, 1_690_314, 288),
    ("modp4096", 4096, Constant::Pi, 240_904, 336),
    ("modp8192", 8192, Constant::Pi, 4_743_158, 416),
];

/// Names of all groups that [`find`] knows.
pub const NAMES: [&str; 11] = [
    "x25519",
    "x25519mlkem768",
    "ristretto255",
    SAFE_PRIMES[0].0,
    SAFE_PRIMES[1].0,
    SAFE_PRIMES[2].0,
    SAFE_PRIMES[3].0,
    SAFE_PRIMES[4].0,
    SAFE_PRIMES[5].0,
    SAFE_PRIMES[6].0,
    SAFE_PRIMES[7].0,
];

static COMPUTED: [LazyLock<Arc<Modp>>; 8] = [
    LazyLock::new(|| compute(0)),
    LazyLock::new(|| compute(1)),
    LazyLock::new(|| compute(2)),
    LazyLock::new(|| compute(3)),
    LazyLock::new(|| compute(4)),
    LazyLock::new(|| compute(5)),
    LazyLock::new(|| compute(6)),
    LazyLock::new(|| compute(7)),
];

/// The group of this name.
pub fn find(name: &str) -> Option<Group> {
    if let Some(group) =
        [Group::X25519, Group::X25519MlKem768, Group::Ristretto255].into_iter().find(|group| group.name() == name)
    {
        return Some(group);
    }
    let index = SAFE_PRIMES.iter().position(|group| group.0 == name)?;
    Some(Group::Modp(Arc::clone(&COMPUTED[index])))
}

/// The group of these parameters: the published one where it is one of these, which knows how long an exponent has to be.
pub fn recognise(group: Modp) -> Arc<Modp> {
    let known = (0..SAFE_PRIMES.len()).find(|i| SAFE_PRIMES[*i].1 == group.p.bits() && is(&group, &COMPUTED[*i]));
    known.map_or_else(|| Arc::new(group), |i| Arc::clone(&COMPUTED[i]))
}

/// The published name of a group, if it is one of these.
pub fn name_of(group: &Modp) -> Option<&'static str> {
    (0..SAFE_PRIMES.len())
        .find(|i| SAFE_PRIMES[*i].1 == group.p.bits() && is(group, &COMPUTED[*i]))
        .map(|i| SAFE_PRIMES[i].0)
}

fn is(group: &Modp, known: &Modp) -> bool {
    group.p == known.p && group.g == known.g
}

fn compute(index: usize) -> Arc<Modp> {
    let (_, bits, constant, x, exponent_bits) = SAFE_PRIMES[index];
    let one = || BigUint::from(1u8);
    // 64 bits more than are needed, so that the truncated series errs beyond them.
    let digits = match constant {
        Constant::E => e(bits - 130 + 64),
        Constant::Pi => pi(bits - 130 + 64),
    } >> 64u32;
    let p = (one() << bits) - (one() << (bits - 64)) + ((digits + x) << 64u32) - 1u8;
    let order = Some(&p >> 1u8);
    Arc::new(Modp { p, g: BigUint::from(2u8), exponent_bits, order })
}

/// ⌊2^bits · e⌋, but for an error in the last few bits: the sum of 1/k!.
fn e(bits: u64) -> BigUint {
    let mut term = BigUint::from(1u8) << bits;
    let mut sum = BigUint::ZERO;
    let mut k = 0u32;
    while term != BigUint::ZERO {
        sum += &term;
        k += 1;
        term /= k;
    }
    sum
}

/// ⌊2^bits · π⌋, but for an error in the last few bits: Machin's 16 arctan(1/5) − 4 arctan(1/239).
fn pi(bits: u64) -> BigUint {
    arctan_of_inverse(5, bits) * 16u8 - arctan_of_inverse(239, bits) * 4u8
}

fn arctan_of_inverse(x: u32, bits: u64) -> BigUint {
    let mut power = (BigUint::from(1u8) << bits) / x;
    let (mut added, mut taken) = (BigUint::ZERO, BigUint::ZERO);
    let mut k = 1u32;
    while power != BigUint::ZERO {
        let sum = if k % 4 == 1 { &mut added } else { &mut taken };
        *sum += &power / k;
        power /= x * x;
        k += 2;
    }
    added - taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use primality::is_prime;

    #[test]
    fn the_shortest_of_each_family_is_a_safe_prime() {
        // A slip in the series or in X would leave a random number, which is no safe prime.
        for name in ["ffdhe2048", "modp2048"] {
            let Some(Group::Modp(group)) = find(name) else { panic!("{name} is missing") };
            assert_eq!(group.p.bits(), 2048);
            assert!(is_prime(&group.p) && is_prime(&(&group.p >> 1u8)), "{name}");
            assert_eq!(name_of(&group), Some(name));
        }
    }
}
