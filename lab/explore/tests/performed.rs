//! What is found over terms is done with real cryptography: the lab's own parties take every message, and the attacker's keys are
//! theirs.

#![expect(clippy::unwrap_used, reason = "tests may panic; that is how they fail")]

use explore::{
    performed::{Parting, Performed, perform, perform_under},
    search::{Bound, search},
    trace::Trace,
    world::{Sessions, World},
};
use lab::{
    algebra::real::Value,
    modes,
    role::Role,
    scenario::Scenario,
    staging::{Setting, own_group, stage},
    supply::Supply,
};

/// What each of the cast is given, by the table's names.
type Given = Vec<Vec<(&'static str, Value)>>;

/// The first attack on a goal in one pair of sessions, and what its parties are given in reality.
fn found(text: &str, goal: &str) -> (Trace, Given, Vec<Value>) {
    let scenario: Scenario = text.parse().unwrap();
    let resolved = modes::resolve(&scenario).unwrap();
    let played = modes::play(&scenario.mode, &scenario.without, &scenario.with).unwrap();
    let variant = modes::find(&scenario.mode.id).unwrap().variant(played.selection.variant.as_deref());
    let worlds = World::all(played.mode, variant, &played.switches, Sessions::One);
    let goal = goal.parse().unwrap();
    let mut found = search(&worlds, &[goal], Bound::of(10_000), true);
    let trace = found.attacks.remove(&goal).unwrap();
    let orders = stage(&resolved, &Setting::seeded("test", 1)).unwrap();
    let group = own_group(&resolved.scenario.mode);
    let given = [(Role::Client, &orders.client), (Role::Server, &orders.server)].map(|(role, order)| {
        let supply = Supply::of(order, played.mode, group.clone(), None).unwrap_or_else(|_| Supply::default());
        supply.known(played.mode, role)
    });
    (trace, given.into(), group.map(Value::Group).into_iter().collect())
}

fn performed(text: &str, goal: &str, seed: u8) -> Result<Performed, Parting> {
    let (trace, given, groups) = found(text, goal);
    perform(&trace, &given, &groups, [seed; 32])
}

#[test]
fn what_is_found_is_done_with_real_cryptography() {
    for (scenario, goal) in [
        ("dh/relay", "secrecy-client"),
        ("dh/relay", "secrecy-server"),
        ("dh/relay~public-range", "secrecy-client"),
        ("dh-weak:published/relay", "secrecy-client"),
        ("ecdh/relay", "secrecy-client"),
        ("ecdh/relay", "secrecy-server"),
        ("ecdh/relay~contributory", "secrecy-client"),
        ("ecdh-cert/relay", "secrecy-server"),
        ("ecdh-cert/relay~transcript-signature", "secrecy-client"),
        ("dh-cert:transcript/relay~transcript-signature+group-size", "secrecy-client"),
        ("hybrid-cert/relay~transcript-signature", "secrecy-client"),
        ("psk/relay~psk-binder", "secrecy-client"),
        ("psk/relay~psk-binder", "secrecy-server"),
        ("pake/relay~contributory", "secrecy-client"),
        ("tofu/relay~known-key", "secrecy-client"),
        ("tofu/relay~transcript-signature", "secrecy-client"),
        ("sas/relay~sas-compare", "secrecy-client"),
    ] {
        for seed in [1, 2] {
            match performed(scenario, goal, seed) {
                Ok(performed) => {
                    assert!(!performed.finished.is_empty(), "{scenario}");
                    assert!(
                        !performed.gains.is_empty() && performed.gains.iter().all(|(_, same)| *same),
                        "{scenario}: {:?}",
                        performed.gains
                    );
                }
                Err(parting) => panic!("{scenario}, {goal}: {parting}"),
            }
        }
    }
}

/// A trace that was found without a check is not believed with it: the real party stops, and performing says where.
#[test]
fn where_a_check_stands_in_the_way_the_two_part() {
    let (trace, given, groups) = found("ecdh-cert/relay~transcript-signature", "secrecy-client");
    let switches = trace.world.casts[0].table.switches::<&str>(&[], &[]);
    let parted = perform_under(&trace, &switches, &given, &groups, [1; 32]);
    assert!(matches!(parted, Err(Parting::Stopped(who, _)) if who == "alice"));
}
