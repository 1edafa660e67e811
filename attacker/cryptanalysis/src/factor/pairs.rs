//! The primes of a second stage as pairs around multiples of a giant step.

use crate::prime::primes_up_to;

/// The primes up to a bound, met as k·giant ± distance.
pub(super) struct Pairs {
    /// The giant step, a product of the first primes.
    pub(super) giant: u64,
    sieve: Vec<u32>,
}

impl Pairs {
    /// For primes up to `bound`.
    pub(super) fn new(giant: u64, bound: u64) -> Self {
        Self { giant, sieve: primes_up_to((bound + giant).isqrt() as u32) }
    }

    /// The distances up to half a giant step that have no common factor with it, ascending: what the baby steps are for.
    pub(super) fn distances(giant: u64) -> Vec<u64> {
        (1..=giant / 2).step_by(2).filter(|d| num_integer::gcd(*d, giant) == 1).collect()
    }

    /// How many multiples of the giant step, zero included, reach all primes up to a bound.
    pub(super) fn steps(giant: u64, bound: u64) -> u64 {
        (bound + giant / 2) / giant + 1
    }

    /// The distances at which there is a prime on either side of k giant steps, ascending.
    pub(super) fn around(&self, k: u64) -> Vec<u16> {
        let (center, half) = (k * self.giant, (self.giant / 2) as usize);
        let start = center.saturating_sub(half as u64);
        let mut prime = vec![true; 2 * half + 1];
        for q in self.sieve.iter().map(|q| u64::from(*q)) {
            if q * q > center + half as u64 {
                break;
            }
            let first = (start.next_multiple_of(q).max(q * q) - start) as usize;
            if first < prime.len() {
                prime[first..].iter_mut().step_by(q as usize).for_each(|p| *p = false);
            }
        }
        let center = (center - start) as usize;
        let is = |at: Option<usize>| at.and_then(|at| prime.get(at)).copied().unwrap_or(false);
        (1..=half).step_by(2).filter(|d| is(center.checked_sub(*d)) || is(Some(center + d))).map(|d| d as u16).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_prime_beyond_the_giant_step_has_its_pair() {
        for giant in [210, 2310, 30_030] {
            let pairs = Pairs::new(giant, 200_000);
            let babies = Pairs::distances(giant);
            let steps: Vec<Vec<u16>> = (0..Pairs::steps(giant, 200_000)).map(|k| pairs.around(k)).collect();
            for q in primes_up_to(200_000).into_iter().map(u64::from).filter(|q| *q > 13) {
                let k = (q + giant / 2) / giant;
                let distance = q.abs_diff(k * giant);
                assert!(babies.binary_search(&distance).is_ok(), "{q} = {k} · {giant} ± {distance}");
                assert!(steps[k as usize].contains(&(distance as u16)), "{q}");
            }
        }
    }
}
