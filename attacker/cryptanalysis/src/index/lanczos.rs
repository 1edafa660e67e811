//! Lanczos's iteration modulo a number (Lanczos 1950; LaMacchia and Odlyzko 1991).

use super::algebra::{Outcome, System};
use super::checkpoint::Checkpoint;
use super::matrix::{Matrix, Ring, Spread, Wide};
use crate::budget::{Failure, Phase, Watch};
use crate::mont::Mont;
use crate::parallel;

/// Vectors shorter than this are not worth a second thread.
const SERIAL: usize = 600;
/// The state is saved after so many additions of entries, which take a few seconds, and when the iteration is stopped.
const SAVE_EVERY: u64 = 1 << 32;

impl<const L: usize> System<'_, L> {
    /// The iteration for AᵀA·x = Aᵀ·right, from its saved state on if there is one. It fails with a chance of about the number
    /// of columns over the least prime factor of the modulus.
    pub(super) fn lanczos<const W: usize>(
        &self,
        saved: &Checkpoint,
        watch: &Watch<'_>,
    ) -> Result<Outcome<Vec<[u64; L]>>, Failure> {
        let Self { m, rows, right, columns } = *self;
        let ring = Ring::<L, W>::new(m);
        let threads = if columns < SERIAL { 1 } else { watch.threads() };
        let (Some(a), Some(at)) = (Matrix::new(rows), Matrix::transpose(rows, columns)) else {
            return Ok(Outcome::Undetermined);
        };
        // one closure for all products: each one would be compiled with a product of its own
        let (plain, spread) = (|x: [u64; L]| x, |x: [u64; L]| Spread::<W>::new(&x));
        let mut image: Vec<Spread<W>> = right.iter().map(|x| spread(*x)).collect();
        let mut v = vec![[0u64; L]; columns];
        let fingerprint = self.fingerprint();
        let mut state = match saved.find(fingerprint).and_then(|words| State::from_words(&words, columns)) {
            Some(state) => state,
            None => {
                at.multiply(threads, &ring, &image, &mut v, &plain);
                State::new(&ring, &v)
            }
        };
        let entries = (a.weight() + at.weight() + 8 * columns) as u64;
        let mut unsaved = 0;
        while state.step <= columns + 2 && !state.w.iter().all(Mont::is_zero) {
            watch.spend(entries).inspect_err(|_| saved.keep(fingerprint, state.to_words(&ring)))?;
            unsaved += entries;
            if unsaved > SAVE_EVERY {
                saved.keep(fingerprint, state.to_words(&ring));
                unsaved = 0;
            }
            if state.step.is_multiple_of(64) {
                watch.report(Phase::LinearAlgebra, state.step.min(columns) as u64, columns as u64);
            }
            a.multiply(threads, &ring, &state.wide, &mut image, &spread);
            at.multiply(threads, &ring, &image, &mut v, &plain);
            if let Err(length) = state.advance(threads, m, &ring, &v) {
                return Ok(Outcome::without_inverse(m, &length));
            }
        }
        let x: Vec<[u64; L]> = state.x.iter().map(|x| ring.narrow(x)).collect();
        let wide: Vec<Spread<W>> = x.iter().map(|x| spread(*x)).collect();
        let mut check = vec![[0; L]; rows.len()];
        a.multiply(threads, &ring, &wide, &mut check, &plain);
        Ok(if check == *right { Outcome::Solved(x) } else { Outcome::Undetermined })
    }

    /// Tells systems apart.
    fn fingerprint(&self) -> u64 {
        let entries = self.rows.iter().flatten().map(|(c, e)| u64::from(*c) << 32 | u64::from(*e as u32));
        let words = self.m.modulus().iter().chain(self.right.iter().flatten()).copied().chain(entries);
        words.fold(L as u64, |sum, word| {
            let wide = u128::from(sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            (wide >> 64) as u64 ^ wide as u64
        })
    }
}

/// Before a step.
struct State<const L: usize, const W: usize> {
    step: usize,
    /// The direction of this step, and that of the one before.
    w: Vec<[u64; L]>,
    w_before: Vec<[u64; L]>,
    /// The direction once more, for products.
    wide: Vec<Spread<W>>,
    x: Vec<Wide<L>>,
    /// The scalar products of both directions with the target, which is the first of all directions.
    along: [u64; L],
    along_before: [u64; L],
    /// The inverse of the length of the direction before.
    inverse_before: Option<[u64; L]>,
}

impl<const L: usize, const W: usize> State<L, W> {
    fn new(ring: &Ring<'_, L, W>, target: &[[u64; L]]) -> Self {
        Self {
            step: 0,
            w: target.to_vec(),
            w_before: vec![[0; L]; target.len()],
            wide: target.iter().map(Spread::new).collect(),
            x: vec![Wide::default(); target.len()],
            along: ring.dot(target, target),
            along_before: [0; L],
            inverse_before: None,
        }
    }

    /// One step, where v = AᵀA·w.
    ///
    /// # Errors
    /// The length of w, if it has no inverse.
    fn advance(&mut self, threads: usize, m: &Mont<L>, ring: &Ring<'_, L, W>, v: &[[u64; L]]) -> Result<(), [u64; L]> {
        let (mut wv, mut vv) = ([0; L], [0; L]);
        parallel::both(threads, &mut || wv = ring.dot(&self.w, v), &mut || vv = ring.dot(v, v));
        let inverse = m.invert(&wv).ok_or(wv)?;
        let first = m.neg(&m.mul(&vv, &inverse));
        let second = self.inverse_before.map_or([0; L], |before| m.neg(&m.mul(&wv, &before)));
        let turn = Turn { m, ring, share: m.mul(&self.along, &inverse), first, second };
        turn.run(threads, &mut self.x, &self.w, v, &mut self.w_before, &mut self.wide);
        // directions are conjugate: but for the first, no v has a part along the target
        let mut along = m.add(&m.mul(&first, &self.along), &m.mul(&second, &self.along_before));
        if self.step == 0 {
            along = m.add(&along, &wv);
        }
        self.along_before = std::mem::replace(&mut self.along, along);
        std::mem::swap(&mut self.w, &mut self.w_before);
        self.inverse_before = Some(inverse);
        self.step += 1;
        Ok(())
    }

    fn to_words(&self, ring: &Ring<'_, L, W>) -> Vec<u64> {
        let x = self.x.iter().map(|x| ring.narrow(x));
        let scalars = [self.along, self.along_before, self.inverse_before.unwrap_or([0; L])];
        let vectors = self.w.iter().chain(&self.w_before).copied().chain(x);
        let start = [self.step as u64, u64::from(self.inverse_before.is_some())];
        start.into_iter().chain(scalars.into_iter().chain(vectors).flatten()).collect()
    }

    /// Nothing if they are too few or too many for so many columns.
    fn from_words(words: &[u64], columns: usize) -> Option<Self> {
        let ([step, has_inverse], residues) = words.split_first_chunk()?;
        let (residues, rest) = residues.as_chunks::<L>();
        let ([along, along_before, inverse], vectors) = residues.split_first_chunk()?;
        if !rest.is_empty() || vectors.len() != 3 * columns {
            return None;
        }
        let (w, others) = vectors.split_at(columns);
        let (w_before, x) = others.split_at(columns);
        Some(Self {
            step: usize::try_from(*step).ok()?,
            w: w.to_vec(),
            w_before: w_before.to_vec(),
            wide: w.iter().map(Spread::new).collect(),
            x: x.iter().map(Wide::of).collect(),
            along: *along,
            along_before: *along_before,
            inverse_before: (*has_inverse != 0).then_some(*inverse),
        })
    }
}

/// What a step does at every place of the vectors.
struct Turn<'a, const L: usize, const W: usize> {
    m: &'a Mont<L>,
    ring: &'a Ring<'a, L, W>,
    /// Of the direction in the solution.
    share: [u64; L],
    /// Of the direction, and of the one before, in the next.
    first: [u64; L],
    second: [u64; L],
}

impl<const L: usize, const W: usize> Turn<'_, L, W> {
    /// On so many threads, each with as many places.
    fn run(
        &self,
        threads: usize,
        x: &mut [Wide<L>],
        w: &[[u64; L]],
        v: &[[u64; L]],
        before: &mut [[u64; L]],
        wide: &mut [Spread<W>],
    ) {
        if threads > 1 && w.len() > 1 {
            let (early, late) = (threads / 2, threads - threads / 2);
            let half = w.len() * early / threads;
            let ((x1, x2), (w1, w2), (v1, v2)) = (x.split_at_mut(half), w.split_at(half), v.split_at(half));
            let ((b1, b2), (s1, s2)) = (before.split_at_mut(half), wide.split_at_mut(half));
            return parallel::both(threads, &mut || self.run(early, x1, w1, v1, b1, s1), &mut || {
                self.run(late, x2, w2, v2, b2, s2)
            });
        }
        for ((((x, w), v), before), wide) in x.iter_mut().zip(w).zip(v).zip(before).zip(wide) {
            x.add(&self.share, w);
            let mut step = Wide::default();
            step.add(&self.first, w);
            step.add(&self.second, before);
            *before = self.m.add(v, &self.ring.narrow(&step));
            *wide = Spread::new(before);
        }
    }
}
