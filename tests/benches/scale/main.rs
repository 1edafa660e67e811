//! How much one console carries: processor time of the thread that serves so many viewers at so many messages a second, the memory
//! that one costs who reads nothing, the console's memory after so many sessions and what they cost each process, and how soon it shows its first verdict.
//!
//! `cargo build --release -p web -p victims -p attacker`, then `cargo bench -p tests --bench scale -- 1000 5000 sessions=100000`
//! (viewers, and how many sessions; `alone` leaves the viewers out). `fed=100000` alone feeds the console's book, stream and store with so
//! many sessions instead, without handshakes. With `update` the figures replace those of `viewers.txt` and `lab.txt`, from which tables of
//! `docs/teaching.md` and `docs/speed.md` are made.

mod console;
mod floor;

use lab::{event::Fact, role::Actor};
use std::{
    env, fs,
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    time::sleep,
};
use web::{
    ci::outcomes,
    console::{Config, Console},
    http::{App, Guard, Limits, listen, router, serve},
    sessions::{
        book::Book,
        hub::Hub,
        orders::{Phrases, Settings},
        session::told,
        store::{Place, Retention, Store},
    },
};

/// Messages a second, and for how many seconds.
const RATE: u32 = 20;
const SECONDS: u32 = 10;
/// Viewers that never read, and how large what they are sent is, in octets.
const STALLED: usize = 200;
const LARGE: usize = 200 << 10;
const MESSAGES: usize = 200;

/// What was measured, and the figure.
type Row = (String, String);

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    // `cargo test --benches` builds and starts this too, without `--bench`.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    let asked: Vec<usize> = arguments.iter().filter_map(|argument| argument.parse().ok()).collect();
    let number = |name: &str| arguments.iter().find_map(|argument| argument.strip_prefix(name)?.parse().ok());
    // What is fed alone is over in minutes.
    if let Some(fed) = number("fed=") {
        console::fed(fed);
        return;
    }
    let sessions = number("sessions=");
    let said = |word: &str| arguments.iter().any(|argument| argument == word);
    if !said("alone") {
        let viewers = watched(if asked.is_empty() { &[1000, 5000] } else { &asked });
        keep("viewers.txt", viewers, said("update"));
    }
    let mut lab = console::first_verdict();
    lab.extend(console::played(sessions.unwrap_or(2000)));
    keep("lab.txt", lab, said("update"));
}

/// With `update` the figures of a file become these.
fn keep(file: &str, rows: Vec<Row>, update: bool) {
    if update {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/scale").join(file);
        let before = fs::read_to_string(&path).expect("the figures");
        // What it is, and on what it was measured.
        let kept = before.lines().filter(|line| !line.contains('\t')).map(str::to_owned);
        let lines: Vec<String> =
            kept.chain(rows.into_iter().map(|(what, figure)| format!("{what}\t{figure}"))).collect();
        fs::write(&path, lines.join("\n") + "\n").expect("the figures written");
    }
}

/// A row, which is shown when it is measured.
fn row(what: String, figure: String) -> Row {
    println!("{what}: {figure}");
    (what, figure)
}

/// What viewers cost: those who read, and those who do not.
fn watched(asked: &[usize]) -> Vec<Row> {
    let mut rows = Vec::new();
    for &viewers in asked {
        let server = Server::start(viewers + 1000);
        let own = runtime();
        let (read, taken) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        own.block_on(async {
            let counters = || (Arc::clone(&read), Arc::clone(&taken));
            (0..viewers).for_each(|_| drop(tokio::spawn(viewer(server.address, counters()))))
        });
        let all = |lines: u64| {
            own.block_on(async {
                while read.load(Ordering::Relaxed) < lines {
                    sleep(Duration::from_millis(5)).await
                }
            })
        };
        // The first message of each is the status.
        all(viewers as u64);
        let (before, octets, began) = (server.used(), taken.load(Ordering::Relaxed), Instant::now());
        for n in 1..=RATE * SECONDS {
            (server.send)(300);
            thread::sleep((began + Duration::from_secs(1) * n / RATE).saturating_duration_since(Instant::now()));
        }
        let sent = began.elapsed();
        all(viewers as u64 * u64::from(1 + RATE * SECONDS));
        let late = began.elapsed() - sent;
        let octets = taken.load(Ordering::Relaxed) - octets;
        let used = Duration::from_nanos(server.used() - before);
        let core = 100.0 * used.as_secs_f64() / sent.as_secs_f64();
        let each = used.as_secs_f64() * 1e6 / (viewers as f64 * f64::from(RATE * SECONDS));
        rows.push(row(
            format!("{viewers} viewers, {RATE} messages a second to each"),
            format!(
                "{core:.1} % of a core ({each:.2} µs a delivery); the last was read {} ms after it was sent",
                late.as_millis()
            ),
        ));
        // The ring is full of what is large before anybody is there who does not read it.
        let large = || {
            (0..MESSAGES).for_each(|_| {
                (server.send)(LARGE);
                thread::sleep(Duration::from_millis(10));
            })
        };
        large();
        let full = memory();
        let stalled: Vec<TcpStream> = own.block_on(async {
            let mut all = Vec::new();
            for _ in 0..STALLED {
                all.push(connected(server.address).await);
            }
            sleep(Duration::from_secs(1)).await;
            all
        });
        large();
        let grown = memory().saturating_sub(full) as f64 / STALLED as f64;
        rows.push(row(
            format!(
                "a viewer that reads nothing of {MESSAGES} messages of {} kB, beside {viewers} that do",
                LARGE >> 10
            ),
            format!("{grown:.0} kB"),
        ));
        drop(stalled);
        own.shutdown_background();
        // One process has descriptors for so many connections once.
        let open = || fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
        while open() > viewers / 2 {
            thread::sleep(Duration::from_millis(5));
        }
        let alone = floor::written(viewers, octets as usize / (viewers * (RATE * SECONDS) as usize));
        rows.push(row(
            format!("the same octets written to {viewers} connections, and nothing else"),
            format!("{:.1} % of a core ({alone:.2} µs a delivery)", alone * viewers as f64 * f64::from(RATE) / 1e4),
        ));
    }
    rows
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
}

/// Kilobytes that this process holds: server and viewers.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

async fn connected(address: SocketAddr) -> TcpStream {
    let mut stream = loop {
        match TcpStream::connect(address).await {
            Ok(stream) => break stream,
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    };
    // In this version a body is never cut into chunks.
    let request = format!("GET /api/events HTTP/1.0\r\nhost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("a request sent");
    stream
}

/// Counts the messages that come, each of which ends with an empty line, and their octets.
async fn viewer(address: SocketAddr, (read, taken): (Arc<AtomicU64>, Arc<AtomicU64>)) {
    let mut stream = connected(address).await;
    let (mut buffer, mut last) = (vec![0; 2 << 10], 0);
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        let mut empty = 0;
        for octet in &buffer[..count] {
            empty += u64::from(*octet == b'\n' && last == b'\n');
            last = *octet;
        }
        taken.fetch_add(count as u64, Ordering::Relaxed);
        read.fetch_add(empty, Ordering::Relaxed);
    }
}

/// The server on a thread of its own.
struct Server {
    address: SocketAddr,
    /// Sends a message of about so many octets to everybody.
    send: Box<dyn Fn(usize)>,
    account: String,
}

impl Server {
    fn start(places: usize) -> Self {
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(serving(places, tell));
        });
        let (address, hub, account): (_, Arc<Hub>, _) = told.recv().expect("a server");
        let send = Box::new(move |octets: usize| {
            let after = Some("y".repeat(octets));
            let (action, kind, changed) = (lab::event::Action::Forward, "server-hello".to_owned(), Vec::new());
            let fact =
                Fact::Relayed { from: lab::role::Role::Server, action, flight: 2, kind, before: None, after, changed };
            drop(hub.events(&[lab::event::Event { source: Actor::Attacker, ..told_by("0123456789abcdef", fact) }]));
        });
        Self { address, send, account }
    }

    fn used(&self) -> u64 {
        used(&self.account)
    }
}

/// Where the processor time of the thread that asks is told.
fn account() -> String {
    format!("/proc/{}/schedstat", fs::read_link("/proc/thread-self").expect("a thread").display())
}

/// Nanoseconds of processor time that a thread has used (proc_pid_schedstat).
fn used(account: &str) -> u64 {
    let account = fs::read_to_string(account).expect("the account");
    account.split(' ').next().and_then(|used| used.parse().ok()).expect("a number")
}

fn told_by(session: &str, fact: Fact) -> lab::event::Event {
    told(session, 1, fact)
}

async fn serving(places: usize, tell: mpsc::Sender<(SocketAddr, Arc<Hub>, String)>) {
    let hub = Arc::new(Hub::default());
    let book = Book::open(Store::open(Place::Memory, Retention::default()), Arc::clone(&hub)).await;
    let settings = Settings { patience: Duration::from_secs(5), deadline: None, phrases: Phrases::default() };
    let program = support::programs::path("interlock");
    let config = Config { program, concurrency: 1, settings, own: None, held: Duration::from_secs(900) };
    let console = Console::start(config, Arc::new(book));
    let limits = Limits { places: 2 * places, viewers: places, ..Limits::default() };
    let listener = listen("127.0.0.1:0".parse().expect("an address")).expect("a port");
    let address = listener.local_addr().expect("its address");
    let app = App::new(console, outcomes::all().expect("outcomes"), limits.clone());
    tell.send((address, hub, account())).expect("someone who asked");
    let stop = watch::Sender::new(false);
    serve(listener, router(app, Guard::new(address)), limits, stop.subscribe()).await;
}
