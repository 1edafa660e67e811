//! Logarithms modulo a power beyond its base: the q-adic logarithm turns multiplication into addition.
//!
//! It asks for no factor of the base: modulo n^k, where nobody knows the factors of n, it finds the exponents of 1 + n·t
//! modulo n^(k−1) all the same (Paillier 1999 rests on it).

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

use super::budget::{Failure, Watch};
use super::ledger::{Fact, Ledger};
use super::pohlig::{Cyclic, Hard};
use super::proof::Proof;
use super::residue::Residue;
use super::solution::Method;

/// The part of ⟨g⟩ modulo base^e that is one modulo the base.
pub(crate) struct Padic {
    /// A prime, or an odd composite without prime factors up to e.
    base: BigUint,
    e: u32,
    modulus: BigUint,
    g: BigUint,
    /// g to this power is one modulo the base (modulo four, if that is two).
    raised: BigUint,
    /// Of g to that power.
    own_order: BigUint,
    order: BigUint,
    /// The logarithm of g to that power, without its powers of the base.
    unit: BigUint,
    /// Those.
    cofactor: BigUint,
}

impl Padic {
    /// `raised` is such that g to this power is one modulo the base. For the base two it is chosen here.
    ///
    /// # Errors
    /// A factor of the base, where it turns out to be composite.
    pub(crate) fn new(base: &BigUint, e: u32, g: &BigUint, raised: &BigUint) -> Result<Self, BigUint> {
        let modulus = base.pow(e);
        let two = is_two(base);
        let raised = if two { BigUint::from(if g.bit(1) { 2u32 } else { 1 }) } else { raised.clone() };
        let mut unit = log(&g.modpow(&raised, &modulus), base, e);
        let mut cofactor = BigUint::one();
        while cofactor < modulus && (&unit % base).is_zero() {
            unit /= base;
            cofactor *= base;
        }
        let common = unit.gcd(base);
        if cofactor < modulus && !common.is_one() {
            return Err(common);
        }
        let own_order = &modulus / &cofactor;
        // an odd power of a g of −1 modulo four is no square
        let order = if two { &own_order * &raised } else { own_order.clone() };
        Ok(Self { base: base.clone(), e, g: g % &modulus, raised, own_order, order, unit, cofactor, modulus })
    }
}

fn is_two(base: &BigUint) -> bool {
    *base == BigUint::from(2u32)
}

/// log(1 + t) = t − t²/2 + t³/3 − … modulo base^e, of an h = 1 + t that is one modulo the base (modulo four, if that is
/// two). Zero for all others.
pub(crate) fn log(h: &BigUint, base: &BigUint, e: u32) -> BigUint {
    // a power of h has a shorter series: log h^(base^r) = base^r · log h
    let raise = if base.bits() <= 16 { e.isqrt() } else { 0 };
    let precision = e + raise;
    let least = if is_two(base) { 2 } else { 1 } + raise;
    let powers = |k: u32| {
        let (mut k, mut count) = (BigUint::from(k), 0u32);
        while (&k % base).is_zero() {
            k /= base;
            count += 1;
        }
        (k, count)
    };
    // the first k from which on base^precision divides every t^k/k
    let small = if base.bits() <= 16 { base.iter_u32_digits().next().unwrap_or(2).max(2) } else { u32::MAX };
    let digits = |k: u32| k.max(1).ilog(small);
    let terms = (1..).find(|k| k * least >= precision + digits(*k)).unwrap_or(precision);
    let modulus = base.pow(precision + digits(terms));
    let h = h.modpow(&base.pow(raise), &modulus);
    let t = (h + &modulus - 1u32) % &modulus;
    if !(&t % base).is_zero() {
        return BigUint::zero();
    }
    let (mut power, mut sum) = (BigUint::one(), BigUint::zero());
    for k in 1..terms {
        power = power * &t % &modulus;
        let (rest, count) = powers(k);
        let inverse = rest.modinv(&modulus).unwrap_or_default();
        let term = &power / base.pow(count) * inverse % &modulus;
        sum += if k % 2 == 1 { term } else { &modulus - term };
    }
    (sum % base.pow(precision)) / base.pow(raise) % base.pow(e)
}

impl Cyclic for Padic {
    fn log(&self, y: &BigUint, ledger: &Ledger, watch: &Watch<'_>) -> Result<(), Failure> {
        watch.spend(u64::from(self.e))?;
        let refused = |modulus: BigUint, n: BigUint| Err(Failure::no_solution(Proof::Order { modulus, n }));
        let two = is_two(&self.base);
        let y = y % &self.modulus;
        let h = y.modpow(&self.raised, &self.modulus);
        let near = if two { BigUint::from(4u32).min(self.modulus.clone()) } else { self.base.clone() };
        if !(&h % &near).is_one() {
            return refused(near, self.raised.clone());
        }
        let value = log(&h, &self.base, self.e);
        if !(&value % &self.cofactor).is_zero() {
            return refused(self.modulus.clone(), &self.raised * &self.own_order);
        }
        let inverse = self.unit.modinv(&self.own_order).unwrap_or_default();
        let mut x = value / &self.cofactor * inverse % &self.own_order;
        if two {
            // which of the exponents whose squares fit
            while self.g.modpow(&x, &self.modulus) != y {
                x += &self.own_order;
                if x >= self.order {
                    let (modulus, order) = (self.modulus.clone(), self.order.clone());
                    return Err(Failure::no_solution(Proof::Subgroup { modulus, n: BigUint::one(), order }));
                }
            }
        }
        ledger.add(Fact {
            modulus: self.modulus.clone(),
            n: if two { self.order.clone() } else { &self.raised * &self.order },
            base: self.base.clone(),
            residue: Residue { x, modulus: self.order.clone() },
        });
        Ok(())
    }

    fn order(&self) -> &BigUint {
        &self.order
    }

    fn hard(&self) -> &[Hard] {
        &[]
    }

    fn method(&self) -> Method {
        Method::Padic { exponent: self.e }
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;

    fn found(padic: &Padic, y: &BigUint) -> Result<BigUint, Failure> {
        let (budget, ledger) = (Budget::default(), Ledger::default());
        padic.log(y, &ledger, &Watch::new(&budget, &mut ()))?;
        let sum = ledger.sum().unwrap();
        assert_eq!(sum.modulus, padic.order);
        Ok(sum.x)
    }

    #[test]
    fn exponents_come_back_modulo_the_power() {
        let q = BigUint::from((1u64 << 61) - 1);
        let (e, g) = (4, BigUint::from(3u32));
        let padic = Padic::new(&q, e, &g, &(&q - 1u32)).unwrap();
        assert_eq!(padic.order, q.pow(3));
        let x = BigUint::from(7u32).pow(60) % &padic.order;
        assert_eq!(found(&padic, &g.modpow(&x, &q.pow(e))).unwrap(), x);
        // an element of order q − 1 reaches nothing here
        let g = g.modpow(&q.pow(3), &q.pow(e));
        let padic = Padic::new(&q, e, &g, &(&q - 1u32)).unwrap();
        assert!(padic.order.is_one());
        assert!(matches!(found(&padic, &BigUint::from(3u32)), Err(Failure::NoSolution { .. })));
    }

    /// Every unit modulo small powers, against counting.
    #[test]
    fn small_bases_are_counted_right() {
        for (base, e) in [(2u32, 2u32), (2, 3), (2, 4), (2, 7), (2, 9), (3, 2), (3, 5), (5, 3), (7, 2)] {
            let n = base.pow(e);
            for g in (1..n).filter(|g| g % base != 0) {
                let big = BigUint::from(g);
                let padic = Padic::new(&base.into(), e, &big, &BigUint::from(base - 1)).unwrap();
                let mut power = 1;
                for x in 0..n {
                    let modulo = BigUint::from(x) % &padic.order;
                    assert_eq!(found(&padic, &BigUint::from(power)), Ok(modulo), "{g}^{x} modulo {base}^{e}");
                    power = power * g % n;
                }
            }
        }
    }

    #[test]
    fn a_base_that_nobody_factored_will_do() {
        let (p, q) = ((BigUint::one() << 89u32) - 1u32, (BigUint::one() << 107u32) - 1u32);
        let n = &p * &q;
        let one = BigUint::one();
        let padic = Padic::new(&n, 3, &(&n + 1u32), &one).unwrap();
        assert_eq!(padic.order, n.pow(2));
        let x = BigUint::from(3u32).pow(200) % n.pow(2);
        assert_eq!(found(&padic, &(&n + 1u32).modpow(&x, &n.pow(3))).unwrap(), x);
        // 1 + n·p gives a factor away
        assert_eq!(Padic::new(&n, 3, &(&n * &p + 1u32), &one).err(), Some(p));
    }
}
