//! The database itself: schema, retention, and the handful of questions that are asked of it.

use super::{
    Kept, Place, Retention, StoreError, files,
    stored::{Cursor, Stored},
};
use crate::sessions::{
    filter::Filter,
    session::{Record, Session},
};
use lab::scenario::Scenario;
use rusqlite::{
    Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params,
    types::{ToSqlOutput, ValueRef},
};
use std::{
    cell::RefCell,
    collections::BTreeSet,
    path::{Path, PathBuf},
    time::Duration,
};

/// The schema's version, kept in `user_version`.
const SCHEMA: i64 = 2;
/// How long a statement waits for another program's lock.
const LOCKED: Duration = Duration::from_millis(250);

/// An open database.
pub struct Database {
    connection: Connection,
    retention: Retention,
    /// Nothing can be written to it.
    read_only: bool,
    /// Its file and what tells the file from others.
    file: Option<(PathBuf, files::Identity)>,
    held: Held,
    /// Rows that could not be read, by cursor.
    unreadable: RefCell<BTreeSet<i64>>,
}

/// What the database holds, as long as nobody else writes to it.
#[derive(Clone, Copy, Default)]
struct Held {
    /// Changes with every change that another connection makes.
    version: i64,
    sessions: u64,
    bytes: u64,
}

/// The attack decided by itself, as far as the row says.
const BY_ITSELF: &str = "coalesce(session, '') NOT LIKE '%\"by_hand\":true%'";

impl Database {
    /// Opens the file `interlock.sqlite3` in the directory, creating both where they are missing. A file that cannot be
    /// written to is opened for reading.
    ///
    /// # Errors
    /// There is no such place, or something else is there.
    pub fn open(place: &Place, retention: Retention) -> Result<Self, StoreError> {
        let Place::Directory(directory) = place else {
            return Self::begin(Connection::open_in_memory()?, retention, None);
        };
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
        let unreadable = RefCell::default();
        let mut database = Self { connection, retention, read_only, file, held: Held::default(), unreadable };
        database.held = database.count()?;
        Ok(database)
    }

    /// Whether nothing can be written to it.
    pub fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Whether its file is no longer where it was: what is written to it is nowhere.
    pub fn is_gone(&self) -> bool {
        self.file.as_ref().is_some_and(|(file, identity)| files::Identity::of(file).as_ref() != Some(identity))
    }

    /// How many of the sessions that were asked for could not be read.
    pub fn unreadable(&self) -> usize {
        self.unreadable.borrow().len()
    }

    /// Keeps sessions with their events, all or none of them, and lets the oldest go where there are too many.
    ///
    /// # Errors
    /// Nothing was kept, and why.
    pub fn put<'a>(&mut self, records: impl IntoIterator<Item = &'a Kept>) -> Result<(), StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        if self.version()? != self.held.version {
            self.held = self.count()?;
        }
        let mut held = self.held;
        let transaction = self.connection.transaction()?;
        let mut insert = transaction.prepare(INSERT)?;
        let mut events = Vec::new();
        for kept in records {
            let record = &kept.record;
            let session = serde_json::to_string(&record.session)?;
            kept.write_events(&mut events);
            let bytes = (session.len() + events.len()) as u64;
            let scenario = record.session.scenario.to_string();
            let events = ToSqlOutput::Borrowed(ValueRef::Text(&events));
            insert.execute(params![sql(kept.cursor), record.session.session, scenario, sql(bytes), session, events])?;
            (held.sessions, held.bytes) = (held.sessions + 1, held.bytes + bytes);
        }
        drop(insert);
        self.retention.enforce(&transaction, &mut held)?;
        transaction.commit()?;
        self.held = held;
        Ok(())
    }

    /// Sessions older than `before` that a filter admits, newest first; those that cannot be read are left out and counted.
    ///
    /// # Errors
    /// The database cannot be read at all.
    pub fn list(&self, before: Cursor, limit: usize, filter: &Filter) -> Result<Vec<(Cursor, Session)>, StoreError> {
        let mut query = self.connection.prepare(
            "SELECT cursor, session, events FROM sessions WHERE cursor < ? AND scenario GLOB ? ORDER BY cursor DESC",
        )?;
        let rows = query.query_map(params![sql(before), filter.pattern()], Stored::of)?;
        self.readable(rows, limit, filter)
    }

    /// One session with its events.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn record(&self, id: &str) -> Result<Option<Record>, StoreError> {
        let mut query = self.connection.prepare("SELECT cursor, session, events FROM sessions WHERE id = ?")?;
        query.query_row([id], Stored::of).optional()?.map(|stored| stored.record()).transpose()
    }

    /// One session.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        Ok(self.record(id)?.map(|record| record.session))
    }

    /// The newest session of each scenario that can be read, at most `limit` of them; none by hand.
    ///
    /// # Errors
    /// The database cannot be read at all.
    pub fn latest(&self, limit: usize) -> Result<Vec<(Cursor, Session)>, StoreError> {
        let mut query = self.connection.prepare(&format!(
            "SELECT max(cursor), session, events FROM sessions WHERE {BY_ITSELF} GROUP BY scenario ORDER BY max(cursor) DESC"
        ))?;
        let rows = query.query_map([], Stored::of)?;
        self.readable(rows, limit, &Filter::default())
    }

    /// The newest session of one scenario; none by hand.
    ///
    /// # Errors
    /// The database cannot be read at all.
    pub fn last_of(&self, scenario: &Scenario) -> Result<Option<Session>, StoreError> {
        let mut query = self.connection.prepare(&format!(
            "SELECT cursor, session, events FROM sessions WHERE scenario = ? AND {BY_ITSELF} ORDER BY cursor DESC"
        ))?;
        let rows = query.query_map([scenario.to_string()], Stored::of)?;
        Ok(self.readable(rows, 1, &Filter::default())?.pop().map(|(_, session)| session))
    }

    /// Forgets a session; whether there was one.
    ///
    /// # Errors
    /// It cannot be forgotten.
    pub fn forget(&mut self, id: &str) -> Result<bool, StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        let mut delete = self.connection.prepare("DELETE FROM sessions WHERE id = ? RETURNING bytes")?;
        let gone = delete.query_row([id], |row| row.get::<_, i64>(0)).optional()?;
        let Some(gone) = gone else { return Ok(false) };
        self.held.sessions = self.held.sessions.saturating_sub(1);
        self.held.bytes = self.held.bytes.saturating_sub(u64::try_from(gone).unwrap_or_default());
        Ok(true)
    }

    fn readable(
        &self,
        rows: impl Iterator<Item = rusqlite::Result<Stored>>,
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
                Err(_) => drop(self.unreadable.borrow_mut().insert(stored.cursor)),
            }
            if found.len() == limit {
                break;
            }
        }
        Ok(found)
    }

    /// Changes with every change that another connection makes.
    fn version(&self) -> Result<i64, StoreError> {
        Ok(self.connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
    }

    fn count(&self) -> Result<Held, StoreError> {
        let version = self.version()?;
        let mut query = self.connection.prepare("SELECT count(*), coalesce(sum(bytes), 0) FROM sessions")?;
        let (sessions, bytes) = query.query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
        let unsigned = |number| u64::try_from(number).unwrap_or_default();
        Ok(Held { version, sessions: unsigned(sessions), bytes: unsigned(bytes) })
    }
}

const INSERT: &str =
    "INSERT OR REPLACE INTO sessions (cursor, id, scenario, bytes, session, events) VALUES (?, ?, ?, ?, ?, ?)";

impl Retention {
    /// Lets the oldest go until the rest is within the limits.
    fn enforce(self, transaction: &Transaction<'_>, held: &mut Held) -> Result<(), StoreError> {
        if held.sessions <= self.sessions && held.bytes <= self.bytes {
            return Ok(());
        }
        let oldest = "DELETE FROM sessions WHERE cursor = (SELECT min(cursor) FROM sessions) RETURNING bytes";
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

impl Kept {
    /// Its events as one JSON array.
    fn write_events(&self, out: &mut Vec<u8>) {
        out.clear();
        out.push(b'[');
        for (i, event) in self.events.iter().enumerate() {
            if i > 0 {
                out.push(b',');
            }
            out.extend_from_slice(event);
        }
        out.push(b']');
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
    use super::*;
    use crate::sessions::session::lost;
    use lab::{loss::Loss, role::Actor};
    use std::sync::Arc;

    fn refused(reason: &str) -> Loss {
        Loss::Refused { reason: reason.to_owned() }
    }

    fn record(cursor: Cursor, id: &str, scenario: &str, text: &str) -> Kept {
        let mut session = Session::new(id.into(), scenario.parse().unwrap(), Some(7), 1);
        let events = vec![lost(id, 1, Actor::Client, refused(text)), lost(id, 2, Actor::Client, refused(text))];
        session.close(&events, 2);
        let texts = events.iter().map(|event| serde_json::to_string(event).unwrap().into()).collect();
        Kept { cursor, record: Arc::new(Record { session, events }), events: texts }
    }

    fn ids(rows: Vec<(Cursor, Session)>) -> Vec<String> {
        rows.into_iter().map(|(_, session)| session.session).collect()
    }

    fn in_memory(retention: Retention, records: &[Kept]) -> Database {
        let mut database = Database::open(&Place::Memory, retention).unwrap();
        for record in records {
            database.put([record]).unwrap();
        }
        database
    }

    #[test]
    fn what_is_put_comes_back_after_reopening() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::Directory(directory.path().join("deep/er"));
        let kept = record(1, "a", "dh/relay", "<script>");
        Database::open(&place, Retention::default()).unwrap().put([&kept]).unwrap();
        let database = Database::open(&place, Retention::default()).unwrap();
        assert_eq!(database.record("a").unwrap().as_ref(), Some(kept.record.as_ref()));
        assert_eq!(database.record("b").unwrap(), None);
    }

    #[test]
    fn the_oldest_go_by_count() {
        let records = [record(1, "a", "dh/relay", ""), record(2, "b", "dh/relay", ""), record(3, "c", "dh/relay", "")];
        let database = in_memory(Retention { sessions: 2, bytes: u64::MAX }, &records);
        assert_eq!(ids(database.list(u64::MAX, 10, &Filter::default()).unwrap()), ["c", "b"]);
        assert_eq!(database.record("a").unwrap(), None, "their events go with them");
    }

    #[test]
    fn the_oldest_go_by_bytes() {
        let text = "x".repeat(10_000);
        let records = [1, 2, 3].map(|i| record(i, ["a", "b", "c"][i as usize - 1], "dh/relay", &text));
        // Two events and what the verdict says of one of them.
        let one = serde_json::to_string(&records[0].record.session).unwrap().len() + records[0].bytes();
        let bytes = (one * 5 / 2) as u64;
        let database = in_memory(Retention { sessions: 100, bytes }, &records);
        assert_eq!(ids(database.list(u64::MAX, 10, &Filter::default()).unwrap()), ["c", "b"], "there is room for two");
    }

    #[test]
    fn two_that_write_to_one_file_keep_together_what_each_may() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::Directory(directory.path().into());
        let retention = Retention { sessions: 3, bytes: u64::MAX };
        let mut both = [(); 2].map(|()| Database::open(&place, retention).unwrap());
        for i in 0..8_u32 {
            let record = record(u64::from(i) + 1, &i.to_string(), "dh/relay", "");
            both[i as usize % 2].put([&record]).unwrap();
        }
        assert_eq!(ids(both[0].list(u64::MAX, 10, &Filter::default()).unwrap()), ["7", "6", "5"]);
    }

    #[test]
    fn pages_continue_where_the_last_ended() {
        let records = [record(1, "a", "dh/relay", ""), record(2, "b", "dh/relay", ""), record(3, "c", "dh/relay", "")];
        let database = in_memory(Retention::default(), &records);
        assert_eq!(ids(database.list(u64::MAX, 2, &Filter::default()).unwrap()), ["c", "b"]);
        assert_eq!(ids(database.list(2, 2, &Filter::default()).unwrap()), ["a"]);
    }

    #[test]
    fn the_newest_of_each_scenario() {
        let records =
            [record(1, "a", "dh/relay", ""), record(2, "b", "dh/relay", ""), record(3, "c", "ecdh/relay", "")];
        let database = in_memory(Retention::default(), &records);
        assert_eq!(ids(database.latest(10).unwrap()), ["c", "b"]);
    }

    #[test]
    fn a_row_that_cannot_be_read_hides_no_other() {
        for damage in ["json_set(session, '$.verdict', 'telepathic')", "'{'", "x'ff00'", "''"] {
            let records = [1, 2, 3].map(|i| record(i, &i.to_string(), &format!("dh/relay:v{i}"), ""));
            let database = in_memory(Retention::default(), &records);
            assert_eq!(database.unreadable(), 0);
            let update = format!("UPDATE sessions SET session = {damage} WHERE id = '3'");
            assert_eq!(database.connection.execute(&update, []).unwrap(), 1);
            assert_eq!(
                ids(database.list(u64::MAX, 2, &Filter::default()).unwrap()),
                ["2", "1"],
                "a page is full in spite of {damage}"
            );
            assert_eq!(ids(database.latest(10).unwrap()), ["2", "1"], "{damage}");
            assert_eq!(database.unreadable(), 1, "it is counted once");
            assert!(database.session("3").is_err() && database.session("2").unwrap().is_some());
        }
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
        let database = Database::open(&Place::Directory(directory.path().into()), Retention::default()).unwrap();
        assert_eq!(database.record("a").unwrap().as_ref(), Some(kept.record.as_ref()));
    }

    /// A row can say what it likes.
    #[test]
    fn a_verdict_is_what_the_events_prove_whatever_stands_in_the_row() {
        let kept = record(1, "a", "dh/relay", "");
        let database = in_memory(Retention::default(), std::slice::from_ref(&kept));
        let lie = "UPDATE sessions SET session = json_set(session, '$.verdict.kind', 'private', '$.verdict.class', \
                   'defended', '$.means', 'all is well', '$.status', 'running', '$.fingerprints.client', 'abcd')";
        assert_eq!(database.connection.execute(lie, []).unwrap(), 1);
        let truth = Some(&kept.record.session);
        assert_eq!(database.session("a").unwrap().as_ref(), truth);
        assert_eq!(database.record("a").unwrap().map(|record| record.session).as_ref(), truth);
        assert_eq!(database.last_of(&kept.record.session.scenario).unwrap().as_ref(), truth);
        assert_eq!(database.latest(9).unwrap().first().map(|(_, session)| session), truth);
        assert_eq!(database.list(9, 9, &Filter::default()).unwrap().first().map(|(_, session)| session), truth);
        let private = Filter { verdict: Some(lab::verdict::Kind::Private), ..Filter::default() };
        assert!(database.list(9, 9, &private).unwrap().is_empty());
    }

    #[test]
    fn what_is_forgotten_leaves_room_for_others() {
        let mut database = in_memory(
            Retention { sessions: 2, bytes: u64::MAX },
            &[record(1, "a", "dh/relay", ""), record(2, "b", "dh/drop", "")],
        );
        assert!(database.forget("b").unwrap());
        assert!(!database.forget("b").unwrap());
        database.put([&record(3, "c", "dh/relay", "")]).unwrap();
        assert_eq!(ids(database.list(u64::MAX, 9, &Filter::default()).unwrap()), ["c", "a"]);
        let drops = Filter { attack: Some("drop".parse().unwrap()), ..Filter::default() };
        assert!(database.list(u64::MAX, 9, &drops).unwrap().is_empty());
    }

    #[test]
    fn a_database_of_another_time_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::Directory(directory.path().into());
        let database = Database::open(&place, Retention::default()).unwrap();
        database.connection.pragma_update(None, "user_version", 9).unwrap();
        drop(database);
        assert!(matches!(Database::open(&place, Retention::default()), Err(StoreError::Schema { found: 9, known: 2 })));
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_what_is_kept() {
        use std::{fs, os::unix::fs::PermissionsExt};
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let directory = tempfile::tempdir().unwrap();
        let inner = directory.path().join("data/interlock");
        let file = inner.join("interlock.sqlite3");
        let open = || {
            let mut database = Database::open(&Place::Directory(inner.clone()), Retention::default()).unwrap();
            database.put([&record(1, "a", "dh/relay", "")]).unwrap();
            for file in fs::read_dir(&inner).unwrap() {
                assert_eq!(mode(&file.unwrap().path()), 0o600);
            }
            (mode(inner.parent().unwrap()), mode(&inner))
        };
        assert_eq!(open(), (0o700, 0o700));
        // As an older version left them.
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(open(), (0o700, 0o700));
        // A directory that holds something else is somebody else's.
        fs::write(inner.join("notes"), "").unwrap();
        fs::set_permissions(inner.join("notes"), fs::Permissions::from_mode(0o600)).unwrap();
        fs::set_permissions(&inner, fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(open(), (0o700, 0o755));
    }
}
