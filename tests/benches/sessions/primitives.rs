//! The limit: what the curve operations of one session cost by themselves.

use crate::peer::{PKCS8, provider};
use criterion::{Criterion, Throughput};
use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use std::hint::black_box;
use tokio_rustls::rustls::{
    self,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use x25519_dalek::{PublicKey, StaticSecret};

/// The curve operations of one honest session, each with the crate that computes it there: two key pairs, two agreements,
/// one signature, and as many verifications as each side makes. The lab's client remembers which signatures of authorities
/// verified, so that only the transcript's is left; rustls verifies it, leaf, intermediate and two revocation lists.
pub fn primitives(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("primitives");
    group.throughput(Throughput::Elements(1));
    let key = SigningKey::from_bytes(&[7; 32]);
    let signature = key.sign(b"transcript");
    for (name, verifications) in [("of one ecdh-cert session", 1), ("of one that remembers no signature", 5)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                for secret in [[1; 32], [2; 32]] {
                    let secret = StaticSecret::from(black_box(secret));
                    black_box(secret.diffie_hellman(&PublicKey::from(&secret)));
                }
                black_box(key.sign(black_box(b"transcript")));
                for _ in 0..verifications {
                    let key = VerifyingKey::from_bytes(black_box(key.verifying_key().as_bytes())).expect("a key");
                    key.verify_strict(black_box(b"transcript"), &signature).expect("a good signature");
                }
            });
        });
    }
    let provider = provider();
    let x25519 = provider.kx_groups[0];
    let pkcs8 = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from([&PKCS8[..], &[7; 32]].concat()));
    let signer = provider.key_provider.load_private_key(pkcs8).expect("a key");
    let signer = signer.choose_scheme(&[rustls::SignatureScheme::ED25519]).expect("Ed25519");
    let verifier = provider.signature_verification_algorithms.mapping.iter();
    let verifier = verifier.filter(|(scheme, _)| *scheme == rustls::SignatureScheme::ED25519);
    let verifier = verifier.flat_map(|(_, algorithms)| *algorithms).next().expect("Ed25519");
    for (name, verifications) in [("of one rustls session", 3), ("of one rustls session with revocation lists", 5)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                for _ in 0..2 {
                    let exchange = x25519.start().expect("a key pair");
                    let public = exchange.pub_key().to_vec();
                    black_box(exchange.complete(&public).expect("a secret"));
                }
                let signature = signer.sign(black_box(b"transcript")).expect("a signature");
                for _ in 0..verifications {
                    let key = key.verifying_key();
                    verifier.verify_signature(key.as_bytes(), b"transcript", &signature).expect("a good signature");
                }
            });
        });
    }
    group.finish();
}
