//! Nobody in the middle: every mode agrees on one key and delivers both messages.

use lab::{
    modes,
    role::Actor,
    scenario::{Scenario, Selection},
    staging::{Setting, stage},
    verdict::{Kind, judge},
};
use tests::conversation::{Log, direct};

fn honest(mode: &str, seed: u64) -> Log {
    let scenario: Scenario = format!("{mode}/relay").parse().expect("a scenario");
    direct(&stage(&scenario, &Setting::seeded("test", seed)).expect("orders"))
}

fn every_mode() -> impl Iterator<Item = String> {
    modes::all().iter().flat_map(|mode| {
        let variant = |id: &str| Selection { variant: Some(id.to_owned()), ..Selection::plain(mode.id) }.to_string();
        let variants: Vec<String> = mode.variants.iter().map(|it| variant(it.id)).collect();
        if variants.is_empty() { vec![mode.id.to_owned()] } else { variants }
    })
}

#[test]
fn every_mode_is_private() {
    for mode in every_mode() {
        let log = honest(&mode, 1);
        let judgement = judge(&log.events);
        assert_eq!(judgement.verdict.kind, Kind::Private, "{mode}: {}\n{:#?}", judgement.verdict.because, log.events);
    }
}

#[test]
fn one_seed_gives_the_same_frames_and_another_others() {
    for mode in every_mode() {
        let (one, again, other) = (honest(&mode, 7), honest(&mode, 7), honest(&mode, 8));
        for actor in [Actor::Client, Actor::Server] {
            assert_eq!(one.sent(actor), again.sent(actor), "{mode}");
            assert!(one.sent(actor).iter().zip(other.sent(actor)).all(|(a, b)| *a != b), "{mode}");
        }
    }
}
