//! The modes: what theory says of each, found within the bound.
#![expect(clippy::unwrap_used, reason = "tests may panic; that is how they fail")]

use explore::{
    goal::Goal,
    matrix::{self, Cell, Place, Standing, standings},
    search::{Bound, Found, search},
    symbolic::signing_key,
    term::Term,
    world::{ALICE, BOB, Sessions, World, shared_secret},
};
use lab::{
    mode::{Mode, file::ModeFile},
    modes,
    role::Role,
};
use std::collections::BTreeMap;

/// A mode with some checks the other way, as `psk:mixed~role-separation`.
fn looked_up(text: &str) -> (&'static Mode, Option<&'static str>, Vec<String>, Vec<String>) {
    let scenario: lab::scenario::Scenario = match text.find(['~', '+']) {
        Some(at) => format!("{}/relay{}", &text[..at], &text[at..]),
        None => format!("{text}/relay"),
    }
    .parse()
    .unwrap();
    let played = modes::play(&scenario.mode, &scenario.without, &scenario.with).unwrap();
    let variant = played.mode.variant(played.selection.variant.as_deref()).map(|variant| variant.id);
    (played.mode, variant, scenario.without, scenario.with)
}

fn look(text: &str, sessions: Sessions, goals: Option<&str>, most: usize, first_only: bool) -> Found {
    let (mode, variant, without, with) = looked_up(text);
    let goals = goals.map_or_else(|| Goal::promised(mode), |goal| vec![goal.parse().unwrap()]);
    let switches = mode.switches(&without, &with);
    let variant = variant.and_then(|id| mode.variant(Some(id)));
    search(&World::all(mode, variant, &switches, sessions), &goals, Bound::of(most), first_only)
}

fn lost(text: &str, sessions: Sessions) -> String {
    let found = look(text, sessions, None, 100_000, true);
    assert_eq!(found.vacuous, None, "{text}");
    assert!(!found.attacks.is_empty() || found.exhausted.0 == found.exhausted.1, "{text} was cut off");
    found.attacks.keys().map(ToString::to_string).collect()
}

#[test]
fn an_unauthenticated_exchange_is_split_within_few_states() {
    for mode in ["dh", "ecdh", "dh-weak:published"] {
        let found = look(mode, Sessions::Two, Some("secrecy-client"), 1000, true);
        assert_eq!(found.attacks.len(), 1, "{mode}");
        assert!(found.states <= 100, "{mode}: {}", found.states);
        let trace = &found.attacks[&"secrecy-client".parse().unwrap()];
        assert!(trace.holds() && !trace.gains().is_empty());
    }
}

#[test]
fn what_is_authenticated_has_no_attack() {
    for mode in
        ["ecdh-cert", "ecdh-mutual", "psk", "psk:mixed", "psk:psk-only", "pake", "hybrid-cert", "dh-cert", "tofu"]
    {
        assert_eq!(lost(mode, Sessions::Two), "", "{mode}");
    }
}

#[test]
fn without_its_check_each_is_lost() {
    for (mode, sessions, goal) in [
        ("ecdh-cert~transcript-signature", Sessions::One, "secrecy-client"),
        ("ecdh-cert~cert-name", Sessions::One, "secrecy-client"),
        ("ecdh-cert~cert-chain", Sessions::One, "secrecy-client"),
        ("ecdh-mutual~identity-binding", Sessions::Two, "identity-client"),
        ("psk~role-separation", Sessions::Two, "agreement-client"),
        ("psk:psk-only~role-separation", Sessions::Two, "identity-server"),
        ("pake~role-separation", Sessions::Two, "agreement-client"),
        // Whoever is content with its own record is left, and its peer led elsewhere.
        ("psk~direction-keys", Sessions::Two, "agreement-server"),
        ("psk~psk-binder", Sessions::One, "secrecy-client"),
        ("pake~contributory", Sessions::One, "secrecy-client"),
        ("hybrid-cert~offers-bound", Sessions::One, "choice-client"),
        ("dh-cert:legacy", Sessions::One, "secrecy-client"),
        ("psk:password", Sessions::One, "secrecy-client"),
        ("tofu~known-key", Sessions::One, "secrecy-client"),
        ("tofu~transcript-signature", Sessions::One, "secrecy-client"),
        ("tofu~direction-keys", Sessions::One, "authenticity-client"),
        ("sas~sas-compare", Sessions::One, "secrecy-client"),
    ] {
        let found = look(mode, sessions, Some(goal), 100_000, true);
        let trace = found.attacks.values().next().unwrap_or_else(|| panic!("{mode}: no way to lose {goal}"));
        assert!(trace.holds(), "{mode}");
        // It stays one without what it does not need, and needs whatever is in it.
        assert!(!trace.steps.is_empty());
    }
}

/// With the old group refused, or the offers signed, Logjam has nothing to go on.
#[test]
fn the_legacy_signature_is_mended_by_either_check() {
    for mode in ["dh-cert:legacy+offers-bound", "dh-cert:legacy+group-size"] {
        assert_eq!(lost(mode, Sessions::One), "", "{mode}");
    }
}

#[test]
fn where_nobody_gets_to_the_end_nothing_is_looked_for() {
    let found = look("dh-weak:short+group-size", Sessions::Two, None, 1000, true);
    assert!(found.vacuous.is_some_and(|why| why.starts_with("alice")));
    assert_eq!(found.states, 0);
}

#[test]
fn what_is_cut_off_is_not_none() {
    let found = look("ecdh-cert", Sessions::Two, None, 10, true);
    assert!(found.attacks.is_empty() && found.exhausted.0 < found.exhausted.1);
    let (mode, ..) = looked_up("ecdh-cert");
    let found = standings(mode, None, &mode.switches::<&str>(&[], &[]), Bound::of(10));
    assert!(found.goals.values().any(|standing| *standing == Standing::Open));
}

#[test]
fn the_same_search_finds_the_same() {
    let once = || {
        let found = look("dh-cert:legacy", Sessions::Two, None, 2000, false);
        (found.states, found.attacks.into_iter().map(|(goal, trace)| (goal, trace.steps)).collect::<Vec<_>>())
    };
    assert_eq!(once(), once());
}

/// One check less never loses an attack: for every mode and each of its checks, and for each pair on what is left.
#[test]
fn one_check_less_never_loses_an_attack() {
    let mut compared = 0;
    for mode in modes::all() {
        let variants: Vec<_> =
            if mode.variants.is_empty() { vec![None] } else { mode.variants.iter().map(Some).collect() };
        for variant in variants {
            let table = mode.played(variant.map(|variant| variant.id));
            let lost = |off: &[&str]| {
                let switches = table.switches::<&str>(off, &[]);
                let bound = Bound { sessions: Sessions::One, ..Bound::of(20_000) };
                let found = standings(table, variant, &switches, bound);
                assert_eq!(found.vacuous, None, "{} without {off:?}", mode.id);
                found.goals
            };
            let all = lost(&[]);
            for check in table.checks() {
                let fewer = lost(&[check.id]);
                for (goal, standing) in &all {
                    compared += 1;
                    assert!(
                        *standing != Standing::Lost || fewer[goal] == Standing::Lost,
                        "{} without {check} no longer loses {goal}",
                        mode.id
                    );
                }
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}

/// Whatever else the attacker has never loses an attack (a verdict that is not monotone in what the attacker knows is one that
/// depends on how it looked).
#[test]
fn more_knowledge_never_loses_an_attack() {
    let mut compared = 0;
    for text in
        ["dh", "ecdh~contributory", "ecdh-cert", "ecdh-cert~transcript-signature", "psk", "psk~psk-binder", "pake"]
    {
        let (mode, variant, without, with) = looked_up(text);
        let variant = variant.and_then(|id| mode.variant(Some(id)));
        let goals: Vec<Goal> = Goal::all().collect();
        let lost = |has: &[Term]| {
            let mut worlds = World::all(mode, variant, &mode.switches(&without, &with), Sessions::One);
            worlds.iter_mut().for_each(|world| world.has.extend_from_slice(has));
            search(&worlds, &goals, Bound::of(20_000), false).attacks
        };
        let before = lost(&[]);
        let secrets = [signing_key(BOB), shared_secret(ALICE, BOB), Term::name("client_secret", ALICE)];
        for more in secrets.iter().chain([&Term::name("canary", BOB), &Term::name("server_random", BOB)]) {
            let after = lost(std::slice::from_ref(more));
            compared += before.len();
            assert!(before.keys().all(|goal| after.contains_key(goal)), "{text} with {more}");
        }
        assert!(lost(&secrets).keys().any(|goal| goal.to_string() == "secrecy-client"), "{text}");
    }
    assert!(compared > 50, "{compared}");
}

/// What looks alike is alike: every place, beside what was found at the first that looks like it.
#[test]
fn what_looks_alike_is_alike() {
    let one = Bound { sessions: Sessions::One, ..Bound::of(20_000) };
    let places = Place::all();
    let mut different = 0;
    let cells = matrix::look(places.clone(), |places| {
        different = places.len();
        places.iter().map(|place| place.look(one)).collect()
    });
    assert_eq!(cells.len(), places.len());
    assert!(different * 2 < places.len(), "{different} of {}", places.len());
    for Cell { place, found } in cells {
        assert_eq!(place.look(one).goals, found.goals, "{}", place.name());
    }
}

/// Of so many checks each two are turned once, and two that are off lose what one of them loses.
#[test]
fn each_pair_of_checks_is_turned_once() {
    let places: Vec<Place> =
        Place::all().into_iter().filter(|place| place.name().starts_with("psk:ephemeral")).collect();
    let pairs = Place::pairs(&places);
    let checks = places.len() - 1;
    assert_eq!(pairs.len(), checks * (checks - 1) / 2);
    let names: std::collections::BTreeSet<String> = pairs.iter().map(Place::name).collect();
    assert_eq!(names.len(), pairs.len());
    let of = |name: &str| {
        places.iter().chain(&pairs).find(|place| place.name() == name).unwrap().look(Bound::of(2000)).goals
    };
    let (one, two) = (of("psk:ephemeral~role-separation"), of("psk:ephemeral~role-separation~record-auth"));
    let lost: Vec<Goal> = one.into_iter().filter(|(_, it)| *it == Standing::Lost).map(|(goal, _)| goal).collect();
    assert!(!lost.is_empty() && lost.iter().all(|goal| two[goal] == Standing::Lost));
}

/// A check that is looked at makes a difference to what is seen, and one of how records are ordered and ended none.
#[test]
fn what_is_seen_of_a_place_is_what_the_search_looks_at() {
    let sight = |name: &str| Place::all().into_iter().find(|place| place.name() == name).unwrap().sight();
    let base = sight("ecdh-cert:once");
    for alike in ["~record-order", "~authenticated-close"] {
        assert_eq!(sight(&format!("ecdh-cert:once{alike}")), base, "{alike}");
    }
    for other in
        ["~record-auth", "~direction-keys", "~finished", "~cert-name", "~cert-chain", "~cert-purpose", "+cert-pin"]
    {
        assert_ne!(sight(&format!("ecdh-cert:once{other}")), base, "{other}");
    }
    assert_eq!(sight("ecdh-cert:once~cert-chain"), sight("ecdh-cert:once~cert-validity"));
    assert_eq!(sight("dh-weak:short+group-prime"), sight("dh-weak:short"));
    assert_ne!(sight("dh-weak:composite+group-prime"), sight("dh-weak:composite"));
    assert_ne!(sight("psk:password"), sight("psk:ephemeral"));
}

/// With more answers in hand nothing is lost that is found with fewer, nor the other way round where it can be looked at to the
/// end.
#[test]
fn one_answer_in_hand_is_enough_where_more_can_be_looked_at() {
    let mut compared = 0;
    for name in [
        "psk:ephemeral",
        "psk:psk-only~role-separation",
        "ecdh-mutual~identity-binding",
        "ecdh-cert:once~cert-name",
        "triple-dh:unified",
        "tofu:first-use~known-key",
        "nspk~responder-named",
        "rsa-cert:oaep",
        "sas",
        "pake:word~role-separation",
    ] {
        let place = Place::all().into_iter().find(|place| place.name() == name).unwrap();
        let [few, many] = [1, 2].map(|in_hand| place.look(Bound { in_hand, ..Bound::of(20_000) }));
        assert!(many.of(Standing::Open).next().is_none(), "{name}");
        assert_eq!(few.goals, many.goals, "{name}");
        assert!(few.states <= many.states);
        compared += 1;
    }
    assert_eq!(compared, 10);
}

/// One value for what is dead in a table is as good as all: the same goals are lost in one session of each, in fewer states.
#[test]
fn what_is_dead_loses_no_attack() {
    let (mut compared, mut spared) = (0, 0);
    let goals: Vec<Goal> = Goal::all().collect();
    for place in Place::all() {
        let mut worlds = World::all(place.table, place.variant, &place.switches(), Sessions::One);
        if worlds[0].dead.is_empty() {
            continue;
        }
        let pruned = search(&worlds, &goals, Bound::of(20_000), false);
        worlds.iter_mut().for_each(|world| world.dead = [].into());
        let whole = search(&worlds, &goals, Bound::of(20_000), false);
        assert_eq!(pruned.vacuous, whole.vacuous, "{}", place.name());
        assert_eq!(whole.exhausted, (1, 1), "{}", place.name());
        let lost = |found: &Found| found.attacks.keys().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(lost(&pruned), lost(&whole), "{}", place.name());
        assert!(pruned.states <= whole.states);
        compared += 1;
        spared += whole.states - pruned.states;
    }
    assert!(compared > 5 && spared > 100, "{compared} {spared}");
}

/// What a table grants is never lost, however far is looked for it, and nothing else is found or missed for not looking: beside a
/// search for every goal, in one session of each to its end, and in two as far as few states go.
#[test]
fn what_a_table_grants_is_never_lost() {
    let goals: Vec<Goal> = Goal::all().collect();
    let (mut granted, mut spared, mut places) = (0, 0, Vec::new());
    matrix::look(Place::all(), |different| {
        places = different.to_vec();
        Vec::new()
    });
    for place in places {
        for (sessions, most) in [(Sessions::One, 20_000), (Sessions::Two, 100)] {
            // What two of each show is looked at where every check is as it is.
            if sessions == Sessions::Two && place.turned.is_some() {
                continue;
            }
            let mut worlds = World::all(place.table, place.variant, &place.switches(), sessions);
            let kept = worlds[0].granted.clone();
            let pruned = search(&worlds, &goals, Bound::of(most), false);
            worlds.iter_mut().for_each(|world| world.granted = [].into());
            let whole = search(&worlds, &goals, Bound::of(most), false);
            for goal in kept.iter() {
                assert!(!whole.attacks.contains_key(goal), "{} {goal}", place.name());
            }
            assert_eq!(pruned.vacuous, whole.vacuous, "{}", place.name());
            if whole.vacuous.is_some() {
                continue;
            }
            assert_eq!(pruned.granted.len(), kept.len(), "{}", place.name());
            let lost = |found: &Found| found.attacks.keys().copied().collect::<Vec<_>>();
            if sessions == Sessions::One {
                assert_eq!(whole.exhausted, (1, 1), "{}", place.name());
            }
            assert_eq!(lost(&pruned), lost(&whole), "{}", place.name());
            granted += kept.len();
            spared += whole.states - pruned.states;
        }
    }
    assert!(granted > 100 && spared > 100, "{granted} {spared}");
}

/// Whichever of two servers comes first to whom it is all the same who calls, the same is lost.
#[test]
fn whichever_of_those_who_are_alike_comes_first_the_same_is_lost() {
    let goals: Vec<Goal> = Goal::all().collect();
    for text in ["ecdh-cert", "ecdh-cert~cert-name", "rsa-cert", "nspk~responder-named", "ecdh"] {
        let (mode, variant, without, with) = looked_up(text);
        let variant = variant.and_then(|id| mode.variant(Some(id)));
        let mut world = World::all(mode, variant, &mode.switches(&without, &with), Sessions::Two).remove(0);
        let servers: Vec<usize> =
            (0..world.casts.len()).filter(|cast| world.casts[*cast].role == Role::Server).collect();
        let &[first, second] = &servers[..] else { continue };
        let look = |world: &World| {
            let found = search(std::slice::from_ref(world), &goals, Bound::of(50_000), false);
            assert_eq!(found.exhausted, (1, 1), "{text}");
            found.attacks.into_keys().collect::<Vec<_>>()
        };
        let lost = look(&world);
        world.casts.swap(first, second);
        assert_eq!(look(&world), lost, "{text}");
    }
}

/// What several searches find by themselves, in whichever order, is what one after the other finds.
#[test]
fn the_order_of_the_worlds_decides_and_not_who_was_first() {
    for text in ["psk~role-separation", "ecdh-mutual~identity-binding", "ecdh-cert", "triple-dh:unified", "dh"] {
        let (mode, variant, without, with) = looked_up(text);
        let variant = variant.and_then(|id| mode.variant(Some(id)));
        let worlds = World::all(mode, variant, &mode.switches(&without, &with), Sessions::Two);
        let goals = Goal::promised(mode);
        let told = |found: Found| {
            let traces: Vec<_> = found.attacks.into_iter().map(|(goal, trace)| (goal, trace.steps)).collect();
            (found.states, traces)
        };
        let sequence = told(search(&worlds, &goals, Bound::default(), true));
        let last_first =
            worlds.iter().rev().map(|world| search(std::slice::from_ref(world), &goals, Bound::default(), true));
        let mut alone: Vec<Found> = last_first.collect();
        alone.reverse();
        assert_eq!(told(Found::first_of(alone)), sequence, "{text}");
    }
}

/// The goals that a table in a file loses, in one session of each role and two.
fn lost_by(text: &str) -> (BTreeMap<Goal, Standing>, usize) {
    let file = ModeFile::read(text).unwrap();
    let found = standings(file.mode, None, &file.mode.switches::<&str>(&[], &[]), Bound::of(20_000));
    assert_eq!(found.vacuous, None);
    (found.goals, found.states)
}

fn printed(id: &str) -> String {
    ModeFile { mode: modes::find(id).unwrap(), parameters: None }.to_string()
}

/// Who takes a check out of the table loses what is lost where it is off; who takes a name out of what is vouched for loses too.
#[test]
fn what_is_taken_out_of_a_table_is_missed() {
    for (id, check) in
        [("ecdh-cert", "transcript-signature"), ("ecdh-mutual", "identity-binding"), ("psk", "role-separation")]
    {
        let without: String =
            printed(id).lines().filter(|line| !line.contains(check)).fold(String::new(), |all, line| all + line + "\n");
        let mode = modes::find(id).unwrap();
        let off = standings(mode, None, &mode.switches(&[check], &[]), Bound::of(20_000)).goals;
        assert_eq!(lost_by(&without).0, off, "{id} without {check}");
        assert_ne!(lost_by(&printed(id)).0, off, "{id}");
    }
    let vouched = "hash((offers, client_random, client_share, identity, wanted))";
    assert!(printed("psk").contains(vouched));
    let without_share = printed("psk").replace(vouched, "hash((offers, client_random, identity, wanted))");
    let secrecy: Goal = "secrecy-server".parse().unwrap();
    assert_eq!(lost_by(&printed("psk")).0[&secrecy], Standing::Kept);
    assert_eq!(lost_by(&without_share).0[&secrecy], Standing::Lost);
}

/// Other names, the same answers.
#[test]
fn renaming_changes_nothing() {
    for id in ["ecdh-cert", "ecdh-mutual", "psk", "nspk", "sas"] {
        let text = printed(id);
        let mut renamed = text.clone();
        for (name, other) in
            [("client_random", "zebra"), ("server_random", "aardvark"), ("master", "q"), ("server_secret", "b_1")]
        {
            renamed = renamed.replace(name, other);
        }
        assert_ne!(renamed, text);
        assert_eq!(lost_by(&renamed).0, lost_by(&text).0, "{id}");
    }
}

/// Bracketed otherwise, the same answers, whether or not there is something to find.
#[test]
fn rebracketing_changes_nothing() {
    let (flat, nested) = (
        "(offers, client_random, client_share, identity, wanted)",
        "(offers, (client_random, client_share), ((identity), wanted))",
    );
    for check in ["role-separation", "no check at all"] {
        let text: String = printed("psk")
            .lines()
            .filter(|line| !line.contains(check))
            .fold(String::new(), |all, line| all + line + "\n");
        let rebracketed = text.replace(flat, nested);
        assert_ne!(rebracketed, text);
        assert_eq!(lost_by(&rebracketed).0, lost_by(&text).0, "without {check}");
    }
}
