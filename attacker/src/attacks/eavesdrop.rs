//! `eavesdrop`: listen now, compute later.
//!
//! Nothing on the line differs from a quiet one. What was recorded is as good as its key, and the key of a weak group can
//! be computed at any later time; so can one into which nothing went that was secret.
//!
//! 1. Pass every frame on as it came and keep a copy.
//! 2. When the session is over, read what lies open, and try every key that the wire alone gives: whatever travelled, in
//!    the place of each secret from which keys follow.
//! 3. Look for a discrete logarithm to compute.
//! 4. Derive the session key from the secret exponent and read the recording.

use crate::{
    attack::{Attack, Family, Info, Move, Needs, Seen, When},
    listener::Listener,
    wire_keys,
};
use lab::{event::Fact, loot::Loot};

pub(super) const INFO: Info = Info {
    id: "eavesdrop",
    title: "Listen, and compute later",
    family: Family::Control,
    needs: Needs::Anything,
    variants: &[],
    loot: Loot::NONE,
    logarithm: Some(When::Later),
    stopped_by: &["group-size", "group-prime", "group-order", "group-known"],
    source: include_str!("eavesdrop.rs"),
    start: |start| Box::new(Eavesdrop { listener: Listener::new(start.mode, (start.algebra)("listener")), ended: 0 }),
};

struct Eavesdrop {
    listener: Listener,
    ended: u8,
}

impl Eavesdrop {
    /// What the recording says without any computation that is worth the name.
    fn given(&mut self) -> Vec<Fact> {
        let open = self.listener.lying_open();
        if !open.is_empty() {
            return open;
        }
        let suppositions = wire_keys::suppositions(self.listener.leg());
        self.listener.suppose(suppositions)
    }
}

impl Attack for Eavesdrop {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } => {
                moves.extend(self.listener.is_silent().then_some(Move::Step(1)));
                moves.extend(self.listener.overhear(from, &frame).map(Move::Tell));
                moves.push(Move::Forward { from, frame });
            }
            Seen::Ended(role) => {
                moves.push(Move::Cut(role.peer()));
                self.ended += 1;
                if self.ended == 2 {
                    moves.push(Move::Step(2));
                    let given = self.given();
                    if let (true, Some(problem)) = (given.is_empty(), self.listener.problem()) {
                        moves.push(Move::Step(3));
                        moves.push(Move::Solve(problem));
                    }
                    moves.extend(given.into_iter().map(Move::Tell));
                }
            }
            Seen::Solved(result) => {
                if let Ok(solution) = *result {
                    moves.push(Move::Step(4));
                    moves.extend(self.listener.learn(&solution.x, false).into_iter().map(Move::Tell));
                }
            }
            Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}
