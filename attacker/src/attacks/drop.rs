//! `drop`: swallow a frame.
//!
//! Whoever owns the line can always do this. It costs the victims their connection and gives the attacker nothing.
//!
//! 1. Pass the client's first frame on.
//! 2. Swallow everything that the server answers.

use crate::attack::{Attack, Family, Info, Move, Needs, Seen};
use lab::role::Role;

pub(super) const INFO: Info = Info {
    id: "drop",
    title: "Swallow the server's answer",
    family: Family::KeysAndPeople,
    needs: Needs::Anything,
    variants: &[],
    stopped_by: &[],
    source: include_str!("drop.rs"),
    start: |_| Box::new(Drop { step: 0 }),
};

struct Drop {
    step: u32,
}

impl Drop {
    fn begin(&mut self, step: u32) -> Option<Move> {
        let first = self.step < step;
        self.step = self.step.max(step);
        first.then_some(Move::Step(step))
    }
}

impl Attack for Drop {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        match seen {
            Seen::Frame { from: Role::Client, frame } => {
                self.begin(1).into_iter().chain([Move::Forward { from: Role::Client, frame }]).collect()
            }
            Seen::Frame { from: Role::Server, frame } => {
                self.begin(2).into_iter().chain([Move::Drop { from: Role::Server, frame }]).collect()
            }
            Seen::Ended(role) => vec![Move::Cut(role.peer())],
            Seen::Solved(_) | Seen::Impatient => Vec::new(),
        }
    }
}
