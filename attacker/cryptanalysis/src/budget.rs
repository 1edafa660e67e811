//! What a computation may use, who watches it, and how it ends early.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use num_bigint::BigUint;

pub(crate) use super::failure::Failure;
use super::failure::Limit;
use super::price::Price;
use super::solution::Method;
use super::walks::Walks;

/// Limits on one computation. The default allows everything that this machine can finish in minutes.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Group operations (or sieve steps of similar cost) before giving up.
    pub operations: u64,
    /// Bytes that tables, relations and matrices may take together.
    pub memory: usize,
    /// Worker threads.
    pub threads: usize,
    /// Seconds of one core that a step may be expected to take whose price is known beforehand. What is dearer is priced
    /// and not begun; infinity begins everything.
    pub core_seconds: f64,
    /// The widest interval of exponents, in bits, that kangaroos search where nothing better applies; 0 for no search.
    pub interval_bits: u32,
    /// The exponent is known to be shorter than so many bits: it is searched there, and priced where that is dear.
    pub exponent_bits: Option<u32>,
    /// Numbers that may divide what has to be factored (p, p − 1): those that do are divided out first.
    pub factors: Vec<BigUint>,
    /// What walks that were stopped left behind, and leave behind.
    pub walks: Arc<Walks>,
    /// Raised by the caller (Ctrl-C, a time limit) to stop: looked at every few milliseconds.
    pub cancel: Arc<AtomicBool>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            operations: 1 << 46,
            memory: 4 << 30,
            threads: std::thread::available_parallelism().map_or(1, |n| n.get()),
            core_seconds: 600.0,
            interval_bits: 46,
            exponent_bits: None,
            factors: Vec::new(),
            walks: Arc::default(),
            cancel: Arc::new(AtomicBool::new(false)),
        }
    }
}

/// A stage of the computation, for a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Testing primality and factoring p or p − 1.
    Factor,
    /// Filling a baby-step table.
    Table,
    /// Rho or kangaroo walks; the total is the expected number of steps, which luck may exceed.
    Walk,
    /// Sieving for relations.
    Sieve,
    /// Reducing the relations to a small matrix.
    Filter,
    /// Solving the matrix.
    LinearAlgebra,
    /// Expressing the target through the factor base.
    Descent,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Factor => "factoring",
            Self::Table => "baby steps",
            Self::Walk => "random walks",
            Self::Sieve => "sieving for relations",
            Self::Filter => "filtering relations",
            Self::LinearAlgebra => "linear algebra",
            Self::Descent => "individual logarithm",
        })
    }
}

/// Follows a computation. `total` is an estimate and may grow.
pub trait Observer: Send {
    /// `done` of `total` units of `phase` are finished.
    fn progress(&mut self, phase: Phase, done: u64, total: u64);

    /// A method was chosen for the group or for one part of it, and begins now. It says why it is the one.
    fn chose(&mut self, _method: &Method) {}

    /// What the cheapest way known so far would cost, before anything is tried that takes more than a few seconds. It
    /// is told again when more is known.
    fn priced(&mut self, _price: &Price) {}

    /// The work for the group is over: what follows is for one target.
    fn prepared(&mut self) {}
}

/// Ignores all progress.
impl Observer for () {
    fn progress(&mut self, _: Phase, _: u64, _: u64) {}
}

impl<F: FnMut(Phase, u64, u64) + Send> Observer for F {
    fn progress(&mut self, phase: Phase, done: u64, total: u64) {
        self(phase, done, total);
    }
}

/// A budget being spent under observation, shared by the workers.
pub(crate) struct Watch<'a> {
    pub(crate) budget: &'a Budget,
    observer: Mutex<&'a mut dyn Observer>,
    spent: AtomicU64,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(budget: &'a Budget, observer: &'a mut dyn Observer) -> Self {
        Self { budget, observer: Mutex::new(observer), spent: AtomicU64::new(0) }
    }

    /// Counts operations; fails when the caller cancelled or the limit is passed.
    pub(crate) fn spend(&self, operations: u64) -> Result<(), Failure> {
        let spent = self.spent.fetch_add(operations, Ordering::Relaxed) + operations;
        if self.budget.cancel.load(Ordering::Relaxed) {
            return Err(Failure::Cancelled);
        }
        if spent > self.budget.operations {
            return Err(Failure::OutOfBudget { limit: Limit::Operations { spent, allowed: self.budget.operations } });
        }
        Ok(())
    }

    pub(crate) fn spent(&self) -> u64 {
        self.spent.load(Ordering::Relaxed)
    }

    pub(crate) fn threads(&self) -> usize {
        self.budget.threads.clamp(1, 256)
    }

    /// Refuses an allocation that the budget does not allow.
    pub(crate) fn allow_bytes(&self, bytes: usize, what: &str) -> Result<(), Failure> {
        if bytes > self.budget.memory {
            let limit = Limit::Memory { needed: bytes, allowed: self.budget.memory, purpose: what.to_owned() };
            return Err(Failure::OutOfBudget { limit });
        }
        Ok(())
    }

    pub(crate) fn report(&self, phase: Phase, done: u64, total: u64) {
        if let Ok(mut observer) = self.observer.lock() {
            observer.progress(phase, done, total);
        }
    }

    /// Tells the observer of a choice.
    pub(crate) fn chose(&self, method: &Method) {
        if let Ok(mut observer) = self.observer.lock() {
            observer.chose(method);
        }
    }

    /// Tells the observer what the rest would cost.
    pub(crate) fn priced(&self, price: &Price) {
        if let Ok(mut observer) = self.observer.lock() {
            observer.priced(price);
        }
    }

    /// Tells the observer that the work for the group is over.
    pub(crate) fn prepared(&self) {
        if let Ok(mut observer) = self.observer.lock() {
            observer.prepared();
        }
    }

    /// Refuses to begin what the budget does not pay for.
    pub(crate) fn allow_price(&self, price: &Price) -> Result<(), Failure> {
        let allowed = self.budget.core_seconds;
        if price.core_seconds() > allowed {
            return Err(Failure::Priced { price: Box::new(price.clone()), allowed });
        }
        Ok(())
    }
}

/// A short form of a long number for messages.
pub(crate) fn brief(n: &BigUint) -> String {
    let digits = n.to_string();
    if digits.len() <= 40 {
        return digits;
    }
    format!("{}…{} ({} bits)", &digits[..12], &digits[digits.len() - 12..], n.bits())
}
