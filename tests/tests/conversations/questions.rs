//! Questions to a server of which nothing was heard: a clock decides neither what the attacker reads nor why it did not.

use attacker::attack::Unheard::{self, Silent, TimeOver};
use lab::{
    event::Fact,
    staging::Setting,
    verdict::{Kind, judge},
};
use support::{
    conversation::{Log, attacked_unheard},
    staging::stage,
};

/// Why nothing is heard of a call, by its number.
type Silence = fn(u32) -> Option<Unheard>;

fn asked(unheard: Silence) -> Log {
    let scenario = "rsa:pkcs1v15,bits=513/bleichenbacher~implicit-rejection".parse().expect("a scenario");
    attacked_unheard(&stage(&scenario, &Setting::seeded("asked", 1)).expect("orders"), unheard)
}

/// Questions that were asked, why nothing was found, and whether it was cut off.
fn end(log: &Log) -> (u64, Option<String>, bool) {
    let mut ends = log.events.iter().rev().filter_map(|event| match &event.fact {
        Fact::Asked { questions, failure, cut_off, .. } => {
            Some((*questions, failure.as_ref().map(|failure| failure.kind.clone()), cut_off.is_some()))
        }
        _ => None,
    });
    ends.next().expect("an end")
}

#[test]
fn a_server_that_is_slow_at_times_is_asked_the_same_again() {
    let (always, at_times) = (asked(|_| None), asked(|number| (number % 4 != 0).then_some(Silent)));
    for log in [&always, &at_times] {
        assert_eq!(judge(&log.events).verdict.kind, Kind::Read);
    }
    assert_eq!(end(&at_times), end(&always), "by the same questions");
}

#[test]
fn a_server_that_answers_no_more_and_a_time_that_is_over_are_told_apart() {
    let ends: [(Silence, &str); 3] = [
        (|_| Some(Silent), "unanswered"),
        (|number| (number > 100).then_some(Silent), "unanswered"),
        (|number| (number > 100).then_some(TimeOver), "interrupted"),
    ];
    for (unheard, why) in ends {
        let log = asked(unheard);
        let (_, failure, cut_off) = end(&log);
        assert_eq!((failure.as_deref(), cut_off), (Some(why), true));
        assert_eq!(judge(&log.events).verdict.kind, Kind::Unread, "{why}");
    }
}
