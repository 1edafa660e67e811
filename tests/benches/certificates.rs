//! Validations of a chain of three (root, intermediate, leaf; Ed25519) against rustls-webpki in the same run. The limit
//! is the two signatures.

use std::hint::black_box;
use std::time::Duration;

use chacha20::ChaCha20Rng;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lab::certificate::{Pki, Policy, Purpose, validate};
use rand_core::SeedableRng as _;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use webpki::{EndEntityCert, KeyUsage};

const AT: i64 = 1_795_219_200;
const NAME: &str = "server.example";

fn chain_of_three(criterion: &mut Criterion) {
    let pki = Pki::generate(NAME, "client.example", AT, &mut ChaCha20Rng::from_seed([1; 32])).unwrap();
    let chain = pki.server.presented().to_vec();
    let mut group = criterion.benchmark_group("chain of three");
    group.throughput(Throughput::Elements(1));

    let policy = Policy {
        anchors: vec![pki.authorities.root.certificate().to_vec()],
        at: AT,
        name: Some(NAME.parse().unwrap()),
        purpose: Some(Purpose::Server),
        ..Policy::default()
    };
    group.bench_function("interlock", |bencher| {
        bencher.iter(|| assert!(validate(black_box(&policy), black_box(&chain)).accepted()));
    });

    let root = CertificateDer::from(pki.authorities.root.certificate().to_vec());
    let anchors = [webpki::anchor_from_trusted_cert(&root).unwrap()];
    let [leaf, intermediate] = [0, 1].map(|i| CertificateDer::from(chain[i].clone()));
    let intermediates = [intermediate];
    let name = ServerName::try_from(NAME).unwrap();
    let at = UnixTime::since_unix_epoch(Duration::from_secs(AT.unsigned_abs()));
    group.bench_function("rustls-webpki", |bencher| {
        bencher.iter(|| {
            let certificate = EndEntityCert::try_from(black_box(&leaf)).unwrap();
            let algorithms = webpki::ALL_VERIFICATION_ALGS;
            let usage = KeyUsage::server_auth();
            certificate.verify_for_usage(algorithms, &anchors, &intermediates, at, usage, None, None).unwrap();
            certificate.verify_is_valid_for_subject_name(&name).unwrap();
        });
    });

    // The limit: what the two signatures cost by themselves.
    let message = [0; 400];
    let key = pki.authorities.root.key();
    let signature = ed25519_dalek::Signature::from_slice(&key.sign(&message)).unwrap();
    group.bench_function("two signatures", |bencher| {
        bencher.iter(|| {
            for _ in 0..2 {
                let verifier = ed25519_dalek::VerifyingKey::try_from(black_box(key.public())).unwrap();
                ed25519_dalek::Verifier::verify(&verifier, &message, black_box(&signature)).unwrap();
            }
        });
    });
    group.finish();
}

criterion_group!(benches, chain_of_three);
criterion_main!(benches);
