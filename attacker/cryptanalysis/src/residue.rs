//! Chinese remaindering.

use std::fmt;

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::One;

/// What is known of a number: x mod modulus. The default is "nothing". Serialised in decimal digits, all of them.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Residue {
    /// Below the modulus.
    #[serde(with = "decimal")]
    pub x: BigUint,
    /// Positive.
    #[serde(with = "decimal")]
    pub modulus: BigUint,
}

/// Long numbers as text: readers of JSON keep 53 bits of a number.
pub(crate) mod decimal {
    use num_bigint::BigUint;
    use serde::Serializer;

    pub(crate) fn serialize<S: Serializer>(n: &BigUint, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(n)
    }
}

impl fmt::Display for Residue {
    /// As the end of a sentence; empty where nothing is known.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.modulus.is_one() {
            return Ok(());
        }
        write!(f, "; known: x = {} modulo {}", self.x, self.modulus)
    }
}

impl Default for Residue {
    fn default() -> Self {
        Self { x: BigUint::ZERO, modulus: BigUint::one() }
    }
}

impl Residue {
    /// Whether it says nothing.
    pub fn is_nothing(&self) -> bool {
        self.modulus.is_one()
    }

    /// How many bits are known.
    pub fn bits(&self) -> u64 {
        if self.is_nothing() { 0 } else { self.modulus.bits() }
    }

    /// Both facts as one, or nothing if they contradict each other. The moduli need not be coprime.
    pub fn combine(&self, other: &Self) -> Option<Self> {
        let (m, n) = (BigInt::from(self.modulus.clone()), BigInt::from(other.modulus.clone()));
        let extended = m.extended_gcd(&n);
        let difference = BigInt::from(other.x.clone()) - BigInt::from(self.x.clone());
        let (quotient, rest) = difference.div_rem(&extended.gcd);
        if rest != BigInt::ZERO {
            return None;
        }
        let lcm = &m / &extended.gcd * &n;
        let step = (quotient * extended.x).mod_floor(&(&n / &extended.gcd));
        let x = (BigInt::from(self.x.clone()) + m * step).mod_floor(&lcm);
        Some(Self { x: x.to_biguint()?, modulus: lcm.to_biguint()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn residue(x: u32, modulus: u32) -> Residue {
        Residue { x: x.into(), modulus: modulus.into() }
    }

    #[test]
    fn remainders_join_or_contradict() {
        // Sun Tzu: 2 mod 3, 3 mod 5, 2 mod 7
        let joined = residue(2, 3).combine(&residue(3, 5)).and_then(|r| r.combine(&residue(2, 7)));
        assert_eq!(joined, Some(residue(23, 105)));
        assert_eq!(residue(3, 4).combine(&residue(5, 6)), Some(residue(11, 12)));
        assert_eq!(residue(3, 4).combine(&residue(4, 6)), None);
    }
}
