//! Chinese remaindering.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::One;

/// What is known of a number: x mod modulus. The default is "nothing".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Residue {
    pub(crate) x: BigUint,
    pub(crate) modulus: BigUint,
}

impl Default for Residue {
    fn default() -> Self {
        Self { x: BigUint::ZERO, modulus: BigUint::one() }
    }
}

impl Residue {
    /// Both facts as one, or nothing if they contradict each other. The moduli need not be coprime.
    pub(crate) fn combine(&self, other: &Self) -> Option<Self> {
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
