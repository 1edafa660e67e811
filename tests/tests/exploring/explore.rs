//! What the explorer finds over terms, beside what really happens: the table of outcomes.

use explore::{
    goal::{Goal, Property},
    matrix::{self, Cell, Place, Standing, Standings, standings},
    search::{Bound, search},
    world::{MALLORY, Sessions, World},
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

/// Cells that are lost over terms, and of which the table of outcomes has no row; the cell that has it, with the same checks off; why.
const WITHOUT_A_ROW: [(&str, &str, &str); 5] = [
    ("psk:mixed~record-auth", "psk~record-auth", "records are the same"),
    ("psk:mixed~direction-keys", "psk~direction-keys", "records are the same"),
    ("psk:psk-only~record-auth", "psk~record-auth", "records are the same"),
    ("psk:psk-only~direction-keys", "psk~direction-keys", "records are the same"),
    ("ecdh-cert:seeded", "ecdh-cert", "what travels is the same: where a draw comes from is no term"),
];

/// Who has to be there besides one client and one server who mean each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Besides {
    /// The same person in the other role: the client is led back to itself.
    ItselfInTheOtherRole,
    /// Somebody who means to talk to the attacker, as to a legitimate peer.
    SomebodyForTheAttacker,
}

/// What no session of one client and one server who mean each other can show, by reasoning from the tables: who is missing there,
/// and why that is enough. Everywhere else one of each is enough for whatever there is to find.
const BY_TWO: [(&str, Besides, &str); 8] = [
    ("psk:ephemeral~role-separation", Besides::ItselfInTheOtherRole, SELFIE),
    ("psk:mixed~role-separation", Besides::ItselfInTheOtherRole, SELFIE),
    ("psk:psk-only~role-separation", Besides::ItselfInTheOtherRole, SELFIE),
    // With `psk:password` the word is found by whoever listens, so that one of each is enough.
    (
        "pake:word~role-separation",
        Besides::ItselfInTheOtherRole,
        "a word instead of a secret, and otherwise as the above",
    ),
    (
        "interlock:password",
        Besides::ItselfInTheOtherRole,
        "each says the same password, which one's own words answer (Bird et al., Systematic design of two-party authentication \
         protocols, 1991)",
    ),
    (
        "triple-dh:unified",
        Besides::ItselfInTheOtherRole,
        "static with static and ephemeral with ephemeral is the same whoever called (Blake-Wilson, Johnson and Menezes, Key \
         agreement protocols and their security analysis, 1997); in `triple` each role's part is its own",
    ),
    (
        "interlock:password~peer-password",
        Besides::SomebodyForTheAttacker,
        "one who expects anybody else says another password, and nobody compares (Diffie, van Oorschot and Wiener, \
         Authentication and authenticated key exchanges, 1992)",
    ),
    (
        "nspk~responder-named",
        Besides::SomebodyForTheAttacker,
        "what the server asks is answered by whoever called the attacker (Lowe, An attack on the Needham-Schroeder public-key \
         authentication protocol, 1995)",
    ),
];

/// One secret for both roles, and nobody says which is whose.
const SELFIE: &str = "Drucker and Gueron, Selfie: reflections on TLS 1.3 with PSK, 2019; RFC 9257 section 5.1";

/// What a mode promises but for what no lasting secret protects.
fn promised(place: &Place) -> Vec<Goal> {
    Goal::promised(place.table).into_iter().filter(|goal| goal.property != Property::ForwardSecrecy).collect()
}

/// Two of each show what was derived, by whom it takes, and one of each shows nothing of it.
#[test]
fn what_takes_two_sessions_of_each_is_shown_by_two() {
    for (name, besides, why) in BY_TWO {
        let place = Place::all().into_iter().find(|place| place.name() == name).unwrap_or_else(|| panic!("{name}"));
        let worlds = |sessions| World::all(place.table, place.variant, &place.switches(), sessions);
        let goals = promised(&place);
        let near = search(&worlds(Sessions::One), &goals, Bound::of(20_000), true);
        assert!(
            near.attacks.is_empty() && near.exhausted == (1, 1),
            "{name} by one of each: {:?}",
            near.attacks.keys()
        );
        let found = search(&worlds(Sessions::Two), &goals, Bound::of(10_000), true);
        let trace = found.attacks.values().next().unwrap_or_else(|| panic!("{name}, {} states: {why}", found.states));
        let casts: Vec<_> = trace.world.casts.iter().enumerate().filter(|(at, _)| trace.takes_part(*at)).collect();
        let of = |role: Role| casts.iter().filter(move |(_, cast)| cast.role == role).map(|(_, cast)| cast);
        let shown = match besides {
            Besides::ItselfInTheOtherRole => {
                of(Role::Client).any(|client| of(Role::Server).any(|server| client.owner == server.owner))
            }
            Besides::SomebodyForTheAttacker => casts.iter().any(|(_, cast)| cast.peer == MALLORY),
        };
        assert!(shown, "{name} is lost, and not as derived: {why}: {casts:?}");
    }
}

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
    let (mut wrong, mut all_lost, mut used) = (Vec::new(), 0, BTreeSet::<&(&str, &str, &str)>::new());
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
        let name = place.name();
        let excuse = WITHOUT_A_ROW.iter().find(|(cell, row, _)| {
            let switch = name.strip_prefix(cell);
            switch.is_some_and(|switch| broken.contains(*row) || broken.contains(&format!("{row}{switch}")))
        });
        if !known {
            used.extend(excuse);
        }
        if !known && excuse.is_none() {
            let goals: Vec<_> = goals.iter().map(ToString::to_string).collect();
            wrong.push(format!("{}: {}", place.name(), goals.join(" ")));
        }
    }
    assert!(all_lost > 50, "{all_lost}");
    let derived: BTreeSet<String> = BY_TWO.iter().map(|(name, ..)| (*name).to_owned()).collect();
    let underived: Vec<_> = by_two.borrow().difference(&derived).cloned().collect();
    assert!(underived.is_empty() && !by_two.borrow().is_empty(), "by two of each, and not derived: {underived:?}");
    assert!(wrong.is_empty(), "lost over terms, and no row says so:\n{}", wrong.join("\n"));
    let unused: Vec<_> = WITHOUT_A_ROW.iter().filter(|it| !used.contains(it)).collect();
    assert!(unused.is_empty(), "nothing is excused by {unused:?}");
}
