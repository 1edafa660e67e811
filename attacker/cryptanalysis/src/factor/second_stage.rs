//! The second stage of p − 1 and p + 1: one further prime (Montgomery 1987).
//!
//! An element u of order q modulo one prime factor, with V_k = u^k + u^−k: V_a = V_b there if q divides a − b or a + b.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;

use crate::budget::Failure;
use crate::mont::{Mont, from_limbs};
use crate::parallel;

use super::effort::Meter;
use super::pairs::Pairs;
use super::price;

/// Giant steps between two looks at the greatest common divisor.
const BLOCK: u64 = 32;

/// The giant step for a bound: the baby steps, a quarter as many, should not cost more than the primes.
fn giant_step(bound: u64) -> u64 {
    if bound < 1 << 21 { 2 * 3 * 5 * 7 * 11 } else { 2 * 3 * 5 * 7 * 11 * 13 }
}

/// Multiplications of one giant step, about: half of the distances have a prime on one side.
fn step_multiplications(giant: u64) -> f64 {
    giant as f64 / 20.0
}

/// Multiplications up to a bound, about.
pub(super) fn multiplications(bound: u64) -> f64 {
    let giant = giant_step(bound);
    Pairs::steps(giant, bound) as f64 * step_multiplications(giant) + (giant / 4) as f64
}

/// The second stage modulo `n`.
pub(super) struct SecondStage<'a, 'w, const L: usize> {
    m: &'a Mont<L>,
    n: &'a BigUint,
    /// V of the giant step.
    giant: [u64; L],
    /// V of each distance without a common factor with the giant step, by half the distance.
    babies: Vec<Option<[u64; L]>>,
    pairs: Pairs,
    bound: u64,
    meter: &'a Meter<'a, 'w>,
}

impl<'a, 'w, const L: usize> SecondStage<'a, 'w, L> {
    /// For primes above 13 and up to `bound`; `first` is V_1.
    pub(super) fn new(m: &'a Mont<L>, n: &'a BigUint, first: &[u64; L], bound: u64, meter: &'a Meter<'a, 'w>) -> Self {
        let giant = giant_step(bound);
        let step = lucas(m, first, 2).0;
        // distances 1, 3, 5, …: V is the same for −1 and 1
        let (mut before, mut here) = (*first, *first);
        let babies = (0..giant / 4 + 1)
            .map(|half| {
                let value = here;
                (before, here) = (here, m.sub(&m.mul(&here, &step), &before));
                ((2 * half + 1).gcd(&giant) == 1).then_some(value)
            })
            .collect();
        Self { m, n, giant: lucas(m, first, giant).0, babies, pairs: Pairs::new(giant, bound), bound, meter }
    }

    /// A proper factor of n, on all threads.
    pub(super) fn run(&self) -> Result<Option<BigUint>, Failure> {
        let steps = Pairs::steps(self.pairs.giant, self.bound);
        let next = AtomicU64::new(0);
        let found = Mutex::new(None);
        parallel::run(self.meter.watch.threads(), &|_| {
            loop {
                let first = next.fetch_add(BLOCK, Ordering::Relaxed);
                if first >= steps {
                    return Ok(());
                }
                if let Some(factor) = self.block(first, BLOCK.min(steps - first))? {
                    next.store(steps, Ordering::Relaxed);
                    *found.lock().map_err(|_| Failure::Cancelled)? = Some(factor);
                }
            }
        })?;
        found.into_inner().map_err(|_| Failure::Cancelled)
    }

    /// So many giant steps from `first` on.
    fn block(&self, first: u64, steps: u64) -> Result<Option<BigUint>, Failure> {
        let divisor = |product: &[u64; L]| from_limbs(product).gcd(self.n);
        let mut product = self.m.one();
        let (mut here, mut after) = lucas(self.m, &self.giant, first);
        for k in first..first + steps {
            let before = product;
            let distances = self.pairs.around(k);
            for distance in &distances {
                if let Some(baby) = &self.babies[usize::from(*distance) / 2] {
                    product = self.m.mul(&product, &self.m.sub(&here, baby));
                }
            }
            if Mont::is_zero(&product) {
                return Ok(self.one_by_one(before, &here, &distances));
            }
            self.meter.spend(step_multiplications(self.pairs.giant) * price::multiplication((64 * L) as u64))?;
            (here, after) = (after, self.m.sub(&self.m.mul(&after, &self.giant), &here));
        }
        let found = divisor(&product);
        Ok((!found.is_one() && found != *self.n).then_some(found))
    }

    /// All prime factors of n came at once, or one of them in the steps before.
    fn one_by_one(&self, mut product: [u64; L], here: &[u64; L], distances: &[u16]) -> Option<BigUint> {
        let proper = |product: &[u64; L]| {
            let found = from_limbs(product).gcd(self.n);
            (!found.is_one() && found != *self.n).then_some(found)
        };
        for distance in distances {
            if let Some(found) = proper(&product) {
                return Some(found);
            }
            if let Some(baby) = &self.babies[usize::from(*distance) / 2] {
                product = self.m.mul(&product, &self.m.sub(here, baby));
            }
        }
        proper(&product)
    }
}

/// V_k and V_{k+1} from V_1.
pub(super) fn lucas<const L: usize>(m: &Mont<L>, one: &[u64; L], k: u64) -> ([u64; L], [u64; L]) {
    let two = m.add(&m.one(), &m.one());
    let (mut low, mut high) = (two, *one);
    for bit in (0..64 - k.leading_zeros()).rev() {
        let sum = m.sub(&m.mul(&low, &high), one);
        if k >> bit & 1 == 1 {
            (low, high) = (sum, m.sub(&m.square(&high), &two));
        } else {
            (low, high) = (m.sub(&m.square(&low), &two), sum);
        }
    }
    (low, high)
}
