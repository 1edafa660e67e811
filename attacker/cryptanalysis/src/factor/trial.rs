//! Trial division.

use std::sync::OnceLock;

use num_bigint::BigUint;
use num_traits::{ToPrimitive, Zero};

use crate::prime::primes_up_to;

/// Primes up to this are divided out.
pub(super) const BOUND: u32 = 1 << 16;

/// Divides all primes up to [`BOUND`] out of a positive number and calls `found` for each, in ascending order and as often
/// as it divides. The answer is the rest.
pub(super) fn divide(n: &BigUint, mut found: impl FnMut(u32)) -> BigUint {
    static PRIMES: OnceLock<Vec<u32>> = OnceLock::new();
    let primes = PRIMES.get_or_init(|| primes_up_to(BOUND));
    let mut rest = n.clone();
    for (k, &q) in primes.iter().enumerate() {
        if let Some(word) = rest.to_u64() {
            return BigUint::from(divide_word(word, &primes[k..], found));
        }
        while (&rest % q).is_zero() {
            rest /= q;
            found(q);
        }
    }
    rest
}

/// The same of a number below 2^64.
fn divide_word(mut rest: u64, primes: &[u32], mut found: impl FnMut(u32)) -> u64 {
    for &q in primes {
        let wide = u64::from(q);
        if wide * wide > rest {
            break;
        }
        while rest.is_multiple_of(wide) {
            rest /= wide;
            found(q);
        }
    }
    if let Some(&q) = u32::try_from(rest).ok().as_ref().filter(|&&q| q > 1 && q <= BOUND) {
        found(q);
        return 1;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_small_prime_comes_out_and_the_rest_stays() {
        let large = BigUint::from(4_294_967_291u64);
        for (n, expected, rest) in [
            (BigUint::from(1u32), vec![], BigUint::from(1u32)),
            (BigUint::from(2u32), vec![2], BigUint::from(1u32)),
            (BigUint::from(65_521u32) * 65_521u32, vec![65_521, 65_521], BigUint::from(1u32)),
            (BigUint::from(65_537u32), vec![], BigUint::from(65_537u32)),
            (BigUint::from(12u32) * 65_519u32 * &large, vec![2, 2, 3, 65_519], large.clone()),
            (BigUint::from(2u32).pow(200) * &large * 7u32, [vec![2; 200], vec![7]].concat(), large.clone()),
        ] {
            let mut found = Vec::new();
            assert_eq!(divide(&n, |q| found.push(q)), rest, "{n}");
            assert_eq!(found, expected, "{n}");
        }
    }
}
