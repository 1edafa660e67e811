//! Which of the short combinations of six vectors have smooth norms, above and below: a sieve in six dimensions.
//!
//! A prime ideal contains a combination where a linear form in its six coordinates vanishes modulo the prime: where the sum over
//! the last three is the negative of that over the first three. So the points of a box that it contains are pairs of equal
//! residues, found in a time of the square root of the box and of their number.

use num_bigint::BigUint;
use num_traits::{ToPrimitive, Zero};

use super::base::Base;
use super::cofactor::Cofactors;
use super::smoothness::{Chances, half_bits};
use crate::parallel;

/// A fraction of two elements c₀ + c₁α + c₂α² of the cubic field.
pub(super) type Vector = [[i128; 3]; 2];

/// Smaller primes are added to whole rows at a time.
const ROWS: u32 = 64;
/// The end of a list of columns.
const END: u16 = u16::MAX;

/// What is looked for, and where.
#[derive(Clone, Debug)]
pub(super) struct Search {
    /// Coordinates reach from −reach to reach.
    reach: u32,
    /// Primes up to this are sieved, the others of the base are tried where that leaves little.
    sieved: u32,
    /// How many points are looked at closely, and of how many of them what is left is split.
    closely: usize,
    splits: usize,
    cofactors: Cofactors,
    /// What is left is smooth, when the sieved primes are divided out, and when all of the base are.
    chances: [Chances; 2],
}

/// A combination and the prime factors of both norms.
pub(super) struct Smooth {
    pub(super) elements: Vector,
    pub(super) factors: [Vec<u64>; 2],
}

/// A point that looks smooth.
struct Close {
    cost: u32,
    elements: Vector,
    /// Of each norm the primes of the base, and what they leave.
    parts: [(Vec<u64>, u128); 2],
}

impl Search {
    /// For a p of so many bits and a base of primes below 2^16: measured.
    pub(super) fn new(bits: u64, base: &Base) -> Self {
        let bits = bits as f64;
        let largest = (40.0 + (bits - 200.0) / 6.0).clamp(16.0, 40.0);
        let sieved = base.largest().min(1 << 12);
        Self {
            reach: if bits < 212.0 { 4 } else { 5 },
            sieved,
            closely: 60,
            splits: 8,
            cofactors: Cofactors { base: base.largest().into(), largest: largest.exp2() as u64 },
            chances: [sieved, base.largest()].map(|rough| Chances::new(f64::from(rough).log2(), largest)),
        }
    }

    /// How many points the box has, up to their signs.
    pub(super) fn points(&self) -> u64 {
        u64::from(2 * self.reach + 1).pow(6) / 2
    }

    /// Some of the smooth combinations of a basis. `embedding` has the real conjugate of an element, and the two coordinates of a
    /// complex one, √2 as long.
    pub(super) fn run(
        &self,
        base: &Base,
        basis: &[Vector; 6],
        embedding: &[[f64; 3]; 3],
        norm: &dyn Fn([i128; 3]) -> BigUint,
        threads: usize,
    ) -> Vec<Smooth> {
        let left = triples(self.reach as i32);
        // of two opposite triples only the later one
        let right = &left[left.len() / 2..];
        let half = |k: usize| {
            let half = Half::new(base, basis.map(|vector| vector[k]), embedding);
            let rests = half.rests(self, &left, right);
            (half, rests)
        };
        let (mut above, mut below) = (None, None);
        parallel::both(threads, &mut || above = Some(half(0)), &mut || below = Some(half(1)));
        let (Some((above, first)), Some((below, second))) = (above, below) else { return Vec::new() };
        let mut close: Vec<Close> = self
            .best(&first, &second)
            .into_iter()
            .filter_map(|at| {
                let x = [left[at / right.len()], right[at % right.len()]].concat();
                let element = |k: usize| -> [i128; 3] {
                    std::array::from_fn(|c| x.iter().zip(basis).map(|(x, v)| i128::from(*x) * v[k][c]).sum())
                };
                let elements = [element(0), element(1)];
                let part = |half: &Half<'_>, element| {
                    half.divide_out(&x, norm(element)).filter(|(_, rest)| self.cofactors.may_split(*rest))
                };
                let is_primitive = x.iter().fold(0, |divisor, x| num_integer::gcd(divisor, *x)) == 1;
                let parts = [is_primitive.then(|| part(&above, elements[0]))??, part(&below, elements[1])?];
                let cost = parts.iter().map(|(_, rest)| self.chances[1].cost(half_bits(*rest))).sum();
                Some(Close { cost, elements, parts })
            })
            .collect();
        // units make equal norms of many combinations
        close.sort_by_key(|close| (close.cost, close.parts[0].1, close.parts[1].1));
        close.dedup_by_key(|close| (close.parts[0].1, close.parts[1].1));
        close.truncate(self.splits);
        close.into_iter().filter_map(|close| self.split(close)).collect()
    }

    fn split(&self, Close { elements, parts, .. }: Close) -> Option<Smooth> {
        let [(mut above, first), (mut below, second)] = parts;
        let smooth = self.cofactors.split(first, &mut above) && self.cofactors.split(second, &mut below);
        smooth.then_some(Smooth { elements, factors: [above, below] })
    }

    /// The places of the points that are smooth with the best chances, by what is left of both norms.
    fn best(&self, above: &[u8], below: &[u8]) -> Vec<usize> {
        let chances = &self.chances[0];
        let costs = chances.costs();
        // of what was seen `less` points cost less than the limit, and with those that cost just as much there are too many
        let (mut less, mut limit) = (0, 2 * chances.dearest() as usize + 1);
        let mut counts = vec![0; limit];
        let mut found = Vec::new();
        for (at, (above, below)) in above.iter().zip(below).enumerate() {
            let cost = (costs[usize::from(*above)] + costs[usize::from(*below)]) as usize;
            if cost < limit {
                found.push((cost, at));
                counts[cost] += 1;
                less += 1;
                while less > self.closely {
                    limit -= 1;
                    less -= counts[limit];
                }
            }
        }
        found.into_iter().filter(|(cost, _)| *cost < limit).map(|(_, at)| at).collect()
    }
}

/// Triples of coordinates, ascending: opposite ones stand in opposite places.
fn triples(reach: i32) -> Vec<[i32; 3]> {
    let range = move || -reach..=reach;
    range().flat_map(|x| range().flat_map(move |y| range().map(move |z| [x, y, z]))).collect()
}

/// The combinations of the numerators, or those of the denominators.
struct Half<'a> {
    base: &'a Base,
    /// The values of the six vectors at the roots of the base.
    values: [Vec<u16>; 6],
    /// The embedding of the vectors, divided by its largest number.
    images: [[f32; 3]; 6],
    /// The logarithm of a norm whose image is a product of one, in bits.
    bits: f64,
}

impl<'a> Half<'a> {
    fn new(base: &'a Base, elements: [[i128; 3]; 6], embedding: &[[f64; 3]; 3]) -> Self {
        let images = elements.map(|c| embedding.map(|row| row.iter().zip(c).map(|(x, c)| x * c as f64).sum::<f64>()));
        let largest = images.iter().flatten().fold(1.0f64, |most, x| most.max(x.abs()));
        let images = images.map(|image| image.map(|x| (x / largest) as f32));
        Self { base, values: elements.map(|c| base.small_values(c)), images, bits: 3.0 * largest.log2() - 1.0 }
    }

    /// Half bits that the sieved primes leave of the norms, for each triple of `left` a row.
    fn rests(&self, search: &Search, left: &[[i32; 3]], right: &[[i32; 3]]) -> Vec<u8> {
        let width = right.len();
        let mut bytes = vec![0u8; left.len() * width];
        self.sieve(search, &mut bytes, width);
        let image = |x: &[i32; 3], first: usize| -> [f32; 3] {
            std::array::from_fn(|c| (0..3).map(|k| x[k] as f32 * self.images[first + k][c]).sum())
        };
        let columns: [Vec<f32>; 3] = std::array::from_fn(|c| right.iter().map(|x| image(x, 3)[c]).collect());
        let offset = (2.0 * (self.bits - 127.0)).round() as i32;
        for (row, x) in bytes.chunks_exact_mut(width).zip(left) {
            let [real, re, im] = image(x, 0);
            for (((byte, c0), c1), c2) in row.iter_mut().zip(&columns[0]).zip(&columns[1]).zip(&columns[2]) {
                let (real, re, im) = (real + c0, re + c1, im + c2);
                let size = (real * (re * re + im * im)).abs();
                // the exponent and the first bit of the mantissa
                let rest = (size.to_bits() >> 22) as i32 + offset - i32::from(*byte);
                *byte = rest.clamp(0, 255) as u8;
            }
        }
        bytes
    }

    /// Adds the logarithms of the sieved primes to all points that their ideals contain.
    fn sieve(&self, search: &Search, bytes: &mut [u8], width: usize) {
        let (mut rows, mut columns) = (Vec::new(), Vec::new());
        let (mut heads, mut next) = (vec![END; search.sieved as usize + 1], vec![END; width]);
        let mut patterns = Vec::new();
        let sieved = self.base.primes.partition_point(|p| *p <= search.sieved);
        for n in 0..sieved {
            let (p, log) = (self.base.primes[n], self.base.logs[n]);
            let values = |first: usize| [0, 1, 2].map(|k| u32::from(self.values[first + k][n]));
            sums(values(0), p, search.reach, usize::MAX, &mut rows);
            // the negative of a column's sum is that of the opposite triple
            sums(values(3), p, search.reach, width, &mut columns);
            columns.reverse();
            if p < ROWS {
                patterns.clear();
                patterns.resize(p as usize * width, 0);
                columns.iter().enumerate().for_each(|(b, r)| patterns[usize::from(*r) * width + b] = log);
                for (row, r) in bytes.chunks_exact_mut(width).zip(&rows) {
                    let pattern = &patterns[usize::from(*r) * width..][..width];
                    row.iter_mut().zip(pattern).for_each(|(byte, log)| *byte = byte.saturating_add(*log));
                }
                continue;
            }
            // the columns of each residue, as a list
            for (b, r) in columns.iter().enumerate() {
                next[b] = std::mem::replace(&mut heads[usize::from(*r)], b as u16);
            }
            for (row, r) in bytes.chunks_exact_mut(width).zip(&rows) {
                let mut b = heads[usize::from(*r)];
                while b != END {
                    let byte = &mut row[usize::from(b)];
                    *byte = byte.saturating_add(log);
                    b = next[usize::from(b)];
                }
            }
            columns.iter().for_each(|r| heads[usize::from(*r)] = END);
        }
    }

    /// The prime factors of a norm that the base has, and what they leave; nothing for zero.
    fn divide_out(&self, x: &[i32], norm: BigUint) -> Option<(Vec<u64>, u128)> {
        let (mut long, mut short) = (norm, None);
        let mut factors = Vec::with_capacity(16);
        for p in self.divisors(x) {
            loop {
                short = short.or_else(|| long.to_u128());
                match &mut short {
                    Some(0) => return None,
                    Some(value) if value.is_multiple_of(p.into()) => *value /= u128::from(p),
                    None if (&long % p).is_zero() => long /= p,
                    _ => break,
                }
                factors.push(u64::from(p));
            }
        }
        short.or_else(|| long.to_u128()).map(|rest| (factors, rest))
    }

    /// The primes of the base whose ideals contain a point.
    fn divisors(&self, x: &[i32]) -> Vec<u32> {
        const BLOCK: usize = 32;
        // beyond 2^23 there are no fractions: adding this rounds
        const ROUND: f32 = 12_582_912.0;
        let mut found = Vec::new();
        for (n, primes) in self.base.primes.chunks(BLOCK).enumerate() {
            // sums below 2^24 and their quotients are exact
            let mut sums = [0f32; BLOCK];
            for (x, values) in x.iter().zip(&self.values) {
                let values = &values[n * BLOCK..][..primes.len()];
                sums.iter_mut().zip(values).for_each(|(sum, v)| *sum += *x as f32 * f32::from(*v));
            }
            let mut least = f32::MAX;
            for (sum, p) in sums.iter_mut().zip(primes) {
                let p = *p as f32;
                *sum = (*sum - ((*sum / p + ROUND) - ROUND) * p).abs();
                least = if *sum < least { *sum } else { least };
            }
            if least == 0.0 {
                found.extend(sums.iter().zip(primes).filter(|(rest, _)| **rest == 0.0).map(|(_, p)| *p));
            }
        }
        found
    }
}

/// The first so many sums of the multiples of three residues, in the order of [`triples`]. For a p below 2^14 and a reach below
/// eight.
fn sums(values: [u32; 3], p: u32, reach: u32, count: usize, out: &mut Vec<u16>) {
    let side = 2 * reach as usize + 1;
    let modulus = p as i16;
    let add = |x: i16, y: i16| {
        let sum = x + y - modulus;
        sum + (modulus & (sum >> 15))
    };
    let [first, second, third] = values.map(|v| {
        // as many as a vector register takes
        let mut multiples = [0; 16];
        let mut x = (reach * (p - v) % p) as i16;
        for slot in &mut multiples[..side] {
            *slot = x;
            x = add(x, v as i16);
        }
        multiples
    });
    out.clear();
    for pair in first[..side].iter().flat_map(|x| second[..side].iter().map(|y| add(*x, *y))) {
        if out.len() >= count {
            break;
        }
        out.extend_from_slice(&third.map(|z| add(pair, z) as u16)[..side]);
    }
    out.truncate(count);
}

#[cfg(test)]
mod tests {
    use super::super::polynomial::Polynomial;
    use super::super::split::{Embedding, norm};
    use super::*;
    use crate::prime::primes_up_to;
    use crate::rng::Rng;

    /// Six fractions of elements with coefficients of some twenty bits.
    fn basis() -> [Vector; 6] {
        let mut rng = Rng::new(5);
        std::array::from_fn(|_| [(); 2].map(|()| [(); 3].map(|()| (rng.next() % (1 << 20)) as i128 - (1 << 19))))
    }

    fn field() -> (Polynomial, Base) {
        let f = Polynomial(vec![-3, 1, -1, 1]);
        let primes = primes_up_to(1 << 10);
        let base = Base::new(primes.into_iter().flat_map(|q| f.roots(q).into_iter().map(move |r| (q, r))));
        (f, base)
    }

    /// Beside norms from which each prime of the base is divided as often as it has ideals that contain the element.
    #[test]
    fn what_is_left_of_norms_is_told_to_a_bit() {
        let (f, base) = field();
        let search = Search { reach: 2, ..Search::new(120, &base) };
        let (left, basis) = (triples(2), basis());
        let right = &left[left.len() / 2..];
        let half = Half::new(&base, basis.map(|vector| vector[1]), &Embedding::new(&f).0);
        let rests = half.rests(&search, &left, right);
        let mut smooth = 0;
        for (at, rest) in rests.iter().enumerate().skip(1).step_by(7) {
            let x = [left[at / right.len()], right[at % right.len()]].concat();
            let element: [i128; 3] =
                std::array::from_fn(|c| x.iter().zip(&basis).map(|(x, v)| i128::from(*x) * v[1][c]).sum());
            let size = norm(&f, element).magnitude().to_f64().unwrap().log2();
            let contains = |(p, r): (&u32, &u32)| {
                let (p, r) = (i128::from(*p), i128::from(*r));
                ((element[0] + r * element[1] + r * r * element[2]) % p == 0).then(|| (p as f64).log2())
            };
            let divided: f64 = base.primes.iter().zip(&base.roots).filter_map(contains).sum();
            let exact = size - divided;
            assert!((f64::from(*rest) / 2.0 - exact.max(0.0)).abs() < 1.6, "{x:?}: {rest} half bits, {exact:.1} bits");
            smooth += usize::from(divided > size / 2.0);
        }
        assert!(smooth > 0, "something was divided out");
    }

    /// Those that cost less than the one that would be one too many, in their order.
    #[test]
    fn the_best_points_are_those_of_a_sort() {
        let search = Search::new(120, &field().1);
        let mut rng = Rng::new(9);
        let [above, below] = [(); 2].map(|()| (0..5000).map(|_| 60 + (rng.next() % 80) as u8).collect::<Vec<u8>>());
        let cost = |at: usize| [&above, &below].map(|half| search.chances[0].cost(half[at].into())).iter().sum::<u32>();
        let mut sorted: Vec<usize> = (0..above.len()).collect();
        sorted.sort_by_key(|at| cost(*at));
        let limit = cost(sorted[search.closely]);
        let expected: Vec<usize> = (0..above.len()).filter(|at| cost(*at) < limit).collect();
        assert!(!expected.is_empty());
        assert_eq!(search.best(&above, &below), expected);
    }

    #[test]
    fn what_is_smooth_is_told_with_its_factors() {
        let (f, base) = field();
        let (search, basis) = (Search::new(120, &base), basis());
        let magnitude = |c| norm(&f, c).magnitude().clone();
        let found = search.run(&base, &basis, &Embedding::new(&f).0, &magnitude, 1);
        assert!(!found.is_empty() && found.len() <= search.splits);
        for Smooth { elements, factors } in found {
            for (element, factors) in elements.into_iter().zip(factors) {
                assert_eq!(factors.iter().map(|q| BigUint::from(*q)).product::<BigUint>(), magnitude(element));
                assert!(factors.iter().all(|q| *q <= search.cofactors.largest && crate::prime::is_prime(&(*q).into())));
            }
        }
    }
}
