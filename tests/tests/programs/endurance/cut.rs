//! The three programs by hand, with something between each two that cuts the connection at a random place.

use super::{
    tally::{Befallen, Tally},
    usage::Usage,
};
use crate::told::{Told, sessions};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use lab::{
    event::Event,
    verdict::{Row, judge},
};
use rand_core::Rng;
use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};
use support::{
    outcomes,
    programs::{Program, run},
};
use tempfile::TempDir;

/// Modes and attacks that play by hand without more than their names.
const PLAYED: [&str; 6] =
    ["ecdh/substitute", "ecdh-cert/substitute", "ecdh-mutual/tamper", "ecdh-cert/relay", "dh/eavesdrop", "ecdh/relay"];
/// Clients at once.
const CLIENTS: usize = 4;
/// Octets of the longest of these sessions in one direction, about: no cut is of use behind them.
const OCTETS: usize = 6000;

/// Plays for so long, each scenario for its share of the time and once at least until time is over; answers with what must not be.
pub fn endure(time: Duration, seed: u64) -> Vec<String> {
    let (began, rng) = (Instant::now(), Arc::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed))));
    let rows = outcomes::rows();
    let (mut tally, mut usage) = (Tally::default(), Usage::default());
    for (n, scenario) in (1..).zip(PLAYED) {
        if n > 1 && began.elapsed() >= time {
            break;
        }
        let row = rows.iter().find(|row| row.scenario.to_string() == scenario).expect("a row");
        let until = time * n / u32::try_from(PLAYED.len()).expect("a few");
        for session in played(row, until, began, &rng, &mut usage) {
            tally.count(scenario, &row.expected, &judge(&session).verdict, Befallen::Connections);
        }
    }
    let (told, grown) = usage.told();
    println!("{} sessions by hand, connections cut at random places\n{}{told}", tally.all(), tally.told());
    tally.faults.into_iter().chain(grown).collect()
}

/// Passes octets on both ways until so many have passed, and cuts then.
fn cutting(to: SocketAddr, rng: Arc<Mutex<ChaCha20Rng>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("its address");
    thread::spawn(move || {
        for near in listener.incoming().flatten() {
            let Ok(far) = TcpStream::connect(to) else { continue };
            // One connection in two goes on to its end.
            let most = match rng.lock().expect("no thread panics").next_u32() {
                number if number.is_multiple_of(2) => usize::MAX,
                number => number as usize % OCTETS,
            };
            let left = Arc::new(Mutex::new(most));
            for (from, to) in [(&near, &far), (&far, &near)] {
                let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else { continue };
                let left = Arc::clone(&left);
                thread::spawn(move || pass(from, to, &left));
            }
        }
    });
    address
}

fn pass(mut from: TcpStream, mut to: TcpStream, left: &Mutex<usize>) {
    let mut octets = [0; 1024];
    while let Ok(read @ 1..) = from.read(&mut octets) {
        let taken = {
            let mut left = left.lock().expect("no thread panics");
            let taken = read.min(*left);
            *left -= taken;
            taken
        };
        if to.write_all(&octets[..taken]).is_err() {
            break;
        }
        if taken < read {
            let _ = from.shutdown(Shutdown::Both);
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// Sessions of a scenario until then, each with the events of all three.
fn played(
    row: &Row,
    until: Duration,
    began: Instant,
    rng: &Arc<Mutex<ChaCha20Rng>>,
    usage: &mut Usage,
) -> Vec<Vec<Event>> {
    let directory = TempDir::new().expect("a directory");
    let path = |name: &str| directory.path().join(name);
    let (mode, attack) = (row.scenario.mode.to_string(), row.scenario.attack.to_string());
    let pki = path("pki").display().to_string();
    let usual = ["--mode", &mode, "--pki", &pki, "--patience", "3000"];
    let (at_server, at_attacker) = (path("server"), path("attacker"));
    let told = [&at_server, &at_attacker].map(|path| Told::at(path));
    let listening = |program: &str, events: &Path, flags: &[&str]| {
        let events = events.display().to_string();
        let flags = [&usual[..], flags, &["--events", &events, "--listen", "127.0.0.1:0"]].concat();
        let mut program = Program::start(program, &flags);
        let address = program.until("the address", |line| line.strip_prefix("listening on ")?.parse().ok());
        (program, address)
    };
    let (server, address) = listening("server", &at_server, &[]);
    let before_server = cutting(address, Arc::clone(rng)).to_string();
    let (attacker, address) = listening("attacker", &at_attacker, &["--attack", &attack, "--connect", &before_server]);
    let before_attacker = cutting(address, Arc::clone(rng)).to_string();
    let client = |n: usize| {
        let file = path(&format!("client-{n}")).display().to_string();
        run("client", &[&usual[..], &["--connect", &before_attacker, "--events", &file]].concat());
        let events = std::fs::read_to_string(&file).expect("the client's events");
        std::fs::remove_file(&file).expect("the client's events");
        events.lines().map(|line| serde_json::from_str(line).expect("an event")).collect::<Vec<Event>>()
    };
    let mut all: Vec<Event> = Vec::new();
    loop {
        let clients = thread::scope(|scope| {
            let running: Vec<_> = (0..CLIENTS).map(|n| scope.spawn(move || client(n))).collect();
            running.into_iter().flat_map(|client| client.join().expect("a client")).collect::<Vec<_>>()
        });
        all.extend(clients);
        usage.sample("attacker by hand", attacker.pid(), began.elapsed());
        usage.sample("server by hand", server.pid(), began.elapsed());
        if began.elapsed() >= until {
            break;
        }
    }
    all.extend(told.iter().flat_map(|told| told.all(0)));
    sessions(all)
}
