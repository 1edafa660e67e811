//! A sieve over a small lattice for points where two forms are smooth (Pollard 1993; Franke and Kleinjung 2005).

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::base::{Base, EVERYWHERE, Lattice, SCALE, transform};
use super::cofactor;

/// Smaller primes are not sieved; the threshold leaves room for them.
const SMALLEST: u32 = 20;
const SMALL_SLACK: f64 = 9.0;
/// Values are not larger, and exact up to [`EXACT_BITS`]; what is above must be due to known divisors.
const LARGEST_BITS: f64 = 150.0;
const EXACT_BITS: f64 = 126.0;

/// A homogeneous form in i and j of degree one to three: the coefficients by the power of i.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    degree: usize,
    coefficients: [i128; 4],
}

impl Form {
    /// Nothing for other degrees and for coefficients of more than 127 bits.
    pub(crate) fn new(coefficients: &[BigInt]) -> Option<Self> {
        let degree = coefficients.len().checked_sub(1).filter(|d| (1..=3).contains(d))?;
        let mut form = Self { degree, coefficients: [0; 4] };
        for (to, from) in form.coefficients.iter_mut().zip(coefficients) {
            *to = from.to_i128()?;
        }
        Some(form)
    }

    /// Whether the values in a region are below 2^[`LARGEST_BITS`].
    fn fits(&self, region: Region) -> bool {
        let (i, j) = (((1u64 << region.log_width) / 2) as f64, f64::from(region.rows));
        let terms = self.coefficients[..=self.degree].iter().enumerate();
        let most: f64 =
            terms.map(|(k, c)| (*c as f64).abs() * i.powi(k as i32) * j.powi((self.degree - k) as i32)).sum();
        most < LARGEST_BITS.exp2()
    }

    /// The widest region within another where they do.
    pub(super) fn widest(&self, mut region: Region) -> Region {
        while !self.fits(region) && region.log_width > 4 && region.rows > 2 {
            region = Region { log_width: region.log_width - 1, rows: region.rows / 2 };
        }
        region
    }

    /// Modulo 2^128.
    pub(super) fn wrapping_value(&self, i: i64, j: i64) -> i128 {
        let (i, j) = (i128::from(i), i128::from(j));
        let (mut sum, mut power) = (0i128, 1);
        for c in self.coefficients[..=self.degree].iter().rev() {
            sum = sum.wrapping_mul(i).wrapping_add(c.wrapping_mul(power));
            power *= j;
        }
        sum
    }

    fn estimate(&self) -> Estimate {
        Estimate { degree: self.degree, coefficients: self.coefficients.map(|c| c as f64) }
    }
}

/// A form in floating point.
struct Estimate {
    degree: usize,
    coefficients: [f64; 4],
}

impl Estimate {
    #[inline]
    fn size(&self, i: f64, j: f64) -> f64 {
        let [c0, c1, c2, c3] = self.coefficients;
        match self.degree {
            1 => c1 * i + c0 * j,
            2 => (c2 * i + c1 * j) * i + c0 * j * j,
            _ => ((c3 * i + c2 * j) * i + c1 * j * j) * i + c0 * j * j * j,
        }
        .abs()
    }
}

/// Where the primes of a base divide: at (i, j) with i ≡ root·j.
pub(crate) enum Roots<'a> {
    /// In the elements of a lattice.
    Of(&'a Lattice),
    /// Ready for each prime, as [`transform`] gives them.
    Ready(&'a [u32]),
}

/// One side of a sieve.
pub(crate) struct Side<'a> {
    pub(crate) base: &'a Base,
    pub(crate) roots: Roots<'a>,
    pub(crate) form: Form,
    /// What may remain when the primes of the base are divided out, in bits.
    pub(crate) cofactor_bits: f64,
    /// The largest prime factor of the remainder.
    pub(crate) large_prime: u64,
}

/// −width/2 ≤ i < width/2, 0 ≤ j < rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Region {
    pub(crate) log_width: u32,
    pub(crate) rows: u32,
}

impl Region {
    pub(crate) fn points(&self) -> usize {
        (self.rows as usize) << self.log_width
    }
}

/// A point where both forms are smooth, with their prime factors (with repetition, ascending but for large ones).
#[derive(Clone, Debug)]
pub(crate) struct Hit {
    pub(crate) i: i64,
    pub(crate) j: i64,
    pub(crate) factors: [Vec<u64>; 2],
}

/// Memory that sieves of one thread reuse.
#[derive(Default)]
pub(crate) struct Scratch {
    bytes: Vec<u8>,
    /// Where survivors are.
    marks: Vec<u64>,
    roots: [Vec<u32>; 2],
    steps: [Vec<Steps>; 2],
    /// Primes with roots that neither sieve nor division handles.
    odd: [Vec<u32>; 2],
    survivors: Vec<u32>,
    /// Points and large primes that divide there.
    divisors: Vec<(u32, u32)>,
}

impl Scratch {
    /// All points of the region where both forms are smooth and i, j are coprime. No point (0, 0). None at all if values
    /// could need more than [`LARGEST_BITS`].
    pub(crate) fn sieve(&mut self, region: Region, sides: &[Side<'_>; 2]) -> Vec<Hit> {
        let Self { bytes, marks, roots, steps, odd, survivors, divisors } = self;
        if !sides.iter().all(|side| side.form.fits(region)) {
            return Vec::new();
        }
        for (k, side) in sides.iter().enumerate() {
            match side.roots {
                Roots::Of(lattice) => transform(side.base, lattice, &mut roots[k]),
                Roots::Ready(ready) => ready.clone_into(&mut roots[k]),
            }
            prepare(side.base, &roots[k], region.log_width, &mut steps[k], &mut odd[k]);
            bytes.clear();
            bytes.resize(region.points(), 0);
            accumulate(bytes, side.base, &roots[k], &steps[k], region);
            let threshold = Threshold { form: side.form.estimate(), cofactor_bits: side.cofactor_bits };
            if k == 0 {
                survivors.clear();
                scan(bytes, &threshold, region, survivors);
            } else {
                survivors.retain(|&x| {
                    let (i, j) = coordinates(x, region);
                    bytes[x as usize] >= threshold.at(i as f64, j as f64)
                });
            }
        }
        survivors.retain(|&x| {
            let (i, j) = coordinates(x, region);
            are_coprime(i, j)
        });
        let mut hits: Vec<(u32, Hit)> = survivors
            .iter()
            .map(|&x| {
                let (i, j) = coordinates(x, region);
                (x, Hit { i, j, factors: [Vec::new(), Vec::new()] })
            })
            .collect();
        // the side of the larger numbers comes last: fewer points are left for it
        for k in [1, 0] {
            if hits.len() < FEW && sides[k].base.largest() < u32::MAX / region.rows.max(1) {
                test_each(&hits, sides[k].base, &roots[k], region, divisors);
            } else {
                resieve(marks, &hits, sides[k].base, &steps[k], region, divisors);
            }
            let mut at = 0;
            hits.retain_mut(|(x, hit)| {
                let from = at;
                while divisors.get(at).is_some_and(|(y, _)| y == x) {
                    at += 1;
                }
                let large = divisors[from..at].iter().map(|(_, p)| *p);
                match factor(&sides[k], &roots[k], 1 << region.log_width, large, &odd[k], hit.i, hit.j) {
                    Some(factors) => hit.factors[k] = factors,
                    None => return false,
                }
                true
            });
        }
        hits.into_iter().map(|(_, hit)| hit).collect()
    }
}

fn coordinates(x: u32, region: Region) -> (i64, i64) {
    let half = 1i64 << (region.log_width - 1);
    (i64::from(x) % (2 * half) - half, i64::from(x >> region.log_width))
}

fn are_coprime(i: i64, j: i64) -> bool {
    let (mut a, mut b) = (i.unsigned_abs() as u32, j as u32);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a == 1
}

/// How a prime of at least the width moves from each of its points to the next (Franke and Kleinjung): by `left` where
/// i is at least `left_from`, by `right` where i is below `right_until`, by both where both hold.
#[derive(Clone, Copy)]
struct Steps {
    left: u32,
    right: u32,
    left_from: u32,
    right_until: u32,
    prime: u32,
    log: u8,
}

impl Steps {
    fn new(prime: u32, root: u32, log: u8, log_width: u32) -> Self {
        let width = 1i32 << log_width;
        let (mut i0, mut j0, mut i1, mut j1) = (prime as i32, 0i32, root as i32, 1i32);
        // (−i0, j0) and (i1, j1) shrink as in Euclid's algorithm until both are below the width and together are not
        loop {
            if i1 < width {
                let k = (i0 - width) / i1 + 1;
                i0 -= k * i1;
                j0 += k * j1;
                break;
            }
            let k = i0 / i1;
            i0 -= k * i1;
            j0 += k * j1;
            if i0 < width {
                let k = (i1 - width) / i0 + 1;
                i1 -= k * i0;
                j1 += k * j0;
                break;
            }
            let k = i1 / i0;
            i1 -= k * i0;
            j1 += k * j0;
        }
        let rows = |j: i32| (j as u32).min(1 << 15) << log_width;
        Self {
            left: rows(j0) - i0 as u32,
            right: rows(j1) + i1 as u32,
            left_from: (width - i1) as u32,
            right_until: i0 as u32,
            prime,
            log,
        }
    }

    #[inline(always)]
    fn next(&self, x: u32, mask: u32) -> u32 {
        let i = x & mask;
        let left = if i >= self.left_from { self.left } else { 0 };
        let right = if i < self.right_until { self.right } else { 0 };
        x + left + right
    }

    /// Adds the logarithm from x on.
    #[inline(always)]
    fn rest(&self, mut x: u32, mask: u32, bytes: &mut [u8]) {
        while let Some(byte) = bytes.get_mut(x as usize) {
            *byte = byte.wrapping_add(self.log);
            x = self.next(x, mask);
        }
    }
}

fn prepare(base: &Base, roots: &[u32], log_width: u32, steps: &mut Vec<Steps>, odd: &mut Vec<u32>) {
    steps.clear();
    odd.clear();
    odd.extend(base.primes.iter().zip(roots).filter(|(p, root)| root >= p).map(|(p, _)| *p));
    let first = base.primes.partition_point(|&p| p < 1 << log_width);
    for ((&p, &root), &log) in base.primes.iter().zip(roots).zip(&base.logs).skip(first) {
        if root != 0 && root < p {
            steps.push(Steps::new(p, root, log, log_width));
        } else if root == 0 {
            odd.push(p);
        }
    }
}

/// Adds the logarithm of every prime of the base to the points that it divides.
fn accumulate(bytes: &mut [u8], base: &Base, roots: &[u32], steps: &[Steps], region: Region) {
    let width = 1u32 << region.log_width;
    let first = base.primes.partition_point(|&p| p < SMALLEST);
    let line_end = base.primes.partition_point(|&p| p < width).max(first);
    // points of primes below the width, row by row
    let mut lines: Vec<Line> = (first..line_end)
        .filter(|&k| roots[k] != EVERYWHERE && roots[k] != base.primes[k])
        .map(|k| {
            let prime = base.primes[k];
            Line { prime, root: roots[k], start: (width / 2) % prime, sure: width / prime, log: base.logs[k] }
        })
        .collect();
    for row in bytes.chunks_exact_mut(width as usize) {
        lines.iter_mut().for_each(|line| line.sieve(row));
    }
    let (pairs, odd) = steps.as_chunks::<2>();
    let mask = width - 1;
    for [one, other] in pairs {
        // two walks at a time: neither waits for the other
        let (mut x, mut y) = (one.next(width / 2, mask), other.next(width / 2, mask));
        while (x.max(y) as usize) < bytes.len() {
            bytes[x as usize] = bytes[x as usize].wrapping_add(one.log);
            bytes[y as usize] = bytes[y as usize].wrapping_add(other.log);
            (x, y) = (one.next(x, mask), other.next(y, mask));
        }
        one.rest(x, mask, bytes);
        other.rest(y, mask, bytes);
    }
    odd.iter().for_each(|step| step.rest(step.next(width / 2, mask), mask, bytes));
}

/// A prime below the width: where it divides in the next row.
struct Line {
    prime: u32,
    root: u32,
    start: u32,
    /// How many of its points each row has at least: one more is possible.
    sure: u32,
    log: u8,
}

impl Line {
    #[inline(always)]
    fn sieve(&mut self, row: &mut [u8]) {
        // no branch depends on the root: the number of turns is the same in every row
        let mut x = self.start as usize;
        for _ in 0..self.sure {
            if let Some(byte) = row.get_mut(x) {
                *byte = byte.wrapping_add(self.log);
            }
            x += self.prime as usize;
        }
        let inside = x < row.len();
        let last = &mut row[if inside { x } else { 0 }];
        *last = last.wrapping_add(if inside { self.log } else { 0 });
        let next = self.start + self.root;
        self.start = next.min(next.wrapping_sub(self.prime));
    }
}

/// Up to so many points it is cheaper to test all primes than to sieve again.
const FEW: usize = 100;

/// Which primes of at least the width divide at the points of interest, by point. Products of a root and a row must fit
/// 32 bits.
fn test_each(points: &[(u32, Hit)], base: &Base, roots: &[u32], region: Region, divisors: &mut Vec<(u32, u32)>) {
    divisors.clear();
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

/// Which primes of at least the width divide at the points of interest, by point.
fn resieve(
    marks: &mut Vec<u64>,
    points: &[(u32, Hit)],
    base: &Base,
    steps: &[Steps],
    region: Region,
    divisors: &mut Vec<(u32, u32)>,
) {
    divisors.clear();
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

/// Sieve bytes from which a point is worth a closer look.
struct Threshold {
    form: Estimate,
    cofactor_bits: f64,
}

impl Threshold {
    #[inline]
    fn at(&self, i: f64, j: f64) -> u8 {
        let size = self.form.size(i, j).max(1.0);
        // the exponent and the first bits of the mantissa: a logarithm good to a tenth of a bit
        let log = (size.to_bits() >> 44) as f64 / 256.0 - 1023.0;
        ((log - self.cofactor_bits - SMALL_SLACK) * SCALE).clamp(0.0, 255.0) as u8
    }
}

const BLOCK: usize = 32;

fn scan(bytes: &[u8], threshold: &Threshold, region: Region, survivors: &mut Vec<u32>) {
    for (k, block) in bytes.chunks_exact(BLOCK).enumerate().skip(1) {
        let x = (k * BLOCK) as u32;
        let (i, j) = coordinates(x + BLOCK as u32 / 2, region);
        let limit = threshold.at(i as f64, j as f64);
        let best = block.iter().fold(0u8, |m, &b| m.max(b));
        if best >= limit && j > 0 {
            let good = block.iter().enumerate().filter(|(_, b)| **b >= limit);
            survivors.extend(good.map(|(n, _)| x + n as u32));
        }
    }
}

/// The prime factors of the form at (i, j), or nothing if one is too large. Of the primes of at least `width`, `large`
/// are those that divide.
fn factor(
    side: &Side<'_>,
    roots: &[u32],
    width: u32,
    mut large: impl Iterator<Item = u32>,
    odd: &[u32],
    i: i64,
    j: i64,
) -> Option<Vec<u64>> {
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
    if (value as f64).log2() > side.cofactor_bits + SMALL_SLACK {
        return None;
    }
    cofactor::factor(value, side.base.largest().into(), side.large_prime, &mut factors).then_some(factors)
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
