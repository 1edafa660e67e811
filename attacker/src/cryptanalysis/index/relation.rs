//! Relations between logarithms.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use super::base::Base;
use super::field::Field;
use super::parameters::Parameters;
use crate::cryptanalysis::prime::primes_up_to;

/// A prime of Z, or the prime ideal (p, ω − r) of Z\[ω\], in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key(pub(crate) u64);

impl Key {
    /// The logarithm of V, which every relation contains.
    pub(crate) const V: Self = Self(u64::MAX);

    pub(crate) fn rational(p: u32) -> Self {
        Self(u64::from(p) << 32 | u64::from(u32::MAX))
    }

    pub(crate) fn ideal(p: u32, r: u32) -> Self {
        Self(u64::from(p) << 32 | u64::from(r))
    }

    pub(crate) fn prime(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The root of an ideal, nothing for a prime of Z.
    pub(crate) fn root(self) -> Option<u32> {
        let root = self.0 as u32;
        (root != u32::MAX).then_some(root)
    }
}

/// A map from keys with a cheap hash: they are not chosen by an adversary who could make them collide.
pub(crate) type KeyMap<T> = HashMap<Key, T, BuildHasherDefault<Mixer>>;
pub(crate) type KeySet = HashSet<Key, BuildHasherDefault<Mixer>>;

/// Multiplies and folds words.
#[derive(Default)]
pub(crate) struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u64(u64::from(*b)));
    }

    fn write_u64(&mut self, word: u64) {
        let wide = u128::from(self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        self.0 = (wide >> 64) as u64 ^ wide as u64;
    }
}

/// ∏ ideals^e · V = ∏ primes^e: the exponents, those of primes negative, without repetition.
pub(crate) type Row = Vec<(Key, i32)>;

/// The row of a − bω from the prime factors of both norms.
pub(crate) fn row(a: i128, b: i128, rational: &[u64], algebraic: &[u64]) -> Option<Row> {
    let mut row: Row = vec![(Key::V, 1)];
    for &p in rational {
        row.push((Key::rational(u32::try_from(p).ok()?), -1));
    }
    for &p in algebraic {
        let p32 = u32::try_from(p).ok()?;
        let (a, b) = (a.rem_euclid(i128::from(p)) as u64, b.rem_euclid(i128::from(p)) as u64);
        let r = a * inverse(b, p)? % p;
        row.push((Key::ideal(p32, r as u32), 1));
    }
    Some(collect(row))
}

/// Sums the exponents of equal keys.
pub(crate) fn collect(mut row: Row) -> Row {
    row.sort_unstable_by_key(|(key, _)| *key);
    row.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    row.retain(|(_, e)| *e != 0);
    row
}

fn inverse(a: u64, p: u64) -> Option<u64> {
    let (mut r0, mut r1, mut s0, mut s1) = (p as i64, a as i64, 0i64, 1i64);
    while r1 != 0 {
        let q = r0 / r1;
        (r0, r1) = (r1, r0 - q * r1);
        (s0, s1) = (s1, s0 - q * s1);
    }
    (r0 == 1).then(|| s0.rem_euclid(p as i64) as u64)
}

/// The two factor bases of a field.
#[derive(Debug)]
pub(crate) struct Bases {
    pub(crate) rational: Base,
    pub(crate) algebraic: Base,
}

impl Bases {
    pub(crate) fn new(field: &Field, parameters: &Parameters) -> Self {
        let primes = |bound| primes_up_to(bound).into_iter();
        Self {
            rational: Base::new(primes(parameters.bound).map(|p| (p, rational_root(field, p)))),
            algebraic: Base::new(
                primes(parameters.bound).flat_map(|p| field.roots(p).into_iter().map(move |r| (p, r))),
            ),
        }
    }
}

/// T/V modulo p, or p where p divides V.
pub(crate) fn rational_root(field: &Field, p: u32) -> u32 {
    let modulus = i128::from(p);
    match inverse(field.v.rem_euclid(modulus) as u64, u64::from(p)) {
        Some(inverse) => (field.t.rem_euclid(modulus) as u64 * inverse % u64::from(p)) as u32,
        None => p,
    }
}

/// Relations with where they were found, which tells duplicates apart.
pub(crate) type Found = ((i128, i128), Row);
