//! One message at a time, or a session's worth at once, to a hundred viewers: processor time of the thread that serves.

use super::median;
use axum::{
    Router,
    extract::State,
    response::sse::{Event, KeepAlive, Sse},
    routing::get,
};
use criterion::{Criterion, Throughput};
use futures_util::{Stream, StreamExt, stream};
use lab::{event::Fact, role::Actor};
use std::{
    convert::Infallible,
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use tokio::sync::{broadcast, watch};
use web::{
    ci::outcomes,
    console::{Config, Console, hands::HELD},
    http::{App, Guard, Limits, listen, router, serve},
    sessions::{
        book::Book,
        hub::Hub,
        orders::{Phrases, Settings},
        session::told,
        store::{Place, Retention, Store},
    },
};

const VIEWERS: usize = 100;
/// Events that are sent one after the other before anybody waits for them to arrive.
const BURSTS: [u64; 2] = [1, 50];
/// Lines of one event of the stream: number, type, data, and the empty one.
const LINES: u64 = 4;

/// A server on a thread of its own.
struct Server {
    address: SocketAddr,
    /// Sends one event to every viewer.
    send: Box<dyn Fn()>,
    /// The kernel's account of its thread.
    account: String,
}

impl Server {
    /// Nanoseconds of processor time that its thread has used (proc_pid_schedstat).
    fn used(&self) -> u64 {
        let account = fs::read_to_string(&self.account).expect("the account");
        account.split(' ').next().and_then(|used| used.parse().ok()).expect("a number")
    }
}

/// Starts a server; it says where it listens and how it is told to send.
fn start<F: Future<Output = ()>>(
    server: impl FnOnce(mpsc::Sender<(SocketAddr, Box<dyn Fn() + Send>, String)>) -> F + Send + 'static,
) -> Server {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(server(tell));
    });
    let (address, send, account) = told.recv().expect("a server");
    Server { address, send, account }
}

fn own_account() -> String {
    let thread = fs::read_link("/proc/thread-self").expect("a thread");
    format!("/proc/{}/schedstat", thread.display())
}

/// The event that everybody is sent.
fn event() -> lab::event::Event {
    let (before, after) = (Some("x".repeat(120)), Some("y".repeat(120)));
    let (action, kind, changed) = (lab::event::Action::Forward, "server-hello".to_owned(), Vec::new());
    let fact = Fact::Relayed { from: lab::role::Role::Server, action, flight: 2, kind, before, after, changed };
    lab::event::Event { source: Actor::Attacker, ..told("0123456789abcdef", 1, fact) }
}

fn product() -> Server {
    start(async |tell| {
        let hub = Arc::new(Hub::default());
        let book = Book::open(Store::open(Place::Memory, Retention::default()), Arc::clone(&hub)).await;
        let settings = Settings { patience: Duration::from_secs(5), deadline: None, phrases: Phrases::default() };
        let program = support::programs::path("interlock");
        let console =
            Console::start(Config { program, concurrency: 1, settings, held: HELD, own: None }, Arc::new(book));
        let limits = Limits::default();
        let listener = listen("127.0.0.1:0".parse().expect("an address")).expect("a port");
        let address = listener.local_addr().expect("its address");
        let app = App::new(console, outcomes::all().expect("outcomes"), limits.clone());
        let event = event();
        let send = Box::new(move || drop(hub.events(std::slice::from_ref(&event))));
        tell.send((address, send, own_account())).expect("someone who asked");
        let stop = watch::Sender::new(false);
        serve(listener, router(app, Guard::new(address)), limits, stop.subscribe()).await;
    })
}

/// The same stream as axum's own documentation makes it.
fn peer() -> Server {
    start(async |tell| {
        let (sender, _) = broadcast::channel::<(u64, Arc<str>)>(8192);
        let app = Router::new().route("/api/events", get(watched)).with_state(sender.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (event, n) = (event(), std::sync::atomic::AtomicU64::new(1));
        let send = Box::new(move || {
            let n = n.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let _ = sender.send((n, serde_json::to_string(&event).expect("JSON").into()));
        });
        tell.send((address, send, own_account())).expect("someone who asked");
        axum::serve(listener, app).await.expect("a server");
    })
}

async fn watched(
    State(sender): State<broadcast::Sender<(u64, Arc<str>)>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let first = stream::once(async { Ok(Event::default().id("0").event("status").data("{}")) });
    let events = stream::unfold(sender.subscribe(), |mut receiver| async move {
        let (n, data) = receiver.recv().await.ok()?;
        Some((Ok(Event::default().id(n.to_string()).event("event").data(&*data)), receiver))
    });
    Sse::new(first.chain(events)).keep_alive(KeepAlive::default())
}

/// Viewers, each with a thread that reads what comes and says when it has read what was sent.
struct Viewers(mpsc::Receiver<()>, Vec<mpsc::Sender<u64>>);

impl Viewers {
    fn of(server: &Server) -> Self {
        let (done, all) = mpsc::channel();
        let viewers = (0..VIEWERS).map(|_| {
            let mut stream = TcpStream::connect(server.address).expect("a connection");
            // In this version a body is never cut into chunks.
            let request = format!("GET /api/events HTTP/1.0\r\nhost: {}\r\n\r\n", server.address);
            stream.write_all(request.as_bytes()).expect("a request sent");
            let (done, (expect, expected)) = (done.clone(), mpsc::channel::<u64>());
            thread::spawn(move || {
                let mut buffer = [0; 64 << 10];
                // The head and the first event end in an empty line each.
                let mut empty = 0;
                let mut last = 0;
                while empty < 2 {
                    let mut octet = [0];
                    stream.read_exact(&mut octet).expect("a first event");
                    if octet[0] != b'\r' {
                        empty += u64::from(octet[0] == b'\n' && last == b'\n');
                        last = octet[0];
                    }
                }
                done.send(()).expect("someone who waits");
                while let Ok(events) = expected.recv() {
                    let mut lines = 0;
                    while lines < events * LINES {
                        let read = stream.read(&mut buffer).expect("events");
                        lines += buffer[..read].iter().filter(|octet| **octet == b'\n').count() as u64;
                    }
                    done.send(()).expect("someone who waits");
                }
            });
            expect
        });
        let viewers = Self(all, viewers.collect());
        viewers.wait();
        viewers
    }

    fn expect(&self, events: u64) {
        self.1.iter().for_each(|viewer| viewer.send(events).expect("a viewer"));
    }

    fn wait(&self) {
        self.1.iter().for_each(|_| self.0.recv().expect("a viewer"));
    }
}

/// Deliveries of the product and of its peer.
pub(super) fn delivery(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("delivery");
    group.throughput(Throughput::Elements(VIEWERS as u64)).sample_size(20);
    // Nanoseconds of each measurement, an event.
    let mut measured: [[Vec<u64>; BURSTS.len()]; 2] = Default::default();
    for ((name, server), measured) in
        [("interlock", product()), ("axum broadcast", peer())].into_iter().zip(&mut measured)
    {
        let viewers = Viewers::of(&server);
        for (burst, measured) in BURSTS.into_iter().zip(measured) {
            group.bench_function(format!("{name}, {burst} at a time"), |bencher| {
                bencher.iter_custom(|events| {
                    let before = server.used();
                    let mut left = events;
                    while left > 0 {
                        let now = left.min(burst);
                        viewers.expect(now);
                        (0..now).for_each(|_| (server.send)());
                        viewers.wait();
                        left -= now;
                    }
                    let used = server.used() - before;
                    // Fewer than a burst arrive as they do one at a time.
                    measured.extend((events >= burst).then(|| used / events));
                    Duration::from_nanos(used)
                });
            });
        }
    }
    group.finish();
    let [own, peer] = measured.map(|of| of.map(median));
    for ((burst, own), peer) in BURSTS.into_iter().zip(own).zip(peer) {
        if let Some((own, peer)) = own.zip(peer) {
            let ratio = own as f64 / peer as f64;
            println!("a delivery, {burst} at a time: {ratio:.2} times that of a plain axum broadcast (asked: 1.5)");
        }
    }
}
