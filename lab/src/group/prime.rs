//! Primality of what is made here, and of what a stranger sends.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};
use sha2::{Digest, Sha256};

const SMALL_PRIMES: [u32; 53] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239,
    241, 251,
];

/// Rounds of Miller and Rabin: each lets a composite number pass for at most a quarter of all bases.
const ROUNDS: u32 = 32;

/// Miller–Rabin to the base 2 and to bases that follow from n by a hash: proves compositeness. That a composite number
/// passes has a chance of 2^−62, and whoever looks for one cannot aim at the bases, as one can where they are the same for
/// all n (Albrecht, Massimo, Paterson and Somorovsky, "Prime and Prejudice", 2018).
pub fn is_prime(n: &BigUint) -> bool {
    let two = BigUint::from(2u8);
    if *n < two || n.is_even() {
        return *n == two;
    }
    if let Some(small) = small_factor(n) {
        return *n == BigUint::from(small);
    }
    let minus_one = n - 1u8;
    let twos = minus_one.trailing_zeros().unwrap_or(0);
    let odd = &minus_one >> twos;
    let octets = n.to_bytes_be();
    let hashed = |round: u32| {
        let hash =
            Sha256::new().chain_update(b"base").chain_update(round.to_be_bytes()).chain_update(&octets).finalize();
        BigUint::from_bytes_be(&hash) % (n - 3u8) + 2u8
    };
    std::iter::once(two.clone()).chain((1..ROUNDS).map(hashed)).all(|base| {
        let mut power = base.modpow(&odd, n);
        if power.is_one() || power == minus_one {
            return true;
        }
        (1..twos).any(|_| {
            power = &power * &power % n;
            power == minus_one
        })
    })
}

/// The odd primes below 2^12.
pub(super) fn small_primes() -> impl Iterator<Item = u64> {
    (3..1u32 << 12).step_by(2).filter(|n| is_word_prime(*n)).map(u64::from)
}

/// Miller–Rabin to the bases 2, 7 and 61, which decides for all odd n below 2^32 (Jaeschke, "On strong pseudoprimes to
/// several bases", 1993).
pub(super) fn is_word_prime(n: u32) -> bool {
    let n = u64::from(n);
    if n < 4 {
        return n > 1;
    }
    let twos = (n - 1).trailing_zeros();
    [2u64, 7, 61].into_iter().filter(|base| base % n != 0).all(|base| {
        let mut power = word_power(base, (n - 1) >> twos, n);
        if power == 1 {
            return true;
        }
        (0..twos).any(|_| {
            let minus_one = power == n - 1;
            power = power * power % n;
            minus_one
        })
    })
}

/// base^exponent mod n, for n below 2^32.
fn word_power(base: u64, mut exponent: u64, n: u64) -> u64 {
    let (mut power, mut square) = (1, base % n);
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = power * square % n;
        }
        square = square * square % n;
        exponent >>= 1;
    }
    power
}

/// An odd prime below 2^8 that divides n.
fn small_factor(n: &BigUint) -> Option<u32> {
    SMALL_PRIMES.into_iter().find(|prime| (n % prime).is_zero())
}

/// A small prime divides n properly.
pub(super) fn divisible(n: &BigUint) -> bool {
    small_factor(n).is_some_and(|prime| *n != BigUint::from(prime))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primality_agrees_with_the_sieve() {
        let mut composite = vec![false; 4096];
        for n in 2..composite.len() {
            if !composite[n] {
                (n * n..composite.len()).step_by(n).for_each(|multiple| composite[multiple] = true);
            }
            assert_eq!(is_prime(&BigUint::from(n)), !composite[n], "{n}");
            assert!(n % 2 == 0 || is_word_prime(n as u32) != composite[n], "{n}");
        }
        assert!(!is_prime(&BigUint::from(561u32)) && !is_prime(&BigUint::from(3_215_031_751u64)), "pseudoprimes");
        assert!(!is_word_prime(2047) && !is_word_prime(3_215_031_751) && is_word_prime(u32::MAX - 4));
    }
}
