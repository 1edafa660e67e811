//! Verdicts: what the evidence of a session amounts to.
//!
//! [`judge`] is a pure function. It never learns the attack's name or which checks were on, and it says which events its
//! verdict rests on.

use crate::{
    check::AUTHENTICATED_CLOSE,
    event::Event,
    evidence::{Cited, Evidence, Handshake, Victim, abbreviate},
    role::{Actor, Role},
};
use serde::{Deserialize, Serialize};
use std::fmt;

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
    /// A victim accepted data that its peer did not send, or a cut stream as complete.
    Altered,
    /// Nothing finished, nothing leaked, no check named.
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
    /// Neither: the attacker only kept the victims apart.
    Neutral,
    /// The lab cannot tell.
    Error,
}

impl Kind {
    /// Every kind, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Private,
        Self::Stopped,
        Self::Split,
        Self::Read,
        Self::Impersonated,
        Self::Misbound,
        Self::Downgraded,
        Self::Altered,
        Self::Disrupted,
        Self::Inconclusive,
    ];

    /// The class that the kind belongs to.
    pub const fn class(self) -> Class {
        match self {
            Self::Private | Self::Stopped => Class::Defended,
            Self::Disrupted => Class::Neutral,
            Self::Inconclusive => Class::Error,
            _ => Class::Broken,
        }
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
            Self::Disrupted => '–',
            Self::Inconclusive => '?',
        }
    }

    /// What such an outcome means for a real system, in one line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Private => "Whoever sat on the line saw only ciphertext: this is what the exchange promises.",
            Self::Stopped => "The attack cost the victims a connection, not a secret: authentication did its work.",
            Self::Split => {
                "Each end encrypts perfectly, to the wrong person: encryption without authentication is no secrecy."
            }
            Self::Read => {
                "The key was shared with nobody and found by everybody who can compute: the group is too weak."
            }
            Self::Impersonated => "One end talks to the attacker and believes it is somebody else.",
            Self::Misbound => {
                "Nobody but the two has the key, yet one of them will credit the other's words to a stranger."
            }
            Self::Downgraded => {
                "Both ends could do better and were talked out of it: what is not authenticated is the attacker's choice."
            }
            Self::Altered => "The reader acts on words that were never written, or misses the ones that were.",
            Self::Disrupted => "Whoever owns the line can always cut it; no cryptography prevents that.",
            Self::Inconclusive => "The lab cannot say what happened here; do not conclude anything from it.",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A verdict and what a person needs to understand it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What happened.
    pub kind: Kind,
    /// Defended, broken, neutral or error.
    pub class: Class,
    /// The check that stopped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// The victim that stopped it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Role>,
    /// The flight in which it was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flight: Option<u32>,
    /// One sentence: party, check, expected and observed.
    pub because: String,
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
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Who holds which key.
    pub fingerprints: Fingerprints,
    /// Numbers of the events that the verdict rests on, ascending.
    pub evidence: Vec<u64>,
}

/// Judges the events of one session.
pub fn judge(events: &[Event]) -> Judgement {
    let evidence = Evidence::of(events);
    let finding = incomplete(&evidence)
        .or_else(|| key_broken(&evidence))
        .or_else(|| misbound(&evidence))
        .or_else(|| altered(&evidence))
        .or_else(|| downgraded(&evidence))
        .or_else(|| stopped(&evidence))
        .or_else(|| private(&evidence))
        .unwrap_or_else(|| disrupted(&evidence));
    let fingerprint = |victim: &Victim| victim.established.as_ref().map(|e| e.it.fingerprint.clone());
    let mut attacker: Vec<String> = Vec::new();
    for held in &evidence.holds {
        if !attacker.contains(&held.it) {
            attacker.push(held.it.clone());
        }
    }
    let mut cited = finding.cited;
    cited.sort_unstable();
    cited.dedup();
    let kind = finding.kind;
    let (check, party, flight) = match finding.at {
        Some((check, party, flight)) => (Some(check), Some(party), Some(flight)),
        None => (None, finding.party, None),
    };
    Judgement {
        verdict: Verdict { kind, class: kind.class(), check, party, flight, because: abbreviate(&finding.because) },
        fingerprints: Fingerprints {
            client: fingerprint(&evidence.client),
            server: fingerprint(&evidence.server),
            attacker,
        },
        evidence: cited,
    }
}

struct Finding {
    kind: Kind,
    at: Option<(String, Role, u32)>,
    party: Option<Role>,
    because: String,
    cited: Vec<u64>,
}

impl Finding {
    fn new(kind: Kind, because: impl Into<String>, cited: impl IntoIterator<Item = u64>) -> Self {
        Self { kind, at: None, party: None, because: because.into(), cited: cited.into_iter().collect() }
    }
}

fn incomplete(evidence: &Evidence) -> Option<Finding> {
    if let Some(lost) = evidence.lost.first() {
        return Some(Finding::new(Kind::Inconclusive, format!("The {} was lost: {}.", lost.it.0, lost.it.1), [lost.n]));
    }
    if let Some(contradiction) = evidence.contradictions.first() {
        let because = format!("The events contradict each other: {}.", contradiction.it);
        return Some(Finding::new(Kind::Inconclusive, because, [contradiction.n]));
    }
    let missing = [
        (Actor::Client, evidence.client.ended),
        (Actor::Server, evidence.server.ended),
        (Actor::Attacker, evidence.attacker.unwrap_or(true)),
    ];
    let (who, _) = missing.iter().find(|(_, ended)| !ended)?;
    Some(Finding::new(Kind::Inconclusive, format!("Events are missing: the {who} never told its end."), []))
}

/// Split, read and impersonated: the attacker has a key or what it protects.
fn key_broken(evidence: &Evidence) -> Option<Finding> {
    let leaks = [Role::Client, Role::Server].map(|role| evidence.leaked(role));
    let leak_events = || leaks.iter().flatten().map(|(n, _)| *n);
    let what_was_read = match leaks {
        [Some(_), Some(_)] => "the attacker read both messages",
        [Some(_), None] => "the attacker read the client's message",
        [None, Some(_)] => "the attacker read the server's message",
        [None, None] => "the attacker read nothing",
    };
    match (&evidence.client.established, &evidence.server.established) {
        (Some(client), Some(server)) if client.it.fingerprint == server.it.fingerprint => {
            let first = leaks.iter().flatten().next()?;
            let when = if first.1 { "while the session ran" } else { "afterwards, from its recording" };
            let because = format!(
                "Read: client and server share key {}, and {what_was_read} {when}.",
                short(&client.it.fingerprint)
            );
            Some(Finding::new(Kind::Read, because, leak_events().chain([client.n, server.n])))
        }
        (Some(client), Some(server)) => {
            leaks.iter().flatten().next()?;
            match (evidence.held(&client.it.fingerprint), evidence.held(&server.it.fingerprint)) {
                (Some(with_client), Some(with_server)) => {
                    let because = format!(
                        "Split: the client shares key {} with the attacker, the server shares key {} with it; \
                         {what_was_read}.",
                        short(&client.it.fingerprint),
                        short(&server.it.fingerprint),
                    );
                    let cited = leak_events().chain([client.n, server.n, with_client, with_server]);
                    Some(Finding::new(Kind::Split, because, cited))
                }
                (Some(held), None) => Some(impersonated(Role::Client, client, held, what_was_read, leak_events())),
                (None, Some(held)) => Some(impersonated(Role::Server, server, held, what_was_read, leak_events())),
                (None, None) => None,
            }
        }
        (None, None) => None,
        (client, _) => {
            let role = if client.is_some() { Role::Client } else { Role::Server };
            let established = evidence.victim(role).established.as_ref()?;
            let held = evidence.held(&established.it.fingerprint)?;
            Some(impersonated(role, established, held, what_was_read, leak_events()))
        }
    }
}

/// One victim's partner is the attacker, and the other victim does not hold that key.
fn impersonated(
    role: Role,
    established: &Cited<Handshake>,
    held: u64,
    what_was_read: &str,
    leaks: impl Iterator<Item = u64>,
) -> Finding {
    let because = format!(
        "Impersonated: the {role} finished and shares key {} with the attacker, while the {} is not there; {what_was_read}.",
        short(&established.it.fingerprint),
        role.peer(),
    );
    let mut finding = Finding::new(Kind::Impersonated, because, leaks.chain([established.n, held]));
    finding.party = Some(role);
    finding
}

fn misbound(evidence: &Evidence) -> Option<Finding> {
    let (client, server) = (evidence.client.established.as_ref()?, evidence.server.established.as_ref()?);
    if client.it.fingerprint != server.it.fingerprint || evidence.held(&client.it.fingerprint).is_some() {
        return None;
    }
    [(Role::Client, client, server), (Role::Server, server, client)].into_iter().find_map(|(role, believer, other)| {
        let believed = believer.it.peer.as_ref()?;
        let real = other.it.own.as_deref().unwrap_or("nobody by name");
        (believed != real).then(|| {
            let because = format!(
                "Misbound: the {role} takes its peer for {believed}, but key {} is shared with {real}.",
                short(&believer.it.fingerprint)
            );
            let mut finding = Finding::new(Kind::Misbound, because, [believer.n, other.n]);
            finding.party = Some(role);
            finding
        })
    })
}

fn altered(evidence: &Evidence) -> Option<Finding> {
    [Role::Client, Role::Server].into_iter().find_map(|role| {
        let (reader, writer) = (evidence.victim(role), evidence.victim(role.peer()));
        let foreign =
            reader.received.iter().enumerate().find(|(i, got)| writer.sent.get(*i).is_none_or(|s| s.it != got.it));
        let (what, cited) = match foreign {
            Some((i, got)) => (
                format!("accepted message {} of the stream, which the {} did not send there", i + 1, role.peer()),
                vec![Some(got.n), writer.sent.get(i).map(|sent| sent.n)],
            ),
            None => {
                let closed = reader.closed.as_ref()?;
                let missing = writer.sent.get(reader.received.len())?;
                let what = format!(
                    "took the stream for complete after {} of the {} messages that the {} sent",
                    reader.received.len(),
                    writer.sent.len(),
                    role.peer()
                );
                (what, vec![Some(closed.n), Some(missing.n)])
            }
        };
        let mut finding =
            Finding::new(Kind::Altered, format!("Altered: the {role} {what}."), cited.into_iter().flatten());
        finding.party = Some(role);
        Some(finding)
    })
}

fn downgraded(evidence: &Evidence) -> Option<Finding> {
    let (client, server) = (evidence.client.established.as_ref()?, evidence.server.established.as_ref()?);
    let best = client.it.offered.iter().find(|group| server.it.offered.contains(group))?;
    if client.it.fingerprint != server.it.fingerprint || *best == client.it.group {
        return None;
    }
    let because = format!("Downgraded: both finished on {}, though both offered {best}.", client.it.group);
    Some(Finding::new(Kind::Downgraded, because, [client.n, server.n]))
}

/// The earliest abort at a named check: a later one is its consequence. A missing close is the consequence of any other
/// abort.
fn stopped(evidence: &Evidence) -> Option<Finding> {
    let aborts = [Role::Client, Role::Server].into_iter();
    let aborts = aborts.filter_map(|role| evidence.victim(role).aborted.as_ref().map(|abort| (role, abort)));
    let (role, abort) = aborts.min_by_key(|(_, abort)| {
        let check = abort.it.check.as_deref();
        let closing = check == Some(AUTHENTICATED_CLOSE.id);
        (check.is_none() || closing, abort.it.flight, check.is_none())
    })?;
    let check = abort.it.check.as_ref()?;
    let failed = evidence.victim(role).failed.get(check);
    let because = match failed {
        Some(it) => {
            format!("The {role} stopped at {check}: it wanted {}, and found {}.", it.it.expected, it.it.observed)
        }
        None => return Some(contradictory(role, check, abort.n)),
    };
    let mut finding = Finding::new(Kind::Stopped, because, [Some(abort.n), failed.map(|f| f.n)].into_iter().flatten());
    finding.at = Some((check.clone(), role, abort.it.flight));
    Some(finding)
}

fn contradictory(role: Role, check: &str, n: u64) -> Finding {
    let because = format!("The events contradict each other: the {role} stopped at {check}, which it never saw fail.");
    Finding::new(Kind::Inconclusive, because, [n])
}

fn private(evidence: &Evidence) -> Option<Finding> {
    let (client, server) = (evidence.client.established.as_ref()?, evidence.server.established.as_ref()?);
    let arrived = |from: Role| {
        let canary = evidence.victim(from).canary.as_ref()?;
        evidence.victim(from.peer()).received.iter().find(|got| got.it == canary.it).map(|got| got.n)
    };
    let (to_server, to_client) = (arrived(Role::Client)?, arrived(Role::Server)?);
    let closed = [evidence.client.closed.as_ref()?.n, evidence.server.closed.as_ref()?.n];
    if client.it.fingerprint != server.it.fingerprint {
        return None;
    }
    if let Some(held) = evidence.held(&client.it.fingerprint) {
        let because = "The attacker shows the session's key but published nothing that it protects.";
        return Some(Finding::new(Kind::Inconclusive, because, [held, client.n, server.n]));
    }
    let because = format!(
        "Private: client and server share key {}, both messages arrived, and the attacker shows neither.",
        short(&client.it.fingerprint)
    );
    Some(Finding::new(Kind::Private, because, [client.n, server.n, to_server, to_client].into_iter().chain(closed)))
}

fn disrupted(evidence: &Evidence) -> Finding {
    let aborts = [Role::Client, Role::Server].into_iter().filter_map(|role| {
        let abort = evidence.victim(role).aborted.as_ref()?;
        Some((role, abort))
    });
    let first = aborts.clone().min_by_key(|(_, abort)| abort.it.flight);
    let because = match first {
        Some((role, abort)) => {
            format!("Disrupted: the {role} gave up in flight {}: {}.", abort.it.flight, abort.it.reason)
        }
        None => "Disrupted: the victims never finished, and no check says why.".to_owned(),
    };
    Finding::new(Kind::Disrupted, because, aborts.map(|(_, abort)| abort.n))
}

/// The first four characters, which is what people compare on a projector.
fn short(fingerprint: &str) -> &str {
    fingerprint.get(..4).unwrap_or(fingerprint)
}
