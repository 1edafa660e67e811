//! `misbind`: an unknown key share.
//!
//! The attacker has a genuine certificate for a name of its own and puts it in the place of the client's. It learns no
//! key and reads nothing, but the server credits to it what the client says: a deposit goes to the attacker's account.
//!
//! 1. Pass the exchange on as it came: client and server agree on a key of theirs.
//! 2. Put the attacker's own certificate in the place of the client's, and sign what was seen with its key; leave the MAC
//!    that only a holder of the session key can make.
//! 3. Pass everything else on, unread.

use crate::{
    attack::{Attack, Family, Info, Move, Narration, Needs, Seen},
    leg::{Leg, identity},
};
use lab::{
    loot::{Item, Loot},
    role::Role,
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "misbind",
    title: "Put another name to the client's key",
    family: Family::KeysAndPeople,
    needs: Needs::ClientCertificate,
    variants: &[],
    loot: Loot { as_server: None, as_client: Some(Item::Own) },
    logarithm: None,
    stopped_by: &["identity-binding"],
    source: include_str!("misbind.rs"),
    start: |start| {
        let client = Leg::new(start.mode, (start.algebra)("unused"), Vec::new(), &[]);
        let own = identity(start.mode, Role::Client, start.as_client.as_ref());
        let server = Leg::new(start.mode, (start.algebra)("as client"), own, &[]);
        Box::new(Misbind { client, server, narration: Narration::default() })
    },
};

struct Misbind {
    /// Followed only to read the client's frames.
    client: Leg,
    /// What the server sees, with the attacker's name in it.
    server: Leg,
    narration: Narration,
}

impl Misbind {
    fn forward(&mut self, from: Role, frame: Frame, moves: &mut Vec<Move>) {
        self.narration.step(1, moves);
        self.narration.step(3, moves);
        if frame.kind != Kind::Record {
            self.client.observe(&frame);
            self.server.observe(&frame);
        }
        moves.push(Move::Forward { from, frame });
    }

    fn rename(&mut self, frame: Frame, moves: &mut Vec<Move>) {
        self.narration.step(2, moves);
        let observed = self.client.observe(&frame);
        match observed.and_then(|observed| self.server.compose(&observed, &[])) {
            Some(after) => moves.push(Move::Alter { from: Role::Client, before: frame, after }),
            None => moves.push(Move::Forward { from: Role::Client, frame }),
        }
    }
}

impl Attack for Misbind {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from: Role::Client, frame }
                if matches!(frame.kind, Kind::Certificate | Kind::CertificateVerify) =>
            {
                self.rename(frame, &mut moves);
            }
            Seen::Frame { from, frame } => self.forward(from, frame, &mut moves),
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Impatient => {}
        }
        moves
    }
}
