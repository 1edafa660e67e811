//! What a search through each mode costs: `cargo bench -p tests --bench searches`, or `… -- checks` with each check turned besides.
//!
//! For every goal, between two clients and two servers, on one core; `… -- 3+3` looks within another bound, `… -- states=N` at so
//! many states of each cast, `… -- only=NAME` at the places whose names begin so. It prints a place a line, by tabs: states,
//! milliseconds of processor time, states in a second, mebibytes that the search took at most (Linux, resident), and how many
//! goals were lost and how many were cut off; the last line is of all. With `update` every mode is measured within `2+2` and `3+3`,
//! and all checks besides, and the figures replace those of `measured.txt`, from which the table of docs/explore.md is made.
use explore::{
    matrix::{self, Place, Standing, Standings},
    search::Bound,
    world::Sessions,
};
use std::{cell::RefCell, fs, time::Instant};

const MEASURED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/searches/measured.txt");

/// States of each cast where every mode is looked at, as `interlock explore --matrix` has it.
const MATRIX: usize = 50_000;

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

/// What one search took.
struct Row {
    name: String,
    states: usize,
    nanoseconds: u64,
    mebibytes: f64,
    lost: usize,
    open: usize,
}

impl Row {
    fn of(place: &Place, bound: Bound, began: Instant) -> (Self, Standings) {
        // What was used at most is counted anew from here (proc_pid_clear_refs).
        let _ = fs::write("/proc/self/clear_refs", "5");
        let (before, held) = (spent(began), mebibytes("VmRSS"));
        let found = place.look(bound);
        let row = Self {
            name: place.name(),
            states: found.states,
            nanoseconds: spent(began) - before,
            mebibytes: (mebibytes("VmHWM") - held).max(0.0).round(),
            lost: found.of(Standing::Lost).count(),
            open: found.of(Standing::Open).count(),
        };
        (row, found)
    }

    /// Milliseconds of processor time.
    fn milliseconds(&self) -> f64 {
        self.nanoseconds as f64 / 1e6
    }

    fn tell(&self) {
        let each = self.states as f64 * 1e9 / self.nanoseconds.max(1) as f64;
        let (name, states, took) = (&self.name, self.states, self.milliseconds());
        println!("{name}\t{states}\t{took:.1}\t{each:.0}\t{}\t{}\t{}", self.mebibytes, self.lost, self.open);
    }
}

/// Looks at each of these, those that look alike once, and tells of each and of all.
fn measure(places: Vec<Place>, bound: Bound) -> Vec<Row> {
    let (began, rows) = (Instant::now(), RefCell::new(Vec::new()));
    let look = |place: &Place| {
        let (row, found) = Row::of(place, bound, began);
        row.tell();
        rows.borrow_mut().push(row);
        found
    };
    let cells = matrix::look(places, |different| different.iter().map(look).collect());
    let rows = rows.into_inner();
    all(format!("all {}", cells.len()), &rows).tell();
    rows
}

/// All of these in one.
fn all(name: String, rows: &[Row]) -> Row {
    Row {
        name,
        states: rows.iter().map(|row| row.states).sum(),
        nanoseconds: rows.iter().map(|row| row.nanoseconds).sum(),
        mebibytes: rows.iter().map(|row| row.mebibytes).fold(0.0, f64::max),
        lost: rows.iter().filter(|row| row.lost > 0).count(),
        open: rows.iter().filter(|row| row.open > 0).count(),
    }
}

/// Lines of the file of figures: the bound, the place, states, milliseconds, mebibytes, goals lost, goals cut off.
fn lines(bound: &str, rows: &[Row]) -> Vec<String> {
    let line = |row: &Row| {
        let took = row.milliseconds().round();
        format!("{bound}\t{}\t{}\t{took}\t{}\t{}\t{}", row.name, row.states, row.mebibytes, row.lost, row.open)
    };
    rows.iter().map(line).collect()
}

fn update() {
    let modes = || Place::all().into_iter().filter(|place| place.turned.is_none()).collect();
    let two = measure(modes(), Bound::of(MATRIX));
    let three = measure(modes(), Bound { sessions: Sessions::Three, ..Bound::of(MATRIX) });
    let checks = measure(Place::all(), Bound::of(MATRIX));
    let before = fs::read_to_string(MEASURED).unwrap_or_default();
    // What it is, and on what it was measured.
    let kept = before.lines().filter(|line| !line.contains('\t')).map(str::to_owned);
    let cells = Place::all().len();
    let figures = [lines("2+2", &two), lines("3+3", &three)].concat();
    let last = lines("checks", &[all(format!("{cells} places, {} searches", checks.len()), &checks)]);
    let slowest =
        checks.iter().max_by_key(|row| row.nanoseconds).map(|row| lines("slowest", std::slice::from_ref(row)));
    let all: Vec<String> = kept.chain(figures).chain(last).chain(slowest.unwrap_or_default()).collect();
    fs::write(MEASURED, all.join("\n") + "\n").expect("the figures written");
}

fn main() {
    let asked = |name: &str| std::env::args().any(|argument| argument == name);
    if asked("update") {
        return update();
    }
    let told = |name: &str| std::env::args().find_map(|it| it.strip_prefix(name).map(str::to_owned));
    let sessions = Sessions::ALL.into_iter().find(|it| asked(it.as_str())).unwrap_or_default();
    let states = told("states=").and_then(|it| it.parse().ok()).unwrap_or(MATRIX);
    let wanted = |place: &Place| asked("checks") || place.turned.is_none();
    // Under `cargo test` one mode is enough.
    let most = if asked("--bench") { usize::MAX } else { 1 };
    let only = told("only=");
    let named = |place: &Place| only.as_deref().is_none_or(|only| place.name().starts_with(only));
    let places = Place::all().into_iter().filter(|place| wanted(place) && named(place)).take(most).collect();
    measure(places, Bound { sessions, ..Bound::of(states) });
}
