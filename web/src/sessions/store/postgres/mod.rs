//! Sessions in a database of a PostgreSQL server, which several consoles may share.
//!
//! Tables stand in a schema of their own, `interlock`. Whoever writes takes turns by a lock on the row of [`schema`]'s table
//! `held`. What consoles tell each other are rows too, numbered by each console for itself, so that whoever listens sees what
//! it missed; `NOTIFY` only wakes those who listen.

mod hearing;
mod keeping;
mod schema;
mod telling;
#[cfg(test)]
mod tests;

pub(in crate::sessions) use hearing::{Heard, Hearing, What};

use super::{
    Cursor, Engine, Kept, Retention, Server, StoreError, Told,
    stored::{Stored, Unreadable, named},
};
use crate::sessions::{
    filter::Filter,
    session::{Record, Session},
};
use lab::scenario::Scenario;
use std::{cell::Cell, future::Future, time::Duration};
use telling::Telling;
use tokio::{
    runtime::{Builder, Runtime},
    time::timeout,
};
use tokio_postgres::{Client, Error, NoTls, Row};

/// How long one piece of work may take before the server is given up.
const PATIENCE: Duration = Duration::from_secs(5);
/// Rows that are asked for at once.
const PAGE: i64 = 128;
/// The channel on which consoles wake each other.
const CHANNEL: &str = "interlock";

/// A connection to a server. It lives on a thread outside every runtime: it has one of its own.
pub(super) struct Postgres {
    runtime: Runtime,
    client: Client,
    retention: Retention,
    read_only: bool,
    /// The server did not answer in time: nobody knows what it still does.
    given_up: Cell<bool>,
    unreadable: Unreadable,
    telling: Telling,
}

impl Postgres {
    /// Reaches the server, and makes the tables where they are missing.
    ///
    /// # Errors
    /// It cannot be reached, or something else is there.
    pub(super) fn open(server: &Server, retention: Retention) -> Result<Self, StoreError> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(StoreError::Runtime)?;
        let (client, read_only) = runtime.block_on(async {
            let (mut client, connection) = in_time(server.config().connect(NoTls)).await?;
            tokio::spawn(connection);
            let read_only = in_time(schema::prepare(&mut client)).await??;
            Ok::<_, StoreError>((client, read_only))
        })?;
        let (given_up, unreadable, telling) = (Cell::default(), Unreadable::default(), Telling::default());
        Ok(Self { runtime, client, retention, read_only, given_up, unreadable, telling })
    }

    /// Does a piece of work, in time.
    fn wait<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, StoreError> {
        let done = self.runtime.block_on(in_time(work));
        if matches!(done, Err(StoreError::Late)) {
            self.given_up.set(true);
        }
        done
    }

    /// Rows of sessions from `before` on, in pages, newest first.
    fn pages<'a>(&'a self, before: Cursor, pattern: &'a str) -> impl Iterator<Item = Result<Stored, StoreError>> + 'a {
        let (mut before, mut page, mut last) = (sql(before), Vec::new().into_iter(), false);
        std::iter::from_fn(move || {
            loop {
                if let Some(stored) = page.next() {
                    return Some(Ok(stored));
                }
                if last {
                    return None;
                }
                let rows = self.wait(self.client.query(keeping::PAGE, &[&before, &pattern, &PAGE]));
                let rows = match rows {
                    Ok(rows) => rows,
                    Err(error) => {
                        last = true;
                        return Some(Err(error));
                    }
                };
                last = rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
                let rows: Vec<Stored> = rows.iter().map(stored).collect();
                before = rows.last().map_or(before, |stored| stored.cursor);
                page = rows.into_iter();
            }
        })
    }

    /// The first `limit` sessions of these cursors that can be read.
    fn of_cursors(&self, cursors: &[i64], limit: usize) -> Result<Vec<(Cursor, Session)>, StoreError> {
        let size = usize::try_from(PAGE).unwrap_or(1);
        let pages = cursors.chunks(size).map(|page| self.wait(self.client.query(keeping::CURSORS, &[&page])));
        let rows = pages.flat_map(|page| match page {
            Ok(rows) => rows.iter().map(|row| Ok(stored(row))).collect(),
            Err(error) => vec![Err(error)],
        });
        self.unreadable.sort_out(rows, limit, &Filter::default())
    }
}

impl Engine for Postgres {
    fn is_read_only(&self) -> bool {
        self.read_only
    }

    fn gone(&self) -> Option<StoreError> {
        (self.given_up.get() || self.client.is_closed()).then_some(StoreError::Cut)
    }

    fn unreadable(&self) -> usize {
        self.unreadable.count()
    }

    fn put(&mut self, records: &[Kept]) -> Result<(), StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        let rows = records.iter().map(keeping::Row::of).collect::<Result<Vec<_>, _>>()?;
        let done = self.runtime.block_on(in_time(keeping::put(&mut self.client, &rows, self.retention)));
        self.given_up.set(self.given_up.get() || matches!(done, Err(StoreError::Late)));
        done
    }

    fn list(&self, before: Cursor, limit: usize, filter: &Filter) -> Result<Vec<(Cursor, Session)>, StoreError> {
        let pattern = like(&filter.pattern());
        self.unreadable.sort_out(self.pages(before, &pattern), limit, filter)
    }

    fn record(&self, id: &str) -> Result<Option<Record>, StoreError> {
        let row = self.wait(self.client.query_opt(keeping::ONE, &[&id]))?;
        row.map(|row| stored(&row).record()).transpose()
    }

    fn scenarios(&self, limit: usize) -> Result<Vec<(Cursor, Scenario)>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self.wait(self.client.query(keeping::SCENARIOS, &[&limit]))?;
        let rows = rows.iter().filter_map(|row| Some((row.try_get(0).ok()?, row.try_get::<_, String>(1).ok())));
        Ok(rows.filter_map(|(cursor, scenario)| named(cursor, scenario.as_deref())).collect())
    }

    fn last_of(&self, scenario: &Scenario) -> Result<Option<Session>, StoreError> {
        let rows = self.wait(self.client.query(keeping::ALL_OF, &[&scenario.to_string()]))?;
        let cursors: Vec<i64> = rows.iter().filter_map(|row| row.try_get(0).ok()).collect();
        Ok(self.of_cursors(&cursors, 1)?.into_iter().next().map(|(_, session)| session))
    }

    fn forget(&mut self, id: &str) -> Result<bool, StoreError> {
        if self.read_only {
            return Err(StoreError::ReadOnly);
        }
        let done = self.runtime.block_on(in_time(keeping::forget(&mut self.client, id)));
        self.given_up.set(self.given_up.get() || matches!(done, Err(StoreError::Late)));
        done
    }

    fn tell(&mut self, console: &str, messages: &[(u64, Told)]) -> Result<(), StoreError> {
        let done = self.runtime.block_on(in_time(self.telling.tell(&mut self.client, console, messages)));
        self.given_up.set(self.given_up.get() || matches!(done, Err(StoreError::Late)));
        done
    }

    fn leave(&mut self, console: &str) {
        // Whoever is not told notices by itself, only later.
        let _ = self.wait(telling::leave(&self.client, console));
    }

    fn check(&self) -> Result<(), StoreError> {
        self.wait(self.client.check_connection())
    }
}

/// Waits for the server, but not for ever.
async fn in_time<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, StoreError>
where
    StoreError: From<E>,
{
    Ok(timeout(PATIENCE, work).await.map_err(|_| StoreError::Late)??)
}

/// A row of cursor, session and events.
fn stored(row: &Row) -> Stored {
    Stored { cursor: row.try_get(0).unwrap_or_default(), session: row.try_get(1).ok(), events: row.try_get(2).ok() }
}

/// SQL's `GLOB` as `LIKE`.
fn like(pattern: &str) -> String {
    pattern.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_").replace('*', "%")
}

/// PostgreSQL's integers are signed; nothing here comes near the difference.
fn sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
