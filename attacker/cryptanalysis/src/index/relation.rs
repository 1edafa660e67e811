//! Relations between logarithms.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use super::base::Base;
use super::pair::Pair;
use super::parameters::Parameters;
use super::roots::inverse_word;
use crate::prime::primes_up_to;

/// A prime ideal of degree one on one of the sides, in one word: its prime, the side, and the root, where the prime
/// stands for infinity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Key(pub(crate) u64);

const SIDE: u64 = 1 << 31;

impl Key {
    /// The ideal of the leading coefficient on the first side, which every a − bx of the number field sieve contains.
    pub(crate) const LEADING: Self = Self(u64::MAX);

    /// For a prime below 2^31.
    pub(crate) fn ideal(side: usize, p: u32, r: u32) -> Self {
        Self(u64::from(p) << 32 | if side == 1 { SIDE } else { 0 } | u64::from(r))
    }

    /// Whether a prime is short enough for a key and for the arithmetic of a sieve's base.
    pub(crate) fn fits(prime: u64) -> bool {
        prime >> 30 == 0
    }

    pub(crate) fn prime(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(crate) fn side(self) -> usize {
        usize::from(self.0 & SIDE != 0)
    }

    pub(crate) fn root(self) -> u32 {
        (self.0 & (SIDE - 1)) as u32
    }
}

/// The same where the prime may be longer than that of a key: the special ideal of a sieve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Special {
    pub(crate) side: usize,
    /// Below 2^62.
    pub(crate) prime: u64,
    pub(crate) root: u64,
}

impl From<Key> for Special {
    fn from(key: Key) -> Self {
        Self { side: key.side(), prime: key.prime().into(), root: key.root().into() }
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

/// Exponents of ideals, negative on the first side, without repetition. Weighted with them, the logarithms and the
/// [constant](super::logs::Scale) of the element sum to zero.
pub(crate) type Row = Vec<(Key, i32)>;

/// (a, b) for a − bx.
pub(crate) type Point = (i128, i128);

/// The row of a − bx from the prime factors of both norms.
pub(crate) fn row(pair: &Pair, (a, b): Point, factors: &[Vec<u64>; 2]) -> Option<Row> {
    let mut row = Row::new();
    if pair.is_cubic() {
        row.push((Key::LEADING, 1));
    }
    for (side, factors) in factors.iter().enumerate() {
        let sign = if side == 0 { -1 } else { 1 };
        for &q in factors {
            let modulus = i128::from(q);
            let root = match inverse_word(b.rem_euclid(modulus) as u64, q) {
                Some(inverse) => a.rem_euclid(modulus) as u64 * inverse % q,
                None => q,
            };
            row.push((Key::ideal(side, u32::try_from(q).ok()?, root as u32), sign));
        }
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

/// The factor bases of both sides.
#[derive(Clone, Debug)]
pub(crate) struct Bases(pub(crate) [Base; 2]);

impl Bases {
    pub(crate) fn new(pair: &Pair, parameters: &Parameters) -> Self {
        let primes = || primes_up_to(parameters.bound).into_iter();
        Self(
            [0, 1].map(|side| {
                Base::new(primes().flat_map(|p| pair.sides[side].roots(p).into_iter().map(move |r| (p, r))))
            }),
        )
    }

    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(Base::len).sum()
    }
}

/// Relations with where they were found, which tells duplicates apart.
pub(crate) type Found = (Point, Row);
