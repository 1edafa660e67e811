//! Small primes, and the test of long ones.

pub(crate) use primality::is_prime;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sieve_counts_primes() {
        assert_eq!(primes_up_to(30), [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]);
        assert_eq!(primes_up_to(1_000_000).len(), 78_498);
    }
}
