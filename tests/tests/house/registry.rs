//! Every check has its witness in the table of outcomes, and the check that decides a row is the one that decides it.

use lab::{
    certificate::FORGERIES,
    checks,
    event::{Event, Fact, Status},
    mode::Mode,
    modes::{self, properties::Promise},
    role::{Actor, Role},
    scenario::Scenario,
    staging::Setting,
    verdict::{Class, Kind, judge},
};
use std::collections::{BTreeMap, BTreeSet};
use support::{
    conversation::campaign,
    outcomes::{self, Outcome},
    staging,
};

/// One mode's check, performed by one role: what has to have a witness.
type Demand = (&'static str, &'static str, Role);

/// Where one check has another behind it, theory says why nobody wins with just the first one off: the checks that stop the
/// attack one after the other, and that it wins without all of them.
const IN_DEPTH: [(Demand, &str); 10] = [
    (("ecdh-cert", "contributory", Role::Client), "the server signs the share that it sent"),
    (("ecdh-mutual", "contributory", Role::Client), "the server signs the share that it sent"),
    (("ecdh-mutual", "contributory", Role::Server), "the server signs the share that it received"),
    (("dh-cert", "public-range", Role::Client), "the server signs the share that it sent"),
    (("psk", "contributory", Role::Client), "the server answers for the share that it sent"),
    (("psk", "contributory", Role::Server), "the client answers for the share that it sent"),
    (("ecdh-mutual", "identity-binding", Role::Client), "the client signs the server's MAC as it met it"),
    (("ecdh-mutual", "finished", Role::Client), "the client signs the server's MAC as it met it"),
    (("tofu", "contributory", Role::Client), "the server signs the share that it sent"),
    (("sas", "contributory", Role::Client), "the commitment and the string that people compare cover the share"),
];

/// Where the record keys follow from the whole transcript, whoever met another one has other keys: both finish, and the
/// first record tells, or the first request for new keys.
const BY_THE_KEYS: [Demand; 5] = [
    ("ecdh-cert", "finished", Role::Client),
    ("ecdh-cert", "finished", Role::Server),
    ("interlock", "halves-fit", Role::Client),
    ("nspk", "nonce-returned", Role::Client),
    ("nspk", "nonce-returned", Role::Server),
];

/// What a server does not look at: it expects nobody in particular, and holds its client's authority to no rules for
/// issuers.
const NOT_LOOKED_AT: [Demand; 6] = [
    ("ecdh-mutual", "cert-name", Role::Server),
    ("ecdh-mutual", "cert-serial", Role::Server),
    ("ecdh-mutual", "cert-key-identifier", Role::Server),
    ("rsa-cert", "cert-name", Role::Server),
    ("rsa-cert", "cert-serial", Role::Server),
    ("rsa-cert", "cert-key-identifier", Role::Server),
];

/// What stops nobody, because there is nothing left to be had: the attack comes to nothing with the check on, and wins without it.
const PREVENTS: [Demand; 1] = [("dh-weak", "fresh-ephemeral", Role::Server)];

#[test]
fn what_prevents_an_attack_makes_the_difference() {
    let table = table();
    for (mode, check, _) in PREVENTS {
        let on = |row: &&Outcome| row.scenario.mode.id == mode && row.scenario.with.iter().any(|id| id == check);
        let pairs = table.values().filter(on).filter(|row| {
            let without = table.get(&without(&row.scenario, check).to_string());
            class(&row.kind) != Class::Broken && without.is_some_and(|twin| class(&twin.kind) == Class::Broken)
        });
        assert!(pairs.count() > 0, "{check} in {mode}");
    }
}

/// What people would hear anyway: who stands in for one of two has nobody to read aloud for it, and where the strings differ
/// the client hears it first.
const HEARD_ANYWAY: [Demand; 2] = [("sas", "contributory", Role::Server), ("sas", "sas-compare", Role::Server)];

/// Every check of every mode, by the role that performs it: those of the tables, and those of records in both directions.
fn demands() -> BTreeSet<Demand> {
    let both = [Role::Client, Role::Server];
    let of = |mode: &'static Mode| {
        let performed = mode.handshake_checks().into_iter().chain(mode.session_checks());
        performed.flat_map(move |(by, check)| both.map(|role| (by, (mode.id, check.id, role))))
    };
    let all = modes::tables().flat_map(of);
    all.filter(|(by, (_, _, role))| by.includes(*role)).map(|(_, demand)| demand).collect()
}

/// The same scenario in which this check does not decide: with its `+` removed, or switched off.
fn without(scenario: &Scenario, check: &str) -> Scenario {
    let mut other = scenario.clone();
    other.with.retain(|id| id != check);
    if other == *scenario { scenario.lacking(check) } else { other }
}

fn class(kind: &str) -> Class {
    Kind::ALL.into_iter().find(|it| it.as_str() == kind).unwrap_or_else(|| panic!("no verdict {kind}")).class()
}

/// The rows, by scenario.
fn table() -> BTreeMap<String, Outcome> {
    outcomes::all().into_iter().map(|row| (row.scenario.to_string(), row)).collect()
}

/// The rows that this demand's check decides while every other is on. Where it defends by what it withholds, nobody gives up:
/// those attacks that it stops come to nothing, and the session is private.
fn stopped(table: &BTreeMap<String, Outcome>, demand: Demand) -> impl Iterator<Item = &Outcome> {
    let (mode, check, role) = demand;
    let withholds = checks::find(check).is_some_and(|check| check.withholds);
    let decided = move |row: &&Outcome| match withholds {
        true => row.kind == "private" && stops(check, &row.scenario.attack.id),
        false => row.check.as_deref() == Some(check) && row.party == Some(role),
    };
    table.values().filter(move |row| row.scenario.mode.id == mode && row.scenario.without.is_empty()).filter(decided)
}

/// The registry of attacks has this check among those that stop this attack.
fn stops(check: &str, attack: &str) -> bool {
    attacker::attacks::find(attack).is_some_and(|info| info.stopped_by.contains(&check))
}

/// How many checks have to be off, one after the other, this one first, until what this row stops wins; `None` where the table
/// does not say that it ever does.
fn depth(table: &BTreeMap<String, Outcome>, row: &Outcome, check: &str) -> Option<usize> {
    let twin = table.get(&without(&row.scenario, check).to_string())?;
    if class(&twin.kind) == Class::Broken {
        return Some(1);
    }
    depth(table, twin, twin.check.as_deref()?).map(|depth| depth + 1)
}

#[test]
fn every_check_has_its_witness_in_every_mode_and_for_every_role_that_performs_it() {
    let table = table();
    let least = |demand: Demand| stopped(&table, demand).filter_map(|row| depth(&table, row, demand.1)).min();
    let deep: BTreeSet<Demand> = IN_DEPTH.iter().map(|(demand, _)| *demand).collect();
    let (by_keys, unseen) = (BTreeSet::from(BY_THE_KEYS), BTreeSet::from(NOT_LOOKED_AT));
    let heard: BTreeSet<Demand> = HEARD_ANYWAY.into_iter().chain(PREVENTS).collect();
    let excepted = |demand: &Demand| [&by_keys, &unseen, &heard].iter().any(|list| list.contains(demand));
    let demands = demands();
    let missing: Vec<_> = demands.iter().filter(|demand| !excepted(demand) && least(**demand).is_none()).collect();
    assert!(missing.is_empty(), "no witness: {missing:?}");
    // An exception that is none any more has to go.
    let found: BTreeSet<Demand> = demands.iter().filter(|demand| least(**demand) > Some(1)).copied().collect();
    assert_eq!(found, deep, "checks with another one behind them");
    let found: BTreeSet<Demand> = demands.iter().filter(|demand| least(**demand).is_none()).copied().collect();
    assert_eq!(found, [by_keys, unseen, heard].into_iter().flatten().collect(), "checks without which nobody wins");
}

/// Attacks that must not win anywhere: the wire's own controls, those on the lab's key schedule, whose victims are sound, and
/// those that leave the victims with keys that differ.
const NEVER_WINS: [&str; 6] = ["relay", "drop", "guess-secret", "reuse-nonce", "guess-nonce", "tamper-half"];

#[test]
fn every_attack_wins_somewhere_or_must_not_and_every_kind_of_it_is_tried() {
    let rows = outcomes::all();
    for info in attacker::attacks::all() {
        let own: Vec<_> = rows.iter().filter(|row| row.scenario.attack.id == info.id).collect();
        let wins = own.iter().any(|row| class(&row.kind) == Class::Broken);
        assert_eq!(wins, !NEVER_WINS.contains(&info.id), "{}", info.id);
        for (i, variant) in info.variants.iter().enumerate() {
            let named = (i > 0).then_some(variant.id);
            let tried = own.iter().any(|row| row.scenario.attack.variant.as_deref() == named);
            assert!(tried, "{}:{} is in no row", info.id, variant.id);
        }
    }
}

/// The reason for each of these exceptions: both have finished, with keys that differ, and the records are refused.
#[test]
fn what_the_keys_tell_is_told_by_the_first_record() {
    let table = table();
    for demand in BY_THE_KEYS {
        let mut rows = 0;
        for row in stopped(&table, demand) {
            let off = without(&row.scenario, demand.1);
            let judgement = judge(&events(&off));
            let changes = !modes::of(&off.mode).expect("a mode").in_session().is_empty();
            let tells = if changes { "key-confirmation" } else { "record-auth" };
            assert_eq!(judgement.verdict.check.as_deref(), Some(tells), "{off}");
            let keys = [judgement.fingerprints.client, judgement.fingerprints.server];
            assert!(keys.iter().all(Option::is_some) && keys[0] != keys[1], "{off}: {keys:?}");
            rows += 1;
        }
        assert!(rows > 0, "{demand:?}");
    }
}

/// And of these: no forgery of the kind is one for a server.
#[test]
fn what_a_server_does_not_look_at_concerns_no_server() {
    for (_, check, _) in NOT_LOOKED_AT {
        let forgeries = FORGERIES.iter().filter(|forgery| forgery.check == check);
        let concerned: Vec<bool> = forgeries.map(|forgery| forgery.concerns_clients()).collect();
        assert!(!concerned.is_empty() && !concerned.contains(&true), "{check}");
    }
}

/// A check that never lets anybody pass would stop every attack.
#[test]
fn every_check_passes_in_an_honest_session_that_gives_it_something_to_look_at() {
    let mut passed = BTreeSet::new();
    for row in outcomes::all().iter().filter(|row| row.kind == "private") {
        for event in events(&row.scenario) {
            let role = match event.source {
                Actor::Client => Role::Client,
                Actor::Server => Role::Server,
                _ => continue,
            };
            if let Fact::Check { check, status: Status::Passed, .. } = event.fact {
                passed.insert((row.scenario.mode.id.clone(), check, role));
            }
        }
    }
    let looked_at = |(mode, check, role): &Demand| passed.contains(&((*mode).to_owned(), (*check).to_owned(), *role));
    let missing: BTreeSet<_> = demands().into_iter().filter(|demand| !looked_at(demand)).collect();
    assert_eq!(missing, BTreeSet::from(NOT_LOOKED_AT));
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

/// An attack that does not apply to a mode says why; where it does, the table says what comes of it.
#[test]
fn every_attack_is_tried_in_every_mode_that_it_applies_to() {
    let rows = outcomes::all();
    let (mut missing, mut tried, mut refused) = (Vec::new(), 0, 0);
    for mode in modes::all() {
        for info in attacker::attacks::all() {
            let scenario = format!("{}/{}", mode.id, info.id);
            match attacker::attacks::resolve(&scenario.parse().expect("a scenario")) {
                Err(attacker::attacks::Unknown::Inapplicable { .. }) => refused += 1,
                Err(other) => panic!("{scenario}: {other}"),
                Ok(_) if rows.iter().any(|it| it.scenario.mode.id == mode.id && it.scenario.attack.id == info.id) => {
                    tried += 1;
                }
                Ok(_) => missing.push(scenario),
            }
        }
    }
    assert!(tried > 400 && refused > 200, "{tried} and {refused}");
    assert!(missing.is_empty(), "in no row: {missing:?}");
}

fn events(scenario: &Scenario) -> Vec<Event> {
    campaign(&staging::campaign(scenario, &Setting::seeded("test", 1)).expect("orders")).events
}

/// What comes of a scenario, and at which check: as the table has it, whose rows are played elsewhere, or as it is played.
fn comes(table: &BTreeMap<String, Outcome>, scenario: &Scenario) -> (String, Option<String>) {
    match table.get(&scenario.to_string()) {
        Some(row) => (row.kind.clone(), row.check.clone()),
        None => {
            let verdict = judge(&events(scenario)).verdict;
            (verdict.kind.as_str().to_owned(), verdict.check)
        }
    }
}

#[test]
fn switching_the_deciding_check_off_changes_the_verdict() {
    let (table, mut turned) = (table(), 0);
    for row in table.values() {
        let Some(check) = &row.check else { continue };
        let (on, off) = (comes(&table, &row.scenario), comes(&table, &without(&row.scenario, check)));
        assert_ne!(on, off, "{} does not rest on {check}", row.scenario);
        turned += 1;
    }
    assert!(turned >= checks::all().len(), "{turned} rows only");
}

#[test]
fn switching_a_check_on_again_restores_the_verdict() {
    let table = table();
    for row in table.values() {
        for check in &row.scenario.without {
            let mut on = row.scenario.clone();
            on.without.retain(|id| id != check);
            let (kind, decides) = comes(&table, &on);
            let withholds = checks::find(check).is_some_and(|check| check.withholds);
            let expected = if withholds { (Kind::Private, None) } else { (Kind::Stopped, Some(check)) };
            assert_eq!(kind, expected.0.as_str(), "{on}: {decides:?}");
            // What another check stops without this one, it may stop before this one too.
            let another = row.kind == "stopped" && decides == row.check;
            assert!(another || decides.as_ref() == expected.1, "{on}: {decides:?}");
        }
    }
}

/// Promises of a mode, by the attacks that break them where they win. What people may leave undone is a condition, and a check
/// that is switched off.
const BROKEN_BY: [(&str, &[&str]); 6] = [
    ("listeners", &["eavesdrop", "crack"]),
    ("middle", &["substitute", "speak-first", "bellovin-merritt", "first-contact", "substitute~sas-compare"]),
    ("server-authenticated", &["substitute-one", "first-contact", "substitute~sas-compare"]),
    ("client-authenticated", &["substitute-one:client", "substitute~sas-compare"]),
    ("key-compromise", &["key-compromise"]),
    ("downgrade", &["downgrade", "strip-hybrid", "alter-negotiation:offers"]),
];

/// What is guessed at the first try is guessed in no row.
const BY_LUCK: [&str; 1] = ["pake"];

/// What a mode says of itself is what comes of the attacks on it, in its first variant and with its usual checks.
#[test]
fn a_mode_promises_what_no_attack_breaks() {
    let (table, mut compared) = (table(), 0);
    for mode in modes::all() {
        let promises: BTreeMap<_, _> = modes::properties::of(mode.id).expect("properties").promises().collect();
        for (name, attacks) in BROKEN_BY {
            let first = mode.variant(None).map(|variant| format!("{}:{}", mode.id, variant.id));
            let named = first.into_iter().chain([mode.id.to_owned()]);
            let rows = named.flat_map(|mode| attacks.iter().map(move |attack| format!("{mode}/{attack}")));
            let classes: Vec<Class> = rows.filter_map(|row| Some(class(&table.get(&row)?.kind))).collect();
            if classes.is_empty() {
                continue;
            }
            let broken = classes.contains(&Class::Broken);
            match promises[name] {
                Promise::Yes | Promise::Void => assert!(!broken, "{}: {name} is broken", mode.id),
                Promise::If { .. } if BY_LUCK.contains(&mode.id) => assert!(!broken, "{}: {name} is broken", mode.id),
                Promise::No | Promise::If { .. } => assert!(broken, "{}: nobody breaks {name}", mode.id),
            }
            compared += 1;
        }
    }
    assert!(compared > 30, "{compared} promises only");
}
