//! Factors of a composite modulus from the order of g (Wong, "How to Backdoor Diffie–Hellman", ePrint 2016/644): a g
//! whose order modulo one prime factor is short gives that factor away.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;

use super::budget::{Failure, Phase, Watch};
use super::mont::{Mont, from_limbs, with_mont};
use super::parallel;
use super::prime::primes_up_to;

/// What the order may contain besides one larger prime.
const SMOOTH: u32 = 1 << 12;
/// The larger prime of the order is below this: some ten million multiplications.
const LARGEST: u64 = 1 << 30;
/// Giant steps are multiples of 2·3·5·7·11·13: the primes lie beside them at distances without these factors.
const GIANT: u64 = 30_030;
/// Giant steps between two looks at the greatest common divisor.
const BLOCK: u64 = 32;

/// A proper factor of the odd n modulo which the order of g has no prime factor above 2^12 but one below 2^30; with p − 1
/// steps to the base g, and all numbers u + 1/u for powers u of g in the second stage (Montgomery 1987).
pub(crate) fn split(n: &BigUint, g: &BigUint, watch: &Watch<'_>) -> Result<Option<BigUint>, Failure> {
    let smooth: BigUint = primes_up_to(SMOOTH)
        .into_iter()
        .map(|q| BigUint::from(q).pow((12.0 / f64::from(q).log2()).max(1.0) as u32))
        .product();
    let h = g.modpow(&smooth, n);
    let found = (&h + n - 1u32).gcd(n);
    if found == *n {
        return Ok(None);
    }
    if !found.is_one() {
        return Ok(Some(found));
    }
    let Some(inverse) = h.modinv(n) else { return Ok(None) };
    with_mont!(n, 2 4 8 16 32, |m| Search::new(&m, n, &m.enter(&(h + inverse)), watch).run(), Ok(None))
}

/// The second stage.
struct Search<'a, 'w, const L: usize> {
    m: &'a Mont<L>,
    n: &'a BigUint,
    /// u + 1/u of the giant step.
    giant: [u64; L],
    /// The same of each distance without a common factor with the giant step, by half the distance.
    babies: Vec<Option<[u64; L]>>,
    primes: Vec<u32>,
    watch: &'a Watch<'w>,
}

impl<'a, 'w, const L: usize> Search<'a, 'w, L> {
    /// `first` is h + 1/h.
    fn new(m: &'a Mont<L>, n: &'a BigUint, first: &[u64; L], watch: &'a Watch<'w>) -> Self {
        let step = lucas(m, first, 2).0;
        // distances 1, 3, 5, …: u + 1/u is the same for −1 and 1
        let (mut before, mut here) = (*first, *first);
        let babies = (0..GIANT / 4 + 1)
            .map(|half| {
                let value = here;
                (before, here) = (here, m.sub(&m.mul(&here, &step), &before));
                ((2 * half + 1).gcd(&GIANT) == 1).then_some(value)
            })
            .collect();
        let primes = primes_up_to((LARGEST + GIANT).isqrt() as u32);
        Self { m, n, giant: lucas(m, first, GIANT).0, babies, primes, watch }
    }

    fn run(&self) -> Result<Option<BigUint>, Failure> {
        let blocks = LARGEST.div_ceil(GIANT * BLOCK);
        let next = AtomicU64::new(0);
        let found = Mutex::new(None);
        parallel::run(self.watch.threads(), &|_| {
            loop {
                let block = next.fetch_add(1, Ordering::Relaxed);
                if block >= blocks {
                    return Ok(());
                }
                self.watch.spend(BLOCK * GIANT / 16)?;
                self.watch.report(Phase::Factor, block, blocks);
                if let Some(factor) = self.block(block * BLOCK) {
                    next.store(blocks, Ordering::Relaxed);
                    *found.lock().map_err(|_| Failure::Cancelled)? = Some(factor);
                }
            }
        })?;
        found.into_inner().map_err(|_| Failure::Cancelled)
    }

    /// The giant steps from `first` on.
    fn block(&self, first: u64) -> Option<BigUint> {
        let mut product = self.m.one();
        let (mut here, mut after) = lucas(self.m, &self.giant, first);
        for k in 0..BLOCK {
            let before = product;
            for distance in self.distances((first + k) * GIANT) {
                if let Some(baby) = &self.babies[distance / 2] {
                    product = self.m.mul(&product, &self.m.sub(&here, baby));
                }
            }
            let divisor = |product: &[u64; L]| from_limbs(product).gcd(self.n);
            if Mont::is_zero(&product) {
                // several factors at once: the steps before had none or one of them
                let found = divisor(&before);
                return (!found.is_one()).then_some(found);
            }
            if k + 1 == BLOCK {
                let found = divisor(&product);
                return (!found.is_one() && found != *self.n).then_some(found);
            }
            (here, after) = (after, self.m.sub(&self.m.mul(&after, &self.giant), &here));
        }
        None
    }

    /// The distances at which there is a prime on either side.
    fn distances(&self, center: u64) -> Vec<usize> {
        let half = (GIANT / 2) as usize;
        let mut prime = vec![true; 2 * half + 1];
        let start = center.saturating_sub(half as u64);
        for q in self.primes.iter().map(|q| u64::from(*q)) {
            if q * q > center + half as u64 {
                break;
            }
            let multiple = start.next_multiple_of(q).max(q * q);
            let first = (multiple - start) as usize;
            if first < prime.len() {
                prime[first..].iter_mut().step_by(q as usize).for_each(|p| *p = false);
            }
        }
        let center = (center - start) as usize;
        let is = |at: Option<usize>| at.and_then(|at| prime.get(at)).copied().unwrap_or(false);
        (1..=half).step_by(2).filter(|d| is(center.checked_sub(*d)) || is(Some(center + d))).collect()
    }
}

/// u^k + u^−k and the same of k + 1 from u + 1/u.
fn lucas<const L: usize>(m: &Mont<L>, one: &[u64; L], k: u64) -> ([u64; L], [u64; L]) {
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

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;

    #[test]
    fn a_short_order_gives_a_factor_away() {
        let order = BigUint::from(1_000_003u32);
        let p = (1u64..)
            .map(|k| (BigUint::from(k) << 80u32) * &order * 2u32 + 1u32)
            .find(super::super::prime::is_prime)
            .unwrap();
        let q = (BigUint::one() << 127u32) - 1u32;
        let n = &p * &q;
        // an element of that order modulo p, of a large order modulo q
        let short = BigUint::from(3u32).modpow(&((&p - 1u32) / &order), &p);
        let g = (&short * &q * q.modinv(&p).unwrap() + BigUint::from(3u32) * &p * p.modinv(&q).unwrap()) % &n;
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        assert_eq!(split(&n, &g, &watch).unwrap(), Some(p));
    }
}
