//! A client that is asked for its certificate (RFC 8446 sections 4.3.2 and 4.4).

use crate::peers::{Stage, pass, server_config};
use lab::{
    certificate::{KeyPair, KeyType},
    tls::v13::{Client, Fault, Heard, Identity},
};
use std::sync::Arc;
use tokio_rustls::rustls::{
    RootCertStore, ServerConnection, crypto::ring, pki_types::CertificateDer, server::WebPkiClientVerifier,
};

/// rustls believes who shows a certificate and the proof of its key, whatever key that is, and nobody else.
#[test]
fn rustls_believes_the_client_that_it_asks() {
    for keys in [KeyType::P256, KeyType::Ed25519, KeyType::RSA] {
        let stage = Stage::of(keys, crate::peers::now());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(stage.anchor.clone())).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::new(ring::default_provider()));
        let config = Arc::new(server_config(&stage, verifier.build().unwrap()));
        let unproven = Identity { key: KeyPair::of(keys, &[9; 32]), ..stage.client.clone() };
        for (identity, alert) in [(Some(stage.client.clone()), None), (None, Some(116)), (Some(unproven), Some(51))] {
            let mut client = Client::new(stage.settings(&[]), [1; 32]);
            if let Some(identity) = identity.clone() {
                client = client.presenting(identity);
            }
            let mut server = ServerConnection::new(Arc::clone(&config)).unwrap();
            pass(&mut client, &mut server).unwrap();
            assert_eq!(client.heard(), [Heard::Established], "the client is done first");
            let came = pass(&mut client, &mut server);
            assert_eq!(came.err(), alert.map(Fault::Alert), "{keys} {}", identity.is_some());
            let shown = server.peer_certificates().is_some_and(|chain| chain[0][..] == stage.client.chain[0][..]);
            assert!(shown || alert.is_some(), "{keys}");
        }
    }
}
