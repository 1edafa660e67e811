//! What remains of a norm when the primes of the factor base are divided out.

use crate::factor::rho;
use crate::mont::Mont;

/// Steps in which rho finds primes of 31 bits as a rule: a few times their square root.
const STEPS: u64 = 1 << 17;

/// Appends the prime factors of `rest`, which are above `base`, if none is above `largest` and they can be found at a
/// reasonable cost.
pub(super) fn factor(rest: u128, base: u64, largest: u64, factors: &mut Vec<u64>) -> bool {
    let square = u128::from(base) * u128::from(base);
    if rest <= square {
        let prime = rest as u64;
        let fits = u128::from(largest) >= rest;
        factors.extend((rest > 1 && fits).then_some(prime));
        return fits;
    }
    let found = match u64::try_from(rest) {
        Ok(word) => Mont::<1>::word(word).and_then(|m| divisor(&m, rest)),
        Err(_) => Mont::<2>::from_limbs(&[rest as u64, (rest >> 64) as u64]).and_then(|m| divisor(&m, rest)),
    };
    found.is_some_and(|d| factor(d, base, largest, factors) && factor(rest / d, base, largest, factors))
}

/// A proper divisor, nothing if n is prime.
fn divisor<const L: usize>(m: &Mont<L>, n: u128) -> Option<u128> {
    let two = m.add(&m.one(), &m.one());
    let exponent = n - 1;
    let prime = m.pow_digits(&two, &[exponent as u64, (exponent >> 64) as u64][..L.min(2)]) == m.one();
    if prime { None } else { rho(m, n, STEPS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_two_and_three_large_primes() {
        let (p, q, r) = (999_999_937u64, 536_870_909, 104_729);
        let all = |rest: u128, largest: u64| {
            let mut factors = Vec::new();
            factor(rest, 100_003, largest, &mut factors).then(|| {
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
}
