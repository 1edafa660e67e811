//! Why a number is no power of another, as facts that anyone can check.

use std::fmt;

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

use super::budget::brief;
use super::residue::decimal;

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
    /// Two factors of p ask for exponents that exclude each other: modulo each of them g^n has the same order and y^n is its
    /// x-th power, for two different x.
    Contradiction {
        /// The order of both powers of g.
        #[serde(with = "decimal")]
        order: BigUint,
        /// The prime whose power the order is.
        #[serde(with = "decimal")]
        base: BigUint,
        /// What each factor asks for.
        sides: [Side; 2],
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
}

/// What one factor of p asks of the exponent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Side {
    /// The factor.
    #[serde(with = "decimal")]
    pub modulus: BigUint,
    /// n.
    #[serde(with = "decimal")]
    pub n: BigUint,
    /// The exponent, modulo the order of g^n.
    #[serde(with = "decimal")]
    pub x: BigUint,
}

/// Groups of up to so many elements are compared once more.
const COMPARED: u32 = 1 << 12;

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
                let (h, mut power, target) = (g.modpow(n, modulus), one.clone(), y.modpow(n, modulus));
                let compared = if *order <= BigUint::from(COMPARED) { order.to_u32().unwrap_or(0) } else { 0 };
                divides(modulus)
                    && h.modpow(order, modulus) == one
                    && (0..compared).all(|_| {
                        let other = power != target;
                        power = &power * &h % modulus;
                        other
                    })
            }
            Self::Contradiction { order, base, sides } => {
                let holds = |side: &Side| {
                    let h = g.modpow(&side.n, &side.modulus);
                    h.modpow(order, &side.modulus).is_one()
                        && !h.modpow(&(order / base), &side.modulus).is_one()
                        && y.modpow(&side.n, &side.modulus) == h.modpow(&side.x, &side.modulus)
                };
                let [one, other] = sides;
                base.bits() > 1
                    && (order % base).is_zero()
                    && sides.iter().all(|side| divides(&side.modulus) && holds(side))
                    && &one.x % order != &other.x % order
            }
            Self::Divisor { divisor } => {
                divides(divisor) && !divisor.is_one() && (y % divisor).is_zero() && g.gcd(divisor).is_one()
            }
            Self::Tail { tail, modulus } => {
                let (mut power, y) = (BigUint::one() % p, y % p);
                divides(modulus)
                    && !(&y % modulus).is_zero()
                    && (0..*tail).all(|_| {
                        let other = power != y;
                        power = &power * g % p;
                        other
                    })
                    && (power % modulus).is_zero()
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
            Self::Contradiction { order, sides: [one, other], .. } => write!(
                f,
                "two factors of p contradict each other: modulo {} the exponent is {}, modulo {} it is {}, each modulo {}",
                brief(&one.modulus),
                brief(&one.x),
                brief(&other.modulus),
                brief(&other.x),
                brief(order)
            ),
            Self::Divisor { divisor } => {
                write!(f, "y and p share the factor {}, and no power of g does", brief(divisor))
            }
            Self::Tail { tail, modulus } => write!(
                f,
                "from g^{tail} on the powers of g are divisible by {}, which does not divide y, and the first {tail} are not y",
                brief(modulus)
            ),
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
        // 2 has order 3 modulo 7 and modulo 9 the order 6, a power of which is 4
        let side = |modulus: u32, k: u32, x: u32| Side { modulus: n(modulus), n: n(k), x: n(x) };
        let proof =
            |x: u32, z: u32| Proof::Contradiction { order: n(3), base: n(3), sides: [side(7, 1, x), side(9, 2, z)] };
        // y = 2 modulo 7 and 1 modulo 9
        let y = n(37);
        assert!(proof(1, 0).holds(&n(63), &n(2), &y));
        assert!(!proof(1, 1).holds(&n(63), &n(2), &y), "not what y is");
        assert!(!proof(1, 0).holds(&n(63), &n(2), &n(2)), "2 is a power of 2");
        let subgroup = Proof::Subgroup { modulus: n(7), n: n(1), order: n(3) };
        assert!(subgroup.holds(&n(7), &n(2), &n(3)) && !subgroup.holds(&n(7), &n(2), &n(4)));
    }
}
