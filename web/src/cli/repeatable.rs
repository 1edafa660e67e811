//! What a command prints of a session, such that one seed gives the same octets every time.
//!
//! Three processes tell their events at the same time, so the console numbers them by chance. Here each keeps a count of
//! its own, and the last digit says whose it is:
//!
//! | digit | counts |
//! |---|---|
//! | 1, 2 | what the client, and the server, tells |
//! | 3, 4 | what the attacker, or somebody in its place, does with frames from the client, and from the server |
//! | 5, 6 | keys and messages of the client, and of the server, that the attacker shows |
//! | 7 | what else the attacker tells |
//! | 8 | how its computation advances, which follows the clock |
//! | 9 | what the console tells |
//!
//! With a seed, the session's name, its beginning and its end follow from that too: its present is that of its victims.

use crate::sessions::session::Record;
use lab::{
    event::{Event, Fact},
    evidence::hex,
    role::{Actor, Role},
    staging::SEEDED_NOW,
};
use sha2::{Digest, Sha256};

/// The record, its events numbered as said above and judged again.
pub(super) fn repeatable(record: &Record) -> Record {
    let mut record = record.clone();
    if let Some(seed) = record.session.seed {
        let name = Sha256::digest(format!("interlock v1 session {seed} {}", record.session.scenario));
        record.session.session = hex(&name[..8]);
        record.session.started = u64::try_from(SEEDED_NOW).unwrap_or_default() * 1000;
        record.session.ended = Some(record.session.started);
    }
    let mut counts = [0; 10];
    for event in &mut record.events {
        event.session.clone_from(&record.session.session);
        let digit = teller(event);
        if let Fact::Began { .. } = event.fact {
            counts = [counts.into_iter().max().unwrap_or_default(); 10];
        }
        counts[digit] += 1;
        event.n = 10 * counts[digit] + digit as u64;
        if let Fact::Began { .. } = event.fact {
            // What follows stands behind all that came before.
            let most = counts.into_iter().max().unwrap_or_default();
            counts = [most; 10];
        }
    }
    record.session.settle(&record.events);
    record
}

fn teller(event: &Event) -> usize {
    let of = |role: &Role, client: usize| client + usize::from(*role == Role::Server);
    match (event.source, &event.fact) {
        (Actor::Client, _) => 1,
        (Actor::Server, _) => 2,
        (Actor::Attacker, Fact::Relayed { from, .. } | Fact::Held { from, .. } | Fact::Decided { from, .. }) => {
            of(from, 3)
        }
        (Actor::Attacker, Fact::Holds { with: role, .. } | Fact::Recovered { sender: role, .. }) => of(role, 5),
        (Actor::Attacker, Fact::Work { .. }) => 8,
        (Actor::Attacker, _) => 7,
        (Actor::Console, _) => 9,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::session::Session;
    use lab::{cause::Cause, event::VERSION};

    fn record(id: &str, told: &[(Actor, Fact)]) -> Record {
        let event = |(i, (source, fact)): (usize, &(Actor, Fact))| {
            let (session, fact) = (id.to_owned(), fact.clone());
            Event { v: VERSION, session, n: i as u64 + 1, source: *source, at: 0, fact }
        };
        let mut session = Session::new(id.to_owned(), "dh/relay".parse().unwrap(), Some(7), 123);
        let events: Vec<_> = told.iter().enumerate().map(event).collect();
        session.close(&events, 456);
        Record { session, events }
    }

    fn gave_up(flight: u32) -> Fact {
        Fact::Aborted { flight, check: None, reason: Cause::Ended }
    }

    #[test]
    fn neither_the_order_of_arrival_nor_progress_nor_chance_shows() {
        let work = || (Actor::Attacker, Fact::Work { phase: "p".to_owned(), done: 1, total: 2, unit: None });
        let ended = |source| (source, Fact::Ended);
        let one = [
            (Actor::Client, gave_up(2)),
            (Actor::Server, gave_up(3)),
            work(),
            work(),
            ended(Actor::Server),
            ended(Actor::Attacker),
            ended(Actor::Client),
        ];
        let other = [
            (Actor::Server, gave_up(3)),
            ended(Actor::Server),
            work(),
            (Actor::Client, gave_up(2)),
            ended(Actor::Client),
            ended(Actor::Attacker),
        ];
        let [one, other] = [record("one", &one), record("other", &other)];
        assert_ne!(one.session.evidence, other.session.evidence, "numbers of arrival differ");
        let [one, other] = [repeatable(&one), repeatable(&other)];
        assert_eq!(one.session, other.session);
        assert_eq!(one.session.evidence, [11, 12]);
        assert_eq!(one.session.session.len(), 16);
        let numbers: std::collections::BTreeSet<u64> = one.events.iter().map(|event| event.n).collect();
        assert_eq!(numbers.len(), one.events.len(), "each has its own");
    }
}
