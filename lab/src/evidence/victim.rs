//! What one victim's events prove.

use super::{Cited, Contradiction};
use crate::{
    cause::Cause,
    checks::AUTHENTICATED_CLOSE,
    event::{Fact, Status, Way},
    role::Role,
    scenario::Selection,
    seen::Seen,
    wire::Kind,
};
use std::collections::BTreeMap;

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

/// A frame as one victim sent or received it.
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
    /// Why.
    pub reason: Cause,
}

/// A check that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedCheck {
    /// What had to be there.
    pub expected: Seen,
    /// What was there.
    pub observed: Seen,
}

/// What one victim's events prove.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Victim {
    told: bool,
    /// The mode that it says to play.
    pub plays: Option<Selection>,
    /// Frames that it sent, in order.
    pub sent_frames: Vec<Cited<Message>>,
    /// Frames that reached it, in order.
    pub received_frames: Vec<Cited<Message>>,
    /// It finished the handshake.
    pub established: Option<Cited<Handshake>>,
    /// It gave up.
    pub aborted: Option<Cited<Abort>>,
    /// Checks that failed, by id.
    pub failed: BTreeMap<String, Cited<FailedCheck>>,
    /// Digest of its canary.
    pub canary: Option<Cited<String>>,
    /// Digests of the messages it sent, in order.
    pub sent: Vec<Cited<String>>,
    /// Digests of the messages it accepted, in order.
    pub received: Vec<Cited<String>>,
    /// What these messages say, by the numbers of the events that tell it. It is there to be shown: nothing is judged by it.
    pub texts: BTreeMap<u64, String>,
    /// It took the peer's stream for complete.
    pub closed: Option<Cited<()>>,
    /// Its process is done.
    pub ended: bool,
}

impl Victim {
    /// The handshake messages that it sent, in order.
    pub fn spoken(&self) -> impl Iterator<Item = &Cited<Message>> {
        self.sent_frames.iter().filter(|frame| frame.it.kind != Kind::Record.as_str())
    }

    /// The handshake messages that reached it, in order.
    pub fn heard(&self) -> impl Iterator<Item = &Cited<Message>> {
        self.received_frames.iter().filter(|frame| frame.it.kind != Kind::Record.as_str())
    }

    /// It gave up at a check of this frame, the last that reached it. That the end is missing no frame shows.
    pub fn refused(&self, n: u64) -> bool {
        let at = self.aborted.as_ref().and_then(|abort| abort.it.check.as_deref());
        let last = self.received_frames.last().is_some_and(|frame| frame.n == n);
        last && at.is_some_and(|check| check != AUTHENTICATED_CLOSE.id)
    }

    /// The event by which it began to speak: a message or a record. Who takes an end for the stream's before its own turn has said
    /// nothing.
    fn began_to_speak(&self) -> Option<u64> {
        let record = self.sent_frames.iter().find(|frame| frame.it.kind == Kind::Record.as_str());
        [record.map(|it| it.n), self.sent.first().map(|it| it.n)].into_iter().flatten().min()
    }

    /// Adds a fact; answers with what contradicts the facts before it.
    pub(super) fn add(&mut self, n: u64, role: Role, fact: &Fact) -> Option<Contradiction> {
        if self.ended {
            return Some(Contradiction::AfterEnd { teller: role.into() });
        }
        if (self.closed.is_some() || self.aborted.is_some()) && *fact != Fact::Ended {
            return Some(Contradiction::AfterLeaving { teller: role });
        }
        let first = !std::mem::replace(&mut self.told, true);
        let has_key = self.established.is_some();
        match fact {
            Fact::Started { .. } if !first => return Some(Contradiction::BeganAgain { teller: role.into() }),
            Fact::Started { plays, .. } => self.plays = plays.parse().ok(),
            Fact::Frame { way, kind, bytes, .. } => {
                let frames = match way {
                    Way::Sent => &mut self.sent_frames,
                    Way::Received => &mut self.received_frames,
                };
                frames.push(Cited { n, it: Message { kind: kind.clone(), bytes: bytes.clone() } });
            }
            Fact::Established { fingerprint, own, peer, group, offered } => {
                let handshake = Handshake {
                    fingerprint: fingerprint.clone(),
                    own: own.clone(),
                    peer: peer.clone(),
                    group: group.clone(),
                    offered: offered.clone(),
                };
                if self.established.replace(Cited { n, it: handshake }).is_some() {
                    return Some(Contradiction::FinishedTwice { teller: role });
                }
                if self.received_frames.is_empty() {
                    return Some(Contradiction::FinishedAlone { teller: role });
                }
            }
            Fact::Aborted { flight, check, reason } => {
                let abort = Abort { flight: *flight, check: check.clone(), reason: reason.clone() };
                self.aborted = Some(Cited { n, it: abort });
            }
            Fact::Check { check, status: Status::Failed, expected, observed, .. } => {
                let it = FailedCheck { expected: expected.clone(), observed: observed.clone() };
                self.failed.insert(check.clone(), Cited { n, it });
            }
            Fact::Canary { .. } | Fact::Data { .. } | Fact::Installed { .. } | Fact::Closed { .. } if !has_key => {
                return Some(Contradiction::WithoutKey { teller: role });
            }
            Fact::Canary { digest } => {
                let before = self.canary.replace(Cited { n, it: digest.clone() });
                if before.is_some() {
                    return Some(Contradiction::TwoCanaries { teller: role });
                }
            }
            Fact::Data { way, index, digest, text, .. } => {
                self.texts.extend(text.clone().map(|text| (n, text)));
                let stream = match way {
                    Way::Sent => &mut self.sent,
                    Way::Received => &mut self.received,
                };
                let in_order = *index as usize == stream.len();
                stream.push(Cited { n, it: digest.clone() });
                if !in_order {
                    return Some(Contradiction::OutOfOrder { teller: role });
                }
            }
            Fact::Closed { sent, received } => {
                self.closed = Some(Cited { n, it: () });
                if [self.sent.len(), self.received.len()] != [*sent, *received].map(|count| count as usize) {
                    return Some(Contradiction::Miscounted { teller: role });
                }
            }
            Fact::Ended => self.ended = true,
            _ => {}
        }
        None
    }

    /// What contradicts itself in what it told from its beginning to its end.
    pub(super) fn at_the_end(&self, role: Role) -> Option<Cited<Contradiction>> {
        if !self.ended {
            return None;
        }
        let of_canary = match (&self.established, &self.canary) {
            (Some(_), None) => self.began_to_speak().map(|n| Cited { n, it: Contradiction::NoCanary { teller: role } }),
            (_, Some(canary)) if self.sent.iter().all(|sent| sent.it != canary.it) => {
                Some(Cited { n: canary.n, it: Contradiction::CanaryUnsent { teller: role } })
            }
            _ => None,
        };
        of_canary.or_else(|| self.at_a_check(role))
    }

    /// Whoever sees a check fail gives up there, and whoever gives up at a check saw it fail.
    fn at_a_check(&self, role: Role) -> Option<Cited<Contradiction>> {
        let stopped_at = self.aborted.as_ref().and_then(|abort| Some((abort.n, abort.it.check.as_ref()?)));
        match (stopped_at, self.failed.first_key_value()) {
            (Some((n, check)), _) if !self.failed.contains_key(check) => {
                Some(Cited { n, it: Contradiction::NeverFailed { teller: role, check: check.clone() } })
            }
            (None, Some((check, failed))) => {
                Some(Cited { n: failed.n, it: Contradiction::WentOn { teller: role, check: check.clone() } })
            }
            _ => None,
        }
    }
}
