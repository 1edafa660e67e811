//! Linear systems modulo a prime: Gaussian elimination for small ones, Lanczos for sparse ones.

use super::filter::Sparse;
use super::matrix::{Matrix, Ring};
use crate::cryptanalysis::budget::{Failure, Phase, Watch};
use crate::cryptanalysis::mont::Mont;

/// Up to this many unknowns elimination is faster.
const DENSE: usize = 100;
/// Vectors shorter than this are not worth a second thread.
const SERIAL: usize = 600;

/// x with Σ coefficient·x = right side for every row, columns numbered from 0. At least as many rows as columns. The
/// values are in Montgomery form. The modulus has 24 bits to spare in its `L` limbs and fits `W` words of [`WORD_BITS`]. `None` if the columns do not determine x or the rows contradict each other.
pub(crate) fn solve<const L: usize, const W: usize>(
    m: &Mont<L>,
    rows: &[Sparse],
    right: &[i32],
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
    right: &[i32],
    columns: usize,
    watch: &Watch<'_>,
) -> Result<Option<Vec<[u64; L]>>, Failure> {
    let mut matrix: Vec<Vec<[u64; L]>> = rows
        .iter()
        .zip(right)
        .map(|(row, right)| {
            let mut dense = vec![[0; L]; columns + 1];
            row.iter().for_each(|(c, e)| dense[*c as usize] = small(m, *e));
            dense[columns] = small(m, *right);
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

/// Splits the work on a vector between threads.
fn in_parallel<T: Send>(threads: usize, out: &mut [T], work: &(impl Fn(usize, &mut [T]) + Sync)) {
    fn divide<T: Send>(parts: usize, first: usize, out: &mut [T], work: &(impl Fn(usize, &mut [T]) + Sync)) {
        if parts <= 1 || out.len() < 256 {
            return work(first, out);
        }
        let middle = out.len() * (parts / 2) / parts;
        let (left, right) = out.split_at_mut(middle);
        rayon::join(|| divide(parts / 2, first, left, work), || divide(parts - parts / 2, first + middle, right, work));
    }
    divide(threads, 0, out, work);
}

fn dot<const L: usize>(m: &Mont<L>, a: &[[u64; L]], b: &[[u64; L]]) -> [u64; L] {
    a.iter().zip(b).fold([0; L], |sum, (a, b)| m.add(&sum, &m.mul(a, b)))
}

/// Lanczos's iteration for AᵀA·x = Aᵀ·right. It fails with a chance of about the number of columns over the modulus.
fn lanczos<const L: usize, const W: usize>(
    m: &Mont<L>,
    rows: &[Sparse],
    right: &[i32],
    columns: usize,
    watch: &Watch<'_>,
) -> Result<Option<Vec<[u64; L]>>, Failure> {
    let ring = Ring::<L, W>::new(m);
    let threads = if columns < SERIAL { 1 } else { watch.threads() };
    let (Some(a), Some(at)) = (Matrix::new(rows), Matrix::transpose(rows, columns)) else { return Ok(None) };
    let right: Vec<[u64; L]> = right.iter().map(|e| small(m, *e)).collect();
    let spread = |x: [u64; L]| Ring::<L, W>::spread(&x);
    let zero = vec![[0u64; L]; columns];
    let mut image: Vec<[i64; W]> = right.iter().map(|x| spread(*x)).collect();
    let mut target = zero.clone();
    at.multiply(&ring, &image, 0, &mut target, &|x| x);

    let mut w = target.clone();
    let (mut w_before, mut v, mut x) = (zero.clone(), zero.clone(), zero);
    let mut inverse_before: Option<[u64; L]> = None;
    let entries = 2 * (a.weight() + 4 * columns) as u64;
    for step in 0..=columns + 2 {
        if w.iter().all(Mont::is_zero) {
            break;
        }
        watch.spend(entries)?;
        if step % 64 == 0 {
            watch.report(Phase::LinearAlgebra, step.min(columns) as u64, columns as u64);
        }
        let wide: Vec<[i64; W]> = w.iter().map(|x| spread(*x)).collect();
        in_parallel(threads, &mut image, &|first, part| a.multiply(&ring, &wide, first, part, &spread));
        in_parallel(threads, &mut v, &|first, part| at.multiply(&ring, &image, first, part, &|x| x));
        let (wv, (vv, wt)) = if threads > 1 {
            rayon::join(|| dot(m, &w, &v), || (dot(m, &v, &v), dot(m, &w, &target)))
        } else {
            (dot(m, &w, &v), (dot(m, &v, &v), dot(m, &w, &target)))
        };
        let Some(inverse) = m.invert(&wv) else { return Ok(None) };
        let along = m.mul(&wt, &inverse);
        let first = m.mul(&vv, &inverse);
        let second = inverse_before.map_or([0; L], |before| m.mul(&wv, &before));
        let mut advance = || x.iter_mut().zip(&w).for_each(|(x, w)| *x = m.add(x, &m.mul(&along, w)));
        let mut turn = || {
            for ((before, w), v) in w_before.iter_mut().zip(&w).zip(&v) {
                *before = m.sub(&m.sub(v, &m.mul(&first, w)), &m.mul(&second, before));
            }
        };
        if threads > 1 {
            rayon::join(advance, turn);
        } else {
            advance();
            turn();
        }
        std::mem::swap(&mut w, &mut w_before);
        inverse_before = Some(inverse);
    }
    let wide: Vec<[i64; W]> = x.iter().map(|x| spread(*x)).collect();
    let mut check = vec![[0; L]; rows.len()];
    a.multiply(&ring, &wide, 0, &mut check, &|x| x);
    Ok((check == right).then_some(x))
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::*;
    use crate::cryptanalysis::budget::Budget;
    use crate::cryptanalysis::rng::Rng;

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
            right.push(row.iter().map(|(c, e)| x[*c as usize] * i64::from(*e)).sum::<i64>() as i32);
            rows.push(row);
        }
        let watch_budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&watch_budget, &mut nobody);
        for solved in [gauss(&m, &rows, &right, columns, &watch), lanczos::<2, 3>(&m, &rows, &right, columns, &watch)] {
            let solved: Vec<BigUint> = solved.unwrap().unwrap().iter().map(|x| m.leave(x)).collect();
            assert_eq!(solved, x.iter().map(|x| BigUint::from(*x as u64)).collect::<Vec<_>>());
        }
    }
}
