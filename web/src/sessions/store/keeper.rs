//! The thread that owns the database.

use super::{Database, Place, Retention, StoreError};
use crate::{
    log,
    sessions::{session::Record, store::Cursor},
};
use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};
use tokio::sync::{oneshot, watch};

/// Orders that may wait for the thread.
const QUEUE: usize = 1024;
/// Sessions that wait in memory while the disk refuses them.
const WAITING: usize = 500;
/// Pause before the disk is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// How the store is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Everything so far is kept.
    pub ok: bool,
    /// Where sessions are kept; or what is wrong, and what that means.
    pub message: String,
}

type Question = Box<dyn FnOnce(&Database) + Send>;

enum Job {
    Keep(Cursor, Arc<Record>),
    Ask(Question),
}

/// A handle to the store. Keeping never waits; asking waits for the answer.
pub struct Store {
    jobs: Option<SyncSender<Job>>,
    health: watch::Receiver<Health>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens the store. One that cannot be opened is tried again for as long as the console runs; until then sessions
    /// are kept in memory.
    pub fn open(place: Place, retention: Retention) -> Self {
        let (jobs, inbox) = mpsc::sync_channel(QUEUE);
        let (tell, health) = watch::channel(Health { ok: true, message: String::new() });
        let mut keeper = Keeper { place, retention, database: None, waiting: VecDeque::new(), lost: 0, tell };
        keeper.open();
        let thread = std::thread::Builder::new().name("store".into()).spawn(move || keeper.run(&inbox)).ok();
        if thread.is_none() {
            log::line("store", "its thread does not start; nothing will be kept");
        }
        Self { jobs: Some(jobs), health, thread: Mutex::new(thread) }
    }

    /// Keeps a session. Where the queue is full the session is lost to the store, and the health says so.
    pub fn keep(&self, cursor: Cursor, record: Arc<Record>) {
        let refused = self.jobs.as_ref().is_none_or(|jobs| jobs.try_send(Job::Keep(cursor, record)).is_err());
        if refused {
            log::line("store", "the queue is full; a session is not kept");
        }
    }

    /// Asks the database.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Database) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, answer) = oneshot::channel();
        let question: Question = Box::new(move |database| drop(tell.send(question(database))));
        let asked = self.jobs.as_ref().is_some_and(|jobs| jobs.try_send(Job::Ask(question)).is_ok());
        if !asked {
            return Err(StoreError::Silent);
        }
        answer.await.unwrap_or(Err(StoreError::Silent))
    }

    /// How the store is, now and whenever that changes.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }
}

impl Drop for Store {
    /// Waits until everything in the queue is kept or refused.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.lock().ok().and_then(|mut thread| thread.take()) {
            let _ = thread.join();
        }
    }
}

struct Keeper {
    place: Place,
    retention: Retention,
    database: Option<Database>,
    waiting: VecDeque<(Cursor, Arc<Record>)>,
    lost: u64,
    tell: watch::Sender<Health>,
}

impl Keeper {
    fn run(mut self, inbox: &Receiver<Job>) {
        let mut retry = Instant::now() + RETRY;
        loop {
            let job = if self.waiting.is_empty() && self.database.is_some() {
                inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                inbox.recv_timeout(retry.saturating_duration_since(Instant::now()))
            };
            match job {
                Ok(Job::Keep(cursor, record)) => {
                    if self.waiting.len() == WAITING {
                        self.waiting.pop_front();
                        self.lost += 1;
                    }
                    self.waiting.push_back((cursor, record));
                    // While the disk refuses, each newcomer waits for the next retry.
                    if self.waiting.len() == 1 {
                        self.flush();
                        retry = Instant::now() + RETRY;
                    }
                }
                Ok(Job::Ask(question)) => {
                    // Without a database the question is dropped, which its asker notices.
                    if let Some(database) = &self.database {
                        question(database);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.flush(),
            }
            if Instant::now() >= retry {
                self.flush();
                retry = Instant::now() + RETRY;
            }
        }
    }

    fn open(&mut self) -> bool {
        match Database::open(&self.place, self.retention) {
            Ok(database) => {
                self.database = Some(database);
                self.well();
                true
            }
            Err(error) => {
                self.ill(&error);
                false
            }
        }
    }

    /// Writes what waits, until the disk refuses.
    fn flush(&mut self) {
        if self.database.is_none() && !self.open() {
            return;
        }
        let Some(database) = &mut self.database else { return };
        while let Some((cursor, record)) = self.waiting.front() {
            if let Err(error) = database.put(*cursor, record) {
                return self.ill(&error);
            }
            self.waiting.pop_front();
        }
        self.well();
    }

    fn well(&self) {
        let place = match &self.place {
            Place::Memory => "sessions are kept in memory until the console ends".to_owned(),
            Place::Directory(directory) => format!("sessions are kept in {}", directory.display()),
        };
        let message = match self.lost {
            0 => place,
            lost => format!("{place}; {lost} could not be kept"),
        };
        self.announce(Health { ok: true, message });
    }

    fn ill(&self, error: &StoreError) {
        let message = format!(
            "{error}. Live sessions go on; {} wait in memory to be kept, {} are lost to the store.",
            self.waiting.len(),
            self.lost
        );
        self.announce(Health { ok: false, message });
    }

    fn announce(&self, health: Health) {
        if health != *self.tell.borrow() {
            if !health.ok || !self.tell.borrow().ok {
                log::line("store", &health.message);
            }
            self.tell.send_replace(health);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::session::Session;

    fn record(id: &str) -> Arc<Record> {
        let session = Session::new(id.into(), "dh/relay".parse().unwrap(), None, 1);
        Arc::new(Record { session, events: vec![] })
    }

    #[tokio::test]
    async fn a_kept_session_answers() {
        let store = Store::open(Place::Memory, Retention::default());
        store.keep(1, record("a"));
        let found = store.ask(|database| database.session("a")).await.unwrap();
        assert_eq!(found.map(|session| session.session), Some("a".to_owned()));
        assert!(store.health().borrow().ok);
    }

    #[tokio::test]
    async fn a_locked_database_is_told_and_what_waited_is_kept_once_it_is_free() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::Directory(directory.path().into());
        let store = Store::open(place.clone(), Retention::default());
        let other = rusqlite::Connection::open(directory.path().join("interlock.sqlite3")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut health = store.health();
        store.keep(1, record("a"));
        health.wait_for(|health| !health.ok && health.message.contains("locked")).await.unwrap();
        other.execute_batch("ROLLBACK").unwrap();
        health.wait_for(|health| health.ok).await.unwrap();
        drop(store);
        assert!(Database::open(&place, Retention::default()).unwrap().session("a").unwrap().is_some());
    }

    #[tokio::test]
    async fn a_place_that_cannot_be_opened_is_told_and_tried_again() {
        let directory = tempfile::tempdir().unwrap();
        let blocked = directory.path().join("file");
        std::fs::write(&blocked, "no directory").unwrap();
        let store = Store::open(Place::Directory(blocked.clone()), Retention::default());
        let mut health = store.health();
        assert!(!health.borrow().ok);
        store.keep(1, record("a"));
        std::fs::remove_file(&blocked).unwrap();
        health.wait_for(|health| health.ok).await.unwrap();
        assert!(store.ask(|database| database.session("a")).await.unwrap().is_some());
    }
}
