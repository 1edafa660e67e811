//! A console as it is started: how soon it shows a verdict, and how large it is after many sessions.

use crate::{Row, row, runtime};
use lab::staging::Setting;
use serde_json::json;
use std::{
    fs,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use support::{
    conversation::attacked,
    http::{Stream, post},
    serving::Lab,
    staging::stage,
};
use tempfile::TempDir;
use web::sessions::{
    book::Book,
    hub::Hub,
    session::Session,
    store::{Place, Retention, Store},
};

/// How often it is started.
const STARTS: usize = 5;
/// Sessions of one request.
const AT_ONCE: usize = 100;

/// How long it takes from the command to the first verdict of the sessions that are played at the start, by the clock.
pub fn first_verdict() -> Vec<Row> {
    let start = || {
        let began = Instant::now();
        let lab = Lab::ephemeral();
        let ready = began.elapsed();
        let listed = || lab.get("/api/sessions").json();
        let done = |listed: serde_json::Value| {
            listed["sessions"].as_array().is_some_and(|all| all.iter().any(|it| it["status"] == "done"))
        };
        let mut stream = Stream::open(lab.address, None);
        if !done(listed()) {
            stream.until("a verdict", |message| message.name == "session" && message.data["status"] == "done");
        }
        (ready, began.elapsed())
    };
    let mut taken: Vec<(Duration, Duration)> = (0..STARTS).map(|_| start()).collect();
    taken.sort_by_key(|(_, verdict)| *verdict);
    let (ready, verdict) = taken[STARTS / 2];
    let told = format!("{} ms; ready after {} ms", verdict.as_millis(), ready.as_millis());
    vec![row(format!("from the command to the first verdict, median of {STARTS}"), told)]
}

/// The console's memory after this many sessions, all of them kept, and after a tenth of them; and what one of them costs each process.
pub fn played(sessions: usize) -> Vec<Row> {
    // A tenth of them is two requests or more.
    let sessions = sessions.next_multiple_of(20 * AT_ONCE);
    let directory = TempDir::new().expect("a directory");
    let data = directory.path().display().to_string();
    let lab = Lab::start(&["--listen", "127.0.0.1:0", "--data", &data]);
    lab.mission();
    let size = || resident(&lab.program.pid().to_string());
    let body = json!({ "scenario": "ecdh-cert/substitute", "sessions": AT_ONCE, "wait": true }).to_string();
    // Two callers, so that there is always somebody whose turn it is.
    let play = |sessions: usize| {
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..sessions / AT_ONCE / 2 {
                        let answer = post(lab.address, "/api/sessions", &body);
                        assert_eq!(answer.status, 200, "{answer:?}");
                    }
                });
            }
        });
    };
    let [client, attacker, server] = lab.pids();
    let all_of_them = [client, server, attacker, lab.program.pid()].map(|pid| pid.to_string());
    let spent = || all_of_them.each_ref().map(|pid| spent(pid));
    let (began, before) = (Instant::now(), spent());
    let first = size();
    play(sessions / 10);
    let tenth = size();
    play(sessions - sessions / 10);
    let all = size();
    let rate = sessions as f64 / began.elapsed().as_secs_f64();
    let after = spent();
    let each: [f64; 4] = std::array::from_fn(|at| (after[at] - before[at]) * 1e3 / sessions as f64);
    let [client, server, attacker, console] = each;
    let costs = format!(
        "{:.2} ms: client {client:.2}, server {server:.2}, attacker {attacker:.2}, console and store {console:.2}",
        each.iter().sum::<f64>()
    );
    let told =
        format!("{all:.1} MB; {first:.1} MB at the start, {tenth:.1} MB after a tenth; {rate:.0} sessions a second");
    vec![
        row("processor time of a session of `ecdh-cert/substitute` through the whole lab".to_owned(), costs),
        row(format!("the console after {sessions} sessions, all kept"), told),
    ]
}

/// Seconds of processor time that a process has used so far (proc_pid_stat: user and system, in hundredths of a second).
fn spent(process: &str) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).expect("its account");
    // Behind the name, which stands in parentheses, the state is the third field.
    let (_, fields) = stat.rsplit_once(") ").expect("a name");
    let ticks = fields.split(' ').skip(14 - 3).take(2).map(|ticks| ticks.parse::<u64>().expect("a number"));
    ticks.sum::<u64>() as f64 / 100.0
}

/// Megabytes that a process has resident.
fn resident(process: &str) -> f64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
}

/// What a console's book, stream and store take for this many sessions, fed with what one that was played told: without handshakes,
/// and so as many in a minute as otherwise in an hour. More of them are told than are kept.
pub fn fed(sessions: usize) -> Vec<Row> {
    let directory = TempDir::new().expect("a directory");
    let scenario: lab::scenario::Scenario = "ecdh-cert/substitute".parse().expect("a scenario");
    let events = attacked(&stage(&scenario, &Setting::seeded("fed", 7)).expect("orders")).events;
    let told = events.len();
    let retention = Retention { sessions: sessions as u64 / 2, ..Retention::default() };
    let own = runtime();
    let (first, tenth, all, kept) = own.block_on(async {
        let store = Store::open(Place::Directory(directory.path().to_owned()), retention);
        let book = Book::open(store, Arc::new(Hub::default())).await;
        let (first, mut tenth) = (resident("self"), 0.0);
        for number in 1..=sessions {
            let id = format!("{number:016x}");
            book.begin(Session::new(id.clone(), scenario.clone(), Some(7), number as u64));
            book.tell_all(&id, events.clone());
            assert!(book.end(&id).is_some_and(|record| record.session.verdict.is_some()));
            if number.is_multiple_of(AT_ONCE) {
                // Whoever asks is answered when what waited is kept.
                let kept = book.store().ask(|_| Ok(())).await;
                assert!(kept.is_ok(), "{kept:?}");
            }
            if number == sessions / 10 {
                tenth = resident("self");
            }
        }
        let all = resident("self");
        (first, tenth, all, book.store().close() == 0)
    });
    assert!(kept, "a session was lost to the store");
    let figure = format!("{all:.1} MB; {first:.1} MB at the start, {tenth:.1} MB after a tenth");
    vec![row(format!("book, stream and store after {sessions} sessions of {told} events, half of them kept"), figure)]
}
