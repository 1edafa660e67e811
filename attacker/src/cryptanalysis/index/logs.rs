//! Logarithms of the factor base modulo one prime divisor of p − 1.

use num_bigint::BigUint;
use num_traits::Zero;

use super::algebra;
use super::field::Field;
use super::filter::{Reduced, Sparse, eliminate, prune};
use super::relation::{Key, KeyMap, Row};
use crate::cryptanalysis::budget::{Failure, Phase, Watch};
use crate::cryptanalysis::mont::{Mont, from_limbs, to_limbs};

/// A residue modulo a prime of at most 256 bits.
pub(crate) type Value = [u64; 4];

/// Logarithms to an unknown base modulo ℓ: only their ratios mean something.
#[derive(Clone, Debug)]
pub(crate) struct Logs {
    pub(crate) ell: BigUint,
    pub(crate) ring: Mont<4>,
    pub(crate) known: KeyMap<Value>,
}

impl Logs {
    pub(crate) fn new(ell: &BigUint) -> Option<Self> {
        Some(Self { ell: ell.clone(), ring: Mont::new(ell)?, known: KeyMap::default() })
    }

    pub(crate) fn get(&self, key: Key) -> Option<&Value> {
        self.known.get(&key)
    }

    /// Whether the logarithms of some primes agree: s^(k·log t) = t^(k·log s) modulo p with k = (p − 1)/ℓ.
    pub(crate) fn agree(&self, field: &Field) -> bool {
        let k = (&field.p - 1u32) / &self.ell;
        let rational = self.known.keys().filter(|k| **k != Key::V && k.root().is_none());
        let mut primes: Vec<u32> = rational.map(|key| key.prime()).collect();
        primes.sort_unstable();
        let value = |q: u32| self.get(Key::rational(q)).map(|v| from_limbs(v)).unwrap_or_default();
        let Some(&first) = primes.iter().find(|q| !value(**q).is_zero()) else { return false };
        let h = BigUint::from(first).modpow(&k, &field.p);
        let base = value(first);
        primes.iter().step_by((primes.len() / 12).max(1)).all(|&q| {
            let other = BigUint::from(q).modpow(&k, &field.p);
            h.modpow(&value(q), &field.p) == other.modpow(&base, &field.p)
        })
    }

    /// value · n for a small integer.
    pub(crate) fn times(&self, value: &Value, n: i32) -> Value {
        let mut out = [0; 4];
        let count = n.unsigned_abs();
        for bit in (0..32 - count.leading_zeros()).rev() {
            out = self.ring.add(&out, &out);
            if count >> bit & 1 == 1 {
                out = self.ring.add(&out, value);
            }
        }
        if n < 0 { self.ring.neg(&out) } else { out }
    }

    /// −Σ e·log over all keys but `skip`, divided by the exponent of that one.
    pub(crate) fn solve_row(&self, row: &Row, skip: Key, extra: &KeyMap<Value>) -> Option<Value> {
        let mut sum = [0; 4];
        let mut own = 0;
        for (key, e) in row {
            if *key == skip {
                own = *e;
                continue;
            }
            let value = self.get(*key).or_else(|| extra.get(key))?;
            sum = self.ring.add(&sum, &self.times(value, *e));
        }
        match own {
            0 => None,
            1 => Some(self.ring.neg(&sum)),
            -1 => Some(sum),
            _ => {
                let own = BigUint::from(own.unsigned_abs()).modinv(&self.ell)?;
                let value = to_limbs(&(from_limbs(&sum) * own % &self.ell))?;
                Some(if row.iter().any(|(k, e)| *k == skip && *e > 0) { self.ring.neg(&value) } else { value })
            }
        }
    }
}

/// Solves the relations modulo ℓ and completes the table by substitution. `None` if they do not suffice.
pub(crate) fn solve(rows: &[Row], field: &Field, ell: &BigUint, watch: &Watch<'_>) -> Result<Option<Logs>, Failure> {
    let Some(mut logs) = Logs::new(ell) else { return Ok(None) };
    let mut numbers: KeyMap<u32> = KeyMap::from_iter([(Key::V, 0)]);
    let mut keys = vec![Key::V];
    let mut sparse: Vec<Sparse> = Vec::with_capacity(rows.len());
    for row in rows {
        let mut out: Sparse = row
            .iter()
            .map(|(key, e)| {
                let number = *numbers.entry(*key).or_insert_with(|| {
                    keys.push(*key);
                    keys.len() as u32 - 1
                });
                (number, *e)
            })
            .collect();
        out.sort_unstable();
        sparse.push(out);
    }
    watch.report(Phase::Filter, 0, 2);
    let (kept, columns) = prune(&sparse, keys.len(), 0, 10 + keys.len() / 50);
    if kept.len() < columns + 1 {
        return Ok(None);
    }
    watch.report(Phase::Filter, 1, 2);
    let kept: Vec<Sparse> = kept.into_iter().map(|r| sparse[r].clone()).collect();
    let reduced = eliminate(kept, keys.len(), 0, 80, watch)?;
    watch.report(Phase::Filter, 2, 2);
    // 24 bits to spare in the limbs, eight in the words
    let Reduced { rows: matrix_rows, columns, pivots } = reduced;
    let solved = match ell.bits() {
        ..=96 => matrix::<2, 2>(&matrix_rows, &columns, ell, watch)?,
        97..=148 => matrix::<3, 3>(&matrix_rows, &columns, ell, watch)?,
        _ => matrix::<4, 4>(&matrix_rows, &columns, ell, watch)?,
    };
    let Some(values) = solved else { return Ok(None) };
    let mut one = [0; 4];
    one[0] = 1;
    logs.known.insert(Key::V, one);
    for (c, value) in columns.iter().zip(values) {
        logs.known.insert(keys[*c as usize], value);
    }
    let none = KeyMap::default();
    for (c, row) in pivots.iter().rev() {
        let key = keys[*c as usize];
        let row: Row = row.iter().map(|(c, e)| (keys[*c as usize], *e)).collect();
        if let Some(value) = logs.solve_row(&row, key, &none) {
            logs.known.insert(key, value);
        }
    }
    complete(&mut logs, rows);
    Ok(logs.agree(field).then_some(logs))
}

/// The values of the columns, modulo ℓ.
fn matrix<const L: usize, const W: usize>(
    rows: &[Sparse],
    columns: &[u32],
    ell: &BigUint,
    watch: &Watch<'_>,
) -> Result<Option<Vec<Value>>, Failure> {
    let Some(m) = Mont::<L>::new(ell) else { return Ok(None) };
    let mut right = Vec::with_capacity(rows.len());
    let mut renumbered = Vec::with_capacity(rows.len());
    let place = by_weight(rows, columns);
    for row in rows {
        // log V = 1, on the other side of the equation
        right.push(-row.iter().find(|e| e.0 == 0).map_or(0, |e| e.1));
        let index = |c: u32| columns.binary_search(&c).ok();
        renumbered.push(row.iter().filter_map(|(c, e)| Some((place[index(*c)?], *e))).collect::<Sparse>());
    }
    let solved = algebra::solve::<L, W>(&m, &renumbered, &right, columns.len(), watch)?;
    Ok(solved.map(|x| {
        let narrow = |x: &[u64; L]| {
            let mut out = [0; 4];
            out[..L].copy_from_slice(&m.leave_limbs(x));
            out
        };
        place.iter().map(|at| narrow(&x[*at as usize])).collect()
    }))
}

/// A new number for each column, the heaviest first: what is used most lies together.
fn by_weight(rows: &[Sparse], columns: &[u32]) -> Vec<u32> {
    let mut weight = vec![0u32; columns.len()];
    let entries = rows.iter().flatten().filter_map(|(c, _)| columns.binary_search(c).ok());
    entries.for_each(|k| weight[k] += 1);
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|k| std::cmp::Reverse(weight[*k]));
    let mut place = vec![0; columns.len()];
    order.iter().enumerate().for_each(|(at, k)| place[*k] = at as u32);
    place
}

/// Logarithms of everything that one relation expresses through known ones, until nothing is added.
fn complete(logs: &mut Logs, rows: &[Row]) {
    let none = KeyMap::default();
    let mut left: Vec<&Row> = rows.iter().collect();
    loop {
        let before = left.len();
        left.retain(|row| {
            let mut unknown = row.iter().filter(|(key, _)| !logs.known.contains_key(key));
            match (unknown.next(), unknown.next()) {
                (None, _) => false,
                (Some((key, _)), None) => {
                    if let Some(value) = logs.solve_row(row, *key, &none) {
                        logs.known.insert(*key, value);
                    }
                    false
                }
                _ => true,
            }
        });
        if left.len() == before {
            return;
        }
    }
}
