//! The database itself: schema, retention, and the handful of questions that are asked of it.

use super::{Place, Retention};
use crate::sessions::session::{Record, Session};
use lab::event::Event;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::{fs, path::PathBuf, time::Duration};

/// The schema's version, kept in `user_version`.
const SCHEMA: i64 = 1;
/// How long a statement waits for another program's lock.
const LOCKED: Duration = Duration::from_millis(250);

/// A session's place in the order of sessions: larger is newer.
pub type Cursor = u64;

/// An open database.
pub struct Database {
    connection: Connection,
    retention: Retention,
    /// Sessions kept.
    count: u64,
    /// Their bytes.
    bytes: u64,
}

impl Database {
    /// Opens the file `interlock.sqlite3` in the directory, creating both where they are missing.
    pub fn open(place: &Place, retention: Retention) -> Result<Self, StoreError> {
        let connection = match place {
            Place::Memory => Connection::open_in_memory()?,
            Place::Directory(directory) => {
                let failed = |error| StoreError::Directory(directory.clone(), error);
                fs::create_dir_all(directory).map_err(failed)?;
                Connection::open(directory.join("interlock.sqlite3"))?
            }
        };
        connection.busy_timeout(LOCKED)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        match found {
            SCHEMA => {}
            0 => connection.execute_batch(&format!(
                "PRAGMA journal_mode = WAL;
                 BEGIN IMMEDIATE;
                 CREATE TABLE IF NOT EXISTS sessions (
                     cursor INTEGER PRIMARY KEY,
                     id TEXT NOT NULL UNIQUE,
                     scenario TEXT NOT NULL,
                     bytes INTEGER NOT NULL,
                     session TEXT NOT NULL
                 );
                 CREATE INDEX IF NOT EXISTS by_scenario ON sessions (scenario, cursor);
                 CREATE TABLE IF NOT EXISTS events (
                     cursor INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE,
                     n INTEGER NOT NULL,
                     event TEXT NOT NULL,
                     PRIMARY KEY (cursor, n)
                 ) WITHOUT ROWID;
                 PRAGMA user_version = {SCHEMA};
                 COMMIT;"
            ))?,
            newer => return Err(StoreError::Schema { found: newer, known: SCHEMA }),
        }
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        let (count, bytes) =
            connection.query_row("SELECT count(*), coalesce(sum(bytes), 0) FROM sessions", [], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
            })?;
        let unsigned = |number| u64::try_from(number).unwrap_or_default();
        Ok(Self { connection, retention, count: unsigned(count), bytes: unsigned(bytes) })
    }

    /// Keeps a session with its events, and lets the oldest go where there are too many.
    pub fn put(&mut self, cursor: Cursor, record: &Record) -> Result<(), StoreError> {
        let session = serde_json::to_string(&record.session)?;
        let events = record
            .events
            .iter()
            .map(|event| Ok((event.n, serde_json::to_string(event)?)))
            .collect::<Result<Vec<_>, serde_json::Error>>()?;
        let bytes = session.len() + events.iter().map(|(_, event)| event.len()).sum::<usize>();
        let transaction = self.connection.transaction()?;
        transaction
            .prepare("INSERT OR REPLACE INTO sessions (cursor, id, scenario, bytes, session) VALUES (?, ?, ?, ?, ?)")?
            .execute(params![
                sql(cursor),
                record.session.session,
                record.session.scenario.to_string(),
                sql(bytes as u64),
                session
            ])?;
        {
            let mut insert = transaction.prepare("INSERT INTO events (cursor, n, event) VALUES (?, ?, ?)")?;
            for (n, event) in &events {
                insert.execute(params![sql(cursor), sql(*n), event])?;
            }
        }
        let (mut count, mut total) = (self.count + 1, self.bytes + bytes as u64);
        while count > self.retention.sessions || total > self.retention.bytes {
            let gone = transaction
                .prepare("DELETE FROM sessions WHERE cursor = (SELECT min(cursor) FROM sessions) RETURNING bytes")?
                .query_row([], |row| row.get::<_, i64>(0))
                .optional()?;
            let Some(gone) = gone else { break };
            (count, total) = (count - 1, total.saturating_sub(u64::try_from(gone).unwrap_or_default()));
        }
        transaction.commit()?;
        (self.count, self.bytes) = (count, total);
        Ok(())
    }

    /// Sessions older than `before`, newest first.
    pub fn list(&self, before: Cursor, limit: usize) -> Result<Vec<(Cursor, Session)>, StoreError> {
        let mut query = self
            .connection
            .prepare("SELECT cursor, session FROM sessions WHERE cursor < ? ORDER BY cursor DESC LIMIT ?")?;
        let rows = query.query_map(params![sql(before), sql(limit as u64)], cursor_and_text)?;
        rows.map(|row| row.map_err(StoreError::from).and_then(parsed)).collect()
    }

    /// One session.
    pub fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        let mut query = self.connection.prepare("SELECT cursor, session FROM sessions WHERE id = ?")?;
        query.query_row([id], cursor_and_text).optional()?.map(|row| Ok(parsed(row)?.1)).transpose()
    }

    /// The events of one session, by number; nothing where there is no such session.
    pub fn events(&self, id: &str) -> Result<Vec<Event>, StoreError> {
        let mut query = self
            .connection
            .prepare("SELECT n, event FROM events JOIN sessions USING (cursor) WHERE id = ? ORDER BY n")?;
        let rows = query.query_map([id], cursor_and_text)?;
        rows.map(|row| Ok(serde_json::from_str(&row?.1)?)).collect()
    }

    /// The newest session of each scenario, at most `limit` of them.
    pub fn latest(&self, limit: usize) -> Result<Vec<(Cursor, Session)>, StoreError> {
        let mut query = self
            .connection
            .prepare("SELECT max(cursor), session FROM sessions GROUP BY scenario ORDER BY max(cursor) DESC LIMIT ?")?;
        let rows = query.query_map([sql(limit as u64)], cursor_and_text)?;
        rows.map(|row| row.map_err(StoreError::from).and_then(parsed)).collect()
    }
}

/// SQLite's integers are signed; nothing here comes near the difference.
fn sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn cursor_and_text(row: &Row<'_>) -> rusqlite::Result<(i64, String)> {
    Ok((row.get(0)?, row.get(1)?))
}

fn parsed((cursor, text): (i64, String)) -> Result<(Cursor, Session), StoreError> {
    Ok((u64::try_from(cursor).unwrap_or_default(), serde_json::from_str(&text)?))
}

/// What goes wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory cannot be made.
    #[error("cannot make the data directory {0}: {1}")]
    Directory(PathBuf, std::io::Error),
    /// A database of another time.
    #[error("the database has schema {found}, this program knows {known}; use another --data directory")]
    Schema {
        /// Version found.
        found: i64,
        /// Version known.
        known: i64,
    },
    /// SQLite refuses.
    #[error("database: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A document that cannot be written or read.
    #[error("a stored session cannot be read: {0}")]
    Document(#[from] serde_json::Error),
    /// The thread that owns the database does not answer.
    #[error("the store does not answer")]
    Silent,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::session::lost;
    use lab::role::Actor;

    fn record(id: &str, scenario: &str, text: &str) -> Record {
        Record {
            session: Session::new(id.into(), scenario.parse().unwrap(), Some(7), 1),
            events: vec![lost(id, 1, Actor::Client, text), lost(id, 2, Actor::Client, text)],
        }
    }

    fn ids(rows: Vec<(Cursor, Session)>) -> Vec<String> {
        rows.into_iter().map(|(_, session)| session.session).collect()
    }

    #[test]
    fn what_is_put_comes_back_after_reopening() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::Directory(directory.path().join("deep/er"));
        let kept = record("a", "dh/relay", "<script>");
        Database::open(&place, Retention::default()).unwrap().put(1, &kept).unwrap();
        let database = Database::open(&place, Retention::default()).unwrap();
        assert_eq!(database.session("a").unwrap(), Some(kept.session));
        assert_eq!(database.events("a").unwrap(), kept.events);
        assert_eq!(database.session("b").unwrap(), None);
    }

    #[test]
    fn the_oldest_go_by_count() {
        let mut database = Database::open(&Place::Memory, Retention { sessions: 2, bytes: u64::MAX }).unwrap();
        for (cursor, id) in [(1, "a"), (2, "b"), (3, "c")] {
            database.put(cursor, &record(id, "dh/relay", "")).unwrap();
        }
        assert_eq!(ids(database.list(u64::MAX, 10).unwrap()), ["c", "b"]);
        assert!(database.events("a").unwrap().is_empty(), "their events go with them");
    }

    #[test]
    fn the_oldest_go_by_bytes() {
        let mut database = Database::open(&Place::Memory, Retention { sessions: 100, bytes: 50_000 }).unwrap();
        for (cursor, id) in [(1, "a"), (2, "b"), (3, "c")] {
            database.put(cursor, &record(id, "dh/relay", &"x".repeat(10_000))).unwrap();
        }
        assert_eq!(ids(database.list(u64::MAX, 10).unwrap()), ["c", "b"], "20 kB and a little each");
    }

    #[test]
    fn pages_continue_where_the_last_ended() {
        let mut database = Database::open(&Place::Memory, Retention::default()).unwrap();
        for (cursor, id) in [(1, "a"), (2, "b"), (3, "c")] {
            database.put(cursor, &record(id, "dh/relay", "")).unwrap();
        }
        assert_eq!(ids(database.list(u64::MAX, 2).unwrap()), ["c", "b"]);
        assert_eq!(ids(database.list(2, 2).unwrap()), ["a"]);
    }

    #[test]
    fn the_newest_of_each_scenario() {
        let mut database = Database::open(&Place::Memory, Retention::default()).unwrap();
        for (cursor, id, scenario) in [(1, "a", "dh/relay"), (2, "b", "dh/relay"), (3, "c", "ecdh/relay")] {
            database.put(cursor, &record(id, scenario, "")).unwrap();
        }
        assert_eq!(ids(database.latest(10).unwrap()), ["c", "b"]);
    }

    #[test]
    fn a_database_of_another_time_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::Directory(directory.path().into());
        let database = Database::open(&place, Retention::default()).unwrap();
        database.connection.pragma_update(None, "user_version", 9).unwrap();
        drop(database);
        assert!(matches!(Database::open(&place, Retention::default()), Err(StoreError::Schema { found: 9, known: 1 })));
    }
}
