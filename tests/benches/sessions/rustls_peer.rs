//! The peer of an honest session: TLS 1.3 of rustls, with the lab's own certificates.

use crate::{
    connect, orders,
    peers::{Contestant, contestant},
    start,
};
use audit::Anybody;
use lab::{control::Credentials, wire::body};
use std::{net::SocketAddr, rc::Rc, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    runtime::Runtime,
};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{
        self, ClientConfig, RootCertStore, ServerConfig,
        client::WebPkiServerVerifier,
        crypto::CryptoProvider,
        pki_types::{
            CertificateDer, CertificateRevocationListDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime,
        },
        server::WebPkiClientVerifier,
        time_provider::TimeProvider,
        version::TLS13,
    },
};

/// RFC 8410 section 7: PKCS#8 version 1 around an Ed25519 seed.
pub(crate) const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// ring, for the lab's algorithms alone.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        kx_groups: vec![rustls::crypto::ring::kx_group::X25519],
        cipher_suites: vec![rustls::crypto::ring::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256],
        ..rustls::crypto::ring::default_provider()
    })
}

/// What its two ends look at.
#[derive(Default)]
pub(crate) struct Checked {
    /// The server asks for the client's certificate.
    pub mutual: bool,
    /// Revocation lists, as the lab's victims do.
    pub lists: bool,
    /// Somebody may be in between: the client takes whoever signs with the key of the certificate that comes, and neither end waits for
    /// the other's close, which mitmproxy does not pass on.
    pub lenient: bool,
}

/// A server that listens, and what a client of it needs.
pub(crate) struct Peer {
    pub address: SocketAddr,
    connector: TlsConnector,
    lenient: bool,
}

impl Peer {
    pub fn new(checked: &Checked) -> Self {
        let orders = orders(if checked.mutual { "ecdh-mutual/relay" } else { "ecdh-cert/relay" });
        let [client, server] =
            [orders.client.credentials, orders.server.credentials].map(|it| it.expect("credentials"));
        // The lab's clock of a seeded session is fixed; rustls has to be told the same time.
        let time = Arc::new(Fixed(u64::try_from(orders.client.now).expect("a time after 1970")));
        let mut server_config = ServerConfig::builder_with_details(provider(), Arc::clone(&time) as _)
            .with_protocol_versions(&[&TLS13])
            .expect("TLS 1.3")
            .with_client_cert_verifier(match checked.mutual {
                true => WebPkiClientVerifier::builder_with_provider(roots(&server), provider())
                    .with_crls(if checked.lists { lists(&server) } else { Vec::new() })
                    .build()
                    .expect("a verifier"),
                false => WebPkiClientVerifier::no_client_auth(),
            })
            .with_single_cert(chain(&server), key(&server))
            .expect("a certificate");
        server_config.send_tls13_tickets = 0;
        let config =
            ClientConfig::builder_with_details(provider(), time).with_protocol_versions(&[&TLS13]).expect("TLS 1.3");
        let config = match checked.lenient {
            true => config.dangerous().with_custom_certificate_verifier(Arc::new(Anybody::new(provider()))),
            false => config.with_webpki_verifier(
                WebPkiServerVerifier::builder_with_provider(roots(&client), provider())
                    .with_crls(if checked.lists { lists(&client) } else { Vec::new() })
                    .build()
                    .expect("a verifier"),
            ),
        };
        let mut config = match checked.mutual {
            true => config.with_client_auth_cert(chain(&client), key(&client)).expect("a certificate"),
            false => config.with_no_client_auth(),
        };
        config.resumption = rustls::client::Resumption::disabled();
        let lenient = checked.lenient;
        let address = start(move |listener| async move {
            let acceptor = TlsAcceptor::from(Arc::new(server_config));
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).expect("nodelay");
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    match acceptor.accept(stream).await {
                        Ok(mut stream) => talk(&mut stream, lenient).await,
                        // Whoever asks whether mitmproxy listens says nothing.
                        Err(error) => assert!(lenient, "{error}"),
                    }
                });
            }
        });
        Self { address, connector: TlsConnector::from(Arc::new(config)), lenient }
    }

    /// Sessions of its client with whoever is there.
    pub fn play(&self, runtime: &Rc<Runtime>, there: SocketAddr) -> Contestant {
        let (connector, lenient) = (self.connector.clone(), self.lenient);
        let name = ServerName::try_from("bob.lab").expect("a name");
        contestant(runtime, async move || {
            let stream = connect(there).await;
            let mut stream = connector.connect(name.clone(), stream).await.expect("a handshake");
            talk(&mut stream, lenient).await;
        })
    }
}

fn octets(text: &str) -> Vec<u8> {
    body::decode("", &text.into()).expect("octets")
}

fn chain(own: &Credentials) -> Vec<CertificateDer<'static>> {
    own.chain.iter().map(|der| octets(der).into()).collect()
}

fn key(own: &Credentials) -> PrivateKeyDer<'static> {
    let key = [&PKCS8[..], &octets(own.key.as_ref().expect("a key"))].concat();
    PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key))
}

fn roots(own: &Credentials) -> Arc<RootCertStore> {
    let mut roots = RootCertStore::empty();
    own.anchors.iter().for_each(|der| roots.add(octets(der).into()).expect("a root"));
    Arc::new(roots)
}

fn lists(own: &Credentials) -> Vec<CertificateRevocationListDer<'static>> {
    own.revocation_lists.iter().map(|der| octets(der).into()).collect()
}

#[derive(Debug)]
struct Fixed(u64);

impl TimeProvider for Fixed {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_secs(self.0)))
    }
}

/// What each says.
const MESSAGES: [&str; 2] = [
    "Pay 100 to Carol [0123456789abcdef0123456789abcdef]",
    "…but only after you have called me back, on the number that you know.",
];

/// Two messages and the close, then the peer's to its end: what a victim does. Who is lenient reads the peer's messages before it
/// closes.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S, lenient: bool) {
    for message in MESSAGES {
        stream.write_all(message.as_bytes()).await.expect("a write");
    }
    let mut read = Vec::new();
    if lenient {
        read.resize(MESSAGES.concat().len(), 0);
        stream.read_exact(&mut read).await.expect("the peer's messages");
        // It may be closed already.
        let _ = stream.shutdown().await;
    } else {
        stream.shutdown().await.expect("a close");
        stream.read_to_end(&mut read).await.expect("the peer's messages");
    }
    assert_eq!(read, MESSAGES.concat().as_bytes());
}
