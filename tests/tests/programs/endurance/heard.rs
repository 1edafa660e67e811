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
    http::{Message, Stream, get, post},
    serving::{PARTS, process, text},
};

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
    judged: HashSet<String>,
    /// The three processes, while all are up.
    pub pids: Option<[u32; 3]>,
    /// What came out.
    pub tally: Tally,
    /// Sessions that are still to be compared.
    pub pending: usize,
    /// What was heard of the last of those sessions that are compared.
    pub last: VecDeque<(String, Events)>,
}

/// What the threads share.
pub struct Shared {
    /// What has to come.
    pub rows: Vec<Row>,
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    /// Nothing yet, of these rows.
    pub fn new(rows: Vec<Row>) -> Self {
        Self { rows, state: Mutex::default(), changed: Condvar::new() }
    }

    /// What is under way.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no thread panics")
    }

    /// Waits until nothing is under way and nothing still to be compared, or for so long; answers with how many are under way.
    pub fn settled(&self, time: Duration) -> usize {
        let goes_on = |state: &mut State| !state.open.is_empty() || state.pending > 0;
        self.changed.wait_timeout_while(self.state(), time, goes_on).expect("no thread panics").0.open.len()
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
        let id = || text(&message.data["session"]);
        match message.name.as_str() {
            "status" => {
                let pid = |part| process(message, part)["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok());
                let pids: Vec<u32> = PARTS.into_iter().filter_map(pid).collect();
                state.pids = pids.try_into().ok();
            }
            "event" => state.heard.entry(id()).or_default().add(&message.data),
            "reset" => state.tally.faults.push("the stream lost events".to_owned()),
            "session" if message.data["status"] == "done" => {
                let id = id();
                if !state.judged.insert(id.clone()) {
                    state.tally.faults.push(format!("{id} is judged twice"));
                }
                let heard = state.heard.remove(&id).unwrap_or_default();
                let Some(place) = state.open.remove(&id) else { return };
                let Row { scenario, expected, .. } = &self.rows[place];
                match serde_json::from_value::<Verdict>(message.data["verdict"].clone()) {
                    Ok(verdict) => {
                        state.tally.count(&scenario.to_string(), expected, &verdict, Befallen::Processes);
                    }
                    Err(error) => state.tally.faults.push(format!("{id}: {error}")),
                }
                if state.tally.all().is_multiple_of(EACH) {
                    state.last.push_back((id.clone(), heard));
                    let over = state.last.len().saturating_sub(LAST);
                    state.last.drain(..over);
                    state.pending += 1;
                    compare.send((id, heard)).expect("somebody who compares");
                }
                self.changed.notify_all();
            }
            _ => {}
        }
    }
}
