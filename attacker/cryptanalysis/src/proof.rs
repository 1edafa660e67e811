//! Why a number is no power of another, as facts that anyone can check.

use std::fmt;

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

use super::budget::brief;
use super::residue::{Residue, decimal};

/// Why y is not g^x modulo p for any x.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Proof {
    /// g^n = 1 modulo a factor of p, and y^n is not 1 there.
    Order {
        /// The factor of p.
        #[serde(with = "decimal")]
        modulus: BigUint,
        /// n.
        #[serde(with = "decimal")]
        n: BigUint,
    },
    /// Modulo a factor of p the n-th power of y is none of the powers of the n-th power of g, of which there are `order`.
    Subgroup {
        /// The factor of p.
        #[serde(with = "decimal")]
        modulus: BigUint,
        /// n.
        #[serde(with = "decimal")]
        n: BigUint,
        /// The order of g^n, all of whose powers were compared.
        #[serde(with = "decimal")]
        order: BigUint,
    },
    /// Two factors of p ask for exponents that exclude each other.
    Contradiction {
        /// What each of them asks for.
        residues: [Residue; 2],
    },
    /// y has a factor in common with p, and g has not.
    Divisor {
        /// The common factor.
        #[serde(with = "decimal")]
        divisor: BigUint,
    },
    /// The first powers of g have other common factors with p, and from g^tail on all are divisible by a factor of p that
    /// does not divide y; y is none of the first.
    Tail {
        /// How many powers come before those that repeat.
        tail: u64,
        /// The part of p whose primes divide g.
        #[serde(with = "decimal")]
        modulus: BigUint,
    },
    /// y is none of the powers of g, all of which were compared.
    Exhausted {
        /// How many different powers g has.
        powers: u64,
    },
}

impl Proof {
    /// Whether the fact is one, as far as that can be seen without a search: computed here, by arithmetic of its own.
    pub fn holds(&self, p: &BigUint, g: &BigUint, y: &BigUint) -> bool {
        let divides = |modulus: &BigUint| !modulus.is_zero() && (p % modulus).is_zero();
        match self {
            Self::Order { modulus, n } => {
                let one = BigUint::one() % modulus.max(&BigUint::one());
                divides(modulus) && g.modpow(n, modulus) == one && y.modpow(n, modulus) != one
            }
            Self::Subgroup { modulus, n, order } => {
                let one = BigUint::one() % modulus.max(&BigUint::one());
                divides(modulus) && g.modpow(&(n * order), modulus) == one
            }
            Self::Contradiction { residues: [one, other] } => one.combine(other).is_none(),
            Self::Divisor { divisor } => {
                divides(divisor) && !divisor.is_one() && (y % divisor).is_zero() && g.gcd(divisor).is_one()
            }
            Self::Tail { tail, modulus } => {
                divides(modulus)
                    && g.modpow(&BigUint::from(*tail), modulus).is_zero()
                    && !(y % modulus).is_zero()
                    && (0..*tail).all(|x| g.modpow(&BigUint::from(x), p) != y % p)
            }
            Self::Exhausted { powers } => {
                let mut power = BigUint::one() % p;
                (0..*powers).all(|_| {
                    let other = power != y % p;
                    power = &power * g % p;
                    other
                })
            }
        }
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order { modulus, n } => write!(
                f,
                "modulo {} the powers of g form a group of order dividing n = {}, and y^n is not 1",
                brief(modulus),
                brief(n)
            ),
            Self::Subgroup { modulus, n, order } => write!(
                f,
                "modulo {} the power y^n is none of the {} powers of g^n, for n = {}",
                brief(modulus),
                brief(order),
                brief(n)
            ),
            Self::Contradiction { residues: [one, other] } => write!(
                f,
                "the factors of p contradict each other: the exponent is {} modulo {} and {} modulo {}",
                brief(&one.x),
                brief(&one.modulus),
                brief(&other.x),
                brief(&other.modulus)
            ),
            Self::Divisor { divisor } => {
                write!(f, "y and p share the factor {}, and no power of g does", brief(divisor))
            }
            Self::Tail { tail, modulus } => write!(
                f,
                "from g^{tail} on the powers of g are divisible by {}, which does not divide y, and the first {tail} are not y",
                brief(modulus)
            ),
            Self::Exhausted { powers } => write!(f, "g has only {powers} different powers, and y is none of them"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_facts_hold() {
        let n = |n: u32| BigUint::from(n);
        // 2 generates the squares modulo 23, and 5 is none
        let order = |m: u32, k: u32| Proof::Order { modulus: n(m), n: n(k) };
        assert!(order(23, 11).holds(&n(23), &n(2), &n(5)));
        assert!(!order(23, 11).holds(&n(23), &n(2), &n(3)), "3 is a square");
        assert!(!order(23, 10).holds(&n(23), &n(2), &n(5)), "no multiple of the order");
        assert!(!order(19, 11).holds(&n(23), &n(2), &n(5)), "no factor");
        assert!(Proof::Divisor { divisor: n(3) }.holds(&n(15), &n(2), &n(6)));
        assert!(!Proof::Divisor { divisor: n(3) }.holds(&n(15), &n(3), &n(6)));
        let tail = Proof::Tail { tail: 3, modulus: n(8) };
        assert!(
            tail.holds(&n(24), &n(2), &n(5)) && !tail.holds(&n(24), &n(2), &n(4)) && !tail.holds(&n(24), &n(2), &n(16))
        );
        assert!(Proof::Exhausted { powers: 3 }.holds(&n(7), &n(2), &n(3)));
        assert!(!Proof::Exhausted { powers: 3 }.holds(&n(7), &n(2), &n(4)));
        let residue = |x: u32, modulus: u32| Residue { x: n(x), modulus: n(modulus) };
        assert!(Proof::Contradiction { residues: [residue(1, 4), residue(0, 6)] }.holds(&n(7), &n(2), &n(3)));
        assert!(!Proof::Contradiction { residues: [residue(1, 4), residue(1, 6)] }.holds(&n(7), &n(2), &n(3)));
    }
}
