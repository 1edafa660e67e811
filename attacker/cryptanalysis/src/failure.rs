//! Why there is no logarithm, as values, and what is known of it all the same.

use std::fmt;

use num_bigint::BigUint;

use super::budget::brief;
use super::price::{Price, duration};
use super::proof::Proof;
use super::residue::{Residue, decimal};

/// Why no logarithm was found.
#[derive(Clone, Debug, PartialEq, thiserror::Error, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Failure {
    /// y is not a power of g.
    #[error("no solution: {proof}")]
    NoSolution {
        /// A fact that anyone can check, and that was checked.
        proof: Box<Proof>,
    },
    /// The methods at hand do not reach this far.
    #[error("out of reach: {}{}", list(obstacles), at_best(price.as_deref()))]
    OutOfReach {
        /// What is in the way.
        obstacles: Vec<Obstacle>,
        /// What the cheapest way that is known would cost, where it can be said.
        price: Option<Box<Price>>,
    },
    /// A method at hand would find it, for more than [`Budget::core_seconds`](super::Budget::core_seconds): with a larger
    /// budget the same call goes on.
    #[error("not begun: it would take {price}, and {} are allowed", duration(allowed.log2()))]
    Priced {
        /// What it would cost.
        price: Box<Price>,
        /// Core seconds that the budget allows.
        allowed: f64,
    },
    /// A limit of the budget was met.
    #[error("stopped at the limit of {limit}")]
    OutOfBudget {
        /// Which limit, and by how much.
        limit: Limit,
    },
    /// The caller raised [`Budget::cancel`](super::Budget::cancel).
    #[error("cancelled")]
    #[serde(rename = "interrupted")]
    Cancelled,
    /// The problem makes no sense.
    #[error("{field}: expected {expected}, got {got}")]
    BadInput {
        /// The offending field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        got: String,
    },
}

impl Failure {
    /// A stable name of what kind of failure it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NoSolution { .. } => "no-solution",
            Self::OutOfReach { .. } => "out-of-reach",
            Self::Priced { .. } => "priced",
            Self::OutOfBudget { limit: Limit::Memory { .. } } => "memory",
            Self::OutOfBudget { limit: Limit::Operations { .. } } => "operations",
            Self::Cancelled => "interrupted",
            Self::BadInput { .. } => "bad-input",
        }
    }

    /// What the cheapest way would cost, where that is what it tells.
    pub fn price(&self) -> Option<&Price> {
        match self {
            Self::OutOfReach { price, .. } => price.as_deref(),
            Self::Priced { price, .. } => Some(price),
            _ => None,
        }
    }

    /// y is no power of g.
    pub(crate) fn no_solution(proof: Proof) -> Self {
        Self::NoSolution { proof: Box::new(proof) }
    }

    /// One thing is in the way, and no price is known.
    pub(crate) fn stuck(obstacle: Obstacle) -> Self {
        Self::OutOfReach { obstacles: vec![obstacle], price: None }
    }
}

/// What is in the way of a logarithm.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Obstacle {
    /// A composite factor of the modulus that was not factored.
    Modulus {
        /// Its size.
        bits: u64,
    },
    /// A prime factor of the order of g in whose subgroup no method at hand is fast enough.
    Subgroup {
        /// Size of the prime.
        bits: u64,
    },
    /// A composite that has a factor in common with the order of g and was not factored: the order itself may be far
    /// shorter.
    Cofactor {
        /// Size of the composite.
        bits: u64,
        /// It divides p − 1 for this prime factor p of the modulus.
        #[serde(with = "decimal")]
        modulus: BigUint,
    },
    /// Exponents up to this length were searched, or those that fit the known residue, and none fits.
    Interval {
        /// Size of the interval.
        bits: u32,
        /// log2 of the chance that the search missed one; nothing for an exhaustive one.
        error_log2: Option<i32>,
    },
    /// Index calculus gave up.
    IndexCalculus {
        /// At what.
        at: Step,
    },
    /// A logarithm was found that does not fit, so that it is not told.
    Check,
}

/// A step of index calculus that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// No pair of number fields was found.
    Polynomials,
    /// The special primes did not last.
    Sieve,
    /// No randomisation of a target could be expressed through the factor base.
    Descent,
    /// The logarithms that were found failed their check.
    Check,
}

/// A limit of the budget, met.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum Limit {
    /// [`Budget::operations`](super::Budget::operations).
    Operations {
        /// Operations spent.
        spent: u64,
        /// Operations allowed.
        allowed: u64,
    },
    /// [`Budget::memory`](super::Budget::memory).
    Memory {
        /// Bytes that were needed.
        needed: usize,
        /// Bytes allowed.
        allowed: usize,
        /// What they were needed for.
        purpose: String,
    },
}

/// No logarithm, and what is known of it.
#[derive(Clone, Debug, PartialEq, thiserror::Error, serde::Serialize)]
#[error("{failure}{known}")]
pub struct Unsolved {
    /// Why.
    #[serde(flatten)]
    pub failure: Failure,
    /// Every exponent that fits is this one modulo its modulus; modulo one, nothing is known.
    pub known: Residue,
}

impl From<Failure> for Unsolved {
    fn from(failure: Failure) -> Self {
        Self { failure, known: Residue::default() }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Modulus { bits } => {
                write!(f, "the modulus has a composite factor of {bits} bits that could not be factored")
            }
            Self::Subgroup { bits } => {
                write!(f, "the order of g has a prime factor of {bits} bits, too large for every method at hand")
            }
            Self::Cofactor { bits, modulus } => write!(
                f,
                "{} − 1 has a composite factor of {bits} bits that could not be factored, and the order of g has a part of it",
                brief(modulus)
            ),
            Self::Interval { bits, error_log2: None } => write!(f, "no exponent within {bits} further bits fits"),
            Self::Interval { bits, error_log2: Some(error) } => {
                write!(
                    f,
                    "no exponent within {bits} further bits was found (one is missed with a chance below 2^{error})"
                )
            }
            Self::IndexCalculus { at: Step::Polynomials } => write!(f, "no pair of number fields suits p"),
            Self::IndexCalculus { at: Step::Sieve } => write!(f, "the sieve ran out of special primes"),
            Self::IndexCalculus { at: Step::Descent } => {
                write!(f, "no randomisation of this target could be expressed through the factor base")
            }
            Self::IndexCalculus { at: Step::Check } => {
                write!(f, "the logarithms found by index calculus failed their check")
            }
            Self::Check => write!(f, "the logarithm that was found failed its check g^x = y"),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operations { spent, allowed } => write!(f, "operations: {spent} of {allowed} allowed"),
            Self::Memory { needed, allowed, purpose } => {
                write!(f, "memory: {purpose} would take {needed} bytes of {allowed}")
            }
        }
    }
}

fn list(obstacles: &[Obstacle]) -> String {
    obstacles.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn at_best(price: Option<&Price>) -> String {
    price.map(|price| format!("; at best {price}")).unwrap_or_default()
}
