//! What the three programs tell by hand, as the events of each session.

use lab::event::{Event, Fact};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
    sync::{Arc, Condvar, Mutex},
    thread,
};
use support::programs::DEADLINE;

/// What is told of a connection whose first flight names no session.
const UNNAMED: &str = "unnamed";

/// What a program tells of its sessions, over a pipe that it takes for a file.
pub struct Told(Arc<(Mutex<Vec<Event>>, Condvar)>);

impl Told {
    /// A pipe there, for a program to write its events to.
    pub fn at(path: &Path) -> Self {
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
        let (told, path) = (Arc::new((Mutex::default(), Condvar::new())), path.to_owned());
        let shared: Arc<(Mutex<Vec<Event>>, Condvar)> = Arc::clone(&told);
        thread::spawn(move || {
            let lines = BufReader::new(File::open(path).expect("the pipe")).lines().map_while(Result::ok);
            for line in lines {
                let event = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line}"));
                shared.0.lock().expect("no thread panics").push(event);
                shared.1.notify_all();
            }
        });
        Self(told)
    }

    /// Everything, as soon as so many sessions are over and none is under way.
    pub fn all(&self, least: usize) -> Vec<Event> {
        let under_way = |events: &mut Vec<Event>| {
            let count = |of: fn(&Fact) -> bool| events.iter().filter(|event| of(&event.fact)).count();
            let over = count(|fact| *fact == Fact::Ended);
            over < least || over != count(|fact| matches!(fact, Fact::Started { .. }))
        };
        let events = self.0.0.lock().expect("no thread panics");
        let (events, waited) = self.0.1.wait_timeout_while(events, DEADLINE, under_way).expect("no thread panics");
        assert!(!waited.timed_out(), "a session by hand has no end: {events:#?}");
        events.clone()
    }
}

/// The events of each session; between two programs no order is known.
pub fn sessions(events: Vec<Event>) -> Vec<Vec<Event>> {
    let mut sessions: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for event in events.into_iter().filter(|event| event.session != UNNAMED) {
        sessions.entry(event.session.clone()).or_default().push(event);
    }
    for events in sessions.values_mut() {
        (1..).zip(events).for_each(|(n, event)| event.n = n);
    }
    sessions.into_values().collect()
}
