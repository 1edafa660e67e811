//! Factors of a composite modulus from the order of g (Wong, "How to Backdoor Diffie–Hellman", ePrint 2016/644): a g
//! whose order modulo one prime factor is short gives that factor away, although p − 1 is not smooth.

use num_bigint::BigUint;

use super::budget::{Failure, Watch};
use super::factor;

/// A proper factor of the odd n modulo which the order of g has no prime factor above 2^20 but one below 2^30, and no
/// power of a prime above 2^34 but one: p − 1 steps to the base g.
pub(crate) fn split(n: &BigUint, g: &BigUint, watch: &Watch<'_>) -> Result<Option<BigUint>, Failure> {
    factor::split_by_order(n, g, 1 << 20, 1 << 30, watch)
}

#[cfg(test)]
mod tests {
    use num_traits::One;

    use super::super::budget::Budget;
    use super::*;

    /// An element of this order modulo p and of a large order modulo q.
    fn element(order: &BigUint, p: &BigUint, q: &BigUint) -> BigUint {
        let short = BigUint::from(3u32).modpow(&((p - 1u32) / order), p);
        let (up, down) = (q.modinv(p).unwrap(), p.modinv(q).unwrap());
        (short * q * up + BigUint::from(3u32) * p * down) % (p * q)
    }

    #[test]
    fn a_short_order_gives_a_factor_away() {
        let q = (BigUint::one() << 127u32) - 1u32;
        // a prime of thirty bits; the square of one of fifteen; a product of primes of twenty bits
        for order in [1_073_741_789u64, 26_407 * 26_407, 1_048_573 * 1_048_571] {
            let order = BigUint::from(order);
            let p = (1u64..)
                .map(|k| (BigUint::from(k) << 80u32) * &order * 2u32 + 1u32)
                .find(super::super::prime::is_prime)
                .unwrap();
            let n = &p * &q;
            let budget = Budget::default();
            let mut nobody = ();
            let watch = Watch::new(&budget, &mut nobody);
            assert_eq!(split(&n, &element(&order, &p, &q), &watch).unwrap(), Some(p), "{order}");
        }
    }
}
