//! Connections that belong to no session: told one by one as long as they are few, and counted where they are many, so that
//! whoever makes connections cannot fill a log.

use crate::{limits::milliseconds, reports::Reports};
use lab::{control::Report, event::Limit, role::Role, words};
use serde_json::json;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, sleep_until};

/// Strays that are told one by one within a [`WINDOW`].
const TOLD: u32 = 8;
/// After so long the count begins anew.
const WINDOW: Duration = Duration::from_secs(10);

/// Why a connection belongs to no session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stray {
    /// In words.
    pub(crate) reason: String,
    /// The lab's own limit that took effect, where it was one.
    pub(crate) limit: Option<Limit>,
}

/// Why, where nothing more is to be said of it.
pub(crate) fn say(name: &str) -> String {
    words::say("stray", name, &json!({}))
}

impl Stray {
    /// By a limit of the lab's own, which allows `most`; `name` is the limit's in the texts.
    pub(crate) fn limited(limit: Limit, name: &str, most: u64) -> Self {
        Self { reason: words::say("stray", name, &json!({ "most": most })), limit: Some(limit) }
    }
}

impl From<String> for Stray {
    fn from(reason: String) -> Self {
        Self { reason, limit: None }
    }
}

/// What was told of them lately.
#[derive(Debug, Default)]
struct Window {
    since: Option<Instant>,
    told: u32,
    more: u64,
}

/// Tells of strays.
#[derive(Debug)]
pub(crate) struct Strays {
    window: Mutex<Window>,
    reports: Reports,
}

/// What is to be done about one.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    Tell,
    /// It was counted; whoever counts the first one tells the count when the window closes.
    CountUntil(Option<Instant>),
}

impl Strays {
    /// Nothing told yet.
    pub(crate) fn new(reports: Reports) -> Arc<Self> {
        Arc::new(Self { window: Mutex::default(), reports })
    }

    /// Tells of one, or counts it.
    pub(crate) async fn tell(self: &Arc<Self>, stray: Stray) {
        let due = self.locked(|window| window.due(Instant::now()));
        match due {
            Due::Tell => {
                let Stray { reason, limit } = stray;
                self.reports.send(Report::Stray { from: Some(Role::Client), reason, limit }).await;
            }
            Due::CountUntil(Some(end)) => {
                let strays = Arc::clone(self);
                tokio::spawn(async move {
                    sleep_until(end).await;
                    let count = strays.locked(Window::close);
                    strays.reports.send(Report::MoreStrays { count, within: milliseconds(WINDOW) }).await;
                });
            }
            Due::CountUntil(None) => {}
        }
    }

    fn locked<T>(&self, change: impl FnOnce(&mut Window) -> T) -> T {
        change(&mut self.window.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Window {
    fn due(&mut self, now: Instant) -> Due {
        if self.more == 0 && self.since.is_none_or(|since| now >= since + WINDOW) {
            *self = Self { since: Some(now), ..Self::default() };
        }
        if self.told < TOLD {
            self.told += 1;
            return Due::Tell;
        }
        self.more += 1;
        Due::CountUntil(self.since.filter(|_| self.more == 1).map(|since| since + WINDOW))
    }

    /// How many were only counted; the next window begins with the next stray.
    fn close(&mut self) -> u64 {
        std::mem::take(self).more
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_counted_and_none_is_forgotten() {
        let (mut window, begin) = (Window::default(), Instant::now());
        let (mut told, mut counted, mut counts, mut closes) = (0, 0, 0, None);
        for number in 0..5000 {
            let now = begin + Duration::from_millis(20 * number);
            if closes.is_some_and(|end| now >= end) {
                counted += window.close();
                counts += 1;
                closes = None;
            }
            match window.due(now) {
                Due::Tell => told += 1,
                Due::CountUntil(Some(end)) => {
                    assert!(closes.is_none() && end > now, "two tell one count");
                    closes = Some(end);
                }
                Due::CountUntil(None) => assert!(closes.is_some(), "nobody tells the count"),
            }
        }
        counted += window.close();
        assert_eq!(told + counted, 5000);
        // 100 s are ten windows.
        assert!(told <= 11 * u64::from(TOLD) && counts <= 10, "{told} told, {counts} counts");
    }

    #[test]
    fn few_are_told_one_by_one() {
        let (mut window, begin) = (Window::default(), Instant::now());
        for number in 0..30 {
            assert_eq!(window.due(begin + Duration::from_secs(2 * number)), Due::Tell);
        }
    }

    #[test]
    fn a_limit_is_told_as_one() {
        let stray = Stray::limited(Limit::Greeting, "greeting", 3000);
        assert_eq!(stray.reason, "no whole frame came within 3000 ms");
    }
}
