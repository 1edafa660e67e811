//! What a database must do to keep sessions, whichever it is.

use super::{Kept, Place, Retention, StoreError, Told, postgres::Postgres, sqlite::Sqlite, stored::Cursor};
use crate::sessions::{
    filter::Filter,
    session::{Record, Session},
};
use lab::scenario::Scenario;

/// A database that keeps sessions.
///
/// All that is put at once is kept or none of it, each session with all its events in their order, and it is found by
/// whoever opens the database afterwards. What was put before is not put twice. A session whose cursor is another's is kept
/// beside it. Sessions come back newest first, judged from their events whatever verdict stands in the row; a row that
/// cannot be read hides no other, and is counted. Its memory does not grow with what it keeps.
pub trait Engine: Send {
    /// Whether nothing can be written to it.
    fn is_read_only(&self) -> bool;

    /// In what way it is no longer there, where it is not: what is written to it is nowhere, and it has to be opened again.
    fn gone(&self) -> Option<StoreError>;

    /// How many of the sessions that were asked for could not be read.
    fn unreadable(&self) -> usize;

    /// Keeps sessions with their events, all or none of them, and lets the oldest go where there are too many.
    ///
    /// # Errors
    /// Nothing was kept, and why; or nobody knows, and they can be put again.
    fn put(&mut self, records: &[Kept]) -> Result<(), StoreError>;

    /// Sessions older than `before` that a filter admits, newest first, at most `limit`.
    ///
    /// # Errors
    /// The database cannot be read at all.
    fn list(&self, before: Cursor, limit: usize, filter: &Filter) -> Result<Vec<(Cursor, Session)>, StoreError>;

    /// One session with its events.
    ///
    /// # Errors
    /// It cannot be read.
    fn record(&self, id: &str) -> Result<Option<Record>, StoreError>;

    /// One session.
    ///
    /// # Errors
    /// It cannot be read.
    fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        Ok(self.record(id)?.map(|record| record.session))
    }

    /// Of which scenarios there are sessions, the one that was played last first, each with the cursor of its newest; at most
    /// `limit`. However many sessions there are, nothing of them is read for it but these two.
    ///
    /// # Errors
    /// The database cannot be read at all.
    fn scenarios(&self, limit: usize) -> Result<Vec<(Cursor, Scenario)>, StoreError>;

    /// The newest session of one scenario that [speaks for it](Session::speaks_for_its_scenario).
    ///
    /// # Errors
    /// The database cannot be read at all.
    fn last_of(&self, scenario: &Scenario) -> Result<Option<Session>, StoreError>;

    /// Forgets a session; whether there was one.
    ///
    /// # Errors
    /// It cannot be forgotten.
    fn forget(&mut self, id: &str) -> Result<bool, StoreError>;

    /// Tells the consoles that share the database what happens at this one: messages in the order of their numbers, all or
    /// none; each of the others hears them in that order, none twice, and notices where numbers are missing. Told again they
    /// are told once. Nobody hears of it where nobody can share the database.
    ///
    /// # Errors
    /// Nothing was told, and why; or nobody knows, and they can be told again.
    fn tell(&mut self, _console: &str, _messages: &[(u64, Told)]) -> Result<(), StoreError> {
        Ok(())
    }

    /// This console is no longer there for the others.
    fn leave(&mut self, _console: &str) {}

    /// Whether it still answers.
    ///
    /// # Errors
    /// It does not.
    fn check(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// Opens the database of a place.
///
/// # Errors
/// There is no such place, or something else is there.
pub fn open(place: &Place, retention: Retention) -> Result<Box<dyn Engine>, StoreError> {
    Ok(match place {
        Place::Memory => Box::new(Sqlite::in_memory(retention)?),
        Place::Server(server) => Box::new(Postgres::open(server, retention)?),
        Place::Directory(directory) => Box::new(Sqlite::open(directory, retention)?),
    })
}
