//! The tables, and their version.

use super::StoreError;
use tokio_postgres::Client;

/// The schema's version, kept in the one row of `held`.
const SCHEMA: i64 = 1;
/// Whoever makes tables takes turns by this advisory lock.
const TURN: i64 = 0x0069_6e74_6572;

/// What holds for every connection: nobody waits for ever for another one's lock, nor keeps one.
pub(super) const MANNERS: &str = "SET lock_timeout = '1s'; SET statement_timeout = '4s'; \
                       SET idle_in_transaction_session_timeout = '10s'; SET search_path = interlock, pg_catalog";

/// Prepares a connection, and makes the tables where they are missing; whether nothing can be written.
pub(super) async fn prepare(client: &mut Client) -> Result<Result<bool, StoreError>, tokio_postgres::Error> {
    client.batch_execute(MANNERS).await?;
    let read_only: String = client.query_one("SHOW transaction_read_only", &[]).await?.try_get(0)?;
    let read_only = read_only == "on";
    let mut found = version(client).await?;
    if found.is_none() && !read_only {
        let transaction = client.transaction().await?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&TURN]).await?;
        // Another console may have made them meanwhile.
        if version(&transaction).await?.is_none() {
            let row = transaction.query_one("SELECT to_regnamespace('interlock') IS NULL", &[]).await?;
            // Somebody may have made it for a role that makes none.
            if row.try_get(0)? {
                transaction.batch_execute("CREATE SCHEMA interlock").await?;
            }
            transaction.batch_execute(TABLES).await?;
            transaction.execute("INSERT INTO held VALUES ($1, 0, 0)", &[&SCHEMA]).await?;
        }
        transaction.commit().await?;
        found = version(client).await?;
    }
    Ok(match found {
        Some(SCHEMA) => Ok(read_only),
        Some(found) => Err(StoreError::Schema { found, known: SCHEMA }),
        None => Err(StoreError::ReadOnly),
    })
}

/// The version of the tables that are there.
async fn version(client: &impl tokio_postgres::GenericClient) -> Result<Option<i64>, tokio_postgres::Error> {
    let there: bool = client.query_one("SELECT to_regclass('interlock.held') IS NOT NULL", &[]).await?.try_get(0)?;
    if !there {
        return Ok(None);
    }
    client.query_one("SELECT schema FROM interlock.held", &[]).await?.try_get(0).map(Some)
}

const TABLES: &str = "
    CREATE TABLE interlock.held (schema bigint NOT NULL, sessions bigint NOT NULL, bytes bigint NOT NULL);
    CREATE TABLE interlock.sessions (
        cursor bigint PRIMARY KEY,
        id text NOT NULL UNIQUE,
        scenario text NOT NULL,
        bytes bigint NOT NULL,
        session text NOT NULL,
        events text NOT NULL
    );
    CREATE INDEX by_scenario ON interlock.sessions (scenario, cursor);
    CREATE TABLE interlock.consoles (
        id text PRIMARY KEY,
        told bigint NOT NULL,
        veil text NOT NULL,
        seen timestamptz NOT NULL
    );
    CREATE TABLE interlock.messages (
        console text NOT NULL REFERENCES interlock.consoles ON DELETE CASCADE,
        n bigint NOT NULL,
        about text NOT NULL,
        session text NOT NULL,
        message text NOT NULL,
        PRIMARY KEY (console, n)
    );";
