//! Sparse matrices times vectors of residues, without a reduction for each entry.

use super::filter::Sparse;
use crate::mont::{Mont, from_limbs, mac, sub_limbs, to_limbs};
use crate::parallel;

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
        x: &[Spread<W>],
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
        x: &[Spread<W>],
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
            let mut sum = Spread::default();
            for chunk in self.columns[start..plus].chunks(CHUNK) {
                chunk.iter().for_each(|c| sum.add(&x[*c as usize]));
                sum.carry();
            }
            for chunk in self.columns[plus..minus].chunks(CHUNK) {
                chunk.iter().for_each(|c| sum.subtract(&x[*c as usize]));
                sum.carry();
            }
            for (c, e) in self.columns[minus..other].iter().zip(&self.values[value..]) {
                sum.add_multiple(&x[*c as usize], *e);
                sum.carry();
            }
            *out = emit(ring.gather(sum));
            start = other;
            value += other - minus;
        }
    }
}

/// Payload of a word of a spread residue.
const WORD_BITS: usize = 52;
const WORD: i64 = (1 << WORD_BITS) - 1;
/// Additions of residues until a carry: 52 + 9 bits and a sign.
const CHUNK: usize = 1 << 9;
/// Sums of fewer than 2^18 residues are reduced in one step.
const SUM_BITS: usize = 18;

/// A residue, or a sum of residues, over `W` words with room for many carries: a sum is `W` independent additions. The
/// last word takes all that is left. No residue lies across two cache lines.
#[derive(Clone, Copy)]
#[repr(align(32))]
pub(super) struct Spread<const W: usize>([i64; W]);

impl<const W: usize> Default for Spread<W> {
    fn default() -> Self {
        Self([0; W])
    }
}

impl<const W: usize> Spread<W> {
    #[inline]
    pub(super) fn new<const L: usize>(x: &[u64; L]) -> Self {
        Self(std::array::from_fn(|k| {
            let (limb, bit) = (k * WORD_BITS / 64, k * WORD_BITS % 64);
            let low = x.get(limb).copied().unwrap_or(0);
            let high = x.get(limb + 1).copied().unwrap_or(0);
            let word = ((u128::from(high) << 64 | u128::from(low)) >> bit) as i64;
            if k + 1 < W { word & WORD } else { word }
        }))
    }

    #[inline(always)]
    fn add(&mut self, x: &Self) {
        (0..W).for_each(|k| self.0[k] += x.0[k]);
    }

    #[inline(always)]
    fn subtract(&mut self, x: &Self) {
        (0..W).for_each(|k| self.0[k] -= x.0[k]);
    }

    #[inline(always)]
    fn add_multiple(&mut self, x: &Self, e: i32) {
        (0..W).for_each(|k| self.0[k] += x.0[k] * i64::from(e));
    }

    #[inline(always)]
    fn carry(&mut self) {
        for k in 1..W {
            self.0[k] += self.0[k - 1] >> WORD_BITS;
            self.0[k - 1] &= WORD;
        }
    }
}

/// Arithmetic modulo a number with 24 bits to spare in its `L` limbs, and eight in `W` words of [`WORD_BITS`].
pub(super) struct Ring<'a, const L: usize, const W: usize> {
    m: &'a Mont<L>,
    /// 2^18 times the modulus: makes every sum positive.
    offset: Spread<W>,
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
        let offset = Spread::new(&to_limbs(&(n << SUM_BITS)).unwrap_or([0; L]));
        // one more than the leading bits: the quotient is never too large
        Self { m, offset, shift, reciprocal: u64::MAX / (leading + 1) }
    }

    /// A sum of fewer than 2^18 residues after its last carry, reduced.
    #[inline]
    fn gather(&self, mut sum: Spread<W>) -> [u64; L] {
        // makes it positive, its last word too
        sum.add(&self.offset);
        sum.carry();
        let mut limbs = [0u64; L];
        for (k, word) in sum.0.iter().enumerate() {
            let (limb, bit) = (k * WORD_BITS / 64, k * WORD_BITS % 64);
            let wide = (*word as u128) << bit;
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
    /// The sum that is `value` when it is reduced.
    pub(super) fn of(value: &[u64; L]) -> Self {
        Self { low: [0; L], high: *value }
    }

    #[inline(always)]
    pub(super) fn add(&mut self, a: &[u64; L], b: &[u64; L]) {
        for (i, a) in a.iter().enumerate() {
            let mut carry = 0;
            for (j, b) in b.iter().enumerate() {
                let word = if i + j < L { &mut self.low[i + j] } else { &mut self.high[i + j - L] };
                (*word, carry) = mac(*word, *a, *b, carry);
            }
            for word in &mut self.high[i..] {
                let (sum, over) = word.overflowing_add(carry);
                (*word, carry) = (sum, u64::from(over));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use num_bigint::{BigInt, BigUint};
    use num_integer::Integer;

    use super::*;
    use crate::rng::Rng;

    /// Long rows of all kinds of entries, on one and on three threads.
    #[test]
    fn products_are_those_of_schoolbook_integers() {
        let q = (BigUint::from(1u32) << 148u32) - 3u32;
        let m = Mont::<3>::new(&q).unwrap();
        let ring = Ring::<3, 3>::new(&m);
        let mut rng = Rng::new(5);
        let x: Vec<BigUint> = (0..2000).map(|_| rng.below(&q)).collect();
        let spread: Vec<Spread<3>> = x.iter().map(|x| Spread::new::<3>(&to_limbs(x).unwrap())).collect();
        let rows: Vec<Sparse> = [1, 3, 40, 511]
            .iter()
            .flat_map(|&range| [1, -1, 0].map(|sign| (range, sign)))
            .map(|(range, sign)| {
                let mut entry = |c: u32| {
                    let e = (rng.next() % range) as i32 + 1;
                    let sign = if sign == 0 { 1 - 2 * (rng.next() & 1) as i32 } else { sign };
                    (c, sign * e)
                };
                (0..2000 / range.min(8) as u32).map(&mut entry).collect()
            })
            .collect();
        let matrix = Matrix::new(&rows).unwrap();
        for threads in [1, 3] {
            let mut out = vec![[0; 3]; rows.len()];
            matrix.multiply(threads, &ring, &spread, &mut out, &|x| x);
            for (row, got) in rows.iter().zip(&out) {
                let sum: BigInt = row.iter().map(|(c, e)| BigInt::from(x[*c as usize].clone()) * *e).sum();
                assert_eq!(BigInt::from(from_limbs(got)), sum.mod_floor(&BigInt::from(q.clone())));
            }
        }
    }

    #[test]
    fn sums_of_products_are_reduced_at_the_end() {
        let q = (BigUint::from(1u32) << 89u32) - 1u32;
        let m = Mont::<2>::new(&q).unwrap();
        let ring = Ring::<2, 2>::new(&m);
        let largest = vec![m.enter(&(&q - 1u32)); 1000];
        // 1000 · (−1)²
        assert_eq!(m.leave(&ring.dot(&largest, &largest)), BigUint::from(1000u32));
    }
}
