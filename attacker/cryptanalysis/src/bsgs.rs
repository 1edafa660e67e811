//! Baby-step giant-step (Shanks 1971) with a table that serves every target of the group.
//!
//! Few of the steps are multiplied out. To find a power s·t in the table it is enough to know the leading bits of
//! s·t/p modulo 1, and these are a single column of the product of s with the digits of t/p (the idea of the tags of
//! Cheon, Hong and Kim 2008): with the digits for r values t at hand, r steps cost r columns and one multiplication.

use super::budget::{Failure, Watch};
use super::mont::{Mont, from_limbs};

const EMPTY: u32 = u32::MAX;
/// Low bits of a tag that do not count: its error is smaller.
const BLUR: u32 = 12;

/// The fraction t/p: its first `L` 64-bit digits and one more, the first digit first.
struct Fraction<const L: usize> {
    digits: [u64; L],
    last: u64,
}

impl<const L: usize> Fraction<L> {
    /// `t` in Montgomery form.
    fn new(m: &Mont<L>, t: &[u64; L]) -> Self {
        let quotient = (m.leave(t) << (64 * (L + 1))) / from_limbs(m.modulus());
        let digits = quotient.to_u64_digits();
        let digit = |k: usize| digits.get(k).copied().unwrap_or(0);
        Self { digits: std::array::from_fn(|k| digit(L - k)), last: digit(0) }
    }

    /// The first 64 bits of s·t/p modulo 1: at most 2·L + 1 less than that.
    #[inline]
    fn tag(&self, s: &[u64; L]) -> u64 {
        let mut sum = 0u64;
        for (k, (s, digit)) in s.iter().zip(&self.digits).enumerate() {
            let below = self.digits.get(k + 1).unwrap_or(&self.last);
            let carried = (u128::from(*s) * u128::from(*below)) >> 64;
            sum = sum.wrapping_add(s.wrapping_mul(*digit)).wrapping_add(carried as u64);
        }
        sum
    }
}

/// The powers base⁰, base¹, … as `inner` fractions and what leads from each `inner` powers to the next.
struct Powers<const L: usize> {
    fractions: Vec<Fraction<L>>,
    stride: [u64; L],
}

impl<const L: usize> Powers<L> {
    /// For walks of about `steps` steps.
    fn new(m: &Mont<L>, base: &[u64; L], steps: u64) -> Self {
        // a fraction costs a division, a stride a multiplication
        let inner = (steps.isqrt() / 2).clamp(1, 1 << 12);
        let mut stride = m.one();
        let fractions = (0..inner)
            .map(|_| {
                let fraction = Fraction::new(m, &stride);
                stride = m.mul(&stride, base);
                fraction
            })
            .collect();
        Self { fractions, stride }
    }

    /// `visit(k, tag of start·base^k)` for k below `steps`, until it has an answer.
    fn walk<T>(
        &self,
        m: &Mont<L>,
        start: &[u64; L],
        steps: u64,
        watch: &Watch<'_>,
        mut visit: impl FnMut(u64, u64) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let mut point = *start;
        let mut step = 0;
        while step < steps {
            watch.spend((self.fractions.len() / 16 + 1) as u64)?;
            for fraction in &self.fractions {
                if let Some(answer) = visit(step, fraction.tag(&point)) {
                    return Ok(Some(answer));
                }
                step += 1;
            }
            point = m.mul(&point, &self.stride);
        }
        Ok(None)
    }
}

/// The baby steps γ⁰, γ¹, …, γ^(m−1) of a group of order below 2^62, in an open hash table.
pub(crate) struct Table<const L: usize> {
    order: u64,
    gamma: [u64; L],
    steps: u64,
    /// Powers of γ^−m.
    giants: Powers<L>,
    /// (tag, exponent)
    slots: Vec<(u32, u32)>,
}

impl<const L: usize> Table<L> {
    /// Bytes of the table for a group of this order.
    pub(crate) fn bytes(order: u64) -> usize {
        8 * slots(baby_steps(order))
    }

    /// For all x below the order.
    pub(crate) fn new(m: &Mont<L>, gamma: [u64; L], order: u64, watch: &Watch<'_>) -> Result<Self, Failure> {
        let steps = baby_steps(order);
        let giant = m.pow_digits(&gamma, &[order - steps % order]);
        Self::with_giant(m, gamma, giant, order, watch)
    }

    /// For the x below `width`, whatever the order of γ is.
    pub(crate) fn of_interval(
        m: &Mont<L>,
        gamma: [u64; L],
        inverse: &[u64; L],
        width: u64,
        watch: &Watch<'_>,
    ) -> Result<Self, Failure> {
        let giant = m.pow_digits(inverse, &[baby_steps(width)]);
        Self::with_giant(m, gamma, giant, width, watch)
    }

    /// `giant` is γ to the negative number of baby steps.
    fn with_giant(
        m: &Mont<L>,
        gamma: [u64; L],
        giant: [u64; L],
        order: u64,
        watch: &Watch<'_>,
    ) -> Result<Self, Failure> {
        let steps = baby_steps(order);
        watch.allow_bytes(Self::bytes(order), "a baby-step table")?;
        let mut slots = vec![(0, EMPTY); slots(steps)];
        let mask = slots.len() - 1;
        Powers::new(m, &gamma, steps).walk(m, &m.one(), steps, watch, |exponent, tag| {
            let key = tag >> BLUR;
            let mut slot = hash(key) & mask;
            while slots[slot].1 != EMPTY {
                slot = (slot + 1) & mask;
            }
            // the walk may go a little beyond the last step
            if exponent < steps {
                slots[slot] = (key as u32, exponent as u32);
            }
            None::<()>
        })?;
        Ok(Self { order, gamma, steps, giants: Powers::new(m, &giant, order / steps), slots })
    }

    /// The x below the order with γ^x = target, if there is one.
    pub(crate) fn solve(&self, m: &Mont<L>, target: &[u64; L], watch: &Watch<'_>) -> Result<Option<u64>, Failure> {
        // two tags of one power differ by no more than this
        let error = 2 * L as u64 + 1;
        self.giants.walk(m, target, self.order / self.steps + 1, watch, |giant, tag| {
            let key = tag >> BLUR;
            let found = self.look_up(m, target, giant, key);
            let neighbour = |moved: u64| {
                let other = moved >> BLUR;
                if other == key { None } else { self.look_up(m, target, giant, other) }
            };
            found.or_else(|| neighbour(tag.wrapping_sub(error))).or_else(|| neighbour(tag.wrapping_add(error)))
        })
    }

    #[inline]
    fn look_up(&self, m: &Mont<L>, target: &[u64; L], giant: u64, key: u64) -> Option<u64> {
        let mask = self.slots.len() - 1;
        let mut slot = hash(key) & mask;
        while self.slots[slot].1 != EMPTY {
            let (seen, exponent) = self.slots[slot];
            if seen == key as u32 {
                let x = (u128::from(giant) * u128::from(self.steps) + u128::from(exponent)) % u128::from(self.order);
                if m.pow_digits(&self.gamma, &[x as u64]) == *target {
                    return Some(x as u64);
                }
            }
            slot = (slot + 1) & mask;
        }
        None
    }
}

/// √order: as many baby steps as giant steps at worst, twice as many on average.
fn baby_steps(order: u64) -> u64 {
    order.isqrt() + 1
}

fn slots(steps: u64) -> usize {
    (steps as usize * 3 / 2).next_power_of_two()
}

#[inline]
fn hash(key: u64) -> usize {
    (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use num_bigint::BigUint;

    use super::*;

    #[test]
    fn tags_are_the_leading_bits_of_the_product() {
        // 2^127 − 1 and 2^255 − 19, which fill their limbs differently
        for (p, s, t) in [
            ((BigUint::from(1u32) << 127) - 1u32, BigUint::from(3u32).pow(70), BigUint::from(5u32).pow(50)),
            ((BigUint::from(1u32) << 255) - 19u32, BigUint::from(7u32).pow(80), BigUint::from(11u32).pow(70)),
        ] {
            let m = Mont::<4>::new(&p).unwrap();
            let (s, t) = (s % &p, t % &p);
            let expected = ((&s * &t % &p) << 64u32) / &p;
            let s = crate::mont::to_limbs(&s).unwrap();
            let tag = BigUint::from(Fraction::new(&m, &m.enter(&t)).tag(&s));
            assert!(tag <= expected && &tag + 9u32 >= expected, "{tag} for {expected}");
        }
    }

    #[test]
    fn every_power_is_found_and_nothing_else() {
        // 1019 divides 2039 − 1; 4 is a square
        let m = Mont::<16>::new(&BigUint::from(2039u32)).unwrap();
        let budget = Budget::default();
        let mut nobody = ();
        let watch = Watch::new(&budget, &mut nobody);
        let gamma = m.enter(&BigUint::from(4u32));
        let table = Table::new(&m, gamma, 1019, &watch).unwrap();
        for x in 0..1019u64 {
            assert_eq!(table.solve(&m, &m.pow_digits(&gamma, &[x]), &watch).unwrap(), Some(x));
        }
        assert_eq!(table.solve(&m, &m.enter(&BigUint::from(2038u32)), &watch).unwrap(), None, "−1 is no square");
    }
}
