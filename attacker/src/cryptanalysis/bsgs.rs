//! Baby-step giant-step (Shanks 1971) with a table that serves every target of the group.

use num_bigint::BigUint;

use super::budget::{Failure, Watch};
use super::mont::Mont;

const EMPTY: u32 = u32::MAX;

/// The baby steps γ⁰, γ¹, …, γ^(m−1) of a group of order below 2^48, in an open hash table.
pub(crate) struct Table<const L: usize> {
    order: u64,
    gamma: [u64; L],
    /// γ^−m
    giant: [u64; L],
    steps: u64,
    /// (tag, exponent)
    slots: Vec<(u32, u32)>,
}

impl<const L: usize> Table<L> {
    /// Bytes of the table for a group of this order.
    pub(crate) fn bytes(order: u64) -> usize {
        8 * slots(baby_steps(order))
    }

    pub(crate) fn new(m: &Mont<L>, gamma: [u64; L], order: u64, watch: &Watch<'_>) -> Result<Self, Failure> {
        let steps = baby_steps(order);
        watch.allow_bytes(Self::bytes(order), "a baby-step table")?;
        let mut table = Self { order, gamma, giant: gamma, steps, slots: vec![(0, EMPTY); slots(steps)] };
        let mask = table.slots.len() - 1;
        let mut point = m.one();
        for exponent in 0..steps {
            if exponent % 4096 == 0 {
                watch.spend(4096.min(steps - exponent))?;
            }
            let mut slot = hash(&point) as usize & mask;
            while table.slots[slot].1 != EMPTY {
                slot = (slot + 1) & mask;
            }
            table.slots[slot] = (tag(&point), exponent as u32);
            point = m.mul(&point, &gamma);
        }
        // point = γ^m, whose inverse is its power order − 1
        table.giant = m.pow_digits(&point, &[order - 1]);
        Ok(table)
    }

    /// The x below the order with γ^x = target, if there is one.
    pub(crate) fn solve(&self, m: &Mont<L>, target: &[u64; L], watch: &Watch<'_>) -> Result<Option<u64>, Failure> {
        let mask = self.slots.len() - 1;
        let mut point = *target;
        for giant in 0..=self.order / self.steps {
            if giant % 4096 == 0 {
                watch.spend(4096.min(self.order / self.steps + 1 - giant))?;
            }
            let mut slot = hash(&point) as usize & mask;
            while self.slots[slot].1 != EMPTY {
                let (seen, exponent) = self.slots[slot];
                if seen == tag(&point) {
                    let x = (giant * self.steps + u64::from(exponent)) % self.order;
                    if m.pow_digits(&self.gamma, &[x]) == *target {
                        return Ok(Some(x));
                    }
                }
                slot = (slot + 1) & mask;
            }
            point = m.mul(&point, &self.giant);
        }
        Ok(None)
    }
}

/// √order: as many baby steps as giant steps at worst, half as many on average.
fn baby_steps(order: u64) -> u64 {
    BigUint::from(order).sqrt().iter_u64_digits().next().unwrap_or(0) + 1
}

fn slots(steps: u64) -> usize {
    (2 * steps as usize).next_power_of_two()
}

#[inline]
fn hash<const L: usize>(point: &[u64; L]) -> u64 {
    point[0].wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

#[inline]
fn tag<const L: usize>(point: &[u64; L]) -> u32 {
    point[0] as u32
}
