//! `interlock cert` on real files, and its certificates before OpenSSL.

#![expect(clippy::unwrap_used, reason = "tests may panic: that is how they fail")]

use std::path::Path;
use std::process::Command;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use clap::Parser;
use lab::certificate::{FORGERIES, KeyType, pem};
use lab::staging::Setting;
use support::staging::stage;
use web::cli::cert::{self, Cert, Failure};

#[derive(Debug, Parser)]
struct Cli {
    #[command(subcommand)]
    cert: Cert,
}

/// Runs `interlock cert …`; its exit status and output.
fn interlock(args: &str) -> Result<(u8, String), Failure> {
    let cli = Cli::try_parse_from(["cert"].into_iter().chain(args.split_whitespace())).unwrap();
    let mut out = Vec::new();
    let status = cert::run(&cli.cert, &mut out)?;
    Ok((status, String::from_utf8(out).unwrap()))
}

fn json(args: &str) -> (u8, serde_json::Value) {
    let (status, text) = interlock(args).unwrap();
    (status, serde_json::from_str(&text).unwrap())
}

const AT: i64 = 1_795_219_200;

fn issued(extra: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let (status, _) =
        interlock(&format!("issue --out {} --seed 1 --at {AT} {extra}", directory.path().display())).unwrap();
    assert_eq!(status, 0);
    directory
}

fn verify(directory: &Path, chain: &str, extra: &str) -> String {
    let [root, crl, chain] = ["root.pem", "crl.pem", chain].map(|file| directory.join(file).display().to_string());
    format!("verify --ca {root} --crl {crl} --name dns:bob.lab --at {AT} --json {extra} {chain}")
}

#[test]
fn genuine_chain() {
    let directory = issued("");
    let (status, verdict) = json(&verify(directory.path(), "server.pem", "--require-revocation"));
    assert_eq!((status, verdict["result"].as_str()), (0, Some("accept")));
    let checks = verdict["checks"].as_array().unwrap();
    assert!(checks.iter().all(|check| check["ok"] == true && check["why"].is_string()));
    // Anchor first, leaf last, as RFC 5280 section 6.1 processes a path.
    let indices: Vec<_> = checks.iter().map(|check| check["cert_index"].as_u64().unwrap()).collect();
    assert!(indices.is_sorted_by(|a, b| a >= b) && indices[0] == 2 && indices.ends_with(&[0]));
    let (_, text) = interlock(&verify(directory.path(), "server.pem", "").replace("--json", "")).unwrap();
    assert!(text.contains("accept") && text.contains("trust anchor 0"), "{text}");
}

/// Every attack that path validation can stop: rejected by its check, accepted without it.
#[test]
fn forged_chains() {
    for forgery in FORGERIES {
        let directory = issued(&format!("--attack {}", forgery.id));
        // Against a rogue authority nothing helps but to know the key.
        let pin = format!("--pin {}", directory.path().join("server.pem").display());
        let extra = if forgery.check == "cert-pin" { &pin } else { "" };
        let (status, verdict) = json(&verify(directory.path(), "attacker.pem", extra));
        assert_eq!((status, verdict["result"].as_str()), (1, Some("reject")), "{}", forgery.id);
        let failed = verdict["checks"].as_array().unwrap().iter().find(|check| check["ok"] == false).unwrap();
        assert_eq!(failed["check"], forgery.check);
        let without = format!("{extra} --without {}", forgery.check);
        let (status, verdict) = json(&verify(directory.path(), "attacker.pem", &without));
        assert_eq!((status, verdict["result"].as_str()), (0, Some("accept")), "{}", forgery.id);
    }
}

/// A key is pinned by its hash as well as by a certificate, and wherever in the path it stands.
#[test]
fn pins() {
    let directory = issued("--attack rogue-ca");
    let path = |file: &str| directory.path().join(file).display().to_string();
    let hash = |file: &str| {
        let blocks = pem::decode(&std::fs::read(path(file)).unwrap()).unwrap();
        let key = lab::certificate::spki_sha256(&blocks[0].der).unwrap();
        key.iter().map(|octet| format!("{octet:02X}")).collect::<String>()
    };
    let judge = |chain: &str, pins: &[String]| {
        let pins: String = pins.iter().map(|pin| format!(" --pin {pin}")).collect();
        json(&verify(directory.path(), chain, &pins)).1["result"].as_str().unwrap().to_owned()
    };
    for (chain, pins, expected) in [
        ("server.pem", vec![hash("server.pem")], "accept"),
        ("server.pem", vec![path("server.pem")], "accept"),
        ("server.pem", vec![path("root.pem")], "accept"),
        ("server.pem", vec![hash("client.pem"), hash("server.pem")], "accept"),
        ("server.pem", vec![hash("client.pem")], "reject"),
        ("attacker.pem", vec![], "accept"),
        ("attacker.pem", vec![hash("server.pem")], "reject"),
        ("attacker.pem", vec![path("root.pem")], "accept"),
    ] {
        assert_eq!(judge(chain, &pins), expected, "{chain} {pins:?}");
    }
    let error = interlock(&verify(directory.path(), "server.pem", "--pin nowhere.pem")).unwrap_err().to_string();
    assert!(error.contains("nowhere.pem"), "{error}");
}

/// The lab's certificates state no policies.
#[test]
fn policies_are_the_verifiers_wish() {
    let directory = issued("");
    for (extra, expected) in [
        ("", "accept"),
        ("--policy 2.23.140.1.2.1", "accept"),
        ("--inhibit-any --inhibit-mapping", "accept"),
        ("--require-policy", "reject"),
        ("--require-policy --policy 2.23.140.1.2.1", "reject"),
    ] {
        let (_, verdict) = json(&verify(directory.path(), "server.pem", extra));
        assert_eq!(verdict["result"], expected, "{extra}: {}", verdict["reason"]);
        assert!(expected == "accept" || verdict["reason"].as_str().unwrap().starts_with("cert-policy"));
    }
    let args = ["cert", "verify", "--ca", "root.pem", "--policy", "1.2.x", "chain.pem"];
    assert!(Cli::try_parse_from(args).unwrap_err().to_string().contains("object identifier"));
}

/// What did not pass is told whole, and of the rest as much as was asked for.
#[test]
fn as_much_is_shown_as_was_asked_for() {
    let directory = issued("--attack forge-expired");
    let told =
        |extra: &str| interlock(&verify(directory.path(), "attacker.pem", extra).replace("--json", "")).unwrap().1;
    let lines = |text: &str, mark: &str| text.lines().filter(|line| line.contains(mark)).count();
    for (extra, all) in [("--show all", true), ("", false), ("--show short", false)] {
        let text = told(extra);
        let certificates = lines(&text, "presented as number") + lines(&text, "trust anchor 0");
        assert_eq!((lines(&text, "✗"), certificates), (1, 3), "{text}");
        let steps = lines(&text, "✓") + lines(&text, "✗");
        assert!(steps > 20, "{text}");
        assert_eq!(lines(&text, "observed"), if all { steps } else { 1 }, "{text}");
    }
    let failures = told("--show failures");
    assert_eq!((lines(&failures, "✓"), lines(&failures, "✗"), lines(&failures, "observed")), (0, 1, 1), "{failures}");
    assert_eq!(failures.lines().count(), 5, "{failures}");
    assert!(failures.lines().last().unwrap().contains("cert-validity of certificate 0"), "{failures}");
}

/// What a client in another language is given is what the lab's own victims and attacker hold.
#[test]
fn it_issues_what_the_programs_hold() {
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().display();
    interlock(&format!("issue --out {out} --seed 7 --attack forge-name")).unwrap();
    let ders = |file: &str| -> Vec<String> {
        let text = std::fs::read(directory.path().join(file)).unwrap();
        pem::decode(&text).unwrap().iter().map(|block| URL_SAFE_NO_PAD.encode(&block.der)).collect()
    };
    let orders = stage(&"ecdh-mutual/forge-name".parse().unwrap(), &Setting::seeded("", 7)).unwrap();
    let (client, server) = (orders.client.credentials.unwrap(), orders.server.credentials.unwrap());
    assert_eq!(ders("root.pem"), client.anchors);
    assert_eq!(ders("crl.pem"), client.revocation_lists);
    assert_eq!(ders("client.pem"), client.chain);
    assert_eq!(ders("server.pem"), server.chain);
    assert_eq!(ders("attacker.pem"), orders.attack.as_server.unwrap().chain);
    // The seed is what a PKCS #8 key of this kind ends with.
    let key = URL_SAFE_NO_PAD.decode(&ders("client-key.pem")[0]).unwrap();
    assert_eq!(Some(URL_SAFE_NO_PAD.encode(key.last_chunk::<32>().unwrap())), client.key);
    assert_eq!(client.peer_name.as_deref(), Some("bob.lab"));
}

#[test]
fn usage_errors_name_the_file() {
    let directory = issued("");
    let rubbish = directory.path().join("rubbish.pem");
    std::fs::write(&rubbish, "-----BEGIN CERTIFICATE-----\nMII\n").unwrap();
    let error = interlock(&verify(directory.path(), "rubbish.pem", "")).unwrap_err().to_string();
    assert!(error.contains("rubbish.pem: PEM block 1 (CERTIFICATE), begun on line 1"), "{error}");
    let error = interlock(&verify(directory.path(), "server-key.pem", "")).unwrap_err().to_string();
    assert!(error.contains("expected `-----BEGIN CERTIFICATE-----`"), "{error}");
    let error = interlock(&verify(directory.path(), "missing.pem", "")).unwrap_err().to_string();
    assert!(error.contains("missing.pem"), "{error}");
}

/// What stands beside the chain and cannot be read is left out, and told.
#[test]
fn what_is_left_out_is_told() {
    let directory = issued("");
    let truncated = directory.path().join("truncated.pem");
    std::fs::write(&truncated, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n").unwrap();
    let extra = format!("--intermediates {}", truncated.display());
    let (status, verdict) = json(&verify(directory.path(), "server.pem", &extra));
    assert_eq!((status, verdict["result"].as_str()), (0, Some("accept")));
    let told = verdict["left_out"][0].as_str().unwrap();
    assert!(told.starts_with("intermediate 0 cannot be read: certificate: expected one DER value, got"), "{told}");
}

#[test]
fn a_file_of_another_kind_is_named_by_what_it_is() {
    let directory = issued("");
    let der = directory.path().join("leaf.der");
    std::fs::write(&der, [0x30, 0x82, 0x01, 0x00]).unwrap();
    let error = interlock(&verify(directory.path(), "leaf.der", "")).unwrap_err().to_string();
    assert!(error.contains("leaf.der") && error.contains("looks like DER"), "{error}");
    let error = interlock(&verify(directory.path(), "server-key.pem", "")).unwrap_err().to_string();
    assert!(error.contains("got `-----BEGIN PRIVATE KEY-----`"), "{error}");
}

#[test]
fn names_that_nobody_has_are_not_certified() {
    for name in ["a b.example", "-a.example", "*.10.0.0.1", "a..example", ""] {
        let args = ["cert", "issue", "--out", "nowhere", "--name", name];
        assert!(Cli::try_parse_from(args).is_err(), "{name:?}");
    }
    for name in ["*.example.org", "10.0.0.1", "::1", "a.example"] {
        assert!(Cli::try_parse_from(["cert", "issue", "--out", "nowhere", "--name", name]).is_ok(), "{name:?}");
    }
}

#[cfg(unix)]
#[test]
fn keys_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = issued("");
    let mode = |file| std::fs::metadata(directory.path().join(file)).unwrap().permissions().mode() & 0o077;
    assert_eq!((mode("server-key.pem"), mode("client-key.pem")), (0, 0));
}

#[test]
fn limbo_files_plain_and_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("limbo.json");
    std::fs::write(&file, r#"{"version":1,"testcases":[]}"#).unwrap();
    let (status, results) = json(&format!("limbo --json {}", file.display()));
    assert_eq!((status, results["version"].as_u64(), results["results"].as_array().unwrap().len()), (0, Some(1), 0));
    std::fs::write(&file, "{}").unwrap();
    assert!(
        interlock(&format!("limbo {}", file.display())).unwrap_err().to_string().contains("limbo.json: limbo file")
    );
}

/// Whether `openssl …` succeeds in a directory, and what it says; nothing where there is none.
fn openssl(directory: &Path, args: &str) -> Option<(bool, String)> {
    let done = Command::new("openssl").args(args.split_whitespace()).current_dir(directory).output();
    done.map(|done| (done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned())).ok()
}

/// What a person makes with OpenSSL, by algorithm: those in scope are accepted, weak ones rejected, others not decided.
#[test]
fn self_made_chains() {
    const LEAF: &str = "subjectAltName=DNS:self.example\nbasicConstraints=CA:FALSE\nkeyUsage=critical,digitalSignature\n\
                        extendedKeyUsage=serverAuth\nauthorityKeyIdentifier=keyid\n";
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    std::fs::write(at.join("leaf.cnf"), LEAF).unwrap();
    for (key, signature, status, result) in [
        ("rsa:2048", "-sha256", 0, "accept"),
        ("rsa:2048", "-sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:48", 0, "accept"),
        ("ec -pkeyopt ec_paramgen_curve:P-256", "-sha256", 0, "accept"),
        ("ec -pkeyopt ec_paramgen_curve:P-384", "-sha384", 0, "accept"),
        ("ed25519", "", 0, "accept"),
        ("rsa:1024", "-sha256", 1, "reject"),
        ("rsa:2048", "-sha1", 1, "reject"),
        ("ec -pkeyopt ec_paramgen_curve:P-521", "-sha512", 3, "skip"),
        ("rsa:2048", "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20", 3, "skip"),
        ("ed448", "", 3, "skip"),
    ] {
        let made = [
            format!(
                "req -x509 -newkey {key} -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Root {signature} -addext keyUsage=critical,keyCertSign"
            ),
            format!("req -newkey {key} -nodes -keyout leaf.key -out leaf.csr -subj /CN=self.example"),
            format!(
                "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 20 -extfile leaf.cnf -out leaf.pem {signature}"
            ),
        ];
        for args in made {
            let Some((success, said)) = openssl(at, &args) else {
                println!("self_made_chains: not run, because there is no openssl");
                return;
            };
            assert!(success, "openssl {args}: {said}");
        }
        let (got, verdict) =
            json(&format!("verify --json --name self.example --ca {0}/ca.pem {0}/leaf.pem", at.display()));
        assert_eq!(
            (got, verdict["result"].as_str()),
            (status, Some(result)),
            "{key} {signature}: {}",
            verdict["reason"]
        );
        assert!(result == "accept" || verdict["reason"].as_str().unwrap().starts_with("cert-algorithm"));
    }
}

/// What people make every day breaks rules for public authorities only: that is said, and what to do. What is wrong for
/// everybody is not excused.
#[test]
fn rules_for_public_authorities_are_told_as_such() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    std::fs::write(at.join("leaf.cnf"), "subjectAltName=DNS:self.example\n").unwrap();
    for args in [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Root",
        "req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj /CN=self.example",
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 20 -extfile leaf.cnf -out leaf.pem -sha256",
    ] {
        let Some((success, said)) = openssl(at, args) else {
            println!("rules_for_public_authorities_are_told_as_such: not run, because there is no openssl");
            return;
        };
        assert!(success, "openssl {args}: {said}");
    }
    let verify = |extra: &str| format!("verify --ca {0}/ca.pem {extra} {0}/leaf.pem", at.display());
    let note = "valid under --profile rfc5280";
    for (extra, result, excused) in [
        ("--name self.example", "reject", true),
        ("--name self.example --profile webpki", "reject", true),
        ("--name self.example --profile rfc5280", "accept", false),
        ("--name other.example", "reject", false),
        ("--name other.example --profile rfc5280", "reject", false),
        ("--name self.example --at 0", "reject", false),
        ("", "accept", false),
    ] {
        let (_, verdict) = json(&verify(&format!("{extra} --json")));
        assert_eq!(verdict["result"], result, "{extra}: {}", verdict["reason"]);
        assert_eq!(verdict["valid_under"].as_str(), excused.then_some("rfc5280"), "{extra}");
        let (_, text) = interlock(&verify(extra)).unwrap();
        let notes: Vec<_> = text.lines().filter(|line| line.contains(note)).collect();
        assert_eq!(notes.len(), usize::from(excused), "{text}");
        // The abbreviation is not used without its meaning, nor explained twice.
        let explained = text.matches("Baseline Requirements").count();
        assert_eq!(explained, usize::from(text.contains("BR ") || excused), "{text}");
    }
}

/// A weak algorithm of a list is the same check's to refuse as that of a certificate.
#[test]
fn lists_of_another_time() {
    const CONFIGURATION: &str = "[ca]\ndefault_ca=own\n[own]\ndatabase=index\ncrlnumber=number\ndefault_crl_days=30\n\
                                 default_md=sha1\ncrl_extensions=ext\n[ext]\nauthorityKeyIdentifier=keyid\n";
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    for (file, text) in
        [("ca.cnf", CONFIGURATION), ("index", ""), ("number", "01\n"), ("leaf.cnf", "subjectAltName=DNS:a.example\n")]
    {
        std::fs::write(at.join(file), text).unwrap();
    }
    for args in [
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=Root",
        "req -newkey rsa:2048 -nodes -keyout leaf.key -out leaf.csr -subj /CN=leaf",
        "x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -days 20 -extfile leaf.cnf -out leaf.pem -sha256",
        "ca -gencrl -config ca.cnf -keyfile ca.key -cert ca.pem -out crl.pem",
    ] {
        let Some((success, said)) = openssl(at, args) else {
            println!("lists_of_another_time: not run, because there is no openssl");
            return;
        };
        assert!(success, "openssl {args}: {said}");
    }
    let verify = |extra: &str| {
        json(&format!("verify --json --ca {0}/ca.pem --crl {0}/crl.pem {extra} {0}/leaf.pem", at.display())).1
    };
    let verdict = verify("");
    assert_eq!(verdict["result"], "reject", "{}", verdict["reason"]);
    assert!(verdict["reason"].as_str().unwrap().contains("the list is signed by SHA-1"), "{}", verdict["reason"]);
    let verdict = verify("--without cert-algorithm --require-revocation");
    assert_eq!(verdict["result"], "accept", "{}", verdict["reason"]);
}

/// OpenSSL reads and accepts what the lab issues, whatever the keys, and refuses what was revoked.
#[test]
fn openssl_agrees() {
    for key in KeyType::ALL {
        let genuine = issued(&format!("--attack forge-revoked --key {key}"));
        if openssl(genuine.path(), "version").is_none() {
            println!("openssl_agrees: not run, because there is no openssl");
            return;
        }
        let verify = format!("verify -x509_strict -attime {AT} -CAfile root.pem");
        for (args, accepted) in [
            (format!("{verify} -purpose sslserver -verify_hostname bob.lab -untrusted server.pem server.pem"), true),
            (format!("{verify} -purpose sslclient -untrusted client.pem client.pem"), true),
            (format!("{verify} -crl_check_all -CRLfile crl.pem -untrusted server.pem server.pem"), true),
            (format!("{verify} -crl_check_all -CRLfile crl.pem -untrusted attacker.pem attacker.pem"), false),
            ("pkey -in server-key.pem -noout -check".to_owned(), true),
        ] {
            let (success, said) = openssl(genuine.path(), &args).unwrap();
            assert_eq!(success, accepted, "{key}: openssl {args}: {said}");
        }
        let (_, verdict) = json(&verify_server(genuine.path()));
        assert_eq!(verdict["result"], "accept", "{key}: {}", verdict["reason"]);
    }
    assert!(Cli::try_parse_from(["cert", "issue", "--out", "nowhere", "--key", "rsa512"]).is_err());
}

fn verify_server(directory: &Path) -> String {
    verify(directory, "server.pem", "--require-revocation")
}
