//! A client written from `docs/wire.md` alone, in another language, against the real programs.

use lab::{mode::Names, modes};
use std::{path::Path, process::Command};
use support::{
    conversation::every_mode,
    programs::{Finished, Program, run},
};
use tempfile::TempDir;

/// The client, where there is a Python to run it.
fn client(args: &[&str]) -> Option<Finished> {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("not run: python3 is missing");
        return None;
    }
    let mut command = Command::new("python3");
    command.arg("-B").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("python/client.py")).args(args);
    Some(Program::spawn("client.py", command).finish())
}

/// What client and server know beforehand, where they are given it by hand.
const SECRET: &str = "correct horse";

/// One of the lab's programs, and where it listens.
fn listening(name: &str, args: &[&str]) -> (Program, String) {
    let mut program = Program::start(name, &[args, &["--listen", "127.0.0.1:0"]].concat());
    let address = program.until("where it listens", |line| line.strip_prefix("listening on ").map(str::to_owned));
    (program, address)
}

/// What a foreign client is given: the certificates of the programs that run with the same `--pki`.
struct Credentials {
    directory: TempDir,
}

impl Credentials {
    fn issue() -> Self {
        let it = Self { directory: TempDir::new().expect("a directory") };
        let issued = run("interlock", &["cert", "issue", "--out", &it.path("pem"), "--pki", &it.path("pki")]);
        assert_eq!(issued.code, Some(0), "{issued:?}");
        it
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    /// The client with everything that any mode asks of it.
    fn client(&self, mode: &str, address: &str, more: &[&str]) -> Option<Finished> {
        let file = |name| self.path(&format!("pem/{name}"));
        let files = [
            ("--ca", file("root.pem")),
            ("--crl", file("crl.pem")),
            ("--chain", file("client.pem")),
            ("--key", file("client-key.pem")),
            ("--static-key", file("client-static-key.pem")),
            ("--peer-static", file("server-static.pem")),
            ("--decryption-key", file("client-decryption-key.pem")),
            ("--peer-key", file("server-encryption.pem")),
        ];
        let given = [("--name", "bob.lab"), ("--secret", SECRET)];
        let files = files.iter().map(|(flag, path)| (*flag, path.as_str()));
        let given: Vec<&str> = files.chain(given).flat_map(|(flag, value)| [flag, value]).collect();
        client(&[&["--mode", mode, "--connect", address], &given[..], more].concat())
    }
}

#[test]
fn it_completes_every_mode() {
    let credentials = Credentials::issue();
    for mode in every_mode() {
        let (mut server, address) =
            listening("server", &["--mode", &mode, "--pki", &credentials.path("pki"), "--secret", SECRET]);
        let Some(client) = credentials.client(&mode, &address, &[]) else { return };
        assert_eq!(client.code, Some(0), "{mode}: {client:?}");
        let fingerprint = client.out.split_whitespace().nth(1).expect("a fingerprint");
        let (name, of_key) = server.until("its key", |line| {
            let (name, key) = line.trim().strip_prefix("established")?.split_once(", key ")?;
            Some((name.to_owned(), key.to_owned()))
        });
        assert_eq!(of_key, fingerprint[..4], "{mode}");
        let named = modes::of(&mode.parse().expect("a mode")).is_some_and(|mode| mode.names == Names::Both);
        assert_eq!(name, if named { " with alice.lab" } else { "" }, "{mode}");
        server.until("both messages", |line| line.contains("closed: 2 messages sent, 2 received").then_some(()));
        assert!(client.out.contains("received Your balance is 4711 ["), "{mode}: {client:?}");
        assert!(client.out.ends_with("closed\n"), "{mode}: {client:?}");
    }
}

/// The attack is stopped by the client's check, and wins with just that check left out.
#[test]
fn its_checks_stop_what_the_labs_checks_stop() {
    let credentials = Credentials::issue();
    let pki = credentials.path("pki");
    let (_server, server) = listening("server", &["--mode", "ecdh-cert", "--pki", &pki]);
    for (attack, check) in [
        ("substitute", "transcript-signature"),
        ("forge-unknown-ca", "cert-chain"),
        ("forge-name", "cert-name"),
        ("forge-expired", "cert-validity"),
        ("forge-revoked", "cert-revoked"),
        ("forge-leaf-as-ca", "cert-ca-flag"),
        ("forge-purpose", "cert-purpose"),
    ] {
        let args = ["--mode", "ecdh-cert", "--attack", attack, "--connect", &server, "--pki", &pki];
        let (mut attacker, address) = listening("attacker", &args);
        let Some(stopped) = credentials.client("ecdh-cert", &address, &[]) else { return };
        assert_eq!(stopped.code, Some(1), "{attack}: {stopped:?}");
        assert!(stopped.err.starts_with(&format!("client.py: {check}: ")), "{attack}: {stopped:?}");
        assert_eq!(stopped.out, "", "{attack}: it agreed on nothing");

        let split = credentials.client("ecdh-cert", &address, &["--without", check]).expect("a client again");
        assert_eq!(split.code, Some(0), "{attack}: {split:?}");
        let held = |victim: &'static str| {
            move |line: &str| {
                let (key, of) = line.trim().strip_prefix("holds key ")?.split_once(" of the ")?;
                (of == victim).then(|| key.to_owned())
            }
        };
        let (of_client, of_server) =
            (attacker.until("the client's key", held("client")), attacker.until("the server's key", held("server")));
        assert_ne!(of_client, of_server, "{attack}");
        assert!(split.out.starts_with(&format!("fingerprint {of_client}")), "{attack}: {split:?}");
        attacker.until("what the client said", |line| {
            line.contains("read from the client: “Greetings from Python").then_some(())
        });
    }
}

/// In `psk` the client's check is the binder; another secret than the server's is none.
#[test]
fn a_shared_secret_is_proved_both_ways() {
    let (mut server, address) = listening("server", &["--mode", "psk", "--secret", SECRET]);
    let args = ["--mode", "psk", "--connect", &address, "--name", "bob.lab", "--secret"];
    let Some(stranger) = client(&[&args[..], &["another horse"]].concat()) else { return };
    assert_eq!(stranger.code, Some(1), "{stranger:?}");
    server.until("the client's binder", |line| line.contains("psk-binder").then_some(()));
    let (_attacker, address) =
        listening("attacker", &["--mode", "psk", "--attack", "substitute-one", "--connect", &address]);
    let args = ["--mode", "psk", "--connect", &address, "--name", "bob.lab", "--secret", SECRET];
    let stopped = client(&args).expect("a client again");
    assert!(stopped.err.starts_with("client.py: psk-binder: "), "{stopped:?}");
    let impersonated = client(&[&args[..], &["--without", "psk-binder"]].concat()).expect("a client again");
    assert!(impersonated.out.starts_with("fingerprint "), "{impersonated:?}");
}

/// In `tofu` the client is told the key of its first contact, and refuses another one.
#[test]
fn a_key_is_held_against_the_one_of_the_first_contact() {
    let (_server, address) = listening("server", &["--mode", "tofu", "--seed", "5"]);
    let args = ["--mode", "tofu", "--connect"];
    let Some(first) = client(&[&args[..], &[&address]].concat()) else { return };
    let key = first.out.lines().find_map(|line| line.strip_prefix("host key ")).expect("a host key").to_owned();
    let known = ["--host-key", &key];
    let again = client(&[&args[..], &[&address], &known].concat()).expect("a client again");
    assert_eq!(again.code, Some(0), "{again:?}");
    let (_attacker, between) =
        listening("attacker", &["--mode", "tofu", "--attack", "first-contact:later", "--connect", &address]);
    let stopped = client(&[&args[..], &[&between], &known].concat()).expect("a client again");
    assert!(stopped.code == Some(1) && stopped.err.starts_with("client.py: known-key: "), "{stopped:?}");
    let split = client(&[&args[..], &[&between]].concat()).expect("a client again");
    assert!(split.code == Some(0) && !split.out.contains(&key), "who knows no key believes any: {split:?}");
}

#[test]
fn it_recomputes_the_example_of_the_document() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/wire.md");
    let Some(client) = client(&["--example", &document.to_string_lossy()]) else { return };
    assert_eq!(client.code, Some(0), "{client:?}");
}
