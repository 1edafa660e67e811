//! `interlock audit --expose-to-network`: a device that comes by itself, and what else the network reaches then.

use serde_json::{Value, json};
use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::Command,
};
use support::{
    http::{get, post, request},
    programs::{Program, run},
};

/// An address of this machine, on Linux, at which nothing listens that listens on `127.0.0.1`.
const NETWORK: &str = "127.0.0.2";

/// What a device does that was sent to this address: whether it got anything.
fn visits(link: &str, options: &[&str]) -> bool {
    let visited = Command::new("curl").args(["--silent", "--noproxy", "*"]).args(options).arg(link).output().unwrap();
    visited.status.success()
}

fn asks(page: SocketAddr, device: &str) -> Value {
    loop {
        let answer = post(page, "/next", &json!({ "device": device }).to_string()).json();
        if answer["is"] != "waits" {
            return answer;
        }
    }
}

/// Asks whoever listens there to pass a request on, as a proxy does.
fn asks_for_more(at: SocketAddr, beyond: SocketAddr) {
    for line in [format!("GET http://{beyond}/ HTTP/1.1"), format!("CONNECT {beyond} HTTP/1.1")] {
        let mut stream = TcpStream::connect(at).unwrap();
        write!(stream, "{line}\r\nHost: {beyond}\r\nConnection: close\r\n\r\n").unwrap();
        // Until all is answered, whatever it is: who drops what was sent may do so without a word.
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

/// A device that trusts nobody yet is met again until it does; then it is audited as any client is. The page and the audit's servers
/// listen at the one address that was named, and pass nothing on.
#[test]
#[cfg(target_os = "linux")]
fn a_device_is_led_through_an_audit_and_reaches_nothing_else() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("not run: curl is missing");
        return;
    }
    let mut audit = Program::start(
        "interlock",
        &["audit", "--json", "--deadline", "60", "--attack", "forge-expired", "--expose-to-network", NETWORK],
    );
    let page: SocketAddr =
        audit.until("where the page is", |line| line.split("http://").nth(1)?.split('/').next()?.parse().ok());
    assert_eq!(page.ip().to_string(), NETWORK);
    assert!(get(page, "/").body.contains("href=\"authority.crt\""));

    let first = asks(page, "phone");
    let link = first["link"].as_str().unwrap();
    let server: SocketAddr = link.split('/').nth(2).unwrap().parse().unwrap();
    let listens = audit.listens();
    assert!(listens.contains(&page) && listens.contains(&server), "{listens:?}");
    assert!(listens.iter().all(|at| at.ip().to_string() == NETWORK), "{listens:?}");

    let beyond = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let elsewhere = beyond.local_addr().unwrap();
    for at in [page, server] {
        asks_for_more(at, elsewhere);
    }
    beyond.set_nonblocking(true).unwrap();
    assert!(beyond.accept().is_err(), "somebody passed it on");
    // The same from a page of somebody else's.
    let foreign =
        [("Host", &*page.to_string()), ("Origin", "https://elsewhere.example"), ("Content-Type", "application/json")];
    assert_eq!(request(page, "POST /next", &foreign, "{\"device\":\"phone\"}").status, 403);

    assert!(!visits(link, &[]), "nobody trusts that authority by itself");
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("authority.crt").display().to_string();
    fs::write(&file, get(page, "/authority.crt").body).unwrap();
    let mut came = Vec::new();
    loop {
        let visit = asks(page, "phone");
        if visit["is"] == "over" {
            break;
        }
        assert_eq!(asks(page, "tablet"), json!({ "is": "taken" }));
        assert!(came.len() < 3, "{came:?}, and then {visit}");
        let believed = visits(visit["link"].as_str().unwrap(), &["--cacert", &file]);
        came.push((visit["again"] == true, believed));
    }
    assert_eq!(came, [(true, true), (false, false), (false, true)], "the honest server again, the attack and its twin");
    let finished = audit.finish();
    assert!(finished.err.contains("everybody on this network"), "{}", finished.err);
    let report: Value = serde_json::from_str(&finished.out).unwrap();
    let (device, cell) = (&report["clients"][0], &report["clients"][0]["cells"][0]);
    assert_eq!((finished.code, &device["client"], &device["naming"]), (Some(0), &json!("device"), &json!("address")));
    assert_eq!((&cell["grade"], &cell["twin"]), (&json!("refused"), &json!("accepted")), "{cell:#}");
    let repeat = format!("interlock audit --attack forge-expired --expose-to-network {NETWORK}");
    assert_eq!(cell["repeat"], repeat);
}

/// A command that has another machine connect is told that address in place of every name.
#[test]
#[cfg(target_os = "linux")]
fn a_command_reaches_the_servers_at_the_address_that_is_exposed() {
    let script = "echo $INTERLOCK_HOST $INTERLOCK_ADDRESS >&2; exit 1";
    let options = ["audit", "--json", "--attack", "forge-expired", "--expose-to-network", NETWORK];
    let finished = run("interlock", &[&options[..], &["--", "sh", "-c", script]].concat());
    let report: Value = serde_json::from_str(&finished.out).unwrap();
    assert_eq!(report["clients"][0]["cells"][0]["grounds"]["says"], format!("{NETWORK} {NETWORK}"), "{report:#}");
}

/// Every address, none of this machine's, and programs of this machine are refused: nothing is started.
#[test]
fn what_is_no_address_of_this_machine_is_a_usage_error() {
    for (args, said) in [
        (vec!["0.0.0.0"], "--expose-to-network 0.0.0.0: expected the address that this machine has"),
        (vec!["192.0.2.1"], "--expose-to-network 192.0.2.1: expected the address that this machine has"),
        (vec!["127.0.0.1", "--client", "curl"], "--client"),
        (vec!["127.0.0.1", "--server", "nginx"], "--server"),
    ] {
        let finished = run("interlock", &[&["audit", "--expose-to-network"], &args[..]].concat());
        assert_eq!(finished.code, Some(2), "{args:?}: {finished:?}");
        assert!(finished.err.contains(said), "{args:?}: {}", finished.err);
    }
}
