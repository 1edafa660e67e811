//! Index calculus in F_p with two number fields (Joux and Lercier 2003), of which the Gaussian integer method
//! (Coppersmith, Odlyzko, Schroeppel 1986) is the first case, with lattice sieving, structured Gaussian elimination,
//! Lanczos and special-q descent.

mod algebra;
mod base;
mod cofactor;
mod descent;
mod file;
mod filter;
mod form;
mod harvest;
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
mod split;
mod survivors;

use std::sync::Arc;

use num_bigint::BigUint;
use num_traits::Zero;

use self::descent::Descent;
use self::logs::Logs;
use self::precomputation::Table;
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

/// Logarithms to the base g in the subgroup of one prime order.
pub(crate) struct Subgroup {
    table: Arc<Table>,
    g: BigUint,
    ell: BigUint,
    /// The logarithm of g, inverted.
    scale: BigUint,
}

impl Subgroup {
    pub(crate) fn new(
        table: Arc<Table>,
        g: &BigUint,
        ell: &BigUint,
        watch: &Watch<'_>,
    ) -> Result<Option<Self>, Failure> {
        let Some(logs) = table.logs(ell) else { return Ok(None) };
        let log = log(&table, g, logs, watch)?;
        if log.is_zero() {
            return Ok(None);
        }
        let Some(scale) = log.modinv(ell) else { return Ok(None) };
        Ok(Some(Self { table, g: g.clone(), ell: ell.clone(), scale }))
    }

    /// x modulo ℓ with y = g^x up to elements of other orders, verified.
    pub(crate) fn log(&self, y: &BigUint, watch: &Watch<'_>) -> Result<BigUint, Failure> {
        let failed = || Failure::stuck(Obstacle::IndexCalculus { at: Step::Check });
        let Some(logs) = self.table.logs(&self.ell) else { return Err(failed()) };
        let p = &self.table.pair.p;
        let k = (p - 1u32) / &self.ell;
        let target = y.modpow(&k, p);
        let g = self.g.modpow(&k, p);
        let mut shifted = y.clone();
        for shift in 0..4u32 {
            let x = log(&self.table, &shifted, logs, watch)? * &self.scale % &self.ell;
            let x = (x + &self.ell - shift) % &self.ell;
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
    use crate::budget::Budget;

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
            work.pair.set(pair.unwrap()).unwrap();
            let table = work.table(std::slice::from_ref(&ell), &watch).unwrap();
            let subgroup = Subgroup::new(table, &g, &ell, &watch).unwrap().unwrap();
            assert_eq!(subgroup.log(&y, &watch).unwrap(), &x % &ell);
            // a target far below p, which makes a lopsided lattice
            let small = BigUint::from(1_234_567u32 * 1000);
            assert!(subgroup.log(&small, &watch).is_ok(), "verified by the subgroup");
            let again = Precomputation::from_bytes(&work.to_bytes(), &p).unwrap();
            assert_eq!(again.pair.get(), work.pair.get());
            assert_eq!(again.logarithms(), work.logarithms());
        }
    }
}
