//! Sparse matrices times vectors of residues, without a reduction for each entry.

use super::filter::Sparse;
use crate::cryptanalysis::mont::{Mont, from_limbs, mac, sub_limbs};
use crate::cryptanalysis::parallel;

/// A sparse matrix by rows. Entries up to ±[`REPEATED`] are repeated as ±1, the others follow with their values.
pub(super) struct Matrix {
    /// For each row the ends of its positive, negative and other entries.
    ends: Vec<[u32; 3]>,
    columns: Vec<u32>,
    /// Coefficients of the other entries, by row.
    values: Vec<i32>,
}

/// An addition is cheaper than a multiplication, and the second of the same residue cheaper than the first.
const REPEATED: u32 = 4;

impl Matrix {
    /// Additions of a product.
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
            let few = |e: i32| e.unsigned_abs() <= REPEATED;
            let end = |out: &mut Self, chosen: &dyn Fn(i32) -> bool| {
                for &(c, e) in row.iter().filter(|(_, e)| chosen(*e)) {
                    let times = if few(e) { e.unsigned_abs() as usize } else { 1 };
                    out.columns.extend(std::iter::repeat_n(c, times));
                }
                out.columns.len() as u32
            };
            let ends =
                [end(&mut out, &|e| few(e) && e > 0), end(&mut out, &|e| few(e) && e < 0), end(&mut out, &|e| !few(e))];
            out.ends.push(ends);
            out.values.extend(row.iter().map(|(_, e)| *e).filter(|e| !few(*e)));
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

    /// out[r] = emit(Σ entries · x) for every row, on so many threads.
    pub(super) fn multiply<const L: usize, const W: usize, T: Send>(
        &self,
        threads: usize,
        ring: &Ring<'_, L, W>,
        x: &[[i64; W]],
        out: &mut [T],
        emit: &(impl Fn([u64; L]) -> T + Sync),
    ) {
        self.part(threads, ring, x, 0, 0, out, emit);
    }

    /// The rows from `first` on, whose values begin at `value`.
    #[expect(clippy::too_many_arguments, reason = "the state of one loop, cut in two")]
    fn part<const L: usize, const W: usize, T: Send>(
        &self,
        threads: usize,
        ring: &Ring<'_, L, W>,
        x: &[[i64; W]],
        first: usize,
        mut value: usize,
        out: &mut [T],
        emit: &(impl Fn([u64; L]) -> T + Sync),
    ) {
        let mut start = if first == 0 { 0 } else { self.ends[first - 1][2] as usize };
        let ends = &self.ends[first..first + out.len()];
        if threads > 1 && out.len() > 1 {
            // half of the entries, not of the rows
            let last = ends[ends.len() - 1][2] as usize;
            let half = (start + (last - start) * (threads / 2) / threads) as u32;
            let middle = ends.partition_point(|end| end[2] < half);
            let others: usize = ends[..middle].iter().map(|[_, from, to]| (to - from) as usize).sum();
            let (left, right) = out.split_at_mut(middle);
            let (early, late) = (threads / 2, threads - threads / 2);
            return parallel::both(threads, &mut || self.part(early, ring, x, first, value, left, emit), &mut || {
                self.part(late, ring, x, first + middle, value + others, right, emit)
            });
        }
        for (ends, out) in ends.iter().zip(out) {
            let [plus, minus, other] = ends.map(|e| e as usize);
            let mut sum = [0i64; W];
            for c in &self.columns[start..plus] {
                let x = &x[*c as usize];
                (0..W).for_each(|k| sum[k] += x[k]);
            }
            for c in &self.columns[plus..minus] {
                let x = &x[*c as usize];
                (0..W).for_each(|k| sum[k] -= x[k]);
            }
            for (c, e) in self.columns[minus..other].iter().zip(&self.values[value..]) {
                let x = &x[*c as usize];
                (0..W).for_each(|k| sum[k] += x[k] * i64::from(*e));
            }
            *out = emit(ring.gather(sum));
            start = other;
            value += other - minus;
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

    /// Σ a·b.
    pub(super) fn dot(&self, a: &[[u64; L]], b: &[[u64; L]]) -> [u64; L] {
        let mut sum = Wide::default();
        a.iter().zip(b).for_each(|(a, b)| sum.add(a, b));
        self.narrow(&sum)
    }

    /// A sum of fewer than 2^20 products as a product in Montgomery form.
    pub(super) fn narrow(&self, sum: &Wide<L>) -> [u64; L] {
        self.m.reduce(sum.low, &sum.high)
    }
}

/// A sum of up to 2^20 products of residues: 24 bits to spare in each factor leave 48 in the product.
#[derive(Clone, Copy)]
pub(super) struct Wide<const L: usize> {
    low: [u64; L],
    high: [u64; L],
}

impl<const L: usize> Default for Wide<L> {
    fn default() -> Self {
        Self { low: [0; L], high: [0; L] }
    }
}

impl<const L: usize> Wide<L> {
    #[inline(always)]
    pub(super) fn add(&mut self, a: &[u64; L], b: &[u64; L]) {
        for i in 0..L {
            let mut carry = 0;
            for j in 0..L {
                let word = if i + j < L { &mut self.low[i + j] } else { &mut self.high[i + j - L] };
                (*word, carry) = mac(*word, a[i], b[j], carry);
            }
            for word in &mut self.high[i..] {
                let (sum, over) = word.overflowing_add(carry);
                (*word, carry) = (sum, u64::from(over));
            }
        }
    }
}
