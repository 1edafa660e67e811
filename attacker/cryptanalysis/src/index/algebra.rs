//! Linear systems modulo a prime: Gaussian elimination for small ones, Lanczos for sparse ones.

use super::checkpoint::Checkpoint;
use super::filter::Sparse;
use super::lanczos::lanczos;
use crate::budget::{Failure, Phase, Watch};
use crate::mont::Mont;

/// Up to this many unknowns elimination is faster.
const DENSE: usize = 40;

/// x with Σ coefficient·x = right side for every row, columns numbered from 0. At least as many rows as columns.
/// The values of both are in Montgomery form. The modulus is as a [`Ring`](super::matrix::Ring) needs it. `None` if the columns do not determine x or the rows contradict each other.
pub(crate) fn solve<const L: usize, const W: usize>(
    m: &Mont<L>,
    rows: &[Sparse],
    right: &[[u64; L]],
    columns: usize,
    saved: &Checkpoint,
    watch: &Watch<'_>,
) -> Result<Option<Vec<[u64; L]>>, Failure> {
    if columns <= DENSE {
        return gauss(m, rows, right, columns, watch);
    }
    lanczos::<L, W>(m, rows, right, columns, saved, watch)
}

fn small<const L: usize>(m: &Mont<L>, n: i32) -> [u64; L] {
    let mut limbs = [0; L];
    limbs[0] = u64::from(n.unsigned_abs());
    let value = m.enter_limbs(&limbs);
    if n < 0 { m.neg(&value) } else { value }
}

fn gauss<const L: usize>(
    m: &Mont<L>,
    rows: &[Sparse],
    right: &[[u64; L]],
    columns: usize,
    watch: &Watch<'_>,
) -> Result<Option<Vec<[u64; L]>>, Failure> {
    let mut matrix: Vec<Vec<[u64; L]>> = rows
        .iter()
        .zip(right)
        .map(|(row, right)| {
            let mut dense = vec![[0; L]; columns + 1];
            row.iter().for_each(|(c, e)| dense[*c as usize] = small(m, *e));
            dense[columns] = *right;
            dense
        })
        .collect();
    for c in 0..columns {
        watch.spend(((matrix.len() - c) * (columns - c)) as u64)?;
        watch.report(Phase::LinearAlgebra, c as u64, columns as u64);
        let Some(pivot) = (c..matrix.len()).find(|&r| !Mont::is_zero(&matrix[r][c])) else { return Ok(None) };
        matrix.swap(c, pivot);
        let Some(inverse) = m.invert(&matrix[c][c]) else { return Ok(None) };
        for value in &mut matrix[c][c..] {
            *value = m.mul(value, &inverse);
        }
        let (done, rest) = matrix.split_at_mut(c + 1);
        let pivot = &done[c];
        for row in rest.iter_mut().filter(|row| !Mont::is_zero(&row[c])) {
            let factor = row[c];
            for (value, p) in row[c..].iter_mut().zip(&pivot[c..]).filter(|(_, p)| !Mont::is_zero(p)) {
                *value = m.sub(value, &m.mul(&factor, p));
            }
        }
    }
    if matrix[columns..].iter().any(|row| !Mont::is_zero(&row[columns])) {
        return Ok(None);
    }
    let mut x = vec![[0; L]; columns];
    for c in (0..columns).rev() {
        let known = (c + 1..columns).fold(matrix[c][columns], |v, k| m.sub(&v, &m.mul(&matrix[c][k], &x[k])));
        x[c] = known;
    }
    Ok(Some(x))
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;
    use crate::budget::Budget;
    use crate::rng::Rng;

    /// Rows, right side and solution of a random sparse system.
    fn system(m: &Mont<2>, columns: usize) -> (Vec<Sparse>, Vec<[u64; 2]>, Vec<BigUint>) {
        let mut rng = Rng::new(1);
        let x: Vec<i64> = (0..columns).map(|_| (rng.next() % 1000) as i64).collect();
        let mut rows = Vec::new();
        let mut right = Vec::new();
        for r in 0..columns + 20 {
            let mut row: Sparse =
                (0..8).map(|_| ((rng.next() % columns as u64) as u32, (rng.next() % 5) as i32 - 2)).collect();
            row.push(((r % columns) as u32, 1));
            row.sort_unstable();
            row.dedup_by_key(|e| e.0);
            row.retain(|e| e.1 != 0);
            let sum = row.iter().map(|(c, e)| x[*c as usize] * i64::from(*e)).sum::<i64>();
            right.push(small(m, sum as i32));
            rows.push(row);
        }
        (rows, right, x.iter().map(|x| BigUint::from(*x as u64)).collect())
    }

    fn modulus() -> Mont<2> {
        // 2^89 − 1 is prime
        Mont::new(&((BigUint::from(1u32) << 89) - 1u32)).unwrap()
    }

    #[test]
    fn both_methods_find_the_solution() {
        let m = modulus();
        let (rows, right, x) = system(&m, 150);
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        let none = Checkpoint::default();
        for solved in [gauss(&m, &rows, &right, 150, &watch), lanczos::<2, 2>(&m, &rows, &right, 150, &none, &watch)] {
            let solved: Vec<BigUint> = solved.unwrap().unwrap().iter().map(|x| m.leave(x)).collect();
            assert_eq!(solved, x);
        }
    }

    /// A limit of operations stops it in the middle, again and again: it always gets as much further as it may, and to the
    /// right end. From the beginning it never would. What is not of this system is not taken for its state.
    #[test]
    fn an_iteration_that_was_stopped_goes_on_where_it_was() {
        let m = modulus();
        let (rows, right, x) = system(&m, 800);
        let saved = Checkpoint::default();
        let (whole, mut stops) = (Budget::default(), 0);
        let mut nobody = ();
        let watch = Watch::new(&whole, &mut nobody);
        let alone = lanczos::<2, 2>(&m, &rows, &right, 800, &Checkpoint::default(), &watch).unwrap();
        let part = Budget { operations: watch.spent() / 5, ..Budget::default() };
        let solved = loop {
            let mut nobody = ();
            match lanczos::<2, 2>(&m, &rows, &right, 800, &saved, &Watch::new(&part, &mut nobody)) {
                Ok(solved) => break solved,
                Err(failure) => assert!(matches!(failure, Failure::OutOfBudget { .. }), "{failure}"),
            }
            stops += 1;
            assert!(stops < 8);
        };
        assert!(stops >= 4);
        assert_eq!(solved, alone);
        assert_eq!(solved.unwrap().iter().map(|x| m.leave(x)).collect::<Vec<_>>(), x);
        let (other_rows, other_right, other) = system(&m, 799);
        let solved = lanczos::<2, 2>(&m, &other_rows, &other_right, 799, &saved, &watch).unwrap().unwrap();
        assert_eq!(solved.iter().map(|x| m.leave(x)).collect::<Vec<_>>(), other);
    }
}
