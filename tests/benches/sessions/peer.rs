//! The peer: TLS 1.3 of rustls, with the lab's own certificates.

use crate::{Contestant, connect, contestant, orders, start};
use lab::wire::body;
use std::{rc::Rc, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    runtime::Runtime,
};
use tokio_rustls::{
    TlsAcceptor, TlsConnector,
    rustls::{
        self,
        client::WebPkiServerVerifier,
        pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName},
    },
};

/// RFC 8410 section 7: PKCS#8 version 1 around an Ed25519 seed.
pub const PKCS8: [u8; 16] = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/// ring, for the lab's algorithms alone.
pub fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::CryptoProvider {
        kx_groups: vec![rustls::crypto::ring::kx_group::X25519],
        cipher_suites: vec![rustls::crypto::ring::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256],
        ..rustls::crypto::ring::default_provider()
    })
}

/// rustls with the lab's own certificates; with revocation lists it does the work that the lab's client does.
pub fn peer(runtime: &Rc<Runtime>) -> Vec<Contestant> {
    let orders = orders("ecdh-cert/relay");
    let (client, server) = (orders.client.credentials.expect("trust"), orders.server.credentials.expect("a chain"));
    let octets = |text: &String| body::decode("", &text.as_str().into()).expect("octets");
    let provider = provider();
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

#[derive(Debug)]
struct Fixed(u64);

impl rustls::time_provider::TimeProvider for Fixed {
    fn current_time(&self) -> Option<rustls::pki_types::UnixTime> {
        Some(rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(self.0)))
    }
}

/// Two messages and the close, then the peer's to its end: what a victim does.
async fn talk<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin>(stream: &mut S) {
    for message in [
        "Pay 100 to Carol [0123456789abcdef0123456789abcdef]",
        "…but only after you have called me back, on the number that you know.",
    ] {
        stream.write_all(message.as_bytes()).await.expect("a write");
    }
    stream.shutdown().await.expect("a close");
    let mut read = Vec::new();
    stream.read_to_end(&mut read).await.expect("the peer's messages");
    assert!(!read.is_empty());
}
