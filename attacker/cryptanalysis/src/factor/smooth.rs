//! Prime factors p with a smooth p − 1 (Pollard 1974) or p + 1 (Williams 1982).

use std::sync::atomic::{AtomicBool, Ordering};

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;

use crate::budget::Failure;
use crate::mont::{Mont, from_limbs, with_mont};
use crate::parallel;
use crate::prime::primes_up_to;

use super::chain::{Chain, Chained};
use super::effort::Meter;
use super::price;
use super::second_stage::{SecondStage, multiplications};

/// Powers of a prime go up to so many bits: squares of primes of 17 bits are not rare among the factors of numbers made
/// of primes of that size, cubes are.
const POWER_BITS: f64 = 34.0;
/// The same of primes below [`TINY`], of which high powers are met.
const TINY_POWER_BITS: f64 = 256.0;
const TINY: u32 = 32;
/// Primes between two looks at the greatest common divisor.
const BLOCK: usize = 64;

/// How far both stages go, for p − 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Stage 1: all primes up to this, in powers.
    pub(super) b1: u32,
    /// Stage 2: one prime, once more, up to this.
    pub(super) b2: u64,
}

impl Bounds {
    /// With a stage 2 that costs about as much as stage 1.
    pub(super) fn new(b1: u32) -> Self {
        Self { b1, b2: 32 * u64::from(b1) }
    }

    /// Those of p + 1, which finds less and takes longer.
    fn plus(self) -> Self {
        Self { b1: self.b1 / 4, b2: self.b2 / 4 }
    }

    /// Modular multiplications of p − 1.
    pub(super) fn multiplications(self) -> f64 {
        // ln of the product of the primes up to B1 is B1; windows of four bits; the squares of those up to 2^17
        let squares = f64::from(self.b1.min(1 << 17));
        1.25 * 1.45 * (f64::from(self.b1) + 2.0 * squares) + multiplications(self.b2)
    }
}

/// How often a prime is taken.
fn exponent(q: u32) -> u32 {
    let bits = if q < TINY { TINY_POWER_BITS } else { POWER_BITS };
    ((bits / f64::from(q).log2()) as u32).max(1)
}

/// What stage 1 leaves.
enum Stage1<const L: usize> {
    /// A proper factor.
    Factor(BigUint),
    /// u + 1/u for stage 2.
    Trace([u64; L]),
    /// All prime factors at once, and nothing that tells them apart.
    Nothing,
}

/// A proper factor p of n, odd and without small factors, with a smooth p − 1 or p + 1. The base of p + 1 is another for
/// every `round`.
pub(super) fn split(
    n: &BigUint,
    bounds: Bounds,
    round: usize,
    meter: &Meter<'_, '_>,
) -> Result<Option<BigUint>, Failure> {
    with_mont!(n, 2 4 6 8 12 16 20 32 40 64 128, |m| {
        let primes = primes_up_to(bounds.b1);
        let fewer = &primes[..primes.partition_point(|q| *q <= bounds.plus().b1)];
        let three = BigUint::from(3u32);
        let enough = AtomicBool::new(false);
        let stages = parallel::map(meter.watch.threads().min(2), 2, |which| {
            let stage = match which {
                0 => minus_stage_1(&m, n, &three, &primes, &enough, meter),
                _ => plus_stage_1(&m, n, 3 + 2 * round as u64, fewer, &enough, meter),
            };
            if matches!(stage, Ok(Stage1::Factor(_)) | Err(_)) {
                enough.store(true, Ordering::Relaxed);
            }
            stage
        })?;
        let mut traces = Vec::new();
        for (stage, bounds) in stages.into_iter().zip([bounds, bounds.plus()]) {
            match stage {
                Stage1::Factor(found) => return Ok(Some(found)),
                Stage1::Trace(first) => traces.push((first, bounds.b2)),
                Stage1::Nothing => {}
            }
        }
        for (first, b2) in traces {
            if let Some(found) = SecondStage::new(&m, n, &first, b2, meter).run()? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }, Ok(None))
}

/// A proper factor of n modulo which the order of `base` is smooth.
pub(super) fn split_by_order(
    n: &BigUint,
    base: &BigUint,
    bounds: Bounds,
    meter: &Meter<'_, '_>,
) -> Result<Option<BigUint>, Failure> {
    with_mont!(n, 2 4 6 8 12 16 20 32 40 64 128, |m| {
        match minus_stage_1(&m, n, base, &primes_up_to(bounds.b1), &AtomicBool::new(false), meter)? {
            Stage1::Factor(found) => Ok(Some(found)),
            Stage1::Nothing => Ok(None),
            Stage1::Trace(first) => SecondStage::new(&m, n, &first, bounds.b2, meter).run(),
        }
    }, Ok(None))
}

/// base^∏ q^k for the primes q, looking at the common factors with n now and then, and at whether somebody has `enough`.
fn minus_stage_1<const L: usize>(
    m: &Mont<L>,
    n: &BigUint,
    base: &BigUint,
    primes: &[u32],
    enough: &AtomicBool,
    meter: &Meter<'_, '_>,
) -> Result<Stage1<L>, Failure> {
    let common = |x: &[u64; L]| from_limbs(&m.sub(x, &m.one())).gcd(n);
    let mut x = m.enter(base);
    for (k, block) in primes.chunks(BLOCK).enumerate() {
        if enough.load(Ordering::Relaxed) {
            return Ok(Stage1::Nothing);
        }
        let before = x;
        x = raise(m, &x, block, meter)?;
        let found = common(&x);
        if found == *n {
            if let Some(found) = step_by_step(n, before, block, |x, q| m.pow_digits(x, &[q.into()]), common) {
                return Ok(Stage1::Factor(found));
            }
            let found = roots_of_unity(m, n, &primes[..((k + 1) * BLOCK).min(primes.len())], meter)?;
            return Ok(found.map_or(Stage1::Nothing, Stage1::Factor));
        }
        if !found.is_one() {
            return Ok(Stage1::Factor(found));
        }
    }
    Ok(m.invert(&x).map_or_else(|| Stage1::Nothing, |inverse| Stage1::Trace(m.add(&x, &inverse))))
}

/// x^∏ q^k.
fn raise<const L: usize>(
    m: &Mont<L>,
    x: &[u64; L],
    primes: &[u32],
    meter: &Meter<'_, '_>,
) -> Result<[u64; L], Failure> {
    let power: BigUint = primes.iter().map(|q| BigUint::from(*q).pow(exponent(*q))).product();
    meter.spend(1.25 * power.bits() as f64 * price::multiplication((64 * L) as u64))?;
    Ok(m.pow(x, &power))
}

/// The first proper factor on the way through a block.
fn step_by_step<const L: usize>(
    n: &BigUint,
    mut x: [u64; L],
    block: &[u32],
    step: impl Fn(&[u64; L], u32) -> [u64; L],
    common: impl Fn(&[u64; L]) -> BigUint,
) -> Option<BigUint> {
    for &q in block {
        for _ in 0..exponent(q) {
            x = step(&x, q);
            let found = common(&x);
            if !found.is_one() {
                return (found != *n).then_some(found);
            }
        }
    }
    None
}

/// A proper factor of n from square roots of one (Miller 1976), where a power of the odd primes and of two is a multiple
/// of the order of every element: half of all bases have one.
fn roots_of_unity<const L: usize>(
    m: &Mont<L>,
    n: &BigUint,
    primes: &[u32],
    meter: &Meter<'_, '_>,
) -> Result<Option<BigUint>, Failure> {
    const BASES: [u32; 8] = [2, 5, 7, 11, 13, 17, 19, 23];
    for base in BASES {
        let mut x = m.enter(&BigUint::from(base));
        for block in primes.get(1..).unwrap_or_default().chunks(BLOCK) {
            x = raise(m, &x, block, meter)?;
        }
        for _ in 0..=exponent(2) {
            let found = from_limbs(&m.sub(&x, &m.one())).gcd(n);
            if !found.is_one() {
                if found != *n {
                    return Ok(Some(found));
                }
                break;
            }
            x = m.square(&x);
        }
    }
    Ok(None)
}

/// Terms V_k of a Lucas sequence.
struct Lucas<'a, const L: usize> {
    m: &'a Mont<L>,
    two: [u64; L],
}

impl<const L: usize> Chained for Lucas<'_, L> {
    type Point = [u64; L];

    fn double(&self, v: &[u64; L]) -> [u64; L] {
        self.m.sub(&self.m.square(v), &self.two)
    }

    fn add(&self, v: &[u64; L], w: &[u64; L], difference: &[u64; L]) -> [u64; L] {
        self.m.sub(&self.m.mul(v, w), difference)
    }
}

/// V_(∏ q^k) from V_1 = `base`: modulo a prime p for which base² − 4 is no square, a power of an element of order p + 1.
fn plus_stage_1<const L: usize>(
    m: &Mont<L>,
    n: &BigUint,
    base: u64,
    primes: &[u32],
    enough: &AtomicBool,
    meter: &Meter<'_, '_>,
) -> Result<Stage1<L>, Failure> {
    let two = m.add(&m.one(), &m.one());
    let sequence = Lucas { m, two };
    let common = |v: &[u64; L]| from_limbs(&m.sub(v, &two)).gcd(n);
    let step = |v: &[u64; L], q: u32| Chain::golden(q).multiply(&sequence, v);
    let mut v = m.enter(&BigUint::from(base));
    for block in primes.chunks(BLOCK) {
        if enough.load(Ordering::Relaxed) {
            return Ok(Stage1::Nothing);
        }
        let before = v;
        let mut bits = 0;
        for &q in block {
            for _ in 0..exponent(q) {
                v = step(&v, q);
                bits += u32::BITS - q.leading_zeros();
            }
        }
        meter.spend(1.6 * f64::from(bits) * price::multiplication((64 * L) as u64))?;
        let found = common(&v);
        if found == *n {
            let found = step_by_step(n, before, block, step, common);
            return Ok(found.map_or(Stage1::Nothing, Stage1::Factor));
        }
        if !found.is_one() {
            return Ok(Stage1::Factor(found));
        }
    }
    Ok(Stage1::Trace(v))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Budget, Watch};
    use crate::factor::effort::Effort;
    use crate::prime::is_prime;
    use crate::rng::Rng;

    /// A prime of about so many bits with p + `sign` a product of primes between `low` and `high`, and of a small number.
    fn smooth_prime(bits: u64, low: u32, high: u32, sign: i32, rng: &mut Rng) -> BigUint {
        let primes: Vec<u32> = primes_up_to(high).into_iter().filter(|q| *q > low).collect();
        loop {
            let mut n = BigUint::from(2u32);
            while n.bits() < bits {
                n *= primes[(rng.next() % primes.len() as u64) as usize];
            }
            for k in 1..2 * bits {
                let order = &n * k;
                let p = if sign < 0 { order + 1u32 } else { order - 1u32 };
                if is_prime(&p) {
                    return p;
                }
            }
        }
    }

    fn found(n: &BigUint, b1: u32, round: usize) -> Option<BigUint> {
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        let meter = Meter::new(&watch, Effort::seconds(1e9));
        split(n, Bounds::new(b1), round, &meter).unwrap()
    }

    #[test]
    fn smooth_neighbours_give_a_prime_away() {
        let mut rng = Rng::new(3);
        let other = smooth_prime(256, 1 << 26, (1 << 26) + 3_000, -1, &mut rng);
        for (sign, low, high) in [(-1, 1_000, 8_000), (1, 500, 2_000), (-1, 3, 30)] {
            let p = smooth_prime(200, low, high, sign, &mut rng);
            // modulo some primes the base of p + 1 is the wrong kind: another round has another
            let n = &p * &other;
            assert!((0..8).any(|round| found(&n, 1 << 13, round).as_ref() == Some(&p)), "{sign} {high}");
        }
    }

    #[test]
    fn one_prime_more_is_for_the_second_stage() {
        let mut rng = Rng::new(4);
        let other = smooth_prime(256, 1 << 26, (1 << 26) + 3_000, -1, &mut rng);
        let large = 262_139u32;
        let p = (1u64..).map(|k| BigUint::from(720_720u64 * 510_510) * large * k + 1u32).find(is_prime).unwrap();
        assert_eq!(found(&(&p * &other), 1 << 13, 0), Some(p.clone()));
        assert_eq!(found(&(&p * &other), 1 << 12, 0), None, "beyond the second stage");
    }

    #[test]
    fn both_primes_smooth_are_told_apart() {
        let mut rng = Rng::new(5);
        for _ in 0..4 {
            let p = smooth_prime(256, 2_000, 8_000, -1, &mut rng);
            let q = smooth_prime(256, 2_000, 8_000, -1, &mut rng);
            let factor = found(&(&p * &q), 1 << 13, 0).unwrap();
            assert!(factor == p || factor == q);
        }
        // the same factors of p − 1 and q − 1 but for small ones: they vanish in one step
        let common = smooth_prime(200, 2_000, 8_000, -1, &mut rng) - 1u32;
        let mut twins = (1u64..).map(|k| &common * k + 1u32).filter(is_prime);
        let (p, q) = (twins.next().unwrap(), twins.next().unwrap());
        let factor = found(&(&p * &q), 1 << 13, 0).unwrap();
        assert!(factor == p || factor == q);
    }
}
