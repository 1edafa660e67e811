//! `lowe`: be called by the client, and call the server in its name.
//!
//! The client calls the attacker of its own accord, as one calls any site that one does not know to be bad. What it encrypts
//! to the attacker the attacker encrypts to the server. The server's answer is for the client alone, and the client, who
//! takes it for the attacker's, opens it and returns the nonce in it, to the attacker. The server has its proof that the
//! client is there: so it is, but it is talking to somebody else.
//!
//! 1. Open the client's call, and call the server in the client's name with the same nonce.
//! 2. Pass the server's answer on as it came.
//! 3. Open the nonce that the client returns, return it to the server, and read what the server says.

use crate::{
    attack::{Attack, Family, Info, Move, Narration, Needs, Seen, Start},
    leg::{Leg, identity},
};
use lab::{
    algebra::Algebra,
    event::Fact,
    loot::{Item, Loot},
    record::Content,
    role::Role,
    term::Sort,
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "lowe",
    title: "Be called, and call another in the caller's name",
    family: Family::KeysAndPeople,
    needs: Needs::ReturnedNonce,
    variants: &[],
    loot: Loot { as_server: Some(Item::Own), as_client: Some(Item::Own), called: true, ..Loot::NONE },
    logarithm: None,
    stopped_by: &["responder-named"],
    source: include_str!("lowe.rs"),
    start: |start| Box::new(Lowe::new(&start)),
};

/// What the client says to the attacker, and as what the attacker says it to the server.
const PASSED_ON: [(&str, &str); 3] =
    [("client_nonce", "client_nonce"), ("peer_name", "client_name"), ("server_nonce_returned", "server_nonce")];

struct Lowe {
    client: Leg,
    server: Leg,
    shown: bool,
    narration: Narration,
}

impl Lowe {
    fn new(start: &Start) -> Self {
        let as_server = identity(start.mode, Role::Server, start.as_server.as_ref());
        let as_client = identity(start.mode, Role::Client, start.as_client.as_ref());
        // In the client's name, and not in its own.
        let as_client = as_client.into_iter().filter(|(name, _)| PASSED_ON.iter().all(|(_, passed)| name != passed));
        let mut algebra = (start.algebra)("as client");
        let coins = ["client_coins", "client_last_coins"]
            .map(|name| algebra.fresh(name, Sort::Secret, None).map(|value| (name, value)).ok());
        Self {
            client: Leg::new(start.mode, (start.algebra)("as server"), as_server, &[]),
            server: Leg::new(start.mode, algebra, as_client.chain(coins.into_iter().flatten()).collect(), &[]),
            shown: false,
            narration: Narration::default(),
        }
    }

    fn handshake(&mut self, from: Role, frame: Frame, moves: &mut Vec<Move>) {
        if from == Role::Server {
            self.narration.step(2, moves);
            self.server.observe(&frame);
            self.client.observe(&frame);
            moves.push(Move::Forward { from, frame });
            return;
        }
        self.narration.step(if frame.kind == Kind::ClientHello { 1 } else { 3 }, moves);
        let observed = self.client.observe(&frame).unwrap_or_default();
        for (heard, passed) in PASSED_ON {
            if let (Some(value), None) = (self.client.value(heard).cloned(), self.server.value(passed)) {
                self.server.learn((passed, value));
            }
        }
        let after = self.server.compose(&observed, &[]).unwrap_or_else(|| frame.clone());
        moves.push(Move::Alter { from, before: frame, after });
        if let (Some(nonce), None) = (self.server.value("server_nonce").cloned(), self.client.value("server_nonce")) {
            self.client.learn(("server_nonce", nonce));
        }
    }

    /// The client's records are meant for the attacker, who answers them; the server's are not.
    fn record(&mut self, from: Role, frame: &Frame, moves: &mut Vec<Move>) {
        moves.push(Move::Drop { from, frame: frame.clone() });
        let leg = if from == Role::Client { &mut self.client } else { &mut self.server };
        let Some((_, content)) = leg.open(from, frame) else { return };
        if let (Role::Server, Content::Data(data)) = (from, &content) {
            if let (false, Some(fingerprint)) = (std::mem::replace(&mut self.shown, true), leg.fingerprint()) {
                moves.push(Move::Tell(Fact::Holds { with: from, fingerprint }));
            }
            let text = String::from_utf8_lossy(data).into_owned();
            moves.push(Move::Tell(Fact::Recovered { sender: from, text, live: true }));
        }
        if content == Content::Close {
            let farewell = leg.seal(from.peer(), 0, &Content::Close);
            moves.extend(farewell.map(|frame| Move::Inject { name: from.peer(), frame }));
        }
    }
}

impl Attack for Lowe {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } if frame.kind == Kind::Record => self.record(from, &frame, &mut moves),
            Seen::Frame { from, frame } => self.handshake(from, frame, &mut moves),
            // The client has said all that it was called for; the server has not.
            Seen::Ended(Role::Client) if self.server.message().is_none() => {}
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}
