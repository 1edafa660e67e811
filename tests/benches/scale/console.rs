//! A console as it is started: how soon it shows a verdict, and how large it is after many sessions.

use crate::{Row, row};
use serde_json::json;
use std::{
    fs, thread,
    time::{Duration, Instant},
};
use support::{
    http::{Stream, post},
    serving::Lab,
};
use tempfile::TempDir;

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

/// The console's memory after this many sessions, all of them kept, and after a tenth of them.
pub fn memory(sessions: usize) -> Vec<Row> {
    // A tenth of them is two requests or more.
    let sessions = sessions.next_multiple_of(20 * AT_ONCE);
    let directory = TempDir::new().expect("a directory");
    let data = directory.path().display().to_string();
    let lab = Lab::start(&["--listen", "127.0.0.1:0", "--data", &data]);
    lab.mission();
    let size = || {
        let status = fs::read_to_string(format!("/proc/{}/status", lab.program.pid())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
        line.trim().trim_end_matches(" kB").parse::<f64>().expect("a number") / 1024.0
    };
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
    let began = Instant::now();
    let first = size();
    play(sessions / 10);
    let tenth = size();
    play(sessions - sessions / 10);
    let all = size();
    let rate = sessions as f64 / began.elapsed().as_secs_f64();
    let told =
        format!("{all:.1} MB; {first:.1} MB at the start, {tenth:.1} MB after a tenth; {rate:.0} sessions a second");
    vec![row(format!("the console after {sessions} sessions, all kept"), told)]
}
