//! What the console tells on its stream, held against what had to come and against what it keeps.

use super::tally::{Befallen, Tally};
use lab::verdict::{Row, Verdict};
use serde_json::{Value, json};
use std::{
    collections::{HashMap, HashSet, VecDeque, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    net::SocketAddr,
    sync::{
        Condvar, Mutex, MutexGuard,
        mpsc::{Sender, channel},
    },
    thread,
    time::Duration,
};
use support::{
    http::{Answer, Message, Stream, get, post},
    serving::{PARTS, text},
};
use web::ci::outcomes;

/// Of so many sessions one has its events asked for again.
const EACH: usize = 8;
/// So many of these are asked for once more when the console has been started again.
const LAST: usize = 400;

/// A session's events: how many, and a digest of all in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Events {
    count: usize,
    digest: u64,
}

impl Events {
    fn add(&mut self, event: &Value) {
        let mut hasher = DefaultHasher::new();
        (self.digest, event.to_string()).hash(&mut hasher);
        (self.count, self.digest) = (self.count + 1, hasher.finish());
    }

    /// As a console has them.
    pub fn kept(address: SocketAddr, id: &str) -> Self {
        let answer = get(address, &format!("/api/sessions/{id}/events"));
        let mut kept = Self::default();
        if answer.status == 200 {
            answer.json()["events"].as_array().into_iter().flatten().for_each(|event| kept.add(event));
        }
        kept
    }
}

/// What is under way, and what came of the rest.
#[derive(Default)]
pub struct State {
    /// Sessions that are not judged yet, by id, with the place of their row.
    pub open: HashMap<String, usize>,
    heard: HashMap<String, Events>,
    /// Sessions of which something was missed: what was heard of them is not all.
    missed: HashSet<String>,
    judged: HashSet<String>,
    /// Sessions whose verdict was asked for: the stream may tell it once more.
    asked: HashSet<String>,
    /// How often the stream was begun anew.
    pub resets: usize,
    /// The three processes, while all are up.
    pub pids: Option<[u32; 3]>,
    /// What came out.
    pub tally: Tally,
    /// Sessions that are still to be compared.
    pub pending: usize,
    /// What was heard of the last of those sessions that are compared, and when each began.
    pub last: VecDeque<(String, u64, Events)>,
}

/// What the threads share.
pub struct Shared {
    /// What has to come.
    pub rows: Vec<Row>,
    /// What the console answers where this path is asked for.
    answers: Box<dyn Fn(&str) -> Answer + Send + Sync>,
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    /// Nothing yet, of these rows; what the stream did not tell is asked.
    pub fn new(rows: Vec<Row>, answers: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self { rows, answers: Box::new(answers), state: Mutex::default(), changed: Condvar::new() }
    }

    /// What is under way.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics")
    }

    /// Waits until nothing is under way and nothing still to be compared, or for so long; answers with what is under way then.
    pub fn settled(&self, time: Duration) -> Vec<String> {
        let goes_on = |state: &mut State| !state.open.is_empty() || state.pending > 0;
        let (state, _) = self.changed.wait_timeout_while(self.state(), time, goes_on).expect("no thread panics");
        let told = |(id, place): (&String, &usize)| {
            let answer = (self.answers)(&format!("/api/sessions/{id}"));
            format!("{} ({id}) is not judged: {answer:?}", self.rows[*place].scenario)
        };
        state.open.iter().map(told).collect()
    }

    /// One session was compared.
    pub fn compared(&self, fault: Option<String>) {
        let mut state = self.state();
        state.tally.faults.extend(fault);
        state.pending -= 1;
        self.changed.notify_all();
    }

    /// Waits until fewer than so many are under way, or for so long.
    pub fn fewer(&self, than: usize, time: Duration) -> MutexGuard<'_, State> {
        let many = |state: &mut State| state.open.len() >= than;
        self.changed.wait_timeout_while(self.state(), time, many).expect("no thread panics").0
    }

    /// Asks for the session of a row.
    pub fn ask(&self, address: SocketAddr, place: usize) {
        // Under the lock, so that its verdict is not heard before its name is known.
        let mut state = self.state();
        let asked = json!({ "scenario": self.rows[place].scenario.to_string() }).to_string();
        let answer = post(address, "/api/sessions", &asked);
        match answer.status {
            202 => drop(state.open.insert(text(&answer.json()["sessions"][0]["session"]), place)),
            _ => state.tally.faults.push(format!("{asked}: {answer:?}")),
        }
    }

    /// Hears everything until the stream ends, and passes on which sessions are to be compared.
    pub fn listen(&self, mut stream: Stream, compare: &Sender<(String, Events)>) {
        // Who asks for a session waits for an answer: the stream is read meanwhile, lest it runs away.
        let (sender, messages) = channel();
        thread::scope(|scope| {
            scope.spawn(move || {
                while let Some(message) = stream.follow() {
                    sender.send(message).expect("somebody who hears");
                }
            });
            messages.iter().for_each(|message| self.hear(&message, compare));
        });
    }

    fn hear(&self, message: &Message, compare: &Sender<(String, Events)>) {
        let mut state = self.state();
        match message.name.as_str() {
            "status" => state.pids = pids(&message.data),
            "event" => state.heard.entry(text(&message.data["session"])).or_default().add(&message.data),
            "reset" => {
                // Who reads more slowly than all of them tell is told so, and asks, as the page does.
                state.resets += 1;
                state.pids = pids(&(self.answers)("/api/status").json());
                let open: Vec<String> = state.open.keys().cloned().collect();
                for id in open {
                    state.missed.insert(id.clone());
                    let session = (self.answers)(&format!("/api/sessions/{id}")).json();
                    if session["status"] == "done" {
                        self.judged(&mut state, &session, compare);
                        state.asked.insert(id);
                    }
                }
            }
            // What was asked for is told once more.
            "session" if message.data["status"] == "done" && !state.asked.remove(&text(&message.data["session"])) => {
                self.judged(&mut state, &message.data, compare);
            }
            _ => {}
        }
    }

    fn judged(&self, state: &mut State, session: &Value, compare: &Sender<(String, Events)>) {
        let id = text(&session["session"]);
        if !state.judged.insert(id.clone()) {
            state.tally.faults.push(format!("{id} is judged twice"));
        }
        let heard = state.heard.remove(&id).unwrap_or_default();
        let missed = state.missed.remove(&id);
        let Some(place) = state.open.remove(&id) else { return };
        let Row { scenario, expected, .. } = &self.rows[place];
        match serde_json::from_value::<Verdict>(session["verdict"].clone()) {
            Ok(verdict) => {
                let befallen = if expected.is_met_by(&verdict) {
                    Befallen::Processes
                } else {
                    befallen(&(self.answers)(&format!("/api/sessions/{id}/events")).json()["events"])
                };
                state.tally.count(&scenario.to_string(), expected, &verdict, befallen);
            }
            Err(error) => state.tally.faults.push(format!("{id}: {error}")),
        }
        if !missed && state.tally.all().is_multiple_of(EACH) {
            let began = session["started"].as_u64().expect("when it began");
            state.last.push_back((id.clone(), began, heard));
            let over = state.last.len().saturating_sub(LAST);
            state.last.drain(..over);
            state.pending += 1;
            compare.send((id, heard)).expect("somebody who compares");
        }
        self.changed.notify_all();
    }
}

/// What befell a session with these events.
fn befallen(events: &Value) -> Befallen {
    let impatient = |event: &Value| event["type"] == "aborted" && event["reason"]["is"] == "silence";
    match events.as_array().is_some_and(|events| events.iter().any(impatient)) {
        true => Befallen::Patience,
        false => Befallen::Processes,
    }
}

/// The three processes of a status, while all are up.
fn pids(status: &Value) -> Option<[u32; 3]> {
    let pid = |part| status["processes"][part]["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok());
    PARTS.into_iter().filter_map(pid).collect::<Vec<u32>>().try_into().ok()
}

/// Whoever reads more slowly than all tell loses nothing by it: what was missed is asked for, and told once.
#[test]
fn what_a_slow_reader_missed_is_asked_for() {
    let verdict = json!({ "kind": "private", "class": "defended", "because": "" });
    let done = |id: &str| json!({ "session": id, "status": "done", "verdict": verdict });
    let (over, runs) = (done("over"), json!({ "session": "runs", "status": "running" }));
    let rows = outcomes::parse("a table", "dh/relay private - -").expect("a row");
    let shared = Shared::new(rows, move |path| {
        let body = match path {
            "/api/sessions/over" => over.to_string(),
            "/api/sessions/runs" => runs.to_string(),
            _ => json!({ "processes": { "client": { "pid": 1 }, "attacker": { "pid": 2 }, "server": { "pid": 3 } } })
                .to_string(),
        };
        Answer { status: 200, headers: Vec::new(), body }
    });
    shared.state().open.extend([("over".to_owned(), 0), ("runs".to_owned(), 0)]);
    let (compare, compared) = channel();
    let tell = |name: &str, data: Value| shared.hear(&Message { id: 1, name: name.to_owned(), data }, &compare);
    tell("reset", json!({}));
    {
        let state = shared.state();
        assert!(state.open.keys().eq(["runs"]), "{:?}", state.open);
        assert_eq!(state.pids, Some([1, 2, 3]));
    }
    tell("session", done("over"));
    tell("session", done("runs"));
    {
        let state = shared.state();
        assert!(state.open.is_empty() && state.tally.faults.is_empty(), "{:?}", state.tally);
        assert_eq!((state.tally.all(), state.resets), (2, 1));
    }
    // What is told twice without having been asked for is told twice.
    tell("session", done("runs"));
    assert_eq!(shared.state().tally.faults, ["runs is judged twice"]);
    assert!(compared.try_recv().is_err(), "of what was missed in part nothing is compared");
}
