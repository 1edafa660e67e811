//! Whole sessions over loopback, all events told, in turns with what others make of the same: `cargo bench -p tests --bench sessions`.
//! `-- peers` are honest sessions against TLS 1.3 of rustls with the same certificates, split ones against mitmproxy between two
//! rustls (where `mitmdump` is on the path), and what no session comes below; `question`, what a question to a
//! server about a ciphertext takes; `downgrade`, a session whose group is broken meanwhile. With `rounds=N` so often; with `update`
//! the figures replace those of `peers.txt` and `attacks.txt`, from which tables of the documentation are made.
//!
//! Each side runs on a thread of its own, as it would in a process of its own, connects anew for every session, sends
//! two messages each way and closes in order.

mod downgrade;
mod limit;
mod mitmproxy;
mod peers;
mod questions;
mod rustls_peer;
mod turns;

use attacker::{relay::Relay, session::Session, work::Workshop};
use downgrade::downgrade;
use lab::{
    control::PlayOrder,
    role::{Actor, Role},
    staging::{Orders, Setting, own_group},
    victim::{Kept, Victim},
};
use peers::peers;
use process::{
    frames::Frames,
    limits::Limits,
    patience::{Clock, Patience},
    play::play,
    reports::{Reports, reports},
    teller::Teller,
};
use questions::questions;
use std::{hint::black_box, net::SocketAddr, sync::Arc, time::Duration};
use support::staging::stage;
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::mpsc,
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

/// Rounds of each, where nobody says how many.
const ROUNDS: usize = 200;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let said = |word: &str| arguments.iter().any(|argument| argument == word);
    // Under `cargo test` all is played, each once.
    let tried = !said("--bench");
    let all = tried || !["peers", "question", "downgrade"].into_iter().any(said);
    let rounds = arguments.iter().find_map(|argument| argument.strip_prefix("rounds=")?.parse().ok());
    let rounds = rounds.unwrap_or(if tried { 1 } else { ROUNDS }).max(1);
    if all || said("peers") {
        tell(&peers(rounds), "peers.txt", rounds, said("update"));
    }
    let mut attacks = Vec::new();
    for (name, measure) in [("question", questions as fn(usize) -> Vec<Figure>), ("downgrade", downgrade)] {
        if all || said(name) {
            attacks.extend(measure(rounds));
        }
    }
    tell(&attacks, "attacks.txt", rounds, said("update"));
}
