//! Logarithms modulo a prime power beyond the prime: the q-adic logarithm turns multiplication into addition.

use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::budget::{Failure, Watch};
use super::pohlig::Cyclic;
use super::proof::Proof;
use super::residue::Residue;
use super::solution::Method;

/// The subgroup 1 + q·Z of the units modulo q^e, where a power of g has an order that divides q^(e−1). q is above e.
pub(crate) struct Padic {
    q: BigUint,
    e: u32,
    modulus: BigUint,
    order: BigUint,
    hard: BigUint,
    /// The logarithm of g^(q−1) without its powers of q.
    unit: BigUint,
    /// That of q.
    cofactor: BigUint,
}

impl Padic {
    pub(crate) fn new(q: &BigUint, e: u32, g: &BigUint) -> Self {
        let modulus = q.pow(e);
        let mut unit = log(&g.modpow(&(q - 1u32), &modulus), e, &modulus);
        let mut cofactor = BigUint::one();
        while (&unit % q).is_zero() && cofactor < modulus {
            unit /= q;
            cofactor *= q;
        }
        Self { q: q.clone(), e, order: &modulus / &cofactor, hard: BigUint::one(), unit, cofactor, modulus }
    }
}

/// log(1 + t) = t − t²/2 + t³/3 − … for a t that q divides.
fn log(h: &BigUint, e: u32, modulus: &BigUint) -> BigUint {
    let t = (h + modulus - 1u32) % modulus;
    let (mut power, mut sum) = (BigUint::one(), BigUint::zero());
    for k in 1..e {
        power = power * &t % modulus;
        let term = &power * BigUint::from(k).modinv(modulus).unwrap_or_default() % modulus;
        sum += if k % 2 == 1 { term } else { modulus - term };
    }
    sum % modulus
}

impl Cyclic for Padic {
    fn log(&self, y: &BigUint, _: &Watch<'_>) -> Result<Residue, Failure> {
        let h = y.modpow(&(&self.q - 1u32), &self.modulus);
        let value = log(&h, self.e, &self.modulus);
        if !(&value % &self.cofactor).is_zero() {
            let proof = Proof::Order { modulus: self.modulus.clone(), n: (&self.q - 1u32) * &self.order };
            return Err(Failure::no_solution(proof));
        }
        let inverse = self.unit.modinv(&self.order).unwrap_or_default();
        Ok(Residue { x: value / &self.cofactor * inverse % &self.order, modulus: self.order.clone() })
    }

    fn order(&self) -> &BigUint {
        &self.order
    }

    fn hard(&self) -> &BigUint {
        &self.hard
    }

    fn method(&self) -> Method {
        Method::Padic { exponent: self.e }
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;

    #[test]
    fn exponents_come_back_modulo_the_power() {
        let q = BigUint::from((1u64 << 61) - 1);
        let (e, g) = (4, BigUint::from(3u32));
        let padic = Padic::new(&q, e, &g);
        assert_eq!(padic.order, q.pow(3));
        let x = BigUint::from(7u32).pow(60) % &padic.order;
        let budget = Budget::default();
        let found = padic.log(&g.modpow(&x, &q.pow(e)), &Watch::new(&budget, &mut ())).unwrap();
        assert_eq!(found.x, x);
        // an element of order q − 1 reaches nothing here
        let g = g.modpow(&q.pow(3), &q.pow(e));
        let padic = Padic::new(&q, e, &g);
        assert!(padic.order.is_one());
        assert!(matches!(
            padic.log(&BigUint::from(3u32), &Watch::new(&budget, &mut ())),
            Err(Failure::NoSolution { .. })
        ));
    }
}
