//! The units of a cubic field as logarithms modulo several numbers at once see them.

use num_bigint::BigUint;
use num_traits::One;

use super::logs::Value;
use super::polynomial::Polynomial;
use super::schirokauer::Schirokauer;
use crate::mont::{from_limbs, to_limbs};

/// Schirokauer's maps modulo coprime powers of primes, as one modulo their product (Chinese remaindering). Each has a scale
/// of its own, so logarithms modulo the product share one too.
#[derive(Clone, Debug)]
pub(crate) struct Units {
    /// With what is one modulo its own power and zero modulo the others.
    maps: Vec<(Schirokauer, BigUint)>,
    product: BigUint,
}

impl Units {
    /// Nothing if f does not suit one of `ells` (see [`Schirokauer::new`]), or they are not coprime.
    pub(super) fn new(f: &Polynomial, ells: &[BigUint]) -> Option<Self> {
        let product: BigUint = ells.iter().product();
        let map = |ell: &BigUint| {
            let others = &product / ell;
            let unit = if others.is_one() { others } else { &others * others.modinv(ell)? };
            Some((Schirokauer::new(f, ell)?, unit))
        };
        Some(Self { maps: ells.iter().map(map).collect::<Option<_>>()?, product })
    }

    /// The value at c₀ + c₁α + c₂α², modulo the product.
    pub(super) fn at(&self, element: [i128; 3]) -> Value {
        if let [(map, _)] = &self.maps[..] {
            return map.at(element);
        }
        let sum: BigUint = self.maps.iter().map(|(map, unit)| from_limbs(&map.at(element)) * unit).sum();
        to_limbs(&(sum % &self.product)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_map_modulo_a_product_is_that_modulo_each_of_its_factors() {
        let f = Polynomial(vec![-1, -1, 0, 1]);
        let suits = |ell: &BigUint| Schirokauer::new(&f, ell).is_some();
        let primes = [1_000_003u64, 1_000_033, 1_000_037, 1_000_039, 1_000_081, 1_000_099].map(BigUint::from);
        let ells: Vec<BigUint> = primes.into_iter().filter(suits).take(2).collect();
        assert_eq!(ells.len(), 2);
        let ells = [ells[0].pow(2), ells[1].clone()];
        let units = Units::new(&f, &ells).unwrap();
        for element in [[2, 3, 0], [10, 13, -3], [0, 1, 0]] {
            let value = from_limbs(&units.at(element));
            for ell in &ells {
                assert_eq!(&value % ell, from_limbs(&Schirokauer::new(&f, ell).unwrap().at(element)), "{element:?}");
            }
        }
        assert!(Units::new(&f, &[ells[0].clone(), ells[0].clone()]).is_none(), "no residues of one number twice");
    }
}
