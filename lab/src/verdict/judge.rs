//! From evidence to a verdict: each kind of verdict is a question to the evidence, asked from the worst on.

use super::{Fingerprints, Judgement, Kind, Verdict};
use crate::{
    checks::AUTHENTICATED_CLOSE,
    event::Event,
    evidence::{Cited, Evidence, Handshake, Victim, abbreviate},
    role::{Actor, Role},
};

/// Judges the events of one session.
pub fn judge(events: &[Event]) -> Judgement {
    let evidence = Evidence::of(events);
    let finding = incomplete(&evidence)
        .or_else(|| key_broken(&evidence))
        .or_else(|| unexplained(&evidence))
        .or_else(|| misbound(&evidence))
        .or_else(|| altered(&evidence))
        .or_else(|| downgraded(&evidence))
        .or_else(|| another_handshake(&evidence))
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

/// A canary that came out although no key that the attacker shows protects it: whatever else happened, nobody may call it
/// defended.
fn unexplained(evidence: &Evidence) -> Option<Finding> {
    let (role, (n, _)) =
        [Role::Client, Role::Server].into_iter().find_map(|role| Some((role, evidence.leaked(role)?)))?;
    let canary = evidence.victim(role).canary.as_ref()?;
    let because = format!("The attacker read the {role}'s message, and shows no key with which it could have.");
    Some(Finding::new(Kind::Inconclusive, because, [n, canary.n]))
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

/// One key, and yet not one handshake: a victim finished on a message that its peer did not send so. Where the key covers
/// all messages, the keys differ then, and no record is accepted.
fn another_handshake(evidence: &Evidence) -> Option<Finding> {
    let (client, server) = (evidence.client.established.as_ref()?, evidence.server.established.as_ref()?);
    if client.it.fingerprint != server.it.fingerprint {
        return None;
    }
    [(Role::Client, client), (Role::Server, server)].into_iter().find_map(|(role, finished)| {
        let (heard, spoken) = (&evidence.victim(role).heard, &evidence.victim(role.peer()).spoken);
        // Who tells nothing of its messages leaves nothing to compare.
        spoken.first()?;
        let differs = |(i, heard): &(usize, &Cited<_>)| spoken.get(*i).is_none_or(|spoken| spoken.it != heard.it);
        let (i, message) = heard.iter().enumerate().find(differs)?;
        let because =
            format!("Altered: the {role} finished on a {} that the {} did not send so.", message.it.kind, role.peer());
        let cited = [Some(message.n), spoken.get(i).map(|spoken| spoken.n), Some(finished.n)];
        let mut finding = Finding::new(Kind::Altered, because, cited.into_iter().flatten());
        finding.party = Some(role);
        Some(finding)
    })
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
