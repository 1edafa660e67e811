//! Index calculus in F_p with the Gaussian integer method (Coppersmith, Odlyzko, Schroeppel 1986), generalised to all
//! imaginary quadratic fields, with lattice sieving, structured Gaussian elimination, Lanczos and special-q descent.

mod algebra;
mod base;
mod descent;
mod field;
mod file;
mod filter;
mod harvest;
mod logs;
mod matrix;
mod parameters;
mod precomputation;
mod relation;
mod sieve;

use std::sync::Arc;

use num_bigint::BigUint;
use num_traits::Zero;

use self::descent::Descent;
use self::field::Field;
use self::logs::Logs;
use self::precomputation::Table;
use self::relation::{Key, Row};
use super::budget::{Failure, Watch};
use super::mont::from_limbs;
use super::solution::Method;

pub(crate) use self::field::MAX_BITS;
pub use self::precomputation::Precomputation;

impl Field {
    /// (p) is the product of the ideals above it: nothing for an inert p.
    fn norm_relation(&self, p: u32) -> Option<Row> {
        let roots = self.roots(p);
        let ideals = match roots[..] {
            [] => return None,
            [r] => vec![(Key::ideal(p, r), 2)],
            _ => roots.into_iter().map(|r| (Key::ideal(p, r), 1)).collect(),
        };
        Some(ideals.into_iter().chain([(Key::rational(p), -1)]).collect())
    }
}

/// The logarithm of y to the unknown base of the table.
fn log(table: &Table, y: &BigUint, logs: &Logs, watch: &Watch<'_>) -> Result<BigUint, Failure> {
    let found = Descent::new(table, logs, watch).log(y)?.ok_or_else(|| Failure::TooHard {
        why: "no randomisation of this target could be expressed through the factor base".to_owned(),
    })?;
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
        let failed = |why: &str| Failure::TooHard { why: why.to_owned() };
        let Some(logs) = self.table.logs(&self.ell) else { return Err(failed("the table lacks this order")) };
        let p = &self.table.field.p;
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
        Err(failed("the logarithms found by index calculus failed their check"))
    }

    pub(crate) fn method(&self) -> Method {
        Method::IndexCalculus {
            bits: self.table.field.p.bits(),
            discriminant: self.table.field.d,
            known_logarithms: self.table.logs.iter().map(|logs| logs.known.len()).sum(),
        }
    }
}
