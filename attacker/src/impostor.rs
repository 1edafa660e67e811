//! The impostor: stands in for the client towards the server, while the client waits for an answer that never comes.

use crate::{
    attack::{Attack, Move, Seen, Start},
    leg::{Known, Leg},
};
use lab::{
    event::Fact,
    record::Content,
    role::Role,
    wire::{Frame, Kind},
};

/// One leg, on which the attacker is the client.
pub struct Impostor {
    server: Leg,
    /// Followed only to read the client's frames.
    client: Leg,
    told: u32,
    shown: bool,
}

impl Impostor {
    /// An impostor that knows `as_client` of the client that it plays.
    pub fn new(start: &Start, as_client: Vec<Known>) -> Self {
        let server = Leg::new(start.mode, (start.algebra)("as client"), as_client, &["client_secret"]);
        let client = Leg::new(start.mode, (start.algebra)("unused"), Vec::new(), &[]);
        Self { server, client, told: 0, shown: false }
    }

    fn step(&mut self, number: u32, moves: &mut Vec<Move>) {
        if self.told < number {
            self.told = number;
            moves.push(Move::Step(number));
        }
    }

    /// Says what the client has to say next, as far as nobody else has to speak before.
    fn speak(&mut self, moves: &mut Vec<Move>) {
        while self.server.speaker() == Some(Role::Client) {
            self.step(2, moves);
            let Some(frame) = self.server.compose(&[], &[]) else { return };
            moves.push(Move::Inject { name: Role::Client, frame });
        }
    }

    fn read(&mut self, frame: &Frame, moves: &mut Vec<Move>) {
        let Some((_, content)) = self.server.open(Role::Server, frame) else { return };
        self.step(3, moves);
        if let (false, Some(fingerprint)) = (self.shown, self.server.fingerprint()) {
            self.shown = true;
            moves.push(Move::Tell(Fact::Holds { with: Role::Server, fingerprint }));
        }
        match content {
            Content::Data(data) => {
                let text = String::from_utf8_lossy(&data).into_owned();
                moves.push(Move::Tell(Fact::Recovered { sender: Role::Server, text, live: true }));
            }
            Content::Close => {
                let farewell = self.server.seal(Role::Client, 0, &Content::Close);
                moves.extend(farewell.map(|frame| Move::Inject { name: Role::Client, frame }));
                moves.push(Move::Cut(Role::Client));
            }
        }
    }
}

impl Attack for Impostor {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from: Role::Client, frame } => {
                self.step(1, &mut moves);
                let observed = self.client.observe(&frame);
                match observed.and_then(|observed| self.server.compose(&observed, &[])) {
                    Some(after) => moves.push(Move::Alter { from: Role::Client, before: frame, after }),
                    None => moves.push(Move::Drop { from: Role::Client, frame }),
                }
            }
            Seen::Frame { from: Role::Server, frame } => {
                moves.push(Move::Drop { from: Role::Server, frame: frame.clone() });
                if frame.kind == Kind::Record {
                    self.read(&frame, &mut moves);
                } else {
                    self.server.observe(&frame);
                    self.speak(&mut moves);
                }
            }
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Impatient => {}
        }
        moves
    }
}
