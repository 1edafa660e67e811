//! What was observed, graded. Nothing here knows an attack, a check or a client by name.

use crate::{
    attempt::{Attempt, Depth, End},
    ran::{Ended, Ran},
    role::Role,
};
use serde::Serialize;

/// What a client did with an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// It refused the attack, and believed the twin that lacks only the flaw.
    Refused,
    /// It refused the attack, and the twin as well: for what reason is not known.
    RefusedAnyway,
    /// It cannot be tried: the program lacks what the attack is about.
    NotApplicable,
    /// It sent the canary; but it is documented that it does not look at this unless it is told to, or given what it needs.
    NotLookedAt,
    /// It sent the canary.
    Accepted,
    /// It refused, and then gave the canary away all the same, or claimed success.
    FellBack,
    /// Nothing can be said.
    Error,
}

impl Grade {
    /// All of them, best first.
    pub const ALL: [Self; 7] = [
        Self::Refused,
        Self::RefusedAnyway,
        Self::NotApplicable,
        Self::NotLookedAt,
        Self::Accepted,
        Self::FellBack,
        Self::Error,
    ];

    /// As it stands in JSON and on the terminal.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::RefusedAnyway => "refused-anyway",
            Self::NotApplicable => "not-applicable",
            Self::NotLookedAt => "not-looked-at",
            Self::Accepted => "accepted",
            Self::FellBack => "fell-back",
            Self::Error => "error",
        }
    }

    /// What it says of the client, in one line.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Refused => "refused the attack, and believed the twin without the flaw",
            Self::RefusedAnyway => "refused the attack, and the twin without the flaw as well",
            Self::NotApplicable => "cannot be tried: the program lacks what the attack is about",
            Self::NotLookedAt => "believed the attacker, and need not have looked",
            Self::Accepted => "believed the attacker",
            Self::FellBack => "refused the attack, and went on all the same",
            Self::Error => "nothing could be said",
        }
    }

    /// Whether the client can be cut open, where nothing else is expected of it.
    #[must_use]
    pub fn is_finding(self) -> bool {
        matches!(self, Self::Accepted | Self::FellBack)
    }
}

/// Why a client need not have looked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Excuse {
    /// It was not given what it needs.
    NotGiven {
        /// The placeholder that its command lacks.
        placeholder: &'static str,
    },
    /// Its own documentation says that it does not.
    Documented {
        /// Where.
        source: &'static str,
    },
    /// The standard leaves it to the program.
    Standard {
        /// Where.
        source: &'static str,
    },
    /// Path validation does not ask for it: what is broken is a rule for those who issue.
    IssuersRule,
}

/// What a program lacks that an attack is about: it can neither fall for it nor refuse it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Lack {
    /// It speaks no TLS 1.3.
    Version,
    /// It does not offer this group for the agreement of keys (the registry of IANA).
    Group {
        /// Its number.
        group: u16,
    },
    /// It resumes no sessions.
    Resumption,
    /// It says, or hears, nothing before the handshake is finished.
    EarlyData,
    /// It makes no use of the answer.
    Answer,
    /// It does not read its revocation lists again, so that nobody can withdraw a certificate while it runs.
    Lists,
}

/// How a client fell back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// In plain text.
    PlainText,
    /// With an older version of TLS.
    OlderVersion,
    /// Once more, without looking.
    Again,
    /// It ended as if nothing had happened.
    Success,
}

/// Why a grade was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Because {
    /// It refused, or refused anyway.
    Refused {
        /// Whether it believed the twin.
        twin: bool,
        /// How far it went.
        depth: Depth,
        /// How the last connection ended.
        end: End,
        /// What it said.
        says: Option<String>,
    },
    /// It accepted.
    Accepted {
        /// How far it went.
        depth: Depth,
    },
    /// It accepted, and need not have looked.
    NotLookedAt {
        /// Why not.
        excuse: Excuse,
    },
    /// It fell back.
    FellBack {
        /// How.
        how: Fallback,
    },
    /// It cannot be tried.
    NotApplicable {
        /// What the program lacks.
        lacks: Lack,
    },
    /// It never connected, or never listened.
    NeverConnected {
        /// Which of the two it is.
        role: Role,
        /// How it ended.
        ended: Ended,
        /// What it said.
        says: Option<String>,
    },
    /// It connected, and asked for no handshake; or was connected to, and answered with none.
    NoHandshake {
        /// Which of the two it is.
        role: Role,
        /// How it ended.
        ended: Ended,
        /// What it said.
        says: Option<String>,
    },
    /// Its time was over before it had decided.
    Undecided {
        /// How it ended.
        ended: Ended,
    },
    /// It does not even believe the genuine peer, so that nothing can be learnt from what it refuses.
    Distrustful {
        /// How far it went.
        depth: Depth,
        /// What it said.
        says: Option<String>,
    },
    /// The audit itself failed.
    Failed {
        /// Why.
        error: String,
    },
}

/// What shows that a client believed the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// It sent the canary.
    Canary,
    /// It made use of the answer, and ended as if that were whole.
    Answer,
    /// What it said once was acted upon twice. That it has what it asked for is as it should be.
    Twice,
}

impl Proof {
    /// Whether a client gave it.
    #[must_use]
    pub fn given(self, ran: &Ran, exits_honestly: bool) -> bool {
        match self {
            Self::Canary | Self::Twice => ran.depth() >= Depth::Canary,
            Self::Answer => ran.depth() >= Depth::Answer && (!exits_honestly || ran.ended == Ended::Exit { code: 0 }),
        }
    }
}

/// Grades an attack by what was observed of it and of its twin.
#[must_use]
pub fn grade(proof: Proof, attack: &Ran, twin: &Ran, exits_honestly: bool, excuse: Option<Excuse>) -> (Grade, Because) {
    if attack.attempts.is_empty() {
        return (Grade::Error, unconnected(attack));
    }
    let depth = attack.depth();
    let given_away = attack.attempts.iter().position(|attempt| attempt.depth >= Depth::Canary);
    let given_away = given_away.filter(|_| proof.given(attack, exits_honestly));
    if let Some(place) = given_away {
        let refused = attack.attempts[..place].iter().any(Attempt::is_refusal);
        // What the client agrees upon with a server that it believes at once is its best.
        let best = twin.attempts.iter().find(|attempt| attempt.depth >= Depth::Canary);
        let version = &attack.attempts[place].version;
        let how = if attack.attempts[place].plain {
            Some(Fallback::PlainText)
        } else if refused && best.is_some_and(|best| older(version, &best.version)) {
            Some(Fallback::OlderVersion)
        } else {
            refused.then_some(Fallback::Again)
        };
        return match (how, excuse) {
            (Some(how), _) => (Grade::FellBack, Because::FellBack { how }),
            (None, Some(excuse)) => (Grade::NotLookedAt, Because::NotLookedAt { excuse }),
            (None, None) => (Grade::Accepted, Because::Accepted { depth }),
        };
    }
    // The last that asked for anything: later ones may be spare.
    let Some(last) = attack.attempts.iter().rfind(|attempt| attempt.depth > Depth::Connected) else {
        return (Grade::Error, without_handshake(attack));
    };
    let decided = attack.attempts.iter().any(|attempt| attempt.is_refusal() || attempt.end != End::Open);
    let twin = proof.given(twin, exits_honestly);
    match attack.ended {
        // Who makes no use of answers shows nothing.
        _ if proof == Proof::Answer && !twin => return (Grade::RefusedAnyway, refused(twin, depth, last, attack)),
        Ended::Overdue { .. } if !decided => {
            return (Grade::Error, Because::Undecided { ended: attack.ended.clone() });
        }
        Ended::Exit { code: 0 } if exits_honestly && proof != Proof::Twice => {
            return (Grade::FellBack, Because::FellBack { how: Fallback::Success });
        }
        _ => {}
    }
    (if twin { Grade::Refused } else { Grade::RefusedAnyway }, refused(twin, depth, last, attack))
}

fn refused(twin: bool, depth: Depth, last: &Attempt, attack: &Ran) -> Because {
    Because::Refused { twin, depth, end: last.end.clone(), says: attack.says.clone() }
}

/// Why nothing can be said about a client, where it does not believe the genuine peer.
#[must_use]
pub fn distrust(honest: &Ran) -> Option<Because> {
    let protected = honest.attempts.iter().filter(|attempt| !attempt.plain && attempt.depth > Depth::Connected);
    match protected.map(|attempt| attempt.depth).max() {
        Some(depth) if depth >= Depth::Canary => None,
        Some(depth) => Some(Because::Distrustful { depth, says: honest.says.clone() }),
        None if honest.attempts.is_empty() => Some(unconnected(honest)),
        None => Some(without_handshake(honest)),
    }
}

fn unconnected(ran: &Ran) -> Because {
    Because::NeverConnected { role: ran.role, ended: ran.ended.clone(), says: ran.says.clone() }
}

fn without_handshake(ran: &Ran) -> Because {
    Because::NoHandshake { role: ran.role, ended: ran.ended.clone(), says: ran.says.clone() }
}

/// Versions are named such that an older one comes first: `TLSv1_2`, `TLSv1_3`.
fn older(version: &Option<String>, than: &Option<String>) -> bool {
    matches!((version, than), (Some(version), Some(than)) if version < than)
}
