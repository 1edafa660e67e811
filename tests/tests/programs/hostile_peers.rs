//! The programs among peers that mean no good: nobody keeps a place for more than seconds, nobody fills a memory, and honest
//! clients are served meanwhile.

use attacker::{
    attack::Seen,
    leg::Leg,
    session::{Command, MOST_HELD, Session},
};
use lab::{
    algebra::real::Real,
    event::{Fact, Limit},
    modes,
    party::{self, Input, Party},
    role::Role,
    scenario::Scenario,
    staging::{Setting, own_group},
    victim::{Kept, Victim},
    wire::{Decoder, Frame, Kind},
};
use std::{
    collections::{BTreeSet, VecDeque},
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};
#[cfg(target_os = "linux")]
use std::{env, sync::atomic::AtomicBool, time::Instant};
use support::{
    outcomes::{self, Outcome},
    peers::{Peer, hello, next_frame},
    programs::{Program, run},
    staging::stage,
};
#[cfg(target_os = "linux")]
use support::{peers::Besieger, serving::Lab, watching};

/// Octets that the buffers of two systems and the attacker's limit have room for.
const MOST: usize = 64 << 20;
/// Whoever has sent nothing more for so long is stuck.
const STUCK: Duration = Duration::from_millis(500);
/// Short times, in which an honest client is done all the same.
const SHORT: [&str; 4] = ["--patience", "2000", "--limit", "3000"];

fn listening(program: &str, flags: &[&str]) -> (Program, String) {
    let mut program = Program::start(program, &[flags, &["--listen", "127.0.0.1:0"]].concat());
    let address = program.until("the address", |line| line.strip_prefix("listening on ").map(str::to_owned));
    (program, address)
}

fn honest(address: &str) {
    let client = run("client", &["--mode", "ecdh", "--connect", address]);
    assert_eq!(client.code, Some(0), "{client:?}");
}

#[test]
fn whoever_is_silent_trickles_or_never_ends_is_ended_and_costs_nobody_else_a_session() {
    let (_server, at_server) = listening("server", &[&["--mode", "ecdh"], SHORT.as_slice()].concat());
    let flags = ["--mode", "ecdh", "--attack", "relay", "--connect", &at_server];
    let (_attacker, at_attacker) = listening("attacker", &[&flags, SHORT.as_slice()].concat());
    for address in [&at_server, &at_attacker] {
        // Each returns when the program has ended its connection.
        thread::scope(|scope| {
            for peer in Peer::ALL {
                (0..6).for_each(|_| drop(scope.spawn(move || peer.behave(address))));
            }
            (0..3).for_each(|_| honest(address));
        });
        honest(address);
    }
}

#[test]
fn more_silent_connections_than_there_are_places_keep_nobody_out() {
    let (_server, at_server) = listening("server", &["--mode", "ecdh"]);
    let (_attacker, at_attacker) =
        listening("attacker", &["--mode", "ecdh", "--attack", "relay", "--connect", &at_server]);
    for address in [&at_server, &at_attacker] {
        thread::scope(|scope| {
            // The first of them lose their places to the last, and those theirs to the honest client.
            (0..300).for_each(|_| drop(scope.spawn(move || Peer::Idle.behave(address))));
            (0..3).for_each(|_| honest(address));
        });
    }
}

#[test]
fn a_session_without_an_end_is_told_as_one() {
    let (mut server, address) = listening("server", &["--mode", "ecdh", "--patience", "10000", "--limit", "700"]);
    Peer::EmptyRecords.behave(&address);
    server
        .until("the limit", |line| line.contains("a limit of the lab: milliseconds of a session (700)").then_some(()));
    server.until("its end", |line| line.contains("gave up: session: expected its end within 700 ms").then_some(()));
}

/// Whoever sends while its share is held back fills its own buffers and the system's, and not the attacker's memory.
#[test]
fn a_client_that_goes_on_sending_is_not_read_while_its_share_is_held() {
    let mode = "dh-weak:short,bits=224";
    let (_server, at_server) = listening("server", &["--mode", mode]);
    let flags = ["--mode", mode, "--attack", "crack", "--connect", &at_server, "--patience", "60000"];
    let (mut attacker, at_attacker) = listening("attacker", &flags);
    let mut stream = TcpStream::connect(&at_attacker).expect("a connection");
    let first = hello(mode);
    stream.write_all(&first.to_bytes()).expect("to write");
    let answer = next_frame(&mut stream, &mut Decoder::default()).expect("an answer");
    stream.write_all(&share(&first, &answer).to_bytes()).expect("to write");
    attacker.until("the held share", |line| line.contains("holds ").then_some(()));
    let record = Frame { kind: Kind::Record, body: vec![0; 16_000] }.to_bytes();
    let sent = AtomicUsize::new(0);
    thread::scope(|scope| {
        // Until nothing more is taken, and the connection is ended because of that. A third of a gigabyte was, before there was a
        // limit.
        let stream = &stream;
        scope.spawn(|| {
            while let Ok(written) = (&*stream).write(&record) {
                if sent.fetch_add(written, Ordering::Relaxed) > MOST {
                    break;
                }
            }
        });
        attacker.until("the limit", |line| line.contains("octets held back").then_some(()));
        // Whoever is not read does not get on: what it sends fills the buffers, and that is all.
        let mut before = usize::MAX;
        while std::mem::replace(&mut before, sent.load(Ordering::Relaxed)) != sent.load(Ordering::Relaxed) {
            thread::sleep(STUCK);
        }
        let _ = stream.shutdown(Shutdown::Both);
    });
    let sent = sent.into_inner();
    assert!(sent <= MOST, "{sent} octets were taken");
}

/// What is no frame of the lab reaches nobody behind the attacker, and what is one reaches whom it was told.
#[test]
fn the_attacker_passes_on_frames_of_the_lab_and_nothing_else() {
    let server = TcpListener::bind("127.0.0.1:0").expect("a port");
    let behind = server.local_addr().expect("an address").to_string();
    let flags = ["--mode", "ecdh", "--attack", "relay", "--connect", &behind, "--patience", "2000"];
    let (_attacker, at_attacker) = listening("attacker", &flags);
    let first = hello("ecdh").to_bytes();
    let request = b"GET / HTTP/1.1\r\nhost: elsewhere\r\n\r\n";
    server.set_nonblocking(true).expect("no waiting");
    for octets in [&request[..], &[0x16, 3, 1, 0, 2, 1, 0], &[0xff; 300], &first[..first.len() - 1]] {
        let mut client = TcpStream::connect(&at_attacker).expect("a connection");
        client.write_all(octets).expect("to write");
        client.shutdown(Shutdown::Write).expect("an end");
        // When the attacker has ended this connection it has done what it does.
        let _ = client.read_to_end(&mut Vec::new());
        while let Ok((mut stream, _)) = server.accept() {
            let mut passed_on = Vec::new();
            stream.set_nonblocking(false).expect("waiting");
            let _ = stream.read_to_end(&mut passed_on);
            assert_eq!(passed_on, b"", "of {octets:?}");
        }
    }
    server.set_nonblocking(false).expect("waiting");
    TcpStream::connect(&at_attacker)
        .and_then(|mut client| {
            client.write_all(&first)?;
            let mut passed_on = vec![0; first.len()];
            server.accept()?.0.read_exact(&mut passed_on)?;
            assert_eq!(passed_on, first);
            Ok(())
        })
        .expect("a frame that is passed on");
}

/// A served lab, and on each of its ports everybody who means no good: each honest session ends as theory says, and no process has
/// to be started again. `INTERLOCK_SIEGE=N` has N of each kind on each port, one kind after the other, and tells the rates.
#[cfg(target_os = "linux")]
#[test]
fn a_served_lab_goes_on_among_peers_that_mean_no_good_on_each_of_its_ports() {
    let lab = Lab::ephemeral();
    let processes = lab.pids();
    let all: Vec<u32> = processes.into_iter().chain([lab.program.pid()]).collect();
    let ports: Vec<u16> = all.iter().flat_map(|pid| watching::ports(*pid)).collect();
    assert_eq!(ports.len(), 3, "the attacker's, the server's and the console's: {ports:?}");
    let many = env::var("INTERLOCK_SIEGE").ok().map(|many| many.parse().expect("how many of each kind on each port"));
    let sessions = if many.is_some() { 60 } else { 6 };
    let told = |who: &str, rate: f64, visits: usize| {
        let memory: Vec<_> =
            all.iter().map(|pid| format!("{:.0}", watching::most_memory(*pid) as f64 / 1024.0)).collect();
        println!(
            "{who:<10} {rate:>6.1} honest sessions a second, {visits} visits, memory at most {} MB",
            memory.join(" ")
        );
    };
    told("nobody", honest_rate(&lab, sessions), 0);
    match many {
        None => {
            let (rate, visits) = besieged(&lab, &ports, &Besieger::ALL, 1, sessions);
            assert!(visits > ports.len() * Besieger::ALL.len(), "{visits} visits");
            told("all", rate, visits);
        }
        Some(each) => Besieger::ALL.into_iter().for_each(|besieger| {
            let (rate, visits) = besieged(&lab, &ports, &[besieger], each, sessions);
            told(&format!("{besieger:?}"), rate, visits);
        }),
    }
    assert_eq!(lab.pids(), processes, "none was started again");
}

/// Honest sessions a second, one after the other.
#[cfg(target_os = "linux")]
fn honest_rate(lab: &Lab, sessions: usize) -> f64 {
    const HONEST: [(&str, &str); 3] =
        [("ecdh-cert/relay", "private"), ("ecdh-cert/substitute", "stopped"), ("ecdh/substitute", "split")];
    let began = Instant::now();
    for (scenario, kind) in HONEST.into_iter().cycle().take(sessions) {
        let session = lab.run(scenario);
        assert_eq!(session["verdict"]["kind"], kind, "{session}");
    }
    sessions as f64 / began.elapsed().as_secs_f64()
}

/// The same while these are there, so many of each on each port; and how often they came.
#[cfg(target_os = "linux")]
fn besieged(lab: &Lab, ports: &[u16], besiegers: &[Besieger], each: usize, sessions: usize) -> (f64, usize) {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let all = ports.iter().flat_map(|port| besiegers.iter().map(move |besieger| (*port, *besieger)));
        let over = &over;
        let there: Vec<_> = all
            .flat_map(|besieger| std::iter::repeat_n(besieger, each))
            .map(|(port, besieger)| scope.spawn(move || besieger.besiege(port, over)))
            .collect();
        let rate = honest_rate(lab, sessions);
        over.store(true, Ordering::Relaxed);
        (rate, there.into_iter().map(|besieger| besieger.join().expect("a besieger")).sum())
    })
}

/// A client's share in the server's group.
fn share(hello: &Frame, answer: &Frame) -> Frame {
    let mode = modes::find("dh-weak").expect("a mode");
    let mut leg = Leg::new(mode, Real::new([3; 32]), Vec::new(), &["client_secret"]);
    leg.observe(hello).expect("a first flight");
    leg.observe(answer).expect("an answer");
    leg.compose(&[], &[]).expect("a share")
}

/// Feeds a session with what honest victims say, to the end or until it holds something back; answers whether it does, and
/// whether a victim gave up.
fn converse(session: &mut Session, scenario: &Scenario, to_the_end: bool) -> (bool, bool) {
    let orders = stage(scenario, &Setting::seeded("test", 1)).expect("orders");
    let kept = Kept { group: own_group(&orders.server.mode), ..Kept::default() };
    let mut victims = [(Role::Client, &orders.client), (Role::Server, &orders.server)]
        .map(|(role, order)| Victim::new(role, order, kept.clone()).expect("a victim"));
    let mut pending = VecDeque::from([(Role::Client, Input::Open), (Role::Server, Input::Open)]);
    let mut gave_up = false;
    while let Some((role, input)) = pending.pop_front() {
        for command in victims[usize::from(role == Role::Server)].handle(input) {
            gave_up |= matches!(command, party::Command::Tell(Fact::Aborted { .. }));
            let party::Command::Send(frame) = command else { continue };
            let mut commands = session.handle(Seen::Frame { from: role, frame });
            while let Some(more) = session.go_on() {
                commands.extend(more);
            }
            for command in commands {
                if let Command::Send { to, frame } = command {
                    pending.push_back((to, Input::Frame(frame)));
                }
            }
            if session.holds() && !to_the_end {
                return (true, gave_up);
            }
        }
    }
    (session.holds(), gave_up)
}

fn session(scenario: &Scenario) -> Session {
    Session::of(&stage(scenario, &Setting::seeded("test", 1)).expect("orders").attack).expect("an attack")
}

/// For every scenario there is: however much a victim sends while something of it is held back, no more is taken than the
/// limit and one frame; and that is told, once, as the limit that it is.
#[test]
fn what_is_held_back_is_bounded_in_octets_in_every_attack() {
    let record = Frame { kind: Kind::Record, body: vec![0; 16_000] };
    let mut stuck = BTreeSet::new();
    for Outcome { scenario, .. } in outcomes::all() {
        for from in [Role::Client, Role::Server] {
            let mut session = session(&scenario);
            if !converse(&mut session, &scenario, false).0 {
                continue;
            }
            let (mut taken, mut told) = (0, 0);
            while session.reads(from) && taken <= 2 * MOST_HELD {
                taken += record.body.len();
                for command in session.handle(Seen::Frame { from, frame: record.clone() }) {
                    told += usize::from(matches!(command, Command::Tell(Fact::Limited { limit: Limit::Held, .. })));
                }
            }
            let reads = session.reads(from);
            assert!(reads || taken <= MOST_HELD + record.body.len(), "{scenario}: {taken} octets");
            assert_eq!(told, usize::from(!reads), "{scenario}");
            if !reads {
                stuck.insert(scenario.attack.id.clone());
            }
        }
    }
    assert!(stuck.contains("crack"), "{stuck:?}");
}

/// The account of what is held is right: when honest victims have said everything, nothing is left in the hands of an
/// attacker that has only passed frames on or dropped them.
#[test]
fn nothing_is_left_in_the_hands_of_an_attacker_that_holds_nothing_back() {
    for Outcome { scenario, .. } in outcomes::all() {
        let (waits, gave_up) = converse(&mut session(&scenario), &scenario, true);
        // The computation that it waits for is not done here.
        let computes = attacker::attacks::find(&scenario.attack.id).is_some_and(|info| info.logarithm.is_some());
        // What is meant for a victim that gave up cannot be passed on any more.
        assert!(!waits || computes || gave_up, "{scenario}");
    }
}
