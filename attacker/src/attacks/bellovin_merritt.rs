//! `bellovin-merritt`: finish with one victim before beginning with the other.
//!
//! Half-messages make whoever stands in the middle speak before it has heard. But nobody makes it speak to both at the same
//! time. Towards the client it says anything, and hears the whole of the client's text; only then does it turn to the server,
//! and says that text there, in proper halves. The client notices that the text which it was told is wrong: too late.
//!
//! 1. Agree on one key with the client and on another with the server, and keep the server waiting.
//! 2. Commit towards the client to a text of the attacker's own, and hear the client's.
//! 3. Say the client's text to the server, in halves that fit, and read what the server sends.

use crate::{
    attack::{Attack, Family, Info, Move, Narration, Needs, Seen, Start},
    leg::{Known, Leg},
};
use lab::{
    algebra::real::Value,
    event::Fact,
    loot::Loot,
    record::Content,
    role::Role,
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "bellovin-merritt",
    title: "Finish with the client before beginning with the server",
    family: Family::KeysAndPeople,
    needs: Needs::Halves,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &[],
    source: include_str!("bellovin_merritt.rs"),
    start: |start| Box::new(BellovinMerritt::new(&start)),
};

/// The two texts, as the table names them.
const WORDS: [&str; 2] = ["client_words", "server_words"];

/// A text of the attacker's own in the place of a victim's.
pub(super) fn anything(words: &'static str) -> Vec<Known> {
    vec![(words, Value::secret(b"nothing in particular"))]
}

struct BellovinMerritt {
    client: Leg,
    server: Leg,
    shown: [bool; 2],
    narration: Narration,
}

impl BellovinMerritt {
    fn new(start: &Start) -> Self {
        let [_, of_server] = WORDS;
        Self {
            client: Leg::new(start.mode, (start.algebra)("as server"), anything(of_server), &["server_secret"]),
            server: Leg::new(start.mode, (start.algebra)("as client"), Vec::new(), &["client_secret"]),
            shown: [false; 2],
            narration: Narration::default(),
        }
    }

    fn handshake(&mut self, from: Role, frame: Frame, moves: &mut Vec<Move>) {
        let hello = matches!(frame.kind, Kind::ClientHello | Kind::ServerHello);
        let (source, target) = match from {
            Role::Client => (&mut self.client, &mut self.server),
            Role::Server => (&mut self.server, &mut self.client),
        };
        let observed = source.observe(&frame);
        if hello {
            self.narration.step(1, moves);
            let after = observed.and_then(|observed| target.compose(&observed, &[])).unwrap_or_else(|| frame.clone());
            moves.push(Move::Alter { from, before: frame, after });
            return;
        }
        moves.push(Move::Drop { from, frame });
        let [of_client, _] = WORDS;
        match from {
            Role::Client => match self.client.value(of_client).cloned() {
                // The client's text is there: now, and not before, the server hears anything.
                Some(words) => {
                    self.narration.step(3, moves);
                    self.server.learn((of_client, words));
                    speak(Role::Client, &mut self.server, moves);
                }
                None => {
                    self.narration.step(2, moves);
                    speak(Role::Server, &mut self.client, moves);
                }
            },
            Role::Server => {
                speak(Role::Client, &mut self.server, moves);
                if self.server.message().is_none() {
                    speak(Role::Server, &mut self.client, moves);
                }
            }
        }
    }

    fn record(&mut self, from: Role, frame: &Frame, moves: &mut Vec<Move>) {
        moves.push(Move::Drop { from, frame: frame.clone() });
        let leg = if from == Role::Client { &mut self.client } else { &mut self.server };
        let Some((_, content)) = leg.open(from, frame) else { return };
        let shown = &mut self.shown[usize::from(from == Role::Server)];
        if let (false, Some(fingerprint)) = (std::mem::replace(shown, true), leg.fingerprint()) {
            moves.push(Move::Tell(Fact::Holds { with: from, fingerprint }));
        }
        match content {
            Content::Data(data) => {
                let text = String::from_utf8_lossy(&data).into_owned();
                moves.push(Move::Tell(Fact::Recovered { sender: from, text, live: true }));
            }
            Content::Close => {
                let farewell = leg.seal(from.peer(), 0, &Content::Close);
                moves.extend(farewell.map(|frame| Move::Inject { name: from.peer(), frame }));
            }
        }
    }
}

/// Says in a victim's name what comes next on a leg, as long as it is its turn.
fn speak(name: Role, leg: &mut Leg, moves: &mut Vec<Move>) {
    while leg.message().is_some_and(|message| message.from == name) {
        let Some(frame) = leg.compose(&[], &[]) else { return };
        moves.push(Move::Inject { name, frame });
    }
}

impl Attack for BellovinMerritt {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } if frame.kind == Kind::Record => self.record(from, &frame, &mut moves),
            Seen::Frame { from, frame } => self.handshake(from, frame, &mut moves),
            // Whatever the client makes of it, the server is dealt with to the end, where its turn has come.
            Seen::Ended(Role::Client) if self.client.value(WORDS[0]).is_some() => {}
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}
