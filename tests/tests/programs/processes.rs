//! The lab's programs as a person meets them: separate processes that talk TCP.

#![cfg(target_os = "linux")]

use lab::{
    cause::Cause,
    event::{Event, Fact},
    verdict::{Judgement, judge},
};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    sync::mpsc::{Receiver, channel},
    thread,
    time::Instant,
};
use support::{
    http::Stream,
    programs::{DEADLINE, Finished, Program, run, unread},
    serving::{Lab, MISSION, is_verdict, process, text},
    watching::{Watched, kill},
};
use tempfile::TempDir;

/// The one JSON object that a run prints.
fn object(finished: &Finished) -> Value {
    serde_json::from_str(&finished.out).unwrap_or_else(|error| panic!("{error} in {finished:?}"))
}

#[test]
fn the_missions_scenarios_end_as_theory_says_and_say_so_in_json() {
    for (scenario, kind) in MISSION {
        let finished = run("interlock", &["run", scenario, "--seed", "7", "--json"]);
        assert_eq!(finished.code, Some(0), "{scenario}: {finished:?}");
        let session = object(&finished);
        let fields =
            ["session", "scenario", "mode", "attack", "without", "with", "seed", "verdict", "fingerprints", "evidence"];
        for field in fields {
            assert!(session.get(field).is_some(), "{scenario} has no {field}: {session}");
        }
        assert_eq!((&session["scenario"], &session["seed"]), (&scenario.into(), &7.into()));
        let verdict = &session["verdict"];
        assert_eq!(verdict["kind"], kind, "{scenario}");
        assert_eq!(verdict["class"], if kind == "stopped" { "defended" } else { "broken" });
        assert!(verdict["because"].as_str().is_some_and(|because| !because.is_empty()));
        assert!(session["evidence"].as_array().is_some_and(|events| !events.is_empty()));
        let keys = &session["fingerprints"];
        let attackers = keys["attacker"].as_array().expect("the attacker's keys");
        match kind {
            "split" => {
                assert_ne!(keys["client"], keys["server"]);
                assert!(attackers.contains(&keys["client"]) && attackers.contains(&keys["server"]), "{keys}");
            }
            "read" => {
                assert_eq!(keys["client"], keys["server"]);
                assert!(attackers.contains(&keys["client"]), "{keys}");
            }
            _ => {
                assert_eq!((&verdict["check"], &verdict["party"]), (&"transcript-signature".into(), &"client".into()));
                assert_eq!(keys["client"], Value::Null, "who gives up holds no key: {keys}");
            }
        }
    }
}

/// Which process tells first is chance, and so is a session's name where nothing decides it.
#[test]
fn one_seed_prints_the_same_octets_every_time() {
    let run_twice = |args: &[&str]| [(); 2].map(|()| run("interlock", args).out);
    for scenario in
        ["dh/substitute", "ecdh-mutual/relay", "ecdh-cert/substitute", "dh-weak:short/eavesdrop", "ecdh/tamper"]
    {
        let [one, other] = run_twice(&["run", scenario, "--seed", "7", "--sessions", "3", "--json"]);
        assert_eq!(one, other, "{scenario}");
        assert_eq!(one.lines().count(), 3);
    }
    let [one, other] = run_twice(&["compare", "ecdh-cert/substitute", "transcript-signature", "--seed", "7", "--json"]);
    assert_eq!(one, other);
}

#[test]
fn exit_codes_tell_findings_from_mistakes_and_failures() {
    let directory = tempfile::tempdir().expect("a directory");
    let table = directory.path().join("table.txt");
    fs::write(&table, "dh/relay split - -\ndh/tamper~record-auth altered - -\n").expect("a table");
    let table = table.to_str().expect("a path");
    // Whoever plays one scenario and whoever plays all are told the same of it. A victim that waits for nothing finishes
    // nothing, which is neither a defence nor a finding.
    for (scenario, patience, code) in
        [("dh/relay", "5000", 1), ("dh/tamper~record-auth", "5000", 0), ("dh/tamper~record-auth", "0", 3)]
    {
        for args in [["run", scenario], ["check", "--filter"]] {
            let scenario = if args[0] == "check" { &[scenario][..] } else { &[] };
            let args = [&args[..], scenario, &["--outcomes", table, "--patience", patience]].concat();
            let ended = run("interlock", &args);
            assert_eq!(ended.code, Some(code), "{args:?}: {ended:?}");
        }
    }
    for (scenario, named) in [
        ("nosuch/substitute", "ecdh-cert"),
        ("dh/nosuch", "substitute"),
        ("dh/substitute~nosuch", "public-range"),
        ("dh-weak:nosuch/crack", "smooth"),
        ("dh", "MODE/ATTACK"),
    ] {
        let mistake = run("interlock", &["run", scenario]);
        assert_eq!(mistake.code, Some(2), "{scenario}: {mistake:?}");
        assert!(mistake.err.contains(named), "{scenario}: {named} is not in {}", mistake.err);
        assert_eq!(mistake.out, "");
    }
    assert_eq!(run("interlock", &["run"]).code, Some(2));
    let (nowhere, sarif) = (directory.path().join("none").join("report.xml"), directory.path().join("report.sarif"));
    let [to_nowhere, to_sarif] = [&nowhere, &sarif].map(|path| path.to_str().expect("a path"));
    let failure = run("interlock", &["check", "--filter", "dh/relay", "--junit", to_nowhere, "--sarif", to_sarif]);
    assert_eq!(failure.code, Some(3), "{failure:?}");
    assert!(failure.err.contains("report.xml"), "{failure:?}");
    assert!(failure.out.contains("as-expected"), "the table is printed all the same: {failure:?}");
    assert!(sarif.is_file(), "and the other report is written: {failure:?}");
}

#[test]
fn a_finding_is_one_when_nobody_reads_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let table = directory.path().join("table.txt");
    fs::write(&table, "dh/relay split - -\n").expect("a table");
    let table = ["--outcomes", table.to_str().expect("a path")];
    for args in [&["check"][..], &["check", "--json"], &["run", "dh/relay"]] {
        let args = [args, &table[..]].concat();
        let args = args.as_slice();
        assert_eq!(unread("interlock", args).code(), Some(1), "{args:?}");
    }
    assert_eq!(unread("interlock", &["check", "--filter", "dh/relay"]).code(), Some(0));
}

#[test]
fn a_comparison_names_the_first_frame_in_which_two_runs_part() {
    let args = ["compare", "ecdh-cert/substitute", "transcript-signature", "--seed", "7", "--json"];
    let finished = run("interlock", &args);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    let told = object(&finished);
    assert_eq!(told["left"]["verdict"]["kind"], "stopped");
    assert_eq!(told["right"]["verdict"]["kind"], "split");
    let rows = told["rows"].as_array().expect("rows");
    let first = usize::try_from(told["first_difference"].as_u64().expect("a difference")).expect("an index");
    assert!(rows[..first].iter().all(|row| row["same"] == true), "{first}");
    // The switch is the client's: everything that travels before it looks is the same.
    let same: Vec<_> = rows[..first].iter().filter(|row| row["left"]["type"] == "frame").collect();
    let sent = |what: &str| same.iter().any(|row| row["left"]["text"] == what);
    assert!(sent("the client sends client-hello") && sent("the server sends certificate-verify"), "{same:?}");
    // What comes of it, the server's vain wait included, is told behind it.
    let parting = |side: &str| text(&rows[first][side]["text"]);
    assert!(parting("left").starts_with("the client's check transcript-signature fails"), "{}", rows[first]);
    assert_eq!(parting("right"), "the client's check transcript-signature is switched off");
}

/// Reports of a program that runs by hand, over a pipe that it takes for a file: each is there when it is written.
struct Events {
    path: PathBuf,
    lines: Receiver<String>,
}

impl Events {
    fn new(directory: &TempDir, name: &str) -> Self {
        let path = directory.path().join(format!("{name}.events"));
        mknodat(CWD, &path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
        let (sender, lines) = channel();
        let source = path.clone();
        thread::spawn(move || {
            let file = File::open(source).expect("the pipe");
            BufReader::new(file).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { path, lines }
    }

    /// The events of the session that ends next, other sessions' left out.
    fn session(&self, id: Option<&str>) -> Vec<Event> {
        let deadline = Instant::now() + DEADLINE;
        let mut events: Vec<Event> = Vec::new();
        loop {
            let line = self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now()));
            let line = line.unwrap_or_else(|error| panic!("{}: {error} after {events:#?}", self.path.display()));
            let event: Event = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line}"));
            if id.is_some_and(|id| id != event.session) {
                continue;
            }
            events.push(event);
            if events.last().is_some_and(|event| event.fact == Fact::Ended) {
                return events;
            }
        }
    }
}

/// The three programs by hand, in a directory of their own, on ports that were free a moment ago.
struct ByHand {
    directory: TempDir,
    ports: [SocketAddr; 2],
    flags: Vec<String>,
}

impl ByHand {
    fn new(flags: &[&str]) -> Self {
        let free = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
        let ports = free.map(|listener| listener.local_addr().expect("an address"));
        let directory = tempfile::tempdir().expect("a directory");
        Self { directory, ports, flags: flags.iter().map(|flag| (*flag).to_owned()).collect() }
    }

    fn start(&self, name: &str, more: &[&str]) -> (Program, Events) {
        let [attacker, server] = self.ports.map(|port| port.to_string());
        let events = Events::new(&self.directory, name);
        let (pki, file) = (self.directory.path().join("pki"), events.path.clone());
        let mut args = match name {
            "server" => vec!["--listen", &server],
            "attacker" => vec!["--listen", &attacker, "--connect", &server],
            _ => vec!["--connect", &attacker],
        };
        args.extend(["--pki", pki.to_str().expect("a path"), "--events", file.to_str().expect("a path")]);
        args.extend(self.flags.iter().map(String::as_str).chain(more.iter().copied()));
        (Program::start(name, &args), events)
    }

    /// Runs one session with the programs started in this order; answers with the events of all, and the client's end.
    fn play(&self, order: [&str; 3], attack: &str) -> (Vec<Event>, Finished) {
        let mut started: Vec<(&str, Program, Events)> = Vec::new();
        for name in order {
            let more: &[&str] = if name == "attacker" { &["--attack", attack] } else { &[] };
            let (mut program, events) = self.start(name, more);
            // Each says at once what it does: it listens, or waits until somebody does where it has to connect to.
            program.until("what it does", |line| {
                ["listening on ", "waiting for ", "session "].iter().any(|it| line.starts_with(it)).then_some(())
            });
            started.push((name, program, events));
        }
        let events = started.iter().flat_map(|(_, _, events)| events.session(None)).collect();
        let client = started.into_iter().find(|(name, ..)| *name == "client").expect("a client");
        (events, client.1.finish())
    }
}

/// The verdict on events that three processes told, each of one and the same session.
fn merged(mut events: Vec<Event>) -> Judgement {
    assert!(events.iter().all(|event| event.session == events[0].session), "{events:#?}");
    for (n, event) in events.iter_mut().enumerate() {
        event.n = n as u64 + 1;
    }
    judge(&events)
}

#[test]
fn by_hand_the_order_of_start_does_not_matter() {
    let orders = [
        ["server", "attacker", "client"],
        ["server", "client", "attacker"],
        ["attacker", "server", "client"],
        ["attacker", "client", "server"],
        ["client", "server", "attacker"],
        ["client", "attacker", "server"],
    ];
    for order in orders {
        let (events, client) = ByHand::new(&["--mode", "ecdh"]).play(order, "substitute");
        assert_eq!(merged(events).verdict.kind.as_str(), "split", "{order:?}");
        assert_eq!(client.code, Some(0), "{order:?}: the client noticed nothing: {client:?}");
    }
}

#[test]
fn by_hand_the_client_stops_what_a_certificate_stops() {
    let (events, client) = ByHand::new(&["--mode", "ecdh-cert"]).play(["client", "attacker", "server"], "substitute");
    let verdict = merged(events).verdict;
    assert_eq!((verdict.kind.as_str(), verdict.check.as_deref()), ("stopped", Some("transcript-signature")));
    assert_eq!(client.code, Some(1), "{client:?}");
    assert!(client.out.contains("transcript-signature"), "{client:?}");
}

#[test]
fn by_hand_a_client_that_knows_of_the_theft_stops_the_thief() {
    let stolen = |flags: &[&str]| {
        let lab = ByHand::new(&["--mode", "ecdh-cert"]);
        let parts =
            [lab.start("server", &[]), lab.start("attacker", &["--attack", "stolen-key"]), lab.start("client", flags)];
        merged(parts.iter().flat_map(|(_, events)| events.session(None)).collect()).verdict
    };
    assert_eq!(stolen(&[]).kind.as_str(), "split");
    let verdict = stolen(&["--server-revoked"]);
    assert_eq!((verdict.kind.as_str(), verdict.check.as_deref()), ("stopped", Some("cert-revoked")));
    let switched_off = stolen(&["--server-revoked", "--without", "cert-revoked"]);
    assert_eq!(switched_off.kind.as_str(), "split");
}

/// What went over the wire, each party's two directions apart: the victims' records cross, in whichever order.
fn frames(events: &[Event]) -> Vec<(String, &Fact)> {
    let direction = |event: &Event| match &event.fact {
        Fact::Frame { way, .. } => Some(format!("{} {way:?}", event.source)),
        Fact::Relayed { from, .. } => Some(format!("{} {from}", event.source)),
        _ => None,
    };
    let mut frames: Vec<_> =
        events.iter().filter_map(|event| direction(event).map(|direction| (direction, &event.fact))).collect();
    frames.sort_by(|(one, _), (other, _)| one.cmp(other));
    frames
}

#[test]
fn one_seed_gives_the_same_frames_and_another_one_others() {
    let play = |seed: &str| {
        ByHand::new(&["--mode", "ecdh-cert", "--seed", seed]).play(["server", "attacker", "client"], "relay").0
    };
    let (first, second, other) = (play("7"), play("7"), play("8"));
    assert!(frames(&first).len() >= 8, "{first:#?}");
    assert_eq!(frames(&first), frames(&second));
    assert_ne!(frames(&first), frames(&other));
}

/// What hostile or confused programs may send first: text, a frame of no known kind, one longer than any may be, one that
/// ends early, one whose body is no JSON, and nothing at all.
const GARBAGE: [&[u8]; 6] = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"\x63\0\0\x01a",
    b"\x01\xff\xff\xff",
    b"\x01\0\0\x20{\"se",
    b"\x01\0\0\x02\xff\xfe",
    b"",
];

fn send_garbage(to: SocketAddr) {
    for octets in GARBAGE {
        let mut stream = TcpStream::connect_timeout(&to, DEADLINE).expect("a connection");
        // Whoever is refused may find the connection closed.
        let _ = stream.write_all(octets);
    }
}

#[test]
fn garbage_disturbs_nobody_by_hand() {
    let lab = ByHand::new(&["--mode", "ecdh"]);
    let [(mut server, at_server), (mut attacker, at_attacker)] =
        [lab.start("server", &[]), lab.start("attacker", &["--attack", "substitute"])];
    for program in [&mut server, &mut attacker] {
        program.until("the address", |line| line.starts_with("listening on ").then_some(()));
    }
    lab.ports.into_iter().for_each(send_garbage);
    let (client, at_client) = lab.start("client", &[]);
    let mut events = at_client.session(None);
    assert_eq!(client.finish().code, Some(0));
    let id = events[0].session.clone();
    events.extend([&at_attacker, &at_server].into_iter().flat_map(|part| part.session(Some(&id))));
    assert_eq!(merged(events).verdict.kind.as_str(), "split");
}

#[test]
fn a_victim_waits_no_longer_than_its_patience() {
    // Takes connections, by the system's own queue, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address").to_string();
    let client = run("client", &["--mode", "ecdh", "--connect", &address, "--patience", "300"]);
    assert_eq!(client.code, Some(1), "{client:?}");
    assert!(client.out.contains("300"), "it says how long it waited: {client:?}");

    // Of two victims whose frames are swallowed, the first to give up says why; the other may find the line closed by it.
    let lab = ByHand::new(&["--mode", "ecdh"]);
    let [(mut server, at_server), (mut attacker, _at_attacker)] =
        [lab.start("server", &["--patience", "300"]), lab.start("attacker", &["--attack", "drop"])];
    for program in [&mut server, &mut attacker] {
        program.until("the address", |line| line.starts_with("listening on ").then_some(()));
    }
    let (_client, at_client) = lab.start("client", &["--patience", "300"]);
    let events = [at_client.session(None), at_server.session(None)].concat();
    let waited = |fact: &Fact| matches!(fact, Fact::Aborted { reason: Cause::Silence { most: 300 }, .. });
    assert!(events.iter().any(|event| waited(&event.fact)), "{events:#?}");

    let finished = run("interlock", &["run", "ecdh/drop", "--patience", "300", "--json"]);
    assert_eq!(finished.code, Some(0), "{finished:?}");
    assert_eq!(object(&finished)["verdict"]["kind"], "disrupted");
}

#[test]
fn killing_the_console_leaves_no_process_behind() {
    let mut lab = Lab::ephemeral();
    let children = lab.pids().map(Watched::new);
    // One session under way, so that all three have something to do.
    lab.play("dh/drop");
    lab.program.kill();
    children.iter().for_each(Watched::ended);
}

#[test]
fn ctrl_c_ends_everything() {
    let lab = Lab::ephemeral();
    let children = lab.pids().map(Watched::new);
    lab.mission();
    lab.play("dh/drop");
    assert_eq!(lab.end(), Some(0));
    children.iter().for_each(Watched::ended);
}

#[test]
fn a_killed_attacker_costs_its_session_and_nothing_else() {
    let lab = Lab::start(&["--ephemeral", "--listen", "127.0.0.1:0", "--patience", "600000"]);
    lab.mission();
    let [_, attacker, _] = lab.pids();
    let mut stream = Stream::open(lab.address, None);
    // The attacker swallows the first flight and the victims wait for long.
    let id = lab.play("dh/drop");
    let dropped = |event: &Value| event["session"] == *id && event["source"] == "attacker" && event["action"] == "drop";
    stream.until("a dropped frame", |message| message.name == "event" && dropped(&message.data));
    kill(attacker);
    let heard = stream.until("the verdict", |message| is_verdict(message, &id));
    let session = &heard.last().expect("a session").data;
    assert_eq!(session["verdict"]["kind"], "inconclusive", "{session}");
    let because = text(&session["verdict"]["because"]);
    assert!(because.contains("attacker") && because.contains("signal: 9"), "{because}");

    let again = lab.pids();
    assert_ne!(again[1], attacker);
    let status = Stream::open(lab.address, None).until("a status", |message| message.name == "status");
    assert_eq!(process(&status[0], "attacker")["restarts"], 1);
    assert_eq!(lab.run("dh/substitute")["verdict"]["kind"], "split");

    // Once restarted, the attacker's arguments tell where it and the server listen.
    let args = std::fs::read_to_string(format!("/proc/{}/cmdline", again[1])).expect("the attacker's arguments");
    let args: Vec<&str> = args.split('\0').collect();
    for flag in ["--listen", "--connect"] {
        let value = args.iter().position(|arg| *arg == flag).and_then(|at| args.get(at + 1));
        send_garbage(value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("no {flag} in {args:?}")));
    }
    assert_eq!(lab.run("ecdh-cert/substitute")["verdict"]["kind"], "stopped");
    assert_eq!(lab.pids(), again, "garbage ends no process");
}
