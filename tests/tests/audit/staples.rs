//! What is stapled to a certificate, before another judge, and before a client that asks for it.

use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use lab::certificate::{
    KeyType, Pki, Purpose,
    forge::{Form, STAPLED, Staple},
    pem, validate,
};
use serde_json::Value;
use std::{
    fs,
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};
use support::programs::run;

const NAME: &str = "bob.lab";

/// What OpenSSL says of a response about bob.pem.
fn judged(directory: &std::path::Path) -> Option<String> {
    let asked = ["-issuer", "issuer.pem", "-cert", "bob.pem", "-CAfile", "root.pem", "-respin", "response.der"];
    let output = Command::new("openssl").arg("ocsp").args(asked).current_dir(directory).output().ok()?;
    Some([output.stdout, output.stderr].iter().map(|said| String::from_utf8_lossy(said).into_owned()).collect())
}

#[test]
fn openssl_judges_every_response_as_it_is_meant() {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    for keys in KeyType::ALL {
        let rng = &mut ChaCha20Rng::from_seed([5; 32]);
        let pki = Pki::generate_with(keys, NAME, "alice.lab", now, rng).unwrap();
        for stapled in STAPLED {
            for form in [Form::Flawed, Form::Mended] {
                let stage = stapled.staple.stage(form, &pki.authorities, NAME, Purpose::Server, now, rng);
                let (staged, response) = stage.unwrap();
                let Some(response) = response else {
                    assert_eq!((stapled.staple, form), (Staple::Missing, Form::Flawed));
                    continue;
                };
                let certificate = |der: &[u8]| pem::encode(pem::CERTIFICATE, der);
                for (file, text) in [
                    ("root.pem", certificate(pki.authorities.root.certificate())),
                    ("issuer.pem", certificate(pki.authorities.intermediate.certificate())),
                    ("bob.pem", certificate(staged.leaf.certificate())),
                ] {
                    fs::write(at.join(file), text).unwrap();
                }
                fs::write(at.join("response.der"), response).unwrap();
                let Some(said) = judged(at) else {
                    println!("not run: openssl is missing");
                    return;
                };
                let (expected, verified) = match (form, stapled.staple) {
                    (Form::Mended, _) => ("bob.pem: good", true),
                    (_, Staple::Revoked) => ("bob.pem: revoked", true),
                    (_, Staple::Expired) => ("Status times invalid", true),
                    (_, Staple::OtherSerial) => ("ERROR: No Status found", true),
                    (_, Staple::Stranger | Staple::Missing) => ("Response Verify Failure", false),
                };
                let name = format!("{} {form:?} {keys}: {said}", stapled.id);
                assert!(said.contains(expected), "{name}");
                assert_eq!(said.contains("Response verify OK"), verified, "{name}");
                assert_eq!(said.contains("Status times invalid"), expected == "Status times invalid", "{name}");
                // what is wrong stands beside the certificate, which is as it has to be
                let policy = lab::certificate::Policy {
                    anchors: vec![pki.authorities.root.certificate().to_vec()],
                    at: now,
                    name: NAME.parse().ok(),
                    purpose: Some(Purpose::Server),
                    crls: staged.lists,
                    ..lab::certificate::Policy::default()
                };
                assert!(validate(&policy, &staged.presented).accepted(), "{name}");
            }
        }
    }
}

/// Who asks for a staple refuses what is wrong with it, and nothing else; the same program that does not ask has not looked.
#[test]
fn curl_looks_at_staples_where_it_is_told_to() {
    for (client, grade) in [("curl-status", "refused"), ("curl", "not-looked-at")] {
        let finished = run("interlock", &["audit", "--json", "--client", client, "--attack", "staple:*"]);
        if finished.code == Some(2) {
            println!("not run: curl is missing");
            return;
        }
        let report: Value = serde_json::from_str(&finished.out).unwrap();
        let cells = report["clients"][0]["cells"].as_array().unwrap();
        assert_eq!(cells.len(), STAPLED.len(), "{report}");
        for cell in cells {
            assert_eq!((&cell["grade"], &cell["twin"]), (&grade.into(), &"accepted".into()), "{client}: {cell:#}");
            assert_eq!(cell["check"], "cert-revoked");
        }
    }
}
