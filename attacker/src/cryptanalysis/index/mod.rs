//! Index calculus in F_p with the Gaussian integer method (Coppersmith, Odlyzko, Schroeppel 1986), generalised to all
//! imaginary quadratic fields, with lattice sieving, structured Gaussian elimination, Lanczos and special-q descent.

mod algebra;
mod descent;
mod field;
mod filter;
mod logs;
mod parameters;
mod relation;
mod sieve;

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use num_bigint::BigUint;
use num_traits::Zero;

use self::descent::Descent;
use self::field::Field;
use self::logs::{Logs, Value};
use self::parameters::Parameters;
use self::relation::{Bases, Found, Key, KeyMap, KeySet, Row, harvest};
use self::sieve::Base;
use super::budget::{Failure, Phase, Watch};
use super::mont::from_limbs;
use super::prime::primes_up_to;
use super::solution::Method;

pub(crate) use self::field::MAX_BITS;

/// What is done once for a prime: the logarithms of the factor base.
pub(crate) struct Precomputation {
    field: Field,
    parameters: Parameters,
    bases: Bases,
    /// The primes of the rational side as divisors of the first and of the second coordinate.
    numerators: Base,
    denominators: Base,
    /// For each large prime factor of p − 1.
    logs: Vec<Logs>,
}

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

impl Precomputation {
    /// Sieves and solves modulo each of `ells`, prime factors of p − 1.
    pub(crate) fn new(p: &BigUint, ells: &[BigUint], watch: &Watch<'_>) -> Result<Self, Failure> {
        let no_field = || Failure::TooHard { why: format!("no quadratic field suits a p of {} bits", p.bits()) };
        let field = Field::new(p).ok_or_else(no_field)?;
        let parameters = Parameters::for_bits(p.bits());
        let bases = Bases::new(&field, &parameters);
        let limit = 1u32 << (parameters.large_bits[0].ceil() as u32).min(30);
        let specials: Vec<u32> = primes_up_to(limit.max(parameters.first_special * 8))
            .into_iter()
            .filter(|q| *q >= parameters.first_special)
            .collect();
        let next = AtomicUsize::new(0);
        let found: Mutex<Vec<Found>> = Mutex::default();
        let free = |found: &[Found]| free_relations(&field, found);
        // no system of fewer relations than half the factor base ever closes
        let mut goal = (bases.rational.len() + bases.algebraic.len()) / 2;
        loop {
            let due = AtomicUsize::new(goal.max(64));
            let enough = |found: &[Found]| {
                if found.len() < due.load(Ordering::Relaxed) {
                    return false;
                }
                let (have, need) = balance(found, &field);
                watch.report(Phase::Sieve, have as u64, (need as u64).max(1));
                due.store(found.len() + (found.len() / 12).max(16), Ordering::Relaxed);
                have > need
            };
            let before = next.load(Ordering::Relaxed);
            harvest(&field, &bases, &parameters, &specials, &next, &found, watch, &enough)?;
            let relations = found.lock().map_err(|_| Failure::Cancelled)?.clone();
            if std::env::var("DLOG_DEBUG").is_ok() {
                eprintln!(
                    "d {} special-q {} relations {} bounds {:?}",
                    field.d,
                    next.load(Ordering::Relaxed),
                    relations.len(),
                    parameters
                );
            }
            let unique = deduplicate(&relations);
            let rows: Vec<Row> = unique.chain(free(&relations)).collect();
            let mut logs = Vec::new();
            for ell in ells {
                match logs::solve(&rows, &field, ell, watch)? {
                    Some(solved) => logs.push(solved),
                    None => break,
                }
            }
            if logs.len() == ells.len() {
                let rational = |bound| primes_up_to(bound).into_iter();
                let numerators = Base::new(rational(parameters.bound[0]).map(|q| (q, 0)));
                let denominators = Base::new(rational(parameters.bound[0]).map(|q| (q, q)));
                return Ok(Self { field, parameters, bases, numerators, denominators, logs });
            }
            if next.load(Ordering::Relaxed) == before || before > specials.len() {
                return Err(Failure::TooHard { why: "the sieve ran out of special primes".to_owned() });
            }
            goal = relations.len() + relations.len() / 10 + 32;
        }
    }

    fn logs(&self, ell: &BigUint) -> Option<&Logs> {
        self.logs.iter().find(|logs| logs.ell == *ell)
    }

    fn log(&self, y: &BigUint, logs: &Logs, watch: &Watch<'_>) -> Result<Value, Failure> {
        Descent::new(self, logs, watch).log(y)?.ok_or_else(|| Failure::TooHard {
            why: "no randomisation of this target could be expressed through the factor base".to_owned(),
        })
    }
}

fn deduplicate(found: &[Found]) -> impl Iterator<Item = Row> + '_ {
    let mut seen = HashSet::new();
    found.iter().filter(move |(point, _)| seen.insert(*point)).map(|(_, row)| row.clone())
}

/// The relations of primes whose ideals all occur.
fn free_relations(field: &Field, found: &[Found]) -> Vec<Row> {
    let keys: KeySet = found.iter().flat_map(|(_, row)| row).map(|(key, _)| *key).collect();
    let primes: HashSet<u32> = keys.iter().filter(|k| k.root().is_some()).map(|k| k.prime()).collect();
    let mut primes: Vec<u32> = primes.into_iter().filter(|p| keys.contains(&Key::rational(*p))).collect();
    primes.sort_unstable();
    let rows = primes.into_iter().filter_map(|p| field.norm_relation(p));
    rows.filter(|row| row.iter().all(|(key, _)| keys.contains(key))).collect()
}

/// Relations and unknowns after dropping unknowns that occur once.
fn balance(found: &[Found], field: &Field) -> (usize, usize) {
    let rows: Vec<Row> = deduplicate(found).chain(free_relations(field, found)).collect();
    let mut numbers = KeyMap::from_iter([(Key::V, 0u32)]);
    let sparse: Vec<filter::Sparse> = rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|(key, e)| {
                    let next = numbers.len() as u32;
                    (*numbers.entry(*key).or_insert(next), *e)
                })
                .collect()
        })
        .collect();
    let (kept, columns) = filter::prune(&sparse, numbers.len(), 0, usize::MAX / 2);
    (kept.len(), columns + 10 + columns / 100)
}

/// Logarithms to the base g in the subgroup of one prime order.
pub(crate) struct Subgroup {
    pre: Arc<Precomputation>,
    g: BigUint,
    ell: BigUint,
    /// The logarithm of g, inverted.
    scale: BigUint,
}

impl Subgroup {
    pub(crate) fn new(
        pre: Arc<Precomputation>,
        g: &BigUint,
        ell: &BigUint,
        watch: &Watch<'_>,
    ) -> Result<Option<Self>, Failure> {
        let Some(logs) = pre.logs(ell) else { return Ok(None) };
        let log = from_limbs(&pre.log(g, logs, watch)?);
        if log.is_zero() {
            return Ok(None);
        }
        let Some(scale) = log.modinv(ell) else { return Ok(None) };
        Ok(Some(Self { pre, g: g.clone(), ell: ell.clone(), scale }))
    }

    /// x modulo ℓ with y = g^x up to elements of other orders, verified.
    pub(crate) fn log(&self, y: &BigUint, watch: &Watch<'_>) -> Result<BigUint, Failure> {
        let failed = |why: &str| Failure::TooHard { why: why.to_owned() };
        let Some(logs) = self.pre.logs(&self.ell) else { return Err(failed("the table lacks this order")) };
        let p = &self.pre.field.p;
        let k = (p - 1u32) / &self.ell;
        let target = y.modpow(&k, p);
        let g = self.g.modpow(&k, p);
        let mut shifted = y.clone();
        for shift in 0..4u32 {
            let x = from_limbs(&self.pre.log(&shifted, logs, watch)?) * &self.scale % &self.ell;
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
            bits: self.pre.field.p.bits(),
            discriminant: self.pre.field.d,
            known_logarithms: self.pre.logs.iter().map(|logs| logs.known.len()).sum(),
        }
    }
}
