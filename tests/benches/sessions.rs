//! Whole sessions over loopback, all events told, against TLS 1.3 sessions of rustls with the same certificates.
//!
//! Both sides run on one runtime, connect anew for every session, send two messages each way and close in order. The
//! group `primitives` is the physical limit: what the curve operations of one `ecdh-cert` session cost by themselves.

use attacker::{cryptanalysis::Solvers, relay::Relay, session::Session};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ed25519_dalek::{Signer, SigningKey};
use lab::{
    control::Report,
    role::{Actor, Role},
    staging::{Orders, Setting, stage},
    victim::Victim,
    wire::body,
};
use std::{hint::black_box, net::SocketAddr, sync::Arc, time::Duration};
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
/// RFC 8410 section 7: PKCS#8 version 1 around an Ed25519 seed.
const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

fn orders(scenario: &str) -> Orders {
    stage(&scenario.parse().expect("a scenario"), &Setting::seeded("bench", 1)).expect("orders")
}

/// Events are serialised, as they would be on their way to the console.
fn events() -> mpsc::Sender<Report> {
    let (sender, mut receiver) = mpsc::channel(1024);
    tokio::spawn(async move {
        while let Some(report) = receiver.recv().await {
            black_box(serde_json::to_vec(&report).expect("JSON"));
        }
    });
    sender
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    (listener, address)
}

async fn serve(listener: TcpListener, orders: Orders, events: mpsc::Sender<Report>) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).expect("nodelay");
        let mut victim = Victim::new(Role::Server, &orders.server, None).expect("a server");
        let teller = Teller::new("bench".to_owned(), Actor::Server, events.clone());
        tokio::spawn(async move {
            let (reader, mut writer) = stream.into_split();
            play(&mut victim, None, &mut Frames::new(reader), &mut writer, PATIENCE, &teller).await;
            assert!(!victim.gave_up());
        });
    }
}

async fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("nodelay");
    stream
}

async fn session(address: SocketAddr, orders: &Orders, events: &mpsc::Sender<Report>) {
    let (reader, mut writer) = connect(address).await.into_split();
    let mut victim = Victim::new(Role::Client, &orders.client, None).expect("a client");
    let teller = Teller::new("bench".to_owned(), Actor::Client, events.clone());
    play(&mut victim, None, &mut Frames::new(reader), &mut writer, PATIENCE, &teller).await;
    assert!(!victim.gave_up());
}

/// Relays everything that connects to `server` with the ordered attack.
async fn relay(listener: TcpListener, server: SocketAddr, orders: Orders, events: mpsc::Sender<Report>) {
    let solvers = Arc::new(Solvers::new(1));
    while let Ok((client, _)) = listener.accept().await {
        let solvers = Arc::clone(&solvers);
        client.set_nodelay(true).expect("nodelay");
        let session = Session::of(&orders.attack).expect("an attack");
        let teller = Teller::new("bench".to_owned(), Actor::Attacker, events.clone());
        tokio::spawn(async move {
            let (reader, writer) = client.into_split();
            let mut frames = Frames::new(reader);
            let first = frames.next().await;
            Relay::new(session, teller, PATIENCE, Arc::clone(&solvers))
                .run(first, (frames, writer), connect(server).await)
                .await;
        });
    }
}

fn ours(criterion: &mut Criterion, runtime: &Runtime) {
    let mut group = criterion.benchmark_group("session");
    group.throughput(Throughput::Elements(1)).sample_size(50);
    let honest = orders("ecdh-cert/relay");
    let (address, told) = runtime.block_on(async {
        let (listener, address) = listener().await;
        let told = events();
        tokio::spawn(serve(listener, honest.clone(), told.clone()));
        (address, told)
    });
    group.bench_function("ecdh-cert, honest", |b| {
        b.iter(|| runtime.block_on(session(address, &honest, &told)));
    });
    let split = orders("ecdh/substitute");
    let (address, told) = runtime.block_on(async {
        let (server, behind) = listener().await;
        let (front, address) = listener().await;
        let told = events();
        tokio::spawn(serve(server, split.clone(), told.clone()));
        tokio::spawn(relay(front, behind, split.clone(), told.clone()));
        (address, told)
    });
    group.bench_function("ecdh, split by the attacker", |b| {
        b.iter(|| runtime.block_on(session(address, &split, &told)));
    });
    group.finish();
}

/// rustls with the lab's own certificates; with revocation lists it does the work that the lab's client does.
fn peer(criterion: &mut Criterion, runtime: &Runtime) {
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
    let address = runtime.block_on(async {
        let (listener, address) = listener().await;
        let acceptor = TlsAcceptor::from(Arc::new(server_config));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).expect("nodelay");
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let mut stream = acceptor.accept(stream).await.expect("a handshake");
                    talk(&mut stream).await;
                });
            }
        });
        address
    });
    let mut roots = rustls::RootCertStore::empty();
    client.anchors.iter().for_each(|der| roots.add(octets(der).into()).expect("a root"));
    let roots = Arc::new(roots);
    let lists: Vec<CertificateRevocationListDer<'static>> =
        client.revocation_lists.iter().map(|der| octets(der).into()).collect();
    // The lab's clock of a seeded session is fixed; rustls has to be told the same time.
    let time = Arc::new(Fixed(u64::try_from(orders.client.now).expect("a time after 1970")));
    let mut group = criterion.benchmark_group("session");
    group.throughput(Throughput::Elements(1)).sample_size(50);
    for (name, lists) in [("rustls TLS 1.3", vec![]), ("rustls TLS 1.3 with revocation lists", lists)] {
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
        group.bench_function(name, |b| {
            b.iter(|| {
                runtime.block_on(async {
                    let stream = connect(address).await;
                    let mut stream = connector.connect(name_of_server.clone(), stream).await.expect("a handshake");
                    talk(&mut stream).await;
                })
            });
        });
    }
    group.finish();
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

fn all(criterion: &mut Criterion) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    ours(criterion, &runtime);
    peer(criterion, &runtime);
    primitives(criterion);
}

criterion_group!(benches, all);
criterion_main!(benches);
