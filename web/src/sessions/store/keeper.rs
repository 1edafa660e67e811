//! The thread that owns the database.

use super::{Engine, Health, Kept, Place, Retention, StoreError, open};
use crate::log;
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};
use tokio::sync::{oneshot, watch};

/// Sessions that wait in memory while the disk refuses them.
const WAITING: usize = 500;
/// Sessions that are written at once.
const BATCH: usize = 64;
/// Pause before the disk is tried again.
const RETRY: Duration = Duration::from_secs(1);
/// How long the disk is tried when the console ends.
const LEAVING: Duration = Duration::from_secs(5);

/// A question to the database; answers with what went wrong.
pub(super) type Question = Box<dyn FnOnce(&dyn Engine) -> Option<String> + Send>;

/// What the thread is asked to do.
pub(super) enum Job {
    /// Keep a session.
    Keep(Kept),
    /// Answer a question.
    Ask(Question),
    /// Forget a session, and tell whether there was one.
    Forget(String, oneshot::Sender<Result<bool, StoreError>>),
}

/// What the thread and those who ask it know of each other.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Bytes of the sessions that wait to be kept.
    pub(super) bytes: AtomicUsize,
    /// Sessions that are not kept, and will not be.
    pub(super) lost: AtomicU64,
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
    unanswered: Option<String>,
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
            let well = self.waiting.is_empty() && self.database.as_ref().is_some_and(|it| !it.is_read_only());
            let job = if well {
                inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                inbox.recv_timeout(retry.saturating_duration_since(Instant::now()))
            };
            match job {
                Ok(job) => {
                    // What came meanwhile is written at once, but before any question about it is answered. While the
                    // disk refuses, each newcomer waits for the next try.
                    let refused = !self.waiting.is_empty();
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

    /// Without a database the question is dropped, which its asker notices.
    fn answer(&mut self, question: Question) {
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
        if self.waiting.is_empty() && self.database.as_ref().is_some_and(|database| !database.is_read_only()) {
            return;
        }
        if self.database.as_ref().is_some_and(|database| database.is_gone()) {
            log::line("store", "the database was removed or replaced while it was open; a new one is begun");
            self.database = None;
        }
        let writable = self.database.as_ref().is_some_and(|database| !database.is_read_only());
        if !writable && !self.open() {
            return;
        }
        while !self.waiting.is_empty() {
            let Some(database) = &mut self.database else { return };
            let batch = self.waiting.len().min(BATCH);
            if let Err(error) = database.put(&self.waiting.make_contiguous()[..batch]) {
                return self.ill(&error);
            }
            self.drop_first(batch);
        }
        self.well();
    }

    /// Tries for a while to write what waits; what cannot be kept is told.
    fn leave(mut self) -> u64 {
        let end = Instant::now() + LEAVING;
        loop {
            self.flush();
            if self.waiting.is_empty() || Instant::now() >= end {
                break;
            }
            std::thread::sleep(RETRY / 10);
        }
        self.give_up(self.waiting.len());
        let lost = self.shared.lost.load(Ordering::Relaxed);
        if lost > 0 {
            log::line("store", &format!("{lost} sessions could not be kept"));
        }
        lost
    }

    fn give_up(&mut self, sessions: usize) {
        self.drop_first(sessions);
        self.shared.lost.fetch_add(sessions as u64, Ordering::Relaxed);
    }

    fn drop_first(&mut self, sessions: usize) {
        let bytes = self.waiting.drain(..sessions).map(|kept| kept.bytes()).sum();
        self.shared.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    fn well(&self) {
        let Some(database) = &self.database else { return };
        let place = match &self.place {
            _ if database.is_read_only() => return self.ill(&StoreError::ReadOnly),
            Place::Memory => "sessions are kept in memory until the console ends".to_owned(),
            Place::Directory(directory) => format!("sessions are kept in {}", directory.display()),
        };
        let mut message = match self.shared.lost.load(Ordering::Relaxed) {
            0 => place,
            lost => format!("{place}; {lost} could not be kept"),
        };
        if let Some(unanswered) = &self.unanswered {
            message = format!("{message}; {unanswered}");
        }
        self.announce(self.unanswered.is_none(), message);
    }

    fn ill(&self, error: &StoreError) {
        let message = format!(
            "{error}. Live sessions go on; {} wait in memory to be kept, {} are lost to the store.",
            self.waiting.len(),
            self.shared.lost.load(Ordering::Relaxed)
        );
        self.announce(false, message);
    }

    fn announce(&self, ok: bool, message: String) {
        let unreadable = self.database.as_ref().map_or(0, |database| database.unreadable());
        let health = Health { ok, message, unreadable };
        let told = self.tell.borrow().clone();
        if health != told {
            if !health.ok || !told.ok {
                log::line("store", &health.message);
            }
            if health.unreadable > told.unreadable {
                log::line("store", &format!("{} stored sessions cannot be read, and are left out", health.unreadable));
            }
            self.tell.send_replace(health);
        }
    }
}
