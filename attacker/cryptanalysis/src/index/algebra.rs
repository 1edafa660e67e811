//! Linear systems modulo a number: Gaussian elimination for small ones, Lanczos for sparse ones.

use num_bigint::BigUint;
use num_integer::Integer;

use super::checkpoint::Checkpoint;
use super::filter::Sparse;
use crate::budget::{Failure, Phase, Watch};
use crate::mont::{Mont, from_limbs};

/// Up to this many unknowns elimination is faster.
const DENSE: usize = 40;

/// Equations Σ coefficient·x = right side, one for every row, columns numbered from 0. At least as many rows as columns.
pub(crate) struct System<'a, const L: usize> {
    /// As a [`Ring`](super::matrix::Ring) needs it.
    pub(super) m: &'a Mont<L>,
    pub(super) rows: &'a [Sparse],
    /// In Montgomery form, as the unknowns are.
    pub(super) right: &'a [[u64; L]],
    pub(super) columns: usize,
}

/// What comes of equations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome<T> {
    /// The unknowns.
    Solved(T),
    /// They are not determined, or the equations contradict each other.
    Undetermined,
    /// The modulus has this proper factor: something that is not zero modulo it had no inverse.
    Splits(BigUint),
}

impl<T> Outcome<T> {
    /// Of the unknowns, where there are some.
    pub(crate) fn map<U>(self, of: impl FnOnce(T) -> U) -> Outcome<U> {
        match self {
            Self::Solved(x) => Outcome::Solved(of(x)),
            Self::Undetermined => Outcome::Undetermined,
            Self::Splits(factor) => Outcome::Splits(factor),
        }
    }

    /// Where x was to be inverted and has no inverse.
    pub(super) fn without_inverse<const L: usize>(m: &Mont<L>, x: &[u64; L]) -> Self {
        if Mont::is_zero(x) {
            return Self::Undetermined;
        }
        Self::Splits(m.leave(x).gcd(&from_limbs(m.modulus())))
    }
}

fn small<const L: usize>(m: &Mont<L>, n: i32) -> [u64; L] {
    let mut limbs = [0; L];
    limbs[0] = u64::from(n.unsigned_abs());
    let value = m.enter_limbs(&limbs);
    if n < 0 { m.neg(&value) } else { value }
}

impl<const L: usize> System<'_, L> {
    /// The solution, from a saved state of the iteration on if there is one.
    pub(crate) fn solve<const W: usize>(
        &self,
        saved: &Checkpoint,
        watch: &Watch<'_>,
    ) -> Result<Outcome<Vec<[u64; L]>>, Failure> {
        if self.columns <= DENSE { self.gauss(watch) } else { self.lanczos::<W>(saved, watch) }
    }

    fn gauss(&self, watch: &Watch<'_>) -> Result<Outcome<Vec<[u64; L]>>, Failure> {
        let Self { m, rows, right, columns } = *self;
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
            let mut pivots = (c..matrix.len()).filter(|&r| !Mont::is_zero(&matrix[r][c]));
            let Some(first) = pivots.next() else { return Ok(Outcome::Undetermined) };
            // modulo a composite another one may do where the first does not
            let unit = |r: usize| Some((r, m.invert(&matrix[r][c])?));
            let Some((pivot, inverse)) = unit(first).or_else(|| pivots.find_map(unit)) else {
                return Ok(Outcome::without_inverse(m, &matrix[first][c]));
            };
            matrix.swap(c, pivot);
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
            return Ok(Outcome::Undetermined);
        }
        let mut x = vec![[0; L]; columns];
        for c in (0..columns).rev() {
            let known = (c + 1..columns).fold(matrix[c][columns], |v, k| m.sub(&v, &m.mul(&matrix[c][k], &x[k])));
            x[c] = known;
        }
        Ok(Outcome::Solved(x))
    }
}

#[cfg(test)]
mod tests {
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

    /// The unknowns out of Montgomery form.
    fn left(m: &Mont<2>, solved: Outcome<Vec<[u64; 2]>>) -> Vec<BigUint> {
        let Outcome::Solved(x) = solved else { panic!("{solved:?}") };
        x.iter().map(|x| m.leave(x)).collect()
    }

    #[test]
    fn both_methods_find_the_solution() {
        let m = modulus();
        let (rows, right, x) = system(&m, 150);
        let system = System { m: &m, rows: &rows, right: &right, columns: 150 };
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        let none = Checkpoint::default();
        for solved in [system.gauss(&watch), system.lanczos::<2>(&none, &watch)] {
            assert_eq!(left(&m, solved.unwrap()), x);
        }
    }

    /// Modulo the product of 251 and the Mersenne prime 2^61 − 1 some of the lengths and pivots have no inverse; and modulo
    /// 251 alone, where what has none is zero, there is nothing to be found.
    #[test]
    fn an_inversion_that_fails_is_a_factor_found() {
        let (small, large) = (BigUint::from(251u32), (BigUint::from(1u32) << 61) - 1u32);
        let m = Mont::new(&(&small * &large)).unwrap();
        let (rows, right, _) = system(&m, 600);
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        let none = Checkpoint::default();
        let solved = System { m: &m, rows: &rows, right: &right, columns: 600 }.lanczos::<2>(&none, &watch).unwrap();
        assert_eq!(solved, Outcome::Splits(small.clone()));
        // x + 251·y = 1, x = 1: the second pivot is 251 times something
        let one = m.one();
        let pair = [vec![(0, 1), (1, 251)], vec![(0, 1)]];
        let system = System { m: &m, rows: &pair, right: &[one, one], columns: 2 };
        assert_eq!(system.gauss(&watch).unwrap(), Outcome::Splits(small.clone()));
        let m = Mont::<2>::new(&small).unwrap();
        let one = m.one();
        let system = System { m: &m, rows: &pair, right: &[one, one], columns: 2 };
        assert_eq!(system.gauss(&watch).unwrap(), Outcome::Undetermined);
    }

    /// A limit of operations stops it in the middle, again and again: it always gets as much further as it may, and to the
    /// right end. From the beginning it never would. What is not of this system is not taken for its state.
    #[test]
    fn an_iteration_that_was_stopped_goes_on_where_it_was() {
        let m = modulus();
        let (rows, right, x) = system(&m, 800);
        let equations = System { m: &m, rows: &rows, right: &right, columns: 800 };
        let saved = Checkpoint::default();
        let (whole, mut stops) = (Budget::default(), 0);
        let mut nobody = ();
        let watch = Watch::new(&whole, &mut nobody);
        let alone = equations.lanczos::<2>(&Checkpoint::default(), &watch).unwrap();
        let part = Budget { operations: watch.spent() / 5, ..Budget::default() };
        let solved = loop {
            let mut nobody = ();
            match equations.lanczos::<2>(&saved, &Watch::new(&part, &mut nobody)) {
                Ok(solved) => break solved,
                Err(failure) => assert!(matches!(failure, Failure::OutOfBudget { .. }), "{failure}"),
            }
            stops += 1;
            assert!(stops < 8);
        };
        assert!(stops >= 4);
        assert_eq!(solved, alone);
        assert_eq!(left(&m, solved), x);
        let (rows, right, other) = system(&m, 799);
        let system = System { m: &m, rows: &rows, right: &right, columns: 799 };
        assert_eq!(left(&m, system.lanczos::<2>(&saved, &watch).unwrap()), other);
    }
}
