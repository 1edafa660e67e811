//! Every row of the table of outcomes, as a conversation without sockets.

use lab::{
    staging::{Setting, stage},
    verdict::judge,
};
use support::{conversation::attacked, outcomes};

#[test]
fn every_scenario_ends_as_theory_says() {
    let mut wrong = Vec::new();
    for outcome in outcomes::all() {
        let (_, _, full) = attacker::attacks::resolve(&outcome.scenario).unwrap_or_else(|unknown| panic!("{unknown}"));
        let log = attacked(&stage(&full, &Setting::seeded("test", 1)).unwrap());
        let judgement = judge(&log.events);
        if !outcome.is_met_by(&judgement) {
            wrong.push(format!("{}: expected {outcome:?}, got {:?}", outcome.scenario, judgement.verdict));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
