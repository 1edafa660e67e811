//! The prime factors at the points that survive a sieve.

use super::base::Base;
use super::sieve::{Hit, Region, SMALL_SLACK, Side, Steps};

/// Values are exact up to this; what is above must be due to known divisors.
const EXACT_BITS: f64 = 126.0;

/// Up to so many points it is cheaper to test all primes than to sieve again.
const FEW: usize = 100;

/// Which primes of at least the width divide at the points of interest, by point.
pub(super) fn divisors_of(
    points: &[(u32, Hit)],
    base: &Base,
    roots: &[u32],
    steps: &[Steps],
    region: Region,
    marks: &mut Vec<u64>,
    divisors: &mut Vec<(u32, u32)>,
) {
    divisors.clear();
    // products of a root and a row must fit 32 bits
    if points.len() < FEW && base.largest() < u32::MAX / region.rows.max(1) {
        test_each(points, base, roots, region, divisors);
    } else {
        sieve_again(points, base, steps, region, marks, divisors);
    }
}

fn test_each(points: &[(u32, Hit)], base: &Base, roots: &[u32], region: Region, divisors: &mut Vec<(u32, u32)>) {
    let first = base.primes.partition_point(|&p| p < 1 << region.log_width);
    for (x, hit) in points {
        let (abs, j) = (hit.i.unsigned_abs() as u32, hit.j as u32);
        let primes = base.primes[first..].iter().zip(&roots[first..]).zip(&base.divisors[first..]);
        divisors.extend(primes.filter_map(|((&p, &root), &(inverse, limit))| {
            let signed = if hit.i < 0 { root } else { p.wrapping_sub(root) };
            let n = abs.wrapping_add(signed.wrapping_mul(j));
            (root < p && n.wrapping_mul(inverse) <= limit).then_some((*x, p))
        }));
    }
}

fn sieve_again(
    points: &[(u32, Hit)],
    base: &Base,
    steps: &[Steps],
    region: Region,
    marks: &mut Vec<u64>,
    divisors: &mut Vec<(u32, u32)>,
) {
    if points.is_empty() || steps.is_empty() || base.largest() < 1 << region.log_width {
        return;
    }
    // one bit for eight neighbours: few enough for the first-level cache
    let size = region.points();
    marks.clear();
    marks.resize(size.div_ceil(512), 0);
    points.iter().for_each(|(x, _)| marks[(x >> 9) as usize] |= 1 << (x >> 3 & 63));
    let (origin, mask) = (1 << (region.log_width - 1), (1 << region.log_width) - 1);
    for step in steps {
        let mut x = step.next(origin, mask);
        while (x as usize) < size {
            if marks[(x >> 9) as usize] >> (x >> 3 & 63) & 1 != 0 && points.binary_search_by_key(&x, |p| p.0).is_ok() {
                divisors.push((x, step.prime));
            }
            x = step.next(x, mask);
        }
    }
    divisors.sort_unstable();
}

/// The prime factors of the form at (i, j) that the base has, and what they leave, or nothing if that cannot be a product
/// of primes that are small enough. Of the primes of at least `width`, `large` are those that divide.
pub(super) fn divide_out(
    side: &Side<'_>,
    roots: &[u32],
    width: u32,
    mut large: impl Iterator<Item = u32>,
    odd: &[u32],
    i: i64,
    j: i64,
) -> Option<(Vec<u64>, u128)> {
    let mut bits = side.form.estimate().size(i as f64, j as f64).log2();
    let mut value = side.form.wrapping_value(i, j);
    let mut factors = Vec::with_capacity(12);
    // division modulo 2^128 is exact where the quotient is small
    while bits > EXACT_BITS {
        let p = large.next()?;
        value = value.wrapping_mul(inverse_modulo_a_power_of_two(p));
        bits -= f64::from(p).log2();
        factors.push(u64::from(p));
    }
    let mut value = value.unsigned_abs();
    if value == 0 {
        return None;
    }
    let mut divide = |value: &mut u128, p: u32| {
        let p = u64::from(p);
        while let Some(quotient) = divided(*value, p) {
            *value = quotient;
            factors.push(p);
        }
    };
    large.for_each(|p| divide(&mut value, p));
    let (abs, j32) = (i.unsigned_abs() as u32, j as u32);
    let small = side.base.primes.partition_point(|&p| p < width);
    for ((&p, &root), &(inverse, limit)) in side.base.primes[..small].iter().zip(roots).zip(&side.base.divisors) {
        // i − root·j up to sign, as a sum of non-negative terms below 2^32
        let root = if i < 0 { root } else { p.wrapping_sub(root) };
        let n = abs.wrapping_add(root.wrapping_mul(j32));
        if n.wrapping_mul(inverse) <= limit {
            divide(&mut value, p);
        }
    }
    // 2 has no inverse; roots at zero, at infinity and everywhere are rare and not sieved
    divide(&mut value, 2);
    odd.iter().for_each(|&p| divide(&mut value, p));
    if f64::from(127 - value.leading_zeros().min(127)) > side.cofactor_bits + SMALL_SLACK {
        return None;
    }
    side.cofactors().may_split(value).then_some((factors, value))
}

/// p⁻¹ modulo 2^128 for an odd p, by Newton's iteration.
fn inverse_modulo_a_power_of_two(p: u32) -> i128 {
    let p = i128::from(p);
    (0..7).fold(p, |x, _| x.wrapping_mul(2i128.wrapping_sub(p.wrapping_mul(x))))
}

/// value/p if that is an integer, for a p below 2^32.
#[inline]
fn divided(value: u128, p: u64) -> Option<u128> {
    if let Ok(value) = u64::try_from(value) {
        return value.is_multiple_of(p).then(|| u128::from(value / p));
    }
    // by words of 32 bits: a division of 128 bits is a function call
    let mut rest = 0;
    let mut quotient = 0;
    for shift in [96, 64, 32, 0] {
        let part = rest << 32 | (value >> shift) as u64 & 0xffff_ffff;
        quotient = quotient << 32 | u128::from(part / p);
        rest = part % p;
    }
    (rest == 0).then_some(quotient)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;

    use super::super::base::Lattice;
    use super::super::form::Form;
    use super::*;

    /// Seven primes of 17 bits and 31³: a norm of 134 bits, of which 128 are kept.
    #[test]
    fn norms_of_more_than_128_bits_are_divided_modulo_their_power_of_two() {
        let large = [65_537u32, 65_539, 65_543, 65_551, 65_557, 65_563, 65_579];
        let leading: BigInt = large.iter().map(|p| BigInt::from(*p)).product();
        let form = Form::new(&[BigInt::ZERO, BigInt::ZERO, BigInt::ZERO, -leading]).unwrap();
        let base = Base::new([2, 3, 5, 31].into_iter().chain(large).map(|p| (p, 0)));
        let lattice = Lattice::of_points([(1, 0), (0, 1)]);
        let side = Side { base: &base, lattice: &lattice, form, cofactor_bits: 20.0, large_prime: 1 << 20 };
        let all = |known: &[u32]| {
            let (mut factors, rest) = divide_out(&side, &base.roots, 1 << 10, known.iter().copied(), &[], 31, 1)?;
            factors.sort_unstable();
            (rest == 1).then_some(factors)
        };
        let expected: Vec<u64> = [31, 31, 31].into_iter().chain(large).map(u64::from).collect();
        assert_eq!(all(&large), Some(expected));
        assert_eq!(all(&[]), None, "too long for what is known of it");
    }
}
