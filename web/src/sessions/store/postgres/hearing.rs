//! What other consoles on the same database tell: each one's messages in their order, none twice, and what was missed is known.

use super::{CHANNEL, Server, StoreError, in_time, schema::MANNERS};
use crate::sessions::store::About;
use std::{
    collections::{HashMap, HashSet},
    future::poll_fn,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::timeout};
use tokio_postgres::{AsyncMessage, Client, Error, NoTls, Row};

/// How often a console shows that it is there, and looks who else is.
const BEAT: Duration = Duration::from_secs(3);
/// A console that has not shown itself for so long is gone.
const SILENT: Duration = Duration::from_secs(20);
/// Messages of one console that are read at once.
const PAGE: i64 = 128;

const SEEN: &str = "UPDATE consoles SET seen = now() WHERE id = $1";
const THERE: &str =
    "SELECT id, told, veil, seen::text, now() - seen > interval '20 seconds' FROM consoles WHERE id <> $1";
const NEXT: &str = "SELECT n, about, session, message FROM messages WHERE console = $1 AND n > $2 AND n <= $3 \
                    ORDER BY n LIMIT $4";
/// What is told of sessions that are not over.
const RUNNING: &str = "SELECT n, about, session, message FROM messages m WHERE console = $1 AND n <= $2 \
                       AND session <> '' AND NOT EXISTS (SELECT FROM messages e WHERE e.console = $1 \
                       AND e.session = m.session AND e.about IN ('ended', 'forgotten') AND e.n <= $2) ORDER BY n";
const GONE: &str = "DELETE FROM consoles WHERE id = $1 AND seen::text = $2";

/// What is heard of another console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sessions) struct Heard {
    /// The console.
    pub(in crate::sessions) console: Arc<str>,
    /// What of it.
    pub(in crate::sessions) what: What,
}

/// What is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sessions) enum What {
    /// It tells something.
    Told {
        /// What about.
        about: About,
        /// The session's id.
        session: String,
        /// The document.
        text: String,
    },
    /// It told more than could be heard: what is known of its sessions under way is void, and told anew.
    Missed,
    /// It is there no more.
    Left,
}

/// How far another console was heard.
struct Other {
    id: Arc<str>,
    last: i64,
    /// When it showed itself last, by the server's clock, and since when that is so, by ours.
    seen: String,
    since: Instant,
}

struct Connection {
    client: Client,
    woken: watch::Receiver<()>,
    beat: Instant,
}

/// One who listens. How far it heard outlives its connections.
pub(in crate::sessions) struct Hearing {
    server: Server,
    console: String,
    others: HashMap<String, Other>,
    /// It has looked who is there: whoever comes later is heard from its first message on.
    looked: bool,
    connection: Option<Connection>,
}

impl Hearing {
    /// One who listens in the name of this console.
    pub(in crate::sessions) fn new(server: Server, console: String) -> Self {
        Self { server, console, others: HashMap::new(), looked: false, connection: None }
    }

    /// What comes next, at least one thing: waits for it. Nothing at all says that everything was heard, once after each
    /// connection that is made.
    ///
    /// # Errors
    /// The connection is lost, or none can be made. The next call makes another one, and goes on where this one was.
    pub(in crate::sessions) async fn next(&mut self) -> Result<Vec<Heard>, StoreError> {
        let next = self.listen().await;
        if next.is_err() {
            self.connection = None;
        }
        next
    }

    async fn listen(&mut self) -> Result<Vec<Heard>, StoreError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let connection = Connection::open(&self.server).await?;
                // Nobody could be seen meanwhile.
                self.others.values_mut().for_each(|other| other.since = Instant::now());
                let heard = in_time(self.look(&connection.client)).await?;
                self.looked = true;
                self.connection = Some(connection);
                return Ok(heard);
            }
        };
        loop {
            connection.woken.borrow_and_update();
            if connection.beat.elapsed() >= BEAT {
                in_time(connection.client.execute(SEEN, &[&self.console])).await?;
                connection.beat = Instant::now();
            }
            let heard = in_time(self.look(&connection.client)).await?;
            if !heard.is_empty() {
                self.connection = Some(connection);
                return Ok(heard);
            }
            // Without anything to hear it is time to show oneself.
            if let Ok(Err(_)) = timeout(BEAT, connection.woken.changed()).await {
                return Err(StoreError::Cut);
            }
        }
    }

    async fn look(&mut self, client: &Client) -> Result<Vec<Heard>, Error> {
        let rows = client.query(THERE, &[&self.console]).await?;
        let mut heard = Vec::new();
        let there = rows.iter().map(|row| row.try_get(0)).collect::<Result<HashSet<String>, _>>()?;
        self.others.retain(|id, other| {
            let stays = there.contains(id);
            heard.extend((!stays).then(|| Heard { console: Arc::clone(&other.id), what: What::Left }));
            stays
        });
        for row in rows {
            let (id, told, veil): (String, i64, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            let (seen, silent): (String, bool) = (row.try_get(3)?, row.try_get(4)?);
            match self.others.get_mut(&id) {
                // It may come back; nothing is expected of it.
                None if silent => {}
                None => {
                    let console: Arc<str> = id.as_str().into();
                    let mut other = Other { id: Arc::clone(&console), last: 0, seen, since: Instant::now() };
                    if self.looked {
                        heard.extend(further(client, &mut other, told, veil).await?);
                    } else {
                        heard.extend(meet(client, &console, told, veil).await?);
                        other.last = told;
                    }
                    self.others.insert(id, other);
                }
                Some(other) if other.seen == seen && other.since.elapsed() > SILENT => {
                    client.execute(GONE, &[&id, &seen]).await?;
                    heard.push(Heard { console: Arc::clone(&other.id), what: What::Left });
                    self.others.remove(&id);
                }
                Some(other) => {
                    if other.seen != seen {
                        (other.seen, other.since) = (seen, Instant::now());
                    }
                    if told > other.last {
                        heard.extend(further(client, other, told, veil).await?);
                    }
                }
            }
        }
        Ok(heard)
    }
}

impl Connection {
    async fn open(server: &Server) -> Result<Self, StoreError> {
        let (client, mut connection) = in_time(server.config().connect(NoTls)).await?;
        let (wake, woken) = watch::channel(());
        tokio::spawn(async move {
            // When it is over `wake` goes, which whoever waits notices.
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
                if let AsyncMessage::Notification(_) = message {
                    wake.send_replace(());
                }
            }
        });
        in_time(client.batch_execute(MANNERS)).await?;
        in_time(client.batch_execute(&format!("LISTEN {CHANNEL}"))).await?;
        Ok(Self { client, woken, beat: Instant::now() })
    }
}

/// All that is under way at a console, and what may not be told of it.
async fn meet(client: &Client, console: &Arc<str>, told: i64, veil: String) -> Result<Vec<Heard>, Error> {
    let veiled = What::Told { about: About::Veiled, session: String::new(), text: veil };
    let mut heard = vec![Heard { console: Arc::clone(console), what: veiled }];
    for row in client.query(RUNNING, &[&&**console, &told]).await? {
        heard.extend(message(console, &row)?);
    }
    Ok(heard)
}

/// What a console told since it was heard last, up to a page of it.
async fn further(client: &Client, other: &mut Other, told: i64, veil: String) -> Result<Vec<Heard>, Error> {
    let rows = client.query(NEXT, &[&&*other.id, &other.last, &told, &PAGE]).await?;
    let mut heard = Vec::new();
    let before = other.last;
    for row in &rows {
        if row.try_get::<_, i64>(0)? != other.last + 1 {
            break;
        }
        other.last += 1;
        heard.extend(message(&other.id, row)?);
    }
    if other.last == before {
        heard.push(Heard { console: Arc::clone(&other.id), what: What::Missed });
        heard.extend(meet(client, &other.id, told, veil).await?);
        other.last = told;
    }
    Ok(heard)
}

/// A message of a kind that this version knows.
fn message(console: &Arc<str>, row: &Row) -> Result<Option<Heard>, Error> {
    let Some(about) = About::named(row.try_get(1)?) else { return Ok(None) };
    let what = What::Told { about, session: row.try_get(2)?, text: row.try_get(3)? };
    Ok(Some(Heard { console: Arc::clone(console), what }))
}
