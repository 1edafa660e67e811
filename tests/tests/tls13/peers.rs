//! Both ends in one place.

use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use lab::{
    certificate::{KeyType, Pki, Policy, Purpose},
    check::{Check, Switches},
    group::Group,
    tls::v13::{Client, Deviation, Fault, Heard, Identity, Server, Settings, Suite},
};
use std::sync::Arc;
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{NoClientAuth, danger::ClientCertVerifier},
};

/// 2030-01-01.
pub(crate) const AT: i64 = 1_893_456_000;
pub(crate) const NAME: &str = "server.lab";

/// An authority, and whom it certifies.
pub(crate) struct Stage {
    pub(crate) identity: Identity,
    /// Whom a server may ask for a certificate.
    pub(crate) client: Identity,
    pub(crate) anchor: Vec<u8>,
    at: i64,
}

impl Stage {
    pub(crate) fn of(keys: KeyType, at: i64) -> Self {
        let mut rng = ChaCha20Rng::from_seed([7; 32]);
        let pki = Pki::generate_with(keys, NAME, "client.lab", at, &mut rng).unwrap();
        let leaf = pki.authorities.leaf(NAME, Purpose::Server, at, &mut rng).unwrap();
        let [identity, client] =
            [&leaf, &pki.client].map(|leaf| Identity { chain: leaf.presented().to_vec(), key: leaf.key().clone() });
        Self { identity, client, anchor: pki.authorities.root.certificate().to_vec(), at }
    }

    pub(crate) fn new() -> Self {
        Self::of(KeyType::Ed25519, AT)
    }

    /// A client without these checks.
    pub(crate) fn settings(&self, without: &[&'static Check]) -> Settings {
        Settings {
            server_name: Some(NAME.to_owned()),
            policy: Policy {
                anchors: vec![self.anchor.clone()],
                at: self.at,
                name: NAME.parse().ok(),
                purpose: Some(Purpose::Server),
                switches: Switches::without(without.iter().copied()),
                ..Policy::default()
            },
            suites: Suite::ALL.to_vec(),
            groups: vec![Group::X25519],
            protocols: vec![b"http/1.1".to_vec()],
        }
    }

    pub(crate) fn server(&self, deviations: &[Deviation]) -> Server {
        Server::new(self.identity.clone(), deviations, [2; 32]).speaking(vec![b"http/1.1".to_vec()])
    }
}

/// What came of a session: what each end heard, and what it ended with.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) client: Vec<u8>,
    pub(crate) server: Vec<u8>,
    pub(crate) fault: Option<Fault>,
}

fn text(heard: Vec<Heard>) -> Vec<u8> {
    let texts = heard.into_iter().filter_map(|heard| if let Heard::Data(text) = heard { Some(text) } else { None });
    texts.collect::<Vec<_>>().concat()
}

/// The client asks, the server answers in pieces and closes.
pub(crate) fn play(mut client: Client, mut server: Server, pieces: &[&[u8]]) -> Outcome {
    let mut outcome = Outcome { client: Vec::new(), server: Vec::new(), fault: None };
    let mut fault = None;
    let _ = server.receive(&client.take());
    fault = fault.or(client.receive(&server.take()).err());
    client.say(b"the canary");
    let told = server.receive(&client.take());
    outcome.server = text(server.heard());
    if told.is_ok() && fault.is_none() {
        server.answer(&pieces.iter().map(|piece| piece.to_vec()).collect::<Vec<_>>());
        server.close();
        fault = client.receive(&server.take()).err();
        outcome.client = text(client.heard());
        fault = fault.or(client.end().err());
    }
    outcome.fault = fault;
    outcome
}

#[test]
fn an_honest_session_of_every_suite_group_and_key() {
    for keys in KeyType::ALL {
        let stage = Stage::of(keys, AT);
        for suite in Suite::ALL {
            for group in [Group::X25519, Group::X25519MlKem768] {
                let settings = Settings { suites: vec![suite], groups: vec![group.clone()], ..stage.settings(&[]) };
                let server = stage.server(&[]).agreeing_in(vec![group.clone()]);
                let outcome = play(Client::new(settings, [1; 32]), server, &[b"one, ", b"two"]);
                assert_eq!(outcome.fault, None, "{keys} {suite:?} {group:?}");
                assert_eq!((&outcome.server[..], &outcome.client[..]), (&b"the canary"[..], &b"one, two"[..]));
            }
        }
    }
}

/// What both ends say until neither says more; the first fault.
pub(crate) fn exchange(client: &mut Client, server: &mut Server) -> Result<(), Fault> {
    loop {
        let said = client.take();
        server.receive(&said)?;
        let answered = server.take();
        client.receive(&answered)?;
        if said.is_empty() && answered.is_empty() {
            return Ok(());
        }
    }
}

/// rustls looks at a clock of its own.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    since.as_secs().try_into().unwrap()
}

/// How rustls speaks with the stage's server.
pub(crate) fn rustls_client(stage: &Stage, provider: CryptoProvider) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(stage.anchor.clone())).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// How rustls speaks as the stage's server, which hears this much of what is said early.
pub(crate) fn rustls_server(stage: &Stage, early: u32) -> Arc<ServerConfig> {
    let mut config = server_config(stage, Arc::new(NoClientAuth));
    config.max_early_data_size = early;
    Arc::new(config)
}

/// The same with whoever looks at the client's certificate.
pub(crate) fn server_config(stage: &Stage, verifier: Arc<dyn ClientCertVerifier>) -> ServerConfig {
    let chain = stage.identity.chain.iter().map(|der| CertificateDer::from(der.clone())).collect();
    let key = PrivateKeyDer::from_pem_slice(stage.identity.key.to_pkcs8_pem().as_bytes()).unwrap();
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(chain, key)
        .unwrap()
}

/// What the client sends, and what rustls answers.
pub(crate) fn pass(client: &mut Client, server: &mut ServerConnection) -> Result<(), Fault> {
    let sent = client.take();
    server.read_tls(&mut sent.as_slice()).unwrap();
    let heard = server.process_new_packets();
    let mut answer = Vec::new();
    while server.wants_write() {
        server.write_tls(&mut answer).unwrap();
    }
    let received = client.receive(&answer);
    // an alert for what was wrong came with it
    assert!(heard.is_ok() || received.is_err(), "{heard:?}");
    received
}

/// A client of rustls that has finished a handshake with the server, and has taken in what the server says after it.
pub(crate) fn connected(config: &Arc<ClientConfig>, server: &mut Server) -> ClientConnection {
    let mut client = ClientConnection::new(Arc::clone(config), NAME.try_into().unwrap()).unwrap();
    finish(&mut client, server);
    client
}

/// Until the handshake is finished, and what the server says after it is taken in.
pub(crate) fn finish(client: &mut ClientConnection, server: &mut Server) {
    while client.is_handshaking() || client.wants_write() {
        let mut sent = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut sent).unwrap();
        }
        server.receive(&sent).unwrap();
        let answer = server.take();
        // to read nothing is to be told that nothing comes any more
        if !answer.is_empty() {
            client.read_tls(&mut answer.as_slice()).unwrap();
            client.process_new_packets().unwrap();
        }
    }
}

#[test]
fn rustls_understands_the_server() {
    for keys in [KeyType::P256, KeyType::Ed25519, KeyType::RSA] {
        let stage = Stage::of(keys, now());
        let mut server = stage.server(&[]);
        let mut client = connected(&rustls_client(&stage, ring::default_provider()), &mut server);
        use std::io::{Read, Write};
        let mut sent = Vec::new();
        client.writer().write_all(b"a question").unwrap();
        // rustls says by it that its keys are new, and wants the same of the other end
        client.refresh_traffic_keys().unwrap();
        client.writer().write_all(b", and another").unwrap();
        while client.wants_write() {
            client.write_tls(&mut sent).unwrap();
        }
        server.receive(&sent).unwrap();
        assert_eq!(text(server.heard()), b"a question, and another");
        server.say(&[b'x'; 40_000]);
        server.close();
        let (mut out, mut answer) = (server.take(), Vec::new());
        while !out.is_empty() {
            let mut rest = out.as_slice();
            client.read_tls(&mut rest).unwrap();
            out = rest.to_vec();
            client.process_new_packets().unwrap();
            let mut buffer = [0; 65536];
            match client.reader().read(&mut buffer) {
                Ok(count) => answer.extend_from_slice(&buffer[..count]),
                Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock),
            }
        }
        assert_eq!(answer, [b'x'; 40_000]);
    }
}

#[test]
fn the_client_understands_rustls() {
    for keys in [KeyType::P256, KeyType::Ed25519, KeyType::RSA] {
        let stage = Stage::of(keys, AT);
        let mut server = ServerConnection::new(rustls_server(&stage, 0)).unwrap();
        let mut client = Client::new(stage.settings(&[]), [1; 32]);
        use std::io::{Read, Write};
        pass(&mut client, &mut server).unwrap();
        assert_eq!(client.heard(), [Heard::Established]);
        client.say(b"a question");
        // with its tickets
        pass(&mut client, &mut server).unwrap();
        let mut question = [0; 10];
        server.reader().read_exact(&mut question).unwrap();
        assert_eq!(&question, b"a question");
        server.writer().write_all(b"an answer").unwrap();
        server.send_close_notify();
        pass(&mut client, &mut server).unwrap();
        assert_eq!(client.heard(), [Heard::Data(b"an answer".to_vec()), Heard::Closed]);
        client.end().unwrap();
    }
}
