//! Factoring: cheap methods first, as far as an effort goes.
//!
//! Trial division, rho for what is short; then p − 1, p + 1 and elliptic curves with bounds that grow, until the quadratic
//! sieve costs no more, or the effort is spent. Who needs only some of the factors runs a [`Factoring`] with small efforts
//! and looks in between: it goes on where it was.

mod chain;
mod ecm;
mod effort;
mod levels;
mod pairs;
mod power;
mod price;
mod rho;
mod second_stage;
mod sieve;
mod smooth;
mod trial;
mod tried;

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

use crate::budget::{Budget, Failure, Observer, Watch, brief};
use crate::mont::Mont;
use crate::prime::is_prime;

pub(crate) use ecm::short_divisor;
pub use effort::Effort;
pub use price::{SIEVE_BITS, curves as curves_price, sieve as sieve_price};
pub(crate) use rho::rho;
pub use tried::Tried;

use effort::Meter;
use levels::LEVELS;
use tried::{Left, Step};

/// n = ∏ primes^exponents · ∏ unknown, primes ascending. `unknown` are composites that resisted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Factorisation {
    /// Prime factors with their exponents, ascending.
    pub primes: Vec<(BigUint, u32)>,
    /// Composite factors that resisted, ascending, as often as they occur: no powers, without prime factors below 2^16.
    pub unknown: Vec<BigUint>,
}

impl Factorisation {
    /// The factored number.
    pub fn product(&self) -> BigUint {
        let known = self.primes.iter().map(|(q, e)| q.pow(*e));
        known.chain(self.unknown.iter().cloned()).product()
    }

    /// Multiplies by a prime.
    pub(crate) fn add(&mut self, prime: BigUint) {
        self.add_power(prime, 1);
    }

    fn add_power(&mut self, prime: BigUint, exponent: u32) {
        match self.primes.binary_search_by(|(q, _)| q.cmp(&prime)) {
            Ok(i) => self.primes[i].1 += exponent,
            Err(i) => self.primes.insert(i, (prime, exponent)),
        }
    }
}

/// A composite that has resisted so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Resisted {
    /// The composite: no power, without prime factors below 2^16.
    pub n: BigUint,
    /// n occurs to this power in the number.
    pub exponent: u32,
    /// What it has resisted.
    pub tried: Tried,
}

/// A number being factored. What is found stays when a run ends early, and a further run goes on where the last one
/// stopped: no curve is tried twice.
#[derive(Clone, Debug)]
pub struct Factoring {
    primes: Factorisation,
    parts: Vec<Resisted>,
}

/// A proper factor of the odd n modulo which the order of `base` has no prime factor above `b1` but one below `b2`.
pub(crate) fn split_by_order(
    n: &BigUint,
    base: &BigUint,
    b1: u32,
    b2: u64,
    watch: &Watch<'_>,
) -> Result<Option<BigUint>, Failure> {
    let bounds = smooth::Bounds { b1, b2 };
    let meter = Meter::new(watch, Effort::seconds(f64::INFINITY));
    meter.expect(split_by_order_price(n.bits(), b1, b2));
    smooth::split_by_order(n, base, bounds, &meter)
}

/// Seconds of one core that [`split_by_order`] takes for a number of so many bits.
pub(crate) fn split_by_order_price(bits: u64, b1: u32, b2: u64) -> f64 {
    smooth::Bounds { b1, b2 }.multiplications() * price::multiplication(bits)
}

impl Factoring {
    /// A number of which nothing is known but what trial division finds at once.
    pub fn new(n: &BigUint) -> Self {
        let mut new = Self { primes: Factorisation::default(), parts: Vec::new() };
        if !n.is_zero() {
            new.divide(n);
        }
        new
    }

    /// A number some of whose factors are known, prime or not; each counts as often as it divides what is left.
    ///
    /// # Errors
    /// [`Failure::BadInput`] for a known factor that is none.
    pub fn with_known(n: &BigUint, known: &[BigUint]) -> Result<Self, Failure> {
        let mut new = Self { primes: Factorisation::default(), parts: Vec::new() };
        let mut rest = n.clone();
        for factor in known {
            if factor.is_zero() || factor.is_one() || !(n % factor).is_zero() {
                let got = brief(factor);
                return Err(Failure::BadInput { field: "factors", expected: "divisors of the number, above one", got });
            }
            while !rest.is_zero() && (&rest % factor).is_zero() {
                rest /= factor;
                new.divide(factor);
            }
        }
        if !rest.is_zero() {
            new.divide(&rest);
        }
        Ok(new)
    }

    /// Takes a factor in, without its small primes.
    fn divide(&mut self, n: &BigUint) {
        let rest = trial::divide(n, |q| self.primes.add(BigUint::from(q)));
        self.settle(rest, 1, &Tried::default());
    }

    /// What is known now.
    pub fn factorisation(&self) -> Factorisation {
        let mut all = self.primes.clone();
        for part in &self.parts {
            all.unknown.extend((0..part.exponent).map(|_| part.n.clone()));
        }
        all.unknown.sort();
        all
    }

    /// The composites that are left.
    pub fn resisted(&self) -> &[Resisted] {
        &self.parts
    }

    /// What a run would cost that certainly finishes, by the quadratic sieve; nothing where it does not reach that far.
    pub fn price(&self) -> Option<Effort> {
        self.parts.iter().map(|part| price::sieve(part.n.bits())).sum::<Option<f64>>().map(Effort::seconds)
    }

    /// Goes on within an effort, for all that is left together.
    ///
    /// # Errors
    /// Only the limits of the budget and a cancellation, which is heard every few milliseconds (the sieve: every few
    /// hundred); what was found until then stays.
    pub fn run(&mut self, effort: Effort, budget: &Budget, observer: &mut dyn Observer) -> Result<(), Failure> {
        self.go_on(effort, &Watch::new(budget, observer))
    }

    /// [`Factoring::run`] as a part of a longer computation.
    pub(crate) fn go_on(&mut self, effort: Effort, watch: &Watch<'_>) -> Result<(), Failure> {
        let meter = Meter::new(watch, effort);
        loop {
            let left = Left { seconds: meter.left(), bytes: watch.budget.memory };
            let steps = self.parts.iter().enumerate().filter_map(|(i, part)| {
                let (step, price) = part.tried.next(part.n.bits(), left)?;
                Some((i, step, price))
            });
            let Some((i, step, _)) = steps.min_by(|a, b| a.2.total_cmp(&b.2)) else { return Ok(()) };
            meter.expect(
                self.parts.iter().map(|part| part.tried.expected(part.n.bits(), left)).sum::<f64>().min(left.seconds),
            );
            let part = &mut self.parts[i];
            let before = meter.spent();
            let (found, step) = take(&part.n, step, &meter)?;
            part.tried.note(step, meter.spent() - before, !found.is_empty());
            if !found.is_empty() {
                let part = self.parts.swap_remove(i);
                found.into_iter().for_each(|factor| self.settle(factor, part.exponent, &part.tried));
            }
        }
    }

    /// Takes in a factor without small primes. What is known stays coprime.
    fn settle(&mut self, mut n: BigUint, exponent: u32, tried: &Tried) {
        for (prime, power) in
            self.primes.primes.iter_mut().filter(|(prime, _)| prime.bits() > trial::BOUND.ilog2().into())
        {
            while (&n % &*prime).is_zero() {
                n /= &*prime;
                *power += exponent;
            }
        }
        if n.is_one() {
            return;
        }
        let common = self.parts.iter().map(|part| part.n.gcd(&n)).enumerate().find(|(_, common)| !common.is_one());
        if let Some((i, common)) = common {
            let other = self.parts.swap_remove(i);
            let (own, rest) = (&n / &common, &other.n / &common);
            // the common part last: it may still share factors with the others
            self.settle(own, exponent, tried);
            self.settle(rest, other.exponent, &other.tried);
            self.settle(common, exponent + other.exponent, &other.tried);
        } else if is_prime(&n) {
            self.primes.add_power(n, exponent);
        } else if let Some((root, k)) = power::perfect_power(&n, trial::BOUND.ilog2().into()) {
            self.settle(root, exponent * k, tried);
        } else {
            self.parts.push(Resisted { n, exponent, tried: tried.clone() });
        }
    }
}

/// Takes a step: factors above one whose product is n, at least two of them, or nothing; and the step as it was taken.
fn take(n: &BigUint, mut step: Step, meter: &Meter<'_, '_>) -> Result<(Vec<BigUint>, Step), Failure> {
    let found = match &mut step {
        Step::Rho => {
            meter.spend(price::rho(n.bits()))?;
            short_rho(n)
        }
        Step::Smooth { level } => smooth::split(n, smooth::Bounds::new(LEVELS[*level].smooth), *level, meter)?,
        Step::Curves { level, first, count } => {
            let (found, begun) = ecm::curves(n, &LEVELS[*level], *first, *count, meter)?;
            *count = begun;
            found
        }
        Step::Sieve => return Ok((sieve::split(n, meter)?.unwrap_or_default(), step)),
    };
    Ok((found.map(|factor| vec![n / &factor, factor]).unwrap_or_default(), step))
}

fn short_rho(n: &BigUint) -> Option<BigUint> {
    const STEPS: u64 = 1 << 22;
    let found = match n.to_u64() {
        Some(word) => rho::rho_64(word).map(u128::from),
        None => rho(&Mont::<2>::new(n)?, n.to_u128()?, STEPS),
    };
    found.map(BigUint::from)
}

#[cfg(test)]
mod tests;
