//! `misbind`: an unknown key share.
//!
//! The attacker has a genuine certificate for a name of its own and puts it in the place of the client's. It learns no
//! key and reads nothing, but the server credits to it what the client says: a deposit goes to the attacker's account.
//!
//! 1. Pass the exchange on as it came: client and server agree on a key of theirs.
//! 2. Put the attacker's own certificate in the place of the client's, and sign what was seen with its key; leave the MAC
//!    that only a holder of the session key can make, unless a key that the wire gives makes the client's too.
//! 3. Pass everything else on, unread.

use crate::{
    attack::{Attack, Family, Info, Move, Narration, Needs, Seen},
    editor::read,
    leg::{Known, Leg, identity},
    wire_keys::suppositions,
};
use lab::{
    loot::{Item, Loot},
    role::Role,
    term::Sort,
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "misbind",
    title: "Put another name to the client's key",
    family: Family::KeysAndPeople,
    needs: Needs::ClientCertificate,
    variants: &[],
    loot: Loot { as_client: Some(Item::Own), ..Loot::NONE },
    logarithm: None,
    stopped_by: &["identity-binding", "finished"],
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
        self.mac_key(&frame).into_iter().flatten().for_each(|known| self.server.learn(known));
        let observed = self.client.observe(&frame);
        match observed.and_then(|observed| self.server.compose(&observed, &[])) {
            Some(after) => moves.push(Move::Alter { from: Role::Client, before: frame, after }),
            None => moves.push(Move::Forward { from: Role::Client, frame }),
        }
    }
}

impl Misbind {
    /// With what the MAC of the client's next message is made, if the wire gives it.
    fn mac_key(&self, frame: &Frame) -> Option<Vec<Known>> {
        let message = self.client.message()?;
        let values = read(message, frame)?;
        let (field, made) = message.fields.iter().zip(&values).find(|(field, _)| field.sort == Sort::Mac)?;
        let makes = |supposed: &Vec<Known>| {
            self.client.evaluate_with(supposed, &field.value).is_some_and(|mac| mac.octets() == made.octets())
        };
        suppositions(&self.client).into_iter().find(makes)
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
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{editor::written, wire_keys::tests::handshake};
    use lab::{
        algebra::real::{Real, Value},
        modes,
    };

    /// A MAC under a key that is no secret is the attacker's to make, over what the server saw.
    #[test]
    fn a_mac_under_a_key_that_the_wire_gives_is_made_anew() {
        let mode = modes::find("ecdh-mutual").unwrap();
        let leg = |known| Leg::new(mode, Real::new([0; 32]), known, &[]);
        let own = vec![("client_chain", Value::Chain([vec![1]].into()))];
        let mut misbind = Misbind { client: leg(vec![]), server: leg(own), narration: Narration::default() };
        let (mut sent, mut seen) = (leg(vec![]), leg(vec![]));
        let mut compared = 0;
        for (message, mut frame) in mode.messages.iter().zip(handshake("ecdh-mutual")) {
            let binding = message.fields.iter().position(|field| field.binds == "client_binding");
            let under_zero = |leg: &Leg, at: usize| {
                leg.evaluate_with(&[("client_identity_key", Value::secret(&[0; 32]))], &message.fields[at].value)
                    .unwrap()
            };
            if let Some(at) = binding {
                let mut values = read(message, &frame).unwrap();
                values[at] = under_zero(&sent, at);
                frame = written(message, &values);
            }
            sent.observe(&frame);
            let moves = misbind.handle(Seen::Frame { from: message.from, frame });
            let shown = moves.into_iter().find_map(|made| match made {
                Move::Forward { frame, .. } | Move::Alter { after: frame, .. } => Some(frame),
                _ => None,
            });
            let shown = shown.unwrap();
            if let Some(at) = binding {
                let made = read(message, &shown).unwrap().swap_remove(at);
                assert_eq!(made.octets(), under_zero(&seen, at).octets(), "over what the server saw");
                compared += 1;
            }
            seen.observe(&shown);
        }
        assert_eq!(compared, 1);
    }
}
