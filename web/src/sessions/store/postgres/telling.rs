//! What this console tells the others.

use super::{CHANNEL, Told, sql};
use crate::sessions::store::About;
use tokio_postgres::{Client, Error};

/// Messages of sessions that are over are kept for whoever listens late: so many of them at least, twice as many at most.
const MESSAGES: usize = 4096;
/// Or so many octets of them.
const BYTES: usize = 8 << 20;

const CONSOLE: &str = "INSERT INTO consoles (id, told, veil, seen) VALUES ($1, $2, coalesce($3, '[]'), now()) \
                       ON CONFLICT (id) DO UPDATE SET told = $2, veil = coalesce($3, consoles.veil), seen = now()";
const MESSAGE: &str = "INSERT INTO messages (console, n, about, session, message) \
                       SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) ON CONFLICT DO NOTHING";
/// What is told of sessions that are not over stays.
const TRIM: &str = "DELETE FROM messages m WHERE console = $1 AND n <= $2 AND (session = '' OR EXISTS ( \
                    SELECT FROM messages e WHERE e.console = $1 AND e.session = m.session \
                    AND e.about IN ('ended', 'forgotten')))";

/// How much was told since what is old was last let go.
#[derive(Default)]
pub(super) struct Telling {
    messages: usize,
    bytes: usize,
    /// What was told up to here goes next time.
    old: u64,
}

impl Telling {
    /// Tells these, in their order, all or none of them.
    pub(super) async fn tell(&mut self, client: &mut Client, console: &str, told: &[(u64, Told)]) -> Result<(), Error> {
        let Some((last, _)) = told.last() else { return Ok(()) };
        let text = |told: &Told| String::from_utf8_lossy(&told.text).into_owned();
        let numbers: Vec<i64> = told.iter().map(|(n, _)| sql(*n)).collect();
        let about: Vec<&str> = told.iter().map(|(_, told)| told.about.name()).collect();
        let sessions: Vec<&str> = told.iter().map(|(_, told)| told.session.as_str()).collect();
        let texts: Vec<String> = told.iter().map(|(_, told)| text(told)).collect();
        let veil = told.iter().rev().find(|(_, told)| told.about == About::Veiled).map(|(_, told)| text(told));
        let (messages, bytes) = (self.messages + told.len(), self.bytes + texts.iter().map(String::len).sum::<usize>());
        let full = messages > MESSAGES || bytes > BYTES;
        let transaction = client.transaction().await?;
        transaction.execute(CONSOLE, &[&console, &sql(*last), &veil]).await?;
        transaction.execute(MESSAGE, &[&console, &numbers, &about, &sessions, &texts]).await?;
        if full {
            transaction.execute(TRIM, &[&console, &sql(self.old)]).await?;
        }
        transaction.execute("SELECT pg_notify($1, $2)", &[&CHANNEL, &console]).await?;
        transaction.commit().await?;
        (self.messages, self.bytes) = if full { (0, 0) } else { (messages, bytes) };
        if full {
            self.old = *last;
        }
        Ok(())
    }
}

/// Takes this console's row away, and its messages with it.
pub(super) async fn leave(client: &Client, console: &str) -> Result<(), Error> {
    client.execute("DELETE FROM consoles WHERE id = $1", &[&console]).await?;
    client.execute("SELECT pg_notify($1, $2)", &[&CHANNEL, &console]).await.map(drop)
}
