//! The three programs by hand, with something between each two that cuts the connection at a random place.

use super::{
    tally::{Befallen, Tally},
    usage::Usage,
};
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use lab::{
    event::{Event, Fact},
    verdict::{Row, judge},
};
use rand_core::Rng;
use rustix::fs::{CWD, FileType, Mode, mknodat};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};
use support::{
    outcomes,
    programs::{DEADLINE, Program, run},
};
use tempfile::TempDir;

/// Modes and attacks that play by hand without more than their names.
const PLAYED: [&str; 6] =
    ["ecdh/substitute", "ecdh-cert/substitute", "ecdh-mutual/tamper", "ecdh-cert/relay", "dh/eavesdrop", "ecdh/relay"];
/// Clients at once.
const CLIENTS: usize = 4;
/// Octets of the longest of these sessions in one direction, about: no cut is of use behind them.
const OCTETS: usize = 6000;
/// What is told of a connection whose first flight names no session.
const UNNAMED: &str = "unnamed";

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

/// What a program tells of its sessions, over a pipe that it takes for a file.
struct Told(Arc<(Mutex<Vec<Event>>, Condvar)>);

impl Told {
    fn at(path: &Path) -> Self {
        mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
        let (told, path) = (Arc::new((Mutex::default(), Condvar::new())), path.to_owned());
        let shared: Arc<(Mutex<Vec<Event>>, Condvar)> = Arc::clone(&told);
        thread::spawn(move || {
            let lines = BufReader::new(File::open(path).expect("the pipe")).lines().map_while(Result::ok);
            for line in lines {
                let event = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line}"));
                shared.0.lock().expect("no thread panics").push(event);
                shared.1.notify_all();
            }
        });
        Self(told)
    }

    /// Everything, as soon as no session is under way.
    fn all(&self) -> Vec<Event> {
        let under_way = |events: &mut Vec<Event>| {
            let count = |of: fn(&Fact) -> bool| events.iter().filter(|event| of(&event.fact)).count();
            count(|fact| matches!(fact, Fact::Started { .. })) != count(|fact| *fact == Fact::Ended)
        };
        let events = self.0.0.lock().expect("no thread panics");
        let (events, waited) = self.0.1.wait_timeout_while(events, DEADLINE, under_way).expect("no thread panics");
        assert!(!waited.timed_out(), "a session by hand has no end: {events:#?}");
        events.clone()
    }
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
    all.extend(told.iter().flat_map(Told::all));
    sessions(all)
}

/// The events of each session; between two programs no order is known.
fn sessions(events: Vec<Event>) -> Vec<Vec<Event>> {
    let mut sessions: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for event in events.into_iter().filter(|event| event.session != UNNAMED) {
        sessions.entry(event.session.clone()).or_default().push(event);
    }
    for events in sessions.values_mut() {
        (1..).zip(events).for_each(|(n, event)| event.n = n);
    }
    sessions.into_values().collect()
}
