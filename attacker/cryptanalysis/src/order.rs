//! A multiple of the order of a generator modulo a prime, factored as far as it pays.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;

use super::budget::{Failure, Watch};
use super::factor::{Effort, Factoring, Factorisation, sieve_price};
use super::index;
use super::modulus::{Depth, of};

/// Steps in which p − 1 is factored, in core seconds: after each it is seen whether g still needs the rest.
const STEPS: [f64; 3] = [0.1, 1.0, 8.0];

/// A factored multiple of the order of g modulo the prime p: p − 1, without what g does not need. Composites that nobody
/// factored are coprime to each other and to the primes.
///
/// Where index calculus will follow, p − 1 is factored to the end: the quadratic sieve takes an eighth of its time at most.
pub(crate) fn multiple(p: &BigUint, g: &BigUint, depth: Depth, watch: &Watch<'_>) -> Result<Factorisation, Failure> {
    let n = p - 1u32;
    let mut factoring = of(&n, &watch.budget.factors)?;
    let mut spent = 0.0;
    for step in STEPS {
        let found = needed(&factoring, p, g);
        let left: u64 = found.unknown.iter().map(BigUint::bits).max().unwrap_or(0);
        if left == 0 {
            return Ok(found);
        }
        let whole = sieve_price(left).filter(|_| p.bits() <= index::MAX_BITS || left <= 256).map(|price| 2.0 * price);
        let seconds = match depth {
            Depth::Quick if spent > 0.5 || p.bits() <= index::MAX_BITS => break,
            Depth::Quick => step,
            Depth::Full => whole.unwrap_or(step),
        };
        if seconds > watch.budget.core_seconds {
            break;
        }
        factoring.go_on(Effort::seconds(seconds), watch)?;
        spent += seconds;
    }
    Ok(needed(&factoring, p, g))
}

/// What is factored so far, without the composites that the order of g has no part of.
fn needed(factoring: &Factoring, p: &BigUint, g: &BigUint) -> Factorisation {
    let primes = factoring.factorisation().primes;
    let mut unknown: Vec<BigUint> = Vec::new();
    for part in factoring.resisted() {
        let mut power = part.n.pow(part.exponent);
        unknown.retain(|other| {
            let coprime = other.gcd(&power).is_one();
            if !coprime {
                power *= other;
            }
            coprime
        });
        unknown.push(power);
    }
    let n = p - 1u32;
    unknown.retain(|c| !g.modpow(&(&n / c), p).is_one());
    Factorisation { primes, unknown }
}
