//! Generators that their programs start from the clock: who finds out from what.

use lab::{
    event::{Event, Fact},
    role::Role,
    staging::{Orders, Setting},
    verdict::{Kind, judge},
};
use support::{conversation::campaign, staging};

/// What comes of one session in which both start their generators from their clocks, and the orders are then changed.
fn played(change: impl FnOnce(&mut Orders)) -> (Kind, Vec<Event>) {
    let scenario = "ecdh-cert:seeded/predict~fresh-randomness".parse().expect("a scenario");
    let mut sessions = staging::campaign(&scenario, &Setting::seeded("test", 5)).expect("orders");
    let [orders] = &mut sessions[..] else { panic!("one session") };
    change(orders);
    let events = campaign(&sessions).events;
    (judge(&events).verdict.kind, events)
}

/// How far the search is each time that it is told: so many of so many.
fn told(events: &[Event]) -> Vec<(u64, u64)> {
    let work = |event: &Event| match event.fact {
        Fact::Work { done, total, .. } => Some((done, total)),
        _ => None,
    };
    events.iter().filter_map(work).collect()
}

#[test]
fn a_clock_that_is_ten_seconds_off_is_tried_and_none_that_is_more() {
    // Both sides, every process number, the second itself and ten either way.
    let all = 2 * (1 << 15) * 21;
    for (off, kind) in [(-11, Kind::Private), (-10, Kind::Read), (0, Kind::Read), (10, Kind::Read), (11, Kind::Private)]
    {
        let (found, events) = played(|orders| orders.attack.now += off);
        assert_eq!(found, kind, "{off} s");
        let told = told(&events);
        assert_eq!(told.first(), Some(&(0, all)), "{off} s");
        let (tried, total) = *told.last().expect("a search");
        assert_eq!(tried, total, "it is told that the search is over");
        assert_eq!(tried == all, kind == Kind::Private, "{off} s: {tried} tries");
        assert!(off != 0 || tried <= 1 << 15, "the present is tried first: {tried} tries");
    }
}

#[test]
fn a_search_that_was_cut_off_proves_nothing() {
    let (kind, mut events) = played(|orders| orders.attack.now += 11);
    assert_eq!(kind, Kind::Private);
    let last = events.iter_mut().rev().find_map(|event| match &mut event.fact {
        Fact::Work { done, .. } => Some(done),
        _ => None,
    });
    *last.expect("a search") -= 1;
    assert_eq!(judge(&events).verdict.kind, Kind::Unread);
}

#[test]
fn one_poor_generator_of_the_two_is_enough() {
    for sound in [Role::Client, Role::Server] {
        let (found, events) = played(|orders| match sound {
            Role::Client => orders.client.without.clear(),
            Role::Server => orders.server.without.clear(),
        });
        assert_eq!(found, Kind::Read, "with the {sound}'s check on");
        let (tried, _) = *told(&events).last().expect("a search");
        assert!(tried <= 2 << 15, "the two are tried side by side: {tried} tries");
    }
    let (found, _) =
        played(|orders| [&mut orders.client, &mut orders.server].into_iter().for_each(|it| it.without.clear()));
    assert_eq!(found, Kind::Private);
}
