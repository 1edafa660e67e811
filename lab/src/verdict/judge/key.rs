//! Keys: who has which, whether it was read with, and whether it may still be.

use super::{Finding, short};
use crate::{
    event::Reached,
    evidence::{Cited, Evidence, Handshake},
    role::Role,
    verdict::Kind,
};

/// The attacker published what a key protects: split, read and impersonated.
pub(super) fn broken(evidence: &Evidence) -> Option<Finding> {
    let leaks = [Role::Client, Role::Server].map(|role| evidence.leaked(role));
    let (_, live) = leaks.iter().flatten().next()?;
    let spoils = Spoils {
        what: match leaks {
            [Some(_), Some(_)] => "both messages",
            [_, None] => "the client's message",
            [None, _] => "the server's message",
        },
        when: if *live { "while the session ran" } else { "afterwards, from its recording" },
        cited: leaks.iter().flatten().map(|(n, _)| *n).collect(),
    };
    match (&evidence.client.established, &evidence.server.established) {
        (Some(client), Some(server)) if client.it.fingerprint == server.it.fingerprint => {
            let because = format!(
                "Read: client and server share key {}, and the attacker read {} {}.",
                short(&client.it.fingerprint),
                spoils.what,
                spoils.when
            );
            Some(Finding::new(Kind::Read, because, spoils.and([client.n, server.n])))
        }
        (Some(client), Some(server)) => {
            match (evidence.held(&client.it.fingerprint), evidence.held(&server.it.fingerprint)) {
                (Some(with_client), Some(with_server)) => {
                    let because = format!(
                        "Split: the client shares key {} with the attacker, the server shares key {} with it; the \
                         attacker read {}.",
                        short(&client.it.fingerprint),
                        short(&server.it.fingerprint),
                        spoils.what
                    );
                    let cited = spoils.and([client.n, server.n, with_client, with_server]);
                    Some(Finding::new(Kind::Split, because, cited))
                }
                (Some(held), None) => Some(one_key(evidence, Role::Client, client, held, &spoils)),
                (None, Some(held)) => Some(one_key(evidence, Role::Server, server, held, &spoils)),
                (None, None) => None,
            }
        }
        (None, None) => None,
        (client, server) => {
            let role = if client.is_some() { Role::Client } else { Role::Server };
            let established = client.as_ref().or(server.as_ref())?;
            let held = evidence.held(&established.it.fingerprint)?;
            Some(one_key(evidence, role, established, held, &spoils))
        }
    }
}

/// What the attacker read.
struct Spoils {
    what: &'static str,
    when: &'static str,
    cited: Vec<u64>,
}

impl Spoils {
    fn and(&self, more: impl IntoIterator<Item = u64>) -> Vec<u64> {
        self.cited.iter().copied().chain(more).collect()
    }
}

/// The attacker has the key of one victim alone. It stood in for the other where the victim heard what that one did not
/// say; where it heard nothing else, the key is the two victims' own, and was found.
fn one_key(evidence: &Evidence, role: Role, established: &Cited<Handshake>, held: u64, spoils: &Spoils) -> Finding {
    let (peer, key) = (role.peer(), short(&established.it.fingerprint));
    let Some((foreign, _)) = evidence.foreign_message(role) else {
        let because = format!(
            "Read: all that the {role} heard came from the {peer}, and the attacker found key {key} and read {} {}.",
            spoils.what, spoils.when
        );
        return Finding::new(Kind::Read, because, spoils.and([established.n, held]));
    };
    let because = format!(
        "Impersonated: the {role} finished and shares key {key} with the attacker, who answered as the {peer} while {}; \
         the attacker read {}.",
        whereabouts(evidence, peer),
        spoils.what
    );
    let mut finding = Finding::new(Kind::Impersonated, because, spoils.and([established.n, held, foreign.n]));
    finding.party = Some(role);
    finding
}

/// What became of the victim that the attacker stood in for.
fn whereabouts(evidence: &Evidence, role: Role) -> String {
    let victim = evidence.victim(role);
    if let Some(established) = &victim.established {
        return format!("the {role} finished with key {}", short(&established.it.fingerprint));
    }
    match &victim.aborted {
        Some(abort) if !victim.received_frames.is_empty() => {
            format!("the {role} gave up in flight {}", abort.it.flight)
        }
        _ => format!("the {role} is not there"),
    }
}

/// A canary that came out although no key that the attacker shows protects it: whatever else happened, nobody may call it
/// defended.
pub(super) fn unexplained(evidence: &Evidence) -> Option<Finding> {
    let (role, (n, _)) =
        [Role::Client, Role::Server].into_iter().find_map(|role| Some((role, evidence.leaked(role)?)))?;
    let canary = evidence.victim(role).canary.as_ref()?;
    let because = format!("The attacker read the {role}'s message, and shows no key with which it could have.");
    Some(Finding::new(Kind::Inconclusive, because, [n, canary.n]))
}

/// A key of a victim in the attacker's hand, and nothing that it protects: either the attacker kept its proof, or its claim
/// is false.
pub(super) fn unproven(evidence: &Evidence) -> Option<Finding> {
    let held = [Role::Client, Role::Server].into_iter().filter_map(|role| {
        let established = evidence.victim(role).established.as_ref()?;
        Some((role, established.n, evidence.held(&established.it.fingerprint)?))
    });
    let (role, ..) = held.clone().next()?;
    let because = format!("The attacker shows the {role}'s key but published nothing that it protects.");
    Some(Finding::new(Kind::Inconclusive, because, held.flat_map(|(_, established, held)| [established, held])))
}

/// A victim spoke under a key that the attacker was still computing when it was cut off: it may be read yet.
pub(super) fn unread(evidence: &Evidence) -> Option<Finding> {
    let (computation, reached) = evidence.attacker.as_ref()?.unfinished()?;
    let keys = [&evidence.client.established, &evidence.server.established].map(Option::as_ref);
    let key = keys.into_iter().flatten().next()?;
    let who = match keys {
        [Some(_), Some(_)] => "client and server share",
        [Some(_), None] => "the client has",
        [None, _] => "the server has",
    };
    let because = format!(
        "Unread so far: {who} key {}, and the attacker was still computing it when it was cut off{}.",
        short(&key.it.fingerprint),
        place(reached)
    );
    let cited = keys.into_iter().flatten().map(|key| key.n).chain([computation]);
    Some(Finding::new(Kind::Unread, because, cited))
}

/// Where a computation was left, in words.
fn place(reached: &Reached) -> String {
    let Some(phase) = &reached.phase else { return String::new() };
    let Some(share) = (u128::from(reached.done) * 100).checked_div(u128::from(reached.total)) else {
        return format!(", at: {phase}");
    };
    let unit = reached.unit.as_ref().map(|unit| format!(" {unit}")).unwrap_or_default();
    format!(", at: {phase}, {} of {}{unit} ({share} %)", reached.done, reached.total)
}
