//! Index calculus in F_p with two number fields (Joux and Lercier 2003), of which the Gaussian integer method
//! (Coppersmith, Odlyzko, Schroeppel 1986) is the first case, with lattice sieving, structured Gaussian elimination,
//! Lanczos and special-q descent.

mod algebra;
mod base;
mod checkpoint;
mod cofactor;
mod combinations;
mod descent;
mod file;
mod filter;
mod form;
mod harvest;
mod lanczos;
mod lattice;
mod logs;
mod matrix;
mod pair;
mod parameters;
mod polynomial;
mod precomputation;
mod relation;
mod roots;
mod schirokauer;
mod select;
mod sieve;
mod smoothness;
mod split;
mod survivors;
mod table;
mod units;

use std::sync::Arc;

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::Zero;

use self::descent::Descent;
use self::logs::Logs;
use self::table::Table;
use super::budget::{Failure, Watch};
use super::failure::{Obstacle, Step};
use super::mont::from_limbs;
use super::solution::Method;

pub(crate) use self::pair::MAX_BITS;
pub use self::precomputation::Precomputation;

/// The logarithm of y to the unknown base of the table.
fn log(table: &Table, y: &BigUint, logs: &Logs, watch: &Watch<'_>) -> Result<BigUint, Failure> {
    let found = Descent::new(table, logs, watch)
        .log(y)?
        .ok_or_else(|| Failure::stuck(Obstacle::IndexCalculus { at: Step::Descent }))?;
    Ok(from_limbs(&found))
}

/// Logarithms to the base g in its subgroup of one prime power order.
pub(crate) struct Subgroup {
    table: Arc<Table>,
    g: BigUint,
    /// That order.
    order: BigUint,
    /// The power of the prime in p − 1.
    ell: BigUint,
    /// The logarithm of g without its powers of the prime, inverted.
    scale: BigUint,
}

impl Subgroup {
    /// Where the order of g has the factor `order`, and p − 1 the factor `ell`, which is a power of the same prime. Nothing
    /// if the table lacks its logarithms, or has none of g.
    pub(crate) fn new(
        table: Arc<Table>,
        g: &BigUint,
        order: &BigUint,
        ell: &BigUint,
        watch: &Watch<'_>,
    ) -> Result<Option<Self>, Failure> {
        let Some(logs) = table.logs(ell) else { return Ok(None) };
        let log = log(&table, g, logs, watch)? % ell;
        let (unit, rest) = log.div_rem(&(ell / order));
        if !rest.is_zero() {
            return Ok(None);
        }
        let Some(scale) = unit.modinv(order) else { return Ok(None) };
        Ok(Some(Self { table, g: g.clone(), order: order.clone(), ell: ell.clone(), scale }))
    }

    /// x modulo the order with y = g^x up to elements of other orders, verified.
    pub(crate) fn log(&self, y: &BigUint, watch: &Watch<'_>) -> Result<BigUint, Failure> {
        let failed = || Failure::stuck(Obstacle::IndexCalculus { at: Step::Check });
        let Some(logs) = self.table.logs(&self.ell) else { return Err(failed()) };
        let p = &self.table.pair.p;
        let k = (p - 1u32) / &self.ell;
        let target = y.modpow(&k, p);
        let g = self.g.modpow(&k, p);
        let mut shifted = y.clone();
        for shift in 0..4u32 {
            let value = log(&self.table, &shifted, logs, watch)? % &self.ell / (&self.ell / &self.order);
            let x = (value * &self.scale + &self.order - shift) % &self.order;
            if g.modpow(&x, p) == target {
                return Ok(x);
            }
            shifted = shifted * &self.g % p;
        }
        Err(failed())
    }

    pub(crate) fn method(&self) -> Method {
        self.table.pair.method(self.table.logs.iter().map(|logs| logs.known.len()).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::pair::Pair;
    use super::*;
    use crate::budget::{Budget, Phase};

    /// The same logarithm in two pairs of fields, each verified by [`Subgroup::log`], and the files of both.
    #[test]
    fn both_pairs_of_fields_find_the_same_logarithm() {
        // a safe prime of 104 bits
        let p: BigUint = "15713858200628223569333830865027".parse().unwrap();
        let (g, ell) = (BigUint::from(4u32), (&p - 1u32) >> 1u32);
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        let x = BigUint::from(0x1234_5678_9abc_def0u64) * 987_654_321u32;
        let y = g.modpow(&x, &p);
        for pair in [Pair::quadratic(&p), select::cubic(&p, std::slice::from_ref(&ell))] {
            let work = Precomputation::new(&p);
            *work.pair.lock().unwrap() = pair;
            let table = work.table(std::slice::from_ref(&ell), &watch).unwrap();
            let subgroup = Subgroup::new(table, &g, &ell, &ell, &watch).unwrap().unwrap();
            assert_eq!(subgroup.log(&y, &watch).unwrap(), &x % &ell);
            // a target far below p, which makes a lopsided lattice
            let small = BigUint::from(1_234_567u32 * 1000);
            assert!(subgroup.log(&small, &watch).is_ok(), "verified by the subgroup");
            let again = Precomputation::from_bytes(&work.to_bytes(), &p).unwrap();
            assert_eq!(again.chosen(), work.chosen());
            assert_eq!(again.logarithms(), work.logarithms());
        }
    }

    /// The file of a table that has the logarithms modulo one factor of the order, and then another is needed: the other's are
    /// added, and those that were there stay. Where the polynomials do not suit the other factor, others are chosen.
    #[test]
    fn a_table_that_lacks_a_factor_is_completed() {
        // 2·q·r + 1
        let (q, r) = (BigUint::from(140_737_488_367_699u64), BigUint::from(211_106_232_533_267u64));
        let p = &q * &r * 2u32 + 1u32;
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        let x = BigUint::from(0x1234_5678_9abcu64);
        let (mut kept, mut anew) = (0, 0);
        for pair in [
            Pair::quadratic(&p),
            select::cubic(&p, std::slice::from_ref(&q)),
            select::cubic(&p, &[q.clone(), r.clone()]),
        ] {
            let begun = Precomputation::new(&p);
            *begun.pair.lock().unwrap() = pair;
            begun.table(std::slice::from_ref(&q), &watch).unwrap();
            let work = Precomputation::from_bytes(&begun.to_bytes(), &p).unwrap();
            assert!(work.is_complete() && work.has(std::slice::from_ref(&q)) && !work.has(std::slice::from_ref(&r)));
            let before = work.logarithms();
            work.table(std::slice::from_ref(&r), &watch).unwrap();
            if work.chosen() == begun.chosen() {
                assert!(work.logarithms() > before);
                kept += 1;
            } else {
                anew += 1;
            }
            assert!(work.is_complete() && work.has(&[q.clone(), r.clone()]));
            // nothing is sieved any more
            let whole = Precomputation::from_bytes(&work.to_bytes(), &p).unwrap();
            for ell in [&q, &r] {
                let k = (&p - 1u32) / ell;
                let g = BigUint::from(7u32).modpow(&k, &p);
                let table = whole.table(&[q.clone(), r.clone()], &watch).unwrap();
                let subgroup = Subgroup::new(table, &g, ell, ell, &watch).unwrap().unwrap();
                assert_eq!(subgroup.log(&g.modpow(&x, &p), &watch).unwrap(), x);
            }
        }
        assert!(kept >= 2, "{kept} were completed with the same polynomials, {anew} with others");
    }

    /// One system of equations for both factors of 2·q·r + 1, and each with its own map of Schirokauer's.
    #[test]
    fn two_factors_share_their_equations_in_a_cubic_field() {
        let ells = [140_737_488_367_699u64, 211_106_232_533_267].map(BigUint::from);
        let p = ells.iter().product::<BigUint>() * 2u32 + 1u32;
        let budget = Budget::default();
        let mut systems = 0;
        let mut count = |phase: Phase, done: u64, _: u64| systems += u32::from(phase == Phase::Filter && done == 2);
        let work = Precomputation::new(&p);
        *work.pair.lock().unwrap() = select::cubic(&p, &ells);
        let table = work.table(&ells, &Watch::new(&budget, &mut count)).unwrap();
        assert_eq!(table.logs.iter().map(|logs| logs.ell.clone()).collect::<Vec<_>>(), ells);
        assert_eq!(systems, 1);
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        let x = BigUint::from(0x1234_5678_9abcu64);
        for ell in &ells {
            let g = BigUint::from(7u32).modpow(&((&p - 1u32) / ell), &p);
            let subgroup = Subgroup::new(table.clone(), &g, ell, ell, &watch).unwrap().unwrap();
            assert_eq!(subgroup.log(&g.modpow(&x, &p), &watch).unwrap(), x);
        }
    }

    /// p − 1 with the square and with the cube of a large prime, in both pairs of fields; g of every order.
    #[test]
    fn a_power_of_a_prime_will_do_for_the_linear_algebra() {
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        for (q, e) in [((1u64 << 45) - 55, 2u32), ((1 << 32) - 5, 3)] {
            let ell = BigUint::from(q).pow(e);
            let (p, k) =
                (1u32..).map(|k| (&ell * (2 * k) + 1u32, 2 * k)).find(|(p, _)| crate::prime::is_prime(p)).unwrap();
            for pair in [Pair::quadratic(&p), select::cubic(&p, std::slice::from_ref(&ell))] {
                let work = Precomputation::new(&p);
                *work.pair.lock().unwrap() = pair;
                let table = work.table(std::slice::from_ref(&ell), &watch).unwrap();
                for power in 0..e {
                    let order = BigUint::from(q).pow(e - power);
                    let g = (2u32..)
                        .map(|g| BigUint::from(g).modpow(&(BigUint::from(q).pow(power) * k), &p))
                        .find(|g| g.modpow(&(&order / q), &p) != BigUint::from(1u32))
                        .unwrap();
                    let subgroup = Subgroup::new(table.clone(), &g, &order, &ell, &watch).unwrap().unwrap();
                    let x = BigUint::from(3u32).pow(50) % &order;
                    assert_eq!(subgroup.log(&g.modpow(&x, &p), &watch).unwrap(), x, "{q}^{}", e - power);
                }
            }
        }
    }
}
