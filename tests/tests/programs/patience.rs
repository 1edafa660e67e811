//! A victim whose patience is over while its peer is slow: what comes of it is no finding about the attack.

use crate::told::{Told, sessions};
use lab::{
    cause::Cause,
    role::Role,
    verdict::{Grounds, Kind, Meanwhile, judge},
};
use std::{
    fs, io,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::mpsc::{Receiver, channel},
    thread,
};
use support::{outcomes, programs::Program};
use tempfile::TempDir;
use web::ci::outcomes::{Grade, grade};

/// How long the server waits for each arrival, in milliseconds; everybody else as good as for ever.
const SERVER: &str = "2000";
const FOR_EVER: &str = "600000";

/// Passes one connection on to `to`; what comes back only as soon as it is let go.
fn slow(to: SocketAddr, let_go: Receiver<()>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        let (near, _) = listener.accept().expect("a connection");
        let far = TcpStream::connect(to).expect("who listens there");
        let [near, far] = [near, far].map(|stream| [stream.try_clone().expect("a copy"), stream]);
        let ([mut from_near, mut to_near], [mut from_far, mut to_far]) = (near, far);
        thread::spawn(move || {
            let _ = io::copy(&mut from_near, &mut to_far);
            let _ = to_far.shutdown(Shutdown::Write);
        });
        let_go.recv().expect("somebody who lets it go");
        let _ = io::copy(&mut from_far, &mut to_near);
        let _ = to_near.shutdown(Shutdown::Write);
    });
    address
}

/// The attack has to win with both, and the server did not wait for the client: one of the two is left to it, and that proves
/// nothing about the attack.
#[test]
fn a_victim_that_did_not_wait_for_the_other_makes_no_attack_lost() {
    let directory = TempDir::new().expect("a directory");
    let [at_server, at_attacker, at_client] = ["server", "attacker", "client"].map(|name| directory.path().join(name));
    let told = [&at_server, &at_attacker].map(|path| Told::at(path));
    let text = |path: &Path| path.display().to_string();
    let start = |program: &str, flags: &[&str], patience: &str, events: &Path| {
        let events = text(events);
        let usual = ["--mode", "dh-weak:short", "--patience", patience, "--events", &events];
        Program::start(program, &[&usual[..], flags].concat())
    };
    let listens = |program: &mut Program| -> SocketAddr {
        program.until("the address", |line| line.strip_prefix("listening on ")?.parse().ok())
    };
    let mut server = start("server", &["--listen", "127.0.0.1:0"], SERVER, &at_server);
    let address = listens(&mut server).to_string();
    let attack = ["--attack", "substitute", "--listen", "127.0.0.1:0", "--connect", &address];
    let mut attacker = start("attacker", &attack, FOR_EVER, &at_attacker);
    let (let_go, waits) = channel();
    let before = slow(listens(&mut attacker), waits).to_string();
    let client = start("client", &["--connect", &before], FOR_EVER, &at_client);
    server.until("that it gives up", |line| line.contains("gave up").then_some(()));
    let_go.send(()).expect("somebody who waits");
    let finished = client.finish();
    let events = fs::read_to_string(&at_client).expect("the client's events");
    let mut events: Vec<_> = events.lines().map(|line| serde_json::from_str(line).expect("an event")).collect();
    events.extend(told.iter().flat_map(|told| told.all(1)));
    let sessions = sessions(events);
    let [session] = &sessions[..] else { panic!("not one session: {finished:?}, {sessions:#?}") };
    let verdict = judge(session).verdict;
    let Some(Grounds::Impersonated { party: Role::Client, meanwhile, .. }) = &verdict.grounds else {
        panic!("{verdict:?}")
    };
    let Meanwhile::PeerGaveUp { reason: Some(Cause::Silence { most: 2000 }), .. } = meanwhile else {
        panic!("{meanwhile:?}")
    };
    assert!(verdict.because.ends_with("The server gave up in flight 3: no message came within 2 s."), "{verdict:?}");
    let rows = outcomes::rows();
    let row = rows.iter().find(|row| row.scenario.to_string() == "dh-weak:short/substitute").expect("a row");
    assert_eq!(row.expected.kind, Kind::Split);
    assert_eq!(grade(&row.expected, &verdict), Grade::Inconclusive);
}
