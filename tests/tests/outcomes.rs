//! Every row of the table of outcomes, as a conversation without sockets.

use lab::{event::Fact, staging::Setting, verdict::judge};
use std::sync::Arc;
use support::{
    conversation::{Log, attacked, attacked_again, campaign},
    outcomes,
    staging::{self, stage},
};

#[test]
fn every_scenario_ends_as_theory_says() {
    let mut wrong = Vec::new();
    for outcome in outcomes::all() {
        let log = campaign(&staging::campaign(&outcome.scenario, &Setting::seeded("test", 1)).unwrap());
        let judgement = judge(&log.events);
        if !outcome.is_met_by(&judgement) {
            wrong.push(format!("{}: expected {outcome:?}, got {:?}", outcome.scenario, judgement.verdict));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// All sessions here have the same authorities, so that whatever one of them taught would show in the others.
#[test]
fn what_verified_in_earlier_sessions_changes_no_event() {
    let verified = Arc::default();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for outcome in outcomes::all() {
        let orders = stage(&outcome.scenario, &Setting::seeded("test", 1)).unwrap();
        if orders.client.credentials.is_none() {
            continue;
        }
        compared += 1;
        // How long a computation took is told, and is another time each time.
        let told = |log: Log| -> Vec<_> {
            let timed = |fact: &Fact| matches!(fact, Fact::Chose { .. } | Fact::Work { .. } | Fact::Solved { .. });
            log.events.into_iter().map(|event| (event.source, event.fact)).filter(|(_, fact)| !timed(fact)).collect()
        };
        if told(attacked(&orders)) != told(attacked_again(&orders, &verified)) {
            wrong.push(outcome.scenario.to_string());
        }
    }
    assert!(wrong.is_empty() && compared > 0, "{compared} scenarios, of which differ: {wrong:?}");
}
