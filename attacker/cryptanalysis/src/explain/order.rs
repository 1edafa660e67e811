//! The order of a generator, by the cheapest way that shows it.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

use crate::budget::{Failure, Watch};
use crate::factor::Factorisation;
use crate::prime::is_prime;
use crate::short_order::short_order;

/// A prime order of at most so many bits is searched by walks at once.
const WALKABLE_BITS: u64 = 80;

/// What is known of the order of g.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Nothing.
    Unknown,
    /// The order, factored.
    Exact(Factorisation),
    /// A multiple of it, with composites that nobody factored and that g does not avoid.
    Multiple(Factorisation),
}

impl Order {
    /// What can be told without factoring anything: an order that is given and is a prime, and a short one.
    pub(super) fn at_once(p: &BigUint, g: &BigUint, q: Option<&BigUint>, watch: &Watch<'_>) -> Result<Self, Failure> {
        if g.is_zero() || !g.gcd(p).is_one() {
            return Ok(Self::Unknown);
        }
        if let Some(q) = q.filter(|q| !g.is_one() && g.modpow(q, p).is_one() && is_prime(q)) {
            return Ok(Self::Exact(Factorisation { primes: vec![(q.clone(), 1)], unknown: Vec::new() }));
        }
        Ok(short_order(p, g, watch)?.map_or(Self::Unknown, |order| Self::Exact(factored(order))))
    }

    /// From a factored multiple of the order.
    pub(super) fn from_multiple(p: &BigUint, g: &BigUint, multiple: &Factorisation) -> Self {
        if g.is_zero() {
            return Self::Unknown;
        }
        let mut order = multiple.product();
        let mut out = Factorisation::default();
        for c in &multiple.unknown {
            let without = &order / c;
            if g.modpow(&without, p).is_one() {
                order = without;
            } else {
                out.unknown.push(c.clone());
            }
        }
        for (l, e) in &multiple.primes {
            let mut left = *e;
            while left > 0 && g.modpow(&(&order / l), p).is_one() {
                order /= l;
                left -= 1;
            }
            if left > 0 {
                out.primes.push((l.clone(), left));
            }
        }
        if out.unknown.is_empty() { Self::Exact(out) } else { Self::Multiple(out) }
    }

    /// The order where it is known.
    pub(super) fn exact(&self) -> Option<&Factorisation> {
        match self {
            Self::Exact(order) => Some(order),
            Self::Unknown | Self::Multiple(_) => None,
        }
    }

    /// Bits of its largest prime factor, where that is known.
    pub(super) fn largest(&self) -> Option<u64> {
        self.exact().map(|order| order.primes.iter().map(|(l, _)| l.bits()).max().unwrap_or(0))
    }

    /// Walks alone find a logarithm.
    pub(super) fn is_walkable(&self) -> bool {
        self.largest().is_some_and(|bits| bits <= WALKABLE_BITS)
    }
}

/// A number of less than 32 bits, factored.
fn factored(mut rest: u64) -> Factorisation {
    let mut out = Factorisation::default();
    let mut l = 2;
    while l * l <= rest {
        if rest.is_multiple_of(l) {
            out.add(BigUint::from(l));
            rest /= l;
        } else {
            l += 1;
        }
    }
    if rest > 1 {
        out.add(BigUint::from(rest));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::super::budget::Budget;
    use super::*;

    fn n(n: u64) -> BigUint {
        BigUint::from(n)
    }

    fn at_once(p: u64, g: u64, q: Option<u64>) -> Order {
        let budget = Budget::default();
        let mut nobody = ();
        Order::at_once(&n(p), &n(g), q.map(n).as_ref(), &Watch::new(&budget, &mut nobody)).unwrap()
    }

    #[test]
    fn orders_are_those_of_counting() {
        for p in [23u64, 101, 8191, 7919] {
            let multiple = factored(p - 1);
            for g in [1, 2, 3, 5, p - 1] {
                let (mut power, mut order) = (g % p, 1);
                while power != 1 {
                    power = power * g % p;
                    order += 1;
                }
                let told = at_once(p, g, None);
                assert_eq!(told.exact().map(Factorisation::product), Some(n(order)), "{g} modulo {p}");
                assert_eq!(Order::from_multiple(&n(p), &n(g), &multiple), told, "{g} modulo {p}");
            }
        }
    }

    #[test]
    fn a_part_that_nobody_factored_counts_only_where_g_does_not_avoid_it() {
        let p = n(2 * 3 * 1009 * 2027 + 1);
        assert!(is_prime(&p), "{p}");
        let multiple = Factorisation { primes: vec![(n(2), 1), (n(3), 1)], unknown: vec![n(1009 * 2027)] };
        let g = n(2).modpow(&n(1009 * 2027), &p);
        assert!(matches!(Order::from_multiple(&p, &g, &multiple), Order::Exact(_)));
        let full = (2u64..).map(n).find(|g| !g.modpow(&n(6), &p).is_one()).unwrap();
        assert!(matches!(Order::from_multiple(&p, &full, &multiple), Order::Multiple(_)));
    }

    #[test]
    fn an_order_that_is_given_is_looked_at() {
        let told = |q: u64| at_once(1_000_000_007, 25, Some(q));
        assert_eq!(told(500_000_003).exact().map(Factorisation::product), Some(n(500_000_003)));
        assert_eq!(told(500_000_009), Order::Unknown, "g to this power is not one");
        assert_eq!(told(1_000_000_006), Order::Unknown, "not a prime");
    }
}
