//! How much a factorisation may cost, and what it has cost.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::budget::{Failure, Phase, Watch};

use super::price;

/// What a factorisation may cost in all: expected seconds of one core, by the measurements in `price`. No clock is read,
/// so the same effort takes the same steps on every machine.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Effort {
    seconds: f64,
}

impl Effort {
    /// So many seconds of one core; nothing below zero.
    pub fn seconds(seconds: f64) -> Self {
        Self { seconds: seconds.max(0.0) }
    }

    /// What a number of so many bits gets where the caller says nothing: enough for the quadratic sieve up to 256 bits,
    /// some seconds of cheap methods above.
    pub fn usual(bits: u64) -> Self {
        const SOME: f64 = 10.0;
        Self::seconds(price::sieve(bits).filter(|_| bits <= 256).map_or(SOME, |sieve| (2.0 * sieve).max(SOME)))
    }

    /// In seconds of one core.
    pub fn in_seconds(self) -> f64 {
        self.seconds
    }
}

/// An effort being spent, shared by the workers.
pub(super) struct Meter<'a, 'w> {
    pub(super) watch: &'a Watch<'w>,
    limit: f64,
    /// In microseconds.
    spent: AtomicU64,
    /// The same that all known steps will have taken.
    expected: AtomicU64,
}

impl<'a, 'w> Meter<'a, 'w> {
    pub(super) fn new(watch: &'a Watch<'w>, effort: Effort) -> Self {
        Self { watch, limit: effort.seconds, spent: AtomicU64::new(0), expected: AtomicU64::new(1) }
    }

    /// Notes so many seconds of one core, tells the observer, and fails when the caller cancelled or the budget is spent.
    pub(super) fn spend(&self, seconds: f64) -> Result<(), Failure> {
        let micros = (seconds * 1e6).round() as u64;
        let spent = self.spent.fetch_add(micros, Ordering::Relaxed) + micros;
        let expected = self.expected.load(Ordering::Relaxed).max(spent);
        self.watch.report(Phase::Factor, spent, expected);
        self.watch.spend((seconds * price::OPERATIONS_PER_SECOND) as u64 + 1)
    }

    /// Announces what the steps to come will take, in seconds of one core.
    pub(super) fn expect(&self, seconds: f64) {
        let micros = (seconds * 1e6).min(1e18) as u64;
        self.expected.store(self.spent.load(Ordering::Relaxed) + micros + 1, Ordering::Relaxed);
    }

    /// In seconds of one core.
    pub(super) fn spent(&self) -> f64 {
        self.spent.load(Ordering::Relaxed) as f64 / 1e6
    }

    /// In seconds of one core.
    pub(super) fn left(&self) -> f64 {
        (self.limit - self.spent()).max(0.0)
    }
}
