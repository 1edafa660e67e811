//! Perfect powers.

use num_bigint::BigUint;
use num_traits::ToPrimitive;

use crate::prime::primes_up_to;

/// The r and the least prime k with n = r^k, for an n whose prime factors are all above 2^`smallest` (`smallest` at least
/// one).
pub(super) fn perfect_power(n: &BigUint, smallest: u64) -> Option<(BigUint, u32)> {
    let largest = u32::try_from(n.bits() / smallest).unwrap_or(u32::MAX);
    primes_up_to(largest)
        .into_iter()
        .filter(|k| may_be_power(n, *k))
        .map(|k| (n.nth_root(k), k))
        .find(|(root, k)| root.pow(*k) == *n)
}

/// Whether n is a k-th power modulo a few small primes ≡ 1 mod k: roots of long numbers are dear.
fn may_be_power(n: &BigUint, k: u32) -> bool {
    let k = u64::from(k);
    let small_prime = |q: u64| (2..).take_while(|d| d * d <= q).all(|d| !q.is_multiple_of(d));
    (1..40).map(|j| j * k + 1).filter(|q| small_prime(*q)).take(6).all(|q| {
        let residue = (n % q).to_u64().unwrap_or(0);
        residue == 0 || power(residue, (q - 1) / k, q) == 1
    })
}

fn power(base: u64, mut exponent: u64, q: u64) -> u64 {
    let times = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(q)) as u64;
    let (mut out, mut square) = (1, base);
    while exponent > 0 {
        if exponent & 1 == 1 {
            out = times(out, square);
        }
        square = times(square, square);
        exponent >>= 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    #[test]
    fn powers_are_seen() {
        assert_eq!(perfect_power(&BigUint::from(3u32).pow(7), 1), Some((BigUint::from(3u32), 7)));
        assert_eq!(perfect_power(&BigUint::from(12u32), 1), None);
        let mut rng = Rng::new(5);
        for k in [2u32, 3, 5, 7, 11, 13] {
            let root = rng.below(&(BigUint::from(1u32) << 90u32)) | BigUint::from(1u32) << 89u32;
            assert_eq!(perfect_power(&root.pow(k), 16), Some((root.clone(), k)));
            assert_eq!(perfect_power(&(root.pow(k) + 1u32), 16), None);
        }
        let root = BigUint::from(4_294_967_291u64);
        assert_eq!(perfect_power(&root.pow(4), 16), Some((root.pow(2), 2)), "the least prime first");
    }
}
