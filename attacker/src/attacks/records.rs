//! What attacks on records have in common: nothing happens before the client's first one.

use crate::attack::{Attack, Move, Seen};
use lab::{
    role::Role,
    wire::{Frame, Kind},
};

/// What an attack does with records; everything else passes.
pub(super) trait OnRecords: Send {
    /// Decides about the `index`-th record, from 0, that `from` sends.
    fn record(&mut self, from: Role, index: usize, frame: Frame) -> Vec<Move>;
}

/// Passes the handshake on and leaves records to an attack.
pub(super) struct Records<A> {
    attack: A,
    counts: [usize; 2],
    began: bool,
}

impl<A: OnRecords> Records<A> {
    /// An attack at its beginning.
    pub(super) fn new(attack: A) -> Self {
        Self { attack, counts: [0; 2], began: false }
    }
}

impl<A: OnRecords> Attack for Records<A> {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        match seen {
            Seen::Frame { from, frame } if frame.kind == Kind::Record => {
                let count = &mut self.counts[usize::from(from == Role::Server)];
                *count += 1;
                self.attack.record(from, *count - 1, frame)
            }
            Seen::Frame { from, frame } => {
                let step = (!self.began).then_some(Move::Step(1));
                self.began = true;
                step.into_iter().chain([Move::Forward { from, frame }]).collect()
            }
            Seen::Ended(role) => vec![Move::Cut(role.peer())],
            Seen::Solved(_) | Seen::Impatient => Vec::new(),
        }
    }
}
