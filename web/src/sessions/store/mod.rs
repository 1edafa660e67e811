//! What outlives the console: judged sessions with their events, in one SQLite file or in a PostgreSQL database, which several
//! consoles may share: there each hears what happens at the others.
//!
//! One thread owns the database ([`Engine`]). Sessions to keep reach it through a bounded queue and wait in its memory while the
//! disk refuses them, so that no live session ever waits for a disk.

mod address;
#[cfg(test)]
mod damaged;
mod engine;
mod error;
mod files;
mod keeper;
mod postgres;
mod sqlite;
mod stored;
#[cfg(test)]
mod suite;
mod told;

pub use address::{AddressRefused, Server};
pub use engine::{Engine, open};
pub use error::StoreError;
pub(super) use keeper::say;
pub(super) use postgres::{Heard, Hearing, What};
pub use stored::Cursor;
pub use told::{About, Told};

use crate::sessions::session::{Record, now_us};
use bytes::Bytes;
use keeper::{Job, Keeper, Question, Shared};
use lab::refusal::Refusal;
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    env,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::Ordering,
        mpsc::{self, SyncSender},
    },
    thread::JoinHandle,
};
use tokio::sync::{oneshot, watch};

/// Bytes of sessions and events kept, unless told otherwise.
pub const BYTES: u64 = 256 << 20;
/// Sessions kept, unless told otherwise.
pub const SESSIONS: u64 = 5000;

/// Orders that may wait for the thread.
const QUEUE: usize = 1024;
/// Bytes of the sessions that may wait to be kept.
const QUEUE_BYTES: usize = 128 << 20;

/// Where sessions are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In memory, for as long as the console runs.
    Memory,
    /// In this directory.
    Directory(PathBuf),
    /// In this database, which others may share.
    Server(Server),
}

/// How much is kept; the oldest sessions go first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Sessions.
    pub sessions: u64,
    /// Bytes of sessions and events.
    pub bytes: u64,
}

impl Default for Retention {
    fn default() -> Self {
        Self { sessions: SESSIONS, bytes: BYTES }
    }
}

/// A session to be kept.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its place among the sessions.
    pub cursor: Cursor,
    /// The session.
    pub record: Arc<Record>,
    /// Its events, each as JSON.
    pub events: Vec<Bytes>,
}

impl Kept {
    fn bytes(&self) -> usize {
        self.events.iter().map(Bytes::len).sum()
    }

    /// Its events as one JSON array.
    fn write_events(&self, out: &mut Vec<u8>) {
        out.clear();
        out.push(b'[');
        for (i, event) in self.events.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(event);
        }
        out.push(b']');
    }
}

/// How the store is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// Everything so far is kept.
    pub ok: bool,
    /// Where sessions are kept; or what is wrong, and what that means: in English, for programs.
    pub message: String,
    /// The same as a value, which the texts `store` of each language tell.
    pub state: Value,
    /// Stored sessions that were asked for and cannot be read; they are left out of what is shown.
    pub unreadable: usize,
}

/// A handle to the store. Keeping never waits; asking waits for the answer.
pub struct Store {
    jobs: Mutex<Option<SyncSender<Job>>>,
    shared: Arc<Shared>,
    health: watch::Receiver<Health>,
    thread: Mutex<Option<JoinHandle<u64>>>,
    server: Option<Server>,
}

impl Store {
    /// Opens the store. One that cannot be opened is tried again for as long as the console runs; until then sessions
    /// are kept in memory.
    pub fn open(place: Place, retention: Retention) -> Self {
        let (jobs, inbox) = mpsc::sync_channel(QUEUE);
        let (tell, health) =
            watch::channel(Health { ok: true, message: String::new(), state: Value::Null, unreadable: 0 });
        let server = match &place {
            Place::Server(server) => Some(server.clone()),
            Place::Memory | Place::Directory(_) => None,
        };
        let console = server.as_ref().map(|_| format!("{:016x}", getrandom::u64().unwrap_or_else(|_| now_us())));
        let shared = Arc::new(Shared::of(console));
        let (opened, opens) = mpsc::channel();
        let its = Arc::clone(&shared);
        let work = move || {
            let keeper = Keeper::new(place, retention, its, tell);
            let _ = opened.send(());
            keeper.run(&inbox)
        };
        let thread = std::thread::Builder::new().name("store".into()).spawn(work).ok();
        // How it is known when it is open, or cannot be.
        let _ = opens.recv();
        if thread.is_none() {
            say("no-thread", &json!({}));
        }
        Self { jobs: Mutex::new(Some(jobs)), shared, health, thread: Mutex::new(thread), server }
    }

    /// Keeps a session. Where too much waits already the session is lost to the store, and the health says so.
    pub fn keep(&self, kept: Kept) {
        let bytes = kept.bytes();
        let waiting = self.shared.bytes.fetch_add(bytes, Ordering::Relaxed);
        let fits = waiting == 0 || waiting.saturating_add(bytes) <= QUEUE_BYTES;
        if !fits || !self.send(Job::Keep(kept)) {
            self.shared.bytes.fetch_sub(bytes, Ordering::Relaxed);
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
            say("full", &json!({}));
        }
    }

    /// Asks the database.
    ///
    /// # Errors
    /// It cannot be read, or does not answer.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Engine) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, answer) = oneshot::channel();
        let question: Question = Box::new(move |database| {
            let answer = question(database);
            // One session that cannot be read is its asker's affair.
            let wrong = answer.as_ref().err().filter(|error| !matches!(error, StoreError::Document(_)));
            let wrong = wrong.map(Refusal::from);
            let _ = tell.send(answer);
            wrong
        });
        if !self.send(Job::Ask(question)) {
            return Err(StoreError::Silent);
        }
        answer.await.unwrap_or(Err(StoreError::Silent))
    }

    /// Forgets a session; answers with whether there was one.
    ///
    /// # Errors
    /// It cannot be forgotten.
    pub async fn forget(&self, id: String) -> Result<bool, StoreError> {
        let (tell, answer) = oneshot::channel();
        if !self.send(Job::Forget(id, tell)) {
            return Err(StoreError::Silent);
        }
        answer.await.unwrap_or(Err(StoreError::Silent))
    }

    /// Tells the consoles that share the store; nothing is made of it where none does.
    pub fn tell(&self, told: impl FnOnce() -> Told) {
        if self.server.is_none() {
            return;
        }
        self.shared.outbox().push(told());
        if self.shared.wakes() {
            // Where too much waits already it is told with the rest.
            self.send(Job::Tell);
        }
    }

    /// One who hears what the others tell; nobody where none can be.
    pub(super) fn hearing(&self) -> Option<Hearing> {
        Some(Hearing::new(self.server.clone()?, self.shared.console.clone()?))
    }

    /// From now on the others are heard, or not for this reason.
    pub(super) fn hears(&self, deaf: Option<Refusal>) {
        let mut known = self.shared.deaf.lock().unwrap_or_else(PoisonError::into_inner);
        if *known != deaf {
            *known = deaf;
            drop(known);
            self.send(Job::Check);
        }
    }

    /// How the store is, now and whenever that changes.
    pub fn health(&self) -> watch::Receiver<Health> {
        self.health.clone()
    }

    /// Ends it: waits until everything that waits is kept, or cannot be. Answers with how many sessions were not kept, in
    /// all its life.
    pub fn close(&self) -> u64 {
        drop(self.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
        self.shared.lost.load(Ordering::Relaxed)
    }

    fn send(&self, job: Job) -> bool {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.as_ref().is_some_and(|jobs| jobs.try_send(job).is_ok())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.close();
    }
}

/// The user's data directory for this program: `$XDG_DATA_HOME/interlock`, or `~/.local/share/interlock`; on Windows
/// `%LOCALAPPDATA%\interlock`.
pub fn data_directory() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let usual = || match cfg!(windows) {
        true => absolute("LOCALAPPDATA"),
        false => absolute("HOME").map(|home| home.join(".local/share")),
    };
    let base = absolute("XDG_DATA_HOME").or_else(usual)?;
    Some(base.join("interlock"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::{filter::Filter, session::Session};
    use std::fs;

    fn record(cursor: Cursor, id: &str) -> Kept {
        let session = Session::new(id.into(), "dh/relay".parse().unwrap(), None, 1);
        Kept { cursor, record: Arc::new(Record { session, events: vec![] }), events: vec![] }
    }

    async fn found(store: &Store, id: &'static str) -> bool {
        store.ask(move |database| database.session(id)).await.unwrap().is_some()
    }

    #[tokio::test]
    async fn a_kept_session_answers() {
        let store = Store::open(Place::Memory, Retention::default());
        store.keep(record(1, "a"));
        assert!(found(&store, "a").await);
        assert!(store.health().borrow().ok);
        assert_eq!(store.close(), 0);
    }

    #[tokio::test]
    async fn a_locked_database_is_told_and_what_waited_is_kept_once_it_is_free() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::Directory(directory.path().into());
        let store = Store::open(place.clone(), Retention::default());
        let other = rusqlite::Connection::open(directory.path().join("interlock.sqlite3")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut health = store.health();
        store.keep(record(1, "a"));
        health.wait_for(|health| !health.ok && health.message.contains("locked")).await.unwrap();
        other.execute_batch("ROLLBACK").unwrap();
        health.wait_for(|health| health.ok).await.unwrap();
        drop(store);
        assert!(open(&place, Retention::default()).unwrap().session("a").unwrap().is_some());
    }

    #[tokio::test]
    async fn a_place_that_cannot_be_opened_is_told_and_tried_again() {
        let directory = tempfile::tempdir().unwrap();
        let blocked = directory.path().join("file");
        fs::write(&blocked, "no directory").unwrap();
        let store = Store::open(Place::Directory(blocked.clone()), Retention::default());
        let mut health = store.health();
        assert!(!health.borrow().ok);
        store.keep(record(1, "a"));
        fs::remove_file(&blocked).unwrap();
        health.wait_for(|health| health.ok).await.unwrap();
        assert!(found(&store, "a").await);
    }

    #[test]
    fn what_waits_at_the_end_is_kept_if_the_disk_comes_back_and_counted_if_not() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::Directory(directory.path().into());
        let file = directory.path().join("interlock.sqlite3");
        let close = |id: &'static str, release: bool| {
            let store = Store::open(place.clone(), Retention::default());
            let other = rusqlite::Connection::open(&file).unwrap();
            other.execute_batch("BEGIN IMMEDIATE").unwrap();
            store.keep(record(if release { 1 } else { 2 }, id));
            let closing = std::thread::spawn(move || store.close());
            if release {
                other.execute_batch("ROLLBACK").unwrap();
            }
            let lost = closing.join().unwrap();
            drop(other);
            (lost, open(&place, Retention::default()).unwrap().session(id).unwrap().is_some())
        };
        assert_eq!(close("kept", true), (0, true));
        assert_eq!(close("lost", false), (1, false));
    }

    #[tokio::test]
    async fn a_database_that_is_removed_is_begun_anew() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::Directory(directory.path().into());
        let store = Store::open(place.clone(), Retention::default());
        store.keep(record(1, "a"));
        assert!(found(&store, "a").await);
        for file in fs::read_dir(directory.path()).unwrap() {
            fs::remove_file(file.unwrap().path()).unwrap();
        }
        store.keep(record(2, "b"));
        assert!(found(&store, "b").await);
        assert_eq!(store.close(), 0);
        assert!(open(&place, Retention::default()).unwrap().session("b").unwrap().is_some());
    }

    #[tokio::test]
    async fn sessions_that_cannot_be_read_are_told() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(Place::Directory(directory.path().into()), Retention::default());
        (1..4).for_each(|i| store.keep(record(i, &i.to_string())));
        assert!(found(&store, "3").await);
        let other = rusqlite::Connection::open(directory.path().join("interlock.sqlite3")).unwrap();
        other.execute("UPDATE sessions SET session = '{' WHERE id <> '2'", []).unwrap();
        let listed = store.ask(|database| database.list(u64::MAX, 10, &Filter::default())).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(store.health().wait_for(|health| health.unreadable > 0).await.unwrap().unreadable, 2);
    }

    /// Runs one of these tests once more, as a user without rights.
    #[cfg(unix)]
    fn as_nobody(test: &str) {
        use std::os::unix::{fs::PermissionsExt, process::CommandExt};
        const NOBODY: u32 = 65_534;
        let place = tempfile::tempdir().unwrap();
        fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let tests = place.path().join("tests");
        fs::copy(env::current_exe().unwrap(), &tests).unwrap();
        let mut again = std::process::Command::new(tests);
        again.args(["--exact", test]).current_dir("/").uid(NOBODY).gid(NOBODY);
        let output = again.output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && told.contains("1 passed"), "{told}");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn what_cannot_be_written_can_still_be_read() {
        read_only("sessions::store::tests::what_cannot_be_written_can_still_be_read", 0o500).await;
    }

    /// SQLite opens such a file for reading alone and does not say so.
    #[cfg(unix)]
    #[tokio::test]
    async fn a_file_that_cannot_be_written_is_told_though_its_directory_can() {
        read_only("sessions::store::tests::a_file_that_cannot_be_written_is_told_though_its_directory_can", 0o700)
            .await;
    }

    /// A file that cannot be written, in a directory with this mode; the name is the test's own.
    #[cfg(unix)]
    async fn read_only(test: &str, mode: u32) {
        use std::os::unix::fs::PermissionsExt;
        let directory = tempfile::tempdir().unwrap();
        let place = Place::Directory(directory.path().into());
        let file = directory.path().join("interlock.sqlite3");
        let store = Store::open(place.clone(), Retention::default());
        store.keep(record(1, "a"));
        assert_eq!(store.close(), 0);
        let protect = |directories, files| {
            fs::set_permissions(&file, fs::Permissions::from_mode(files)).unwrap();
            fs::set_permissions(directory.path(), fs::Permissions::from_mode(directories)).unwrap();
        };
        protect(mode, 0o400);
        if fs::OpenOptions::new().append(true).open(&file).is_ok() {
            // Whoever may write anywhere, as root may, cannot see what this is about: somebody else has to look.
            return as_nobody(test);
        }
        let store = Store::open(place, Retention::default());
        assert!(found(&store, "a").await);
        assert!(!store.health().borrow().ok);
        protect(0o700, 0o600);
        store.keep(record(2, "b"));
        store.health().wait_for(|health| health.ok).await.unwrap();
        assert!(found(&store, "b").await);
    }
}
