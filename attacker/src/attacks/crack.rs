//! `crack`: compute the discrete logarithm while the victims wait.
//!
//! In a weak group one share betrays its secret. The attacker holds the last share back while it computes, within the
//! victims' patience, and then reads everything as it passes. What takes longer is read from the recording.
//!
//! 1. Follow the exchange, changing nothing, and take prime, generator and a public value from it.
//! 2. Hold the frame that completes the exchange and compute the discrete logarithm.
//! 3. Derive the session key from the secret exponent, let everything pass and read it.

use crate::{
    attack::{Attack, Family, Info, Move, Needs, Seen, When},
    listener::Listener,
};
use lab::{
    loot::Loot,
    role::Role,
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "crack",
    title: "Compute the discrete logarithm",
    family: Family::Parameters,
    needs: Needs::PrimeGroup,
    variants: &[],
    loot: Loot::NONE,
    logarithm: Some(When::Live),
    stopped_by: &["group-size", "group-prime", "group-order", "group-known"],
    source: include_str!("crack.rs"),
    start: |start| {
        let listener = Listener::new(start.mode, (start.algebra)("listener"));
        Box::new(Crack { listener, held: Vec::new(), asked: false, waiting: false })
    },
};

struct Crack {
    listener: Listener,
    held: Vec<(Role, Frame)>,
    asked: bool,
    waiting: bool,
}

impl Crack {
    fn release(&mut self, moves: &mut Vec<Move>) {
        self.waiting = false;
        for (from, frame) in std::mem::take(&mut self.held) {
            moves.extend(self.listener.hear(from, &frame, true).into_iter().map(Move::Tell));
            moves.push(Move::Forward { from, frame });
        }
    }
}

impl Attack for Crack {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } => {
                if frame.kind != Kind::Record {
                    moves.extend(self.listener.is_silent().then_some(Move::Step(1)));
                    self.listener.follow(&frame);
                }
                if self.waiting {
                    moves.push(Move::Hold { from, frame: frame.clone() });
                    self.held.push((from, frame));
                    return moves;
                }
                if let (false, Some(problem)) = (self.asked, self.listener.problem()) {
                    self.asked = true;
                    self.waiting = true;
                    moves.push(Move::Step(2));
                    moves.push(Move::Hold { from, frame: frame.clone() });
                    moves.push(Move::Solve(problem));
                    self.held.push((from, frame));
                    return moves;
                }
                moves.extend(self.listener.hear(from, &frame, true).into_iter().map(Move::Tell));
                moves.push(Move::Forward { from, frame });
            }
            Seen::Solved(result) => {
                let in_time = self.waiting;
                if let Ok(solution) = *result {
                    moves.push(Move::Step(3));
                    moves.extend(self.listener.learn(&solution.x, in_time).into_iter().map(Move::Tell));
                }
                self.release(&mut moves);
            }
            Seen::Impatient => self.release(&mut moves),
            Seen::Called(_) => {}
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
        }
        moves
    }
}
