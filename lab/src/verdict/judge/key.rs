//! Keys: who has which, whether it was read with, and whether it may still be.

use super::Answer;
use crate::{
    evidence::{Cited, Evidence, Handshake},
    role::Role,
    verdict::{Grounds, Meanwhile},
};

/// The attacker published what a key protects: split, read and impersonated.
pub(super) fn broken(evidence: &Evidence) -> Option<Answer> {
    let leaks = [Role::Client, Role::Server].into_iter().filter_map(|role| Some((role, evidence.leaked(role)?)));
    let (_, (_, live)) = leaks.clone().next()?;
    let spoils = Spoils {
        read: leaks.clone().map(|(role, _)| role).collect(),
        live,
        cited: leaks.map(|(_, (n, _))| n).collect(),
    };
    let key = |of: &Cited<Handshake>| of.it.fingerprint.clone();
    match (&evidence.client.established, &evidence.server.established) {
        (Some(client), Some(server)) if client.it.fingerprint == server.it.fingerprint => {
            let grounds = Grounds::Read { key: key(client), read: spoils.read.clone(), live };
            Some(Answer::new(grounds, spoils.and([client.n, server.n])))
        }
        (Some(client), Some(server)) => {
            match (evidence.held(&client.it.fingerprint), evidence.held(&server.it.fingerprint)) {
                (Some(with_client), Some(with_server)) => {
                    let read = spoils.read.clone();
                    let grounds = Grounds::Split { client: key(client), server: key(server), read };
                    Some(Answer::new(grounds, spoils.and([client.n, server.n, with_client, with_server])))
                }
                (Some(held), None) => Some(one_key(evidence, Role::Client, client, held, spoils)),
                (None, Some(held)) => Some(one_key(evidence, Role::Server, server, held, spoils)),
                (None, None) => None,
            }
        }
        (None, None) => None,
        (client, server) => {
            let role = if client.is_some() { Role::Client } else { Role::Server };
            let established = client.as_ref().or(server.as_ref())?;
            let held = evidence.held(&established.it.fingerprint)?;
            Some(one_key(evidence, role, established, held, spoils))
        }
    }
}

/// What the attacker read.
struct Spoils {
    read: Vec<Role>,
    live: bool,
    cited: Vec<u64>,
}

impl Spoils {
    fn and(&self, more: impl IntoIterator<Item = u64>) -> Vec<u64> {
        self.cited.iter().copied().chain(more).collect()
    }
}

/// The attacker has the key of one victim alone. It stood in for the other where the victim heard what that one did not
/// say; where it heard nothing else, the key is the two victims' own, and was found.
fn one_key(evidence: &Evidence, party: Role, established: &Cited<Handshake>, held: u64, spoils: Spoils) -> Answer {
    let (peer, key) = (party.peer(), established.it.fingerprint.clone());
    let (meanwhile, left) = meanwhile(evidence, peer);
    let cited = spoils.and([established.n, held].into_iter().chain(left));
    let Some((foreign, _)) = evidence.foreign_message(party) else {
        let (read, live, meanwhile) = (spoils.read, spoils.live, Some(meanwhile));
        return Answer::new(Grounds::Found { party, peer, key, read, live, meanwhile }, cited);
    };
    let grounds = Grounds::Impersonated { party, peer, key, meanwhile, read: spoils.read };
    Answer::new(grounds, cited.into_iter().chain([foreign.n]))
}

/// What became of the other victim, and the event by which it left where it did not finish.
fn meanwhile(evidence: &Evidence, role: Role) -> (Meanwhile, Option<u64>) {
    let victim = evidence.victim(role);
    if let Some(established) = &victim.established {
        return (Meanwhile::PeerFinished { key: established.it.fingerprint.clone() }, None);
    }
    let left = victim.aborted.as_ref();
    let reason = left.map(|abort| abort.it.reason.clone());
    let meanwhile = match left {
        Some(abort) if !victim.received_frames.is_empty() => Meanwhile::PeerGaveUp { flight: abort.it.flight, reason },
        _ => Meanwhile::PeerAbsent { reason },
    };
    (meanwhile, left.map(|abort| abort.n))
}

/// A canary that came out although no key that the attacker shows protects it: whatever else happened, nobody may call it
/// defended.
pub(super) fn unexplained(evidence: &Evidence) -> Option<Answer> {
    let (party, (n, _)) =
        [Role::Client, Role::Server].into_iter().find_map(|role| Some((role, evidence.leaked(role)?)))?;
    let canary = evidence.victim(party).canary.as_ref()?;
    Some(Answer::new(Grounds::Unexplained { party }, [n, canary.n]))
}

/// A key of a victim in the attacker's hand, and nothing that it protects: either the attacker kept its proof, or its claim
/// is false.
pub(super) fn unproven(evidence: &Evidence) -> Option<Answer> {
    let held = [Role::Client, Role::Server].into_iter().filter_map(|role| {
        let established = evidence.victim(role).established.as_ref()?;
        Some((role, established.n, evidence.held(&established.it.fingerprint)?))
    });
    let (party, ..) = held.clone().next()?;
    Some(Answer::new(Grounds::Unproven { party }, held.flat_map(|(_, established, held)| [established, held])))
}

/// A victim spoke under a key that the attacker was still computing when it was cut off: it may be read yet.
pub(super) fn unread(evidence: &Evidence) -> Option<Answer> {
    let (computation, reached) = evidence.attacker.as_ref()?.unfinished()?;
    let keys = [&evidence.client.established, &evidence.server.established].map(Option::as_ref);
    let key = keys.into_iter().flatten().next()?;
    let share = (u128::from(reached.done) * 100).checked_div(u128::from(reached.total));
    let grounds = Grounds::Unread {
        party: if keys[0].is_some() { Role::Client } else { Role::Server },
        shared: matches!(keys, [Some(client), Some(server)] if client.it.fingerprint == server.it.fingerprint),
        key: key.it.fingerprint.clone(),
        reached: reached.clone(),
        share: share.and_then(|share| u64::try_from(share).ok()),
    };
    let cited = keys.into_iter().flatten().map(|key| key.n).chain([computation]);
    Some(Answer::new(grounds, cited))
}
