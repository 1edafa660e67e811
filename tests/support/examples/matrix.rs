//! Plays scenarios in one process, without sockets: one a line of standard input, and for each a line of JSON with its verdict,
//! the checks that passed, in the order in which victims told them, all that have an outcome, and what its events prove.

use lab::{
    event::{Event, Fact, Status},
    evidence::Evidence,
    role::Role,
    scenario::Scenario,
    staging::Setting,
    verdict::{judge, stale},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    io::{self, BufRead, Write},
};
use support::{conversation, staging};

/// The session beside which each other one is played: no canary of it may come again.
const BESIDE: &str = "ecdh-cert/relay";

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    let beside = events(BESIDE, 2)?;
    for line in io::stdin().lock().lines() {
        let line = line?;
        let events = events(&line, 1)?;
        let judged = judge(&events).verdict;
        let stale = stale([(BESIDE, &*beside), (&*line, &*events)]).pop().flatten();
        let verdict = stale.unwrap_or(judged);
        writeln!(out, "{}", told(&line, &events, &verdict))?;
    }
    Ok(())
}

/// All that is told of a scenario.
fn events(line: &str, seed: u64) -> io::Result<Vec<Event>> {
    let scenario: Scenario = line.parse().map_err(|error| io::Error::other(format!("{line}: {error}")))?;
    let orders = staging::campaign(&scenario, &Setting::seeded("test", seed)).map_err(io::Error::other)?;
    Ok(conversation::campaign(&orders).events)
}

fn told(line: &str, events: &[Event], verdict: &lab::verdict::Verdict) -> Value {
    let told = |event: &Event| match &event.fact {
        Fact::Check { check, status, .. } => Some((check.clone(), *status, event.source)),
        _ => None,
    };
    let told: Vec<_> = events.iter().filter_map(told).collect();
    let of = |wanted: Status| -> Vec<_> {
        told.iter().filter(|(_, status, _)| *status == wanted).map(|(check, _, by)| (check, by)).collect()
    };
    let performed = told.iter().filter(|(_, status, _)| *status != Status::NotApplicable);
    let performed: BTreeSet<&String> = performed.map(|(check, ..)| check).collect();
    let speak = events.iter().any(|event| matches!(event.fact, Fact::Canary { .. }));
    json!({
        "scenario": line, "kind": verdict.kind, "check": verdict.check, "party": verdict.party,
        "because": verdict.because, "passed": of(Status::Passed), "failed": of(Status::Failed), "told": performed,
        "speak": speak, "proves": proves(events),
    })
}

/// What the events of one session prove; nothing of a campaign, which is several.
fn proves(events: &[Event]) -> Value {
    if events.iter().any(|event| matches!(event.fact, Fact::Began { .. })) {
        return Value::Null;
    }
    let evidence = Evidence::of(events);
    let of = |role: Role| {
        let victim = evidence.victim(role);
        json!({
            "finished": victim.established.is_some(),
            "read": evidence.leaked(role).is_some(),
            "foreign": evidence.foreign_message(role).is_some_and(|(heard, _)| !victim.refused(heard.n)),
        })
    };
    json!({ "client": of(Role::Client), "server": of(Role::Server) })
}
