//! `substitute-one`: one direction only.
//!
//! The attacker takes the server's place towards the client and leaves the server with a partner that will never speak
//! its key: cheaper than translating, and enough to collect what the client says.
//!
//! 1. Pass the client's frames on as they came.
//! 2. Replace the server's share by one of the attacker's own.
//! 3. Read what the client sends, answer in the server's name that this is all, and let the server wait.

use crate::{
    attack::{Attack, Family, Info, Move, Needs, Seen},
    impostor::Impostor,
    leg::Leg,
};
use lab::{role::Role, wire::Kind};

pub(super) const INFO: Info = Info {
    id: "substitute-one",
    title: "Substitute the server's share only",
    family: Family::Substitution,
    needs: Needs::Shares,
    variants: &[],
    logarithm: false,
    stopped_by: &["transcript-signature"],
    source: include_str!("substitute_one.rs"),
    start: |start| {
        let client = Leg::new(start.mode, (start.algebra)("as server"), Vec::new(), &["server_secret"]);
        let server = Leg::new(start.mode, (start.algebra)("unused"), Vec::new(), &[]);
        let client = Impostor::new(Role::Client, client);
        Box::new(SubstituteOne { client, server })
    },
};

struct SubstituteOne {
    client: Impostor,
    /// Followed only to read the server's frames.
    server: Leg,
}

impl Attack for SubstituteOne {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } if frame.kind == Kind::Record => {
                moves.push(Move::Drop { from, frame: frame.clone() });
                if from == Role::Client {
                    self.client.read(&frame, &mut moves);
                }
            }
            Seen::Frame { from: Role::Client, frame } => {
                self.client.narration.step(1, &mut moves);
                self.client.leg.observe(&frame);
                self.server.observe(&frame);
                moves.push(Move::Forward { from: Role::Client, frame });
            }
            Seen::Frame { from: Role::Server, frame } => {
                self.client.narration.step(2, &mut moves);
                let observed = self.server.observe(&frame);
                let after = observed.and_then(|observed| self.client.leg.compose(&observed, &[]));
                let after = after.unwrap_or_else(|| frame.clone());
                moves.push(Move::Alter { from: Role::Server, before: frame, after });
            }
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Impatient => {}
        }
        moves
    }
}
