use super::*;
use lab::{event::Action, scenario::Scenario, staging::Setting};
use std::collections::HashSet;
use support::{
    conversation::{attacked, campaign},
    hostile::places,
    staging::{self, stage},
};

fn record(scenario: &str, events: Vec<Event>) -> Record {
    let mut session = Session::new("5f0c6b1e9d2a4873".into(), scenario.parse().unwrap(), Some(7), 1_767_225_600_000);
    session.close(&events, 1_767_225_601_000);
    Record { session, events }
}

fn played(scenario: &str) -> Record {
    let parsed: Scenario = scenario.parse().unwrap();
    record(scenario, attacked(&stage(&parsed, &Setting::seeded("test", 7)).unwrap()).events)
}

fn drawn(record: &Record) -> String {
    picture(record, Theme::Light).unwrap()
}

/// Panics where something is no element of a picture.
fn assert_drawing(picture: &str) {
    let names = picture.split('<').skip(1).map(|it| it.trim_start_matches('/'));
    for name in names.map(|it| it.split([' ', '>', '/']).next().unwrap()) {
        let known = ["svg", "title", "rect", "text", "tspan", "path", "circle", "g"];
        assert!(known.contains(&name), "{name} in {picture}");
    }
}

#[test]
fn a_picture_tells_what_came_of_what_and_who_holds_which_key() {
    let record = played("ecdh/substitute");
    let picture = drawn(&record);
    let version = env!("CARGO_PKG_VERSION");
    for part in ["ecdh/substitute", ">S</tspan>", ">split</tspan>", "seed 7", "2026-01-01 00:00:00 UTC", version] {
        assert!(picture.contains(part), "{part} in {picture}");
    }
    let hands = &record.session.fingerprints;
    for key in hands.client.iter().chain(&hands.server) {
        // In its victim's hand, in the attacker's, and where each came to hold it.
        assert!(picture.matches(&format!(">{}</text>", &key[..4])).count() >= 4, "{key}");
    }
    let dashed = picture.matches("stroke-dasharray=\"7 5\"").count();
    let altered = |event: &&Event| matches!(event.fact, Fact::Relayed { action: Action::Alter, .. });
    assert!(dashed > 1 && dashed == record.events.iter().filter(altered).count(), "{dashed}");
    let sentences = || (sentence(&record.session), self::picture(&record, Theme::Dark).unwrap());
    let (said, german) = words::speaking(words::TONGUES[1], sentences);
    assert!(german.contains("Seed 7") && german.contains("Angreifer"), "{german}");
    assert!(german.contains(Theme::Dark.colour("panel")) && !picture.contains(Theme::Dark.colour("panel")));
    assert_ne!(said, sentence(&record.session));
    assert_eq!(picture, drawn(&record), "English is spoken again");
}

#[test]
fn what_stops_what_is_dropped_what_is_read_aloud_and_what_is_computed_is_drawn() {
    for (scenario, parts) in [
        ("ecdh-cert/substitute", ["stops at transcript-signature", ">X</tspan>"]),
        ("ecdh-cert/drop", ["stroke-width=\"4\" stroke-linecap=\"round\"/>", ">\u{2013}</tspan>"]),
        ("sas/relay", ["stroke-dasharray=\"0.1 9\"", ">P</tspan>"]),
        ("dh-weak:short,bits=32/crack", ["solved: 32 bits", ">R</tspan>"]),
    ] {
        let record = played(scenario);
        let picture = drawn(&record);
        assert_drawing(&picture);
        parts.iter().for_each(|part| assert!(picture.contains(part), "{scenario}: {part} in {picture}"));
        let frames = rows(&record.events).into_iter().filter(|row| matches!(row, Row::Frame(_))).count();
        let relayed = record.events.iter().filter(|event| matches!(event.fact, Fact::Relayed { .. })).count();
        assert!(frames >= relayed && relayed > 0, "{scenario}: {frames} rows of {relayed} frames");
    }
    // Of a campaign each session is told.
    let parsed: Scenario = "tofu/substitute".parse().unwrap();
    let orders = staging::campaign(&parsed, &Setting::seeded("test", 7)).unwrap();
    let both = record("tofu/substitute", campaign(&orders).events);
    let told = rows(&both.events).into_iter().filter(|row| matches!(row, Row::Session { .. })).count();
    assert!(told > 1 && told == orders.len(), "{told}");
    // Where nobody sits between the two each frame is one arrow.
    let mut direct = played("ecdh/relay").events;
    direct.retain(|event| event.source != Actor::Attacker);
    let is_sent = |event: &&Event| matches!(event.fact, Fact::Frame { way: lab::event::Way::Sent, .. });
    let is_whole = |row: &Row<'_>| matches!(row, Row::Frame(it) if it.after.is_some() && it.before.is_some());
    let whole = rows(&direct).into_iter().filter(is_whole).count();
    assert_eq!(whole, direct.iter().filter(is_sent).count());
}

#[test]
fn whatever_stands_in_a_session_is_text_in_its_picture() {
    const HOSTILE: &str = "</tspan><script>alert(1)</script>\u{0}\u{b}\u{202e}\u{ffff}\"'&<![CDATA[";
    let mut tried = HashSet::new();
    for scenario in ["ecdh-cert/substitute", "dh-weak:short,bits=32/crack"] {
        let record = played(scenario);
        for (i, event) in record.events.iter().enumerate() {
            let event = serde_json::to_value(event).unwrap();
            for at in places(&event) {
                let mut hostile = event.clone();
                *hostile.pointer_mut(&at).unwrap() = HOSTILE.into();
                let Ok(hostile) = serde_json::from_value(hostile) else { continue };
                if !tried.insert((event["type"].to_string(), at.clone())) {
                    continue;
                }
                let mut events = record.events.clone();
                events[i] = hostile;
                let picture = drawn(&self::record(scenario, events));
                assert_drawing(&picture);
                let shown = |it: char| it == '\n' || !it.is_control() && !"\u{202e}\u{ffff}".contains(it);
                assert!(picture.chars().all(shown), "{at}");
            }
        }
    }
    assert!(tried.len() > 20, "{tried:?}");
    let mut lost = played("ecdh/relay").session;
    lost.fingerprints.attacker = vec!["<b>&".to_owned(); 9];
    assert!(drawn(&Record { session: lost, events: vec![] }).contains(">&lt;b&gt;&amp;</text>"));
}
