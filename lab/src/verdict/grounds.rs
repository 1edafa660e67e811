//! Why a verdict is what it is, as data.

use super::Kind;
use crate::{
    cause::Cause,
    event::{Cancellation, Reached},
    evidence::Contradiction,
    loss::Loss,
    role::{Actor, Role},
    seen::Seen,
};
use serde::{Deserialize, Serialize};

/// The reason of a verdict, each with the values that its sentence names. The sentence is the text `verdict` of this name
/// in the language's file; keys are fingerprints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "is", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Grounds {
    /// One key, nobody else has it, both messages arrived.
    Private {
        /// The key.
        key: String,
    },
    /// A victim gave up at a check that failed.
    Stopped {
        /// The victim.
        party: Role,
        /// The check.
        check: String,
        /// In which flight.
        flight: u32,
        /// What had to be there.
        expected: Seen,
        /// What was there.
        observed: Seen,
    },
    /// Two keys, both in the attacker's hand.
    Split {
        /// The client's.
        client: String,
        /// The server's.
        server: String,
        /// Whose messages the attacker read.
        read: Vec<Role>,
    },
    /// One key that client and server share, and that the attacker read with.
    Read {
        /// The key.
        key: String,
        /// Whose messages the attacker read.
        read: Vec<Role>,
        /// While the session ran, or from the recording.
        live: bool,
    },
    /// The key of a victim that heard nobody but its peer, who did not finish; the attacker found it.
    Found {
        /// The victim.
        party: Role,
        /// The other.
        peer: Role,
        /// The key.
        key: String,
        /// Whose messages the attacker read.
        read: Vec<Role>,
        /// While the session ran, or from the recording.
        live: bool,
        /// What became of the other; absent in verdicts that were kept before it was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        meanwhile: Option<Meanwhile>,
    },
    /// A victim finished with the attacker, who answered in the other's place.
    Impersonated {
        /// The victim.
        party: Role,
        /// The other.
        peer: Role,
        /// The victim's key.
        key: String,
        /// What became of the other.
        meanwhile: Meanwhile,
        /// Whose messages the attacker read.
        read: Vec<Role>,
    },
    /// One key of the two, but a victim takes its peer for another.
    Misbound {
        /// The victim.
        party: Role,
        /// For whom.
        believed: String,
        /// The name that its peer proves; absent where it proves none.
        real: Option<String>,
        /// The key.
        key: String,
    },
    /// A victim accepted a message that its peer did not send.
    AlteredMessage {
        /// The victim.
        party: Role,
        /// Its peer.
        peer: Role,
        /// Number of the message in the stream, from 1.
        message: usize,
        /// What it says, where the victim tells; without a canary.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        took: Option<String>,
        /// What the peer's message of this number says, where there is one and the peer tells; without a canary.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        wrote: Option<String>,
    },
    /// A victim took a cut stream for complete.
    AlteredEnd {
        /// The victim.
        party: Role,
        /// Its peer.
        peer: Role,
        /// Messages that it accepted.
        accepted: usize,
        /// Messages that the peer sent.
        sent: usize,
    },
    /// A victim finished on a message of the handshake that its peer did not send so.
    AlteredHandshake {
        /// The victim.
        party: Role,
        /// Its peer.
        peer: Role,
        /// Kind of the message.
        message: String,
    },
    /// Both finished on less than the best that both offered.
    Downgraded {
        /// The group that they took.
        group: String,
        /// The best of both.
        best: String,
    },
    /// A victim gave up, and for no check's sake.
    Disrupted {
        /// The victim.
        party: Role,
        /// In which flight.
        flight: u32,
        /// Why.
        reason: Cause,
    },
    /// A victim spoke under a key that the attacker was still computing.
    Unread {
        /// The victim, or one of the two.
        party: Role,
        /// The other has finished too.
        shared: bool,
        /// The key.
        key: String,
        /// How far the computation had come.
        #[serde(flatten)]
        reached: Reached,
        /// The share of its phase that was done, in per cent.
        share: Option<u64>,
    },
    /// The console lost somebody.
    Lost {
        /// Whom.
        what: Actor,
        /// Why.
        reason: Loss,
    },
    /// The session was given up.
    Overdue {
        /// After so many milliseconds.
        after: u64,
    },
    /// The console ended the session before its end.
    Cancelled {
        /// Why it did.
        why: Cancellation,
    },
    /// A session of a campaign was never played.
    Unplayed {
        /// Which.
        number: u32,
        /// How many there should have been.
        of: u32,
    },
    /// Events exclude each other.
    Contradiction {
        /// Which.
        what: Contradiction,
    },
    /// Somebody never told its end.
    NeverEnded {
        /// Who.
        who: Actor,
    },
    /// A victim told neither that it closed nor that it gave up.
    NoOutcome {
        /// The victim.
        party: Role,
    },
    /// Both victims closed in order, each with a key of its own that nobody shows.
    TwoKeys,
    /// A victim's canary was one of another session's, too: who has read it may have done so there.
    StaleCanary {
        /// The victim.
        party: Role,
        /// The other session's scenario.
        of: String,
    },
    /// A canary came out, and no key explains it.
    Unexplained {
        /// Whose.
        party: Role,
    },
    /// The attacker shows a key, and nothing that it protects.
    Unproven {
        /// Whose.
        party: Role,
    },
}

/// What became of the victim whose key the attacker does not show. Why it left is absent in verdicts that were kept before it was
/// told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Meanwhile {
    /// It finished as well.
    PeerFinished {
        /// Its key.
        key: String,
    },
    /// It gave up.
    PeerGaveUp {
        /// In which flight.
        flight: u32,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Cause>,
    },
    /// It has seen nothing of the session.
    PeerAbsent {
        /// Why it waited no longer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Cause>,
    },
}

impl Meanwhile {
    /// Why it left, where it did not finish.
    const fn reason(&self) -> Option<&Cause> {
        match self {
            Self::PeerFinished { .. } => None,
            Self::PeerGaveUp { reason, .. } | Self::PeerAbsent { reason } => reason.as_ref(),
        }
    }
}

impl Grounds {
    /// The kind of verdict that they are grounds for.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Private { .. } => Kind::Private,
            Self::Stopped { .. } => Kind::Stopped,
            Self::Split { .. } => Kind::Split,
            Self::Read { .. } | Self::Found { .. } => Kind::Read,
            Self::Impersonated { .. } => Kind::Impersonated,
            Self::Misbound { .. } => Kind::Misbound,
            Self::AlteredMessage { .. } | Self::AlteredEnd { .. } | Self::AlteredHandshake { .. } => Kind::Altered,
            Self::Downgraded { .. } => Kind::Downgraded,
            Self::Disrupted { .. } => Kind::Disrupted,
            Self::Unread { .. } => Kind::Unread,
            Self::Lost { .. }
            | Self::Overdue { .. }
            | Self::Cancelled { .. }
            | Self::Unplayed { .. }
            | Self::Contradiction { .. }
            | Self::NeverEnded { .. }
            | Self::NoOutcome { .. }
            | Self::TwoKeys
            | Self::StaleCanary { .. }
            | Self::Unexplained { .. }
            | Self::Unproven { .. } => Kind::Inconclusive,
        }
    }

    /// A reason for which a victim left that says nothing of attack or defence: with more time it might have stayed, and something
    /// else have come out.
    pub fn lapse(&self) -> Option<&Cause> {
        let reason = match self {
            Self::Disrupted { reason, .. } => Some(reason),
            Self::Impersonated { meanwhile, .. } | Self::Found { meanwhile: Some(meanwhile), .. } => meanwhile.reason(),
            _ => None,
        };
        reason.filter(|reason| reason.is_lapse())
    }

    /// The victim that a defence or a break is about, where it is about one.
    pub const fn party(&self) -> Option<Role> {
        match self {
            Self::Stopped { party, .. }
            | Self::Impersonated { party, .. }
            | Self::Misbound { party, .. }
            | Self::AlteredMessage { party, .. }
            | Self::AlteredEnd { party, .. }
            | Self::AlteredHandshake { party, .. } => Some(*party),
            _ => None,
        }
    }
}
