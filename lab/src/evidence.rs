//! What the events of one session prove: a fold, without opinion.

mod attacker;
mod contradiction;
mod truth;
mod victim;

use crate::{
    event::{Cancellation, Event, Fact, VERSION},
    loss::Loss,
    role::{Actor, Role},
    wire::{Channel, Kind},
};
use std::collections::HashMap;

pub use attacker::{Attacker, Computation};
pub use contradiction::Contradiction;
pub use truth::{Belief, Read, So, Truth, Truths, With};
pub use victim::{Abort, FailedCheck, Handshake, Message, Victim};

/// A value and the number of the event that it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cited<T> {
    /// The event's number within the session.
    pub n: u64,
    /// What it told.
    pub it: T,
}

/// What all events of a session prove. It does not depend on how the events of different sources are interleaved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The client's side.
    pub client: Victim,
    /// The server's side.
    pub server: Victim,
    /// The attacker's side, where there was one.
    pub attacker: Option<Attacker>,
    /// What the console lost.
    pub lost: Vec<Cited<(Actor, Loss)>>,
    /// The console gave the session up after so many milliseconds.
    pub overdue: Option<Cited<u64>>,
    /// The console ended the session before its end.
    pub cancelled: Option<Cited<Cancellation>>,
    /// What cannot have happened as told.
    pub contradictions: Vec<Cited<Contradiction>>,
}

impl Evidence {
    /// Folds the events of one session, in the order of their numbers.
    pub fn of(events: &[Event]) -> Self {
        let mut evidence = Self::default();
        for event in events {
            let foreign = events.first().is_some_and(|first| first.session != event.session);
            evidence.add(event, foreign);
        }
        evidence.compare_ends();
        evidence
    }

    /// Adds what the attacker shows in a later session, where it may concern this one: the key of a victim, a canary, or the end
    /// of a computation.
    pub fn learn_later(&mut self, event: &Event) {
        let victims = [&self.client, &self.server];
        let concerns = match &event.fact {
            Fact::Holds { fingerprint, .. } => {
                let mut keys = victims.iter().filter_map(|victim| victim.established.as_ref());
                keys.any(|key| key.it.fingerprint == *fingerprint)
            }
            _ => true,
        };
        if event.source == Actor::Attacker && concerns {
            self.attacker.iter_mut().for_each(|attacker| attacker.learn_later(event.n, &event.fact));
        }
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
        let holds = &self.attacker.as_ref()?.holds;
        holds.iter().find(|held| held.it == fingerprint).map(|held| held.n)
    }

    /// The attacker published this victim's canary: its event, and whether it was read live.
    pub fn leaked(&self, role: Role) -> Option<(u64, bool)> {
        let canary = self.victim(role).canary.as_ref()?;
        let recovered = &self.attacker.as_ref()?.recovered;
        recovered.iter().find(|read| read.it.0 == canary.it).map(|read| (read.n, read.it.1))
    }

    /// The first message of a victim's handshake that is not what the other one sent in that place, and what that was;
    /// nothing where it heard nobody else.
    pub fn foreign_message(&self, role: Role) -> Option<(&Cited<Message>, Option<&Cited<Message>>)> {
        let mut spoken = self.victim(role.peer()).spoken();
        let mut heard = self.victim(role).heard();
        heard.find_map(|heard| {
            let spoken = spoken.next();
            spoken.is_none_or(|spoken| spoken.it != heard.it).then_some((heard, spoken))
        })
    }

    fn add(&mut self, event: &Event, foreign: bool) {
        let (n, source) = (event.n, event.source);
        let contradiction = if event.v != VERSION {
            Some(Contradiction::Version { teller: source, got: event.v, own: VERSION })
        } else if foreign {
            Some(Contradiction::OtherSession { teller: source })
        } else if !event.fact.tellers().contains(&source) {
            Some(Contradiction::NotItsOwn { teller: source })
        } else {
            match source {
                Actor::Client => self.client.add(n, Role::Client, &event.fact),
                Actor::Server => self.server.add(n, Role::Server, &event.fact),
                Actor::Attacker => self.attacker.get_or_insert_default().add(n, &event.fact),
                Actor::Console => self.add_console(n, &event.fact),
            }
        };
        self.contradictions.extend(contradiction.map(|it| Cited { n, it }));
    }

    fn add_console(&mut self, n: u64, fact: &Fact) -> Option<Contradiction> {
        match fact {
            Fact::Lost { what, reason } => self.lost.push(Cited { n, it: (*what, reason.clone()) }),
            Fact::Overdue { after } => self.overdue = Some(Cited { n, it: *after }),
            Fact::Cancelled { why } => self.cancelled = Some(Cited { n, it: *why }),
            _ => {}
        }
        None
    }

    /// What shows only when everybody has told the end.
    fn compare_ends(&mut self) {
        for role in [Role::Client, Role::Server] {
            self.contradictions.extend(self.victim(role).at_the_end(role));
        }
        if !self.client.ended || !self.server.ended || self.attacker.as_ref().is_some_and(|attacker| !attacker.ended) {
            return;
        }
        for role in [Role::Client, Role::Server] {
            let sent = || self.victim(role.peer()).sent_frames.iter().map(Cited::frame);
            let received = self.victim(role).received_frames.iter().map(Cited::frame);
            let invented = match &self.attacker {
                Some(attacker) => {
                    let taken = beyond(attacker.taken(role.peer()), sent());
                    let taken = taken.map(|n| Cited { n, it: Contradiction::TakenUnsent { teller: role.peer() } });
                    let received = beyond(received, attacker.passed(role));
                    taken.or(received.map(|n| Cited { n, it: Contradiction::ReceivedUnsent { teller: role } }))
                }
                None => {
                    beyond(received, sent()).map(|n| Cited { n, it: Contradiction::ReceivedUnsent { teller: role } })
                }
            };
            self.contradictions.extend(invented);
            let heard = spoken(&self.victim(role).received_frames);
            let unsaid = beyond(heard, spoken(&self.victim(role.peer()).sent_frames));
            self.contradictions.extend(unsaid.map(|n| Cited { n, it: Contradiction::NotItsVoice { teller: role } }));
        }
    }
}

/// What was said by voice among these frames. Nobody can imitate a voice that the other knows.
fn spoken(frames: &[Cited<Message>]) -> impl Iterator<Item = (u64, &str)> {
    let voice = |frame: &&Cited<Message>| {
        Kind::ALL.iter().any(|kind| kind.as_str() == frame.it.kind && kind.channel() == Channel::Voice)
    };
    frames.iter().filter(voice).map(Cited::frame)
}

impl Cited<Message> {
    /// Number and bytes.
    fn frame(&self) -> (u64, &str) {
        (self.n, &self.it.bytes)
    }
}

/// The number of the first of `frames` that `source` does not have, or has less often.
fn beyond<'a>(
    mut frames: impl Iterator<Item = (u64, &'a str)>,
    source: impl Iterator<Item = (u64, &'a str)>,
) -> Option<u64> {
    let mut there: HashMap<&str, usize> = HashMap::new();
    source.for_each(|(_, frame)| *there.entry(frame).or_default() += 1);
    let unknown = frames.find(|(_, frame)| match there.get_mut(frame) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    unknown.map(|(n, _)| n)
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
        assert_eq!(abbreviate(&digest[..16]), "0123456789abcdef");
        assert_eq!(abbreviate(&digest[..17]), "01234567…");
    }
}
