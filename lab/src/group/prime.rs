//! Primes of a word, and what they divide: of them weak groups are made.

use num_bigint::BigUint;
use num_traits::Zero;

const SMALL_PRIMES: [u32; 53] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167, 173, 179, 181, 191, 193, 197, 199, 211, 223, 227, 229, 233, 239,
    241, 251,
];

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

/// An odd prime below 2^8 divides n properly.
pub(super) fn divisible(n: &BigUint) -> bool {
    SMALL_PRIMES.into_iter().any(|prime| (n % prime).is_zero() && *n != BigUint::from(prime))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primality_of_words_agrees_with_the_sieve() {
        let mut composite = vec![false; 4096];
        for n in 2..composite.len() {
            if !composite[n] {
                (n * n..composite.len()).step_by(n).for_each(|multiple| composite[multiple] = true);
            }
            assert!(n % 2 == 0 || is_word_prime(n as u32) != composite[n], "{n}");
        }
        assert!(!is_word_prime(2047) && !is_word_prime(3_215_031_751) && is_word_prime(u32::MAX - 4));
    }
}
