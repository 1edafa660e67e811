//! Lenstra's elliptic curve method: Montgomery curves with a point of order 12 (Suyama's parametrisation), Lucas chains in
//! stage 1, baby and giant steps in stage 2 (Montgomery 1987, "Speeding the Pollard and elliptic curve methods").

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex};

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;

use crate::budget::Failure;
use crate::mont::{Mont, from_limbs, with_mont};
use crate::parallel;
use crate::prime::primes_up_to;

use super::chain::{Chain, Chained};
use super::effort::Meter;
use super::levels::{LEVELS, Level};
use super::pairs::Pairs;
use super::price;

/// The steps of both stages for one pair of bounds, shared by all curves.
pub(super) struct Bounds {
    /// Stage 1: the primes up to B1, each as often as its powers fit.
    chains: Vec<(Chain, u32)>,
    giant: u64,
    first_step: u64,
    /// Stage 2: for each giant step the indices of the baby steps at which there is a prime.
    steps: Vec<Vec<u16>>,
}

impl Bounds {
    pub(super) fn new(level: &Level) -> Self {
        let (b1, b2) = (u64::from(level.b1), u64::from(level.b2()));
        let chains = primes_up_to(level.b1).into_iter().map(|q| (Chain::new(q), level.b1.ilog(q))).collect();
        let giant = match b2 {
            0..60_000 => 210,
            60_000..6_000_000 => 2_310,
            _ => 30_030,
        };
        let pairs = Pairs::new(giant, b2);
        let babies = Pairs::distances(giant);
        let first_step = (b1 / giant).max(1);
        let index = |d: u16| babies.binary_search(&u64::from(d)).ok().and_then(|i| u16::try_from(i).ok());
        let steps =
            (first_step..=b2 / giant).map(|k| pairs.around(k).into_iter().filter_map(index).collect()).collect();
        Self { chains, giant, first_step, steps }
    }
}

/// Curves number `first`, `first` + 1, … on all threads until one finds a proper factor or `count` are done: the factor, and
/// how many were begun. `n` is odd and has no prime factor below 2^16. Every number is another curve.
pub(super) fn curves(
    n: &BigUint,
    level: &Level,
    first: u32,
    count: u32,
    meter: &Meter<'_, '_>,
) -> Result<(Option<BigUint>, u32), Failure> {
    let bounds = Bounds::new(level);
    with_mont!(n, 2 3 4 6 8 12 16 20 32 40 64 128, |m| on_all_threads(&m, level, &bounds, first, count, meter), Ok((None, count)))
}

/// A proper factor of an odd composite of primes of about thirty bits, by at most so many curves. It takes a few dozen
/// microseconds each.
pub(crate) fn short_divisor<const L: usize>(m: &Mont<L>, curves: u32) -> Option<BigUint> {
    static BOUNDS: LazyLock<Bounds> = LazyLock::new(|| Bounds::new(&LEVELS[0]));
    (0..curves).find_map(|number| curve(m, &BOUNDS, number, &|_| Ok(true)).ok().flatten())
}

fn on_all_threads<const L: usize>(
    m: &Mont<L>,
    level: &Level,
    bounds: &Bounds,
    first: u32,
    count: u32,
    meter: &Meter<'_, '_>,
) -> Result<(Option<BigUint>, u32), Failure> {
    let next = AtomicU32::new(0);
    let enough = AtomicBool::new(false);
    let found = Mutex::new(None);
    // a curve tells its time in as many parts as keep a cancellation within milliseconds
    let seconds = price::curve(level, (64 * L) as u64);
    let tell = |share: f64| {
        if enough.load(Ordering::Relaxed) {
            return Ok(false);
        }
        meter.spend(share * seconds).map(|()| true)
    };
    let result = parallel::run(meter.watch.threads().min(count as usize), &|_| {
        loop {
            let k = next.fetch_add(1, Ordering::Relaxed);
            if k >= count || enough.load(Ordering::Relaxed) {
                return Ok(());
            }
            if let Some(factor) =
                curve(m, bounds, first + k, &tell).inspect_err(|_| enough.store(true, Ordering::Relaxed))?
            {
                enough.store(true, Ordering::Relaxed);
                if let Ok(mut found) = found.lock() {
                    *found = Some(factor);
                }
            }
        }
    });
    let begun = next.into_inner().min(count);
    match found.into_inner() {
        Ok(Some(factor)) => Ok((Some(factor), begun)),
        _ => result.map(|()| (None, begun)),
    }
}

type Point<const L: usize> = ([u64; L], [u64; L]);

struct Curve<'a, const L: usize> {
    m: &'a Mont<L>,
    /// (A + 2)/4
    a24: [u64; L],
}

impl<const L: usize> Chained for Curve<'_, L> {
    type Point = Point<L>;

    fn double(&self, (x, z): &Point<L>) -> Point<L> {
        let m = self.m;
        let sum = m.square(&m.add(x, z));
        let difference = m.square(&m.sub(x, z));
        let cross = m.sub(&sum, &difference);
        (m.mul(&sum, &difference), m.mul(&cross, &m.add(&difference, &m.mul(&self.a24, &cross))))
    }

    fn add(&self, p: &Point<L>, q: &Point<L>, difference: &Point<L>) -> Point<L> {
        let m = self.m;
        let u = m.mul(&m.sub(&p.0, &p.1), &m.add(&q.0, &q.1));
        let v = m.mul(&m.add(&p.0, &p.1), &m.sub(&q.0, &q.1));
        let (s, d) = (m.add(&u, &v), m.sub(&u, &v));
        (m.mul(&difference.1, &m.square(&s)), m.mul(&difference.0, &m.square(&d)))
    }
}

impl<const L: usize> Curve<'_, L> {
    /// k·P for a k of at least one, by a ladder.
    fn multiply(&self, p: &Point<L>, k: u64) -> Point<L> {
        if k < 2 {
            return *p;
        }
        let mut low = *p;
        let mut high = self.double(p);
        for bit in (0..k.ilog2()).rev() {
            if k >> bit & 1 == 1 {
                low = self.add(&high, &low, p);
                high = self.double(&high);
            } else {
                high = self.add(&high, &low, p);
                low = self.double(&low);
            }
        }
        low
    }
}

/// A proper factor of the modulus that a value has in common with it.
fn proper<const L: usize>(m: &Mont<L>, value: &[u64; L]) -> Option<BigUint> {
    let n = from_limbs(m.modulus());
    let divisor = from_limbs(value).gcd(&n);
    (!divisor.is_one() && divisor != n).then_some(divisor)
}

/// One curve. The answer is a proper factor of the modulus, found with luck. `tell` hears of each share of the work that
/// is done, and says whether to go on.
fn curve<const L: usize>(
    m: &Mont<L>,
    bounds: &Bounds,
    number: u32,
    tell: &dyn Fn(f64) -> Result<bool, Failure>,
) -> Result<Option<BigUint>, Failure> {
    let small = |k: u64| m.enter(&BigUint::from(k));
    let sigma = small(u64::from(number) + 6);
    let u = m.sub(&m.square(&sigma), &small(5));
    let v = m.mul(&small(4), &sigma);
    let cube = |a: &[u64; L]| m.mul(a, &m.square(a));
    let (u3, v3) = (cube(&u), cube(&v));
    let top = m.mul(&cube(&m.sub(&v, &u)), &m.add(&v, &m.mul(&small(3), &u)));
    let bottom = m.mul(&small(16), &m.mul(&u3, &v));
    let Some(inverse) = m.invert(&bottom) else {
        return Ok(proper(m, &bottom));
    };
    let curve = Curve { m, a24: m.mul(&top, &inverse) };
    let mut point = (u3, v3);
    // three quarters of the time are stage 1; some 2^18 limb products a piece
    let piece = ((1 << 18) / (L * L * 100)).max(1);
    for chains in bounds.chains.chunks(piece) {
        for (chain, power) in chains {
            for _ in 0..*power {
                point = chain.multiply(&curve, &point);
            }
        }
        if !tell(0.75 * chains.len() as f64 / bounds.chains.len() as f64)? {
            return Ok(None);
        }
    }
    if Mont::is_zero(&point.1) {
        return Ok(None);
    }
    match proper(m, &point.1) {
        Some(factor) => Ok(Some(factor)),
        None => stage_2(&curve, bounds, &point, tell),
    }
}

/// Looks for a prime k·giant ± d of stage 2 that maps the point to zero: there x(k·giant·P) = x(d·P).
fn stage_2<const L: usize>(
    curve: &Curve<'_, L>,
    bounds: &Bounds,
    point: &Point<L>,
    tell: &dyn Fn(f64) -> Result<bool, Failure>,
) -> Result<Option<BigUint>, Failure> {
    /// Giant steps whose points are made affine together.
    const BATCH: usize = 64;
    let m = curve.m;
    let babies = match affine(m, &babies(curve, bounds.giant, point)) {
        Ok(babies) => babies,
        Err(factor) => return Ok(factor),
    };
    let giant = curve.multiply(point, bounds.giant);
    let mut here = curve.multiply(&giant, bounds.first_step);
    // one step before the first is zero where the first is one
    let mut before = (bounds.first_step > 1).then(|| curve.multiply(&giant, bounds.first_step - 1));
    let mut product = m.one();
    for batch in bounds.steps.chunks(BATCH) {
        let mut giants = Vec::with_capacity(batch.len());
        for _ in batch {
            giants.push(here);
            let next = before.as_ref().map_or_else(|| curve.double(&here), |before| curve.add(&here, &giant, before));
            before = Some(std::mem::replace(&mut here, next));
        }
        let giants = match affine(m, &giants) {
            Ok(giants) => giants,
            Err(factor) => return Ok(factor),
        };
        for (x, distances) in giants.iter().zip(batch) {
            for d in distances {
                product = m.mul(&product, &m.sub(x, &babies[usize::from(*d)]));
            }
        }
        if !tell(0.25 * batch.len() as f64 / bounds.steps.len() as f64)? {
            return Ok(None);
        }
    }
    Ok(proper(m, &product))
}

/// d·P for each distance d of [`Pairs::distances`].
fn babies<const L: usize>(curve: &Curve<'_, L>, giant: u64, point: &Point<L>) -> Vec<Point<L>> {
    let two = curve.double(point);
    // odd multiples: the one two before is the difference
    let (mut before, mut here) = (*point, *point);
    let mut babies = Vec::new();
    for d in (1..=giant / 2).step_by(2) {
        if d.gcd(&giant) == 1 {
            babies.push(here);
        }
        let next = curve.add(&here, &two, &before);
        before = std::mem::replace(&mut here, next);
    }
    babies
}

/// x/z of each point with one inversion (Montgomery 1987), or what the modulus has in common with one of the z: a proper
/// factor, or nothing.
fn affine<const L: usize>(m: &Mont<L>, points: &[Point<L>]) -> Result<Vec<[u64; L]>, Option<BigUint>> {
    let mut product = m.one();
    let partial: Vec<[u64; L]> = points
        .iter()
        .map(|(_, z)| {
            let before = product;
            product = m.mul(&product, z);
            before
        })
        .collect();
    let Some(mut inverse) = m.invert(&product) else {
        return Err(points.iter().find_map(|(_, z)| proper(m, z)));
    };
    let mut out: Vec<[u64; L]> = points
        .iter()
        .zip(&partial)
        .rev()
        .map(|((x, z), before)| {
            let own = m.mul(&inverse, before);
            inverse = m.mul(&inverse, z);
            m.mul(x, &own)
        })
        .collect();
    out.reverse();
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::levels::LEVELS;
    use super::*;

    fn searched<const L: usize>(n: &BigUint, level: &Level, most: u32) -> Option<BigUint> {
        let m = Mont::<L>::new(n).unwrap();
        let bounds = Bounds::new(level);
        (0..most).find_map(|number| curve(&m, &bounds, number, &|_| Ok(true)).unwrap())
    }

    #[test]
    fn curves_split_products_of_known_primes() {
        // 2^61 − 1 beside 32-bit primes
        let big = BigUint::from((1u64 << 61) - 1);
        for small in [4_294_967_291u64, 4_294_967_279, 65_537, 1_000_003] {
            let found = searched::<2>(&(&big * small), &LEVELS[0], 200).unwrap();
            assert!(found == big || found == BigUint::from(small), "{found}");
        }
    }

    #[test]
    fn the_length_of_the_number_does_not_matter() {
        // 2^4423 − 1 and 2^521 − 1 are prime
        let small = BigUint::from(4_294_967_291u64);
        for exponent in [521u32, 4423] {
            let n = ((BigUint::one() << exponent) - 1u32) * &small;
            let found =
                if exponent == 521 { searched::<12>(&n, &LEVELS[0], 60) } else { searched::<128>(&n, &LEVELS[0], 60) };
            assert_eq!(found, Some(small.clone()));
        }
    }

    #[test]
    fn a_second_stage_finds_what_the_first_leaves() {
        // curve 1 of level 1 ends in stage 2 for some primes: with an empty stage 2 fewer curves succeed
        let level = &LEVELS[1];
        let full = Bounds::new(level);
        let empty = Bounds { steps: Vec::new(), ..Bounds::new(level) };
        let n = BigUint::from((1u64 << 61) - 1) * 1_099_511_627_689u64;
        let m = Mont::<2>::new(&n).unwrap();
        let hits = |bounds: &Bounds| {
            (0..60).filter(|number| curve(&m, bounds, *number, &|_| Ok(true)).unwrap().is_some()).count()
        };
        let (with, without) = (hits(&full), hits(&empty));
        assert!(with > without + 3, "{with} curves of 60 with stage 2, {without} without");
    }
}
