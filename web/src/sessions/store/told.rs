//! What consoles on one database tell each other, and what of it waits to be told.

use super::Cursor;
use crate::sessions::session::Session;
use bytes::Bytes;
use lab::scenario::Scenario;
use std::collections::VecDeque;

/// Messages that wait to be told.
const MESSAGES: usize = 8192;
/// Their octets.
const BYTES: usize = 16 << 20;

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// A session began: its cursor and the session.
    Began,
    /// Something happened in it: the event.
    Event,
    /// It is over, and kept.
    Ended,
    /// It is forgotten.
    Forgotten,
    /// The scenarios about which nothing may be told, all of them.
    Veiled,
}

impl About {
    /// All of them.
    const ALL: [Self; 5] = [Self::Began, Self::Event, Self::Ended, Self::Forgotten, Self::Veiled];

    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Began => "began",
            Self::Event => "event",
            Self::Ended => "ended",
            Self::Forgotten => "forgotten",
            Self::Veiled => "veiled",
        }
    }

    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|about| about.name() == name)
    }
}

/// One message of a console to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it is about.
    pub about: About,
    /// The session's id; empty where it is about none.
    pub session: String,
    /// A document, as JSON.
    pub text: Bytes,
}

impl Told {
    /// A session began.
    pub fn began(cursor: Cursor, session: &Session) -> Self {
        Self { about: About::Began, session: session.session.clone(), text: written(&(cursor, session)) }
    }

    /// Something happened; the event is written already.
    pub fn event(session: &str, text: Bytes) -> Self {
        Self { about: About::Event, session: session.to_owned(), text }
    }

    /// It is over.
    pub fn ended(session: &str) -> Self {
        Self { about: About::Ended, session: session.to_owned(), text: NOTHING }
    }

    /// It is forgotten.
    pub fn forgotten(session: &str) -> Self {
        Self { about: About::Forgotten, session: session.to_owned(), text: NOTHING }
    }

    /// Nothing may be told of these.
    pub fn veiled<'a>(scenarios: impl Iterator<Item = &'a Scenario>) -> Self {
        let scenarios: Vec<&Scenario> = scenarios.collect();
        Self { about: About::Veiled, session: String::new(), text: written(&scenarios) }
    }
}

const NOTHING: Bytes = Bytes::from_static(b"null");

fn written(document: &impl serde::Serialize) -> Bytes {
    serde_json::to_vec(document).map_or(NOTHING, Bytes::from)
}

/// What waits to be told, each with its number. Where too much waits the oldest goes untold, which whoever listens notices by
/// the numbers.
#[derive(Debug)]
pub(super) struct Outbox {
    waiting: VecDeque<(u64, Told)>,
    bytes: usize,
    next: u64,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { waiting: VecDeque::new(), bytes: 0, next: 1 }
    }
}

impl Outbox {
    pub(super) fn push(&mut self, told: Told) {
        self.bytes += told.text.len();
        self.waiting.push_back((self.next, told));
        self.next += 1;
        while self.waiting.len() > MESSAGES || self.bytes > BYTES {
            let Some((_, oldest)) = self.waiting.pop_front() else { break };
            self.bytes -= oldest.text.len();
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The first of what waits.
    pub(super) fn first(&self, most: usize) -> Vec<(u64, Told)> {
        self.waiting.iter().take(most).cloned().collect()
    }

    /// Everything up to this number is told.
    pub(super) fn told(&mut self, last: u64) {
        while self.waiting.front().is_some_and(|(n, _)| *n <= last) {
            let Some((_, told)) = self.waiting.pop_front() else { break };
            self.bytes -= told.text.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_bounded_and_a_gap_shows_in_the_numbers() {
        let mut outbox = Outbox::default();
        (0..MESSAGES + 2).for_each(|_| outbox.push(Told::ended("a")));
        let numbers = |outbox: &Outbox| outbox.first(usize::MAX).iter().map(|(n, _)| *n).collect::<Vec<_>>();
        assert_eq!(numbers(&outbox), (3..=MESSAGES as u64 + 2).collect::<Vec<_>>());
        outbox.told(MESSAGES as u64);
        assert_eq!(numbers(&outbox), [MESSAGES as u64 + 1, MESSAGES as u64 + 2]);
        let large = || Told::event("a", vec![b'x'; BYTES / 2].into());
        (0..4).for_each(|_| outbox.push(large()));
        assert_eq!(outbox.first(9).len(), 2, "two of half the room");
        assert_eq!(outbox.bytes, BYTES);
        outbox.told(u64::MAX);
        assert!(outbox.is_empty() && outbox.bytes == 0);
    }

    #[test]
    fn every_message_has_a_name_of_its_own() {
        for about in About::ALL {
            assert_eq!(About::named(about.name()), Some(about));
        }
        assert_eq!(About::named("else"), None);
    }
}
