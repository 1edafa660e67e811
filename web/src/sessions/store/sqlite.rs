//! Sessions in one SQLite file, or in memory.

use super::{
    Kept, Retention, StoreError,
    engine::Engine,
    files,
    stored::{Cursor, Stored, Unreadable, named},
};
use crate::sessions::{
    filter::Filter,
    session::{Record, Session},
};
use lab::scenario::Scenario;
use rusqlite::{
    Connection, MAIN_DB, OpenFlags, OptionalExtension, Row, Transaction, TransactionBehavior, params,
    types::{ToSqlOutput, ValueRef},
};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// The schema's version, kept in `user_version`.
const SCHEMA: i64 = 2;
/// How long a statement waits for another program's lock.
const LOCKED: Duration = Duration::from_millis(250);

/// An open database.
pub(super) struct Sqlite {
    connection: Connection,
    retention: Retention,
    /// Nothing can be written to it.
    read_only: bool,
    /// Its file and what tells the file from others.
    file: Option<(PathBuf, files::Identity)>,
    held: Held,
    unreadable: Unreadable,
}

/// What the database holds, as long as nobody else writes to it.
#[derive(Clone, Copy, Default)]
struct Held {
    /// Changes with every change that another connection makes.
    version: i64,
    sessions: u64,
    bytes: u64,
}

/// The session speaks for its scenario, as far as the row says.
const BY_ITSELF: &str = "coalesce(session, '') NOT LIKE '%\"by_hand\":true%' \
                         AND coalesce(session, '') NOT LIKE '%\"imported\":true%'";

impl Sqlite {
    /// A database that is there as long as it is open.
    pub(super) fn in_memory(retention: Retention) -> Result<Self, StoreError> {
        Self::begin(Connection::open_in_memory()?, retention, None)
    }

    /// The same with room for so many pages.
    #[cfg(test)]
    pub(super) fn of_pages(pages: u32) -> Result<Self, StoreError> {
        let database = Self::in_memory(Retention::default())?;
        database.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        Ok(database)
    }

    /// Opens the file `interlock.sqlite3` in the directory, creating both where they are missing. A file that cannot be
    /// written to is opened for reading.
    ///
    /// # Errors
    /// There is no such place, or something else is there.
    pub(super) fn open(directory: &Path, retention: Retention) -> Result<Self, StoreError> {
        let file = directory.join("interlock.sqlite3");
        let writable = files::prepare(directory, &file).and_then(|()| {
            let found = Self::begin(Connection::open(&file)?, retention, Some(&file));
            files::protect(&file);
            found
        });
        match writable {
            Err(error) if error.is_refusal() && file.is_file() => Self::read(&file, retention).map_err(|_| error),
            found => found,
        }
    }

    fn begin(mut connection: Connection, retention: Retention, file: Option<&Path>) -> Result<Self, StoreError> {
        connection.busy_timeout(LOCKED)?;
        // A file that cannot be written to is opened for reading, nothing is said of it, and what is made beside it nobody can write to.
        if connection.is_readonly(MAIN_DB)? {
            return Err(StoreError::ReadOnly);
        }
        if version(&connection)? != SCHEMA {
            Self::migrate(&mut connection)?;
        }
        let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
        if mode == "wal" {
            connection.pragma_update(None, "synchronous", "NORMAL")?;
        }
        Self::over(connection, retention, false, file)
    }

    /// Brings a database that is empty or older up to the schema of today.
    fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        match version(&transaction)? {
            0 => transaction.execute_batch(&format!(
                "CREATE TABLE sessions (
                     cursor INTEGER PRIMARY KEY,
                     id TEXT NOT NULL UNIQUE,
                     scenario TEXT NOT NULL,
                     bytes INTEGER NOT NULL,
                     session TEXT NOT NULL,
                     events TEXT NOT NULL
                 );
                 CREATE INDEX by_scenario ON sessions (scenario, cursor);
                 PRAGMA user_version = {SCHEMA};"
            ))?,
            1 => transaction.execute_batch(&format!(
                "ALTER TABLE sessions ADD COLUMN events TEXT NOT NULL DEFAULT '[]';
                 UPDATE sessions SET events = (
                     SELECT '[' || coalesce(group_concat(event, ',' ORDER BY n), '') || ']'
                     FROM events WHERE events.cursor = sessions.cursor
                 );
                 DROP TABLE events;
                 PRAGMA user_version = {SCHEMA};"
            ))?,
            SCHEMA => {}
            newer => return Err(StoreError::Schema { found: newer, known: SCHEMA }),
        }
        Ok(transaction.commit()?)
    }

    /// Opens a file that nobody can write to: as it is, without the files that SQLite would make beside it.
    fn read(file: &Path, retention: Retention) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(files::immutable(file), flags)?;
        match version(&connection)? {
            SCHEMA => Self::over(connection, retention, true, Some(file)),
            found => Err(StoreError::Schema { found, known: SCHEMA }),
        }
    }

    fn over(
        connection: Connection,
        retention: Retention,
        read_only: bool,
        file: Option<&Path>,
    ) -> Result<Self, StoreError> {
        let file = file.and_then(|file| Some((file.to_owned(), files::Identity::of(file)?)));
        let unreadable = Unreadable::default();
        let mut database = Self { connection, retention, read_only, file, held: Held::default(), unreadable };
        database.held = database.count()?;
        Ok(database)
    }

    /// Changes with every change that another connection makes.
    fn version(&self) -> Result<i64, StoreError> {
        Ok(self.connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    fn count(&self) -> Result<Held, StoreError> {
        let version = self.version()?;
        // A row can say what it likes: no figure of one keeps the others from being counted.
        let mut query = self.connection.prepare("SELECT count(*), total(bytes) FROM sessions")?;
        let (sessions, bytes) = query.query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, f64>(1)?)))?;
        Ok(Held { version, sessions: u64::try_from(sessions).unwrap_or_default(), bytes: bytes.max(0.0) as u64 })
    }
}

impl Engine for Sqlite {
    fn is_read_only(&self) -> bool {
        self.read_only
    }

    fn gone(&self) -> Option<StoreError> {
        let gone = |(file, identity): &(PathBuf, files::Identity)| files::Identity::of(file).as_ref() != Some(identity);
        self.file.as_ref().is_some_and(gone).then_some(StoreError::Replaced)
    }

    fn unreadable(&self) -> usize {
        self.unreadable.count()
    }

    fn put(&mut self, records: &[Kept]) -> Result<(), StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        if self.version()? != self.held.version {
            self.held = self.count()?;
        }
        let mut held = self.held;
        let transaction = self.connection.transaction()?;
        let mut insert = transaction.prepare(INSERT)?;
        let mut known = transaction.prepare("SELECT EXISTS (SELECT 1 FROM sessions WHERE id = ?)")?;
        let mut events = Vec::new();
        for kept in records {
            let record = &kept.record;
            let id = &record.session.session;
            let session = serde_json::to_string(&record.session)?;
            kept.write_events(&mut events);
            let bytes = (session.len() + events.len()) as u64;
            let scenario = record.session.scenario.to_string();
            // Another console's session may have its place: it is the next one's then.
            for cursor in kept.cursor.. {
                let events = ToSqlOutput::Borrowed(ValueRef::Text(&events));
                if insert.execute(params![sql(cursor), id, scenario, sql(bytes), session, events])? > 0 {
                    (held.sessions, held.bytes) = (held.sessions + 1, held.bytes.saturating_add(bytes));
                    break;
                }
                if known.query_row([id], |row| row.get(0))? {
                    break;
                }
            }
        }
        drop((insert, known));
        self.retention.enforce(&transaction, &mut held)?;
        transaction.commit()?;
        self.held = held;
        Ok(())
    }

    fn list(&self, before: Cursor, limit: usize, filter: &Filter) -> Result<Vec<(Cursor, Session)>, StoreError> {
        let mut query = self.connection.prepare(
            "SELECT cursor, session, events FROM sessions WHERE cursor < ? AND scenario GLOB ? ORDER BY cursor DESC",
        )?;
        let rows = query.query_map(params![sql(before), filter.pattern()], stored)?;
        self.unreadable.sort_out(rows.map(|row| Ok(row?)), limit, filter)
    }

    fn record(&self, id: &str) -> Result<Option<Record>, StoreError> {
        let mut query = self.connection.prepare("SELECT cursor, session, events FROM sessions WHERE id = ?")?;
        query.query_row([id], stored).optional()?.map(|stored| stored.record()).transpose()
    }

    fn scenarios(&self, limit: usize) -> Result<Vec<(Cursor, Scenario)>, StoreError> {
        let mut query = self.connection.prepare(
            "SELECT max(cursor), scenario FROM sessions GROUP BY scenario ORDER BY max(cursor) DESC LIMIT ?",
        )?;
        let rows =
            query.query_map([sql(limit as u64)], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1).ok())))?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        Ok(rows.into_iter().filter_map(|(cursor, scenario)| named(cursor, scenario.as_deref())).collect())
    }

    fn last_of(&self, scenario: &Scenario) -> Result<Option<Session>, StoreError> {
        let mut query = self.connection.prepare(&format!(
            "SELECT cursor, session, events FROM sessions WHERE scenario = ? AND {BY_ITSELF} ORDER BY cursor DESC"
        ))?;
        let rows = query.query_map([scenario.to_string()], stored)?;
        let found = self.unreadable.sort_out(rows.map(|row| Ok(row?)), 1, &Filter::default())?;
        Ok(found.into_iter().next().map(|(_, session)| session))
    }

    fn forget(&mut self, id: &str) -> Result<bool, StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        let mut delete =
            self.connection.prepare("DELETE FROM sessions WHERE id = ? RETURNING CAST(bytes AS INTEGER)")?;
        let gone = delete.query_row([id], |row| row.get::<_, i64>(0)).optional()?;
        let Some(gone) = gone else { return Ok(false) };
        self.held.sessions = self.held.sessions.saturating_sub(1);
        self.held.bytes = self.held.bytes.saturating_sub(u64::try_from(gone).unwrap_or_default());
        Ok(true)
    }
}

/// A row of cursor, session and events.
fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored { cursor: row.get(0)?, session: row.get(1).ok(), events: row.get(2).ok() })
}

const INSERT: &str =
    "INSERT OR IGNORE INTO sessions (cursor, id, scenario, bytes, session, events) VALUES (?, ?, ?, ?, ?, ?)";

impl Retention {
    /// Lets the oldest go until the rest is within the limits.
    fn enforce(self, transaction: &Transaction<'_>, held: &mut Held) -> Result<(), StoreError> {
        if held.sessions <= self.sessions && held.bytes <= self.bytes {
            return Ok(());
        }
        let oldest =
            "DELETE FROM sessions WHERE cursor = (SELECT min(cursor) FROM sessions) RETURNING CAST(bytes AS INTEGER)";
        let mut delete = transaction.prepare(oldest)?;
        while held.sessions > self.sessions || held.bytes > self.bytes {
            let gone = delete.query_row([], |row| row.get::<_, i64>(0)).optional()?;
            let Some(gone) = gone else { break };
            held.sessions -= 1;
            held.bytes = held.bytes.saturating_sub(u64::try_from(gone).unwrap_or_default());
        }
        Ok(())
    }
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

/// SQLite's integers are signed; nothing here comes near the difference.
fn sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::{super::suite::record, *};

    fn open(directory: &Path) -> Result<Sqlite, StoreError> {
        Sqlite::open(directory, Retention::default())
    }

    #[test]
    fn what_is_no_text_hides_no_other_row() {
        let mut database = Sqlite::in_memory(Retention::default()).unwrap();
        database.put(&[record(1, "a", "dh/relay", ""), record(2, "b", "dh/relay", "")]).unwrap();
        assert_eq!(database.connection.execute("UPDATE sessions SET session = x'ff00' WHERE id = 'b'", []).unwrap(), 1);
        let listed = database.list(u64::MAX, 2, &Filter::default()).unwrap();
        assert_eq!(listed.first().map(|(_, session)| session.session.as_str()), Some("a"));
        assert_eq!((listed.len(), database.unreadable()), (1, 1));
    }

    #[test]
    fn a_database_of_the_first_schema_is_taken_over() {
        let directory = tempfile::tempdir().unwrap();
        let kept = record(5, "a", "dh/relay", "x");
        let old = Connection::open(directory.path().join("interlock.sqlite3")).unwrap();
        old.execute_batch(
            "CREATE TABLE sessions (cursor INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, scenario TEXT NOT NULL,
                                    bytes INTEGER NOT NULL, session TEXT NOT NULL);
             CREATE INDEX by_scenario ON sessions (scenario, cursor);
             CREATE TABLE events (cursor INTEGER NOT NULL REFERENCES sessions ON DELETE CASCADE, n INTEGER NOT NULL,
                                  event TEXT NOT NULL, PRIMARY KEY (cursor, n)) WITHOUT ROWID;
             PRAGMA user_version = 1;",
        )
        .unwrap();
        let session = serde_json::to_string(&kept.record.session).unwrap();
        old.execute("INSERT INTO sessions VALUES (5, 'a', 'dh/relay', 9, ?)", [session]).unwrap();
        for event in kept.record.events.iter().rev() {
            let text = serde_json::to_string(event).unwrap();
            old.execute("INSERT INTO events VALUES (5, ?, ?)", params![sql(event.n), text]).unwrap();
        }
        drop(old);
        let database = open(directory.path()).unwrap();
        assert_eq!(database.record("a").unwrap().as_ref(), Some(kept.record.as_ref()));
    }

    #[test]
    fn a_database_of_another_time_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let database = open(directory.path()).unwrap();
        database.connection.pragma_update(None, "user_version", 9).unwrap();
        drop(database);
        assert!(matches!(open(directory.path()), Err(StoreError::Schema { found: 9, known: 2 })));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_what_is_kept() {
        use std::{fs, os::unix::fs::PermissionsExt};
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let directory = tempfile::tempdir().unwrap();
        let inner = directory.path().join("data/interlock");
        let file = inner.join("interlock.sqlite3");
        let kept = || {
            let mut database = open(&inner).unwrap();
            database.put(&[record(1, "a", "dh/relay", "")]).unwrap();
            for file in fs::read_dir(&inner).unwrap() {
                assert_eq!(mode(&file.unwrap().path()), 0o600);
            }
            (mode(inner.parent().unwrap()), mode(&inner))
        };
        assert_eq!(kept(), (0o700, 0o700));
        // As an older version left them.
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(kept(), (0o700, 0o700));
        // A directory that holds something else is somebody else's.
        fs::write(inner.join("notes"), "").unwrap();
        fs::set_permissions(inner.join("notes"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(kept(), (0o700, 0o755));
    }
}
