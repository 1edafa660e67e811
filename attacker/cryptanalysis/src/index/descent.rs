//! Individual logarithms: a smooth fraction, then special-q descent for what the table does not have.

use num_bigint::BigUint;
use num_traits::ToPrimitive;

use super::harvest::{Limits, sieve_special};
use super::logs::{Logs, Value};
use super::relation::{Found, Key, KeyMap, Row, Special};
use super::sieve::{Region, Scratch};
use super::split::{self, Fraction};
use super::table::Table;
use crate::budget::{Failure, Phase, Watch};

/// How often a target is randomised before giving up.
const ATTEMPTS: u32 = 200;
/// Descents through descents.
const DEPTH: u32 = 5;

/// The largest primes that a step leaves: those of keys.
const LARGEST_BITS: f64 = 30.0;
/// Sieves for one prime, each larger than the one before.
const SIZES: u32 = 4;

/// One individual logarithm in progress.
pub(crate) struct Descent<'a, 'w> {
    table: &'a Table,
    logs: &'a Logs,
    watch: &'a Watch<'w>,
    scratch: Scratch,
    /// What was found on the way.
    found: KeyMap<Value>,
    failed: KeyMap<u32>,
}

impl<'a, 'w> Descent<'a, 'w> {
    pub(crate) fn new(table: &'a Table, logs: &'a Logs, watch: &'a Watch<'w>) -> Self {
        Self { table, logs, watch, scratch: Scratch::default(), found: KeyMap::default(), failed: KeyMap::default() }
    }

    fn is_known(&self, key: Key) -> bool {
        self.logs.known.contains_key(&key) || self.found.contains_key(&key)
    }

    /// The logarithm of y, modulo ℓ and to the base of the table.
    pub(crate) fn log(&mut self, y: &BigUint) -> Result<Option<Value>, Failure> {
        let (table, logs, p) = (self.table, self.logs, &self.table.pair.p);
        if let Some(value) = self.direct(y) {
            return Ok(Some(value));
        }
        let small = [2u32, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47];
        let Some((randomiser, unit)) = small.into_iter().find_map(|q| Some((q, logs.rational(&table.pair, q)?))) else {
            return Ok(None);
        };
        for attempt in 1..=ATTEMPTS {
            // a small target, or its product with a small power of a small prime, would make a lopsided lattice
            let exponent = (attempt.wrapping_mul(0x1e37_79b1) & 0x7fff_ffff) as i32;
            let z = y * BigUint::from(randomiser).modpow(&BigUint::from(exponent as u32), p) % p;
            self.watch.report(Phase::Descent, attempt.into(), ATTEMPTS.into());
            let mut fractions: Vec<(f64, Fraction)> = split::split(table, &z, &mut self.scratch, self.watch)?
                .into_iter()
                .map(|fraction| (self.burden(&fraction.row, None) + long_burden(&fraction), fraction))
                .collect();
            fractions.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (_, fraction) in fractions.into_iter().take(8) {
                let constants = fraction.elements.map(|element| logs.scale.of_element(element));
                let constant = logs.ring.sub(&constants[0], &constants[1]);
                let Some(constant) = self.add_long(&fraction, constant)? else { continue };
                if let Some(sum) = self.resolve(&fraction.row, constant, 0)? {
                    // log z = log y + exponent·log randomiser
                    return Ok(Some(logs.ring.sub(&sum, &logs.times(&unit, exponent))));
                }
            }
        }
        Ok(None)
    }

    /// constant + Σ e·log over the ideals of long primes of a fraction.
    fn add_long(&mut self, fraction: &Fraction, constant: Value) -> Result<Option<Value>, Failure> {
        let mut sum = constant;
        for (special, e) in &fraction.long {
            let Some(value) = self.express(*special, 0)? else { return Ok(None) };
            sum = self.logs.ring.add(&sum, &self.logs.times(&value, *e));
        }
        Ok(Some(sum))
    }

    /// For a y that is itself a product of small known primes, as generators are.
    fn direct(&self, y: &BigUint) -> Option<Value> {
        let (mut rest, mut q, mut sum) = (y.to_u64()?, 2u32, [0; 4]);
        while rest > 1 {
            if u64::from(q) * u64::from(q) > rest {
                q = u32::try_from(rest).ok()?;
            }
            if rest.is_multiple_of(q.into()) {
                sum = self.logs.ring.add(&sum, &self.logs.rational(&self.table.pair, q)?);
                rest /= u64::from(q);
            } else if q > 1 << 12 {
                return None;
            } else {
                q += 1;
            }
        }
        Some(sum)
    }

    /// How much work the unknown logarithms of a row are.
    fn burden(&self, row: &Row, skip: Option<Key>) -> f64 {
        let unknown = row.iter().filter(|(key, _)| Some(*key) != skip && !self.is_known(*key));
        unknown
            .map(|(key, _)| {
                f64::from(key.prime()).log2().powi(2) * (1.0 + f64::from(*self.failed.get(key).unwrap_or(&0)))
            })
            .sum()
    }

    /// constant + Σ e·log over the row, with descents for what is unknown.
    fn resolve(&mut self, row: &Row, constant: Value, depth: u32) -> Result<Option<Value>, Failure> {
        let mut unknown: Vec<Key> = row.iter().map(|(key, _)| *key).filter(|key| !self.is_known(*key)).collect();
        unknown.sort_unstable_by_key(|key| std::cmp::Reverse(key.prime()));
        for key in unknown {
            if !self.descend(key, depth)? {
                return Ok(None);
            }
        }
        let mut sum = constant;
        for (key, e) in row {
            let Some(value) = self.logs.get(*key).or_else(|| self.found.get(key)) else { return Ok(None) };
            sum = self.logs.ring.add(&sum, &self.logs.times(value, *e));
        }
        Ok(Some(sum))
    }

    /// Finds the logarithm of one prime by relations that contain it and otherwise only smaller or known ones.
    fn descend(&mut self, key: Key, depth: u32) -> Result<bool, Failure> {
        if self.is_known(key) {
            return Ok(true);
        }
        if depth >= DEPTH || self.failed.get(&key).is_some_and(|n| *n >= 2) {
            return Ok(false);
        }
        // the conjugate and the prime below give it away
        if let Some(value) = self.by_norm(key) {
            self.found.insert(key, value);
            return Ok(true);
        }
        let value = self.express(key.into(), depth)?;
        match value {
            Some(value) => _ = self.found.insert(key, value),
            None => *self.failed.entry(key).or_default() += 1,
        }
        Ok(value.is_some())
    }

    /// The logarithm of a prime ideal, by relations that contain it and otherwise only smaller or known ones.
    fn express(&mut self, special: Special, depth: u32) -> Result<Option<Value>, Failure> {
        let own = Key::fits(special.prime).then(|| Key::ideal(special.side, special.prime as u32, special.root as u32));
        for size in 0..SIZES {
            let limits = self.table.parameters.descending(special.prime, size);
            self.watch.spend(limits.region.points() as u64)?;
            let found = sieve_special(&self.table.pair, &self.table.bases, special, &limits, &mut self.scratch);
            let mut found: Vec<(f64, Found)> =
                found.into_iter().map(|found| (self.burden(&found.1, own), found)).collect();
            found.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (_, (point, row)) in found.into_iter().take(4) {
                let others: Row = row.iter().filter(|(k, _)| Some(*k) != own).copied().collect();
                let constant = self.logs.scale.of_point(point);
                let Some(sum) = self.resolve(&others, constant, depth + 1)? else { continue };
                let value = match own {
                    Some(own) => self.logs.solve_row(&row, constant, own, &self.found),
                    // once, with the sign of its side
                    None if special.side == 1 => Some(self.logs.ring.neg(&sum)),
                    None => Some(sum),
                };
                if value.is_some() {
                    return Ok(value);
                }
            }
        }
        Ok(None)
    }

    /// From the other ideals above its prime, on both sides.
    fn by_norm(&self, key: Key) -> Option<Value> {
        let q = key.prime();
        let row = self.table.pair.free_relation(q)?;
        let constant = self.logs.scale.of_point((i128::from(q), 0));
        row.iter().any(|(k, _)| *k == key).then(|| self.logs.solve_row(&row, constant, key, &self.found))?
    }
}

/// How much work the ideals of long primes of a fraction are.
fn long_burden(fraction: &Fraction) -> f64 {
    fraction.long.iter().map(|(special, _)| (special.prime as f64).log2().powi(2)).sum()
}

impl super::parameters::Parameters {
    /// A small sieve first, which is enough as a rule, then larger ones that may also leave larger primes. Where two norms of
    /// similar size share a long prime, steps from size to size are shorter than one of all: measured.
    fn descending(&self, q: u64, size: u32) -> Limits {
        let bits = (q as f64).log2();
        let step = if self.has_two_large_primes() { 0.35 * (bits - self.large_bits - 2.0).max(0.0) } else { 0.0 };
        let large = (self.large_bits + step + 2.0 * f64::from(size.saturating_sub(1))).min(bits).min(LARGEST_BITS);
        let region = if size == 0 {
            Region { log_width: self.region.log_width - 1, rows: self.region.rows / 2 }
        } else {
            Region { rows: self.region.rows << (size - 1), ..self.region }
        };
        Limits {
            region,
            cofactor_bits: self.cofactor_bits.map(|bits| large * bits / self.large_bits),
            large_prime: large.exp2() as u64,
        }
    }
}
