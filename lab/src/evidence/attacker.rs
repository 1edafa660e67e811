//! What the attacker's events prove.

use super::{Cited, Contradiction, hex};
use crate::{
    event::{Action, Fact, Reached, TRIES},
    hand::Verb,
    role::{Actor, Role},
};
use sha2::{Digest, Sha256};

/// How a computation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Computation {
    /// It has begun.
    UnderWay(Reached),
    /// It was cut off there.
    CutOff(Reached),
    /// It came to its end by itself, with or without a logarithm.
    Over,
}

/// What the attacker's events prove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attacker {
    told: bool,
    /// Fingerprints of the keys that it showed.
    pub holds: Vec<Cited<String>>,
    /// Digests of what it read, and whether it read it live.
    pub recovered: Vec<Cited<(String, bool)>>,
    /// What somebody decided in its place, frame by frame.
    pub by_hand: Vec<Cited<Verb>>,
    /// Its computation.
    pub computation: Option<Cited<Computation>>,
    /// Frames that it took from the client and from the server.
    taken: [Vec<Cited<String>>; 2],
    /// Frames that it sent to the client and to the server.
    passed: [Vec<Cited<String>>; 2],
    /// Its process is done.
    pub ended: bool,
}

const fn side(role: Role) -> usize {
    match role {
        Role::Client => 0,
        Role::Server => 1,
    }
}

impl Attacker {
    /// Frames that it took from a victim, with the numbers of their events.
    pub(super) fn taken(&self, from: Role) -> impl Iterator<Item = (u64, &str)> {
        self.taken[side(from)].iter().map(|frame| (frame.n, frame.it.as_str()))
    }

    /// Frames that it sent to a victim, with the numbers of their events.
    pub(super) fn passed(&self, to: Role) -> impl Iterator<Item = (u64, &str)> {
        self.passed[side(to)].iter().map(|frame| (frame.n, frame.it.as_str()))
    }

    /// A computation that did not come to its end: where it was left.
    pub fn unfinished(&self) -> Option<(u64, &Reached)> {
        let computation = self.computation.as_ref()?;
        match &computation.it {
            Computation::UnderWay(reached) | Computation::CutOff(reached) => Some((computation.n, reached)),
            Computation::Over => None,
        }
    }

    /// Adds a fact; answers with what contradicts the facts before it.
    pub(super) fn add(&mut self, n: u64, fact: &Fact) -> Option<Contradiction> {
        if self.ended {
            return Some(Contradiction::AfterEnd { teller: Actor::Attacker });
        }
        let first = !std::mem::replace(&mut self.told, true);
        match fact {
            Fact::Started { .. } if !first => return Some(Contradiction::BeganAgain { teller: Actor::Attacker }),
            Fact::Relayed { from, action, before, after, .. } => {
                // A frame that is held is told again when it goes on.
                let before = before.iter().filter(|_| *action != Action::Hold);
                self.taken[side(*from)].extend(before.map(|it| Cited { n, it: it.clone() }));
                self.passed[side(from.peer())].extend(after.iter().map(|it| Cited { n, it: it.clone() }));
            }
            Fact::Decided { action, .. } => self.by_hand.push(Cited { n, it: *action }),
            Fact::Holds { fingerprint, .. } => self.holds.push(Cited { n, it: fingerprint.clone() }),
            Fact::Recovered { text, live, .. } => {
                self.recovered.push(Cited { n, it: (hex(&Sha256::digest(text.as_bytes())), *live) });
            }
            Fact::Chose { .. } => self.computes(n, None),
            Fact::Work { done, total, unit, .. } if unit.as_deref() == Some(TRIES) && (1..=*done).contains(total) => {
                self.computation = Some(Cited { n, it: Computation::Over });
            }
            Fact::Work { phase, done, total, unit } => {
                let reached = Reached { phase: Some(phase.clone()), done: *done, total: *total, unit: unit.clone() };
                self.computes(n, Some(reached));
            }
            Fact::Solved { found, cut_off, .. } | Fact::Asked { found, cut_off, .. } => {
                let it = cut_off.as_deref().cloned().map_or(Computation::Over, Computation::CutOff);
                self.computation = Some(Cited { n, it });
                if *found && cut_off.is_some() {
                    return Some(Contradiction::FoundAndCutOff);
                }
            }
            Fact::Ended => self.ended = true,
            _ => {}
        }
        None
    }

    /// Adds a key or a message that was shown in a later session, and the end to which a computation came that began in this
    /// one.
    pub(super) fn learn_later(&mut self, n: u64, fact: &Fact) {
        match fact {
            Fact::Holds { fingerprint, .. } => self.holds.push(Cited { n, it: fingerprint.clone() }),
            Fact::Recovered { text, .. } => {
                self.recovered.push(Cited { n, it: (hex(&Sha256::digest(text.as_bytes())), false) });
            }
            Fact::Solved { cut_off: None, .. } if self.unfinished().is_some() => {
                self.computation = Some(Cited { n, it: Computation::Over });
            }
            _ => {}
        }
    }

    fn computes(&mut self, n: u64, reached: Option<Reached>) {
        let (n, before) = match self.computation.take() {
            Some(Cited { n, it: Computation::UnderWay(before) }) => (n, before),
            _ => (n, Reached::default()),
        };
        self.computation = Some(Cited { n, it: Computation::UnderWay(reached.unwrap_or(before)) });
    }
}
