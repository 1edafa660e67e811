//! Linear systems modulo a prime: Gaussian elimination for small ones, Lanczos for sparse ones.

use super::filter::Sparse;
use super::matrix::{Matrix, Ring, Spread, Wide};
use crate::budget::{Failure, Phase, Watch};
use crate::mont::Mont;
use crate::parallel;

/// Up to this many unknowns elimination is faster.
const DENSE: usize = 40;
/// Vectors shorter than this are not worth a second thread.
const SERIAL: usize = 600;

/// x with Σ coefficient·x = right side for every row, columns numbered from 0. At least as many rows as columns.
/// The values of both are in Montgomery form. The modulus is as [`Ring`] needs it. `None` if the columns do not determine x or the rows contradict each other.
pub(crate) fn solve<const L: usize, const W: usize>(
    m: &Mont<L>,
    rows: &[Sparse],
    right: &[[u64; L]],
    columns: usize,
    watch: &Watch<'_>,
) -> Result<Option<Vec<[u64; L]>>, Failure> {
    if columns <= DENSE {
        return gauss(m, rows, right, columns, watch);
    }
    lanczos::<L, W>(m, rows, right, columns, watch)
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

/// Lanczos's iteration for AᵀA·x = Aᵀ·right. It fails with a chance of about the number of columns over the modulus.
fn lanczos<const L: usize, const W: usize>(
    m: &Mont<L>,
    rows: &[Sparse],
    right: &[[u64; L]],
    columns: usize,
    watch: &Watch<'_>,
) -> Result<Option<Vec<[u64; L]>>, Failure> {
    let ring = Ring::<L, W>::new(m);
    let threads = if columns < SERIAL { 1 } else { watch.threads() };
    let (Some(a), Some(at)) = (Matrix::new(rows), Matrix::transpose(rows, columns)) else { return Ok(None) };
    // one closure for all products: each one would be compiled with a product of its own
    let (plain, spread) = (|x: [u64; L]| x, |x: [u64; L]| Spread::<W>::new(&x));
    let zero = vec![[0u64; L]; columns];
    let mut image: Vec<Spread<W>> = right.iter().map(|x| spread(*x)).collect();
    let mut target = zero.clone();
    at.multiply(threads, &ring, &image, &mut target, &plain);

    let mut w = target.clone();
    let (mut w_before, mut v) = (zero.clone(), zero);
    let mut wide: Vec<Spread<W>> = w.iter().map(|x| spread(*x)).collect();
    let mut x = vec![Wide::<L>::default(); columns];
    let mut inverse_before: Option<[u64; L]> = None;
    let entries = (a.weight() + at.weight() + 8 * columns) as u64;
    for step in 0..=columns + 2 {
        if w.iter().all(Mont::is_zero) {
            break;
        }
        watch.spend(entries)?;
        if step % 64 == 0 {
            watch.report(Phase::LinearAlgebra, step.min(columns) as u64, columns as u64);
        }
        a.multiply(threads, &ring, &wide, &mut image, &spread);
        at.multiply(threads, &ring, &image, &mut v, &plain);
        let (mut wv, mut wt, mut vv) = ([0; L], [0; L], [0; L]);
        let mut projections = || (wv, wt) = (ring.dot(&w, &v), ring.dot(&w, &target));
        parallel::both(threads, &mut projections, &mut || vv = ring.dot(&v, &v));
        let Some(inverse) = m.invert(&wv) else { return Ok(None) };
        let along = m.mul(&wt, &inverse);
        let first = m.neg(&m.mul(&vv, &inverse));
        let second = inverse_before.map_or([0; L], |before| m.neg(&m.mul(&wv, &before)));
        let mut advance = || x.iter_mut().zip(&w).for_each(|(x, w)| x.add(&along, w));
        let mut turn = || {
            for (((before, wide), w), v) in w_before.iter_mut().zip(&mut wide).zip(&w).zip(&v) {
                let mut step = Wide::default();
                step.add(&first, w);
                step.add(&second, before);
                *before = m.add(v, &ring.narrow(&step));
                *wide = spread(*before);
            }
        };
        parallel::both(threads, &mut advance, &mut turn);
        std::mem::swap(&mut w, &mut w_before);
        inverse_before = Some(inverse);
    }
    let x: Vec<[u64; L]> = x.iter().map(|x| ring.narrow(x)).collect();
    let wide: Vec<Spread<W>> = x.iter().map(|x| spread(*x)).collect();
    let mut check = vec![[0; L]; rows.len()];
    a.multiply(threads, &ring, &wide, &mut check, &plain);
    Ok((check == *right).then_some(x))
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;
    use crate::budget::Budget;
    use crate::rng::Rng;

    /// A random sparse system with a known solution, by both methods.
    #[test]
    fn both_methods_find_the_solution() {
        // 2^89 − 1 is prime
        let q = (BigUint::from(1u32) << 89) - 1u32;
        let m = Mont::<2>::new(&q).unwrap();
        let mut rng = Rng::new(1);
        let columns = 150;
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
            right.push(small(&m, sum as i32));
            rows.push(row);
        }
        let watch_budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&watch_budget, &mut nobody);
        for solved in [gauss(&m, &rows, &right, columns, &watch), lanczos::<2, 2>(&m, &rows, &right, columns, &watch)] {
            let solved: Vec<BigUint> = solved.unwrap().unwrap().iter().map(|x| m.leave(x)).collect();
            assert_eq!(solved, x.iter().map(|x| BigUint::from(*x as u64)).collect::<Vec<_>>());
        }
    }
}
