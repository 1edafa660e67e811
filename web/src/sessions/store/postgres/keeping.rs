//! What is asked of the table of sessions, and how it is written.

use super::{Kept, Retention, StoreError, sql, unsigned};
use tokio_postgres::{Client, Error, Transaction};

pub(super) const PAGE: &str = "SELECT cursor, session, events FROM sessions \
                               WHERE cursor < $1 AND scenario LIKE $2 ORDER BY cursor DESC LIMIT $3";
pub(super) const CURSORS: &str =
    "SELECT cursor, session, events FROM sessions WHERE cursor = ANY($1) ORDER BY cursor DESC";
pub(super) const ONE: &str = "SELECT cursor, session, events FROM sessions WHERE id = $1";
/// The newest of each scenario; of those that speak for it, as far as the row says.
pub(super) const SCENARIOS: &str = "SELECT max(cursor), scenario FROM sessions GROUP BY scenario \
                                    ORDER BY max(cursor) DESC LIMIT $1";
pub(super) const ALL_OF: &str = "SELECT cursor FROM sessions WHERE scenario = $1 \
                                 AND session NOT LIKE '%\"by_hand\":true%' \
                                 AND session NOT LIKE '%\"imported\":true%' ORDER BY cursor DESC";

const INSERT: &str = "INSERT INTO sessions (cursor, id, scenario, bytes, session, events) \
                      VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
const HELD: &str = "SELECT sessions, bytes FROM held FOR UPDATE";
const HOLDS: &str = "UPDATE held SET sessions = $1, bytes = $2";
const OLDEST: &str = "DELETE FROM sessions WHERE cursor IN (SELECT cursor FROM sessions ORDER BY cursor LIMIT $1) \
                      RETURNING bytes";

/// A session as it is kept.
pub(super) struct Row {
    cursor: i64,
    id: String,
    scenario: String,
    bytes: i64,
    session: String,
    events: String,
}

impl Row {
    pub(super) fn of(kept: &Kept) -> Result<Self, StoreError> {
        let mut events = Vec::new();
        kept.write_events(&mut events);
        let session = serde_json::to_string(&kept.record.session)?;
        Ok(Self {
            cursor: sql(kept.cursor),
            id: kept.record.session.session.clone(),
            scenario: kept.record.session.scenario.to_string(),
            bytes: sql((session.len() + events.len()) as u64),
            session,
            // What is no text was never JSON: such a session is one that cannot be read.
            events: String::from_utf8(events).unwrap_or_default(),
        })
    }
}

/// What the database holds, for as long as its row is locked.
struct Held {
    sessions: u64,
    bytes: u64,
}

impl Held {
    async fn lock(transaction: &Transaction<'_>) -> Result<Self, Error> {
        let row = transaction.query_one(HELD, &[]).await?;
        Ok(Self { sessions: unsigned(row.try_get(0)?), bytes: unsigned(row.try_get(1)?) })
    }

    async fn store(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        transaction.execute(HOLDS, &[&sql(self.sessions), &sql(self.bytes)]).await.map(drop)
    }

    fn without(&mut self, gone: &[tokio_postgres::Row]) -> Result<(), Error> {
        for row in gone {
            self.sessions = self.sessions.saturating_sub(1);
            self.bytes = self.bytes.saturating_sub(unsigned(row.try_get(0)?));
        }
        Ok(())
    }
}

/// Keeps these, all or none, and lets the oldest go until the rest is within the limits.
pub(super) async fn put(client: &mut Client, rows: &[Row], retention: Retention) -> Result<(), Error> {
    let transaction = client.transaction().await?;
    let mut held = Held::lock(&transaction).await?;
    let insert = transaction.prepare(INSERT).await?;
    for Row { cursor, id, scenario, bytes, session, events } in rows {
        // Another console's session may have its place: it is the next one's then.
        for cursor in *cursor.. {
            if transaction.execute(&insert, &[&cursor, id, scenario, bytes, session, events]).await? > 0 {
                (held.sessions, held.bytes) = (held.sessions + 1, held.bytes + unsigned(*bytes));
                break;
            }
            if transaction.query_opt("SELECT 1 FROM sessions WHERE id = $1", &[id]).await?.is_some() {
                break;
            }
        }
    }
    while held.sessions > retention.sessions || held.bytes > retention.bytes {
        let most = sql(held.sessions.saturating_sub(retention.sessions).max(1));
        let gone = transaction.query(OLDEST, &[&most]).await?;
        if gone.is_empty() {
            break;
        }
        held.without(&gone)?;
    }
    held.store(&transaction).await?;
    transaction.commit().await
}

/// Forgets a session; whether there was one.
pub(super) async fn forget(client: &mut Client, id: &str) -> Result<bool, Error> {
    let transaction = client.transaction().await?;
    let mut held = Held::lock(&transaction).await?;
    let gone = transaction.query("DELETE FROM sessions WHERE id = $1 RETURNING bytes", &[&id]).await?;
    held.without(&gone)?;
    held.store(&transaction).await?;
    transaction.commit().await?;
    Ok(!gone.is_empty())
}
