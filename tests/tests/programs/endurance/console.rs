//! A console with all scenarios at once, and what it keeps of them.

use super::{
    chaos::storm,
    heard::{Events, Shared},
    usage::{Usage, descriptors},
};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use rand_core::Rng;
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};
use support::{
    http::{Stream, get},
    programs::Program,
    serving::{Lab, MISSION, PARTS, text},
};
use tempfile::TempDir;
use web::ci::{group::Group, outcomes};

/// How long what is under way may take at the end, and the console to start again.
const CLOSING: Duration = Duration::from_secs(300);
/// Descriptors that a process may have more at rest than before its first session: a connection of somebody who asks, a file that
/// is kept open. Whoever forgets one in each session has hundreds.
const FEW: usize = 8;
/// What the console keeps.
const KEPT: usize = 5000;

/// Plays for so long, in the first half under blows; answers with what must not be.
pub fn endure(time: Duration, at_once: usize, seed: u64) -> Vec<String> {
    let rows = outcomes::all().expect("the table").into_iter().filter(|row| Group::Usual.has(row)).collect();
    let data = TempDir::new().expect("a directory");
    let (path, jobs, kept) = (data.path().display().to_string(), at_once.to_string(), KEPT.to_string());
    // Victims are more patient than a stopped process needs, and than a busy machine makes them wait.
    let patience = if time < Duration::from_secs(60) { "5000" } else { "20000" };
    let flags =
        ["--data", &path, "--listen", "127.0.0.1:0", "--jobs", &jobs, "--retain", &kept, "--patience", patience];
    let lab = Lab::start(&flags);
    let address = lab.address;
    let before = at_rest(&lab);
    let shared = Shared::new(rows, move |path| get(address, path));
    let (mut usage, began) = (Usage::default(), Instant::now());
    let (blows, compared, code, took) = thread::scope(|scope| {
        let (sender, compare) = channel();
        let (shared, stream) = (&shared, Stream::open(address, None));
        scope.spawn(move || shared.listen(stream, &sender));
        let comparing = scope.spawn(move || compared(address, &compare, shared));
        let (calm, over) = channel::<()>();
        let storming = scope
            .spawn(move || storm(|| shared.state().pids, &over, time / 2, &mut ChaCha20Rng::seed_from_u64(seed ^ 1)));
        let mut player = Player { shared, usage: &mut usage, began, time, next: usize::MAX, sampled: began };
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        player.play(&lab, at_once, time / 2, &mut rng);
        drop(calm);
        let blows = storming.join().expect("the storm");
        player.play(&lab, at_once, time, &mut rng);
        let open = shared.settled(CLOSING);
        shared.state().tally.faults.extend(open);
        shared.state().tally.faults.extend(left_open(&lab, &before));
        let took = began.elapsed();
        // The end of the stream ends who listens to it, and that who compares.
        let code = lab.end();
        (blows, comparing.join().expect("the comparison"), code, took)
    });
    let state = shared.state();
    let (told, grown) = usage.told();
    println!(
        "{} sessions in {:.0} s, {at_once} at once; {blows} blows; the events of {compared} compared with what is kept; the stream begun anew {} times\n{}{told}",
        state.tally.all(),
        took.as_secs_f64(),
        state.resets,
        state.tally.told()
    );
    let mut faults = state.tally.faults.clone();
    faults.extend(grown);
    faults.extend((code != Some(0)).then(|| format!("the console ended with {code:?}")));
    let started = Instant::now();
    let (_again, address) = again(&flags);
    let took = started.elapsed();
    let (oldest, missing) = kept_again(address, state.tally.all());
    faults.extend(missing);
    // Those that began first are let go first, however late they ended.
    let (stays, gone): (Vec<_>, Vec<_>) = state.last.iter().partition(|(_, began, _)| *began > oldest);
    for (id, _, heard) in &stays {
        let kept = Events::kept(address, id);
        faults.extend((kept != *heard).then(|| format!("{id}: heard {heard:?}, read again {kept:?}")));
    }
    faults.extend((stays.len() < gone.len()).then(|| format!("of {} hardly any is kept", state.last.len())));
    println!(
        "  started again in {:.1} s; the events of {} read again, {} began before what is kept\n",
        took.as_secs_f64(),
        stays.len(),
        gone.len()
    );
    faults
}

/// The descriptors of each process.
fn at_rest(lab: &Lab) -> BTreeMap<&'static str, usize> {
    let all = PARTS.into_iter().zip(lab.pids()).chain([("console", lab.program.pid())]);
    all.filter_map(|(part, pid)| Some((part, descriptors(pid)?))).collect()
}

/// Who has more descriptors than before the first session, when none is under way. What rises with the sessions under way, and falls
/// with them, is none of it.
fn left_open(lab: &Lab, before: &BTreeMap<&str, usize>) -> Vec<String> {
    let waited = Instant::now();
    loop {
        let now = at_rest(lab);
        let more = now.iter().filter(|(part, count)| before.get(*part).is_none_or(|before| **count > before + FEW));
        let more: Vec<_> =
            more.map(|(part, count)| format!("{part} has {count} descriptors at rest, before {before:?}")).collect();
        if more.is_empty() || waited.elapsed() >= CLOSING {
            println!("  descriptors before the first session {before:?}, after the last {now:?}");
            return more;
        }
        // The system tells nobody when a connection is closed by the other side.
        thread::sleep(Duration::from_millis(50));
    }
}

/// The console once more, with what it keeps.
fn again(flags: &[&str]) -> (Program, SocketAddr) {
    let mut program = Program::start("interlock", &[&["serve"], flags].concat());
    let address = |line: &str| line.split_once("Interlock is ready: http://")?.1.trim().parse().ok();
    let started = Instant::now();
    loop {
        match program.seek(address) {
            Ok(address) => return (program, address),
            Err(RecvTimeoutError::Timeout) if started.elapsed() < CLOSING => {}
            Err(error) => panic!("the console does not start again: {error}"),
        }
    }
}

/// Who asks for sessions and looks at processes.
struct Player<'s> {
    shared: &'s Shared,
    usage: &'s mut Usage,
    began: Instant,
    time: Duration,
    next: usize,
    sampled: Instant,
}

impl Player<'_> {
    /// Keeps so many sessions under way until then, rows in their order from random places on.
    fn play(&mut self, lab: &Lab, at_once: usize, until: Duration, rng: &mut ChaCha20Rng) {
        let rows = self.shared.rows.len();
        while let Some(left) = until.checked_sub(self.began.elapsed()) {
            let pause = (self.time / 100).min(left);
            let open = self.shared.fewer(at_once, pause).open.len();
            if open < at_once {
                if self.next >= rows {
                    self.next = rng.next_u32() as usize % rows;
                }
                self.shared.ask(lab.address, self.next);
                self.next += 1;
            }
            if self.sampled.elapsed() >= self.time / 100 {
                self.sampled = Instant::now();
                let pids = self.shared.state().pids.into_iter().flatten();
                for (part, pid) in PARTS.into_iter().zip(pids).chain([("console", lab.program.pid())]) {
                    self.usage.sample(part, pid, self.began.elapsed());
                }
            }
        }
    }
}

/// Holds what was heard of sessions against what is kept; answers with how many there were.
fn compared(address: SocketAddr, sessions: &Receiver<(String, Events)>, shared: &Shared) -> usize {
    let mut compared = 0;
    for (id, heard) in sessions {
        let kept = Events::kept(address, &id);
        shared.compared((kept != heard).then(|| format!("{id}: heard {heard:?}, kept {kept:?}")));
        compared += 1;
    }
    compared
}

/// When the first of what is kept began, or 0 where nothing had to make room; and what is wrong with the list of what is kept: each
/// session stands there once, and as many as there were or as are kept.
fn kept_again(address: SocketAddr, played: usize) -> (u64, Option<String>) {
    let (mut ids, mut page, mut oldest) = (Vec::new(), String::new(), u64::MAX);
    loop {
        let answer = get(address, &format!("/api/sessions?limit=200{page}")).json();
        let sessions = answer["sessions"].as_array().expect("sessions");
        oldest = sessions.iter().filter_map(|it| it["started"].as_u64()).fold(oldest, u64::min);
        // Those of this start are not of the run.
        ids.extend(sessions.iter().filter(|it| it["status"] == "done").map(|session| text(&session["session"])));
        let Some(next) = answer["next"].as_u64() else { break };
        page = format!("&after={next}");
    }
    // Those take places among what is kept all the same.
    let (all, least) = (ids.len(), played.min(KEPT - MISSION.len()));
    ids.sort_unstable();
    ids.dedup();
    let wrong = ids.len() < all || all < least;
    let oldest = if played > KEPT - MISSION.len() { oldest } else { 0 };
    (oldest, wrong.then(|| format!("{all} sessions are kept, {} different, of {played}", ids.len())))
}
