//! Plays scenarios in one process, without sockets: one a line of standard input, and for each a line of JSON with its verdict,
//! the checks that passed, in the order in which victims told them, and all that have an outcome.

use lab::{
    event::{Event, Fact, Status},
    scenario::Scenario,
    staging::Setting,
    verdict::judge,
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    io::{self, BufRead, Write},
};
use support::{conversation, staging};

fn main() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line = line?;
        let scenario: Scenario = line.parse().map_err(|error| io::Error::other(format!("{line}: {error}")))?;
        let orders = staging::campaign(&scenario, &Setting::seeded("test", 1)).map_err(io::Error::other)?;
        let events = conversation::campaign(&orders).events;
        let told = |event: &Event| match &event.fact {
            Fact::Check { check, status, .. } => Some((check.clone(), *status, event.source)),
            _ => None,
        };
        let told: Vec<_> = events.iter().filter_map(told).collect();
        let passed = told.iter().filter(|(_, status, _)| *status == Status::Passed);
        let passed: Vec<_> = passed.map(|(check, _, by)| (check, by)).collect();
        let performed = told.iter().filter(|(_, status, _)| *status != Status::NotApplicable);
        let performed: BTreeSet<&String> = performed.map(|(check, ..)| check).collect();
        let verdict = judge(&events).verdict;
        let told = json!({
            "scenario": line, "kind": verdict.kind, "check": verdict.check, "party": verdict.party, "passed": passed,
            "told": performed,
        });
        writeln!(out, "{told}")?;
    }
    Ok(())
}
