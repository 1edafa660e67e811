//! A row of the database as a session, judged from its events.

use super::StoreError;
use crate::sessions::{
    filter::Filter,
    session::{Record, Session},
};
use lab::scenario::Scenario;
use std::{cell::RefCell, collections::BTreeSet};

/// A session's place in the order of sessions: larger is newer.
pub type Cursor = u64;

/// A scenario as a row names it, with the cursor of one of its sessions; nothing where it names none.
pub(super) fn named(cursor: i64, scenario: Option<&str>) -> Option<(Cursor, Scenario)> {
    Some((u64::try_from(cursor).ok()?, scenario?.parse().ok()?))
}

/// A row as it is kept. A text that is none is no error of the database.
pub(super) struct Stored {
    pub(super) cursor: i64,
    pub(super) session: Option<String>,
    pub(super) events: Option<String>,
}

impl Stored {
    fn cursor(&self) -> Cursor {
        u64::try_from(self.cursor).unwrap_or_default()
    }

    /// The session as it stands there.
    fn session(&self) -> Result<Session, StoreError> {
        Ok(serde_json::from_str(self.session.as_deref().unwrap_or_default())?)
    }

    /// The session with its events, and what they prove: whatever verdict stands there, it is theirs.
    fn judged(&self, mut session: Session) -> Result<Record, StoreError> {
        let events: Vec<_> = serde_json::from_str(self.events.as_deref().unwrap_or_default())?;
        session.settle(&events);
        Ok(Record { session, events })
    }

    pub(super) fn record(&self) -> Result<Record, StoreError> {
        self.judged(self.session()?)
    }
}

/// Rows that were asked for and could not be read, by cursor.
#[derive(Default)]
pub(super) struct Unreadable(RefCell<BTreeSet<i64>>);

impl Unreadable {
    pub(super) fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// The first `limit` sessions that a filter admits, judged; those that cannot be read are left out and counted.
    pub(super) fn sort_out(
        &self,
        rows: impl Iterator<Item = Result<Stored, StoreError>>,
        limit: usize,
        filter: &Filter,
    ) -> Result<Vec<(Cursor, Session)>, StoreError> {
        let mut found = Vec::new();
        for stored in rows {
            let stored = stored?;
            let session = stored.session().and_then(|session| {
                // Only what is shown is judged; it has to be what is asked for after that too.
                let session = if filter.admits(&session) { stored.judged(session)?.session } else { session };
                Ok(Some(session).filter(|session| filter.admits(session)))
            });
            match session {
                Ok(session) => found.extend(session.map(|session| (stored.cursor(), session))),
                Err(_) => drop(self.0.borrow_mut().insert(stored.cursor)),
            }
            if found.len() == limit {
                break;
            }
        }
        Ok(found)
    }
}
