//! A row of the database as a session, judged from its events.

use super::StoreError;
use crate::sessions::session::{Record, Session};
use rusqlite::Row;

/// A session's place in the order of sessions: larger is newer.
pub type Cursor = u64;

/// A row as it is kept. A text that is none is no error of the database.
pub(super) struct Stored {
    pub(super) cursor: i64,
    session: Option<String>,
    events: Option<String>,
}

impl Stored {
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { cursor: row.get(0)?, session: row.get(1).ok(), events: row.get(2).ok() })
    }

    pub(super) fn cursor(&self) -> Cursor {
        u64::try_from(self.cursor).unwrap_or_default()
    }

    /// The session as it stands there.
    pub(super) fn session(&self) -> Result<Session, StoreError> {
        Ok(serde_json::from_str(self.session.as_deref().unwrap_or_default())?)
    }

    /// The session with its events, and what they prove: whatever verdict stands there, it is theirs.
    pub(super) fn judged(&self, mut session: Session) -> Result<Record, StoreError> {
        let events: Vec<_> = serde_json::from_str(self.events.as_deref().unwrap_or_default())?;
        session.settle(&events);
        Ok(Record { session, events })
    }

    pub(super) fn record(&self) -> Result<Record, StoreError> {
        self.judged(self.session()?)
    }
}
