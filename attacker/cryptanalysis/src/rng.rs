//! A small deterministic generator (splitmix64): the same problem takes the same path every time.

#[cfg(test)]
use num_bigint::BigUint;

#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Close to uniform below a positive bound.
    #[cfg(test)]
    pub(crate) fn below(&mut self, bound: &BigUint) -> BigUint {
        let digits = (0..bound.bits() / 32 + 3).map(|_| self.next() as u32).collect();
        BigUint::new(digits) % bound
    }
}
