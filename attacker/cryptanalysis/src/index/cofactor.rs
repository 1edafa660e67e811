//! What remains of a norm when the primes of the factor base are divided out.

use num_traits::ToPrimitive;

use crate::factor::{rho, short_divisor};
use crate::mont::Mont;

/// Up to so many bits rho is faster than a curve.
const RHO_BITS: u32 = 44;
/// Steps in which rho finds primes of half as many bits as a rule: a few times their square root.
const RHO_STEPS: u64 = 1 << 14;
/// Curves that find one of two primes of 30 bits as a rule; more would be spent on numbers with larger primes.
const CURVES: u32 = 12;

/// What a norm may leave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cofactors {
    /// All primes up to this have been divided out.
    pub(super) base: u64,
    /// The largest prime wanted.
    pub(super) largest: u64,
}

impl Cofactors {
    /// Whether the primes of `rest` could all be of the right size: false is certain.
    pub(super) fn may_split(&self, rest: u128) -> bool {
        if rest <= u128::from(self.largest) {
            return true;
        }
        // k primes lie between the powers of both bounds
        let (mut least, mut most) = (u128::from(self.base), u128::from(self.largest));
        loop {
            let (Some(next), Some(above)) =
                (least.checked_mul(self.base.into()), most.checked_mul(self.largest.into()))
            else {
                return true;
            };
            (least, most) = (next, above);
            if rest <= least {
                return false;
            }
            if rest <= most {
                return !is_prime(rest);
            }
        }
    }

    /// Appends the prime factors of `rest`, if none is too large and they can be found at a reasonable cost.
    pub(super) fn split(&self, rest: u128, factors: &mut Vec<u64>) -> bool {
        let fits = rest <= u128::from(self.largest);
        // a composite may be as short as a prime
        if rest <= u128::from(self.base) * u128::from(self.base) || fits && is_prime(rest) {
            factors.extend((rest > 1 && fits).then_some(rest as u64));
            return fits;
        }
        self.may_split(rest) && divisor(rest).is_some_and(|d| self.split(d, factors) && self.split(rest / d, factors))
    }
}

fn is_prime(n: u128) -> bool {
    match u64::try_from(n) {
        Ok(word) => Mont::<1>::word(word).is_some_and(|m| passes(&m, n)),
        Err(_) => Mont::<2>::from_limbs(&limbs(n)).is_some_and(|m| passes(&m, n)),
    }
}

/// Fermat's test to the base 2: a composite that passes it is lost, not wrong.
fn passes<const L: usize>(m: &Mont<L>, n: u128) -> bool {
    let two = m.add(&m.one(), &m.one());
    m.pow_digits(&two, &limbs(n - 1)[..L.min(2)]) == m.one()
}

fn limbs(n: u128) -> [u64; 2] {
    [n as u64, (n >> 64) as u64]
}

/// A proper divisor of a composite.
fn divisor(n: u128) -> Option<u128> {
    match u64::try_from(n) {
        Ok(word) => {
            let m = Mont::<1>::word(word)?;
            if word >> RHO_BITS == 0 { rho(&m, n, RHO_STEPS) } else { curves(&m) }
        }
        Err(_) => curves(&Mont::<2>::from_limbs(&limbs(n))?),
    }
}

fn curves<const L: usize>(m: &Mont<L>) -> Option<u128> {
    short_divisor(m, CURVES)?.to_u128()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_two_and_three_large_primes() {
        let (p, q, r) = (999_999_937u64, 536_870_909, 104_729);
        let all = |rest: u128, largest: u64| {
            let mut factors = Vec::new();
            Cofactors { base: 100_003, largest }.split(rest, &mut factors).then(|| {
                factors.sort_unstable();
                factors
            })
        };
        let product = |f: &[u64]| f.iter().map(|p| u128::from(*p)).product::<u128>();
        assert_eq!(all(1, 1 << 30), Some(vec![]));
        assert_eq!(all(product(&[p]), 1 << 30), Some(vec![p]));
        assert_eq!(all(product(&[p]), 1 << 29), None, "too large");
        assert_eq!(all(product(&[q, p]), 1 << 30), Some(vec![q, p]));
        assert_eq!(all(product(&[r, q, p]), 1 << 30), Some(vec![r, q, p]));
        assert_eq!(all(product(&[r, r, p]), 1 << 30), Some(vec![r, r, p]));
        // a prime of 61 bits
        assert_eq!(all((1 << 61) - 1, 1 << 30), None);
    }

    /// Two primes whose product is shorter than the largest prime wanted.
    #[test]
    fn a_composite_is_no_prime_because_it_is_short() {
        let cofactors = Cofactors { base: 1000, largest: 1 << 40 };
        for (rest, expected) in [(1009 * 1013, vec![1009, 1013]), (1_000_000_007, vec![1_000_000_007])] {
            let mut factors = Vec::new();
            assert!(cofactors.split(rest, &mut factors));
            factors.sort_unstable();
            assert_eq!(factors, expected);
        }
    }

    /// Between the powers of the bounds no product can lie, and what can is lost only if it is prime.
    #[test]
    fn what_cannot_split_is_told_by_its_size() {
        let cofactors = Cofactors { base: 1000, largest: 5000 };
        for (rest, may) in [
            (1, true),
            (4999, true),
            (5003, false),
            (999_983, false),
            (1009 * 1013, true),
            (1_000_003, false),
            (4999 * 4993, true),
            (25_000_001, false),
            (999_999_999, false),
            (1009 * 1013 * 1019, true),
        ] {
            assert_eq!(cofactors.may_split(rest), may, "{rest}");
        }
    }
}
