//! What the events of one session prove: a fold, without opinion.

use crate::{
    event::{Event, Fact, Status, Way},
    role::{Actor, Role},
    wire::Kind,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A value and the number of the event that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited<T> {
    /// The event's number within the session.
    pub n: u64,
    /// What it told.
    pub it: T,
}

/// A finished handshake, as one victim saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handshake {
    /// Fingerprint of the session key.
    pub fingerprint: String,
    /// The name that this victim proves.
    pub own: Option<String>,
    /// The name that it took its peer for.
    pub peer: Option<String>,
    /// The negotiated group.
    pub group: String,
    /// The groups it would have taken, best first.
    pub offered: Vec<String>,
}

/// A handshake message as one victim sent or received it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Name of the frame's kind.
    pub kind: String,
    /// The whole frame, as its event carries it.
    pub bytes: String,
}

/// A victim's giving up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abort {
    /// In which flight.
    pub flight: u32,
    /// At which check, if at one.
    pub check: Option<String>,
    /// The reason in words.
    pub reason: String,
}

/// A check that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedCheck {
    /// What had to be there.
    pub expected: String,
    /// What was there.
    pub observed: String,
}

/// What one victim's events prove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Victim {
    /// It finished the handshake.
    pub established: Option<Cited<Handshake>>,
    /// It gave up.
    pub aborted: Option<Cited<Abort>>,
    /// Checks that failed, by id.
    pub failed: BTreeMap<String, Cited<FailedCheck>>,
    /// The handshake messages that it sent, in order.
    pub spoken: Vec<Cited<Message>>,
    /// The handshake messages that reached it, in order.
    pub heard: Vec<Cited<Message>>,
    /// Digest of its canary.
    pub canary: Option<Cited<String>>,
    /// Digests of the messages it sent, in order.
    pub sent: Vec<Cited<String>>,
    /// Digests of the messages it accepted, in order.
    pub received: Vec<Cited<String>>,
    /// It took the peer's stream for complete.
    pub closed: Option<Cited<()>>,
    /// Its process is done.
    pub ended: bool,
}

/// What all events of a session prove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The client's side.
    pub client: Victim,
    /// The server's side.
    pub server: Victim,
    /// There was an attacker, and whether its process is done.
    pub attacker: Option<bool>,
    /// Fingerprints of the keys that the attacker showed.
    pub holds: Vec<Cited<String>>,
    /// Digests of what the attacker read, and whether it read it live.
    pub recovered: Vec<Cited<(String, bool)>>,
    /// What the console lost.
    pub lost: Vec<Cited<(Actor, String)>>,
    /// What cannot have happened as told.
    pub contradictions: Vec<Cited<String>>,
}

impl Evidence {
    /// Folds the events of one session, in the order of their numbers.
    pub fn of(events: &[Event]) -> Self {
        let mut evidence = Self::default();
        events.iter().for_each(|event| evidence.add(event));
        evidence
    }

    /// One victim's side.
    pub fn victim(&self, role: Role) -> &Victim {
        match role {
            Role::Client => &self.client,
            Role::Server => &self.server,
        }
    }

    /// The attacker showed the key with this fingerprint.
    pub fn held(&self, fingerprint: &str) -> Option<u64> {
        self.holds.iter().find(|held| held.it == fingerprint).map(|held| held.n)
    }

    /// The attacker published this victim's canary: its event, and whether it was read live.
    pub fn leaked(&self, role: Role) -> Option<(u64, bool)> {
        let canary = self.victim(role).canary.as_ref()?;
        self.recovered.iter().find(|read| read.it.0 == canary.it).map(|read| (read.n, read.it.1))
    }

    fn add(&mut self, event: &Event) {
        let n = event.n;
        let role = match event.source {
            Actor::Client => Role::Client,
            Actor::Server => Role::Server,
            Actor::Attacker => return self.add_attacker(n, &event.fact),
            Actor::Console => {
                if let Fact::Lost { what, reason } = &event.fact {
                    self.lost.push(Cited { n, it: (*what, reason.clone()) });
                }
                return;
            }
        };
        let victim = match role {
            Role::Client => &mut self.client,
            Role::Server => &mut self.server,
        };
        if let Some(contradiction) = victim.add(n, &event.fact) {
            self.contradictions.push(Cited { n, it: format!("the {role} {contradiction}") });
        }
    }

    fn add_attacker(&mut self, n: u64, fact: &Fact) {
        let ended = self.attacker.get_or_insert(false);
        if *ended {
            self.contradictions.push(Cited { n, it: "the attacker told more after its end".to_owned() });
        }
        match fact {
            Fact::Ended => *ended = true,
            Fact::Holds { fingerprint, .. } => self.holds.push(Cited { n, it: fingerprint.clone() }),
            Fact::Recovered { text, live, .. } => {
                self.recovered.push(Cited { n, it: (hex(&Sha256::digest(text.as_bytes())), *live) });
            }
            _ => {}
        }
    }
}

impl Victim {
    /// Adds a fact; answers with what contradicts the facts before it.
    fn add(&mut self, n: u64, fact: &Fact) -> Option<&'static str> {
        if self.ended {
            return Some("told more after its end");
        }
        match fact {
            Fact::Established { fingerprint, own, peer, group, offered } => {
                let handshake = Handshake {
                    fingerprint: fingerprint.clone(),
                    own: own.clone(),
                    peer: peer.clone(),
                    group: group.clone(),
                    offered: offered.clone(),
                };
                if self.established.replace(Cited { n, it: handshake }).is_some() {
                    return Some("finished the handshake twice");
                }
            }
            Fact::Aborted { flight, check, reason } => {
                let abort = Abort { flight: *flight, check: check.clone(), reason: reason.clone() };
                if self.aborted.replace(Cited { n, it: abort }).is_some() || self.closed.is_some() {
                    return Some("gave up after its end");
                }
            }
            Fact::Check { check, status: Status::Failed, expected, observed, .. } => {
                let it = FailedCheck { expected: expected.clone(), observed: observed.clone() };
                self.failed.insert(check.clone(), Cited { n, it });
            }
            Fact::Frame { way, kind, bytes, .. } if kind != Kind::Record.as_str() => {
                let messages = match way {
                    Way::Sent => &mut self.spoken,
                    Way::Received => &mut self.heard,
                };
                messages.push(Cited { n, it: Message { kind: kind.clone(), bytes: bytes.clone() } });
            }
            Fact::Canary { digest } => self.canary = Some(Cited { n, it: digest.clone() }),
            Fact::Data { way, index, digest, .. } => {
                let stream = match way {
                    Way::Sent => &mut self.sent,
                    Way::Received => &mut self.received,
                };
                let in_order = *index as usize == stream.len();
                stream.push(Cited { n, it: digest.clone() });
                if !in_order || self.established.is_none() {
                    return Some("exchanged data out of order");
                }
            }
            Fact::Closed { received, .. } => {
                let told = self.received.len() == *received as usize;
                if self.closed.replace(Cited { n, it: () }).is_some() || self.aborted.is_some() || !told {
                    return Some("closed a stream that its events do not tell of");
                }
            }
            Fact::Ended => self.ended = true,
            _ => {}
        }
        None
    }
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.push(char::from(if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 }));
        }
        text
    })
}

/// The text with long hexadecimal values cut down to their first eight digits, for a sentence that people read.
pub fn abbreviate(text: &str) -> String {
    let mut short = String::with_capacity(text.len());
    let mut digits = 0;
    for c in text.chars() {
        digits = if c.is_ascii_hexdigit() && !c.is_ascii_uppercase() { digits + 1 } else { 0 };
        match digits {
            0..=16 => short.push(c),
            17 => {
                short.truncate(short.len() - 8);
                short.push('…');
            }
            _ => {}
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::abbreviate;

    #[test]
    fn long_values_keep_their_beginning_and_words_stay() {
        let digest = "0123456789abcdef0123456789abcdef";
        assert_eq!(abbreviate(&format!("key {digest}, which")), "key 01234567…, which");
        assert_eq!(abbreviate("decade facade 0123456789abcdef"), "decade facade 0123456789abcdef");
    }
}
