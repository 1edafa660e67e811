//! What a computation found, how, and at which cost.

use std::fmt;

use num_bigint::BigUint;

/// A verified logarithm: g^x = y.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// The least exponent, where the order is known; otherwise one that fits.
    pub x: BigUint,
    /// The order of g modulo p, where it is known: g to this power is one, and to no smaller one; both were checked. For a
    /// g that is no unit the length of the cycle that its powers end in.
    pub order: Option<BigUint>,
    /// A multiple of the order that was checked, where the order itself is not known.
    pub order_multiple: Option<BigUint>,
    /// How it was found.
    pub method: Method,
    /// What this target took, without the precomputation for the group.
    pub cost: Cost,
}

/// Work done, in units that do not depend on the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Cost {
    /// Multiplications modulo p, or operations of similar cost.
    pub operations: u64,
}

/// How a logarithm is found; `Display` says it in words, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Method {
    /// Nothing to search for.
    Trivial,
    /// The order has a part that no method at hand reaches: what can be found is found, and is not all.
    None {
        /// Size of that part.
        hard_bits: u64,
    },
    /// Shanks's table in one group of prime order.
    BabyStepGiantStep {
        /// Size of the order.
        order_bits: u64,
    },
    /// Pollard's rho in the one large subgroup.
    Rho {
        /// Size of the order of the subgroup.
        order_bits: u64,
    },
    /// One small logarithm for each prime factor of the order.
    PohligHellman {
        /// Number of prime factors.
        subgroups: usize,
        /// Size of the largest.
        largest_bits: u64,
    },
    /// Pollard's kangaroos in an interval of exponents.
    Kangaroo {
        /// Size of the interval.
        interval_bits: u32,
        /// How many bits of the exponent were known beforehand, from small subgroups.
        known_bits: u64,
    },
    /// Baby steps and giant steps (Shanks 1971) through an interval of exponents, which miss none.
    Interval {
        /// Size of the interval.
        interval_bits: u32,
        /// How many bits of the exponent were known beforehand.
        known_bits: u64,
    },
    /// Sieving for relations in two fields: the Gaussian integer method, or the number field sieve.
    IndexCalculus {
        /// Size of p.
        bits: u64,
        /// They define the fields and have a common root modulo p; one of degree one stands for the rationals.
        polynomials: [String; 2],
        /// Logarithms at hand.
        known_logarithms: usize,
    },
    /// The q-adic logarithm modulo a prime power.
    Padic {
        /// Of the prime.
        exponent: u32,
    },
    /// One logarithm modulo each known factor of a composite modulus.
    Composite {
        /// The methods, in the order of the factors.
        factors: Vec<Method>,
    },
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Trivial => write!(f, "nothing to search: the generator is 1"),
            Self::None { hard_bits } => {
                write!(
                    f,
                    "none is fast enough: the order of the group has a part of {hard_bits} bits that is too large"
                )
            }
            Self::BabyStepGiantStep { order_bits } => {
                write!(f, "baby-step giant-step: the group has only about 2^{order_bits} elements")
            }
            Self::Rho { order_bits } => write!(
                f,
                "parallel Pollard rho: the largest prime factor of the group order has only {order_bits} bits"
            ),
            Self::PohligHellman { subgroups, largest_bits } => write!(
                f,
                "Pohlig-Hellman: the group order is smooth, with {subgroups} prime factors of at most {largest_bits} bits"
            ),
            Self::Kangaroo { interval_bits, known_bits: 0 } => {
                write!(f, "Pollard kangaroo: the exponent has at most {interval_bits} bits")
            }
            Self::Interval { interval_bits: 0, known_bits: 0 } => write!(f, "nothing to search: the target is 1"),
            Self::Interval { interval_bits: 0, known_bits } => write!(
                f,
                "the {known_bits} bits of the exponent that factors of the order give away, which are all that it has"
            ),
            Self::Interval { interval_bits, known_bits: 0 } => {
                write!(f, "baby-step giant-step: the exponent has at most {interval_bits} bits")
            }
            Self::Interval { interval_bits, known_bits } => write!(
                f,
                "{known_bits} bits of the exponent were known or found modulo factors of the order, baby-step giant-step for at most {interval_bits} more"
            ),
            Self::Kangaroo { interval_bits, known_bits } => write!(
                f,
                "Pohlig-Hellman for {known_bits} bits of the exponent, Pollard kangaroo for at most {interval_bits} more"
            ),
            Self::IndexCalculus { bits, polynomials: [one, other], known_logarithms } => {
                let name = if other.contains('³') { "the number field sieve" } else { "index calculus" };
                write!(f, "{name} with {other} and {one}: p has only {bits} bits; {known_logarithms} logarithms known")
            }
            Self::Padic { exponent } => {
                write!(f, "q-adic logarithm: the factor is the power q^{exponent}, where logarithms are linear algebra")
            }
            Self::Composite { factors } => {
                write!(f, "the modulus is composite: ")?;
                for (i, method) in factors.iter().enumerate() {
                    write!(f, "{}modulo factor {}: {method}", if i > 0 { "; " } else { "" }, i + 1)?;
                }
                Ok(())
            }
        }
    }
}
