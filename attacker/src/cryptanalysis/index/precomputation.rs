//! The work that is done once for a prime, resumable at any time.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use num_bigint::BigUint;

use super::base::Base;
use super::field::Field;
use super::harvest::Harvest;
use super::logs::{self, Logs};
use super::parameters::Parameters;
use super::relation::{Bases, Found, Key, KeyMap, KeySet, Row};
use super::{file, filter};
use crate::cryptanalysis::budget::{Failure, Watch};
use crate::cryptanalysis::prime::primes_up_to;

/// Relations and logarithms for one prime, filled by [`Solver::with_precomputation`] and worth saving when that was
/// stopped, or succeeded.
///
/// [`Solver::with_precomputation`]: crate::cryptanalysis::Solver::with_precomputation
#[derive(Debug)]
pub struct Precomputation {
    pub(super) p: BigUint,
    pub(super) found: Mutex<Vec<Found>>,
    /// The special primes that were sieved.
    pub(super) next: AtomicUsize,
    pub(super) table: OnceLock<Arc<Table>>,
}

/// The logarithms of the factor base.
#[derive(Debug)]
pub(crate) struct Table {
    pub(super) field: Field,
    pub(super) parameters: Parameters,
    pub(super) bases: Bases,
    /// The primes of the rational side as divisors of the first and of the second coordinate.
    pub(super) numerators: Base,
    pub(super) denominators: Base,
    /// For each large prime factor of p − 1.
    pub(super) logs: Vec<Logs>,
}

impl Precomputation {
    /// Nothing done yet.
    pub fn new(p: &BigUint) -> Self {
        Self { p: p.clone(), found: Mutex::default(), next: AtomicUsize::new(0), table: OnceLock::new() }
    }

    /// What [`Precomputation::to_bytes`] wrote for the same prime.
    ///
    /// # Errors
    /// [`Failure::BadInput`] if it is for another prime, cut short, altered or of another version.
    pub fn from_bytes(bytes: &[u8], p: &BigUint) -> Result<Self, Failure> {
        file::decode(bytes, p)
    }

    /// The state in a compact binary form with a checksum.
    pub fn to_bytes(&self) -> Vec<u8> {
        file::encode(self)
    }

    /// The prime that it is for.
    pub fn prime(&self) -> &BigUint {
        &self.p
    }

    /// Whether nothing but the descent is left for each target.
    pub fn is_complete(&self) -> bool {
        self.table.get().is_some()
    }

    /// Relations found so far.
    pub fn relations(&self) -> usize {
        self.found.lock().map_or(0, |found| found.len())
    }

    /// Logarithms known.
    pub fn logarithms(&self) -> usize {
        self.table.get().map_or(0, |table| table.logs.iter().map(|logs| logs.known.len()).sum())
    }

    /// The table, after all the work that is still missing. `ells` are prime factors of p − 1.
    pub(crate) fn table(&self, ells: &[BigUint], watch: &Watch<'_>) -> Result<Arc<Table>, Failure> {
        if let Some(table) = self.table.get() {
            return Ok(table.clone());
        }
        let p = &self.p;
        let no_field = || Failure::TooHard { why: format!("no quadratic field suits a p of {} bits", p.bits()) };
        let field = Field::new(p).ok_or_else(no_field)?;
        let parameters = Parameters::for_bits(p.bits());
        let bases = Bases::new(&field, &parameters);
        let specials = parameters.specials();
        let mut goal = 0;
        let logs = loop {
            let limits = parameters.limits();
            let expected = parameters.expected_relations(bases.rational.len() + bases.algebraic.len());
            let due = AtomicUsize::new((expected * 4 / 5).max(goal));
            let enough = |found: &[Found]| {
                if found.len() < due.load(Ordering::Relaxed) {
                    return false;
                }
                let (have, need) = balance(found, &field);
                due.store(found.len() + (found.len() / 24).max(16), Ordering::Relaxed);
                have > need
            };
            let harvest = Harvest { field: &field, bases: &bases, limits, specials: &specials, expected, watch };
            let before = self.relations();
            harvest.run(&self.next, &self.found, &enough)?;
            let found = self.found.lock().map_err(|_| Failure::Cancelled)?.clone();
            if let Some(logs) = solve(&found, &field, ells, watch)? {
                break logs;
            }
            if found.len() == before {
                return Err(Failure::TooHard { why: "the sieve ran out of special primes".to_owned() });
            }
            goal = found.len() + found.len() / 10 + 16;
        };
        let table = Arc::new(Table::new(field, parameters, bases, logs));
        Ok(self.table.get_or_init(|| table).clone())
    }
}

impl Table {
    pub(super) fn new(field: Field, parameters: Parameters, bases: Bases, logs: Vec<Logs>) -> Self {
        let primes = || primes_up_to(parameters.bound).into_iter();
        let numerators = Base::new(primes().map(|q| (q, 0)));
        let denominators = Base::new(primes().map(|q| (q, q)));
        Self { field, parameters, bases, numerators, denominators, logs }
    }

    pub(super) fn logs(&self, ell: &BigUint) -> Option<&Logs> {
        self.logs.iter().find(|logs| logs.ell == *ell)
    }
}

/// The logarithms modulo each of `ells`, if the relations suffice.
fn solve(found: &[Found], field: &Field, ells: &[BigUint], watch: &Watch<'_>) -> Result<Option<Vec<Logs>>, Failure> {
    let rows: Vec<Row> = deduplicate(found).chain(free_relations(field, found)).collect();
    let mut logs = Vec::new();
    for ell in ells {
        let Some(solved) = logs::solve(&rows, field, ell, watch)? else { return Ok(None) };
        logs.push(solved);
    }
    Ok(Some(logs))
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

/// Relations, and how many are needed, after dropping those with an unknown that occurs once.
fn balance(found: &[Found], field: &Field) -> (usize, usize) {
    let rows: Vec<Row> = deduplicate(found).chain(free_relations(field, found)).collect();
    let mut numbers = KeyMap::from_iter([(Key::V, 0u32)]);
    let mut number = |key: &Key| {
        let next = numbers.len() as u32;
        *numbers.entry(*key).or_insert(next)
    };
    let sparse: Vec<filter::Sparse> =
        rows.iter().map(|row| row.iter().map(|(key, e)| (number(key), *e)).collect()).collect();
    let (kept, columns) = filter::prune(&sparse, numbers.len(), 0, usize::MAX / 2);
    // more than needed: a choice of light relations makes a smaller matrix, which is worth the sieving
    (kept.len(), columns + 10 + columns / 6)
}
