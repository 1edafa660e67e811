//! What is found out of an exponent, piece by piece, by several workers.

use std::sync::{Mutex, PoisonError};

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

use super::price::Price;
use super::proof::{Proof, Side};
use super::residue::Residue;

/// A residue of the exponent, and where it is from.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    /// The factor of p modulo which it was found.
    pub(crate) modulus: BigUint,
    /// g to this power is one there.
    pub(crate) n: BigUint,
    /// The modulus of the residue is a power of this prime.
    pub(crate) base: BigUint,
    pub(crate) residue: Residue,
}

/// All facts about one exponent.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    facts: Mutex<Vec<Fact>>,
    /// Of parts that the budget does not pay for.
    prices: Mutex<Vec<Price>>,
}

impl Ledger {
    pub(crate) fn add(&self, fact: Fact) {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner).push(fact);
    }

    /// A part of the exponent that was not looked for.
    pub(crate) fn put_off(&self, price: Price) {
        self.prices.lock().unwrap_or_else(PoisonError::into_inner).push(price);
    }

    pub(crate) fn prices(&self) -> Vec<Price> {
        self.prices.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// All facts as one, or why they exclude each other.
    pub(crate) fn sum(&self) -> Result<Residue, Box<Proof>> {
        let facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        facts.iter().enumerate().try_fold(Residue::default(), |known, (k, fact)| {
            known.combine(&fact.residue).ok_or_else(|| {
                // facts that agree in pairs agree together
                let other = facts[..k].iter().find(|other| other.residue.combine(&fact.residue).is_none());
                Box::new(contradiction(other.unwrap_or(fact), fact))
            })
        })
    }
}

fn contradiction(one: &Fact, other: &Fact) -> Proof {
    let order = one.residue.modulus.gcd(&other.residue.modulus);
    let side = |fact: &Fact| Side {
        modulus: fact.modulus.clone(),
        n: &fact.n / order.clone().max(BigUint::one()),
        x: &fact.residue.x % order.clone().max(BigUint::one()),
    };
    let base = if (&order % &one.base).is_zero() { one.base.clone() } else { order.clone() };
    Proof::Contradiction { sides: [side(one), side(other)], base, order }
}
