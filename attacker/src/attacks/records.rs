//! What attacks on records have in common: nothing happens before the first one, and one side's records are attacked.

use crate::attack::{Attack, Move, Seen, Start, Variant};
use lab::{
    role::Role,
    wire::{Frame, Kind},
};

/// Whose records are attacked.
pub(super) const VARIANTS: [Variant; 2] =
    [Variant::new("client", "the client's records"), Variant::new("server", "the server's records")];

/// The side that the variant names.
pub(super) fn side(start: &Start) -> Role {
    if start.variant.as_deref() == Some("server") { Role::Server } else { Role::Client }
}

/// What an attack does with the records of the side that it attacks; everything else passes.
pub(super) trait OnRecords: Send {
    /// Decides about the `index`-th record, from 0, that `from` sends.
    fn record(&mut self, from: Role, index: usize, frame: Frame) -> Vec<Move>;

    /// Decides about a record of the other side.
    fn other(&mut self, from: Role, frame: Frame) -> Vec<Move> {
        vec![Move::Forward { from, frame }]
    }
}

/// Passes the handshake on and leaves records to an attack.
pub(super) struct Records<A> {
    attack: A,
    of: Role,
    count: usize,
    began: bool,
}

impl<A: OnRecords> Records<A> {
    /// An attack at its beginning, on the records of this side.
    pub(super) fn new(of: Role, attack: A) -> Self {
        Self { attack, of, count: 0, began: false }
    }
}

impl<A: OnRecords> Attack for Records<A> {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        match seen {
            Seen::Frame { from, frame } if frame.kind == Kind::Record && from == self.of => {
                self.count += 1;
                self.attack.record(from, self.count - 1, frame)
            }
            Seen::Frame { from, frame } if frame.kind == Kind::Record => self.attack.other(from, frame),
            Seen::Frame { from, frame } => {
                let step = (!self.began).then_some(Move::Step(1));
                self.began = true;
                step.into_iter().chain([Move::Forward { from, frame }]).collect()
            }
            Seen::Ended(role) => vec![Move::Cut(role.peer())],
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => Vec::new(),
        }
    }
}
