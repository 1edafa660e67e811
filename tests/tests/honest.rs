//! Nobody in the middle: every mode agrees on one key and delivers both messages.

use lab::{
    role::Actor,
    scenario::Scenario,
    staging::{Setting, stage},
    verdict::{Kind, judge},
};
use support::conversation::{Log, direct, every_mode};

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
