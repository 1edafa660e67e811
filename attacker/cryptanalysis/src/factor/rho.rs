//! Pollard's rho (1975), Brent's variant (1980), for numbers of at most two limbs.

use num_integer::Integer;

use crate::mont::Mont;

/// A proper divisor of a composite number below 2^64, as a rule the smallest prime.
pub(crate) fn rho_64(n: u64) -> Option<u64> {
    if n.is_multiple_of(2) {
        return (n > 2).then_some(2);
    }
    rho(&Mont::word(n)?, n.into(), 1 << 22).and_then(|d| u64::try_from(d).ok())
}

/// The same for an odd number of at most two limbs, within so many steps for each of some sequences.
pub(crate) fn rho<const L: usize>(m: &Mont<L>, n: u128, steps: u64) -> Option<u128> {
    let word = |x: &[u64; L]| x.iter().take(2).enumerate().fold(0, |n, (k, limb)| n | u128::from(*limb) << (64 * k));
    let small = |n: u64| std::array::from_fn(|k| if k == 0 { n } else { 0 });
    for c in 1..20u64 {
        let c = small(c);
        let (mut x, mut y, mut saved, mut product) = (small(2), small(2), small(2), m.one());
        let mut length = 1u64;
        let mut found = 1;
        while found == 1 && length < steps {
            x = y;
            let mut done = 0;
            while done < length && found == 1 {
                saved = y;
                for _ in 0..64.min(length - done) {
                    y = m.add(&m.square(&y), &c);
                    product = m.mul(&product, &m.sub(&x, &y));
                }
                found = word(&product).gcd(&n);
                done += 64;
            }
            length *= 2;
        }
        if found == 1 {
            return None;
        }
        if found == n {
            found = 1;
            let mut y = saved;
            while found == 1 {
                y = m.add(&m.square(&y), &c);
                found = word(&m.sub(&x, &y)).gcd(&n);
            }
        }
        if found != n {
            return Some(found);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rho_splits_squares_and_semiprimes() {
        let n = 4_294_967_291u64 * 4_294_967_279;
        assert!([4_294_967_291, 4_294_967_279].contains(&rho_64(n).unwrap()));
        assert_eq!(rho_64(65_537 * 65_537), Some(65_537));
        let (p, q) = (1_099_511_627_689u128, 549_755_813_881u128);
        let m = Mont::<2>::from_limbs(&[(p * q) as u64, ((p * q) >> 64) as u64]).unwrap();
        assert!([p, q].contains(&rho(&m, p * q, 1 << 24).unwrap()));
    }
}
