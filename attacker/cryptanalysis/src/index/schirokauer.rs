//! Schirokauer's logarithm of the units (1993).

use num_bigint::{BigInt, BigUint};
use num_traits::{One, Zero};

use super::polynomial::Polynomial;
use crate::mont::{Mont, to_limbs};

/// The homomorphism λ(x) = (x^(ℓ−1) − 1)/ℓ modulo ℓ, at a place of degree one above ℓ, of the elements of a cubic field
/// with one complex place.
///
/// Its units have rank one. A logarithm modulo p is a homomorphism to Z/ℓ too; less a multiple of λ it vanishes on the
/// units, so that what is left belongs to the ideals (if ℓ does not divide the class number). That multiple is one, by
/// the scale of all logarithms.
#[derive(Clone, Debug)]
pub(crate) struct Schirokauer {
    ell: BigUint,
    /// Modulo ℓ².
    ring: Mont<8>,
    root: BigUint,
}

impl Schirokauer {
    /// Nothing if f has no simple root modulo ℓ, or ℓ more than 240 bits.
    pub(crate) fn new(f: &Polynomial, ell: &BigUint) -> Option<Self> {
        let square = ell * ell;
        if ell.bits() > 240 {
            return None;
        }
        let (m, ring) = (Mont::<4>::new(ell)?, Mont::new(&square)?);
        let modulus = BigInt::from(square.clone());
        let reduced = |c: &BigInt| ((c % &modulus + &modulus) % &modulus).to_biguint().unwrap_or_default();
        let coefficients: Vec<BigInt> = f.0.iter().map(|c| BigInt::from(*c)).collect();
        let root = f.roots_modulo(&m).into_iter().min()?;
        // one step of Newton's: r − f(r)/f′(r)
        let r = BigInt::from(root);
        let value = coefficients.iter().rev().fold(BigInt::zero(), |v, c| v * &r + c);
        let slope = coefficients.iter().enumerate().skip(1).rev().fold(BigInt::zero(), |v, (k, c)| v * &r + c * k);
        let inverse = BigInt::from(reduced(&slope).modinv(&square)?);
        Some(Self { ell: ell.clone(), ring, root: reduced(&(r - value * inverse)) })
    }

    /// λ(c₀ + c₁α + c₂α²). Zero, which is as good as any value, where ℓ divides the norm.
    pub(crate) fn at(&self, element: [i128; 3]) -> [u64; 4] {
        let m = &self.ring;
        let r = m.enter(&self.root);
        let enter = |c: i128| {
            let mut limbs = [0; 8];
            (limbs[0], limbs[1]) = (c.unsigned_abs() as u64, (c.unsigned_abs() >> 64) as u64);
            let value = m.enter_limbs(&limbs);
            if c < 0 { m.neg(&value) } else { value }
        };
        let value = element.iter().rev().fold([0; 8], |v, c| m.add(&m.mul(&v, &r), &enter(*c)));
        let power = m.leave(&m.pow(&value, &(&self.ell - 1u32)));
        if (&power % &self.ell).is_one() { to_limbs(&(power / &self.ell)).unwrap_or_default() } else { [0; 4] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mont::from_limbs;

    /// x³ − x − 1 with the unit x of infinite order, modulo a prime where it has a root.
    #[test]
    fn products_become_sums_and_the_unit_is_seen() {
        let f = Polynomial(vec![-1, -1, 0, 1]);
        // f has a root modulo two thirds of all primes
        let primes = [20_716_536_795_492_694_676_289_676_163u128, (1 << 61) - 1, (1 << 89) - 1].map(BigUint::from);
        let (ell, map) = primes.into_iter().find_map(|ell| Some((ell.clone(), Schirokauer::new(&f, &ell)?))).unwrap();
        let at = |c: [i128; 3]| from_limbs(&map.at(c));
        // (2 + 3x)(5 − x) = 10 + 13x − 3x²
        assert_eq!((at([2, 3, 0]) + at([5, -1, 0])) % &ell, at([10, 13, -3]));
        // x(x² − 1) = 1
        assert_eq!((at([0, 1, 0]) + at([-1, 0, 1])) % &ell, BigUint::ZERO);
        assert_ne!(at([0, 1, 0]), BigUint::ZERO);
        assert_eq!(at([-1, 0, 0]), BigUint::ZERO, "roots of unity are not");
    }
}
