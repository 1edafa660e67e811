//! Sparse matrices times vectors of residues, without a reduction for each entry.

use super::filter::Sparse;
use crate::cryptanalysis::mont::{Mont, from_limbs, sub_limbs};

/// A sparse matrix by rows, entries ±1 apart from the others.
pub(super) struct Matrix {
    /// For each row the ends of its +1, −1 and other entries.
    ends: Vec<[u32; 3]>,
    columns: Vec<u32>,
    /// Coefficients, used for the other entries only.
    values: Vec<i32>,
}

impl Matrix {
    /// Entries.
    pub(super) fn weight(&self) -> usize {
        self.columns.len()
    }

    /// Nothing if a row's coefficients are too large for [`Ring::gather`].
    pub(super) fn new(rows: &[Sparse]) -> Option<Self> {
        let mut out = Self { ends: Vec::with_capacity(rows.len()), columns: Vec::new(), values: Vec::new() };
        for row in rows {
            if row.iter().map(|(_, e)| u64::from(e.unsigned_abs())).sum::<u64>() >= 1 << SUM_BITS {
                return None;
            }
            let class = |e: i32| match e {
                1 => 0,
                -1 => 1,
                _ => 2,
            };
            let mut ends = [0; 3];
            for (k, end) in ends.iter_mut().enumerate() {
                for &(c, e) in row.iter().filter(|(_, e)| class(*e) == k) {
                    out.columns.push(c);
                    out.values.push(e);
                }
                *end = out.columns.len() as u32;
            }
            out.ends.push(ends);
        }
        Some(out)
    }

    pub(super) fn transpose(rows: &[Sparse], columns: usize) -> Option<Self> {
        let mut turned = vec![Sparse::new(); columns];
        for (r, row) in rows.iter().enumerate() {
            row.iter().for_each(|(c, e)| turned[*c as usize].push((r as u32, *e)));
        }
        Self::new(&turned)
    }

    /// out[r] = emit(Σ entries · x) for the rows from `first` on.
    pub(super) fn multiply<const L: usize, const W: usize, T>(
        &self,
        ring: &Ring<'_, L, W>,
        x: &[[i64; W]],
        first: usize,
        out: &mut [T],
        emit: &impl Fn([u64; L]) -> T,
    ) {
        let mut start = if first == 0 { 0 } else { self.ends[first - 1][2] as usize };
        for (ends, out) in self.ends[first..].iter().zip(out) {
            let [plus, minus, other] = ends.map(|e| e as usize);
            let mut sum = [0i64; W];
            for c in &self.columns[start..plus] {
                sum.iter_mut().zip(&x[*c as usize]).for_each(|(s, x)| *s += x);
            }
            for c in &self.columns[plus..minus] {
                sum.iter_mut().zip(&x[*c as usize]).for_each(|(s, x)| *s -= x);
            }
            for (c, e) in self.columns[minus..other].iter().zip(&self.values[minus..other]) {
                sum.iter_mut().zip(&x[*c as usize]).for_each(|(s, x)| *s += x * i64::from(*e));
            }
            *out = emit(ring.gather(sum));
            start = other;
        }
    }
}

/// Payload of a word of a spread residue.
const WORD_BITS: usize = 42;
/// Sums of fewer than 2^18 residues stay within their words: 42 + 18 bits and a sign.
const SUM_BITS: usize = 18;

/// Residues spread over `W` words with room for many carries, so that a sum is `W` independent additions. The `L` limbs
/// of the modulus have 24 bits to spare.
pub(super) struct Ring<'a, const L: usize, const W: usize> {
    m: &'a Mont<L>,
    /// 2^18 times the modulus: makes every sum positive.
    offset: [i64; W],
    /// A sum shifted right by this leaves its leading bits.
    shift: usize,
    /// 2^64 over the leading bits of the modulus, rounded down.
    reciprocal: u64,
}

impl<'a, const L: usize, const W: usize> Ring<'a, L, W> {
    pub(super) fn new(m: &'a Mont<L>) -> Self {
        let n = from_limbs(m.modulus());
        let shift = n.bits().saturating_sub(38) as usize;
        let leading = (&n >> shift).iter_u64_digits().next().unwrap_or(1);
        let offset = Self::spread(m.modulus()).map(|word| word << SUM_BITS);
        // one more than the leading bits: the quotient is never too large
        Self { m, offset, shift, reciprocal: u64::MAX / (leading + 1) }
    }

    #[inline]
    pub(super) fn spread(x: &[u64; L]) -> [i64; W] {
        std::array::from_fn(|k| {
            let (limb, bit) = (k * WORD_BITS / 64, k * WORD_BITS % 64);
            let low = x.get(limb).copied().unwrap_or(0);
            let high = x.get(limb + 1).copied().unwrap_or(0);
            (((u128::from(high) << 64 | u128::from(low)) >> bit) as u64 & ((1 << WORD_BITS) - 1)) as i64
        })
    }

    /// A sum of fewer than 2^18 spread residues, reduced.
    #[inline]
    fn gather(&self, sum: [i64; W]) -> [u64; L] {
        let mut limbs = [0u64; L];
        let mut carry = 0i64;
        for (k, (sum, offset)) in sum.iter().zip(&self.offset).enumerate() {
            let word = sum + offset + carry;
            carry = word >> WORD_BITS;
            // the sum is positive, and so is its last word
            let digit = if k + 1 < W { word & ((1 << WORD_BITS) - 1) } else { word } as u64;
            let (limb, bit) = (k * WORD_BITS / 64, k * WORD_BITS % 64);
            let wide = u128::from(digit) << bit;
            if let Some(low) = limbs.get_mut(limb) {
                *low |= wide as u64;
            }
            if let Some(high) = limbs.get_mut(limb + 1) {
                *high |= (wide >> 64) as u64;
            }
        }
        self.reduce(limbs)
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
