//! What was kept before the console began: the last session of each scenario is judged again, while others already ask.

use super::Book;
use crate::sessions::{session::Session, store::Engine};
use lab::scenario::Scenario;
use std::collections::HashSet;

/// Scenarios whose last sessions are judged before others may ask the store something.
const AT_ONCE: usize = 8;

/// How far that has come.
#[derive(Default)]
pub(super) struct Recall {
    /// Scenarios whose last session is kept and not judged yet.
    unread: Vec<Scenario>,
    /// Some are being judged.
    going: bool,
    /// Sessions that were forgotten meanwhile.
    forgotten: HashSet<String>,
}

impl Recall {
    pub(super) fn of(unread: Vec<Scenario>) -> Self {
        Self { unread, ..Self::default() }
    }

    /// A session is forgotten: where it is just being judged, it is not remembered afterwards.
    pub(super) fn forget(&mut self, id: &str) {
        if self.going {
            self.forgotten.insert(id.to_owned());
        }
    }

    /// Those that are judged next; nothing is left where there are none.
    fn next(&mut self) -> Vec<Scenario> {
        let next: Vec<Scenario> = self.unread.drain(..self.unread.len().min(AT_ONCE)).collect();
        self.going = !next.is_empty();
        if !self.going {
            self.forgotten.clear();
        }
        next
    }

    /// Whether a session that was judged is still to be remembered; else the one before it is the last of its scenario, and is
    /// judged next.
    fn admits(&mut self, scenario: Scenario, session: &Session) -> bool {
        let admitted = !self.forgotten.remove(&session.session);
        if !admitted {
            self.unread.push(scenario);
        }
        admitted
    }
}

impl Book {
    /// Judges the last session of each scenario that was kept before, a few at a time, so that nobody waits for it who asks the
    /// store something meanwhile. Whoever watches starts again from the lists when all are there.
    pub async fn recall(&self) {
        let mut recalled = false;
        loop {
            let next = self.pages().recall.next();
            if next.is_empty() {
                break;
            }
            let asked = next.clone();
            let judge = move |database: &dyn Engine| {
                let last = asked.iter().map(|scenario| database.last_of(scenario));
                last.collect::<Result<Vec<_>, _>>()
            };
            let Ok(found) = self.store.ask(judge).await else { continue };
            for (scenario, session) in next.into_iter().zip(found) {
                let Some(session) = session else { continue };
                let mut pages = self.pages();
                if pages.recall.admits(scenario, &session) {
                    recalled = true;
                    pages.remember(&session);
                }
            }
        }
        if recalled {
            self.hub.restart();
        }
    }
}
