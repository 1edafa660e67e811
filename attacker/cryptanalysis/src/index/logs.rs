//! Logarithms of the factor base modulo divisors of p − 1.

use num_bigint::BigUint;
use num_traits::Zero;

use super::algebra::{Outcome, System};
use super::checkpoint::Checkpoint;
use super::filter::{Reduced, Sparse, eliminate, prune, times};
use super::pair::Pair;
use super::relation::{Found, Key, KeyMap, Point, Row};
use super::units::Units;
use crate::budget::{Failure, Phase, Watch};
use crate::mont::{Mont, from_limbs, to_limbs};
use crate::parallel;

/// A residue modulo a number of at most 256 bits.
pub(crate) type Value = [u64; 4];

/// What a relation has besides its ideals. All logarithms share one unknown factor; it makes this known.
#[derive(Clone, Debug)]
pub(crate) enum Scale {
    /// The logarithm of the leading coefficient of the rational side is one.
    Leading,
    /// That of the units is Schirokauer's.
    Unit(Box<Units>),
}

impl Scale {
    fn new(pair: &Pair, ells: &[BigUint]) -> Option<Self> {
        if pair.is_cubic() {
            Units::new(&pair.sides[1], ells).map(|units| Self::Unit(Box::new(units)))
        } else {
            Some(Self::Leading)
        }
    }

    /// The constant of a − bx.
    pub(crate) fn of_point(&self, (a, b): Point) -> Value {
        match self {
            Self::Leading => [u64::from(b != 0), 0, 0, 0],
            Self::Unit(units) => units.at([a, -b, 0]),
        }
    }

    /// That of an element of the second side.
    pub(crate) fn of_element(&self, element: [i128; 3]) -> Value {
        match self {
            Self::Leading => [0; 4],
            Self::Unit(units) => units.at(element),
        }
    }
}

/// Logarithms to an unknown base modulo ℓ: only their ratios mean something.
#[derive(Clone, Debug)]
pub(crate) struct Logs {
    pub(crate) ell: BigUint,
    pub(crate) ring: Mont<4>,
    pub(crate) scale: Scale,
    pub(crate) known: KeyMap<Value>,
}

impl Logs {
    /// Nothing if ℓ does not suit the pair.
    pub(crate) fn new(pair: &Pair, ell: &BigUint) -> Option<Self> {
        Self::joint(pair, std::slice::from_ref(ell))
    }

    /// Modulo the product of some coprime numbers. Nothing if one of them does not suit the pair.
    fn joint(pair: &Pair, ells: &[BigUint]) -> Option<Self> {
        let ell: BigUint = ells.iter().product();
        let ring = Mont::new(&ell).filter(|_| ell.bits() <= 256)?;
        Some(Self { ell, ring, scale: Scale::new(pair, ells)?, known: KeyMap::default() })
    }

    /// Those modulo each of the numbers whose product ℓ is.
    fn apart(self, pair: &Pair, ells: &[BigUint]) -> Option<Vec<Self>> {
        if ells.len() == 1 {
            return Some(vec![self]);
        }
        let part = |ell| {
            let reduced = |(key, value): (&Key, &Value)| Some((*key, to_limbs(&(from_limbs(value) % ell))?));
            let known = self.known.iter().map(reduced).collect::<Option<_>>()?;
            Some(Self { known, ..Self::new(pair, ell)? })
        };
        ells.iter().map(part).collect()
    }

    pub(crate) fn get(&self, key: Key) -> Option<&Value> {
        self.known.get(&key)
    }

    /// The logarithm of a prime number, where the ideals above it on one side are known.
    pub(crate) fn rational(&self, pair: &Pair, q: u32) -> Option<Value> {
        (0..2).find_map(|side| {
            let unit = if side == 1 { self.scale.of_element([i128::from(q), 0, 0]) } else { [0; 4] };
            self.sum(&pair.decomposition(side, q)?, unit)
        })
    }

    /// Whether the logarithms of some primes agree: s^(k·log t) = t^(k·log s) modulo p with k = (p − 1)/ℓ.
    pub(crate) fn agree(&self, pair: &Pair) -> bool {
        let k = (&pair.p - 1u32) / &self.ell;
        let mut primes: Vec<u32> =
            self.known.keys().filter(|key| **key != Key::LEADING).map(|key| key.prime()).collect();
        primes.sort_unstable();
        primes.dedup();
        let some = primes.iter().step_by((primes.len() / 40).max(1));
        let known: Vec<(u32, BigUint)> =
            some.filter_map(|q| Some((*q, from_limbs(&self.rational(pair, *q)?)))).collect();
        let Some((first, base)) = known.iter().find(|(_, value)| !value.is_zero()) else { return false };
        let h = BigUint::from(*first).modpow(&k, &pair.p);
        known
            .iter()
            .all(|(q, value)| h.modpow(value, &pair.p) == BigUint::from(*q).modpow(&k, &pair.p).modpow(base, &pair.p))
    }

    /// constant + Σ e·log, if all are known.
    pub(crate) fn sum(&self, row: &Row, constant: Value) -> Option<Value> {
        row.iter().try_fold(constant, |sum, (key, e)| Some(self.ring.add(&sum, &self.times(self.get(*key)?, *e))))
    }

    /// value·n for a small integer.
    pub(crate) fn times(&self, value: &Value, n: i32) -> Value {
        times(&self.ring, value, n)
    }

    /// −(constant + Σ e·log) over all keys but `skip`, divided by the exponent of that one.
    pub(crate) fn solve_row(&self, row: &Row, constant: Value, skip: Key, extra: &KeyMap<Value>) -> Option<Value> {
        let mut sum = constant;
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
                let inverse = BigUint::from(own.unsigned_abs()).modinv(&self.ell)?;
                let value = to_limbs(&(from_limbs(&sum) * inverse % &self.ell))?;
                Some(if own > 0 { self.ring.neg(&value) } else { value })
            }
        }
    }
}

/// Solves the relations modulo the product of coprime `ells`, from a saved state of the linear algebra if there is one, and
/// completes the table by substitution: the logarithms modulo each of them, in their order. One of them may be no power of a
/// prime where the pair needs no map of Schirokauer's.
pub(crate) fn solve(
    relations: &[Found],
    pair: &Pair,
    ells: &[BigUint],
    saved: &Checkpoint,
    watch: &Watch<'_>,
) -> Result<Outcome<Vec<Logs>>, Failure> {
    let Some(mut logs) = Logs::joint(pair, ells) else { return Ok(Outcome::Undetermined) };
    let ell = &logs.ell;
    let (sparse, keys) = number(relations);
    watch.report(Phase::Filter, 0, 2);
    let (kept, columns) = prune(&sparse, keys.len(), 10 + keys.len() / 50);
    if kept.len() < columns + 1 {
        return Ok(Outcome::Undetermined);
    }
    watch.report(Phase::Filter, 1, 2);
    let sums = parallel::map(watch.threads(), kept.len().div_ceil(BATCH), |batch| {
        watch.spend(BATCH as u64)?;
        let rows = kept[batch * BATCH..].iter().take(BATCH);
        Ok(rows.map(|r| logs.ring.neg(&logs.scale.of_point(relations[*r].0))).collect::<Vec<Value>>())
    })?;
    let kept = kept.into_iter().map(|r| sparse[r].clone()).zip(sums.into_iter().flatten()).collect();
    let Reduced { rows, columns, pivots } = eliminate(&logs.ring, kept, keys.len(), 80, watch)?;
    watch.report(Phase::Filter, 2, 2);
    // 24 bits to spare in the limbs, eight in the words
    let solved = match ell.bits() {
        ..=96 => matrix::<2, 2>(&rows, &columns, ell, saved, watch)?,
        97..=148 => matrix::<3, 3>(&rows, &columns, ell, saved, watch)?,
        149..=200 => matrix::<4, 4>(&rows, &columns, ell, saved, watch)?,
        201..=232 => matrix::<4, 5>(&rows, &columns, ell, saved, watch)?,
        _ => matrix::<5, 6>(&rows, &columns, ell, saved, watch)?,
    };
    let values = match solved {
        Outcome::Solved(values) => values,
        Outcome::Undetermined => return Ok(Outcome::Undetermined),
        Outcome::Splits(factor) => return Ok(Outcome::Splits(factor)),
    };
    for (c, value) in columns.iter().zip(values) {
        logs.known.insert(keys[*c as usize], value);
    }
    let none = KeyMap::default();
    for (c, row, sum) in pivots.iter().rev() {
        let key = keys[*c as usize];
        let row: Row = row.iter().map(|(c, e)| (keys[*c as usize], *e)).collect();
        if let Some(value) = logs.solve_row(&row, logs.ring.neg(sum), key, &none) {
            logs.known.insert(key, value);
        }
    }
    complete(&mut logs, relations);
    let apart = if logs.agree(pair) { logs.apart(pair, ells) } else { None };
    Ok(apart.map_or(Outcome::Undetermined, Outcome::Solved))
}

/// Relations that a thread takes at a time.
const BATCH: usize = 256;

/// The rows with their keys numbered, and the keys.
pub(super) fn number(relations: &[Found]) -> (Vec<Sparse>, Vec<Key>) {
    let mut numbers: KeyMap<u32> = KeyMap::default();
    let mut keys = Vec::new();
    let mut sparse = Vec::with_capacity(relations.len());
    for (_, row) in relations {
        let numbered = row.iter().map(|(key, e)| {
            let number = *numbers.entry(*key).or_insert_with(|| {
                keys.push(*key);
                keys.len() as u32 - 1
            });
            (number, *e)
        });
        let mut out: Sparse = numbered.collect();
        out.sort_unstable();
        sparse.push(out);
    }
    (sparse, keys)
}

/// The values of the columns, modulo ℓ.
fn matrix<const L: usize, const W: usize>(
    rows: &[(Sparse, Value)],
    columns: &[u32],
    ell: &BigUint,
    saved: &Checkpoint,
    watch: &Watch<'_>,
) -> Result<Outcome<Vec<Value>>, Failure> {
    let Some(m) = Mont::<L>::new(ell) else { return Ok(Outcome::Undetermined) };
    let place = by_weight(rows, columns);
    let index = |c: u32| columns.binary_search(&c).ok();
    let renumbered: Vec<Sparse> =
        rows.iter().map(|(row, _)| row.iter().filter_map(|(c, e)| Some((place[index(*c)?], *e))).collect()).collect();
    let right: Vec<[u64; L]> = rows.iter().map(|(_, sum)| m.enter_limbs(&resized(sum))).collect();
    let system = System { m: &m, rows: &renumbered, right: &right, columns: columns.len() };
    let solved = system.solve::<W>(saved, watch)?;
    Ok(solved.map(|x| place.iter().map(|at| resized(&m.leave_limbs(&x[*at as usize]))).collect()))
}

/// The same number in more or fewer limbs, for one that fits both.
fn resized<const A: usize, const B: usize>(x: &[u64; A]) -> [u64; B] {
    std::array::from_fn(|k| x.get(k).copied().unwrap_or(0))
}

/// A new number for each column, the heaviest first: what is used most lies together.
fn by_weight(rows: &[(Sparse, Value)], columns: &[u32]) -> Vec<u32> {
    let mut weight = vec![0u32; columns.len()];
    let entries = rows.iter().flat_map(|(row, _)| row).filter_map(|(c, _)| columns.binary_search(c).ok());
    entries.for_each(|k| weight[k] += 1);
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|k| std::cmp::Reverse(weight[*k]));
    let mut place = vec![0; columns.len()];
    order.iter().enumerate().for_each(|(at, k)| place[*k] = at as u32);
    place
}

/// Logarithms of everything that one relation expresses through known ones, until nothing is added.
fn complete(logs: &mut Logs, relations: &[Found]) {
    let none = KeyMap::default();
    let mut left: Vec<&Found> = relations.iter().collect();
    loop {
        let before = left.len();
        left.retain(|(point, row)| {
            let mut unknown = row.iter().filter(|(key, _)| !logs.known.contains_key(key));
            match (unknown.next(), unknown.next()) {
                (None, _) => false,
                (Some((key, _)), None) => {
                    if let Some(value) = logs.solve_row(row, logs.scale.of_point(*point), *key, &none) {
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
