//! Sessions that are played at the same time: what lies on one's workbench lies there for all, and each hears that something passed.

use super::Scripted;
use crate::attack::{Beside, Move};
use lab::script::compute::Benches;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// What sessions that are played at the same time have in common.
#[derive(Clone)]
pub(super) struct Common {
    benches: Arc<Mutex<Benches>>,
    /// Counts what has passed in any of them.
    passed: Arc<watch::Sender<u64>>,
    /// Which of the sessions this is, from 1.
    number: usize,
}

impl Common {
    /// What the first of them begins with.
    pub(super) fn first() -> Self {
        Self { benches: Arc::default(), passed: Arc::new(watch::Sender::new(0)), number: 1 }
    }

    /// The same for the next of them.
    pub(super) fn next(&self) -> Self {
        Self { number: self.number + 1, ..self.clone() }
    }

    /// Tells of what passes in them.
    pub(super) fn beside(&self) -> Beside {
        self.passed.subscribe()
    }
}

impl Scripted {
    /// Does something with what lies on the workbenches of the sessions that are played at the same time, and tells them of what
    /// passes.
    pub(super) fn in_common(&mut self, does: impl FnOnce(&mut Self) -> Vec<Move>) -> Vec<Move> {
        let Some(common) = self.common.clone() else { return does(self) };
        let mut benches = common.benches.lock().unwrap_or_else(PoisonError::into_inner);
        self.bench.enter(&mut benches);
        let moves = does(self);
        let news = self.bench.leave(&mut benches, common.number);
        drop(benches);
        if news {
            common.passed.send_modify(|passed| *passed += 1);
        }
        moves
    }
}
