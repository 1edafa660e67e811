//! The thread that owns the database.

use super::{Engine, Health, Kept, Place, Retention, StoreError, Told, open, told::Outbox};
use crate::log;
use lab::{refusal::Refusal, words};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};
use tokio::sync::{oneshot, watch};

/// Sessions that wait in memory while the disk refuses them.
const WAITING: usize = 500;
/// Sessions that are written at once.
const BATCH: usize = 64;
/// Messages to other consoles that are told at once.
const TOLD: usize = 256;
/// Pause before the disk is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// How long the disk is tried when the console ends.
const LEAVING: Duration = Duration::from_secs(2);

/// A question to the database; answers with what went wrong.
pub(super) type Question = Box<dyn FnOnce(&dyn Engine) -> Option<Refusal> + Send>;

/// What the thread is asked to do.
pub(super) enum Job {
    /// Keep a session.
    Keep(Kept),
    /// Answer a question.
    Ask(Question),
    /// Forget a session, and tell whether there was one.
    Forget(String, oneshot::Sender<Result<bool, StoreError>>),
    /// Tell the other consoles what waits to be told.
    Tell,
    /// See whether the database still answers.
    Check,
}

/// What the thread and those who ask it know of each other.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Bytes of the sessions that wait to be kept.
    pub(super) bytes: AtomicUsize,
    /// Sessions that are not kept, and will not be.
    pub(super) lost: AtomicU64,
    /// Under which name this console is known to others; nobody else is there where it has none.
    pub(super) console: Option<String>,
    /// What waits to be told to them.
    outbox: Mutex<Outbox>,
    /// The thread knows that something waits there.
    woken: AtomicBool,
    /// Why they are not heard, where they are not.
    pub(super) deaf: Mutex<Option<Refusal>>,
}

impl Shared {
    pub(super) fn of(console: Option<String>) -> Self {
        Self { console, ..Self::default() }
    }

    pub(super) fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the thread has still to be told that something waits.
    pub(super) fn wakes(&self) -> bool {
        !self.woken.swap(true, Ordering::AcqRel)
    }
}

/// The thread's own.
pub(super) struct Keeper {
    pub(super) place: Place,
    pub(super) retention: Retention,
    pub(super) shared: Arc<Shared>,
    pub(super) tell: watch::Sender<Health>,
    database: Option<Box<dyn Engine>>,
    waiting: VecDeque<Kept>,
    /// What went wrong when the database was last asked something.
    unanswered: Option<Refusal>,
}

impl Keeper {
    /// A thread's own for a place, which is opened if it can be.
    pub(super) fn new(place: Place, retention: Retention, shared: Arc<Shared>, tell: watch::Sender<Health>) -> Self {
        let (database, waiting, unanswered) = (None, VecDeque::new(), None);
        let mut keeper = Self { place, retention, shared, tell, database, waiting, unanswered };
        keeper.open();
        keeper
    }

    /// Works until nobody can ask any more and everything is kept, or cannot be; answers with how many sessions are not.
    pub(super) fn run(mut self, inbox: &Receiver<Job>) -> u64 {
        let mut retry = Instant::now() + RETRY;
        loop {
            let well = self.nothing_waits() && self.database.as_ref().is_some_and(|it| !it.is_read_only());
            let job = if well {
                inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                inbox.recv_timeout(retry.saturating_duration_since(Instant::now()))
            };
            match job {
                Ok(job) => {
                    // What came meanwhile is written at once, but before any question about it is answered. While the
                    // disk refuses, each newcomer waits for the next try.
                    let refused = !self.nothing_waits() && !matches!(job, Job::Tell);
                    for job in std::iter::once(job).chain(inbox.try_iter().take(BATCH)) {
                        match job {
                            Job::Keep(kept) => self.wait(kept),
                            Job::Ask(question) => {
                                if !refused {
                                    self.flush();
                                }
                                self.answer(question);
                            }
                            Job::Forget(id, tell) => {
                                let _ = tell.send(self.forget(&id));
                            }
                            Job::Tell => self.shared.woken.store(false, Ordering::Release),
                            Job::Check => self.check(),
                        }
                    }
                    if !refused {
                        self.flush();
                        retry = Instant::now() + RETRY;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.leave(),
            }
            if Instant::now() >= retry {
                self.flush();
                retry = Instant::now() + RETRY;
            }
        }
    }

    fn nothing_waits(&self) -> bool {
        self.waiting.is_empty() && self.shared.outbox().is_empty()
    }

    fn wait(&mut self, kept: Kept) {
        if self.waiting.len() == WAITING {
            self.give_up(1);
        }
        self.waiting.push_back(kept);
    }

    /// Whether it is kept or waits to be does not matter.
    fn forget(&mut self, id: &str) -> Result<bool, StoreError> {
        let stored = self.database.as_mut().map_or(Err(StoreError::Silent), |database| database.forget(id));
        let waits = self.waiting.iter().position(|kept| kept.record.session.session == id);
        let Some(kept) = waits.and_then(|at| self.waiting.remove(at)) else { return stored };
        self.shared.bytes.fetch_sub(kept.bytes(), Ordering::Relaxed);
        Ok(true)
    }

    fn check(&mut self) {
        match self.database.as_ref().map(|database| database.check()) {
            Some(Err(error)) => {
                self.ill(&error);
                self.reopen();
            }
            Some(Ok(())) => self.well(),
            None => {}
        }
    }

    /// Opens the database again where it is not there any more.
    fn reopen(&mut self) {
        if let Some(how) = self.database.as_ref().and_then(|database| database.gone()) {
            log::line("store", &how);
            self.database = None;
            self.open();
        }
    }

    /// Without a database the question is dropped, which its asker notices.
    fn answer(&mut self, question: Question) {
        self.reopen();
        let Some(database) = &self.database else { return };
        let before = (database.unreadable(), self.unanswered.take());
        self.unanswered = question(database.as_ref());
        if (database.unreadable(), &self.unanswered) != (before.0, &before.1) {
            self.well();
        }
    }

    fn open(&mut self) -> bool {
        match open(&self.place, self.retention) {
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
        if self.nothing_waits() && self.database.as_ref().is_some_and(|database| !database.is_read_only()) {
            return;
        }
        self.reopen();
        let writable = self.database.as_ref().is_some_and(|database| !database.is_read_only());
        if !writable && !self.open() {
            return;
        }
        match self.write() {
            Ok(()) => self.well(),
            Err(error) => self.ill(&error),
        }
    }

    /// A session is told to be over once it is kept.
    fn write(&mut self) -> Result<(), StoreError> {
        self.tell()?;
        while !self.waiting.is_empty() {
            let Some(database) = &mut self.database else { return Ok(()) };
            let mut batch = self.waiting.len().min(BATCH);
            // What does not fit as a whole may fit in part.
            while let Err(error) = database.put(&self.waiting.make_contiguous()[..batch]) {
                if batch == 1 || !error.lacks_room() {
                    return Err(error);
                }
                batch /= 2;
            }
            self.drop_first(batch);
        }
        self.tell()
    }

    fn tell(&mut self) -> Result<(), StoreError> {
        let (Some(database), Some(console)) = (&mut self.database, &self.shared.console) else { return Ok(()) };
        loop {
            let messages = self.shared.outbox().first(TOLD);
            let Some((last, _)) = messages.last() else { return Ok(()) };
            database.tell(console, &messages)?;
            self.shared.outbox().told(*last);
        }
    }

    /// Tries for a while to write what waits; what cannot be kept is told.
    fn leave(mut self) -> u64 {
        let end = Instant::now() + LEAVING;
        loop {
            self.flush();
            if self.nothing_waits() || Instant::now() >= end {
                break;
            }
            std::thread::sleep(RETRY / 10);
        }
        if let (Some(database), Some(console)) = (&mut self.database, &self.shared.console) {
            database.leave(console);
        }
        self.give_up(self.waiting.len());
        let lost = self.shared.lost.load(Ordering::Relaxed);
        if lost > 0 {
            say("lost", &json!({ "lost": lost }));
        }
        lost
    }

    fn give_up(&mut self, sessions: usize) {
        self.drop_first(sessions);
        self.shared.lost.fetch_add(sessions as u64, Ordering::Relaxed);
    }

    fn drop_first(&mut self, sessions: usize) {
        let mut bytes = 0;
        for kept in self.waiting.drain(..sessions) {
            bytes += kept.bytes();
            if self.shared.console.is_some() {
                self.shared.outbox().push(Told::ended(&kept.record.session.session));
            }
        }
        self.shared.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn well(&self) {
        let Some(database) = &self.database else { return };
        let mut state = match &self.place {
            _ if database.is_read_only() => return self.ill(&StoreError::ReadOnly),
            Place::Memory => json!({ "is": "memory" }),
            Place::Directory(directory) => json!({ "is": "directory", "path": directory.display().to_string() }),
            Place::Server(server) => {
                let (database, hosts) = server.place();
                json!({ "is": "server", "database": database, "hosts": hosts })
            }
        };
        let lost = self.shared.lost.load(Ordering::Relaxed);
        let deaf = self.shared.deaf.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let well = self.unanswered.is_none() && deaf.is_none();
        state["lost"] = json!((lost > 0).then_some(lost));
        state["unanswered"] = json!(self.unanswered);
        state["deaf"] = json!(deaf);
        self.announce(well, state);
    }

    fn ill(&self, error: &StoreError) {
        let (waiting, lost) = (self.waiting.len(), self.shared.lost.load(Ordering::Relaxed));
        let why = Refusal::from(error);
        self.announce(false, json!({ "is": "ill", "why": why, "waiting": waiting, "lost": lost }));
    }

    fn announce(&self, ok: bool, state: Value) {
        let unreadable = self.database.as_ref().map_or(0, |database| database.unreadable());
        let message = words::english().say("store", &state).unwrap_or_default();
        let health = Health { ok, message, state, unreadable };
        let told = self.tell.borrow().clone();
        if health != told {
            if !health.ok || !told.ok {
                log::line("store", &words::told_as("store", &health.state));
            }
            if health.unreadable > told.unreadable {
                say("unreadable", &json!({ "count": health.unreadable }));
            }
            self.tell.send_replace(health);
        }
    }
}

/// Writes to the log what the store says of itself.
pub(in crate::sessions) fn say(name: &str, members: &Value) {
    log::line("store", &words::say("store", name, members));
}

#[cfg(test)]
mod tests {
    use super::{
        super::{sqlite::Sqlite, suite::record},
        *,
    };
    use crate::sessions::filter::Filter;

    #[test]
    fn of_what_does_not_fit_as_a_whole_is_kept_what_fits() {
        let health = Health { ok: true, message: String::new(), state: json!({}), unreadable: 0 };
        let (tell, told) = watch::channel(health);
        let mut keeper = Keeper::new(Place::Memory, Retention::default(), Arc::default(), tell);
        keeper.database = Some(Box::new(Sqlite::of_pages(40).unwrap()));
        for n in 1..=BATCH as u64 {
            keeper.wait(record(n, &n.to_string(), "dh/relay", &"x".repeat(4096)));
        }
        keeper.flush();
        let kept = keeper.database.as_ref().unwrap().list(u64::MAX, BATCH, &Filter::default()).unwrap();
        assert!(kept.len() >= 5 && kept.len() < BATCH, "{} are kept", kept.len());
        assert_eq!(keeper.waiting.len(), BATCH - kept.len());
        assert!(!told.borrow().ok, "and what waits is told");
    }
}
