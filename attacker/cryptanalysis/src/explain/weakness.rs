//! What is wrong with a group.

use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::form::SpecialForm;
use super::order::Order;
use super::{Described, Modulus};
use crate::costs::index_cost;
use crate::price::Price;

/// Current standards ask for a prime of so many bits.
const PRIME_BITS: u64 = 2048;
/// A level of 112 bits asks for exponents of so many.
const EXPONENT_BITS: u64 = 224;
/// Primes up to this size are shared by so many that one precomputation pays.
const SHARED_BITS: u64 = 1024;
/// A smooth part of p − 1 that is shorter gives nothing worth telling away.
const SMOOTH_BITS: u64 = 16;
/// Bits of an exponent that are searched beyond what the smooth part gives away.
const SEARCHED_BITS: u64 = 60;

/// What is wrong with a group.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Weakness {
    /// p is even, 0 or 1.
    NoGroup,
    /// p is not prime.
    Composite,
    /// g is 0, 1 or p − 1: the shared secret is one of two known values.
    Degenerate,
    /// g is not below p.
    NotReduced,
    /// The order of g is a prime that a walk goes through.
    ShortOrder {
        /// Its size.
        bits: u64,
    },
    /// The order of g is smooth.
    SmoothOrder,
    /// What is said to be the order is not: g to its power is not 1.
    OtherOrder,
    /// What is said to be the order is no prime, or a multiple of the order.
    UnsoundOrder,
    /// p is no safe prime.
    SmallSubgroups,
    /// The smooth part of p − 1 gives part of an exponent away.
    SmoothPart {
        /// Its size.
        bits: u64,
        /// Exponents up to this length are found whole; nothing where g lies in a subgroup beside it, so that only whoever
        /// sends values of its own learns anything, of an exponent that is used again.
        whole: Option<u64>,
    },
    /// The special number field sieve is faster for p than for others.
    SpecialForm {
        /// How p is written.
        form: String,
    },
    /// p is shorter than current standards ask for.
    ShortPrime {
        /// Its size.
        bits: u64,
        /// What they ask for.
        least: u64,
    },
    /// Private exponents are shorter than a level of 112 bits asks for.
    ShortExponents {
        /// Their size.
        bits: u64,
        /// What it asks for.
        least: u64,
    },
    /// One precomputation opens the sessions of all who share the prime.
    Shared {
        /// Where it is known from.
        name: String,
    },
}

/// What is looked at.
pub(super) struct Found<'a> {
    pub(super) group: &'a Described,
    /// Reduced modulo p.
    pub(super) g: Option<&'a BigUint>,
    pub(super) modulus: &'a Modulus,
    pub(super) known: Option<&'a str>,
    pub(super) order: &'a Order,
    pub(super) smooth_bits: Option<u64>,
}

/// The worst first.
pub(super) fn weaknesses(found: &Found<'_>, form: Option<&SpecialForm>) -> Vec<Weakness> {
    let Found { group, g, modulus, known, order, smooth_bits } = found;
    let p = &group.p;
    let mut out = Vec::new();
    match modulus {
        Modulus::Unusable => out.push(Weakness::NoGroup),
        Modulus::Composite { .. } => out.push(Weakness::Composite),
        Modulus::Prime { .. } | Modulus::SafePrime => {}
    }
    let usable = **modulus != Modulus::Unusable;
    if g.is_some_and(|g| g.is_zero() || g.is_one() || g + 1u32 == *p) {
        out.push(Weakness::Degenerate);
    } else if usable && group.g.as_ref().is_some_and(|g| g >= p) {
        out.push(Weakness::NotReduced);
    }
    if let Some((order, largest)) =
        order.exact().zip(order.largest()).filter(|_| usable && g.is_some_and(|g| !g.is_one()))
    {
        let walked =
            largest <= super::SMALL_BITS && Price::rho(p.bits(), largest).core_seconds_log2 < index_cost(p.bits());
        let bits = order.product().bits();
        match bits == largest {
            true if walked => out.push(Weakness::ShortOrder { bits }),
            false if walked => out.push(Weakness::SmoothOrder),
            _ => {}
        }
    }
    if let (Some(q), Some(g)) = (&group.q, g) {
        if !g.modpow(q, p).is_one() {
            out.push(Weakness::OtherOrder);
        } else if order.exact().is_none_or(|order| order.product() != *q) {
            out.push(Weakness::UnsoundOrder);
        }
    }
    if let Modulus::Prime { .. } = modulus {
        out.push(Weakness::SmallSubgroups);
    }
    if let Some(bits) = smooth_bits.filter(|bits| *bits >= SMOOTH_BITS && matches!(modulus, Modulus::Prime { .. })) {
        let beside = order.exact().is_some_and(|order| order.product().bits() <= bits);
        out.push(Weakness::SmoothPart { bits, whole: (!beside).then_some(bits + SEARCHED_BITS) });
    }
    if let Some(form) = form {
        out.push(Weakness::SpecialForm { form: form.to_string() });
    }
    if usable && p.bits() < PRIME_BITS {
        out.push(Weakness::ShortPrime { bits: p.bits(), least: PRIME_BITS });
    }
    let short = |bits: &u64| usable && *bits < EXPONENT_BITS && *bits < p.bits() - 1;
    if let Some(bits) = group.exponent_bits.filter(short) {
        out.push(Weakness::ShortExponents { bits, least: EXPONENT_BITS });
    }
    if let Some(name) = known.filter(|_| p.bits() <= SHARED_BITS) {
        out.push(Weakness::Shared { name: name.to_owned() });
    }
    out
}
