//! The polynomials of the number field sieve (Joux and Lercier 2003).

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

use super::lattice::lll;
use super::pair::{MAX_BITS, Pair};
use super::polynomial::Polynomial;
use super::schirokauer::Schirokauer;
use crate::mont::Mont;

/// How many cubic fields are tried.
const FIELDS: usize = 16;
/// Combinations of the reduced basis have coefficients up to this.
const SPAN: i128 = 5;
/// Of the combinations of one lattice so many of the smallest are looked at closely.
const CLOSELY: usize = 80;
/// The order is maximal at all primes up to this, which is above all primes of relations. A larger prime whose square
/// divides the discriminant is as unlikely as its inverse is small, and would spoil a descent, which is then repeated.
const MAXIMAL_UP_TO: u32 = 1 << 23;

/// A cubic with tiny coefficients and an imaginary quadratic polynomial with a common root modulo p, of the smoothest
/// norms at hand. The cubic has roots modulo all of `ells`.
pub(crate) fn cubic(p: &BigUint, ells: &[BigUint]) -> Option<Pair> {
    let m = Mont::<4>::new(p).filter(|_| p.bits() <= MAX_BITS)?;
    let mut best: Vec<(f64, Pair)> = Vec::new();
    let suits = |f: &Polynomial| ells.iter().all(|ell| Schirokauer::new(f, ell).is_some());
    let fields = cubics().into_iter().filter_map(|(score, f)| {
        let roots = f.roots_modulo(&m);
        (!roots.is_empty() && suits(&f)).then_some((score, f, roots))
    });
    for (score, f, roots) in fields.take(FIELDS) {
        for root in roots {
            for (other, g) in quadratics(p, &root) {
                best.push((score + other, Pair { p: p.clone(), sides: [g, f.clone()], root: root.clone() }));
            }
        }
    }
    best.sort_by(|a, b| a.0.total_cmp(&b.0));
    best.into_iter().map(|(_, pair)| pair).find(|pair| pair.sides[0].is_maximal(MAXIMAL_UP_TO))
}

/// Monic cubics with a negative squarefree discriminant, so with a maximal order and one fundamental unit, the smoothest
/// norms first.
fn cubics() -> Vec<(f64, Polynomial)> {
    let mut out = Vec::new();
    for c in (-1..=1).flat_map(|c2| (-4..=4).flat_map(move |c1| (-6..=6).map(move |c0| [c0, c1, c2]))) {
        let f = Polynomial(vec![c[0], c[1], c[2], 1]);
        let has_root = (-6i128..=6).any(|x| ((x + c[2]) * x + c[1]) * x + c[0] == 0);
        let discriminant = f.discriminant();
        // the largest prime whose square could divide it is below its square root
        if !has_root
            && discriminant < BigInt::zero()
            && f.is_maximal(discriminant.magnitude().sqrt().to_u32().unwrap_or(u32::MAX) + 1)
        {
            out.push((f.alpha() + f.size(), f));
        }
    }
    out.sort_by(|a: &(f64, Polynomial), b| a.0.total_cmp(&b.0));
    out
}

/// Positive definite polynomials of degree two with the given root modulo p, with their scores.
fn quadratics(p: &BigUint, root: &BigUint) -> Vec<(f64, Polynomial)> {
    let (p, m) = (BigInt::from(p.clone()), BigInt::from(root.clone()));
    let square: BigInt = &m * &m % &p;
    let (zero, one) = (BigInt::zero(), BigInt::one());
    let basis =
        lll(vec![vec![p, zero.clone(), zero.clone()], vec![-m, one.clone(), zero.clone()], vec![-square, zero, one]]);
    let Some(basis) =
        basis.iter().map(|v| v.iter().map(|x| x.to_i128()).collect::<Option<Vec<i128>>>()).collect::<Option<Vec<_>>>()
    else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for k in (0..=SPAN).flat_map(|x| (-SPAN..=SPAN).flat_map(move |y| (-SPAN..=SPAN).map(move |z| [x, y, z]))) {
        let c: Vec<i128> = (0..3).map(|n| (0..3).map(|v| k[v] * basis[v][n]).sum()).collect();
        let content = c[0].gcd(&c[1]).gcd(&c[2]);
        // an odd discriminant: the order is maximal at 2
        if content != 1 || c[1] % 2 == 0 || c[2] == 0 {
            continue;
        }
        let (a, b, c0) = (c[2] as f64, c[1] as f64, c[0] as f64);
        let minus = 4.0 * a * c0 - b * b;
        if minus > 0.0 {
            // the mean over the unit circle, in closed form
            let size = (((a + c0).abs() + minus.sqrt()) / 4.0).ln();
            out.push((size, Polynomial(if c[2] < 0 { c.iter().map(|c| -c).collect() } else { c })));
        }
    }
    out.sort_by(|a, b| a.0.total_cmp(&b.0));
    out.truncate(CLOSELY);
    out.into_iter().map(|(size, g)| (size + g.alpha(), g)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pair_has_small_coefficients_and_a_common_root() {
        // the 112-bit safe prime of the benchmarks
        let p: BigUint = "4859896512549922886635660771220939".parse().unwrap();
        let ell = (&p - 1u32) >> 1u32;
        let pair = cubic(&p, std::slice::from_ref(&ell)).unwrap();
        assert!(pair.is_sound());
        let [g, f] = &pair.sides;
        assert_eq!((g.degree(), f.degree()), (2, 3));
        assert!(f.0.iter().all(|c| c.abs() <= 6) && f.0[3] == 1);
        assert!(g.0.iter().all(|c| c.unsigned_abs() < 1 << (p.bits() / 3 + 5)));
        assert!(g.discriminant() < BigInt::zero() && f.discriminant() < BigInt::zero());
        assert!(Schirokauer::new(f, &ell).is_some());
    }

    #[test]
    fn sizes_are_means_over_the_unit_circle() {
        let p = BigUint::from(41_433_073_590_985_389_352_579_352_327u128);
        for (score, g) in quadratics(&p, &BigUint::from(123_456_789_012_345u64)).into_iter().take(3) {
            assert!((g.size() + g.alpha() - score).abs() < 1e-2);
        }
    }
}
