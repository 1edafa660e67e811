//! Individual logarithms: smooth splitting, then special-q descent for what the table does not have.

use num_bigint::{BigInt, BigUint};
use num_traits::{ToPrimitive, Zero};

use super::base::{Base, Lattice};
use super::field::reduce;
use super::harvest::{Limits, sieve_special};
use super::logs::{Logs, Value};
use super::precomputation::Table;
use super::relation::{Key, KeyMap, Row};
use super::sieve::{Form, Region, Scratch, Side};
use crate::cryptanalysis::budget::{Failure, Phase, Watch};

/// How often a target is randomised before giving up.
const ATTEMPTS: u32 = 200;
/// The largest prime of a descent: the sieve's arithmetic is that of 31 bits.
const LARGEST_BITS: f64 = 30.0;
/// Descents through descents.
const DEPTH: u32 = 4;

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
        let p = &self.table.field.p;
        let Some(randomiser) = [2u32, 3, 5, 7, 11, 13].into_iter().find(|q| self.is_known(Key::rational(*q))) else {
            return Ok(None);
        };
        if let Some(value) = self.direct(y) {
            return Ok(Some(value));
        }
        for attempt in 0..ATTEMPTS {
            // small powers of a small prime would leave the lattice as lopsided as it was
            let exponent = (attempt.wrapping_mul(0x1e37_79b1) & 0x7fff_ffff) as i32;
            let z = y * BigUint::from(randomiser).modpow(&BigUint::from(exponent as u32), p) % p;
            self.watch.report(Phase::Descent, attempt.into(), ATTEMPTS.into());
            for row in self.split(&z)?.into_iter().take(8) {
                if let Some(sum) = self.resolve(&row, 0)? {
                    // log z = log y + exponent·log randomiser
                    let Some(value) = self.logs.get(Key::rational(randomiser)) else { return Ok(None) };
                    let shift = self.logs.times(value, exponent);
                    return Ok(Some(self.logs.ring.sub(&sum, &shift)));
                }
            }
        }
        Ok(None)
    }

    /// For a y that is itself a product of small known primes, as generators are.
    fn direct(&self, y: &BigUint) -> Option<Value> {
        let (mut rest, mut q, mut sum) = (y.to_u64()?, 2u32, [0; 4]);
        while rest > 1 {
            if u64::from(q) * u64::from(q) > rest {
                q = u32::try_from(rest).ok()?;
            }
            if rest.is_multiple_of(q.into()) {
                sum = self.logs.ring.add(&sum, self.logs.get(Key::rational(q))?);
                rest /= u64::from(q);
            } else if q > 1 << 12 {
                return None;
            } else {
                q += 1;
            }
        }
        Some(sum)
    }

    /// Smooth u, v with u ≡ z·v modulo p, as exponents of primes, the most promising first.
    fn split(&mut self, z: &BigUint) -> Result<Vec<Row>, Failure> {
        let p = &self.table.field.p;
        let [e, f] = reduce(
            [(BigInt::from(p.clone()), BigInt::zero()), (BigInt::from(z.clone()), BigInt::from(1))],
            &BigInt::from(1),
        );
        let point = |(a, b): &(BigInt, BigInt)| Some((a.to_i128()?, b.to_i128()?));
        let (Some(u), Some(v)) = (point(&e), point(&f)) else { return Ok(Vec::new()) };
        let lattice = Lattice { u, v };
        let limits = self.table.parameters.splitting();
        self.watch.spend(limits.region.points() as u64)?;
        let side = |base: &'a Base, form| Side {
            base,
            form,
            cofactor_bits: limits.cofactor_bits,
            large_prime: limits.large_prime,
        };
        let sides = [
            side(&self.table.numerators, Form::Linear(u.0, v.0)),
            side(&self.table.denominators, Form::Linear(u.1, v.1)),
        ];
        let hits = self.scratch.sieve(&lattice, limits.region, &sides);
        let mut rows: Vec<(f64, Row)> = hits
            .into_iter()
            .filter_map(|hit| {
                let [up, down] = hit.factors;
                let key = |q: u64| Some(Key::rational(u32::try_from(q).ok()?));
                let mut row = Row::new();
                for q in up {
                    row.push((key(q)?, 1));
                }
                for q in down {
                    row.push((key(q)?, -1));
                }
                let row = super::relation::collect(row);
                Some((self.burden(&row, None), row))
            })
            .collect();
        rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        Ok(rows.into_iter().map(|(_, row)| row).collect())
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

    /// Σ e·log over the row, with descents for what is unknown.
    fn resolve(&mut self, row: &Row, depth: u32) -> Result<Option<Value>, Failure> {
        let mut unknown: Vec<Key> = row.iter().map(|(key, _)| *key).filter(|key| !self.is_known(*key)).collect();
        unknown.sort_unstable_by_key(|key| std::cmp::Reverse(key.prime()));
        for key in unknown {
            if !self.descend(key, depth)? {
                return Ok(None);
            }
        }
        let mut sum = [0; 4];
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
        for size in 0..3 {
            let limits = self.table.parameters.descending(key.prime(), size);
            self.watch.spend(limits.region.points() as u64)?;
            let rows = sieve_special(&self.table.field, &self.table.bases, key, &limits, &mut self.scratch);
            let mut rows: Vec<(f64, Row)> =
                rows.into_iter().map(|(_, row)| (self.burden(&row, Some(key)), row)).collect();
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (burden, row) in rows.into_iter().take(4) {
                let others: Row = row.iter().filter(|(k, _)| *k != key).copied().collect();
                if burden > 0.0 && self.resolve(&others, depth + 1)?.is_none() {
                    continue;
                }
                if let Some(value) = self.logs.solve_row(&row, key, &self.found) {
                    self.found.insert(key, value);
                    return Ok(true);
                }
            }
        }
        *self.failed.entry(key).or_default() += 1;
        Ok(false)
    }

    /// log p = Σ log of the ideals above p.
    fn by_norm(&self, key: Key) -> Option<Value> {
        let p = key.prime();
        let row = self.table.field.norm_relation(p)?;
        row.iter().any(|(k, _)| *k == key).then(|| self.logs.solve_row(&row, key, &self.found))?
    }
}

impl super::parameters::Parameters {
    /// The sieve that splits a target. The larger p, the rarer are points with few large primes, and the cheaper is a
    /// descent beside another sieve: measured.
    fn splitting(&self) -> Limits {
        let share = ((self.large_bits - 10.0) / 12.0).clamp(0.0, 1.0);
        let large = (self.large_bits + 4.0 + 2.0 * share).min(LARGEST_BITS);
        let rows = (f64::from(self.region.rows) * (-share).exp2()) as u32;
        Limits {
            region: Region { log_width: self.region.log_width, rows: rows.max(2) },
            cofactor_bits: large * (1.0 + 0.6 * share),
            large_prime: large.exp2() as u64,
        }
    }

    fn descending(&self, q: u32, size: u32) -> Limits {
        let large = self.large_bits.min(f64::from(q).log2());
        Limits {
            region: Region { log_width: self.region.log_width, rows: self.region.rows << size },
            cofactor_bits: large,
            large_prime: large.exp2() as u64,
        }
    }
}
