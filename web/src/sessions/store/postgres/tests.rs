//! What every engine promises, and what two consoles promise each other, against a real server.

use super::super::{
    Cursor, Engine, Health, Place, Retention, Server, Store, StoreError, open,
    suite::{SUITE, Setup, record},
};
use crate::sessions::{
    book::{Book, Forgotten},
    filter::Filter,
    hub::{Batch, Hub, Viewer},
    session::{Progress, Session, lost},
};
use lab::{loss::Loss, role::Actor, scenario::Scenario};
use std::{sync::Arc, time::Duration};
use support::postgres::Cluster;
use tokio::{task::JoinHandle, time::timeout};
use tokio_postgres::{Client, NoTls};

/// The server's database, which every test finds empty.
struct Database<'a>(&'a Cluster);

impl Database<'_> {
    fn server(&self) -> Server {
        Server::read(&self.0.address("postgres"), false).unwrap()
    }

    fn place(&self) -> Place {
        Place::Server(self.server())
    }

    async fn client(&self) -> Client {
        let (client, connection) = self.server().config().connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("SET search_path = interlock").await.unwrap();
        client
    }

    fn outside<T>(&self, work: impl AsyncFnOnce(Client) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async { work(self.client().await).await })
    }

    fn empty(&self) {
        self.outside(async |client| client.batch_execute("DROP SCHEMA IF EXISTS interlock CASCADE").await.unwrap());
    }
}

impl Setup for Database<'_> {
    fn open(&self, retention: Retention) -> Box<dyn Engine> {
        open(&self.place(), retention).unwrap()
    }

    fn sql(&self, statement: &str) {
        assert!(self.outside(async |client| client.execute(statement, &[]).await.unwrap()) > 0, "{statement}");
    }
}

/// One server for all: making one takes longer than all of these.
#[test]
fn postgresql_keeps_what_is_promised() {
    let mut cluster = Cluster::start();
    for (shown, test) in SUITE {
        println!("{shown}");
        let database = Database(&cluster);
        database.empty();
        test(&database);
    }
    schemas(&Database(&cluster));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for (shown, test) in TOGETHER {
        println!("{shown}");
        Database(&cluster).empty();
        runtime.block_on(test(&Database(&cluster)));
    }
    Database(&cluster).empty();
    runtime.block_on(a_server_that_goes_and_comes_back(&mut cluster));
}

fn schemas(database: &Database<'_>) {
    println!("tables of another time, and a server that only reads");
    database.empty();
    drop(open(&database.place(), Retention::default()).unwrap());
    database.sql("UPDATE held SET schema = 9");
    let refused = open(&database.place(), Retention::default()).err();
    assert!(matches!(refused, Some(StoreError::Schema { found: 9, known: 1 })), "{refused:?}");
    database.sql("UPDATE held SET schema = 0");
    let refused = open(&database.place(), Retention::default()).err();
    assert!(matches!(refused, Some(StoreError::Schema { found: 0, known: 1 })), "{refused:?}");
    database.sql("UPDATE held SET schema = 1");
    open(&database.place(), Retention::default()).unwrap().put(&[record(1, "a", "dh/relay", "")]).unwrap();
    let address = database.0.address("postgres") + "?options=-cdefault_transaction_read_only%3Don";
    let reads = Place::Server(Server::read(&address, false).unwrap());
    let mut engine = open(&reads, Retention::default()).unwrap();
    assert!(engine.is_read_only() && engine.session("a").unwrap().is_some());
    assert!(matches!(engine.put(&[record(2, "b", "dh/relay", "")]), Err(StoreError::ReadOnly)));
    let nowhere = Place::Server(Server::read(&database.0.address("none"), false).unwrap());
    let refused = open(&nowhere, Retention::default()).err().unwrap().to_string();
    assert_eq!(refused, "database: database \"none\" does not exist");
}

/// A console's book on the database, which listens.
struct Console {
    book: Arc<Book>,
    viewer: Viewer,
    listening: JoinHandle<()>,
}

impl Console {
    async fn start(database: &Database<'_>) -> Self {
        let place = database.place();
        let store = tokio::task::block_in_place(|| Store::open(place, Retention::default()));
        let hub = Arc::<Hub>::default();
        let viewer = hub.viewer(hub.now());
        let book = Arc::new(Book::open(store, hub).await);
        let mut hearing = book.store().hearing().unwrap();
        for heard in hearing.next().await.unwrap() {
            book.hear(heard).await;
        }
        let listening = tokio::spawn({
            let book = Arc::clone(&book);
            async move { book.follow(hearing).await }
        });
        Self { book, viewer, listening }
    }

    /// What the next viewer's message is called, and what it says.
    async fn next(&mut self) -> Vec<String> {
        let batch = timeout(Duration::from_secs(600), self.viewer.next()).await.expect("something to see").unwrap();
        let Batch::Messages { messages, .. } = batch else { panic!("{batch:?}") };
        messages.iter().map(|message| String::from_utf8(message.text.to_vec()).unwrap()).collect()
    }

    /// All that a viewer sees until a message has this in it.
    async fn until(&mut self, what: &str) -> Vec<String> {
        let mut seen = Vec::new();
        while !seen.iter().any(|message: &String| message.contains(what)) {
            seen.extend(self.next().await);
        }
        seen
    }

    fn begin(&self, id: &str, scenario: &str) {
        self.book.begin(Session::new(id.into(), scenario.parse().unwrap(), None, 1));
    }

    fn tell(&self, id: &str) {
        self.book.tell(id, lost("", 0, Actor::Client, Loss::NoPipes)).unwrap();
    }

    fn end(self) {
        self.listening.abort();
        assert_eq!(tokio::task::block_in_place(|| self.book.store().close()), 0);
    }
}

type Together = (&'static str, for<'a> fn(&'a Database<'a>) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>);

const TOGETHER: [Together; 4] = [
    ("what happens at one is seen at the other", |database| {
        Box::pin(what_happens_at_one_is_seen_at_the_other(database))
    }),
    ("who comes later sees what is under way", |database| Box::pin(who_comes_later_sees_what_is_under_way(database))),
    ("who missed something is told", |database| Box::pin(who_missed_something_is_told(database))),
    ("what waits for a lock is told and kept", |database| Box::pin(what_waits_for_a_lock_is_told_and_kept(database))),
];

/// In order, nothing lost or doubled, in both directions at once.
async fn what_happens_at_one_is_seen_at_the_other(database: &Database<'_>) {
    const EVENTS: u64 = 400;
    let [mut here, mut there] = [Console::start(database).await, Console::start(database).await];
    for (console, id) in [(&here, "a"), (&there, "b")] {
        console.begin(id, "dh/relay");
        (0..EVENTS).for_each(|_| console.tell(id));
    }
    for (console, id) in [(&here, "a"), (&there, "b")] {
        console.book.end(id).unwrap();
    }
    for (console, own, other) in [(&mut here, "a", "b"), (&mut there, "b", "a")] {
        let mut seen = console.until(&format!("\"session\":\"{other}\",\"scenario\":\"dh/relay\"")).await;
        let over = |seen: &[String], id: &str| {
            let session = format!("event: session\ndata: {{\"session\":\"{id}\"");
            seen.iter().filter(|it| it.starts_with(&session) && it.contains("\"status\":\"done\"")).count() == 1
        };
        while !over(&seen, own) || !over(&seen, other) {
            seen.extend(console.next().await);
        }
        let events: Vec<u64> = seen
            .iter()
            .filter(|message| {
                message.starts_with("event: event") && message.contains(&format!("\"session\":\"{other}\""))
            })
            .map(|message| {
                let data = message.lines().nth(1).unwrap().strip_prefix("data: ").unwrap();
                serde_json::from_str::<lab::event::Event>(data).unwrap().n
            })
            .collect();
        assert_eq!(events, (1..=EVENTS).collect::<Vec<_>>(), "{own} hears {other}");
        let record = console.book.record(other).await.unwrap().unwrap();
        assert_eq!((record.session.status, record.events.len()), (Progress::Done, EVENTS as usize));
        let listed = console.book.list(Cursor::MAX, 9, Filter::default()).await.unwrap();
        assert_eq!(listed.len(), 2, "{listed:?}");
    }
    // What one forgets the other does not show either.
    assert_eq!(there.book.forget("a").await.unwrap(), Forgotten::Gone);
    here.until("event: forgotten\ndata: {\"session\":\"a\"}").await;
    assert_eq!(here.book.record("a").await.unwrap(), None);
    here.end();
    there.end();
}

async fn who_comes_later_sees_what_is_under_way(database: &Database<'_>) {
    let here = Console::start(database).await;
    let sealed: Scenario = "ecdh/relay".parse().unwrap();
    here.begin("over", "dh/relay");
    here.book.end("over").unwrap();
    here.begin("runs", "dh/relay");
    here.tell("runs");
    here.book.veil([sealed.clone()]);
    here.begin("sealed", "ecdh/relay");
    here.tell("sealed");
    here.book.store().ask(|_| Ok(())).await.unwrap();
    let mut there = Console::start(database).await;
    let seen = there.until("\"session\":\"sealed\"").await;
    assert!(seen.iter().any(|message| message.contains("\"session\":\"runs\"")), "{seen:?}");
    assert!(there.book.plays_elsewhere("runs") && !here.book.plays_elsewhere("runs"));
    assert_eq!((there.book.running(), here.book.running()), (0, 2));
    assert_eq!(there.book.forget("runs").await.unwrap(), Forgotten::Running);
    assert!(there.book.tell("runs", lost("", 0, Actor::Client, Loss::NoPipes)).is_none(), "it is not its own");
    assert!(there.book.end("runs").is_none());
    // What a class here is still to be asked about is told there neither.
    here.tell("sealed");
    here.book.end("sealed").unwrap();
    let seen = there.until("\"status\":\"sealed\"").await;
    assert!(!seen.iter().any(|it| it.starts_with("event: event") && it.contains("\"session\":\"sealed\"")), "{seen:?}");
    assert!(there.book.session("sealed").await.unwrap().unwrap().verdict.is_none());
    here.book.unveil(&sealed);
    there.until("\"session\":\"sealed\",\"scenario\":\"ecdh/relay\"").await;
    assert!(there.book.session("sealed").await.unwrap().unwrap().verdict.is_some());
    // A console that leaves takes along what it never finished.
    here.end();
    there.until("event: forgotten\ndata: {\"session\":\"runs\"}").await;
    assert_eq!(there.book.session("runs").await.unwrap(), None);
    assert!(there.book.session("over").await.unwrap().is_some());
    there.end();
}

/// More waited to be told than has room.
async fn who_missed_something_is_told(database: &Database<'_>) {
    const EVENTS: usize = 8500;
    let [here, mut there] = [Console::start(database).await, Console::start(database).await];
    here.begin("a", "dh/relay");
    here.tell("a");
    there.until("event: event").await;
    let client = database.client().await;
    client.batch_execute("BEGIN; LOCK messages IN EXCLUSIVE MODE").await.unwrap();
    (1..EVENTS).for_each(|_| here.tell("a"));
    client.batch_execute("COMMIT").await.unwrap();
    there.until("event: reset").await;
    here.book.end("a").unwrap();
    there.until("\"status\":\"done\"").await;
    assert_eq!(there.book.record("a").await.unwrap().unwrap().events.len(), EVENTS, "nothing is lost for all that");
    here.end();
    there.end();
}

async fn healthy(book: &Book, well: impl FnMut(&Health) -> bool) -> String {
    let mut health = book.store().health();
    let found = timeout(Duration::from_secs(600), health.wait_for(well)).await;
    let found = found.unwrap_or_else(|_| panic!("{:?}", book.store().health().borrow().clone()));
    found.unwrap().message.clone()
}

async fn what_waits_for_a_lock_is_told_and_kept(database: &Database<'_>) {
    let here = Console::start(database).await;
    let client = database.client().await;
    client.batch_execute("BEGIN; LOCK held").await.unwrap();
    here.begin("a", "dh/relay");
    here.book.end("a").unwrap();
    let told = healthy(&here.book, |health| !health.ok).await;
    assert!(told.contains("lock timeout") && told.contains("1 wait in memory"), "{told}");
    client.batch_execute("ROLLBACK").await.unwrap();
    healthy(&here.book, |health| health.ok).await;
    assert!(database.client().await.query_opt("SELECT FROM sessions WHERE id = 'a'", &[]).await.unwrap().is_some());
    here.end();
}

async fn a_server_that_goes_and_comes_back(cluster: &mut Cluster) {
    println!("a server that goes and comes back, and one that does not answer");
    let [here, mut there] = [Console::start(&Database(cluster)).await, Console::start(&Database(cluster)).await];
    here.begin("before", "dh/relay");
    here.tell("before");
    there.until("event: event").await;
    cluster.crash();
    // Nobody asks anything, and it is noticed all the same.
    for console in [&here, &there] {
        healthy(&console.book, |health| !health.ok).await;
    }
    here.tell("before");
    here.book.end("before").unwrap();
    here.begin("during", "dh/relay");
    here.tell("during");
    assert!(here.book.record("before").await.unwrap().is_some(), "what is in memory is shown");
    cluster.go();
    for console in [&here, &there] {
        let told = healthy(&console.book, |health| health.ok).await;
        assert!(told.contains(" database postgres at "), "{told}");
    }
    let seen = there.until("\"session\":\"during\",\"n\":1").await;
    let numbers = |n| seen.iter().filter(|it| it.contains(&format!("\"session\":\"before\",\"n\":{n}"))).count();
    assert_eq!((numbers(1), numbers(2)), (0, 1), "it goes on where it was: {seen:?}");
    assert_eq!(there.book.record("before").await.unwrap().unwrap().events.len(), 2);
    here.book.end("during").unwrap();
    there.until("\"status\":\"done\"").await;
    // A server that takes no notice is not waited for for ever.
    cluster.pause(true);
    here.begin("paused", "dh/relay");
    here.book.end("paused").unwrap();
    let told = healthy(&here.book, |health| !health.ok).await;
    assert!(told.contains("does not answer in time"), "{told}");
    cluster.pause(false);
    healthy(&here.book, |health| health.ok).await;
    here.end();
    there.end();
}
