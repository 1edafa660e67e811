//! A sieve over a small lattice for points where two forms are smooth (Pollard 1993; Franke and Kleinjung 2005).

use super::base::{Base, EVERYWHERE, Lattice, SCALE, transform};
use super::cofactor::Cofactors;
use super::form::{Estimate, Form};
use super::survivors::{divide_out, divisors_of};

/// Smaller primes are not sieved; the threshold leaves room for them.
const SMALLEST: u32 = 20;
pub(super) const SMALL_SLACK: f64 = 9.0;

/// One side of a sieve.
pub(crate) struct Side<'a> {
    pub(crate) base: &'a Base,
    /// Its primes divide where they divide the elements of this.
    pub(crate) lattice: &'a Lattice,
    pub(crate) form: Form,
    /// What may remain when the primes of the base are divided out, in bits.
    pub(crate) cofactor_bits: f64,
    /// The largest prime factor of the remainder.
    pub(crate) large_prime: u64,
}

impl Side<'_> {
    pub(super) fn cofactors(&self) -> Cofactors {
        Cofactors { base: self.base.largest().into(), largest: self.large_prime }
    }
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
    /// could be too large for [`Form::fits`].
    pub(crate) fn sieve(&mut self, region: Region, sides: &[Side<'_>; 2]) -> Vec<Hit> {
        let Self { bytes, marks, roots, steps, odd, survivors, divisors } = self;
        if !sides.iter().all(|side| side.form.fits(region)) {
            return Vec::new();
        }
        for (k, side) in sides.iter().enumerate() {
            transform(side.base, side.lattice, &mut roots[k]);
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
        let mut rests: [Vec<u128>; 2] = Default::default();
        for k in [1, 0] {
            divisors_of(&hits, sides[k].base, &roots[k], &steps[k], region, marks, divisors);
            let mut at = 0;
            let mut kept = Vec::with_capacity(hits.len());
            hits.retain_mut(|(x, hit)| {
                let from = at;
                while divisors.get(at).is_some_and(|(y, _)| y == x) {
                    at += 1;
                }
                let large = divisors[from..at].iter().map(|(_, p)| *p);
                let found = divide_out(&sides[k], &roots[k], 1 << region.log_width, large, &odd[k], hit.i, hit.j);
                kept.push(found.is_some());
                found.is_some_and(|(factors, rest)| {
                    hit.factors[k] = factors;
                    rests[k].push(rest);
                    true
                })
            });
            // the other side's, where it had its turn
            let mut kept = kept.into_iter();
            rests[1 - k].retain(|_| kept.next().unwrap_or(true));
        }
        // splitting is dear: it waits until both sides are promising
        let mut rests = rests[0].iter().zip(&rests[1]);
        hits.retain_mut(|(_, hit)| {
            rests.next().is_some_and(|(first, second)| {
                [(1, *second), (0, *first)]
                    .into_iter()
                    .all(|(k, rest)| sides[k].cofactors().split(rest, &mut hit.factors[k]))
            })
        });
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
pub(super) struct Steps {
    left: u32,
    right: u32,
    left_from: u32,
    right_until: u32,
    pub(super) prime: u32,
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
    pub(super) fn next(&self, x: u32, mask: u32) -> u32 {
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
