//! What is there once the work for a prime is done: the logarithms, and what the fractions of a target are looked for with.

use num_bigint::BigUint;
use num_traits::Zero;

use super::base::Base;
use super::combinations::Search;
use super::logs::Logs;
use super::pair::Pair;
use super::parameters::Parameters;
use super::relation::Bases;
use crate::prime::primes_up_to;

/// The largest primes that are tried in fractions of cubics: their residues are of 16 bits.
const CUBIC_BASE: u32 = 1 << 16;

/// The logarithms of the factor base.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(super) pair: Pair,
    pub(super) parameters: Parameters,
    pub(super) bases: Bases,
    pub(super) splitting: Splitting,
    /// For each large prime factor of p − 1.
    pub(super) logs: Vec<Logs>,
}

/// How the fractions of a table's pair are found.
#[derive(Clone, Debug)]
pub(super) enum Splitting {
    /// The primes as divisors of the first coordinate and of the second.
    Integers([Base; 2]),
    /// The ideals of the cubic field.
    Cubics(Base, Box<Search>),
}

impl Table {
    pub(super) fn new(pair: Pair, parameters: Parameters, bases: Bases, logs: Vec<Logs>) -> Self {
        let splitting = Splitting::of(&pair, &parameters);
        Self { pair, parameters, bases, splitting, logs }
    }

    /// The same with more logarithms, of those that it lacks.
    pub(super) fn with(&self, logs: impl IntoIterator<Item = Logs>) -> Self {
        let more: Vec<Logs> = logs.into_iter().filter(|logs| self.logs(&logs.ell).is_none()).collect();
        Self { logs: self.logs.iter().cloned().chain(more).collect(), ..self.clone() }
    }

    /// Logarithms modulo a multiple of ℓ.
    pub(super) fn logs(&self, ell: &BigUint) -> Option<&Logs> {
        self.logs.iter().find(|logs| (&logs.ell % ell).is_zero())
    }
}

impl Splitting {
    fn of(pair: &Pair, parameters: &Parameters) -> Self {
        if pair.is_cubic() {
            let primes = primes_up_to(CUBIC_BASE);
            let ideals: Vec<(u32, u32)> =
                primes.into_iter().flat_map(|q| pair.sides[1].roots(q).into_iter().map(move |r| (q, r))).collect();
            let base = Base::new(ideals);
            let search = Box::new(Search::new(pair.p.bits(), &base));
            return Self::Cubics(base, search);
        }
        // the coordinates as polynomials: the first at the root 0, the second at infinity
        let primes = primes_up_to(parameters.bound);
        Self::Integers([Base::new(primes.iter().map(|q| (*q, 0))), Base::new(primes.iter().map(|q| (*q, *q)))])
    }
}
