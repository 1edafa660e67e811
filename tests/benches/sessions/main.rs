//! Whole sessions over loopback, all events told, against TLS 1.3 sessions of rustls with the same certificates:
//! `cargo bench -p tests --bench sessions`. With `-- question downgrade [rounds=N] [update]` instead what a question to a server about a
//! ciphertext takes, and a session whose group is broken meanwhile; with `update` the figures replace those of `measured.txt`,
//! from which the table of the documentation is made.
//!
//! Each side runs on a thread of its own, as it would in a process of its own, connects anew for every session, sends
//! two messages each way and closes in order.

mod downgrade;
mod peer;
mod primitives;
mod questions;
mod turns;

use attacker::{relay::Relay, session::Session, work::Workshop};
use criterion::{Criterion, Throughput, criterion_group};
use downgrade::downgrade;
use lab::{
    control::PlayOrder,
    role::{Actor, Role},
    staging::{Orders, Setting, own_group},
    victim::{Kept, Victim},
};
use peer::peer;
use primitives::primitives;
use process::{
    frames::Frames,
    limits::Limits,
    patience::{Clock, Patience},
    play::play,
    reports::{Reports, reports},
    teller::Teller,
};
use questions::questions;
use std::{
    hint::black_box,
    net::SocketAddr,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};
use support::staging::stage;
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::mpsc,
    task::LocalSet,
};
use turns::{Figure, tell};

const PATIENCE: Duration = Duration::from_secs(10);
/// How long a session may take in all.
const DEADLINE: Duration = Duration::from_secs(60);
/// Most sessions at a time.
const AT_ONCE: usize = 8;
fn orders(scenario: &str) -> Orders {
    stage(&scenario.parse().expect("a scenario"), &Setting::seeded("bench", 1)).expect("orders")
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Starts a program that listens, on a thread of its own; answers where.
fn start<F: Future<Output = ()>>(program: impl FnOnce(TcpListener) -> F + Send + 'static) -> SocketAddr {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        runtime().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            sender.send(listener.local_addr().expect("its address")).expect("someone who asked");
            program(listener).await;
        });
    });
    receiver.recv().expect("an address")
}

/// Events are serialised, as they would be on their way to the console.
fn events() -> Reports {
    let (reports, mut told) = reports();
    tokio::spawn(async move {
        while let Some(report) = told.recv().await {
            black_box(process::channel::line(&report).expect("JSON"));
        }
    });
    reports
}

/// What a program keeps from session to session.
fn kept(order: &PlayOrder) -> Kept {
    Kept { group: own_group(&order.mode), verified: Some(Arc::default()), ..Kept::default() }
}

fn victim(role: Role, order: &PlayOrder, kept: &Kept) -> Victim {
    Victim::new(role, order, kept.clone()).expect("a victim")
}

async fn serve(listener: TcpListener, orders: Orders) {
    let (events, kept) = (events(), kept(&orders.server));
    // Parts await their connections, as the console's orders come before them.
    let (ordered, mut parts) = mpsc::unbounded_channel();
    let order = move || ordered.send(victim(Role::Server, &orders.server, &kept)).expect("a server");
    (0..AT_ONCE).for_each(|_| order());
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).expect("nodelay");
        let mut victim = parts.recv().await.expect("a part");
        let teller = Teller::new("bench".to_owned(), Actor::Server, events.clone());
        let order = order.clone();
        tokio::spawn(async move {
            let (reader, mut writer) = stream.into_split();
            play(
                &mut victim,
                None,
                &mut Frames::new(reader),
                &mut writer,
                Patience::new(Limits::of(PATIENCE), Clock::steady()),
                &teller,
            )
            .await;
            assert!(!victim.gave_up());
            order();
        });
    }
}

async fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("nodelay");
    stream
}

async fn session(address: SocketAddr, orders: &Orders, kept: &Kept, events: &Reports) {
    let mut victim = victim(Role::Client, &orders.client, kept);
    let (reader, mut writer) = connect(address).await.into_split();
    let teller = Teller::new("bench".to_owned(), Actor::Client, events.clone());
    play(
        &mut victim,
        None,
        &mut Frames::new(reader),
        &mut writer,
        Patience::new(Limits::of(PATIENCE), Clock::steady()),
        &teller,
    )
    .await;
    assert!(!victim.gave_up());
}

/// Relays everything that connects to `server` with the ordered attack.
async fn relay(listener: TcpListener, server: SocketAddr, orders: Orders) {
    let events = events();
    let workshop = Arc::new(Workshop::new(1));
    while let Ok((client, _)) = listener.accept().await {
        let workshop = Arc::clone(&workshop);
        client.set_nodelay(true).expect("nodelay");
        let session = Session::of(&orders.attack).expect("an attack");
        let teller = Teller::new("bench".to_owned(), Actor::Attacker, events.clone());
        tokio::spawn(async move {
            let (reader, writer) = client.into_split();
            let mut frames = Frames::new(reader);
            let first = frames.next().await;
            Relay::new(session, teller, Limits::of(PATIENCE), DEADLINE, Arc::clone(&workshop), server.to_string())
                .run(first, (frames, writer), Some(connect(server).await))
                .await
                .expect("a server");
        });
    }
}

/// What plays as many sessions at a time as it is asked for, by its name.
type Contestant = (&'static str, Box<dyn FnMut(usize)>);

fn contestant(name: &'static str, runtime: &Rc<Runtime>, play: impl AsyncFn() + 'static) -> Contestant {
    let (runtime, play) = (Rc::clone(runtime), Rc::new(play));
    let sessions = move |at_once| {
        let all = async {
            let started: Vec<_> = (0..at_once)
                .map(|_| {
                    let play = Rc::clone(&play);
                    tokio::task::spawn_local(async move { play().await })
                })
                .collect();
            for session in started {
                session.await.expect("a session");
            }
        };
        match at_once {
            1 => runtime.block_on(play()),
            _ => runtime.block_on(LocalSet::new().run_until(all)),
        }
    };
    (name, Box::new(sessions))
}

fn ours(runtime: &Rc<Runtime>) -> Vec<Contestant> {
    let told = runtime.block_on(async { events() });
    let (honest, split) = (orders("ecdh-cert/relay"), orders("ecdh/substitute"));
    let address = start({
        let orders = honest.clone();
        move |listener| serve(listener, orders)
    });
    let server = start({
        let orders = split.clone();
        move |listener| serve(listener, orders)
    });
    let attacker = start({
        let orders = split.clone();
        move |listener| relay(listener, server, orders)
    });
    let (events, kept) = (told.clone(), kept(&honest.client));
    let again = kept.clone();
    vec![
        contestant("ecdh-cert, honest", runtime, async move || session(address, &honest, &kept, &events).await),
        contestant("ecdh, split by the attacker", runtime, async move || {
            session(attacker, &split, &again, &told).await
        }),
    ]
}

fn sessions(criterion: &mut Criterion) {
    let runtime = Rc::new(runtime());
    let mut contestants = ours(&runtime);
    contestants.extend(peer(&runtime));
    let mut group = criterion.benchmark_group("session");
    group.throughput(Throughput::Elements(1)).sample_size(50);
    for (name, play) in &mut contestants {
        group.bench_function(*name, |b| b.iter(|| play(1)));
    }
    group.finish();
    // Under `cargo test` or with a filter only what was asked for runs.
    if std::env::args().nth(1).as_deref() == Some("--bench") && std::env::args().len() == 2 {
        in_turn(&mut contestants, 1);
        in_turn(&mut contestants, AT_ONCE);
    }
}

/// All in turn, a few sessions each, so many `at_once`, many times over: where the machine's speed changes by the minute, ratios of what
/// ran within the same second are still to be trusted.
fn in_turn(contestants: &mut [Contestant], at_once: usize) {
    const ROUNDS: usize = 400;
    const SESSIONS: usize = AT_ONCE;
    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..ROUNDS {
        for ((_, play), times) in contestants.iter_mut().zip(&mut times) {
            let began = Instant::now();
            (0..SESSIONS / at_once).for_each(|_| play(at_once));
            times.push(began.elapsed().as_secs_f64() / SESSIONS as f64);
        }
    }
    let ratio = |of: usize, to: usize| {
        let mut ratios: Vec<f64> = times[of].iter().zip(&times[to]).map(|(a, b)| a / b).collect();
        ratios.sort_by(f64::total_cmp);
        [ROUNDS / 4, ROUNDS / 2, 3 * ROUNDS / 4].map(|i| ratios[i])
    };
    println!(
        "in turn, {ROUNDS} rounds of {SESSIONS} sessions, {at_once} at a time: median for each, and its ratio to each peer \
         (quartiles)"
    );
    for (i, (name, _)) in contestants.iter().enumerate() {
        let mut sorted = times[i].clone();
        sorted.sort_by(f64::total_cmp);
        print!("  {name:<38}{:>7.0} µs", sorted[ROUNDS / 2] * 1e6);
        for peer in contestants.len() - 2..contestants.len() {
            let [low, middle, high] = ratio(i, peer);
            print!("   {middle:.2} ({low:.2} to {high:.2})");
        }
        println!();
    }
}

criterion_group!(benches, sessions, primitives);

/// Rounds of each, where nobody says how many.
const ROUNDS: usize = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let said = |word: &str| arguments.iter().any(|argument| argument == word);
    // Under `cargo test` all is played, each once.
    let tried = !said("--bench");
    let rounds = arguments.iter().find_map(|argument| argument.strip_prefix("rounds=")?.parse().ok());
    let rounds = rounds.unwrap_or(if tried { 1 } else { ROUNDS }).max(1);
    let mut figures = Vec::new();
    for (name, measure) in [("question", questions as fn(usize) -> Vec<Figure>), ("downgrade", downgrade)] {
        if tried || said(name) || said("update") {
            figures.extend(measure(rounds));
        }
    }
    tell(&figures, rounds, said("update"));
    if figures.is_empty() || tried {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
}
