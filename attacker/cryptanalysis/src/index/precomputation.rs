//! The work that is done once for a prime, resumable at any time.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::One;

use super::algebra::Outcome;
use super::checkpoint::Checkpoint;
use super::harvest::{Goal, Harvest};
use super::logs::{self, Logs};
use super::pair::Pair;
use super::parameters::Parameters;
use super::relation::{Bases, Found, Key, KeySet};
use super::table::Table;
use super::{file, filter};
use crate::budget::{Failure, Watch};
use crate::failure::{Obstacle, Step};
use crate::prime::primes_up_to;
use crate::walks::Walks;

/// Relations and logarithms for one prime, filled by [`Solver::with_precomputation`] and worth saving when that was
/// stopped, or succeeded.
///
/// [`Solver::with_precomputation`]: crate::Solver::with_precomputation
#[derive(Debug)]
pub struct Precomputation {
    pub(super) p: BigUint,
    /// The polynomials of the relations.
    pub(super) pair: Mutex<Option<Pair>>,
    /// What is not solved yet: nothing once the table is complete.
    pub(super) found: Mutex<Vec<Found>>,
    /// The special primes that were sieved.
    pub(super) next: AtomicUsize,
    /// Where the linear algebra was.
    pub(super) checkpoint: Checkpoint,
    pub(super) table: Mutex<Option<Arc<Table>>>,
    /// Held by the one who makes the table: who else needs it waits for it, instead of doing the same work.
    pub(super) making: Mutex<()>,
    pub(super) walks: Arc<Walks>,
}

impl Precomputation {
    /// Nothing done yet.
    pub fn new(p: &BigUint) -> Self {
        Self {
            p: p.clone(),
            pair: Mutex::default(),
            found: Mutex::default(),
            next: AtomicUsize::new(0),
            checkpoint: Checkpoint::default(),
            table: Mutex::default(),
            making: Mutex::default(),
            walks: Arc::default(),
        }
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

    /// Whether nothing but the descent is left for each target of the groups seen so far.
    pub fn is_complete(&self) -> bool {
        self.made().is_some() && self.relations() == 0
    }

    /// Whether logarithms modulo all of these are there.
    pub(crate) fn has(&self, ells: &[BigUint]) -> bool {
        self.made().is_some_and(|table| ells.iter().all(|ell| table.logs(ell).is_some()))
    }

    /// The table as far as it is made.
    pub(super) fn made(&self) -> Option<Arc<Table>> {
        held(&self.table).clone()
    }

    /// The polynomials, where they are chosen.
    pub(super) fn chosen(&self) -> Option<Pair> {
        held(&self.pair).clone()
    }

    /// What walks for p left behind: for [`Budget::walks`](crate::Budget::walks).
    pub fn walks(&self) -> Arc<Walks> {
        self.walks.clone()
    }

    /// Takes in what another process found for the same prime, from the same polynomials.
    pub fn absorb(&self, other: Self) {
        if self.p != other.p {
            return;
        }
        self.walks.absorb(&other.walks);
        let Some(pair) = other.chosen() else { return };
        if held(&self.pair).get_or_insert_with(|| pair.clone()) != &pair {
            return;
        }
        if let Some(table) = other.made() {
            let mut own = held(&self.table);
            match &mut *own {
                Some(own) => *own = Arc::new(own.with(table.logs.iter().cloned())),
                None => *own = Some(table),
            }
        }
        if self.is_complete() {
            return;
        }
        self.next.fetch_max(other.next.load(Ordering::Relaxed), Ordering::Relaxed);
        let theirs = other.found.into_inner().unwrap_or_default();
        if let Ok(mut found) = self.found.lock() {
            let known: HashSet<_> = found.iter().map(|(point, _)| *point).collect();
            found.extend(theirs.into_iter().filter(|(point, _)| !known.contains(point)));
        }
    }

    /// Relations found so far.
    pub fn relations(&self) -> usize {
        self.found.lock().map_or(0, |found| found.len())
    }

    /// Logarithms known.
    pub fn logarithms(&self) -> usize {
        self.made().map_or(0, |table| table.logs.iter().map(|logs| logs.known.len()).sum())
    }

    /// The table, after all the work that is still missing. `ells` are prime powers that divide p − 1.
    pub(crate) fn table(&self, ells: &[BigUint], watch: &Watch<'_>) -> Result<Arc<Table>, Failure> {
        let _making = held(&self.making);
        let made = self.made();
        let lacking: Vec<BigUint> = match &made {
            Some(table) => ells.iter().filter(|ell| table.logs(ell).is_none()).cloned().collect(),
            None => ells.to_vec(),
        };
        if let (true, Some(table)) = (lacking.is_empty(), &made) {
            return Ok(table.clone());
        }
        let pair = match self.chosen() {
            Some(pair) if lacking.iter().all(|ell| Logs::new(&pair, ell).is_some()) => pair,
            // other polynomials for all of them, and all the work again: until it is done what is there stays
            Some(_) => {
                let before = made.iter().flat_map(|table| &table.logs).map(|logs| logs.ell.clone());
                let all: Vec<BigUint> = before.chain(lacking).collect();
                let anew = Self::new(&self.p);
                let table = anew.table(&all, watch)?;
                held(&self.found).clear();
                self.next.store(0, Ordering::Relaxed);
                self.checkpoint.clear();
                (*held(&self.pair), *held(&self.table)) = (anew.chosen(), Some(table.clone()));
                return Ok(table);
            }
            None => {
                let none = || Failure::stuck(Obstacle::IndexCalculus { at: Step::Polynomials });
                let pair = Pair::new(&self.p, &lacking).ok_or_else(none)?;
                held(&self.pair).get_or_insert(pair).clone()
            }
        };
        watch.chose(&pair.method(0));
        let (parameters, bases, logs) = self.logs(&pair, &lacking, watch)?;
        let table = match made {
            Some(table) => table.with(logs),
            None => Table::new(pair, parameters, bases, logs),
        };
        let table = Arc::new(table);
        *held(&self.table) = Some(table.clone());
        held(&self.found).clear();
        self.next.store(0, Ordering::Relaxed);
        Ok(table)
    }

    /// Logarithms modulo each of `ells`, or, where that needs no map of Schirokauer's, modulo their product, from relations
    /// between what is in the factor bases. One system of equations is for all of them.
    fn logs(
        &self,
        pair: &Pair,
        ells: &[BigUint],
        watch: &Watch<'_>,
    ) -> Result<(Parameters, Bases, Vec<Logs>), Failure> {
        let parameters = Parameters::for_pair(pair);
        let bases = Bases::new(pair, &parameters);
        let specials = specials(pair, &parameters);
        let joined = [ells.iter().product()];
        let ells = if pair.is_cubic() { ells } else { &joined };
        let mut least = 0;
        loop {
            let limits = parameters.limits();
            let expected = parameters.expected_relations(bases.len());
            let first_look = (expected * 4 / 5).max(least);
            let harvest = Harvest {
                pair,
                bases: &bases,
                limits,
                specials: &specials,
                goal: &Goal::new(expected, first_look),
                watch,
            };
            let before = self.relations();
            // linear algebra that was stopped goes on with the same relations
            if self.checkpoint.relations() != Some(before) {
                harvest.run(&self.next, &self.found, &|found| missing(found, pair))?;
            }
            let found = held(&self.found).clone();
            self.checkpoint.begin(found.len());
            let solved = solve(&found, pair, ells, &self.checkpoint, watch)?;
            self.checkpoint.clear();
            if let Some(logs) = solved {
                return Ok((parameters, bases, logs));
            }
            if found.len() == before {
                return Err(Failure::stuck(Obstacle::IndexCalculus { at: Step::Sieve }));
            }
            least = found.len() + found.len() / 10 + 16;
        }
    }
}

/// What is behind a lock. Whoever broke off while holding it left nothing half done.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The special ideals of the first side, ascending.
fn specials(pair: &Pair, parameters: &Parameters) -> Vec<Key> {
    let primes = primes_up_to(parameters.last_special());
    let from = primes.partition_point(|q| *q < parameters.first_special);
    primes[from..].iter().flat_map(|&q| pair.sides[0].roots(q).into_iter().map(move |r| Key::ideal(0, q, r))).collect()
}

/// The logarithms modulo each of `ells`, which are coprime, if the relations suffice.
fn solve(
    found: &[Found],
    pair: &Pair,
    ells: &[BigUint],
    saved: &Checkpoint,
    watch: &Watch<'_>,
) -> Result<Option<Vec<Logs>>, Failure> {
    let relations = usable(found, pair);
    let (mut logs, mut left) = (Vec::new(), vec![ells.to_vec()]);
    while let Some(ells) = left.pop() {
        let parts = match logs::solve(&relations, pair, &ells, saved, watch)? {
            Outcome::Solved(solved) => {
                logs.extend(solved);
                continue;
            }
            Outcome::Splits(factor) => apart(&ells, &factor),
            Outcome::Undetermined => None,
        };
        // a factor that was found on the way: each part by itself
        let Some(parts) = parts else { return Ok(None) };
        left.extend(parts);
    }
    Ok(Some(logs))
}

/// The coprime numbers that have a factor in common with a proper factor of their product, and the others; of one alone its
/// parts.
fn apart(ells: &[BigUint], factor: &BigUint) -> Option<[Vec<BigUint>; 2]> {
    if let [ell] = ells {
        return coprime(ell, factor).map(|parts| parts.map(|part| vec![part]));
    }
    let (with, without): (Vec<BigUint>, Vec<BigUint>) = ells.iter().cloned().partition(|ell| !ell.gcd(factor).is_one());
    (!with.is_empty() && !without.is_empty()).then_some([with, without])
}

/// Coprime numbers above one whose product is n, where a proper factor of it tells two apart.
fn coprime(n: &BigUint, factor: &BigUint) -> Option<[BigUint; 2]> {
    let mut rest = n.clone();
    loop {
        let common = rest.gcd(factor);
        if common.is_one() {
            break;
        }
        rest /= common;
    }
    let other = n / &rest;
    (!rest.is_one() && !other.is_one()).then_some([rest, other])
}

/// Each relation once, and the free relations of primes whose ideals all occur.
fn usable(found: &[Found], pair: &Pair) -> Vec<Found> {
    let mut seen = HashSet::new();
    let mut out: Vec<Found> = found.iter().filter(|(point, _)| seen.insert(*point)).cloned().collect();
    let keys: KeySet = found.iter().flat_map(|(_, row)| row).map(|(key, _)| *key).collect();
    let primes = |side| keys.iter().filter(move |k| **k != Key::LEADING && k.side() == side).map(|k| k.prime());
    let other: HashSet<u32> = primes(1).collect();
    let mut both: Vec<u32> = primes(0).filter(|q| other.contains(q)).collect();
    both.sort_unstable();
    both.dedup();
    let free = both.into_iter().filter_map(|q| Some(((i128::from(q), 0), pair.free_relation(q)?)));
    out.extend(free.filter(|(_, row)| row.iter().all(|(key, _)| keys.contains(key))));
    out
}

/// How many relations are missing, after dropping those with an unknown that occurs once.
fn missing(found: &[Found], pair: &Pair) -> usize {
    let (sparse, keys) = logs::number(&usable(found, pair));
    let (kept, columns) = filter::prune(&sparse, keys.len(), usize::MAX / 2);
    // more than needed: a choice of light relations makes a smaller matrix, which is worth the sieving
    (columns + 11 + columns / 6).saturating_sub(kept.len())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;
    use crate::budget::{Budget, Phase};

    /// Stopped in the middle of the linear algebra, written and read again: nothing is sieved any more, and no step is
    /// made twice.
    #[test]
    fn linear_algebra_goes_on_from_a_file() {
        // a safe prime of 104 bits
        let p: BigUint = "15713858200628223569333830865027".parse().unwrap();
        let ells = [(&p - 1u32) >> 1u32];
        let budget = Budget { threads: 1, ..Budget::default() };
        let work = Precomputation::new(&p);
        let cancel = budget.cancel.clone();
        let mut stop = |phase: Phase, done: u64, total: u64| {
            cancel.fetch_or(phase == Phase::LinearAlgebra && 2 * done > total, Ordering::Relaxed);
        };
        assert!(matches!(work.table(&ells, &Watch::new(&budget, &mut stop)), Err(Failure::Cancelled)));
        budget.cancel.store(false, Ordering::Relaxed);
        let again = Precomputation::from_bytes(&work.to_bytes(), &p).unwrap();
        let (mut sieved, mut first) = (false, None);
        let mut look = |phase: Phase, done: u64, total: u64| {
            sieved |= phase == Phase::Sieve;
            if phase == Phase::LinearAlgebra {
                first = first.or(Some(2 * done > total));
            }
        };
        again.table(&ells, &Watch::new(&budget, &mut look)).unwrap();
        assert!(again.is_complete() && !sieved);
        assert_eq!(first, Some(true), "beyond the middle from the beginning");
    }
}
