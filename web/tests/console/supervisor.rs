//! The console and its processes: what happens when they work, die, fall silent, rave, or cannot be started.

use crate::fake::{Fake, console};
use lab::{event::Fact, verdict::Kind};
use std::{path::Path, time::Duration};
use web::{console::Processes, sessions::session::Record};

const LONG: Duration = Duration::from_secs(600);

fn kind(record: &Record) -> Kind {
    record.session.verdict.as_ref().unwrap().kind
}

fn because(record: &Record) -> &str {
    &record.session.verdict.as_ref().unwrap().because
}

fn pids(processes: &Processes) -> Vec<u32> {
    [&processes.client, &processes.attacker, &processes.server].into_iter().filter_map(|process| process.pid).collect()
}

#[tokio::test]
async fn a_session_is_judged_when_all_three_have_told_their_end() {
    let fake = Fake::start(LONG).await;
    let record = fake.verdict("dh/relay").await;
    assert_eq!(record.events.iter().filter(|event| event.fact == Fact::Ended).count(), 3);
    assert_eq!(record.events.iter().map(|event| event.n).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert!(record.events.iter().all(|event| event.session == record.session.session));
    assert_eq!(kind(&record), Kind::Disrupted, "both victims gave up");
    fake.console.stop().await;
}

#[tokio::test]
async fn sessions_of_one_seed_take_turns_and_keep_their_own_ids() {
    let fake = Fake::start(LONG).await;
    let playing: Vec<_> = (0..8).map(|_| fake.play("dh/relay", Some(7))).collect();
    let mut ids = std::collections::BTreeSet::new();
    for playing in playing {
        let record = playing.done().await.unwrap();
        assert_eq!(record.events.len(), 5, "the events of one session each");
        ids.insert(record.session.session.clone());
    }
    assert_eq!(ids.len(), 8);
    fake.console.stop().await;
}

#[tokio::test]
async fn each_process_that_dies_ends_its_sessions_and_is_started_again() {
    let fake = Fake::start(LONG).await;
    for part in ["client", "attacker", "server"] {
        fake.mark(&format!("{part}.dies"));
        let record = fake.verdict("dh/relay").await;
        assert_eq!(kind(&record), Kind::Inconclusive);
        assert!(because(&record).contains(part) && because(&record).contains("7"), "{}", because(&record));
        assert_eq!(kind(&*fake.verdict("dh/relay").await), Kind::Disrupted, "the lab lives on without the {part}");
    }
    let processes = fake.console.processes();
    assert_eq!((processes.client.restarts, processes.server.restarts), (1, 1));
    fake.console.stop().await;
}

/// A process that died at once again and again is back within seconds: who comes meanwhile waits for it.
#[tokio::test]
async fn after_four_quick_deaths_a_session_waits_for_the_next_life() {
    let fake = Fake::start(LONG).await;
    for _ in 0..4 {
        fake.mark("attacker.dies");
        assert_eq!(kind(&*fake.verdict("dh/relay").await), Kind::Inconclusive);
    }
    let record = fake.verdict("dh/relay").await;
    assert_eq!(kind(&record), Kind::Disrupted, "{}", because(&record));
    assert_eq!(fake.console.processes().attacker.restarts, 4);
    fake.console.stop().await;
}

#[tokio::test]
async fn a_silent_process_costs_one_deadline() {
    let fake = Fake::start(Duration::from_millis(300)).await;
    fake.verdict("dh/relay").await;
    fake.mark("attacker.silent");
    let record = fake.verdict("dh/relay").await;
    assert_eq!(kind(&record), Kind::Inconclusive);
    assert_eq!(because(&record), "The session was not over after 0.3 s.", "and the console was not lost");
    fake.console.stop().await;
}

#[tokio::test]
async fn nonsense_and_events_in_anothers_name_change_nothing() {
    let fake = Fake::start(LONG).await;
    fake.mark("server.raves");
    let record = fake.verdict("dh/relay").await;
    assert_eq!(record.events.len(), 5);
    assert_eq!(kind(&record), Kind::Disrupted);
    fake.console.stop().await;
}

#[tokio::test]
async fn no_process_is_left_behind() {
    let fake = Fake::start(LONG).await;
    fake.verdict("dh/relay").await;
    let pids = pids(&fake.console.processes());
    assert_eq!(pids.len(), 3);
    fake.console.stop().await;
    for pid in pids {
        assert!(!Path::new(&format!("/proc/{pid}")).exists(), "process {pid} is still there");
    }
}

#[tokio::test]
async fn a_program_that_does_not_start_is_named() {
    let console = console("/nowhere/interlock".into(), LONG).await;
    let playing = console.play("dh/relay".parse().unwrap(), None).unwrap();
    let record = playing.done().await.unwrap();
    assert_eq!(kind(&record), Kind::Inconclusive);
    assert!(because(&record).contains("/nowhere/interlock"), "{}", because(&record));
    console.stop().await;
}

#[tokio::test]
async fn long_computations_leave_the_lab_to_others() {
    let fake = Fake::start(LONG).await;
    fake.mark("server.silent");
    let play = |scenario, sessions| {
        let _ = (0..sessions).map(|_| fake.play(scenario, None)).collect::<Vec<_>>();
        fake.console.waiting()
    };
    assert_eq!(play("dh-weak:short,bits=224/crack", 8), 7, "one of four places is for what goes on for long");
    assert_eq!(play("dh/substitute", 3), 7, "the others are for the rest");
    assert_eq!(play("dh/substitute", 1), 8);
    fake.console.stop().await;
}

#[tokio::test]
async fn what_is_under_way_when_the_console_ends_is_judged() {
    let fake = Fake::start(LONG).await;
    fake.mark("server.silent");
    let playing: Vec<_> = (0..6).map(|_| fake.play("dh/relay", None)).collect();
    let (under_way, waiting) = playing.split_at(4);
    fake.console.stop().await;
    for session in under_way {
        let judged = fake.console.book().record(&session.session.session).await.unwrap().unwrap();
        assert_eq!(judged.session.verdict.unwrap().because, "The console ended before the session did.");
    }
    for session in waiting {
        let record = fake.console.book().record(&session.session.session).await.unwrap().unwrap();
        assert_eq!(record.session.verdict, None, "it never began");
    }
}
