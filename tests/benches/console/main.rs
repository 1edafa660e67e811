//! What the console costs in processor time: a session that it stages, hears, judges and keeps; and a delivery to a viewer, against the
//! broadcast that a plain axum server of the same run makes.

mod delivery;

use attacker::attacks::resolve;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lab::{control::Report, event::Event, scenario::Scenario};
use std::{fs, hint::black_box, sync::Arc, time::Duration};
use support::conversation::campaign;
use web::sessions::{
    book::Book,
    hub::Hub,
    orders::{Orders, Phrases, Settings, orders},
    session::Session,
    store::{Place, Retention, Store},
};

fn settings() -> Settings {
    Settings { patience: Duration::from_secs(5), deadline: None, phrases: Phrases::default() }
}

/// What the three processes report of a session, line by line.
fn lines(scenario: &Scenario) -> Vec<Vec<u8>> {
    let staged = orders("bench", &resolve(scenario).expect("a scenario"), Some(1), &settings()).expect("orders");
    let events = campaign(&staged).events;
    events.into_iter().map(|event| serde_json::to_vec(&Report::Event(event)).expect("JSON")).collect()
}

/// Processor time that all threads of this process have used (proc_pid_schedstat): what else the machine does is not in it.
fn used() -> Duration {
    let tasks = fs::read_dir("/proc/self/task").expect("the threads").flatten();
    let accounts = tasks.filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok());
    let used = accounts.filter_map(|account| account.split(' ').next()?.parse::<u64>().ok());
    Duration::from_nanos(used.sum())
}

/// What something costs in processor time, done so often.
fn cost(times: u64, mut work: impl FnMut()) -> Duration {
    let before = used();
    (0..times).for_each(|_| work());
    used() - before
}

fn session(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let directory = tempfile::tempdir().expect("a directory");
    let place = Place::Directory(directory.path().into());
    let store = Store::open(place, Retention::default());
    let book = runtime.block_on(Book::open(store, Arc::new(Hub::default())));
    let mut group = criterion.benchmark_group("session");
    group.throughput(Throughput::Elements(1));
    for scenario in ["dh/substitute", "ecdh-cert/substitute"] {
        let scenario: Scenario = scenario.parse().expect("a scenario");
        let lines = lines(&scenario);
        let resolved = resolve(&scenario).expect("a scenario");
        let staged = |seed: Option<u64>| {
            let staged = orders("bench", &resolved, seed, &settings()).expect("orders");
            let texts = |it: &Orders| {
                [serde_json::to_vec(&it.client), serde_json::to_vec(&it.server), serde_json::to_vec(&it.attack)]
            };
            staged.iter().map(texts).collect::<Vec<_>>()
        };
        group.bench_function(format!("{scenario}: orders"), |bencher| {
            bencher.iter_custom(|times| cost(times, || drop(black_box(staged(None)))))
        });
        // With authorities of its own, which nobody has issued anything for yet.
        let mut seed = 0;
        group.bench_function(format!("{scenario}: orders of another seed"), |bencher| {
            bencher.iter_custom(|times| {
                cost(times, || {
                    seed += 1;
                    drop(black_box(staged(Some(seed))));
                })
            });
        });
        group.bench_function(format!("{scenario}: {} reports read", lines.len()), |bencher| {
            bencher.iter_custom(|times| cost(times, || lines.iter().for_each(|line| drop(black_box(read(line))))));
        });
        group.bench_function(format!("{scenario}: the same, by their types alone"), |bencher| {
            bencher.iter_custom(|times| {
                cost(times, || {
                    for line in &lines {
                        black_box(serde_json::from_slice::<Report>(line).expect("a report"));
                    }
                })
            });
        });
        let mut n = 0_u64;
        let mut run = || {
            n += 1;
            let id = format!("{n:016x}");
            book.begin(Session::new(id.clone(), scenario.clone(), None, n));
            // What a process tells between two that others tell comes with one read of its pipe.
            let mut events = Vec::new();
            for line in &lines {
                let Report::Event(event) = read(line) else { unreachable!("only events are told") };
                if events.last().is_some_and(|last: &Event| last.source != event.source) {
                    book.tell_all(&id, std::mem::take(&mut events));
                }
                events.push(event);
            }
            book.tell_all(&id, events);
            black_box(book.end(&id));
        };
        group.bench_function(format!("{scenario}: heard, judged, published"), |bencher| {
            bencher.iter_custom(|sessions| cost(sessions, &mut run))
        });
        // What is kept is written by a thread of its own: this waits for it.
        let mut measured = Vec::new();
        group.bench_function(format!("{scenario}: heard, judged, published and kept"), |bencher| {
            bencher.iter_custom(|sessions| {
                let before = used();
                (0..sessions).for_each(|_| run());
                runtime.block_on(book.store().ask(|_| Ok(()))).expect("a store that answers");
                let cost = used() - before;
                measured.push((cost.as_nanos() / u128::from(sessions)) as u64);
                cost
            });
        });
        if let Some(heard) = median(measured) {
            let ordered = cost(100, || drop(black_box(staged(None)))).as_nanos() as f64 / 100.0;
            let cost = (heard as f64 + ordered) / 1e6;
            println!("{scenario}: {cost:.2} ms of processor time from its orders to the store (asked: 0.5)");
        }
    }
    group.finish();
    assert_eq!(book.store().close(), 0, "every session was kept");
}

fn read(line: &[u8]) -> Report {
    Report::read(line).expect("a report")
}

/// Nothing, where nothing was measured.
fn median(mut measured: Vec<u64>) -> Option<u64> {
    measured.sort_unstable();
    measured.get(measured.len() / 2).copied()
}

criterion_group!(benches, session, delivery::delivery);
criterion_main!(benches);
