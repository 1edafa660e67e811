//! `drop`: swallow a frame.
//!
//! Whoever owns the line can always do this. It costs the victims their connection and gives the attacker nothing.
//!
//! 1. Pass the client's first frame on.
//! 2. Swallow everything that the server answers.

use crate::attack::{Attack, Family, Info, Move, Narration, Needs, Seen};
use lab::{loot::Loot, role::Role};

pub(super) const INFO: Info = Info {
    id: "drop",
    title: "Swallow the server's answer",
    family: Family::KeysAndPeople,
    needs: Needs::Anything,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &[],
    source: include_str!("drop.rs"),
    start: |_| Box::new(Drop { narration: Narration::default() }),
};

struct Drop {
    narration: Narration,
}

impl Attack for Drop {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from: Role::Client, frame } => {
                self.narration.step(1, &mut moves);
                moves.push(Move::Forward { from: Role::Client, frame });
            }
            Seen::Frame { from: Role::Server, frame } => {
                self.narration.step(2, &mut moves);
                moves.push(Move::Drop { from: Role::Server, frame });
            }
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}
