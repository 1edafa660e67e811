//! Prime factors p with a smooth p − 1 (Pollard 1974) or p + 1 (Williams 1982).

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

/// How far both stages go.
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
    with_mont!(n, 2 4 8 16 32 64 128, |m| {
        let primes = primes_up_to(bounds.b1);
        let three = BigUint::from(3u32);
        let stages = parallel::map(meter.watch.threads().min(2), 2, |which| match which {
            0 => minus_stage_1(&m, n, &three, &primes, meter),
            _ => plus_stage_1(&m, n, 3 + 2 * round as u64, &primes, meter),
        })?;
        for stage in stages {
            if let Some(found) = finish(&m, n, stage, bounds.b2, meter)? {
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
    with_mont!(n, 2 4 8 16 32 64 128, |m| {
        let stage = minus_stage_1(&m, n, base, &primes_up_to(bounds.b1), meter)?;
        finish(&m, n, stage, bounds.b2, meter)
    }, Ok(None))
}

fn finish<const L: usize>(
    m: &Mont<L>,
    n: &BigUint,
    stage: Stage1<L>,
    b2: u64,
    meter: &Meter<'_, '_>,
) -> Result<Option<BigUint>, Failure> {
    match stage {
        Stage1::Factor(found) => Ok(Some(found)),
        Stage1::Nothing => Ok(None),
        Stage1::Trace(first) => SecondStage::new(m, n, &first, b2, meter).run(),
    }
}

/// base^∏ q^k for the primes q, looking at the common factors with n now and then.
fn minus_stage_1<const L: usize>(
    m: &Mont<L>,
    n: &BigUint,
    base: &BigUint,
    primes: &[u32],
    meter: &Meter<'_, '_>,
) -> Result<Stage1<L>, Failure> {
    let common = |x: &[u64; L]| from_limbs(&m.sub(x, &m.one())).gcd(n);
    let mut x = m.enter(base);
    for (k, block) in primes.chunks(BLOCK).enumerate() {
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
    meter: &Meter<'_, '_>,
) -> Result<Stage1<L>, Failure> {
    let two = m.add(&m.one(), &m.one());
    let sequence = Lucas { m, two };
    let common = |v: &[u64; L]| from_limbs(&m.sub(v, &two)).gcd(n);
    let step = |v: &[u64; L], q: u32| Chain::golden(q).multiply(&sequence, v);
    let mut v = m.enter(&BigUint::from(base));
    for block in primes.chunks(BLOCK) {
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
