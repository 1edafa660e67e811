//! What a search through each mode costs: `cargo bench -p tests --bench searches`, or `… -- checks` with each check turned besides.
//!
//! For every goal, between two clients and two servers, on one core. It prints a mode a line, by tabs: states, milliseconds of
//! processor time, states in a second, mebibytes that the search took at most (Linux, resident), and how many goals were
//! lost and how many were cut off; the last line is of all. `… -- 3+3` looks within another bound.
use explore::{
    matrix::{self, Place, Standing, Standings},
    search::Bound,
    world::Sessions,
};
use std::{cell::Cell, fs, time::Instant};

/// Nanoseconds that this thread has computed (Linux), or that have passed.
fn spent(began: Instant) -> u64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = told.and_then(|it| it.split(' ').next()?.parse().ok());
    spent.unwrap_or_else(|| u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX))
}

/// Mebibytes that a line of this process's status tells.
fn mebibytes(name: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<f64>().ok()).map_or(f64::NAN, |it| it / 1024.0)
}

fn main() {
    let began = Instant::now();
    let asked = |name: &str| std::env::args().any(|argument| argument == name);
    let sessions = Sessions::ALL.into_iter().find(|it| asked(it.as_str())).unwrap_or_default();
    let bound = Bound { sessions, ..Bound::default() };
    let wanted = |place: &Place| asked("checks") || place.turned.is_none();
    // Under `cargo test` one mode is enough.
    let most = if asked("--bench") { usize::MAX } else { 1 };
    let only = std::env::args().find_map(|it| it.strip_prefix("only=").map(str::to_owned));
    let named = |place: &Place| only.as_deref().is_none_or(|only| place.name().starts_with(only));
    let places = Place::all().into_iter().filter(|place| wanted(place) && named(place)).take(most).collect();
    let (states, nanoseconds) = (Cell::new(0), Cell::new(0));
    let look = |place: &Place| -> Standings {
        // What was used at most is counted anew from here (proc_pid_clear_refs).
        let _ = fs::write("/proc/self/clear_refs", "5");
        let (before, held) = (spent(began), mebibytes("VmRSS"));
        let found = place.look(bound);
        let took = spent(began) - before;
        states.set(states.get() + found.states);
        nanoseconds.set(nanoseconds.get() + took);
        println!(
            "{}\t{}\t{}\t{}\t{}",
            place.name(),
            figures(found.states, took),
            (mebibytes("VmHWM") - held).max(0.0).round(),
            found.of(Standing::Lost).count(),
            found.of(Standing::Open).count()
        );
        found
    };
    let cells = matrix::look(places, |different| different.iter().map(look).collect());
    println!("all {}\t{}", cells.len(), figures(states.get(), nanoseconds.get()));
}

/// States, milliseconds, states in a second.
fn figures(states: usize, nanoseconds: u64) -> String {
    let seconds = nanoseconds.max(1) as f64 / 1e9;
    format!("{states}\t{:.1}\t{:.0}", seconds * 1e3, states as f64 / seconds)
}
