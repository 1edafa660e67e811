//! What is not told yet: sessions of scenarios about which a class is still to be asked.
//!
//! Whoever reads a session reads it through the veil, so that no list, page, export or stream knows more than another. What
//! stays in sight is the same whatever the outcome is: otherwise its length would tell it.

use super::{
    flights::by_flight,
    session::{Progress, Record, Session},
};
use lab::{
    event::{Event, Fact},
    scenario::Scenario,
};
use std::collections::{BTreeSet, HashSet};

/// The last flight of which anything is told: the first offers, in it nothing is decided.
const SHOWN: u32 = 1;

/// The scenarios about which nothing is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Veil(HashSet<Scenario>);

impl Veil {
    /// A veil over these scenarios, each as it is played.
    pub fn over(scenarios: impl IntoIterator<Item = Scenario>) -> Self {
        Self(scenarios.into_iter().collect())
    }

    /// What is behind it.
    pub fn scenarios(&self) -> impl Iterator<Item = &Scenario> {
        self.0.iter()
    }

    /// Whether a scenario is behind it.
    pub fn covers(&self, scenario: &Scenario) -> bool {
        self.0.contains(scenario)
    }

    /// Whether a scenario of the same mode and attack is behind it.
    pub fn covers_alike(&self, scenario: &Scenario) -> bool {
        self.0.iter().any(|it| it.mode == scenario.mode && it.attack == scenario.attack)
    }

    /// Takes a scenario out from behind it.
    pub fn lift(&mut self, scenario: &Scenario) {
        self.0.remove(scenario);
    }

    /// As much of a session as may be told.
    pub fn session(&self, session: Session) -> Session {
        if !self.covers(&session.scenario) || session.status == Progress::Running {
            return session;
        }
        // What began, and nothing that came of it.
        let Session { session, scenario, seed, started, by_hand, continues, imported, .. } = session;
        Session {
            status: Progress::Sealed,
            by_hand,
            continues,
            imported,
            ..Session::new(session, scenario, seed, started)
        }
    }

    /// As much of a record as may be told.
    pub fn record(&self, record: Record) -> Record {
        if !self.covers(&record.session.scenario) {
            return record;
        }
        let told = told(&record.events);
        let events = record.events.into_iter().filter(|event| told.contains(&event.n));
        // Gaps in the numbers would tell how much happened in between.
        let events = (1..).zip(events).map(|(n, event)| Event { n, ..event }).collect();
        Record { session: self.session(record.session), events }
    }
}

/// The numbers of the events that may be told.
fn told(events: &[Event]) -> BTreeSet<u64> {
    let early =
        by_flight(events).into_iter().filter(|(flight, event)| *flight <= SHOWN && decides_nothing(&event.fact));
    early.map(|(_, event)| event.n).collect()
}

/// Whether a fact is only about what went over the wire, and not about what came of it.
fn decides_nothing(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Began { .. }
            | Fact::Started { .. }
            | Fact::Trusts { .. }
            | Fact::Frame { .. }
            | Fact::Relayed { .. }
            | Fact::Step { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::{
        cause::Cause,
        event::{Action, Status, VERSION, Way},
        role::{Actor, Role},
        verdict::{Kind, judge},
    };

    fn exchange(stopped: bool) -> Record {
        let frame = |way, flight| Fact::Frame { way, flight, kind: "hello".into(), bytes: "AAAA".into() };
        let check = |status, flight| Fact::Check {
            check: "transcript-signature".into(),
            status,
            flight,
            expected: "its own".into(),
            observed: "another".into(),
        };
        let relayed = Fact::Relayed {
            from: Role::Client,
            action: Action::Forward,
            flight: 1,
            kind: "hello".into(),
            before: Some("x".into()),
            after: Some("x".into()),
            changed: vec![],
        };
        let mut facts = vec![
            (Actor::Client, frame(Way::Sent, 1)),
            (Actor::Attacker, relayed),
            (Actor::Server, frame(Way::Received, 1)),
            (Actor::Server, check(Status::Passed, 1)),
            (Actor::Server, frame(Way::Sent, 2)),
            (Actor::Client, frame(Way::Received, 2)),
        ];
        if stopped {
            facts.push((Actor::Client, check(Status::Failed, 2)));
            facts.push((Actor::Client, Fact::Aborted { flight: 2, check: None, reason: Cause::Ended }));
        } else {
            facts.push((Actor::Client, frame(Way::Sent, 3)));
        }
        let event = |(n, (source, fact))| Event { v: VERSION, session: "a".into(), n, source, at: n, fact };
        let events: Vec<Event> = (1..).zip(facts).map(event).collect();
        let mut session = Session::new("a".into(), "ecdh-cert/substitute".parse().unwrap(), Some(7), 0);
        session.close(&events, 9);
        Record { session, events }
    }

    #[test]
    fn what_is_told_before_is_the_same_whatever_comes() {
        let veil = Veil::over(["ecdh-cert/substitute".parse().unwrap()]);
        let [stopped, other] = [true, false].map(|stopped| veil.record(exchange(stopped)));
        assert_eq!(stopped, other);
        assert_eq!(stopped.events.iter().map(|event| event.n).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!((stopped.session.status, stopped.session.verdict), (Progress::Sealed, None));
    }

    #[test]
    fn of_a_campaign_no_session_is_told_either() {
        let record = exchange(true);
        let session = Session { sessions: vec![judge(&record.events); 2], ..record.session };
        let told = Veil::over([session.scenario.clone()]).session(session.clone());
        let begun = Session::new(session.session, session.scenario, session.seed, session.started);
        assert_eq!(told, Session { status: Progress::Sealed, ..begun });
    }

    #[test]
    fn what_is_not_behind_it_is_told_whole() {
        let mut veil = Veil::over(["ecdh-cert/substitute".parse().unwrap()]);
        let whole = exchange(true);
        veil.lift(&whole.session.scenario);
        let told = veil.record(whole.clone());
        assert_eq!(told, whole);
        assert_ne!(told.session.verdict.map(|verdict| verdict.kind), Some(Kind::Private));
    }
}
