//! Whole sessions over loopback, all events told, against TLS 1.3 sessions of rustls with the same certificates.
//!
//! Each side runs on a thread of its own, as it would in a process of its own, connects anew for every session, sends
//! two messages each way and closes in order. The
//! group `primitives` is the physical limit: what the curve operations of one `ecdh-cert` session cost by themselves.

use attacker::{relay::Relay, session::Session, work::Workshop};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ed25519_dalek::{Signer, SigningKey};
use lab::{
    control::{PlayOrder, Report},
    line::Line,
    role::{Actor, Role},
    staging::{Orders, Setting, stage},
    victim::{Kept, Victim},
    wire::body,
};
use std::{
    hint::black_box,
    net::SocketAddr,
    rc::Rc,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    sync::mpsc,
};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{
        self,
        client::WebPkiServerVerifier,
        pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
    },
};
use victims::{frames::Frames, play::play, teller::Teller};
use x25519_dalek::{PublicKey, StaticSecret};

const PATIENCE: Duration = Duration::from_secs(10);
/// Most sessions at a time.
const AT_ONCE: usize = 8;
/// RFC 8410 section 7: PKCS#8 version 1 around an Ed25519 seed.
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

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
fn events() -> mpsc::Sender<Report> {
    let (sender, mut receiver) = mpsc::channel(1024);
    tokio::spawn(async move {
        while let Some(report) = receiver.recv().await {
            black_box(report.to_line().expect("JSON"));
        }
    });
    sender
}

/// What a program keeps from session to session.
fn kept() -> Kept {
    Kept { verified: Some(Arc::default()), ..Kept::default() }
}

fn victim(role: Role, order: &PlayOrder, kept: &Kept) -> Victim {
    Victim::new(role, order, kept.clone()).expect("a victim")
}

async fn serve(listener: TcpListener, orders: Orders) {
    let (events, kept) = (events(), kept());
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
            play(&mut victim, None, &mut Frames::new(reader), &mut writer, PATIENCE, &teller).await;
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

async fn session(address: SocketAddr, orders: &Orders, kept: &Kept, events: &mpsc::Sender<Report>) {
    let mut victim = victim(Role::Client, &orders.client, kept);
    let (reader, mut writer) = connect(address).await.into_split();
    let teller = Teller::new("bench".to_owned(), Actor::Client, events.clone());
    play(&mut victim, None, &mut Frames::new(reader), &mut writer, PATIENCE, &teller).await;
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
            Relay::new(session, teller, PATIENCE, Arc::clone(&workshop))
                .run(first, (frames, writer), connect(server).await)
                .await;
        });
    }
}

/// What plays one session, by its name.
type Contestant = (&'static str, Box<dyn FnMut()>);

fn contestant(name: &'static str, runtime: &Rc<Runtime>, play: impl AsyncFn() + 'static) -> Contestant {
    let runtime = Rc::clone(runtime);
    (name, Box::new(move || runtime.block_on(play())))
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
    let (events, kept) = (told.clone(), kept());
    let again = kept.clone();
    vec![
        contestant("ecdh-cert, honest", runtime, async move || session(address, &honest, &kept, &events).await),
        contestant("ecdh, split by the attacker", runtime, async move || {
            session(attacker, &split, &again, &told).await
        }),
    ]
}

/// rustls with the lab's own certificates; with revocation lists it does the work that the lab's client does.
fn peer(runtime: &Rc<Runtime>) -> Vec<Contestant> {
    let orders = orders("ecdh-cert/relay");
    let (client, server) = (orders.client.credentials.expect("trust"), orders.server.credentials.expect("a chain"));
    let octets = |text: &String| body::decode("", &text.as_str().into()).expect("octets");
    let provider = Arc::new(rustls::crypto::CryptoProvider {
        kx_groups: vec![rustls::crypto::ring::kx_group::X25519],
        cipher_suites: vec![rustls::crypto::ring::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256],
        ..rustls::crypto::ring::default_provider()
    });
    let chain: Vec<CertificateDer<'static>> = server.chain.iter().map(|der| octets(der).into()).collect();
    let key = [&PKCS8[..], &octets(server.key.as_ref().expect("a key"))].concat();
    let mut server_config = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .expect("TLS 1.3")
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key)))
        .expect("a certificate");
    server_config.send_tls13_tickets = 0;
    let address = start(|listener| async move {
        let acceptor = TlsAcceptor::from(Arc::new(server_config));
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("nodelay");
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await.expect("a handshake");
                talk(&mut stream).await;
            });
        }
    });
    let mut roots = rustls::RootCertStore::empty();
    client.anchors.iter().for_each(|der| roots.add(octets(der).into()).expect("a root"));
    let roots = Arc::new(roots);
    let lists: Vec<CertificateRevocationListDer<'static>> =
        client.revocation_lists.iter().map(|der| octets(der).into()).collect();
    // The lab's clock of a seeded session is fixed; rustls has to be told the same time.
    let time = Arc::new(Fixed(u64::try_from(orders.client.now).expect("a time after 1970")));
    let both = [("rustls TLS 1.3", vec![]), ("rustls TLS 1.3 with revocation lists", lists)];
    let both = both.map(|(name, lists)| {
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::clone(&roots), Arc::clone(&provider))
            .with_crls(lists)
            .build()
            .expect("a verifier");
        let mut config = rustls::ClientConfig::builder_with_details(Arc::clone(&provider), Arc::clone(&time) as _)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("TLS 1.3")
            .with_webpki_verifier(verifier)
            .with_no_client_auth();
        config.resumption = rustls::client::Resumption::disabled();
        let connector = TlsConnector::from(Arc::new(config));
        let name_of_server = ServerName::try_from("bob.lab").expect("a name");
        contestant(name, runtime, async move || {
            let stream = connect(address).await;
            let mut stream = connector.connect(name_of_server.clone(), stream).await.expect("a handshake");
            talk(&mut stream).await;
        })
    });
    both.into()
}

fn sessions(criterion: &mut Criterion) {
    let runtime = Rc::new(runtime());
    let mut contestants = ours(&runtime);
    contestants.extend(peer(&runtime));
    let mut group = criterion.benchmark_group("session");
    group.throughput(Throughput::Elements(1)).sample_size(50);
    for (name, play) in &mut contestants {
        group.bench_function(*name, |b| b.iter(&mut *play));
    }
    group.finish();
    // Under `cargo test` or with a filter only what was asked for runs.
    if std::env::args().nth(1).as_deref() == Some("--bench") && std::env::args().len() == 2 {
        in_turn(&mut contestants);
    }
}

/// All in turn, a few sessions each, many times over: where the machine's speed changes by the minute, ratios of what
/// ran within the same second are still to be trusted.
fn in_turn(contestants: &mut [Contestant]) {
    const ROUNDS: usize = 400;
    const SESSIONS: u32 = 5;
    let mut times = vec![Vec::new(); contestants.len()];
    for _ in 0..ROUNDS {
        for ((_, play), times) in contestants.iter_mut().zip(&mut times) {
            let began = Instant::now();
            (0..SESSIONS).for_each(|_| play());
            times.push(began.elapsed() / SESSIONS);
        }
    }
    let ratio = |of: usize, to: usize| {
        let mut ratios: Vec<f64> =
            times[of].iter().zip(&times[to]).map(|(a, b)| a.as_secs_f64() / b.as_secs_f64()).collect();
        ratios.sort_by(f64::total_cmp);
        [ROUNDS / 4, ROUNDS / 2, 3 * ROUNDS / 4].map(|i| ratios[i])
    };
    println!("in turn, {ROUNDS} rounds of {SESSIONS} sessions: median, and its ratio to each peer (quartiles)");
    for (i, (name, _)) in contestants.iter().enumerate() {
        let mut sorted = times[i].clone();
        sorted.sort();
        print!("  {name:<38}{:>7.0} µs", sorted[ROUNDS / 2].as_secs_f64() * 1e6);
        for peer in contestants.len() - 2..contestants.len() {
            let [low, middle, high] = ratio(i, peer);
            print!("   {middle:.2} ({low:.2} to {high:.2})");
        }
        println!();
    }
}

#[derive(Debug)]
struct Fixed(u64);

impl rustls::time_provider::TimeProvider for Fixed {
    fn current_time(&self) -> Option<rustls::pki_types::UnixTime> {
        Some(rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(self.0)))
    }
}

/// Two messages and the close, then the peer's to its end: what a victim does.
async fn talk<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(stream: &mut S) {
    for message in ["Pay 100 to Carol [0123456789abcdef0123456789abcdef]", "…but only after you have called me back."]
    {
        stream.write_all(message.as_bytes()).await.expect("a write");
    }
    stream.shutdown().await.expect("a close");
    let mut read = Vec::new();
    stream.read_to_end(&mut read).await.expect("the peer's messages");
    assert!(!read.is_empty());
}

/// The curve operations of one honest `ecdh-cert` session: two key pairs and two agreements, one signature, and five
/// verifications (transcript, leaf, intermediate, two revocation lists).
fn primitives(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("primitives");
    group.throughput(Throughput::Elements(1));
    let key = SigningKey::from_bytes(&[7; 32]);
    let signature = key.sign(b"transcript");
    group.bench_function("of one ecdh-cert session", |b| {
        b.iter(|| {
            for secret in [[1; 32], [2; 32]] {
                let secret = StaticSecret::from(black_box(secret));
                black_box(secret.diffie_hellman(&PublicKey::from(&secret)));
            }
            black_box(key.sign(black_box(b"transcript")));
            for _ in 0..5 {
                key.verifying_key().verify_strict(black_box(b"transcript"), &signature).expect("a good signature");
            }
        });
    });
    group.finish();
}

criterion_group!(benches, sessions, primitives);
criterion_main!(benches);
