//! One verdict over the sessions of a campaign: the one that it comes to is the worst of theirs.

use super::{Grounds, Judgement, Kind, judge::judged};
use crate::{
    event::{Event, Fact, sessions},
    evidence::Evidence,
};

/// Judges the events of a scenario: of its one session, or of a campaign.
pub fn judge(events: &[Event]) -> Judgement {
    if !events.iter().any(is_beginning) {
        return judged(&Evidence::of(events), None);
    }
    let sessions: Vec<&[Event]> = sessions(events).collect();
    if let Some(finding) = unplayed(&sessions) {
        return finding;
    }
    let each: Vec<Judgement> = (1..).zip(evidence(events)).map(|(n, evidence)| judged(&evidence, Some(n))).collect();
    let decides = each.iter().min_by_key(|judgement| rank(judgement.verdict.kind)).cloned();
    // There is one: a campaign has begun.
    let decides = decides.unwrap_or_else(|| judged(&Evidence::of(events), None));
    Judgement { sessions: each, ..decides }
}

fn is_beginning(event: &Event) -> bool {
    matches!(event.fact, Fact::Began { .. })
}

/// What is proved of each session of a scenario, with what the attacker came to know of it in later ones.
pub fn evidence(events: &[Event]) -> Vec<Evidence> {
    let sessions: Vec<&[Event]> = sessions(events).collect();
    let one = |(i, session): (usize, &&[Event])| {
        let mut evidence = Evidence::of(session);
        sessions[i + 1..].iter().copied().flatten().for_each(|event| evidence.learn_later(event));
        evidence
    };
    sessions.iter().enumerate().map(one).collect()
}

fn number(i: usize) -> u32 {
    u32::try_from(i + 1).unwrap_or(u32::MAX)
}

/// A campaign of which sessions are missing, or that is told in another order. What was cut off says so by itself.
fn unplayed(sessions: &[&[Event]]) -> Option<Judgement> {
    let beginning = |event: &Event| match event.fact {
        Fact::Began { number, of } => Some((number, of, event.n)),
        _ => None,
    };
    let told: Vec<_> = sessions.iter().copied().flatten().filter_map(beginning).collect();
    let (of, played) = (told.iter().map(|(_, of, _)| *of).max()?, number(told.len().saturating_sub(1)));
    let missing = (1..).find(|number| told.iter().all(|(known, ..)| known != number))?;
    // Whichever came first: which numbers there are tells what is wrong with them.
    if missing != played + 1 || played > of || told.iter().any(|(_, one, _)| *one != of) {
        return Some(gap(missing.min(played), of, &told));
    }
    let begins =
        |session: &[Event], at: u32| session.first().and_then(beginning).is_some_and(|(number, ..)| number == at);
    if let Some((at, _)) = (1..).zip(sessions).find(|(at, session)| !begins(session, *at)) {
        return Some(gap(at, of, &told));
    }
    let cut_off =
        sessions.last().map(|last| judged(&Evidence::of(last), None).verdict.kind) == Some(Kind::Inconclusive);
    (played < of && !cut_off).then(|| gap(missing, of, &[]))
}

fn gap(number: u32, of: u32, told: &[(u32, u32, u64)]) -> Judgement {
    Judgement::of(Grounds::Unplayed { number, of }, told.iter().map(|(.., n)| *n).collect(), None)
}

/// The worst first: what the lab cannot tell, what is broken, what is open yet, and which defence it took.
const fn rank(kind: Kind) -> u8 {
    match kind {
        Kind::Inconclusive => 0,
        Kind::Unread => 2,
        Kind::Stopped => 3,
        Kind::Disrupted => 4,
        Kind::Private => 5,
        _ => 1,
    }
}
