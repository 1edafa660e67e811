//! What the explorer finds over terms, beside what really happens: the table of outcomes.

use explore::{
    goal::{Goal, Property},
    matrix::{self, Cell, Place, Standing, Standings, standings},
    search::Bound,
    world::Sessions,
};
use lab::{
    check::Switches,
    mode::{Mode, Names, Variant},
    modes,
    role::Role,
    scenario::Scenario,
};
use std::collections::{BTreeMap, BTreeSet};
use support::outcomes::{self, Outcome};

/// Attacks that are not in the model, and why.
const OUTSIDE: [(&str, &str); 24] = [
    ("guess-secret", "what a victim draws is a name: nobody guesses it"),
    ("predict", "what a victim draws is a name: nobody guesses it"),
    ("reuse-nonce", "a record is sealed whole, and has no nonce"),
    ("tamper", "a record is sealed whole, and has no bits"),
    ("replay-record", "each party sends one record"),
    ("reorder", "each party sends one record"),
    ("truncate", "each party sends one record"),
    ("stolen-key", "no key was stolen before the session"),
    ("key-compromise", "no key was stolen before the session"),
    ("stolen-key-later", "what leaks after the session is a goal of its own, forward secrecy, not secrecy"),
    ("harvest", "what leaks after the session is a goal of its own, forward secrecy, not secrecy"),
    ("rogue-ca", "every authority is honest"),
    ("first-contact", "where one may remember the other they have met, with nobody between them"),
    ("sas-grind", "two digests with one short string are found by trying, and not over terms"),
    ("small-subgroup", "each session has an exponent of its own, and a group no elements of small orders but one"),
    ("online-guess", "a word is found offline or not at all"),
    ("cross-protocol", "no party speaks another mode with the same key"),
    ("tamper-finished", "a field that nobody looks at is no goal: no key, name or record is another for it"),
    ("tamper-binding", "a field that nobody looks at is no goal: no key, name or record is another for it"),
    ("tamper-rekey", "what travels among records is not looked at"),
    ("reinstall-key", "what travels among records is not looked at, and a record has no nonce"),
    ("unkeyed-mac", "a field that nobody looks at is no goal: no key, name or record is another for it"),
    ("unkeyed-binder", "no key is empty, and what nobody looks at is found as `substitute`"),
    ("reflect-finished", "a field that nobody looks at is no goal: no key, name or record is another for it"),
];

/// Modes that the explorer sees only in part, and why.
const IN_PART: [(&str, &str); 3] = [
    ("interlock", "the attacker invents no sealed texts, so that nobody speaks first in another's name"),
    ("rsa", "the attacker encrypts no secret of its own to the server's key"),
    ("rsa-cert", "the attacker encrypts no secret of its own to the server's key"),
];

/// The goals of which one at least is lost where the verdict is this.
fn goals(outcome: &Outcome) -> Vec<Goal> {
    let of = |properties: &[Property], roles: &[Role]| {
        let mut all = Vec::new();
        for property in properties {
            all.extend(roles.iter().map(|role| Goal { property: *property, role: *role }));
        }
        all
    };
    let both = [Role::Client, Role::Server];
    let party = outcome.party.map_or_else(|| both.to_vec(), |party| vec![party]);
    match outcome.kind.as_str() {
        "split" | "read" => of(&[Property::Secrecy], &[Role::Client]),
        "impersonated" => of(&[Property::Secrecy, Property::Agreement], &party),
        "misbound" => of(&[Property::Identity, Property::Agreement], &both),
        "altered" => of(&[Property::Authenticity], &party),
        "downgraded" => of(&[Property::Choice], &both),
        _ => Vec::new(),
    }
}

struct Played {
    table: &'static Mode,
    variant: Option<&'static Variant>,
    switches: Switches,
}

fn played(scenario: &Scenario) -> Played {
    let mode = modes::find(&scenario.mode.id).expect("a mode");
    let variant = mode.variant(scenario.mode.variant.as_deref());
    let table = mode.played(variant.map(|variant| variant.id));
    Played { table, variant, switches: table.switches(&scenario.without, &scenario.with) }
}

/// Mode, variant and switches, as one text.
fn cell(scenario: &Scenario) -> String {
    let text = scenario.to_string();
    let (mode, attack) = text.split_once('/').expect("a scenario");
    format!("{mode}{}", &attack[attack.find(['~', '+']).unwrap_or(attack.len())..])
}

/// Whatever wins on the wire wins over terms, but for what is outside.
#[test]
fn what_wins_on_the_wire_is_found_over_terms() {
    let mut found: BTreeMap<String, BTreeMap<Goal, Standing>> = BTreeMap::new();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for outcome in outcomes::all() {
        let (scenario, wanted) = (&outcome.scenario, goals(&outcome));
        let outside = OUTSIDE.iter().any(|(attack, _)| *attack == scenario.attack.id)
            || IN_PART.iter().any(|(mode, _)| *mode == scenario.mode.id);
        if wanted.is_empty() || outside || !scenario.mode.parameters.is_empty() {
            continue;
        }
        let Played { table, variant, switches } = played(scenario);
        let standing = found.entry(cell(scenario)).or_insert_with(|| {
            let one = Bound { sessions: Sessions::One, ..Bound::of(50_000) };
            let near = standings(table, variant, &switches, one).goals;
            // A legitimate peer and a second session are asked for only where one pair is not enough.
            let enough = wanted.iter().any(|goal| near[goal] == Standing::Lost);
            if enough { near } else { standings(table, variant, &switches, Bound::of(50_000)).goals }
        });
        compared += 1;
        if !wanted.iter().any(|goal| standing[goal] == Standing::Lost) {
            wrong.push(format!("{scenario}: {} is not found as any of {wanted:?}", outcome.kind));
        }
    }
    assert!(compared > 100, "{compared}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Cells that are lost over terms, and of which the table of outcomes has no row: why.
const WITHOUT_A_ROW: [(&str, &str); 5] = [
    (
        "dh-weak:published",
        "substitution splits it as it does dh-weak:short, which has the row: the group has no part in it",
    ),
    ("psk:mixed~record-auth", "records are those of psk, which has the row"),
    ("psk:mixed~direction-keys", "records are those of psk, which has the row"),
    ("psk:psk-only~record-auth", "records are those of psk, which has the row"),
    ("psk:psk-only~direction-keys", "records are those of psk, which has the row"),
];

/// What two sessions of each show within 500 states and one of each does not: whoever has a key or a secret for both roles is led back
/// to itself, where the check that tells the roles apart is off, and in the table that has none.
const BY_TWO: [&str; 5] = [
    "psk:ephemeral~role-separation",
    "psk:mixed~role-separation",
    "psk:psk-only~role-separation",
    "pake:word~role-separation",
    "triple-dh:unified",
];

/// What is lost of what the mode promises. What no lasting secret protects is lost with it: the wire does not steal keys
/// afterwards.
fn lost(place: &Place, found: &Standings) -> Vec<Goal> {
    let of_mode = |goal: &Goal| {
        let proves = place.table.names != Names::Server || goal.role == Role::Client;
        proves && goal.property != Property::ForwardSecrecy
    };
    found.of(Standing::Lost).filter(of_mode).collect()
}

/// Whatever is found over terms wins on the wire: for each mode as it is and with each check off, the table has an attack that
/// wins there, or already with fewer checks off. Where one session of each shows nothing two are looked at, with the attacker as
/// a legitimate peer and each in both roles.
#[test]
fn what_is_found_over_terms_wins_on_the_wire() {
    let broken: BTreeSet<String> =
        outcomes::all().iter().filter(|it| !goals(it).is_empty()).map(|it| cell(&it.scenario)).collect();
    let (mut wrong, mut all_lost) = (Vec::new(), 0);
    let by_two = std::cell::RefCell::new(BTreeSet::new());
    let one = Bound { sessions: Sessions::One, ..Bound::of(50_000) };
    let look = |place: &Place| {
        let near = place.look(one);
        let enough = near.vacuous.is_some() || !lost(place, &near).is_empty();
        if enough {
            return near;
        }
        let two = place.look(Bound::of(500));
        if !lost(place, &two).is_empty() {
            by_two.borrow_mut().insert(place.name());
        }
        two
    };
    for Cell { place, found } in matrix::look(Place::all(), |different| different.iter().map(look).collect()) {
        let goals = lost(&place, &found);
        if goals.is_empty() {
            continue;
        }
        all_lost += 1;
        let first = place.variant.is_none_or(|it| place.table.variants.first().is_some_and(|first| first.id == it.id));
        let names = [place.selection(), place.table.id.to_owned()];
        let names = names.iter().take(if first { 2 } else { 1 });
        let switch = place.name()[place.selection().len()..].to_owned();
        let known = names.clone().any(|name| broken.contains(name) || broken.contains(&format!("{name}{switch}")));
        let excused =
            WITHOUT_A_ROW.iter().any(|(cell, _)| [place.name(), place.selection()].iter().any(|it| it == cell));
        if !known && !excused {
            let goals: Vec<_> = goals.iter().map(ToString::to_string).collect();
            wrong.push(format!("{}: {}", place.name(), goals.join(" ")));
        }
    }
    assert!(all_lost > 50, "{all_lost}");
    let missed: Vec<_> = BY_TWO.iter().filter(|name| !by_two.borrow().contains(**name)).collect();
    assert!(missed.is_empty(), "not by two sessions of each, or by one already: {missed:?}; but {by_two:?}");
    assert!(wrong.is_empty(), "lost over terms, and no row says so:\n{}", wrong.join("\n"));
}
