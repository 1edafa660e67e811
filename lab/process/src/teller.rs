//! Telling events: numbered and timed by the process that saw them.

use lab::{
    control::Report,
    event::{Event, Fact, VERSION},
    role::Actor,
};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};
use tokio::sync::mpsc;

/// Reports that wait to be written; a slow reader slows its tellers down instead of filling memory.
const WAITING: usize = 1024;
/// Facts for which room is asked at a time: less than there is, whoever made the channel.
const AT_ONCE: usize = 64;

/// A channel for reports.
pub fn channel() -> (mpsc::Sender<Report>, mpsc::Receiver<Report>) {
    mpsc::channel(WAITING)
}

/// Tells the events of one party's part of one session.
#[derive(Debug)]
pub struct Teller {
    session: String,
    source: Actor,
    began: Instant,
    told: AtomicU64,
    reports: mpsc::Sender<Report>,
}

impl Teller {
    /// A teller at the beginning of its part.
    pub fn new(session: String, source: Actor, reports: mpsc::Sender<Report>) -> Self {
        Self { session, source, began: Instant::now(), told: AtomicU64::new(0), reports }
    }

    /// The session's id in events.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// Tells a fact. Where nobody listens any more there is nobody to miss it.
    pub async fn tell(&self, fact: Fact) {
        let report = self.report(fact);
        let _ = self.reports.send(report).await;
    }

    /// Tells facts in their order, so that whoever writes them is woken once and not for each.
    pub async fn tell_all(&self, facts: Vec<Fact>) {
        let mut facts = facts.into_iter();
        while facts.len() > 0 {
            let Ok(room) = self.reports.reserve_many(facts.len().min(AT_ONCE)).await else { return };
            for (permit, fact) in room.zip(&mut facts) {
                permit.send(self.report(fact));
            }
        }
    }

    /// Tells a fact from a thread that may block.
    pub fn tell_blocking(&self, fact: Fact) {
        let report = self.report(fact);
        let _ = self.reports.blocking_send(report);
    }

    fn report(&self, fact: Fact) -> Report {
        let n = self.told.fetch_add(1, Ordering::Relaxed);
        let at = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        Report::Event(Event { v: VERSION, session: self.session.clone(), n, source: self.source, at, fact })
    }
}
