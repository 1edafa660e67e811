//! Linear systems modulo a prime: Gaussian elimination for small ones, Lanczos for sparse ones.

use super::filter::Sparse;
use crate::cryptanalysis::budget::{Failure, Phase, Watch};
use crate::cryptanalysis::mont::{Mont, add_limbs, from_limbs, sub_limbs};

/// Up to this many unknowns elimination is faster.
const DENSE: usize = 350;

/// x with Σ coefficient·x = right side for every row, columns numbered from 0. At least as many rows as columns. The
/// values are in Montgomery form; the modulus has 24 bits to spare in its limbs. `None` if the columns do not determine x or the rows contradict each other.
pub(crate) fn solve<const L: usize>(
    m: &Mont<L>,
    rows: &[Sparse],
    right: &[i32],
    columns: usize,
    watch: &Watch<'_>,
) -> Result<Option<Vec<[u64; L]>>, Failure> {
    if columns <= DENSE {
        return gauss(m, rows, right, columns, watch);
    }
    lanczos(m, rows, right, columns, watch)
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

/// A sparse matrix by rows, entries ±1 apart from the others.
struct Matrix {
    /// For each row the ends of its +1, −1 and other entries.
    ends: Vec<[u32; 3]>,
    columns: Vec<u32>,
    /// Coefficients, used for the other entries only.
    values: Vec<i32>,
}

impl Matrix {
    fn new(rows: &[Sparse]) -> Self {
        let mut out = Self { ends: Vec::with_capacity(rows.len()), columns: Vec::new(), values: Vec::new() };
        for row in rows {
            let mut ends = [0; 3];
            for (k, end) in ends.iter_mut().enumerate() {
                let class = |e: i32| match e {
                    1 => 0,
                    -1 => 1,
                    _ => 2,
                };
                for &(c, e) in row.iter().filter(|(_, e)| class(*e) == k) {
                    out.columns.push(c);
                    out.values.push(e);
                }
                *end = out.columns.len() as u32;
            }
            out.ends.push(ends);
        }
        out
    }

    fn transpose(rows: &[Sparse], columns: usize) -> Self {
        let mut turned = vec![Sparse::new(); columns];
        for (r, row) in rows.iter().enumerate() {
            row.iter().for_each(|(c, e)| turned[*c as usize].push((r as u32, *e)));
        }
        Self::new(&turned)
    }

    /// out[r] = Σ entries · x for the rows from `first` on.
    fn multiply<const L: usize>(&self, lazy: &Lazy<'_, L>, x: &[[u64; L]], first: usize, out: &mut [[u64; L]]) {
        let mut start = if first == 0 { 0 } else { self.ends[first - 1][2] as usize };
        for (ends, out) in self.ends[first..].iter().zip(out) {
            let [plus, minus, other] = ends.map(|e| e as usize);
            let (mut positive, mut negative) = ([0; L], [0; L]);
            self.columns[start..plus].iter().for_each(|c| positive = add_limbs(&positive, &x[*c as usize]).0);
            self.columns[plus..minus].iter().for_each(|c| negative = add_limbs(&negative, &x[*c as usize]).0);
            for (c, e) in self.columns[minus..other].iter().zip(&self.values[minus..other]) {
                let side = if *e > 0 { &mut positive } else { &mut negative };
                add_multiple(side, &x[*c as usize], u64::from(e.unsigned_abs()));
            }
            *out = lazy.m.sub(&lazy.reduce(positive), &lazy.reduce(negative));
            start = other;
        }
    }
}

/// Sums below 2^24 times the modulus, which has at least as many bits to spare in its limbs.
struct Lazy<'a, const L: usize> {
    m: &'a Mont<L>,
    /// A sum shifted right by this leaves its leading bits.
    shift: usize,
    /// 2^64 over the leading bits of the modulus, rounded down.
    reciprocal: u64,
}

#[inline(always)]
fn add_multiple<const L: usize>(sum: &mut [u64; L], x: &[u64; L], factor: u64) {
    let mut carry = 0u128;
    for (limb, x) in sum.iter_mut().zip(x) {
        let wide = u128::from(*x) * u128::from(factor) + u128::from(*limb) + carry;
        *limb = wide as u64;
        carry = wide >> 64;
    }
}

impl<'a, const L: usize> Lazy<'a, L> {
    fn new(m: &'a Mont<L>) -> Self {
        let n = from_limbs(m.modulus());
        let shift = n.bits().saturating_sub(38) as usize;
        let leading = (&n >> shift).iter_u64_digits().next().unwrap_or(1);
        // one more than the leading bits: the quotient is never too large
        Self { m, shift, reciprocal: u64::MAX / (leading + 1) }
    }

    #[inline]
    fn reduce(&self, mut sum: [u64; L]) -> [u64; L] {
        let (word, bit) = (self.shift / 64, self.shift % 64);
        let high = sum.get(word + 1).copied().unwrap_or(0);
        let leading = ((u128::from(high) << 64 | u128::from(sum[word])) >> bit) as u64;
        let quotient = ((u128::from(leading) * u128::from(self.reciprocal)) >> 64) as u64;
        let mut borrow = 0u64;
        for (limb, n) in sum.iter_mut().zip(self.m.modulus()) {
            let take = u128::from(*n) * u128::from(quotient) + u128::from(borrow);
            let (d, under) = limb.overflowing_sub(take as u64);
            *limb = d;
            borrow = (take >> 64) as u64 + u64::from(under);
        }
        loop {
            let (d, borrow) = sub_limbs(&sum, self.m.modulus());
            if borrow {
                return sum;
            }
            sum = d;
        }
    }
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
fn lanczos<const L: usize>(
    m: &Mont<L>,
    rows: &[Sparse],
    right: &[i32],
    columns: usize,
    watch: &Watch<'_>,
) -> Result<Option<Vec<[u64; L]>>, Failure> {
    let lazy = Lazy::new(m);
    let threads = watch.threads();
    let (a, at) = (Matrix::new(rows), Matrix::transpose(rows, columns));
    let mut image = vec![[0; L]; rows.len()];
    let square = |x: &[[u64; L]], image: &mut Vec<[u64; L]>, out: &mut Vec<[u64; L]>| {
        in_parallel(threads, image, &|first, part| a.multiply(&lazy, x, first, part));
        let image = &*image;
        in_parallel(threads, out, &|first, part| at.multiply(&lazy, image, first, part));
    };
    let right: Vec<[u64; L]> = right.iter().map(|e| small(m, *e)).collect();
    let mut target = vec![[0; L]; columns];
    at.multiply(&lazy, &right, 0, &mut target);

    let mut w = target.clone();
    let mut w_before = vec![[0; L]; columns];
    let mut v = vec![[0; L]; columns];
    let mut x = vec![[0; L]; columns];
    let mut wv_before: Option<[u64; L]> = None;
    let entries = 2 * (a.columns.len() + 4 * columns) as u64;
    for step in 0..=columns + 2 {
        if w.iter().all(Mont::is_zero) {
            break;
        }
        watch.spend(entries)?;
        if step % 64 == 0 {
            watch.report(Phase::LinearAlgebra, step.min(columns) as u64, columns as u64);
        }
        square(&w, &mut image, &mut v);
        let (wv, (vv, wt)) = rayon::join(|| dot(m, &w, &v), || (dot(m, &v, &v), dot(m, &w, &target)));
        let Some(inverse) = m.invert(&wv) else { return Ok(None) };
        let along = m.mul(&wt, &inverse);
        let first = m.mul(&vv, &inverse);
        let second = match wv_before {
            Some(before) => match m.invert(&before) {
                Some(inverse) => m.mul(&wv, &inverse),
                None => return Ok(None),
            },
            None => [0; L],
        };
        rayon::join(
            || in_parallel(1, &mut x, &|_, x| x.iter_mut().zip(&w).for_each(|(x, w)| *x = m.add(x, &m.mul(&along, w)))),
            || {
                for ((before, w), v) in w_before.iter_mut().zip(&w).zip(&v) {
                    *before = m.sub(&m.sub(v, &m.mul(&first, w)), &m.mul(&second, before));
                }
            },
        );
        std::mem::swap(&mut w, &mut w_before);
        wv_before = Some(wv);
    }
    let mut check = vec![[0; L]; rows.len()];
    a.multiply(&lazy, &x, 0, &mut check);
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
        for solved in [gauss(&m, &rows, &right, columns, &watch), lanczos(&m, &rows, &right, columns, &watch)] {
            let solved: Vec<BigUint> = solved.unwrap().unwrap().iter().map(|x| m.leave(x)).collect();
            assert_eq!(solved, x.iter().map(|x| BigUint::from(*x as u64)).collect::<Vec<_>>());
        }
    }
}
