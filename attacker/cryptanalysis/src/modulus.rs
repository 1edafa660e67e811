//! A modulus taken apart as far as a generator needs it.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

use super::budget::{Failure, Watch};
use super::factor::{Effort, Factoring, Factorisation, Resisted, sieve_price};
use super::mont::with_mont;
use super::padic::Padic;
use super::pohlig::{Choice, Cyclic, Group};
use super::price::Price;
use super::prime::primes_up_to;
use super::short_order::short_order;
use super::{hidden, index};

/// How far the work for a group goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What takes a second at most.
    Quick,
    /// What the budget allows.
    Full,
}

/// p = unit part · rest, where g is a unit modulo the first and all primes of the second divide g.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tail {
    pub(crate) unit: BigUint,
    pub(crate) rest: BigUint,
    /// From g^length on all powers of g are divisible by the rest.
    pub(crate) length: u64,
}

impl Tail {
    pub(crate) fn new(p: &BigUint, g: &BigUint) -> Self {
        let mut unit = p.clone();
        loop {
            let common = unit.gcd(g);
            if common.is_one() {
                break;
            }
            unit /= common;
        }
        let rest = p / &unit;
        let (mut power, mut length) = (BigUint::one() % &rest, 0);
        while !power.is_zero() {
            power = power * g % &rest;
            length += 1;
        }
        Self { unit, rest, length }
    }
}

/// The groups that g generates modulo coprime factors of a modulus.
#[derive(Default)]
pub(crate) struct Parts {
    pub(crate) groups: Vec<Box<dyn Cyclic>>,
    /// Composite factors, with exponents, about which nothing is known.
    pub(crate) unknown: Vec<(BigUint, u32)>,
}

/// How the group modulo a prime is prepared.
pub(crate) type Prepare<'a> = dyn Fn(&BigUint) -> Result<Box<dyn Cyclic>, Failure> + 'a;

impl Parts {
    /// For a unit g modulo n.
    pub(crate) fn new(
        n: &BigUint,
        g: &BigUint,
        depth: Depth,
        prime: &Prepare<'_>,
        watch: &Watch<'_>,
    ) -> Result<Self, Failure> {
        let mut out = Self::default();
        let twos = n.trailing_zeros().unwrap_or(0);
        if twos > 1 {
            let two = BigUint::from(2u32);
            // two has no proper factor
            if let Ok(padic) = Padic::new(&two, twos as u32, g, &BigUint::one()) {
                out.groups.push(Box::new(padic));
            }
        }
        let odd = n >> twos;
        if odd.is_one() {
            return Ok(out);
        }
        if odd.bits() > index::MAX_BITS
            && let Some(order) = short_order(&odd, g, watch)?
        {
            out.groups.push(of_order(&odd, g, order, watch)?);
            return Ok(out);
        }
        let mut factors: Vec<BigUint> = watch.budget.factors.clone();
        // until nothing that is found on the way splits a factor further
        loop {
            let mut factoring = of(&odd, &factors)?;
            factoring.go_on(effort(&odd, depth, watch), watch)?;
            match Self::of_factors(&factoring, g, depth, prime, watch)? {
                Ok(parts) => {
                    out.groups.extend(parts.groups);
                    out.unknown = parts.unknown;
                    return Ok(out);
                }
                Err(factor) => {
                    factors.extend(factoring.factorisation().primes.into_iter().map(|(q, _)| q));
                    factors.push(factor);
                }
            }
        }
    }

    /// The inner error is a factor of a composite.
    fn of_factors(
        factoring: &Factoring,
        g: &BigUint,
        depth: Depth,
        prime: &Prepare<'_>,
        watch: &Watch<'_>,
    ) -> Result<Result<Self, BigUint>, Failure> {
        let mut out = Self::default();
        // composites first: they may give a factor away
        for Resisted { n: c, exponent, .. } in factoring.resisted() {
            if let Some(group) = smooth_group(c, g, watch)? {
                if *exponent > 1 {
                    match Padic::new(c, *exponent, g, group.order()) {
                        Ok(padic) => out.groups.push(Box::new(padic)),
                        Err(factor) => return Ok(Err(factor)),
                    }
                }
                out.groups.push(group);
                continue;
            }
            if let Some(factor) = if depth == Depth::Full { hidden::split(c, &(g % c), watch)? } else { None } {
                return Ok(Err(factor));
            }
            out.unknown.push((c.clone(), *exponent));
        }
        for (q, e) in factoring.factorisation().primes {
            if e > 1 {
                match Padic::new(&q, e, g, &(&q - 1u32)) {
                    Ok(padic) => out.groups.push(Box::new(padic)),
                    Err(factor) => return Ok(Err(factor)),
                }
            }
            out.groups.push(prime(&q)?);
        }
        Ok(Ok(out))
    }
}

/// A number to be factored, less those of some numbers that divide it.
pub(crate) fn of(n: &BigUint, factors: &[BigUint]) -> Result<Factoring, Failure> {
    let (mut rest, mut dividing) = (n.clone(), Vec::new());
    for factor in factors {
        let common = factor.gcd(&rest);
        if !common.is_one() && common != *n {
            rest /= &common;
            dividing.push(common);
        }
    }
    Factoring::with_known(n, &dividing)
}

/// What factoring a modulus is worth: all of it where the quadratic sieve is paid for, otherwise some seconds of what finds
/// small factors.
fn effort(n: &BigUint, depth: Depth, watch: &Watch<'_>) -> Effort {
    let allowed = watch.budget.core_seconds;
    match depth {
        Depth::Quick => Effort::seconds(1.0f64.min(allowed)),
        Depth::Full => match sieve_price(n.bits()).map(|seconds| 2.0 * seconds) {
            Some(seconds) if seconds <= allowed => Effort::seconds(seconds.max(10.0)),
            _ => Effort::seconds(10.0f64.min(allowed)),
        },
    }
}

/// The group modulo n whose order is known and short.
fn of_order(n: &BigUint, g: &BigUint, order: u64, watch: &Watch<'_>) -> Result<Box<dyn Cyclic>, Failure> {
    let multiple = of(&order.into(), &[])?.factorisation();
    group(n, g, &multiple, &|_, _| Ok(Choice::Rho), watch)
}

/// Without the factors of the odd c: the group of g all the same, where its order is short or has no large prime factors.
fn smooth_group(c: &BigUint, g: &BigUint, watch: &Watch<'_>) -> Result<Option<Box<dyn Cyclic>>, Failure> {
    const BOUND: u32 = 1 << 16;
    let g = g % c;
    if let Some(order) = short_order(c, &g, watch)? {
        return of_order(c, &g, order, watch).map(Some);
    }
    let primes: Vec<(BigUint, u32)> =
        primes_up_to(BOUND).into_iter().map(|q| (BigUint::from(q), BOUND.ilog(q).max(2))).collect();
    let multiple = Factorisation { primes, unknown: Vec::new() };
    let exponent = multiple.product();
    watch.spend(exponent.bits())?;
    if !g.modpow(&exponent, c).is_one() {
        return Ok(None);
    }
    group(c, &g, &multiple, &|_, _| Ok(Choice::Rho), watch).map(Some)
}

/// The group ⟨g⟩ modulo the odd n.
pub(crate) fn group(
    n: &BigUint,
    g: &BigUint,
    multiple: &Factorisation,
    choose: &super::pohlig::Chooser<'_>,
    watch: &Watch<'_>,
) -> Result<Box<dyn Cyclic>, Failure> {
    with_mont!(
        n,
        |m| Ok(Box::new(Group::new(m, g, multiple, choose, &Price::of_prime(n.bits()), watch)?)),
        Err(Failure::BadInput { field: "p", expected: "a modulus of at most 8192 bits", got: n.to_string() })
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_are_as_long_as_counting_says() {
        for p in 1u32..200 {
            for g in 0..p {
                let tail = Tail::new(&p.into(), &g.into());
                assert_eq!(&tail.unit * &tail.rest, p.into());
                assert!(tail.unit.gcd(&g.into()).is_one());
                // the first power that comes again is the first of the cycle
                let powers: Vec<u32> = std::iter::successors(Some(1 % p), |x| Some(x * g % p)).take(400).collect();
                let again = |k: &usize| powers[k + 1..].contains(&powers[*k]);
                assert_eq!((0..200).find(again), Some(tail.length as usize), "{g} modulo {p}");
            }
        }
    }
}
