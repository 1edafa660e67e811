//! Writing a target as a fraction of elements with smooth norms.

use std::collections::BTreeMap;

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

use super::base::{Base, Lattice};
use super::combinations::{Search, Smooth, Vector};
use super::form::Form;
use super::harvest::Limits;
use super::lattice::{lagrange, lll};
use super::pair::Pair;
use super::polynomial::Polynomial;
use super::relation::{Key, Row, Special, collect};
use super::roots::roots;
use super::sieve::{Hit, Region, Scratch};
use super::table::{Splitting, Table};
use crate::budget::{Failure, Watch};
use crate::mont::Mont;

/// The largest prime of a descent: the sieve's arithmetic is that of 31 bits.
const LARGEST_BITS: f64 = 30.0;

/// A numerator and a denominator, and the exponents of their prime ideals.
pub(super) struct Fraction {
    pub(super) elements: [[i128; 3]; 2],
    pub(super) row: Row,
    /// Those of primes that are too long for a key.
    pub(super) long: Vec<(Special, i32)>,
}

/// Fractions of smooth elements with the image z modulo p.
pub(super) fn split(
    table: &Table,
    z: &BigUint,
    scratch: &mut Scratch,
    watch: &Watch<'_>,
) -> Result<Vec<Fraction>, Failure> {
    match &table.splitting {
        Splitting::Integers(bases) => of_integers(table, bases, z, scratch, watch),
        Splitting::Cubics(base, search) => of_cubics(table, base, search, z, watch),
    }
}

/// u/v for integers of about √p.
fn of_integers(
    table: &Table,
    [numerators, denominators]: &[Base; 2],
    z: &BigUint,
    scratch: &mut Scratch,
    watch: &Watch<'_>,
) -> Result<Vec<Fraction>, Failure> {
    let p = &table.pair.p;
    let basis = [(BigInt::from(p.clone()), BigInt::zero()), (BigInt::from(z.clone()), BigInt::one())];
    let [e, f] = lagrange(basis, &BigInt::one());
    let point = |(a, b): &(BigInt, BigInt)| Some((a.to_i128()?, b.to_i128()?));
    let (Some(e), Some(f)) = (point(&e), point(&f)) else { return Ok(Vec::new()) };
    let lattice = Lattice::of_points([e, f]);
    let limits = table.parameters.splitting();
    watch.spend(limits.region.points() as u64)?;
    let linear = |c: [i128; 2]| Form::new(&c.map(BigInt::from));
    let (Some(up), Some(down)) = (linear([f.0, e.0]), linear([f.1, e.1])) else { return Ok(Vec::new()) };
    let side = |k, base, form| limits.side(k, base, &lattice, form);
    let hits = scratch.sieve(limits.region, &[side(0, numerators, up), side(1, denominators, down)]);
    let fraction = |hit: Hit| {
        let (u, v) = lattice.point(hit.i, hit.j);
        let mut row = Row::new();
        for (factors, sign) in hit.factors.iter().zip([1, -1]) {
            for q in factors {
                row.extend(
                    table.pair.decomposition(0, u32::try_from(*q).ok()?)?.into_iter().map(|(k, e)| (k, e * sign)),
                );
            }
        }
        Some(Fraction { elements: [[u, 0, 0], [v, 0, 0]], row: collect(row), long: Vec::new() })
    };
    Ok(hits.into_iter().filter_map(fraction).collect())
}

/// u/v for elements of the cubic field with coefficients of about p^(1/6), so norms of about √p as well.
fn of_cubics(
    table: &Table,
    base: &Base,
    search: &Search,
    z: &BigUint,
    watch: &Watch<'_>,
) -> Result<Vec<Fraction>, Failure> {
    watch.spend(search.points())?;
    let pair = &table.pair;
    let embedding = Embedding::new(&pair.sides[1]);
    let Some(basis) = fractions(pair, &embedding, z) else { return Ok(Vec::new()) };
    let norm = |c| norm(&pair.sides[1], c).magnitude().clone();
    let found = search.run(base, &basis, &embedding.0, &norm, watch.threads());
    let fraction = |Smooth { elements, factors }: Smooth| {
        let (mut row, mut long) = (Row::new(), Vec::new());
        for ((element, factors), sign) in elements.into_iter().zip(factors).zip([1, -1]) {
            let (short, other): (Vec<u64>, Vec<u64>) = factors.into_iter().partition(|q| Key::fits(*q));
            row.extend(ideals(pair, element, &short)?.into_iter().map(|(key, e)| (key, sign * e)));
            for q in other {
                long.push((long_ideal(pair, element, q)?, sign));
            }
        }
        Some(Fraction { elements, row: collect(row), long })
    };
    Ok(found.into_iter().filter_map(fraction).collect())
}

/// A reduced basis of the pairs (u, v) with u ≡ z·v modulo p, both of degree two in the root. What is short is what is
/// small in all embeddings of the cubic field, so that norms, their products, are small.
fn fractions(pair: &Pair, embedding: &Embedding, z: &BigUint) -> Option<[Vector; 6]> {
    let (p, m, z) = (BigInt::from(pair.p.clone()), BigInt::from(pair.root.clone()), BigInt::from(z.clone()));
    let row = |k: usize, first: BigInt| {
        let mut row = vec![BigInt::zero(); 6];
        row[k] = BigInt::one();
        row[0] = first;
        let images = [embedding.image(&row[..3]), embedding.image(&row[3..])].concat();
        images.into_iter().chain(row).collect::<Vec<BigInt>>()
    };
    let square: BigInt = &m * &m % &p;
    let basis = lll(vec![
        row(0, p.clone()),
        row(1, -m.clone()),
        row(2, -square.clone()),
        row(3, z.clone()),
        row(4, &z * m % &p),
        row(5, &z * square % &p),
    ]);
    let word = |row: &Vec<BigInt>, k: usize| row[6 + k].to_i128();
    let half = |row, k| Some([word(row, k)?, word(row, k + 1)?, word(row, k + 2)?]);
    let basis: Option<Vec<Vector>> = basis.iter().map(|row| Some([half(row, 0)?, half(row, 3)?])).collect();
    basis?.try_into().ok()
}

/// The real and the complex embedding of a cubic field, as three real coordinates whose squares sum to those of all
/// conjugates.
pub(super) struct Embedding(pub(super) [[f64; 3]; 3]);

impl Embedding {
    /// Images are integers: so large that the coefficients beside them are no part of a vector's length.
    const SCALE_BITS: usize = 30;

    pub(super) fn new(f: &Polynomial) -> Self {
        let c: Vec<f64> = f.0.iter().map(|c| *c as f64).collect();
        let value = |x: f64| c.iter().rev().fold(0.0, |v, c| v * x + c);
        let (mut low, mut high) = (-1e3, 1e3);
        for _ in 0..100 {
            let middle = f64::midpoint(low, high);
            if value(middle) < 0.0 { low = middle } else { high = middle }
        }
        // the others are the roots of x² + (c₂ + r)x + …
        let (real, half) = (low, -(c[2] + low) / 2.0);
        let square = half * half - (c[1] + (c[2] + low) * low);
        let other = (-square).max(0.0).sqrt();
        let two = std::f64::consts::SQRT_2;
        Self([
            [1.0, real, real * real],
            [two, two * half, two * (half * half - other * other)],
            [0.0, two * other, two * 2.0 * half * other],
        ])
    }

    fn image(&self, element: &[BigInt]) -> Vec<BigInt> {
        let scale = (1u64 << Self::SCALE_BITS) as f64;
        let of =
            |row: &[f64; 3]| row.iter().zip(element).map(|(x, c)| BigInt::from((x * scale).round() as i64) * c).sum();
        self.0.iter().map(of).collect()
    }
}

/// The norm of c₀ + c₁α + c₂α².
pub(super) fn norm(f: &Polynomial, c: [i128; 3]) -> BigInt {
    let f: Vec<BigInt> = f.0.iter().map(|c| BigInt::from(*c)).collect();
    let mut rows = vec![c.map(BigInt::from)];
    for k in 0..2 {
        // times α: α³ = −f₂α² − f₁α − f₀
        let [x, y, top] = rows[k].clone();
        rows.push([-(&top * &f[0]), x - &top * &f[1], y - &top * &f[2]]);
    }
    let minor = |i: usize, j: usize| -> BigInt { &rows[1][i] * &rows[2][j] - &rows[1][j] * &rows[2][i] };
    &rows[0][0] * minor(1, 2) - &rows[0][1] * minor(0, 2) + &rows[0][2] * minor(0, 1)
}

/// The prime ideals of an element whose norm has the given prime factors; nothing if one has a degree above one.
fn ideals(pair: &Pair, element: [i128; 3], factors: &[u64]) -> Option<Row> {
    let mut counts: BTreeMap<u32, u32> = BTreeMap::new();
    for q in factors {
        *counts.entry(u32::try_from(*q).ok()?).or_default() += 1;
    }
    let f = &pair.sides[1];
    let mut row = Row::new();
    for (q, count) in counts {
        let modulus = i128::from(q);
        let c = element.map(|c| c.rem_euclid(modulus));
        let all = f.roots(q);
        let mut roots: Vec<u32> = all
            .iter()
            .copied()
            .filter(|r| (c[0] + (c[1] + c[2] * i128::from(*r)) % modulus * i128::from(*r)) % modulus == 0)
            .collect();
        // an ideal of degree two, or q itself, takes two of the norm's factors or three
        if count == 1 && roots.len() == 1 {
            row.push((Key::ideal(1, q, roots[0]), 1));
            continue;
        }
        // at simple roots by evaluation; the double one, if q is ramified, has what is left
        roots.sort_by_key(|r| f.is_double(*r, q));
        let mut left = count;
        for r in &roots {
            let exponent = if f.is_double(*r, q) { left } else { valuation(f, element, q, *r, left) };
            left -= exponent;
            row.push((Key::ideal(1, q, *r), exponent as i32));
        }
        if left > 0 {
            return None;
        }
    }
    Some(row)
}

/// The ideal above a long prime that contains an element, whose norm it divides once as a rule.
fn long_ideal(pair: &Pair, element: [i128; 3], q: u64) -> Option<Special> {
    let m = Mont::<1>::word(q)?;
    let enter = |c: i128| m.enter_limbs(&[c.rem_euclid(q.into()) as u64]);
    let f: Vec<[u64; 1]> = pair.sides[1].0.iter().map(|c| enter(*c)).collect();
    let [c0, c1, c2] = element.map(enter);
    let vanishes = |r: &[u64; 1]| m.add(&c0, &m.mul(r, &m.add(&c1, &m.mul(r, &c2)))) == [0];
    let root = roots(&m, &f).into_iter().find(vanishes)?;
    Some(Special { side: 1, prime: q, root: m.leave_limbs(&root)[0] })
}

/// How often the ideal of a simple root divides an element, at most `most` times: the value at the root modulo q^most.
fn valuation(f: &Polynomial, element: [i128; 3], q: u32, root: u32, most: u32) -> u32 {
    let modulus = BigInt::from(q).pow(most);
    let at = |c: &[i128], x: &BigInt| c.iter().rev().fold(BigInt::zero(), |v, c| (v * x + *c).mod_floor(&modulus));
    let slope: Vec<i128> = f.0.iter().zip(0..).skip(1).map(|(c, k)| c * k).collect();
    let mut x = BigInt::from(root);
    let mut exact = 1;
    while exact < most {
        let Some(inverse) = at(&slope, &x).modinv(&modulus) else { return 0 };
        x = (&x - at(&f.0, &x) * inverse).mod_floor(&modulus);
        exact *= 2;
    }
    let mut value = at(&element, &x);
    if value.is_zero() {
        return most;
    }
    let mut exponent = 0;
    while (&value % q).is_zero() {
        value /= q;
        exponent += 1;
    }
    exponent
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
            cofactor_bits: [large * (1.0 + 0.6 * share); 2],
            large_prime: large.exp2() as u64,
        }
    }
}
