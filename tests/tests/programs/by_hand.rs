//! Client, server and attacker by hand: mistakes in their flags, and outputs that cannot be written.

#![cfg(target_os = "linux")]

use lab::event::{Event, Fact};
use std::{collections::BTreeSet, fs, net::TcpListener, path::Path, process::Command, thread};
use support::programs::{Program, path, run, unread};

/// A server of `ecdh` on a port of its own, and where it listens.
fn server(more: &[&str]) -> (Program, String) {
    listening("server", &[&["--mode", "ecdh"], more].concat())
}

/// A program that listens, on a port of its own, and where it listens.
fn listening(program: &str, flags: &[&str]) -> (Program, String) {
    let mut server = Program::start(program, &[flags, &["--listen", "127.0.0.1:0"]].concat());
    let address = server.until("the address", |line| line.strip_prefix("listening on ").map(str::to_owned));
    (server, address)
}

/// The events in a file: each line is one.
fn events(file: &Path) -> Vec<Event> {
    let text = fs::read_to_string(file).expect("a file of events");
    assert!(text.is_empty() || text.ends_with('\n'), "half a line at the end of {text}");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line}"))).collect()
}

#[test]
fn a_mistake_in_the_flags_is_one_of_usage_and_told_at_once() {
    for (program, flags, named) in [
        ("server", ["--listen", "0.0.0.0:0", "--mode", "dh"].as_slice(), "--expose-to-network"),
        ("attacker", &["--listen", "[::]:0"], "--expose-to-network"),
        ("server", &["--mode", "nosuch"], "ecdh-cert"),
        ("server", &["--mode", "dh-weak:short,bits=31"], "32 to 224"),
        ("server", &["--mode", "dh-weak:short,bits=4096"], "32 to 224"),
        ("server", &["--mode", "dh-weak:short,bits=x"], "bits=64"),
        ("client", &["--mode", "dh", "--without", "cert-chain"], "public-range"),
        ("client", &["--mode", "dh", "--without", "public-range", "--with", "public-range"], "given twice"),
        ("client", &["--mode", "dh", "--server-revoked"], "no certificate"),
        ("client", &["--connect", "127.0.0.1"], "HOST:PORT"),
        ("client", &["--connect", "localhost:0"], "HOST:PORT"),
        ("client", &["--seed", "-1"], "--seed"),
        ("client", &["--seed", "18446744073709551616"], "--seed"),
        ("attacker", &["--connect", ""], "HOST:PORT"),
        ("attacker", &["--attack", "nosuch"], "substitute"),
        ("attacker", &["--mode", "ecdh", "--attack", "inject-public"], "inject-public"),
    ] {
        let finished = run(program, flags);
        assert_eq!(finished.code, Some(2), "{program} {flags:?}: {finished:?}");
        assert!(finished.err.contains(named), "{program} {flags:?}: {named} is not in {finished:?}");
        assert_eq!(finished.out, "", "{program} {flags:?} began all the same");
    }
}

#[test]
fn a_client_that_reaches_nobody_has_failed_and_found_nothing() {
    let (mut server, address) = server(&[]);
    server.kill();
    let client = run("client", &["--mode", "ecdh", "--connect", &address, "--wait", "100"]);
    assert_eq!(client.code, Some(3), "{client:?}");
    assert!(client.out.contains(&address), "{client:?}");
}

#[test]
fn a_full_disk_is_told_and_the_session_goes_on() {
    let (mut server, address) = server(&["--events", "/dev/full"]);
    let client = run("client", &["--mode", "ecdh", "--connect", &address, "--events", "/dev/full"]);
    assert_eq!(client.code, Some(3), "its events are not there: {client:?}");
    assert!(client.err.contains("--events /dev/full: "), "{client:?}");
    assert!(client.out.contains("closed: 2 messages sent, 2 received"), "{client:?}");
    server.until("the complaint", |line| line.contains("--events /dev/full: ").then_some(()));
    let again = run("client", &["--mode", "ecdh", "--connect", &address]);
    assert_eq!(again.code, Some(0), "{again:?}");
    for _ in ["the first session", "the second"] {
        server.until("a session", |line| line.contains("closed: 2 messages").then_some(()));
    }
}

/// The limit of the shell is 512 or 1024 octets: some events fit and one does so in part.
#[test]
fn a_file_that_cannot_grow_holds_whole_events() {
    let (_server, address) = server(&[]);
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("events");
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$0\" --mode ecdh --connect \"$1\" --events \"$2\""]);
    command.arg(path("client")).arg(address).arg(&file);
    let client = Program::spawn("client", command).finish();
    assert_eq!(client.code, Some(3), "{client:?}");
    assert!(client.err.contains("nothing more is written there"), "{client:?}");
    let events = events(&file);
    assert!(!events.is_empty() && events.iter().all(|event| event.fact != Fact::Ended), "{events:#?}");
}

#[test]
fn events_are_written_to_the_end_when_nobody_reads_the_lines() {
    let (_server, address) = server(&[]);
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("events");
    let flags = ["--mode", "ecdh", "--connect", &address, "--events", file.to_str().expect("a path")];
    assert_eq!(unread("client", &flags).code(), Some(0));
    assert_eq!(events(&file).last().map(|event| &event.fact), Some(&Fact::Ended));
}

/// The authorities are read at the start: no session needs the disk again, and sessions that come together do not trip over
/// each other there.
#[test]
fn clients_that_come_together_are_all_served_even_when_the_disk_is_gone() {
    let directory = tempfile::tempdir().expect("a directory");
    let [servers, attackers, clients] = ["server", "attacker", "client"].map(|name| directory.path().join(name));
    let text = |path: &Path| path.to_str().expect("a path").to_owned();
    // So many at once take their time where others want the processor too: nobody loses patience over that.
    let usual = ["--mode", "ecdh-cert", "--patience", "600000"];
    // The first to come creates them.
    let (_server, at_server) = listening("server", &[&usual[..], &["--pki", &text(&servers)]].concat());
    for copy in [&attackers, &clients] {
        fs::create_dir(copy).expect("a directory");
        fs::copy(servers.join("authorities.seed"), copy.join("authorities.seed")).expect("a copy");
    }
    let pki = text(&attackers);
    let attack = ["--attack", "relay", "--connect", &at_server, "--pki", &pki];
    let (_attacker, at_attacker) = listening("attacker", &[&usual[..], &attack].concat());
    fs::remove_dir_all(servers).expect("to remove it");
    fs::remove_dir_all(attackers).expect("to remove it");
    let pki = text(&clients);
    let flags = [&usual[..], &["--connect", &at_attacker, "--pki", &pki]].concat();
    let served = thread::scope(|scope| {
        let came: Vec<_> = (0..24).map(|_| scope.spawn(|| run("client", &flags))).collect();
        came.into_iter().map(|came| came.join().expect("a client")).collect::<Vec<_>>()
    });
    for client in served {
        assert_eq!(client.code, Some(0), "{client:?}");
    }
}

/// Whoever is started first says for whom it waits; the last one finds everybody there.
#[test]
fn the_three_start_in_any_order() {
    // Ports that were free a moment ago.
    let ports = || [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port"));
    for order in [["client", "attacker", "server"], ["attacker", "client", "server"], ["client", "server", "attacker"]]
    {
        let [at_attacker, at_server] = ports().map(|address| address.to_string());
        let start = |name: &str| {
            let mode = ["--mode", "ecdh"].as_slice();
            let flags = match name {
                "client" => vec!["--connect", &at_attacker],
                "attacker" => vec!["--listen", &at_attacker, "--connect", &at_server, "--attack", "substitute"],
                _ => vec!["--listen", &at_server],
            };
            Program::start(name, &[mode, &flags].concat())
        };
        let [mut first, mut second, last] = order.map(|name| {
            let mut program = start(name);
            // The next is not started before this one has said what it does.
            program.until("what it waits for", |line| {
                (line.starts_with("waiting for ") || line.starts_with("listening on ") || line.starts_with("session "))
                    .then_some(())
            });
            program
        });
        let all = [&mut first, &mut second];
        for (name, program) in order.iter().zip(all) {
            match *name {
                "client" => {
                    program.until("its end", |line| line.contains("closed: 2 messages sent").then_some(()));
                }
                "attacker" => {
                    program.until("what it came to", |line| line.contains("two keys, both mine").then_some(()));
                    program.until("that it goes on", |line| line.starts_with("still listening on ").then_some(()));
                }
                _ => {
                    program.until("that it goes on", |line| line.starts_with("still listening on ").then_some(()));
                }
            }
        }
        drop(last);
    }
}

/// By hand, two clients may use one word: their events stay apart.
#[test]
fn two_sessions_of_one_word_have_names_of_their_own() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("events");
    let (mut server, address) = server(&["--seed", "7", "--events", file.to_str().expect("a path")]);
    for _ in 0..2 {
        let client = run("client", &["--mode", "ecdh", "--seed", "7", "--connect", &address]);
        assert_eq!(client.code, Some(0), "{client:?}");
        server.until("the session's end", |line| line.starts_with("still listening on ").then_some(()));
    }
    let sessions: BTreeSet<(String, u64)> = events(&file).into_iter().map(|event| (event.session, event.n)).collect();
    let names: BTreeSet<&str> = sessions.iter().map(|(session, _)| session.as_str()).collect();
    let names: Vec<&str> = names.into_iter().collect();
    assert!(names.len() == 2 && names[1] == format!("{}.2", names[0]), "{names:?}");
    assert_eq!(sessions.len(), events(&file).len(), "no two events have one number in one session");
}
