//! What several programs for developers measure with.

use num_bigint::BigUint;

/// Processor time of this process so far.
pub(crate) fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}

/// The same primes each time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// An odd number of so many bits.
    pub(crate) fn bits(&mut self, bits: u64) -> BigUint {
        let mut next = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 32) as u32
        };
        let mut n =
            BigUint::new((0..bits.div_ceil(32)).map(|_| next()).collect()) >> (bits.next_multiple_of(32) - bits);
        n.set_bit(bits - 1, true);
        n.set_bit(0, true);
        n
    }

    pub(crate) fn prime(&mut self, bits: u64) -> BigUint {
        loop {
            let n = self.bits(bits);
            if is_prime(&n) {
                return n;
            }
        }
    }
}

pub(crate) fn is_prime(n: &BigUint) -> bool {
    let small = [3u32, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41];
    let one = BigUint::from(1u32);
    small.iter().all(|q| n % q != BigUint::ZERO)
        && [2u32, 3, 5].iter().all(|a| BigUint::from(*a).modpow(&(n - 1u32), n) == one)
}
