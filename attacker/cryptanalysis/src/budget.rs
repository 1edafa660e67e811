//! What a computation may use, who watches it, and how it ends early.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use num_bigint::BigUint;

/// Limits on one computation. The default allows everything that this machine can finish in minutes.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Group operations (or sieve steps of similar cost) before giving up.
    pub operations: u64,
    /// Bytes that tables, relations and matrices may take together.
    pub memory: usize,
    /// Worker threads.
    pub threads: usize,
    /// The widest interval of exponents, in bits, that kangaroos search where nothing better applies; 0 for no search.
    pub interval_bits: u32,
    /// Raised by the caller (Ctrl-C, a time limit) to stop: looked at every few milliseconds.
    pub cancel: Arc<AtomicBool>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            operations: 1 << 46,
            memory: 4 << 30,
            threads: std::thread::available_parallelism().map_or(1, |n| n.get()),
            interval_bits: 40,
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

/// Why no logarithm was found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// y is not a power of g.
    #[error("no solution: {proof}")]
    NoSolution {
        /// A fact that anyone can check.
        proof: String,
    },
    /// The methods at hand do not reach this far.
    #[error("out of reach: {why}")]
    TooHard {
        /// What is hard about it, what is known, and the estimated cost.
        why: String,
    },
    /// A limit of the budget was met.
    #[error("stopped at the limit of {limit}: {why}")]
    OutOfBudget {
        /// Which limit.
        limit: &'static str,
        /// What would have gone past it.
        why: String,
    },
    /// The caller raised [`Budget::cancel`].
    #[error("cancelled")]
    Cancelled,
    /// The problem makes no sense.
    #[error("{field}: expected {expected}, got {got}")]
    BadInput {
        /// The offending field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        got: String,
    },
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
            return Err(Failure::OutOfBudget {
                limit: "operations",
                why: format!("{spent} of {} allowed", self.budget.operations),
            });
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
            return Err(Failure::OutOfBudget {
                limit: "memory",
                why: format!("{what} would take {bytes} bytes of {}", self.budget.memory),
            });
        }
        Ok(())
    }

    pub(crate) fn report(&self, phase: Phase, done: u64, total: u64) {
        if let Ok(mut observer) = self.observer.lock() {
            observer.progress(phase, done, total);
        }
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
