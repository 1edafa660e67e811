//! Nobody in the middle: every mode agrees on one key and delivers both messages.

use crate::relayed;
use lab::{
    event::{Fact, Way},
    evidence::hex,
    modes,
    role::{Actor, Role},
    scenario::Scenario,
    staging::{BLOCK, Setting},
    verdict::{Kind, judge},
    victim::{Kept, Victim, messages, trusts},
    wire::{self, HEADER},
    words::{TONGUES, speaking},
};
use sha2::{Digest as _, Sha256};
use support::{
    conversation::{Log, direct, every_mode},
    staging::stage,
};

fn honest(mode: &str, seed: u64) -> Log {
    let scenario: Scenario = format!("{mode}/relay").parse().expect("a scenario");
    direct(&stage(&scenario, &Setting::seeded("test", seed)).expect("orders"))
}

#[test]
fn every_mode_is_private() {
    for mode in every_mode() {
        let log = honest(&mode, 1);
        let judgement = judge(&log.events);
        assert_eq!(judgement.verdict.kind, Kind::Private, "{mode}: {}\n{:#?}", judgement.verdict.because, log.events);
    }
}

/// Whoever has authorities tells by what it judges the other, so that a reader can judge the same; nobody else does.
#[test]
fn who_judges_certificates_tells_by_what() {
    let mut told = 0;
    for id in every_mode() {
        let scenario: Scenario = format!("{id}/relay").parse().expect("a scenario");
        let orders = stage(&scenario, &Setting::seeded("test", 1)).expect("orders");
        for order in [&orders.client, &orders.server] {
            let own = order.credentials.as_ref().map(|own| own.anchors.clone()).unwrap_or_default();
            match trusts(order) {
                Some(Fact::Trusts { anchors, now, .. }) => {
                    assert!(!own.is_empty() && anchors == own && now == order.now, "{id}");
                    told += 1;
                }
                other => assert!(other.is_none() && own.is_empty(), "{id}: {other:?}"),
            }
        }
    }
    assert!(told > 0);
}

/// What a program of the user's own is given to say is what the lab's victim says of itself.
#[test]
fn what_an_order_has_its_victim_say_is_said() {
    let orders = stage(&"ecdh/relay".parse().expect("a scenario"), &Setting::seeded("test", 1)).expect("orders");
    let log = direct(&orders);
    for (actor, role, order) in
        [(Actor::Client, Role::Client, &orders.client), (Actor::Server, Role::Server, &orders.server)]
    {
        let expected = messages(role, order).expect("what it says").map(|text| hex(&Sha256::digest(text)));
        let said = log.events.iter().filter(|event| event.source == actor).filter_map(|event| match &event.fact {
            Fact::Data { way: Way::Sent, digest, .. } => Some(digest.as_str()),
            _ => None,
        });
        assert!(said.eq(&expected), "{role}");
    }
}

/// A verdict's sentence is told in the language that is spoken, from the same grounds.
#[test]
fn a_verdict_is_told_in_the_language_that_is_spoken() {
    let verdict = judge(&honest("ecdh", 1).events).verdict;
    let told = TONGUES.map(|tongue| speaking(tongue, || verdict.sentence()));
    assert_eq!(told[0], verdict.because);
    assert!(told[1].starts_with("Vertraulich:"), "{}", told[1]);
}

/// Of what it sends and of what it hears, each victim tells the flight.
#[test]
fn every_frame_bears_the_flight_of_its_message() {
    for id in every_mode() {
        let (log, scenario) = (honest(&id, 1), format!("{id}/relay").parse::<Scenario>().expect("a scenario"));
        let mode = modes::of(&scenario.mode).expect("a mode");
        for event in &log.events {
            let Fact::Frame { way, flight, kind, .. } = &event.fact else { continue };
            let victim = if event.source == Actor::Client { Role::Client } else { Role::Server };
            let from = if *way == Way::Sent { victim } else { victim.peer() };
            let stands = relayed::flights(mode, from, kind);
            assert!(stands.contains(flight), "{id}: {kind} of the {from} in {flight}, not {stands:?}");
        }
    }
}

/// With the canary behind it, the longest phrase that a victim takes still travels in one record.
#[test]
fn a_phrase_arrives_or_is_refused() {
    let scenario: Scenario = "ecdh/relay".parse().expect("a scenario");
    let saying = |length: usize| {
        stage(&scenario, &Setting { client_phrase: "x".repeat(length), ..Setting::seeded("test", 1) }).expect("orders")
    };
    let log = direct(&saying(16_000));
    assert_eq!(judge(&log.events).verdict.kind, Kind::Private);
    // Frames stand in events in base64url.
    let longest = log.sent(Actor::Client).iter().map(|frame| frame.len() * 3 / 4).max();
    assert!(longest <= Some(HEADER + wire::Kind::Record.limit()));
    let refused = Victim::new(Role::Client, &saying(16_001).client, Kept::default()).map(drop);
    assert_eq!(refused.expect_err("too long").to_string(), "phrase: expected at most 16000 octets");
}

#[test]
fn one_seed_gives_the_same_frames_and_another_others() {
    for mode in every_mode() {
        let (one, again, other) = (honest(&mode, 7), honest(&mode, 7), honest(&mode, 7 + BLOCK));
        for actor in [Actor::Client, Actor::Server] {
            assert_eq!(one.sent(actor), again.sent(actor), "{mode}");
            assert!(one.sent(actor).iter().zip(other.sent(actor)).all(|(a, b)| *a != b), "{mode}");
        }
    }
}
