//! Two polynomials with a common root modulo p: two number fields, in which the same a − bx is factored.

use num_bigint::{BigInt, BigUint};
use num_integer::Roots;
use num_traits::{One, ToPrimitive, Zero};

use super::lattice::lagrange;
use super::polynomial::Polynomial;
use super::relation::{Key, Row, collect};
use super::select;
use crate::mont::Mont;
use crate::solution::Method;

/// The polynomials of Joux and Lercier (2003): one of degree d + 1 with tiny coefficients, and one of degree d with
/// coefficients of about p^(1/(d + 1)).
///
/// For d = 1 this is the Gaussian integer method (Coppersmith, Odlyzko, Schroeppel 1986) with any imaginary quadratic
/// field: the norms of the rational side are about √p, and there are no units. For d = 2, the number field sieve, a cubic
/// field with one fundamental unit and an imaginary quadratic one.
///
/// Virtual logarithms of the ideals exist modulo every prime ℓ that divides neither the class numbers nor the number of
/// roots of unity (at most six): the h-th power of an ideal is principal, and the logarithm of its generator divided by h
/// does not depend on the generator. So the class numbers need not be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) p: BigUint,
    /// The side of the larger norms first.
    pub(crate) sides: [Polynomial; 2],
    /// Their common root.
    pub(crate) root: BigUint,
}

/// The coefficients of the rational side on the lattice of a special prime must fit 128 bits.
const MAX_QUADRATIC_BITS: u64 = 200;
/// From so many bits on the number field sieve is faster: measured.
pub(crate) const NUMBER_FIELD_BITS: u64 = 170;
/// Residues have four words.
pub(crate) const MAX_BITS: u64 = 256;

impl Pair {
    /// The pair for logarithms modulo `ells`. Nothing if p is too large or, with negligible chance, none suits it.
    pub(crate) fn new(p: &BigUint, ells: &[BigUint]) -> Option<Self> {
        if p.bits() < NUMBER_FIELD_BITS {
            return Self::quadratic(p);
        }
        select::cubic(p, ells).or_else(|| Self::quadratic(p))
    }

    /// What is done with it, where so many logarithms are known already.
    pub(crate) fn method(&self, known_logarithms: usize) -> Method {
        let polynomials = self.sides.each_ref().map(ToString::to_string);
        Method::IndexCalculus { bits: self.p.bits(), polynomials, known_logarithms }
    }

    /// d = 1: the imaginary quadratic field with the smoothest norms.
    pub(crate) fn quadratic(p: &BigUint) -> Option<Self> {
        if p.bits() > MAX_QUADRATIC_BITS {
            return None;
        }
        let mut fields: Vec<(f64, Polynomial)> =
            (1..200).filter(|&d| is_squarefree(d)).map(order).map(|f| (f.alpha() + f.size(), f)).collect();
        fields.sort_by(|a, b| a.0.total_cmp(&b.0));
        fields.into_iter().find_map(|(_, field)| Self::with(p, field))
    }

    fn with(p: &BigUint, field: Polynomial) -> Option<Self> {
        let root = field.roots_modulo(&Mont::new(p)?).into_iter().min()?;
        let basis = [(BigInt::from(p.clone()), BigInt::zero()), (BigInt::from(root.clone()), BigInt::one())];
        let [(t, v), _] = lagrange(basis, &BigInt::from(field.0[0]));
        let rational = Polynomial(vec![(-t).to_i128()?, v.to_i128()?]);
        Some(Self { p: p.clone(), sides: [rational, field], root })
    }

    /// Whether these are polynomials as described, for one that came from outside.
    pub(crate) fn is_sound(&self) -> bool {
        let [one, other] = &self.sides;
        let degrees = [one.0.len(), other.0.len()];
        (degrees == [2, 3] || degrees == [3, 4])
            && self.p.bits() <= MAX_BITS
            && one.0.iter().all(|c| c.unsigned_abs() < 1 << 110)
            && other.0.iter().all(|c| c.unsigned_abs() < 1 << 16)
            && one.0.last().is_some_and(|c| *c != 0)
            && other.0.last() == Some(&1)
            && other.discriminant() < BigInt::ZERO
            && self.sides.iter().all(|f| f.vanishes(&self.root, &self.p))
    }

    /// Whether both sides are proper number fields.
    pub(crate) fn is_cubic(&self) -> bool {
        self.sides[0].degree() > 1
    }

    /// Elements a − bx of small a² + weight·b² have small norms.
    pub(crate) fn weight(&self) -> i128 {
        if self.is_cubic() { 1 } else { self.sides[1].0[0] }
    }

    /// A prime that is a product of ideals of degree one on a side, as exponents of these.
    pub(crate) fn decomposition(&self, side: usize, q: u32) -> Option<Row> {
        let ideals = self.sides[side].decomposition(q)?;
        Some(ideals.into_iter().map(|(r, e)| (Key::ideal(side, q, r), e)).collect())
    }

    /// The relation between the ideals above q on both sides, where all of them have degree one.
    pub(crate) fn free_relation(&self, q: u32) -> Option<Row> {
        let (one, other) = (self.decomposition(0, q)?, self.decomposition(1, q)?);
        Some(collect(one.into_iter().map(|(key, e)| (key, -e)).chain(other).collect()))
    }
}

fn is_squarefree(d: i128) -> bool {
    (2..=d.sqrt()).all(|q| d % (q * q) != 0)
}

/// The minimal polynomial of the generator of the maximal order of Q(√−d).
fn order(d: i128) -> Polynomial {
    if d % 4 == 3 { Polynomial(vec![(d + 1) / 4, -1, 1]) } else { Polynomial(vec![d, 0, 1]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quadratic_pair_meets_modulo_p() {
        for p in [4_140_931_479_774_654_368_099u128, 41_433_073_590_985_389_352_579_352_327] {
            let p = BigUint::from(p);
            let pair = Pair::quadratic(&p).unwrap();
            assert!(pair.is_sound());
            let [t, v] = [&pair.sides[0].0[0], &pair.sides[0].0[1]];
            assert!(t.unsigned_abs().max(v.unsigned_abs()) < 1 << (p.bits() / 2 + 3), "coefficients of about √p");
            assert!(pair.sides[1].discriminant() < BigInt::ZERO);
        }
    }

    #[test]
    fn free_relations_weigh_the_same_on_both_sides() {
        let pair = Pair::quadratic(&BigUint::from(41_433_073_590_985_389_352_579_352_327u128)).unwrap();
        let rows: Vec<Row> =
            (3..200).filter(|q| (2..*q).all(|d| q % d != 0)).filter_map(|q| pair.free_relation(q)).collect();
        assert!(rows.len() > 10);
        for row in rows {
            let weight = |side| row.iter().filter(|(key, _)| key.side() == side).map(|(_, e)| e).sum::<i32>();
            assert_eq!((weight(0), weight(1)), (-1, 2));
        }
    }
}
