//! Schirokauer's logarithm of the units (1993).

use num_bigint::{BigInt, BigUint};
use num_traits::{One, Zero};

use super::polynomial::Polynomial;
use crate::mont::{Mont, to_limbs};
use crate::padic;

/// The homomorphism λ(x) = log(x^(q−1))/q modulo ℓ = q^k, with the q-adic logarithm at a place of degree one above q, of the
/// elements of a cubic field with one complex place. For k = 1 it is (x^(ℓ−1) − 1)/ℓ.
///
/// Its units have rank one. A logarithm modulo p is a homomorphism to Z/ℓ too; less a multiple of λ it vanishes on the
/// units, so that what is left belongs to the ideals (if q does not divide the class number). That multiple is one, by
/// the scale of all logarithms.
#[derive(Clone, Debug)]
pub(crate) struct Schirokauer {
    q: BigUint,
    k: u32,
    /// Modulo q^(k+1).
    ring: Mont<8>,
    root: BigUint,
}

/// q and k with ℓ = q^k.
fn root_of(ell: &BigUint) -> (BigUint, u32) {
    let root = (2..=16).rev().map(|k| (ell.nth_root(k), k)).find(|(q, k)| q.bits() > 1 && q.pow(*k) == *ell);
    root.unwrap_or_else(|| (ell.clone(), 1))
}

impl Schirokauer {
    /// For a power of a prime. Nothing if f has no simple root modulo that prime, or ℓ more than 256 bits.
    pub(crate) fn new(f: &Polynomial, ell: &BigUint) -> Option<Self> {
        if ell.bits() > 256 {
            return None;
        }
        let (q, k) = root_of(ell);
        let power = ell * &q;
        let (m, ring) = (Mont::<4>::new(&q)?, Mont::new(&power)?);
        let modulus = BigInt::from(power.clone());
        let reduced = |c: &BigInt| ((c % &modulus + &modulus) % &modulus).to_biguint().unwrap_or_default();
        let coefficients: Vec<BigInt> = f.0.iter().map(|c| BigInt::from(*c)).collect();
        let mut root = f.roots_modulo(&m).into_iter().min()?;
        // steps of Newton's, r − f(r)/f′(r), each of which doubles the digits
        for _ in 0..=k.ilog2() {
            let r = BigInt::from(root);
            let value = coefficients.iter().rev().fold(BigInt::zero(), |v, c| v * &r + c);
            let slope = coefficients.iter().enumerate().skip(1).rev().fold(BigInt::zero(), |v, (k, c)| v * &r + c * k);
            let inverse = BigInt::from(reduced(&slope).modinv(&power)?);
            root = reduced(&(r - value * inverse));
        }
        Some(Self { q, k, ring, root })
    }

    /// λ(c₀ + c₁α + c₂α²). Zero, which is as good as any value, where q divides the norm.
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
        let power = m.leave(&m.pow(&value, &(&self.q - 1u32)));
        if !(&power % &self.q).is_one() {
            return [0; 4];
        }
        let logarithm = if self.k == 1 { power - 1u32 } else { padic::log(&power, &self.q, self.k + 1) };
        to_limbs(&(logarithm / &self.q)).unwrap_or_default()
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

    #[test]
    fn a_power_of_a_prime_sees_as_much_of_products() {
        let f = Polynomial(vec![-1, -1, 0, 1]);
        for (q, k) in [((1u64 << 61) - 1, 2), (1_000_003, 3), (1_000_033, 5), (10_007, 8)] {
            let ell = BigUint::from(q).pow(k);
            let Some(map) = Schirokauer::new(&f, &ell) else { continue };
            let at = |c: [i128; 3]| from_limbs(&map.at(c));
            assert_eq!((at([2, 3, 0]) + at([5, -1, 0])) % &ell, at([10, 13, -3]), "{q}^{k}");
            assert_ne!(at([0, 1, 0]), BigUint::ZERO);
            assert_eq!(at([0, 1, 0]) % q, from_limbs(&Schirokauer::new(&f, &q.into()).unwrap().at([0, 1, 0])) % q);
        }
    }
}
