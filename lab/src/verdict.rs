//! Verdicts: what the evidence of a session amounts to.
//!
//! [`judge`] is a pure function. It never learns the attack's name or which checks were on, and it says which events its
//! verdict rests on.

mod campaign;
mod canaries;
mod expected;
mod grounds;
mod judge;

use crate::{
    evidence::{Truths, abbreviate},
    role::Role,
    words,
};
use serde::{Deserialize, Serialize};
use std::fmt;

pub use campaign::{evidence, judge};
pub use canaries::stale;
pub use expected::{Expected, Row, RowError, rows};
pub use grounds::{Grounds, Meanwhile};

/// What happened, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Both victims finished with one key; the attacker shows neither the key nor a canary; both canaries arrived.
    Private,
    /// A victim aborted at a named check and nothing leaked.
    Stopped,
    /// The victims hold different keys, the attacker holds both and recovered a canary.
    Split,
    /// One key, and the attacker recovered a canary.
    Read,
    /// A victim finished with the attacker under the other's name, and the other is not there.
    Impersonated,
    /// One key that the attacker does not hold, but a victim takes its peer for somebody else.
    Misbound,
    /// Both finished on a weaker choice than the best that both offered.
    Downgraded,
    /// A victim accepted data or a handshake message that its peer did not send, or a cut stream as complete.
    Altered,
    /// One key, nothing recovered, and the attacker's computation was cut off before its end.
    Unread,
    /// Nothing leaked, a victim gave up, no check named.
    Disrupted,
    /// Events are missing or contradict each other.
    Inconclusive,
}

/// What the kinds of verdict have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// The victims' secrets and data are safe.
    Defended,
    /// They are not.
    Broken,
    /// Neither: the attacker only kept the victims apart, or is not done yet.
    Neutral,
    /// The lab cannot tell.
    Error,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::Private,
        Self::Stopped,
        Self::Split,
        Self::Read,
        Self::Impersonated,
        Self::Misbound,
        Self::Downgraded,
        Self::Altered,
        Self::Unread,
        Self::Disrupted,
        Self::Inconclusive,
    ];

    /// The class that the kind belongs to.
    pub const fn class(self) -> Class {
        match self {
            Self::Private | Self::Stopped => Class::Defended,
            Self::Unread | Self::Disrupted => Class::Neutral,
            Self::Inconclusive => Class::Error,
            _ => Class::Broken,
        }
    }

    /// Whether it settles what the session came to: not so where the attacker was not done, or the lab cannot tell.
    pub const fn is_settled(self) -> bool {
        !matches!(self, Self::Unread | Self::Inconclusive)
    }

    /// The kind's name in events, JSON and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Stopped => "stopped",
            Self::Split => "split",
            Self::Read => "read",
            Self::Impersonated => "impersonated",
            Self::Misbound => "misbound",
            Self::Downgraded => "downgraded",
            Self::Altered => "altered",
            Self::Unread => "unread",
            Self::Disrupted => "disrupted",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// The letter that stands for the kind in the matrix.
    pub const fn letter(self) -> char {
        match self {
            Self::Private => 'P',
            Self::Stopped => 'X',
            Self::Split => 'S',
            Self::Read => 'R',
            Self::Impersonated => 'I',
            Self::Misbound => 'M',
            Self::Downgraded => 'D',
            Self::Altered => 'A',
            Self::Unread => 'U',
            Self::Disrupted => '–',
            Self::Inconclusive => '?',
        }
    }

    /// What such an outcome means for a real system, in one line.
    pub fn meaning(self) -> String {
        words::english().term("meaning", self.as_str())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A verdict and what a person needs to understand it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Verdict {
    /// What happened.
    pub kind: Kind,
    /// Defended, broken, neutral or error.
    pub class: Class,
    /// The check that stopped it.
    #[serde(default)]
    pub check: Option<String>,
    /// The victim that stopped it.
    #[serde(default)]
    pub party: Option<Role>,
    /// The flight in which it was stopped.
    #[serde(default)]
    pub flight: Option<u32>,
    /// In which session of a campaign; absent where the scenario is one session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<u32>,
    /// One sentence: party, check, expected and observed.
    pub because: String,
    /// The same as data; absent in sessions that were kept before it was told.
    #[serde(default)]
    pub grounds: Option<Grounds>,
}

impl Verdict {
    /// Whether it settles what the session came to: not so where the kind does not, or where nothing happened but that a victim lost
    /// patience.
    pub fn is_settled(&self) -> bool {
        self.kind.is_settled() && !(self.kind == Kind::Disrupted && self.lapse())
    }

    /// Whether a victim left it for a reason that says nothing of attack or defence. A break is one all the same: what was read was
    /// read. But another one may have come of it with more time.
    pub fn lapse(&self) -> bool {
        self.grounds.as_ref().is_some_and(|grounds| grounds.lapse().is_some())
    }

    /// Its sentence in the language that is spoken.
    pub fn sentence(&self) -> String {
        let language = words::spoken();
        match &self.grounds {
            Some(grounds) if !std::ptr::eq(language, words::english()) => {
                abbreviate(&words::verdict(&judge::told(grounds), self.session, language))
            }
            _ => self.because.clone(),
        }
    }

    /// The same where it is plain of which session of a campaign it is.
    pub fn sentence_of_one(&self) -> String {
        let language = words::spoken();
        let told =
            self.grounds.as_ref().map(|grounds| abbreviate(&words::verdict(&judge::told(grounds), None, language)));
        told.unwrap_or_else(|| self.sentence())
    }
}

/// Fingerprints of the session keys, by who holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprints {
    /// The client's, if it finished.
    pub client: Option<String>,
    /// The server's, if it finished.
    pub server: Option<String>,
    /// All that the attacker showed.
    pub attacker: Vec<String>,
}

/// A verdict with its grounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Who holds which key.
    pub fingerprints: Fingerprints,
    /// Numbers of the events that the verdict rests on, ascending.
    pub evidence: Vec<u64>,
    /// What each victim that finished believes, and what was so.
    #[serde(default)]
    pub truths: Truths,
    /// Of a campaign, the judgement of each session, in order: the verdict is the worst of theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sessions: Vec<Self>,
}
