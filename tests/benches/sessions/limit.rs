//! What no session comes below: its octets over sockets, and the curve operations of its two ends, each alone.

use crate::{
    connect, orders,
    peers::{Contestant, contestant},
    rustls_peer::{PKCS8, provider},
    start,
};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use lab::{
    event::{Fact, Way},
    role::Actor,
    wire::Frame,
};
use std::{hint::black_box, rc::Rc, sync::Arc};
use support::conversation::direct;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::Runtime,
};
use tokio_rustls::rustls::{
    self,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use x25519_dalek::{PublicKey, StaticSecret};

/// The octets that the two of an honest session send, in the turns in which they do: who, and how many.
fn bursts(scenario: &str) -> Vec<(Actor, usize)> {
    let log = direct(&orders(scenario));
    let sent = log.events.iter().filter_map(|event| match &event.fact {
        Fact::Frame { way: Way::Sent, bytes, .. } => {
            Some((event.source, Frame::from_text(bytes).expect("a frame").to_bytes().len()))
        }
        _ => None,
    });
    sent.fold(Vec::new(), |mut turns: Vec<(Actor, usize)>, (by, octets)| {
        match turns.last_mut() {
            Some((last, before)) if *last == by => *before += octets,
            _ => turns.push((by, octets)),
        }
        turns
    })
}

/// One end of it: writes what is its own and reads what is not.
async fn play(stream: &mut TcpStream, turns: &[(Actor, usize)], own: Actor) {
    let mut octets = vec![0; turns.iter().map(|turn| turn.1).max().unwrap_or(0)];
    for &(by, length) in turns {
        match by == own {
            true => stream.write_all(&octets[..length]).await.expect("a write"),
            false => drop(stream.read_exact(&mut octets[..length]).await.expect("the other's octets")),
        }
    }
    stream.shutdown().await.expect("an end");
    assert_eq!(stream.read(&mut [0]).await.expect("an end"), 0, "nothing comes behind it");
}

/// Connections on which the octets of a session travel, and nothing else is done.
pub(crate) fn octets(runtime: &Rc<Runtime>, scenario: &str) -> Contestant {
    let turns: Arc<[(Actor, usize)]> = bursts(scenario).into();
    let of_server = Arc::clone(&turns);
    let address = start(|listener| async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("nodelay");
            let turns = Arc::clone(&of_server);
            tokio::spawn(async move { play(&mut stream, &turns, Actor::Server).await });
        }
    });
    contestant(runtime, async move || play(&mut connect(address).await, &turns, Actor::Client).await)
}

/// The curve operations of the two ends of a session: two key pairs, two agreements, and so many signatures and verifications.
pub(crate) struct Curves {
    pub signatures: usize,
    pub verifications: usize,
}

impl Curves {
    /// One after the other, by the crates that compute them here.
    pub fn ours(self) -> impl FnMut() {
        let key = SigningKey::from_bytes(&[7; 32]);
        let signature = key.sign(b"transcript");
        move || {
            for secret in [[1; 32], [2; 32]] {
                let secret = StaticSecret::from(black_box(secret));
                black_box(secret.diffie_hellman(&PublicKey::from(&secret)));
            }
            for _ in 0..self.signatures {
                black_box(key.sign(black_box(b"transcript")));
            }
            for _ in 0..self.verifications {
                let key = VerifyingKey::from_bytes(black_box(key.verifying_key().as_bytes())).expect("a key");
                key.verify_strict(black_box(b"transcript"), &signature).expect("a good signature");
            }
        }
    }

    /// The same by ring, as rustls asks for them.
    pub fn ring(self) -> impl FnMut() {
        let provider = provider();
        let x25519 = provider.kx_groups[0];
        let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
        let pkcs8 = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from([&PKCS8[..], &[7; 32]].concat()));
        let signer = provider.key_provider.load_private_key(pkcs8).expect("a key");
        let signer = signer.choose_scheme(&[rustls::SignatureScheme::ED25519]).expect("Ed25519");
        let signature = signer.sign(b"transcript").expect("a signature");
        let verifier = provider.signature_verification_algorithms.mapping.iter();
        let verifier = verifier.filter(|(scheme, _)| *scheme == rustls::SignatureScheme::ED25519);
        let verifier = verifier.flat_map(|(_, algorithms)| *algorithms).next().expect("Ed25519");
        move || {
            for _ in 0..2 {
                let exchange = x25519.start().expect("a key pair");
                let public = exchange.pub_key().to_vec();
                black_box(exchange.complete(&public).expect("a secret"));
            }
            for _ in 0..self.signatures {
                black_box(signer.sign(black_box(b"transcript")).expect("a signature"));
            }
            for _ in 0..self.verifications {
                verifier.verify_signature(key.as_bytes(), b"transcript", &signature).expect("a good signature");
            }
        }
    }
}
