//! Every check has its witness in the table of outcomes, and the check that decides a row is the one that decides it.

use lab::{
    checks, modes,
    scenario::Scenario,
    staging::{Setting, stage},
    verdict::{Class, Kind, Verdict, judge},
};
use std::collections::{BTreeMap, BTreeSet};
use support::{conversation::attacked, outcomes};

/// Checks whose witness is promised: a row that the check stops, beside the same row without it that is broken.
const WITNESSED: [&str; 12] = [
    "public-range",
    "group-size",
    "group-known",
    "contributory",
    "cert-chain",
    "cert-validity",
    "cert-name",
    "transcript-signature",
    "record-auth",
    "record-order",
    "direction-keys",
    "authenticated-close",
];

/// Checks without a witness: what `finished` alone stops is only there where a signature does not cover the negotiation.
const UNWITNESSED: [&str; 1] = ["finished"];

/// The same scenario in which this check does not decide: with its `+` removed, or switched off.
fn without(scenario: &Scenario, check: &str) -> Scenario {
    let mut other = scenario.clone();
    other.with.retain(|id| id != check);
    if other == *scenario { scenario.lacking(check) } else { other }
}

fn class(kind: &str) -> Class {
    Kind::ALL.into_iter().find(|it| it.as_str() == kind).unwrap_or_else(|| panic!("no verdict {kind}")).class()
}

/// Checks with a witness, with the row that they stop.
fn witnesses() -> BTreeMap<String, Scenario> {
    let rows = outcomes::all();
    let broken: BTreeSet<_> =
        rows.iter().filter(|row| class(&row.kind) == Class::Broken).map(|row| row.scenario.to_string()).collect();
    rows.into_iter()
        .filter_map(|row| Some((row.check?, row.scenario)))
        .filter(|(check, stopped)| broken.contains(&without(stopped, check).to_string()))
        .collect()
}

#[test]
fn every_promised_check_has_its_witness() {
    let witnesses = witnesses();
    for check in WITNESSED {
        assert!(checks::find(check).is_some(), "no check {check}");
        assert!(witnesses.contains_key(check), "{check} has no witness");
    }
}

#[test]
fn a_check_without_a_witness_is_a_known_one() {
    let witnesses = witnesses();
    let performed: BTreeSet<&str> = modes::all().iter().flat_map(|mode| mode.checks()).map(|check| check.id).collect();
    let silent: BTreeSet<&str> = performed.into_iter().filter(|check| !witnesses.contains_key(*check)).collect();
    assert_eq!(silent, BTreeSet::from(UNWITNESSED));
}

#[test]
fn every_mode_has_its_control_and_every_row_stands_once() {
    let rows = outcomes::all();
    let scenarios: BTreeSet<String> = rows.iter().map(|row| row.scenario.to_string()).collect();
    assert_eq!(scenarios.len(), rows.len());
    for mode in modes::all() {
        let control = rows.iter().find(|row| row.scenario.mode.id == mode.id && row.scenario.attack.id == "relay");
        assert_eq!(control.map(|row| row.kind.as_str()), Some("private"), "{}", mode.id);
    }
}

fn play(scenario: &Scenario) -> Verdict {
    let (_, _, full) = attacker::attacks::resolve(scenario).unwrap_or_else(|unknown| panic!("{unknown}"));
    judge(&attacked(&stage(&full, &Setting::seeded("test", 1)).expect("orders")).events).verdict
}

#[test]
fn switching_the_deciding_check_off_changes_the_verdict() {
    let mut turned = 0;
    for row in outcomes::all() {
        let Some(check) = row.check else { continue };
        let (on, off) = (play(&row.scenario), play(&without(&row.scenario, &check)));
        assert_ne!((on.kind, &on.check), (off.kind, &off.check), "{} does not rest on {check}", row.scenario);
        turned += 1;
    }
    assert!(turned >= WITNESSED.len(), "{turned} rows only");
}

#[test]
fn switching_a_check_on_again_restores_the_verdict() {
    for row in outcomes::all() {
        for check in &row.scenario.without {
            let mut on = row.scenario.clone();
            on.without.retain(|id| id != check);
            let verdict = play(&on);
            assert_eq!(verdict.kind, Kind::Stopped, "{on}: {}", verdict.because);
            assert_eq!(verdict.check.as_ref(), Some(check), "{on}");
        }
    }
}
