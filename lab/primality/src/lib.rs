//! Primality, for those who check a group and for those who break one.

use num_bigint::BigUint;
use num_traits::{One, ToPrimitive, Zero};
use sha2::{Digest, Sha256};

/// The primes below 43: as bases they decide up to 81 bits.
const FIRST: [u32; 13] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41];

/// Whether `n` is prime: exact up to 81 bits (Sorenson and Webster 2015, below 3.3·10^24). Beyond that the test of Baillie,
/// Pomerance, Selfridge and Wagstaff (1980), strong to base two and Lucas, to which no counterexample is known; and some
/// rounds of Miller and Rabin, each of which a composite passes for at most a quarter of all bases. Their bases follow from
/// n by a hash: an answer does not change, and whoever makes n cannot aim at them, as one can where they are the same for
/// all n (Albrecht, Massimo, Paterson and Somorovsky, "Prime and Prejudice", 2018). Above 10,240 bits there is no Lucas
/// test, and more rounds.
pub fn is_prime(n: &BigUint) -> bool {
    if n < &BigUint::from(2u32) {
        return false;
    }
    if let Some(q) = FIRST.into_iter().find(|q| (n % q).is_zero()) {
        return *n == BigUint::from(q);
    }
    if n.bits() <= 81 {
        return FIRST.iter().all(|a| strong_probable_prime(n, &BigUint::from(*a)));
    }
    let (lucas, rounds) = match n.bits() {
        0..=2048 => (true, 4),
        2049..=10_240 => (true, 2),
        _ => (false, 8),
    };
    strong_probable_prime(n, &BigUint::from(2u32))
        && (!lucas || lucas_probable_prime(n))
        && (0..rounds).all(|round| strong_probable_prime(n, &base(n, round)))
}

/// A base for a round of Miller and Rabin, of at most 256 bits.
fn base(n: &BigUint, round: u32) -> BigUint {
    let hash = Sha256::new().chain_update(b"base").chain_update(round.to_be_bytes()).chain_update(n.to_bytes_be());
    BigUint::from_bytes_be(&hash.finalize()) % (n - 3u8) + 2u8
}

/// The strong Lucas test with Q = 1 and the least P for which P² − 4 is no square modulo n, by V alone (Grantham 2001,
/// "Frobenius pseudoprimes"; PARI/GP's form), for an n without prime factors below 43.
fn lucas_probable_prime(n: &BigUint) -> bool {
    /// Only a square, or a number nobody has met, has no such P below this.
    const MOST: u64 = 1000;
    let parameter = (3..MOST).find(|p| {
        // a square has none, and most others have one at once
        (*p == 20 && n.sqrt().pow(2) == *n) || jacobi(p * p - 4, n) == -1
    });
    parameter.filter(|p| jacobi(p * p - 4, n) == -1).is_some_and(|p| lucas_passes(n, &BigUint::from(p)))
}

/// Whether V_d = ±2 or V_(d·2^r) = 0 modulo n, for n + 1 = d·2^s and some r < s − 1.
fn lucas_passes(n: &BigUint, first: &BigUint) -> bool {
    let order = n + 1u32;
    let twos = order.trailing_zeros().unwrap_or(0);
    let d = &order >> twos;
    let two = BigUint::from(2u32);
    let doubled = |v: &BigUint| (v * v + n - &two) % n;
    let (mut low, mut high) = (two.clone(), first.clone());
    for bit in (0..d.bits()).rev() {
        let sum = (&low * &high + n - first) % n;
        if d.bit(bit) {
            (low, high) = (sum, doubled(&high));
        } else {
            (low, high) = (doubled(&low), sum);
        }
    }
    if low == two || low == n - &two {
        return true;
    }
    for _ in 1..twos {
        if low.is_zero() {
            return true;
        }
        low = doubled(&low);
    }
    false
}

/// The Jacobi symbol (a / n) for an odd n.
fn jacobi(a: u64, n: &BigUint) -> i32 {
    /// (a / n) of an odd n in words.
    fn words(mut a: u64, mut n: u64) -> i32 {
        let mut sign = 1;
        a %= n;
        while a != 0 {
            let twos = a.trailing_zeros();
            a >>= twos;
            if twos % 2 == 1 && matches!(n % 8, 3 | 5) {
                sign = -sign;
            }
            if a % 4 == 3 && n % 4 == 3 {
                sign = -sign;
            }
            (a, n) = (n % a, a);
        }
        if n == 1 { sign } else { 0 }
    }
    if a == 0 {
        return i32::from(n.is_one());
    }
    let low = n.iter_u64_digits().next().unwrap_or(0);
    let twos = a.trailing_zeros();
    let odd = a >> twos;
    let mut sign = if twos % 2 == 1 && matches!(low % 8, 3 | 5) { -1 } else { 1 };
    if odd % 4 == 3 && low % 4 == 3 {
        sign = -sign;
    }
    sign * words((n % odd).to_u64().unwrap_or(0), odd)
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

    /// The primes up to and including `limit`, by a sieve.
    fn primes_up_to(limit: usize) -> Vec<u32> {
        let mut composite = vec![false; limit + 1];
        for n in 2..=limit {
            (n * n..=limit).step_by(n).for_each(|multiple| composite[multiple] = true);
        }
        (2..=limit).filter(|n| !composite[*n]).map(|n| n as u32).collect()
    }

    #[test]
    fn primality_of_known_numbers() {
        let prime = |n: u128| is_prime(&BigUint::from(n));
        assert!(!prime(0) && !prime(1) && prime(2) && prime(41) && !prime(49));
        assert!(!prime(561) && !prime(3_215_031_751), "Carmichael; strong pseudoprime to 2, 3, 5, 7");
        assert!(prime((1 << 61) - 1) && prime((1 << 127) - 1) && !prime((1 << 67) - 1), "Mersenne");
    }

    #[test]
    fn both_tests_agree_with_the_sieve() {
        let primes = primes_up_to(200_000);
        for n in (1_849..200_000u32).step_by(2).filter(|n| (3..43).step_by(2).all(|q| n % q != 0)) {
            let prime = primes.binary_search(&n).is_ok();
            let n = BigUint::from(n);
            assert_eq!(is_prime(&n), prime, "{n}");
            // a Lucas pseudoprime is no prime, but it never passes both
            assert!(lucas_probable_prime(&n) || !prime, "{n}");
            assert_eq!(lucas_probable_prime(&n) && strong_probable_prime(&n, &BigUint::from(2u32)), prime, "{n}");
        }
    }

    #[test]
    fn jacobi_symbols_by_euler() {
        for n in primes_up_to(200).into_iter().skip(1) {
            for a in 0..2 * u64::from(n) {
                let power = BigUint::from(a).modpow(&BigUint::from((n - 1) / 2), &BigUint::from(n));
                let expected = if power.is_one() { 1 } else { -i32::from(!power.is_zero()) };
                assert_eq!(jacobi(a, &BigUint::from(n)), expected, "({a} / {n})");
            }
        }
        assert_eq!(jacobi(5, &BigUint::from(21u32)), 1, "a composite below");
        assert_eq!(jacobi(2, &BigUint::from(15u32)), 1);
    }

    #[test]
    fn long_primes_and_composites() {
        let mersenne = |k: u32| (BigUint::one() << k) - 1u32;
        for k in [89, 107, 127, 521, 607, 1279, 2203, 9689] {
            assert!(is_prime(&mersenne(k)) && lucas_probable_prime(&mersenne(k)), "2^{k} − 1");
        }
        assert!(!is_prime(&mersenne(521).pow(2)), "a square has no Lucas parameter");
        assert!(!lucas_probable_prime(&mersenne(521).pow(2)));
        assert!(!is_prime(&(mersenne(521) * mersenne(607))));
        // Arnault 1995: a Carmichael number of three primes, strong to all prime bases below 307
        let p: BigUint = "29674495668685510550154174642905332730771991799853043350995075531276838753171770199594238596428121188033664754218345562493168782883".parse().unwrap();
        let n = &p * (313u32 * (&p - 1u32) + 1u32) * (353u32 * (&p - 1u32) + 1u32);
        assert!(strong_probable_prime(&n, &BigUint::from(2u32)) && strong_probable_prime(&n, &BigUint::from(293u32)));
        assert!(!lucas_probable_prime(&n) && !is_prime(&n));
    }
}
