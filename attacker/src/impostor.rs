//! The impostor: stands in for one victim towards the other, and leaves the one that it stands in for without an answer.

use crate::{
    attack::{Attack, Move, Narration, Seen, Start},
    leg::{Known, Leg},
};
use lab::{
    event::Fact,
    record::Content,
    role::Role,
    wire::{Frame, Kind},
};

/// The leg to the victim that believes to talk to the other one.
pub struct Impostor {
    /// What the attacker can compute of it.
    pub leg: Leg,
    /// How far its recipe has come, in which reading is the third step.
    pub narration: Narration,
    /// The victim at its end.
    with: Role,
    shown: bool,
}

impl Impostor {
    /// On a leg to this victim.
    pub fn new(with: Role, leg: Leg) -> Self {
        Self { leg, narration: Narration::default(), with, shown: false }
    }

    /// Reads a record of the victim's, if it can, and says farewell in the other's name when that was the last.
    pub fn read(&mut self, frame: &Frame, moves: &mut Vec<Move>) {
        let Some((_, content)) = self.leg.open(self.with, frame) else { return };
        self.narration.step(3, moves);
        if let (false, Some(fingerprint)) = (self.shown, self.leg.fingerprint()) {
            self.shown = true;
            moves.push(Move::Tell(Fact::Holds { with: self.with, fingerprint }));
        }
        let name = self.with.peer();
        match content {
            Content::Data(data) => {
                let text = String::from_utf8_lossy(&data).into_owned();
                moves.push(Move::Tell(Fact::Recovered { sender: self.with, text, live: true }));
            }
            Content::Close => {
                let farewell = self.leg.seal(name, 0, &Content::Close);
                moves.extend(farewell.map(|frame| Move::Inject { name, frame }));
                moves.push(Move::Cut(name));
            }
        }
    }
}

/// Stands in for the client towards the server: nothing that the server says reaches the client.
pub struct AsClient {
    server: Impostor,
    /// Followed only to read the client's frames.
    client: Leg,
}

impl AsClient {
    /// Knows `as_client` of the client that it plays.
    pub fn new(start: &Start, as_client: Vec<Known>) -> Self {
        let server = Leg::new(start.mode, (start.algebra)("as client"), as_client, &["client_secret"]);
        let client = Leg::new(start.mode, (start.algebra)("unused"), Vec::new(), &[]);
        Self { server: Impostor::new(Role::Server, server), client }
    }

    /// Says what the client has to say next, as far as nobody else has to speak before.
    fn speak(&mut self, moves: &mut Vec<Move>) {
        while self.server.leg.speaker() == Some(Role::Client) {
            self.server.narration.step(2, moves);
            let Some(frame) = self.server.leg.compose(&[], &[]) else { return };
            moves.push(Move::Inject { name: Role::Client, frame });
        }
    }
}

impl Attack for AsClient {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from: Role::Client, frame } => {
                self.server.narration.step(1, &mut moves);
                let observed = self.client.observe(&frame);
                match observed.and_then(|observed| self.server.leg.compose(&observed, &[])) {
                    Some(after) => moves.push(Move::Alter { from: Role::Client, before: frame, after }),
                    None => moves.push(Move::Drop { from: Role::Client, frame }),
                }
            }
            Seen::Frame { from: Role::Server, frame } => {
                moves.push(Move::Drop { from: Role::Server, frame: frame.clone() });
                if frame.kind == Kind::Record {
                    self.server.read(&frame, &mut moves);
                } else {
                    self.server.leg.observe(&frame);
                    self.speak(&mut moves);
                }
            }
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Impatient => {}
        }
        moves
    }
}
