//! `reinstall-key`: have a key installed a second time.
//!
//! A victim that installs a key counts its records from where that key begins. The message that brings the key may come again,
//! since its acknowledgement may have been lost, and nobody but the victim can tell whether the key was in use meanwhile. If it
//! installs it again, it seals one more record with the octets of one that is on record already, and whoever knows one of the
//! two texts has the other without any key. Its peer, made to install again, takes once more what it has taken.
//!
//! 1. Pass the handshake on as it came, and keep a copy of the message that brings the first new keys.
//! 2. Against the client: keep its acknowledgement and its first record back, and bring it the message again. Against the
//!    server: bring it the acknowledgement again, and then the client's first record.
//! 3. Let what was held back go on, add the client's two records that bear one number, and add the words that it ends with: what
//!    comes out is what the first one says.

use super::reuse_nonce::sum;
use crate::{
    attack::{Attack, Family, Info, Move, Needs, Seen, Variant},
    listener::readable,
};
use lab::{
    event::Fact,
    evidence::hex,
    loot::Loot,
    record::{Content, Sealed},
    role::Role,
    victim::LAST_WORDS,
    wire::{Frame, Kind},
};

pub(super) const INFO: Info = Info {
    id: "reinstall-key",
    title: "Have a key installed a second time",
    family: Family::Records,
    needs: Needs::Rekeying,
    variants: &[
        Variant::new("client", "the client seals two records alike"),
        Variant::new("server", "the server takes a record twice"),
    ],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &["fresh-keys"],
    source: include_str!("reinstall_key.rs"),
    start: |start| match start.variant.as_deref() {
        Some("server") => Box::<AtServer>::default(),
        _ => Box::<AtClient>::default(),
    },
};

/// What a client ends with, as it is sealed.
fn last_words() -> Vec<u8> {
    Content::Data(LAST_WORDS[0].as_bytes().to_vec()).to_plaintext()
}

/// The request comes to the client twice.
#[derive(Default)]
struct AtClient {
    began: bool,
    request: Option<Frame>,
    /// What is held back of the client's, until it has acknowledged again.
    held: Vec<Frame>,
    /// It was asked a second time.
    asked: bool,
    /// It has acknowledged a second time, and its first record is known.
    first: Option<Frame>,
    told: bool,
}

impl AtClient {
    fn of_client(&mut self, frame: Frame) -> Vec<Move> {
        let from = Role::Client;
        match (frame.kind, &self.request) {
            // Its first acknowledgement waits for the record behind it.
            (Kind::RekeyAck, Some(_)) if !self.asked && self.held.is_empty() => {
                self.held.push(frame.clone());
                vec![Move::Hold { from, frame }]
            }
            (Kind::Record, Some(request)) if !self.asked && !self.held.is_empty() => {
                self.asked = true;
                self.held.push(frame.clone());
                let again = Move::Inject { name: Role::Server, frame: request.clone() };
                vec![Move::Step(2), Move::Hold { from, frame }, again]
            }
            (Kind::RekeyAck, Some(_)) if !self.held.is_empty() => {
                self.first = self.held.last().cloned();
                let held = std::mem::take(&mut self.held).into_iter().map(|frame| Move::Forward { from, frame });
                [Move::Step(3), Move::Drop { from, frame }].into_iter().chain(held).collect()
            }
            (Kind::Record, Some(_)) if self.first.is_some() && !self.told => {
                self.told = true;
                let read = self.first.as_ref().and_then(|first| combined(from, first, &frame));
                let told = read.into_iter().flatten().map(Move::Tell);
                told.chain([Move::Drop { from, frame }]).collect()
            }
            _ => vec![Move::Forward { from, frame }],
        }
    }
}

/// Two records that bear one number, put together: what the second one says is known.
fn combined(sender: Role, first: &Frame, second: &Frame) -> Option<[Fact; 2]> {
    let (first, second) = (Sealed::parse(&first.body)?, Sealed::parse(&second.body)?);
    if first.sequence != second.sequence {
        return None;
    }
    let sum_of_both = sum(first.ciphertext, second.ciphertext);
    let text = readable(&sum(&sum_of_both, &last_words()))?;
    let known = LAST_WORDS[0].to_owned();
    Some([
        Fact::Combined {
            sender,
            number: first.sequence,
            first: hex(first.ciphertext),
            second: hex(second.ciphertext),
            sum: hex(&sum_of_both),
            known,
        },
        Fact::Recovered { sender, text, live: true },
    ])
}

impl Attack for AtClient {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        match seen {
            Seen::Frame { from: Role::Client, frame } => {
                let step = (!std::mem::replace(&mut self.began, true)).then_some(Move::Step(1));
                step.into_iter().chain(self.of_client(frame)).collect()
            }
            Seen::Frame { from, frame } => {
                if frame.kind == Kind::Rekey && self.request.is_none() {
                    self.request = Some(frame.clone());
                }
                vec![Move::Forward { from, frame }]
            }
            Seen::Ended(role) => {
                let held = std::mem::take(&mut self.held).into_iter();
                let held = held.map(|frame| Move::Drop { from: Role::Client, frame });
                held.chain([Move::Cut(role.peer())]).collect()
            }
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => Vec::new(),
        }
    }
}

/// The acknowledgement comes to the server twice, and then the record behind it.
#[derive(Default)]
struct AtServer {
    began: bool,
    acknowledgement: Option<Frame>,
    done: bool,
}

impl Attack for AtServer {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } => {
                if !std::mem::replace(&mut self.began, true) {
                    moves.push(Move::Step(1));
                }
                moves.push(Move::Forward { from, frame: frame.clone() });
                match (from, frame.kind, &self.acknowledgement) {
                    (Role::Client, Kind::RekeyAck, None) => self.acknowledgement = Some(frame),
                    (Role::Client, Kind::Record, Some(again)) if !self.done => {
                        self.done = true;
                        moves.push(Move::Step(2));
                        let again = [again.clone(), frame];
                        moves.extend(again.map(|frame| Move::Inject { name: Role::Client, frame }));
                    }
                    _ => {}
                }
            }
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::record::RecordKey;

    /// The canary under one number, and another text under this one.
    fn together(number: u64, text: &str) -> Option<String> {
        let key = RecordKey::new(&[7; 32]).unwrap();
        let sealed = |number, text: &str| key.seal(number, &Content::Data(text.as_bytes().to_vec())).unwrap();
        let first = sealed(3, "Pay 100 to Carol [0123456789abcdef0123456789abcdef]");
        match combined(Role::Client, &first, &sealed(number, text))? {
            [Fact::Combined { first, second, sum, .. }, Fact::Recovered { text, .. }] => {
                assert!(first.len() == sum.len() && second.len() > sum.len());
                Some(text)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn two_records_under_one_number_open_each_other_and_no_others_do() {
        assert_eq!(together(3, LAST_WORDS[0]).unwrap(), "Pay 100 to Carol [0123456789abcdef0123456789abcdef]");
        assert_eq!(together(4, LAST_WORDS[0]), None);
        assert_eq!(together(3, LAST_WORDS[1]), None);
    }
}
