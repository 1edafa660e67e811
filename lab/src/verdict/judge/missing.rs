//! What keeps the lab from telling: events that are missing or contradict each other.

use super::Finding;
use crate::{
    event::Cancellation,
    evidence::Evidence,
    role::{Actor, Role},
    verdict::Kind,
};

/// Somebody was lost, time was over, the events exclude each other, or somebody never told its end.
pub(super) fn incomplete(evidence: &Evidence) -> Option<Finding> {
    if let Some(lost) = evidence.lost.first() {
        return Some(Finding::new(Kind::Inconclusive, format!("The {} was lost: {}.", lost.it.0, lost.it.1), [lost.n]));
    }
    if let Some(overdue) = &evidence.overdue {
        let because = format!("The session was not over after {} s.", overdue.it as f64 / 1000.0);
        return Some(Finding::new(Kind::Inconclusive, because, [overdue.n]));
    }
    if let Some(cancelled) = &evidence.cancelled {
        let because = match cancelled.it {
            Cancellation::Asked => "The session was cancelled.",
            Cancellation::Closing => "The console ended before the session did.",
        };
        return Some(Finding::new(Kind::Inconclusive, because.to_owned(), [cancelled.n]));
    }
    if let Some(contradiction) = evidence.contradictions.first() {
        let because = format!("The events contradict each other: {}.", contradiction.it);
        return Some(Finding::new(Kind::Inconclusive, because, [contradiction.n]));
    }
    let missing = [
        (Actor::Client, evidence.client.ended),
        (Actor::Server, evidence.server.ended),
        (Actor::Attacker, evidence.attacker.as_ref().is_none_or(|attacker| attacker.ended)),
    ];
    let (who, _) = missing.iter().find(|(_, ended)| !ended)?;
    Some(Finding::new(Kind::Inconclusive, format!("Events are missing: the {who} never told its end."), []))
}

/// A victim that is done and told neither that it closed nor that it gave up.
pub(super) fn outcome(evidence: &Evidence) -> Option<Finding> {
    let untold = |role: &Role| {
        let victim = evidence.victim(*role);
        victim.closed.is_none() && victim.aborted.is_none()
    };
    let role = [Role::Client, Role::Server].into_iter().find(untold)?;
    let because = format!("Events are missing: the {role} told neither that it closed nor that it gave up.");
    let established = evidence.victim(role).established.as_ref().map(|established| established.n);
    Some(Finding::new(Kind::Inconclusive, because, established))
}

/// Both victims closed, and yet nothing fits: they hold different keys that nobody shows.
pub(super) fn explanation() -> Finding {
    let because = "The events contradict each other: both victims closed in order, each with a key of its own.";
    Finding::new(Kind::Inconclusive, because, [])
}
