//! Short vectors of integer lattices.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

type Vector = (BigInt, BigInt);

/// A reduced basis of a plane lattice for the form x² + weight·y², the shortest vector first (Lagrange).
pub(crate) fn lagrange([mut u, mut v]: [Vector; 2], weight: &BigInt) -> [Vector; 2] {
    let dot = |a: &Vector, b: &Vector| -> BigInt { &a.0 * &b.0 + weight * &a.1 * &b.1 };
    let (mut uu, mut vv) = (dot(&u, &u), dot(&v, &v));
    loop {
        if uu > vv {
            std::mem::swap(&mut u, &mut v);
            std::mem::swap(&mut uu, &mut vv);
        }
        let uv: BigInt = dot(&u, &v);
        let doubled: BigInt = &uu * 2;
        let k: BigInt = Integer::div_floor(&(&uv * 2 + &uu), &doubled);
        v = (&v.0 - &k * &u.0, &v.1 - &k * &u.1);
        vv = dot(&v, &v);
        if vv >= uu {
            return [u, v];
        }
    }
}

/// A basis reduced by the algorithm of Lenstra, Lenstra and Lovász (1982) with δ = 3/4, in integers only (Cohen, A
/// Course in Computational Algebraic Number Theory, algorithm 2.6.7). `basis` must be linearly independent.
pub(crate) fn lll(mut basis: Vec<Vec<BigInt>>) -> Vec<Vec<BigInt>> {
    let n = basis.len();
    // d[k + 1] is the determinant of the first k + 1 vectors' Gram matrix, λ[k][j] = d[j + 1]·μ[k][j]
    let mut d = vec![BigInt::one(); n + 1];
    let mut lambda = vec![vec![BigInt::zero(); n]; n];
    let dot = |a: &[BigInt], b: &[BigInt]| -> BigInt { a.iter().zip(b).map(|(x, y)| x * y).sum() };
    let orthogonalise = |k: usize, basis: &[Vec<BigInt>], d: &mut [BigInt], lambda: &mut [Vec<BigInt>]| {
        for j in 0..=k {
            let mut u = dot(&basis[k], &basis[j]);
            for i in 0..j {
                u = (&d[i + 1] * u - &lambda[k][i] * &lambda[j][i]) / &d[i];
            }
            if j < k {
                lambda[k][j] = u;
            } else {
                d[k + 1] = u;
            }
        }
    };
    if n > 0 {
        orthogonalise(0, &basis, &mut d, &mut lambda);
    }
    let (mut k, mut ready) = (1, 0);
    while k < n {
        if k > ready {
            ready = k;
            orthogonalise(k, &basis, &mut d, &mut lambda);
        }
        shorten(k, k - 1, &mut basis, &d, &mut lambda);
        let lovasz: BigInt = (&d[k + 1] * &d[k - 1] + &lambda[k][k - 1] * &lambda[k][k - 1]) * 4;
        if lovasz < &d[k] * &d[k] * 3 {
            swap(k, ready, &mut basis, &mut d, &mut lambda);
            k = (k - 1).max(1);
        } else {
            (0..k - 1).rev().for_each(|j| shorten(k, j, &mut basis, &d, &mut lambda));
            k += 1;
        }
    }
    basis
}

/// Takes from vector k the nearest multiple of vector j.
fn shorten(k: usize, j: usize, basis: &mut [Vec<BigInt>], d: &[BigInt], lambda: &mut [Vec<BigInt>]) {
    let doubled: BigInt = &lambda[k][j] * 2;
    if doubled.abs() <= d[j + 1] {
        return;
    }
    let q = Integer::div_floor(&(doubled + &d[j + 1]), &(&d[j + 1] * 2));
    let (head, tail) = basis.split_at_mut(k);
    tail[0].iter_mut().zip(&head[j]).for_each(|(x, y)| *x -= &q * y);
    lambda[k][j] -= &q * &d[j + 1];
    let (head, tail) = lambda.split_at_mut(k);
    (0..j).for_each(|i| tail[0][i] -= &q * &head[j][i]);
}

/// Exchanges the vectors k − 1 and k.
fn swap(k: usize, ready: usize, basis: &mut [Vec<BigInt>], d: &mut [BigInt], lambda: &mut [Vec<BigInt>]) {
    basis.swap(k, k - 1);
    let (head, tail) = lambda.split_at_mut(k);
    head[k - 1][..k - 1].swap_with_slice(&mut tail[0][..k - 1]);
    let l = lambda[k][k - 1].clone();
    let b: BigInt = (&d[k - 1] * &d[k + 1] + &l * &l) / &d[k];
    for row in &mut lambda[k + 1..=ready] {
        let t = row[k].clone();
        row[k] = (&d[k + 1] * &row[k - 1] - &l * &t) / &d[k];
        row[k - 1] = (&b * t + &l * &row[k]) / &d[k + 1];
    }
    d[k] = b;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn determinant(m: &[Vec<BigInt>]) -> BigInt {
        if m.is_empty() {
            return BigInt::one();
        }
        (0..m.len())
            .map(|c| {
                let minor: Vec<Vec<BigInt>> = m[1..]
                    .iter()
                    .map(|row| row.iter().enumerate().filter(|(k, _)| *k != c).map(|(_, x)| x.clone()).collect())
                    .collect();
                let sign = if c % 2 == 0 { 1 } else { -1 };
                &m[0][c] * determinant(&minor) * sign
            })
            .sum()
    }

    /// The same lattice, and vectors as short as the theorem says: |b₁| ≤ 2^((n−1)/4)·det^(1/n).
    #[test]
    fn lll_keeps_the_lattice_and_finds_short_vectors() {
        let mut rng = Rng::new(3);
        let p = rng.below(&(num_bigint::BigUint::one() << 180u32));
        for n in [1, 2, 3, 6] {
            let mut basis = vec![vec![BigInt::zero(); n]; n];
            for (k, row) in basis.iter_mut().enumerate() {
                row[k] = BigInt::one();
                row[0] = if k == 0 { p.clone().into() } else { rng.below(&p).into() };
            }
            let reduced = lll(basis.clone());
            assert_eq!(determinant(&reduced).abs(), BigInt::from(p.clone()), "dimension {n}");
            for v in &reduced {
                // v is in the lattice: the first coordinate follows from the others
                let rest: BigInt = (1..n).map(|k| &v[k] * &basis[k][0]).sum();
                assert!((&v[0] - rest).is_multiple_of(&p.clone().into()), "dimension {n}");
            }
            let norm: BigInt = reduced[0].iter().map(|x| x * x).sum();
            let bound = BigInt::from(2).pow((n * (n - 1) / 2) as u32) * BigInt::from(p.clone()).pow(2);
            assert!(norm.pow(n as u32) <= bound, "dimension {n}");
        }
    }
}
