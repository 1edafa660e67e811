//! What keeps the lab from telling: events that are missing or contradict each other.

use super::Answer;
use crate::{
    evidence::Evidence,
    role::{Actor, Role},
    verdict::Grounds,
};

/// Somebody was lost, time was over, the events exclude each other, or somebody never told its end.
pub(super) fn incomplete(evidence: &Evidence) -> Option<Answer> {
    if let Some(lost) = evidence.lost.first() {
        let (what, reason) = lost.it.clone();
        return Some(Answer::new(Grounds::Lost { what, reason }, [lost.n]));
    }
    if let Some(overdue) = &evidence.overdue {
        return Some(Answer::new(Grounds::Overdue { after: overdue.it }, [overdue.n]));
    }
    if let Some(cancelled) = &evidence.cancelled {
        return Some(Answer::new(Grounds::Cancelled { why: cancelled.it }, [cancelled.n]));
    }
    if let Some(contradiction) = evidence.contradictions.first() {
        return Some(Answer::new(Grounds::Contradiction { what: contradiction.it.clone() }, [contradiction.n]));
    }
    let missing = [
        (Actor::Client, evidence.client.ended),
        (Actor::Server, evidence.server.ended),
        (Actor::Attacker, evidence.attacker.as_ref().is_none_or(|attacker| attacker.ended)),
    ];
    let (who, _) = missing.iter().find(|(_, ended)| !ended)?;
    Some(Answer::new(Grounds::NeverEnded { who: *who }, []))
}

/// A victim that is done and told neither that it closed nor that it gave up.
pub(super) fn outcome(evidence: &Evidence) -> Option<Answer> {
    let untold = |role: &Role| {
        let victim = evidence.victim(*role);
        victim.closed.is_none() && victim.aborted.is_none()
    };
    let party = [Role::Client, Role::Server].into_iter().find(untold)?;
    let established = evidence.victim(party).established.as_ref().map(|established| established.n);
    Some(Answer::new(Grounds::NoOutcome { party }, established))
}

/// Both victims closed, and yet nothing fits: they hold different keys that nobody shows.
pub(super) fn explanation() -> Answer {
    Answer::new(Grounds::TwoKeys, [])
}
