//! Structured Gaussian elimination (LaMacchia and Odlyzko 1991; Pomerance and Smith 1992).

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

use super::logs::Value;
use crate::budget::{Failure, Watch};
use crate::mont::Mont;

/// A sparse row: columns ascending, with their coefficients.
pub(crate) type Sparse = Vec<(u32, i32)>;

/// Columns heavier than this are not eliminated.
const HEAVY: usize = 40;
/// Coefficients stay below this: the multiple of a residue fits the words of the linear algebra.
const LARGEST: i32 = 1 << 9;

/// Rows beyond the number of columns that make it likely that the rank is full.
const SPARE: usize = 20;

/// A small system and how the eliminated unknowns follow from its solution.
#[derive(Debug, Default)]
pub(crate) struct Reduced {
    /// The rows that remain, each with what it sums to.
    pub(crate) rows: Vec<(Sparse, Value)>,
    /// The columns that remain, ascending.
    pub(crate) columns: Vec<u32>,
    /// Eliminated columns, each with the row that yields it once all later ones and `columns` are known.
    pub(crate) pivots: Vec<(u32, Sparse, Value)>,
}

/// Drops rows with a column that no other row has, again and again, and then the heaviest rows beyond `excess` more
/// rows than columns. The answer are the numbers of the rows to keep, and of the columns that these contain.
pub(crate) fn prune(rows: &[Sparse], columns: usize, excess: usize) -> (Vec<usize>, usize) {
    let mut weight = vec![0u32; columns];
    for row in rows {
        row.iter().for_each(|(c, _)| weight[*c as usize] += 1);
    }
    let mut kept: Vec<usize> = (0..rows.len()).collect();
    loop {
        let before = kept.len();
        kept.retain(|&r| {
            let single = rows[r].iter().any(|(c, _)| weight[*c as usize] == 1);
            if single {
                rows[r].iter().for_each(|(c, _)| weight[*c as usize] -= 1);
            }
            !single
        });
        let alive = weight.iter().filter(|w| **w > 0).count();
        if kept.len() < before {
            continue;
        }
        let surplus = kept.len().saturating_sub(alive + excess);
        if surplus == 0 {
            return (kept, alive);
        }
        // rows whose columns are rare take a column with them when they go
        let burden = |r: usize| -> u32 {
            let light = rows[r].iter().filter(|(c, _)| weight[*c as usize] <= 3);
            light.map(|(c, _)| 60 >> weight[*c as usize]).sum::<u32>() + rows[r].len() as u32
        };
        let mut order: Vec<(Reverse<u32>, usize)> = kept.iter().map(|&r| (Reverse(burden(r)), r)).collect();
        order.sort_unstable();
        let gone: std::collections::HashSet<usize> =
            order.into_iter().take(surplus.div_ceil(4)).map(|(_, r)| r).collect();
        kept.retain(|r| {
            let out = gone.contains(r);
            if out {
                rows[*r].iter().for_each(|(c, _)| weight[*c as usize] -= 1);
            }
            !out
        });
    }
}

/// Rows and columns of an elimination in progress.
struct Elimination<'a> {
    ring: &'a Mont<4>,
    rows: Vec<Sparse>,
    sums: Vec<Value>,
    /// Rows that contain a column, for columns that are not heavy.
    places: Vec<Vec<u32>>,
    weight: Vec<u32>,
    tracked: Vec<bool>,
    total: usize,
}

impl<'a> Elimination<'a> {
    fn new(ring: &'a Mont<4>, rows: Vec<(Sparse, Value)>, columns: usize) -> Self {
        let (rows, sums): (Vec<Sparse>, Vec<Value>) = rows.into_iter().unzip();
        let mut weight = vec![0u32; columns];
        rows.iter().flatten().for_each(|(c, _)| weight[*c as usize] += 1);
        let tracked: Vec<bool> = weight.iter().map(|w| *w as usize <= HEAVY).collect();
        let mut places = vec![Vec::new(); columns];
        for (r, row) in rows.iter().enumerate() {
            for (c, _) in row.iter().filter(|(c, _)| tracked[*c as usize]) {
                places[*c as usize].push(r as u32);
            }
        }
        let total = rows.iter().map(Vec::len).sum();
        Self { ring, rows, sums, places, weight, tracked, total }
    }

    /// The lightest row with coefficient ±1 in the column.
    fn pivot(&self, column: u32) -> Option<u32> {
        let unit = |r: &&u32| {
            let row = &self.rows[**r as usize];
            row.binary_search_by_key(&column, |(c, _)| *c).is_ok_and(|k| row[k].1.abs() == 1)
        };
        self.places[column as usize].iter().filter(unit).min_by_key(|r| self.rows[**r as usize].len()).copied()
    }

    /// How much heavier the matrix gets, at most.
    fn fill(&self, column: u32, pivot: u32) -> i64 {
        let others = self.places[column as usize].len() as i64 - 1;
        let length = self.rows[pivot as usize].len() as i64;
        others * (length - 2) - length
    }

    fn detach(&mut self, row: u32) -> Sparse {
        let entries = std::mem::take(&mut self.rows[row as usize]);
        for (c, _) in &entries {
            self.lose(*c, row);
        }
        self.total -= entries.len();
        entries
    }

    fn lose(&mut self, column: u32, row: u32) {
        let c = column as usize;
        self.weight[c] -= 1;
        if let Some(k) = self.places[c].iter().position(|r| *r == row) {
            self.places[c].swap_remove(k);
        }
    }

    fn gain(&mut self, column: u32, row: u32) {
        let c = column as usize;
        self.weight[c] += 1;
        if self.tracked[c] {
            self.places[c].push(row);
        }
    }

    fn replace(&mut self, row: u32, new: Sparse) {
        let old = std::mem::take(&mut self.rows[row as usize]);
        let (mut i, mut k) = (0, 0);
        while i < old.len() || k < new.len() {
            let left = old.get(i).map_or(u32::MAX, |e| e.0);
            let right = new.get(k).map_or(u32::MAX, |e| e.0);
            match left.cmp(&right) {
                Ordering::Less => self.lose(left, row),
                Ordering::Greater => self.gain(right, row),
                Ordering::Equal => {}
            }
            i += usize::from(left <= right);
            k += usize::from(right <= left);
        }
        self.total = self.total + new.len() - old.len();
        self.rows[row as usize] = new;
    }
}

/// row + factor · pivot, unless a coefficient would leave the small integers.
fn combine(row: &Sparse, pivot: &Sparse, factor: i32) -> Option<Sparse> {
    let mut new = Vec::with_capacity(row.len() + pivot.len());
    let (mut i, mut k) = (0, 0);
    while i < row.len() || k < pivot.len() {
        let left = row.get(i).map_or(u32::MAX, |e| e.0);
        let right = pivot.get(k).map_or(u32::MAX, |e| e.0);
        let mut sum = 0;
        if left <= right {
            sum += row[i].1;
            i += 1;
        }
        if right <= left {
            sum += factor * pivot[k].1;
            k += 1;
        }
        if sum.abs() > LARGEST {
            return None;
        }
        if sum != 0 {
            new.push((left.min(right), sum));
        }
    }
    Some(new)
}

/// Eliminates columns while that makes the linear algebra cheaper. The estimate of its cost: each of N steps handles
/// every entry twice and N unknowns with multiplications worth `per_unknown` entries.
pub(crate) fn eliminate(
    ring: &Mont<4>,
    rows: Vec<(Sparse, Value)>,
    columns: usize,
    per_unknown: usize,
    watch: &Watch<'_>,
) -> Result<Reduced, Failure> {
    let count = rows.len();
    let mut state = Elimination::new(ring, rows, columns);
    let mut alive = state.weight.iter().filter(|w| **w > 0).count();
    let mut heap = BinaryHeap::new();
    for c in 0..columns as u32 {
        if let Some(pivot) = state.pivot(c) {
            heap.push(Reverse((state.fill(c, pivot), c)));
        }
    }
    let cost = |alive: usize, total: f64| alive as f64 * (2.0 * total + (per_unknown * alive) as f64);
    let mut best = f64::INFINITY;
    let mut pivots = Vec::new();
    while let Some(Reverse((fill, c))) = heap.pop() {
        if state.weight[c as usize] == 0 {
            continue;
        }
        let Some(pivot) = state.pivot(c) else { continue };
        let now = state.fill(c, pivot);
        if now > fill {
            heap.push(Reverse((now, c)));
            continue;
        }
        // of the rows only the lightest will stay
        let share = (alive + SPARE) as f64 / (count - pivots.len()) as f64;
        watch.spend(1)?;
        let estimate = cost(alive, state.total as f64 * share.min(1.0));
        best = best.min(estimate);
        if estimate > 1.05 * best || 3 * state.total > alive * alive {
            break;
        }
        let entries = &state.rows[pivot as usize];
        let coefficient = |row: &Sparse| row.binary_search_by_key(&c, |e| e.0).map_or(0, |k| row[k].1);
        let unit = coefficient(entries);
        let others = state.places[c as usize].iter().filter(|row| **row != pivot);
        let combined: Option<Vec<(u32, i32, Sparse)>> = others
            .map(|&row| {
                let old = &state.rows[row as usize];
                let factor = -coefficient(old) * unit;
                Some((row, factor, combine(old, entries, factor)?))
            })
            .collect();
        let Some(combined) = combined else { continue };
        let sum = state.sums[pivot as usize];
        for (row, factor, new) in combined {
            let own = &mut state.sums[row as usize];
            *own = state.ring.add(own, &times(state.ring, &sum, factor));
            state.replace(row, new);
        }
        let entries = state.detach(pivot);
        alive -= 1;
        for (other, _) in &entries {
            if let Some(pivot) = state.pivot(*other) {
                heap.push(Reverse((state.fill(*other, pivot), *other)));
            }
        }
        pivots.push((c, entries, sum));
    }
    let rows = state.rows.into_iter().zip(state.sums).filter(|(row, _)| !row.is_empty()).collect();
    let columns: Vec<u32> = (0..columns as u32).filter(|&c| state.weight[c as usize] > 0).collect();
    Ok(Reduced { rows: lightest(rows, columns.len() + SPARE, state.weight), columns, pivots })
}

/// value·n for a small integer.
pub(crate) fn times(ring: &Mont<4>, value: &Value, n: i32) -> Value {
    let mut out = [0; 4];
    let count = n.unsigned_abs();
    for bit in (0..32 - count.leading_zeros()).rev() {
        out = ring.add(&out, &out);
        if count >> bit & 1 == 1 {
            out = ring.add(&out, value);
        }
    }
    if n < 0 { ring.neg(&out) } else { out }
}

/// The lightest rows, so many of them, and those without which a column would be lost.
fn lightest(mut rows: Vec<(Sparse, Value)>, count: usize, mut weight: Vec<u32>) -> Vec<(Sparse, Value)> {
    rows.sort_by_key(|(row, _)| Reverse(row.len()));
    let mut surplus = rows.len().saturating_sub(count);
    rows.retain(|(row, _)| {
        let dispensable = surplus > 0 && row.iter().all(|(c, _)| weight[*c as usize] > 2);
        if dispensable {
            surplus -= 1;
            row.iter().for_each(|(c, _)| weight[*c as usize] -= 1);
        }
        !dispensable
    });
    rows
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;
    use crate::budget::Budget;
    use crate::rng::Rng;

    fn value(row: &Sparse, x: &[i64]) -> i64 {
        row.iter().map(|(c, e)| x[*c as usize] * i64::from(*e)).sum()
    }

    fn ring() -> Mont<4> {
        // 2^61 − 1
        Mont::new(&((BigUint::from(1u32) << 61u32) - 1u32)).unwrap()
    }

    fn residue(n: i64) -> Value {
        let value = [n.unsigned_abs(), 0, 0, 0];
        if n < 0 { ring().neg(&value) } else { value }
    }

    /// Random relations that hold for x.
    fn relations(x: &[i64], count: usize) -> Vec<Sparse> {
        let mut rng = Rng::new(7);
        (0..count)
            .map(|_| {
                let mut row: Sparse = (0..5)
                    .map(|_| ((rng.next() % x.len() as u64) as u32, if rng.next() & 1 == 0 { 1 } else { -1 }))
                    .collect();
                row.sort_unstable();
                row.dedup_by_key(|e| e.0);
                row
            })
            .collect()
    }

    #[test]
    fn elimination_keeps_the_solution_and_says_how_to_complete_it() {
        let x: Vec<i64> = (0..200).map(|k| k * 7 % 31).collect();
        let rows = relations(&x, 260);
        let (kept, columns) = prune(&rows, x.len(), 20);
        assert!(kept.len() <= columns + 20 && kept.len() > columns);
        let kept = kept.into_iter().map(|r| (rows[r].clone(), residue(value(&rows[r], &x)))).collect();
        let budget = Budget::default();
        let reduced = eliminate(&ring(), kept, x.len(), 20, &Watch::new(&budget, &mut ())).unwrap();
        assert!(reduced.columns.len() < columns, "something was eliminated");
        assert!(reduced.rows.iter().all(|(row, sum)| residue(value(row, &x)) == *sum));
        let mut known: Vec<u32> = reduced.columns.clone();
        for (c, row, sum) in reduced.pivots.iter().rev() {
            assert_eq!(residue(value(row, &x)), *sum);
            assert!(row.iter().all(|(k, _)| k == c || known.contains(k)), "only what is known by then");
            known.push(*c);
        }
        assert_eq!(known.len(), columns);
    }

    #[test]
    fn rows_with_a_lonely_column_go() {
        let rows = vec![vec![(1, 1), (2, 1)], vec![(2, 1), (3, 1)], vec![(2, -1), (3, 1)], vec![(3, 1), (4, 1)]];
        assert_eq!(prune(&rows, 5, 10), (vec![1, 2], 2));
    }
}
