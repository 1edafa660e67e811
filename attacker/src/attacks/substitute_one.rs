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
    leg::Leg,
};
use lab::{
    event::Fact,
    record::Content,
    role::Role,
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "substitute-one",
    title: "Substitute the server's share only",
    family: Family::Substitution,
    needs: Needs::Shares,
    variants: &[],
    stopped_by: &["transcript-signature"],
    source: include_str!("substitute_one.rs"),
    start: |start| {
        let client = Leg::new(start.mode, (start.algebra)("as server"), Vec::new(), &["server_secret"]);
        let server = Leg::new(start.mode, (start.algebra)("unused"), Vec::new(), &[]);
        Box::new(SubstituteOne { client, server, shown: false })
    },
};

struct SubstituteOne {
    client: Leg,
    /// Followed only to read the server's frames.
    server: Leg,
    shown: bool,
}

impl SubstituteOne {
    fn record(&mut self, from: Role, frame: Frame, moves: &mut Vec<Move>) {
        let opened = if from == Role::Client { self.client.open(from, &frame) } else { None };
        moves.push(Move::Drop { from, frame });
        let Some((_, content)) = opened else { return };
        if let (false, Some(fingerprint)) = (self.shown, self.client.fingerprint()) {
            self.shown = true;
            moves.push(Move::Step(3));
            moves.push(Move::Tell(Fact::Holds { with: Role::Client, fingerprint }));
        }
        match content {
            Content::Data(data) => {
                let text = String::from_utf8_lossy(&data).into_owned();
                moves.push(Move::Tell(Fact::Recovered { sender: from, text, live: true }));
            }
            Content::Close => {
                let farewell = self.client.seal(Role::Server, 0, &Content::Close);
                moves.extend(farewell.map(|frame| Move::Inject { name: Role::Server, frame }));
                moves.push(Move::Cut(Role::Server));
            }
        }
    }
}

impl Attack for SubstituteOne {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } if frame.kind == Kind::Record => self.record(from, frame, &mut moves),
            Seen::Frame { from: Role::Client, frame } => {
                moves.push(Move::Step(1));
                self.client.observe(&frame);
                self.server.observe(&frame);
                moves.push(Move::Forward { from: Role::Client, frame });
            }
            Seen::Frame { from: Role::Server, frame } => {
                moves.push(Move::Step(2));
                let observed = self.server.observe(&frame);
                let after = observed.and_then(|observed| self.client.compose(&observed, &[]));
                let after = after.unwrap_or_else(|| frame.clone());
                moves.push(Move::Alter { from: Role::Server, before: frame, after });
            }
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Impatient => {}
        }
        moves
    }
}
