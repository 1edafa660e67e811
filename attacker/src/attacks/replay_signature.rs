//! `replay-signature`: show an old signature again.
//!
//! Once, with an old client, the server signed a share in its weak group. The attacker recorded it and has all the time that it
//! wants for the logarithm. A signature in which nothing of the client's stands has no date: shown again, it makes the
//! attacker the server, for as long as the certificate is valid.
//!
//! 1. Hold the client's first message and compute the discrete logarithm of the recorded share.
//! 2. Pass the first message on, and put the recorded parameters and their signature in the place of the server's.
//! 3. Make the Finished, read what the client sends, and answer in the server's name that this is all, whatever the server makes of
//!    a share for another group than its own.

use crate::{
    attack::{Attack, Family, Info, Move, Needs, Seen, Start, When},
    impostor::AsServer,
    leg::{Known, Leg},
    middle::Plan,
};
use lab::{
    algebra::real::{Real, Value},
    loot::Loot,
    role::Role,
    wire::Frame,
};

pub(super) const INFO: Info = Info {
    id: "replay-signature",
    title: "Show an old signature again",
    family: Family::KeysAndPeople,
    needs: Needs::ChoiceOfGroups,
    variants: &[],
    loot: Loot { recording: true, ..Loot::NONE },
    logarithm: Some(When::Live),
    stopped_by: &["fresh-transcript", "transcript-signature", "group-size"],
    source: include_str!("replay_signature.rs"),
    start: |start| Box::new(ReplaySignature { start, held: Vec::new(), server: None }),
};

struct ReplaySignature {
    start: Start,
    held: Vec<(Role, Frame)>,
    /// Once the logarithm is there, or is not to be had in time.
    server: Option<AsServer>,
}

impl ReplaySignature {
    /// The recorded handshake, as far as the wire shows it.
    fn recorded(&self) -> Leg {
        let mut leg = Leg::new(self.start.mode, Real::new([0; 32]), Vec::new(), &[]);
        self.start.recording.iter().for_each(|frame| drop(leg.observe(frame)));
        leg
    }

    /// Everything that the server said of itself, and its secret where it is known. What can be made, as the Finished, is
    /// made anew.
    fn plan(&self, secret: Option<Value>) -> Plan {
        let recorded = self.recorded();
        let signed = self.start.mode.signed_fields().filter(|(message, _)| message.from == Role::Server);
        let names = signed.map(|(_, field)| field.binds).chain(["signature"]);
        let old: Vec<Known> = names.filter_map(|name| Some((name, recorded.value(name)?.clone()))).collect();
        Plan {
            as_server: secret.map(|secret| ("server_secret", secret)).into_iter().collect(),
            invents_as_server: &[],
            replace: Box::new(move |_, _| old.clone()),
            ..Plan::substitution()
        }
    }

    fn release(&mut self, secret: Option<Value>, moves: &mut Vec<Move>) {
        let mut server = AsServer::new(&self.start, self.plan(secret));
        for (from, frame) in std::mem::take(&mut self.held) {
            moves.extend(played(&mut server, Seen::Frame { from, frame }));
        }
        self.server = Some(server);
    }
}

/// What the impostor does; holding the first message was the first step already.
fn played(server: &mut AsServer, seen: Seen) -> Vec<Move> {
    let mut moves = server.handle(seen);
    moves.retain(|made| !matches!(made, Move::Step(1)));
    moves
}

impl Attack for ReplaySignature {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match (&mut self.server, seen) {
            (Some(server), seen @ (Seen::Frame { .. } | Seen::Ended(_))) => return played(server, seen),
            (None, Seen::Frame { from, frame }) => {
                moves.push(Move::Hold { from, frame: frame.clone() });
                if self.held.is_empty() {
                    moves.insert(0, Move::Step(1));
                    self.held.push((from, frame));
                    match self.recorded().logarithm("server_share") {
                        Some(problem) => moves.push(Move::Solve(problem)),
                        None => self.release(None, &mut moves),
                    }
                } else {
                    self.held.push((from, frame));
                }
            }
            (None, Seen::Solved(result)) => {
                let secret = result.ok().map(|solution| Value::secret(&solution.x.to_bytes_be()));
                self.release(secret, &mut moves);
            }
            (None, Seen::Impatient) => self.release(None, &mut moves),
            (None, Seen::Ended(role)) => moves.push(Move::Cut(role.peer())),
            (Some(_), Seen::Solved(_) | Seen::Impatient) | (_, Seen::Called(_)) => {}
        }
        moves
    }
}
