//! From evidence to a verdict: each kind of verdict is a question to the evidence, asked from the worst on.

mod key;
mod missing;

use super::{Fingerprints, Judgement, Kind, Verdict};
use crate::{
    checks::AUTHENTICATED_CLOSE,
    event::Event,
    evidence::{Evidence, Victim, abbreviate},
    role::Role,
};

/// Judges the events of one session.
pub fn judge(events: &[Event]) -> Judgement {
    let evidence = Evidence::of(events);
    let finding = missing::incomplete(&evidence)
        .or_else(|| key::broken(&evidence))
        .or_else(|| key::unexplained(&evidence))
        .or_else(|| misbound(&evidence))
        .or_else(|| altered(&evidence))
        .or_else(|| downgraded(&evidence))
        .or_else(|| another_handshake(&evidence))
        .or_else(|| missing::outcome(&evidence))
        .or_else(|| key::unproven(&evidence))
        .or_else(|| key::unread(&evidence))
        .or_else(|| stopped(&evidence))
        .or_else(|| private(&evidence))
        .or_else(|| disrupted(&evidence))
        .unwrap_or_else(missing::explanation);
    let fingerprint = |victim: &Victim| victim.established.as_ref().map(|e| e.it.fingerprint.clone());
    let mut attacker: Vec<String> = Vec::new();
    for held in evidence.attacker.iter().flat_map(|attacker| &attacker.holds) {
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
        let (heard, spoken) = evidence.foreign_message(role)?;
        let because =
            format!("Altered: the {role} finished on a {} that the {} did not send so.", heard.it.kind, role.peer());
        let cited = [Some(heard.n), spoken.map(|spoken| spoken.n), Some(finished.n)];
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
    let failed = evidence.victim(role).failed.get(check)?;
    let because =
        format!("The {role} stopped at {check}: it wanted {}, and found {}.", failed.it.expected, failed.it.observed);
    let mut finding = Finding::new(Kind::Stopped, because, [abort.n, failed.n]);
    finding.at = Some((check.clone(), role, abort.it.flight));
    Some(finding)
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
    let because = format!(
        "Private: client and server share key {}, both messages arrived, and the attacker shows neither.",
        short(&client.it.fingerprint)
    );
    Some(Finding::new(Kind::Private, because, [client.n, server.n, to_server, to_client].into_iter().chain(closed)))
}

/// A victim gave up, and for no check's sake.
fn disrupted(evidence: &Evidence) -> Option<Finding> {
    let aborts = [Role::Client, Role::Server].into_iter().filter_map(|role| {
        let abort = evidence.victim(role).aborted.as_ref()?;
        Some((role, abort))
    });
    let (role, first) = aborts.clone().min_by_key(|(_, abort)| abort.it.flight)?;
    let because = format!("Disrupted: the {role} gave up in flight {}: {}.", first.it.flight, first.it.reason);
    Some(Finding::new(Kind::Disrupted, because, aborts.map(|(_, abort)| abort.n)))
}

/// The first four characters, which is what people compare on a projector.
fn short(fingerprint: &str) -> &str {
    fingerprint.get(..4).unwrap_or(fingerprint)
}
