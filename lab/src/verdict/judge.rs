//! From evidence to a verdict: each kind of verdict is a question to the evidence, asked from the worst on.

mod key;
mod missing;

use super::{Fingerprints, Grounds, Judgement, Verdict};
use crate::{
    checks::AUTHENTICATED_CLOSE,
    evidence::{Abort, Cited, Evidence, Truths, Victim, abbreviate},
    role::Role,
    words,
};

/// Judges what the events of one session prove; the session's number where it is one of a campaign's.
pub(super) fn judged(evidence: &Evidence, session: Option<u32>) -> Judgement {
    let finding = missing::incomplete(evidence)
        .or_else(|| key::broken(evidence))
        .or_else(|| key::unexplained(evidence))
        .or_else(|| misbound(evidence))
        .or_else(|| altered(evidence))
        .or_else(|| downgraded(evidence))
        .or_else(|| another_handshake(evidence))
        .or_else(|| missing::outcome(evidence))
        .or_else(|| key::unproven(evidence))
        .or_else(|| key::unread(evidence))
        .or_else(|| stopped(evidence))
        .or_else(|| private(evidence))
        .or_else(|| disrupted(evidence))
        .unwrap_or_else(missing::explanation);
    let fingerprint = |victim: &Victim| victim.established.as_ref().map(|e| e.it.fingerprint.clone());
    let mut attacker: Vec<String> = Vec::new();
    for held in evidence.attacker.iter().flat_map(|attacker| &attacker.holds) {
        if !attacker.contains(&held.it) {
            attacker.push(held.it.clone());
        }
    }
    let fingerprints =
        Fingerprints { client: fingerprint(&evidence.client), server: fingerprint(&evidence.server), attacker };
    let truths = Truths::of(evidence);
    Judgement { fingerprints, truths, ..Judgement::of(finding.grounds, finding.cited, session) }
}

impl Judgement {
    /// The judgement on these grounds and events, without what was found besides.
    pub(super) fn of(grounds: Grounds, mut cited: Vec<u64>, session: Option<u32>) -> Self {
        cited.sort_unstable();
        cited.dedup();
        let (check, flight) = match &grounds {
            Grounds::Stopped { check, flight, .. } => (Some(check.clone()), Some(*flight)),
            _ => (None, None),
        };
        let verdict = Verdict {
            kind: grounds.kind(),
            class: grounds.kind().class(),
            check,
            party: grounds.party(),
            flight,
            session,
            because: abbreviate(&words::kept_verdict(&told(&grounds), session)),
            grounds: Some(grounds),
        };
        let (fingerprints, truths) = (Fingerprints::default(), Truths::default());
        Self { verdict, fingerprints, evidence: cited, truths, sessions: Vec::new() }
    }
}

/// The grounds as the sentence tells them: what was wanted and what was found look different there.
pub(super) fn told(grounds: &Grounds) -> Grounds {
    let mut told = grounds.clone();
    if let Grounds::Stopped { expected, observed, .. } = &mut told {
        (*expected, *observed) = expected.clone().apart(observed.clone());
    }
    told
}

struct Answer {
    grounds: Grounds,
    cited: Vec<u64>,
}

impl Answer {
    fn new(grounds: Grounds, cited: impl IntoIterator<Item = u64>) -> Self {
        Self { grounds, cited: cited.into_iter().collect() }
    }
}

fn misbound(evidence: &Evidence) -> Option<Answer> {
    let (client, server) = (evidence.client.established.as_ref()?, evidence.server.established.as_ref()?);
    if client.it.fingerprint != server.it.fingerprint || evidence.held(&client.it.fingerprint).is_some() {
        return None;
    }
    [(Role::Client, client, server), (Role::Server, server, client)].into_iter().find_map(|(role, believer, other)| {
        let believed = believer.it.peer.as_ref()?;
        (Some(believed) != other.it.own.as_ref()).then(|| {
            let (key, real) = (believer.it.fingerprint.clone(), other.it.own.clone());
            let grounds = Grounds::Misbound { party: role, believed: believed.clone(), real, key };
            Answer::new(grounds, [believer.n, other.n])
        })
    })
}

fn altered(evidence: &Evidence) -> Option<Answer> {
    [Role::Client, Role::Server].into_iter().find_map(|role| {
        let (reader, writer) = (evidence.victim(role), evidence.victim(role.peer()));
        let foreign =
            reader.received.iter().enumerate().find(|(i, got)| writer.sent.get(*i).is_none_or(|s| s.it != got.it));
        let (party, peer) = (role, role.peer());
        // Where the canary is, nothing is told.
        let said = |victim: &Victim, n: u64| victim.texts.get(&n).map(|text| text.replace(" […]", ""));
        let (grounds, cited) = match foreign {
            Some((i, got)) => {
                let sent = writer.sent.get(i).map(|sent| sent.n);
                let (took, wrote) = (said(reader, got.n), sent.and_then(|n| said(writer, n)));
                (Grounds::AlteredMessage { party, peer, message: i + 1, took, wrote }, vec![Some(got.n), sent])
            }
            None => {
                let closed = reader.closed.as_ref()?;
                let (accepted, sent) = (reader.received.len(), writer.sent.len());
                let missing = writer.sent.get(accepted)?;
                (Grounds::AlteredEnd { party, peer, accepted, sent }, vec![Some(closed.n), Some(missing.n)])
            }
        };
        Some(Answer::new(grounds, cited.into_iter().flatten()))
    })
}

fn downgraded(evidence: &Evidence) -> Option<Answer> {
    let (client, server) = (evidence.client.established.as_ref()?, evidence.server.established.as_ref()?);
    let best = client.it.offered.iter().find(|group| server.it.offered.contains(group))?;
    if client.it.fingerprint != server.it.fingerprint || *best == client.it.group {
        return None;
    }
    let grounds = Grounds::Downgraded { group: client.it.group.clone(), best: best.clone() };
    Some(Answer::new(grounds, [client.n, server.n]))
}

/// One key, and yet not one handshake: a victim finished on a message that its peer did not send so. Where the key covers
/// all messages, the keys differ then, and no record is accepted.
fn another_handshake(evidence: &Evidence) -> Option<Answer> {
    let (client, server) = (evidence.client.established.as_ref()?, evidence.server.established.as_ref()?);
    if client.it.fingerprint != server.it.fingerprint {
        return None;
    }
    [(Role::Client, client), (Role::Server, server)].into_iter().find_map(|(role, finished)| {
        let (heard, spoken) = evidence.foreign_message(role)?;
        if evidence.victim(role).refused(heard.n) {
            return None;
        }
        let message = heard.it.kind.clone();
        let cited = [Some(heard.n), spoken.map(|spoken| spoken.n), Some(finished.n)];
        let grounds = Grounds::AlteredHandshake { party: role, peer: role.peer(), message };
        Some(Answer::new(grounds, cited.into_iter().flatten()))
    })
}

/// The aborts, the one that decides first: the earliest at a named check, of which any later is a consequence; where there is none
/// the earliest for no check's sake. The end of the connection and a missing close are what whoever is left sees of any other, and
/// decide where there is no other.
fn aborts(evidence: &Evidence) -> Vec<(Role, &Cited<Abort>)> {
    let aborts = [Role::Client, Role::Server].into_iter();
    let mut aborts: Vec<_> =
        aborts.filter_map(|role| evidence.victim(role).aborted.as_ref().map(|abort| (role, abort))).collect();
    aborts.sort_by_key(|(_, abort)| {
        let weight = match abort.it.check.as_deref() {
            None if abort.it.reason.is_end() => 2,
            None => 1,
            Some(check) if check == AUTHENTICATED_CLOSE.id => 3,
            Some(_) => 0,
        };
        (weight, abort.it.flight)
    });
    aborts
}

/// What decides is an abort at a named check.
fn stopped(evidence: &Evidence) -> Option<Answer> {
    let (role, abort) = *aborts(evidence).first()?;
    let check = abort.it.check.as_ref()?;
    let failed = evidence.victim(role).failed.get(check)?;
    let grounds = Grounds::Stopped {
        party: role,
        check: check.clone(),
        flight: abort.it.flight,
        expected: failed.it.expected.clone(),
        observed: failed.it.observed.clone(),
    };
    Some(Answer::new(grounds, [abort.n, failed.n]))
}

fn private(evidence: &Evidence) -> Option<Answer> {
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
    let cited = [client.n, server.n, to_server, to_client].into_iter().chain(closed);
    Some(Answer::new(Grounds::Private { key: client.it.fingerprint.clone() }, cited))
}

/// What decides is no check.
fn disrupted(evidence: &Evidence) -> Option<Answer> {
    let aborts = aborts(evidence);
    let (role, first) = *aborts.first()?;
    let grounds = Grounds::Disrupted { party: role, flight: first.it.flight, reason: first.it.reason.clone() };
    Some(Answer::new(grounds, aborts.iter().map(|(_, abort)| abort.n)))
}
