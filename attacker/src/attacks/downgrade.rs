//! `downgrade`: take the strong choice away and break the weak one in time (Logjam).
//!
//! The server still has a weak group for old clients. The attacker makes every client look like one. The server signs the
//! weak parameters, because it was asked for them; the client takes them, because they are signed. All that tells the
//! two is the Finished, and its key follows from the weak group: it has to be broken before the client loses patience.
//!
//! 1. Take all groups but the last one out of the client's offers.
//! 2. Pass the server's flight on as it is, hold the client's answer back and compute the discrete logarithm of the server's
//!    share.
//! 3. Make both Finished anew, each over the handshake as its reader knows it.
//! 4. Open each record with the key of the leg that it came from, read it, seal it with the key of the other.

use crate::{
    attack::{Attack, Family, Info, Move, Narration, Needs, Seen, When},
    leg::Known,
    middle::{Middle, Plan},
};
use lab::{
    algebra::real::Value,
    loot::Loot,
    role::Role,
    term::Sort,
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "downgrade",
    title: "Take the strong groups away, break the weak one",
    family: Family::Parameters,
    needs: Needs::ChoiceOfGroups,
    variants: &[],
    loot: Loot::NONE,
    logarithm: Some(When::Live),
    stopped_by: &["offers-bound", "group-size", "transcript-signature"],
    source: include_str!("downgrade.rs"),
    start: |start| {
        let plan = Plan {
            invents_as_server: &[],
            invents_as_client: &[],
            replace: Box::new(|source, _| source.value("offers").map(weakest).into_iter().collect()),
            ..Plan::substitution()
        };
        Box::new(Downgrade {
            middle: Middle::new(&start, plan),
            stage: Stage::Negotiation,
            held: Vec::new(),
            narration: Narration::default(),
        })
    },
};

/// The same offers without all groups but the last.
fn weakest(offers: &Value) -> Known {
    let mut offers = if let Value::Offers(offers) = offers { offers.clone() } else { Vec::new() };
    for offer in &mut offers {
        offer.groups.drain(..offer.groups.len().saturating_sub(1));
    }
    ("offers", Value::Offers(offers))
}

/// How far it is.
enum Stage {
    /// The parameters have not passed yet.
    Negotiation,
    /// The logarithm is being computed, and the client waits.
    Computing,
    /// The client's answer is on its way, with the exponent or without.
    Translation,
}

struct Downgrade {
    middle: Middle,
    stage: Stage,
    held: Vec<(Role, Frame)>,
    narration: Narration,
}

impl Downgrade {
    fn negotiation(&mut self, from: Role, frame: Frame, moves: &mut Vec<Move>) {
        if self.middle.client.message().is_some_and(|message| message.carries(Sort::Offers) && from == Role::Client) {
            self.narration.step(1, moves);
            moves.extend(self.translated(Seen::Frame { from, frame }));
            return;
        }
        match self.middle.client.logarithm("server_share").filter(|_| from == Role::Client) {
            Some(problem) => {
                self.narration.step(2, moves);
                self.stage = Stage::Computing;
                moves.push(Move::Hold { from, frame: frame.clone() });
                moves.push(Move::Solve(problem));
                self.held.push((from, frame));
            }
            None => {
                self.middle.client.observe(&frame);
                self.middle.server.observe(&frame);
                moves.push(Move::Forward { from, frame });
            }
        }
    }

    /// What the man in the middle does; the recipe is another one than his.
    fn translated(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = self.middle.handle(seen);
        moves.retain(|made| !matches!(made, Move::Step(_)));
        moves
    }

    fn translation(&mut self, from: Role, frame: Frame, moves: &mut Vec<Move>) {
        self.narration.step(if frame.kind == Kind::Record { 4 } else { 3 }, moves);
        moves.extend(self.translated(Seen::Frame { from, frame }));
    }

    fn release(&mut self, moves: &mut Vec<Move>) {
        self.stage = Stage::Translation;
        for (from, frame) in std::mem::take(&mut self.held) {
            self.translation(from, frame, moves);
        }
    }
}

impl Attack for Downgrade {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } => match self.stage {
                Stage::Negotiation => self.negotiation(from, frame, &mut moves),
                Stage::Computing => {
                    moves.push(Move::Hold { from, frame: frame.clone() });
                    self.held.push((from, frame));
                }
                Stage::Translation => self.translation(from, frame, &mut moves),
            },
            Seen::Solved(result) => {
                if let (Ok(solution), Stage::Computing) = (*result, &self.stage) {
                    let secret = Value::secret(&solution.x.to_bytes_be());
                    self.middle.client.learn(("server_secret", secret.clone()));
                    self.middle.server.learn(("server_secret", secret));
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
