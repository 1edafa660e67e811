//! Factors of a composite modulus from the order of g (Wong, "How to Backdoor Diffie–Hellman", ePrint 2016/644): a g
//! whose order modulo one prime factor is short gives that factor away, although p − 1 is not smooth.

use num_bigint::BigUint;

use super::budget::{Failure, Watch};
use super::factor;

/// Bounds of the p − 1 method to the base g, where n is not too long for them.
const B1: u32 = 1 << 20;
const B2: u64 = 1 << 30;
/// Seconds of one core that it takes at most: a modulus of 2048 bits has room for the whole.
const SECONDS: f64 = 120.0;

/// A proper factor of the odd n modulo which the order of g has no prime factor above 2^20 but one below 2^30, and no
/// power of a prime above 2^34 but one: p − 1 steps to the base g. The first two bounds are halved together until the steps
/// are paid for; nothing is begun where they would find no more than a short search.
pub(crate) fn split(n: &BigUint, g: &BigUint, watch: &Watch<'_>) -> Result<Option<BigUint>, Failure> {
    const LEAST: u32 = 1 << 12;
    let seconds = SECONDS.min(watch.budget.core_seconds);
    let mut bounds = (B1, B2);
    while factor::split_by_order_price(n.bits(), bounds.0, bounds.1) > seconds {
        bounds = (bounds.0 / 2, bounds.1 / 2);
        if bounds.0 < LEAST {
            return Ok(None);
        }
    }
    factor::split_by_order(n, g, bounds.0, bounds.1, watch)
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
        let dear = Budget { core_seconds: 1e-3, ..Budget::default() };
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
            let g = element(&order, &p, &q);
            assert_eq!(split(&n, &g, &watch).unwrap(), Some(p), "{order}");
            let mut nobody = ();
            let unpaid = Watch::new(&dear, &mut nobody);
            assert_eq!(
                (split(&n, &g, &unpaid).unwrap(), unpaid.spent()),
                (None, 0),
                "what is not paid for is not begun"
            );
        }
    }
}
