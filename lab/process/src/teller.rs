//! Telling events: numbered and timed by the process that saw them.

use crate::reports::Reports;
use lab::{
    control::Report,
    event::{Event, Fact, VERSION},
    role::Actor,
};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

/// Tells the events of one party's part of one session.
#[derive(Debug)]
pub struct Teller {
    session: String,
    source: Actor,
    began: Instant,
    told: AtomicU64,
    reports: Reports,
}

impl Teller {
    /// A teller at the beginning of its part.
    pub fn new(session: String, source: Actor, reports: Reports) -> Self {
        Self { session, source, began: Instant::now(), told: AtomicU64::new(0), reports }
    }

    /// The session's id in events.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// Tells a fact. Where nobody listens any more there is nobody to miss it.
    pub async fn tell(&self, fact: Fact) {
        self.reports.send(self.report(fact)).await;
    }

    /// Asks the console to let the victims' patience stand still, or go on.
    pub async fn clock(&self, stands: bool) {
        self.reports.send(Report::Clock { session: self.session.clone(), stands }).await;
    }

    /// Tells facts in their order.
    pub async fn tell_all(&self, facts: Vec<Fact>) {
        self.reports.send_all(facts, |fact| self.report(fact)).await;
    }

    /// Tells a fact from a thread that may block.
    pub fn tell_blocking(&self, fact: Fact) {
        self.reports.send_blocking(self.report(fact));
    }

    fn report(&self, fact: Fact) -> Report {
        let n = self.told.fetch_add(1, Ordering::Relaxed);
        let at = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        Report::Event(Event { v: VERSION, session: self.session.clone(), n, source: self.source, at, fact })
    }
}
