//! Small primes and primality.

use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::rng::Rng;

/// All primes up to and including `limit`.
pub(crate) fn primes_up_to(limit: u32) -> Vec<u32> {
    let mut composite = vec![false; limit as usize + 1];
    let mut primes = Vec::new();
    for n in 2..=limit as usize {
        if composite[n] {
            continue;
        }
        primes.push(n as u32);
        for multiple in (n * n..=limit as usize).step_by(n) {
            composite[multiple] = true;
        }
    }
    primes
}

/// Whether `n` is prime: exact below 3.3·10^24 (Sorenson and Webster 2015), beyond that a composite passes with a
/// chance below 2^−40 (twenty random bases of Miller and Rabin; above 2048 bits six).
pub(crate) fn is_prime(n: &BigUint) -> bool {
    if n < &BigUint::from(2u32) {
        return false;
    }
    const FIRST: [u32; 13] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41];
    for q in FIRST {
        if (n % q).is_zero() {
            return *n == BigUint::from(q);
        }
    }
    let mut rng = Rng::seeded_by(n);
    let bases: Vec<BigUint> = if n.bits() <= 81 {
        FIRST.map(BigUint::from).to_vec()
    } else {
        std::iter::once(BigUint::from(2u32))
            .chain((0..if n.bits() <= 2048 { 20 } else { 6 }).map(|_| rng.below(n)))
            .collect()
    };
    bases.iter().all(|a| strong_probable_prime(n, a))
}

fn strong_probable_prime(n: &BigUint, base: &BigUint) -> bool {
    let n_minus_1 = n - 1u32;
    let twos = n_minus_1.trailing_zeros().unwrap_or(0);
    if (base % n).is_zero() {
        return true;
    }
    let mut x = base.modpow(&(&n_minus_1 >> twos), n);
    if x.is_one() || x == n_minus_1 {
        return true;
    }
    for _ in 1..twos {
        x = &x * &x % n;
        if x == n_minus_1 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sieve_counts_primes() {
        assert_eq!(primes_up_to(30), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert_eq!(primes_up_to(1_000_000).len(), 78_498);
    }

    #[test]
    fn primality_of_known_numbers() {
        let prime = |n: u128| is_prime(&BigUint::from(n));
        assert!(!prime(0) && !prime(1) && prime(2) && prime(41) && !prime(49));
        assert!(!prime(561) && !prime(3_215_031_751), "Carmichael; strong pseudoprime to 2, 3, 5, 7");
        assert!(prime((1 << 61) - 1) && prime((1 << 127) - 1) && !prime((1 << 67) - 1), "Mersenne");
    }
}
