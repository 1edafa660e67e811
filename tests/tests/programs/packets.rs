//! Sessions as recordings of packets, read by somebody else: tshark, with the dissector of `docs/interlock.lua`.

use lab::{
    event::{Event, Fact},
    role::{Actor, Role},
    scenario::Scenario,
    staging::Setting,
    wire::{Frame, Kind, base64url, body},
};
use recording::{
    conversation::{Conversation, Flag, OPENING, Way},
    pcapng::Writer,
};
use serde_json::{Map, Value};
use std::{
    collections::BTreeSet,
    fs,
    path::Path,
    process::{Command, Output},
};
use support::{
    conversation::{attacked, campaign, every_mode},
    hostile,
    staging::{self, stage},
};
use web::sessions::{
    export::{Format, Theme, export},
    session::{Record, Session},
};

const DISSECTOR: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/interlock.lua");

/// A session as the console keeps it.
fn record(scenario: &str, events: Vec<Event>) -> Record {
    let started = 1_767_225_600_000;
    let mut session = Session::new("5f0c6b1e9d2a4873".into(), scenario.parse().expect("a scenario"), Some(7), started);
    session.close(&events, started + 1000);
    Record { session, events }
}

fn played(scenario: &str) -> Record {
    let parsed: Scenario = scenario.parse().expect("a scenario");
    record(scenario, attacked(&stage(&parsed, &Setting::seeded("test", 7)).expect("orders")).events)
}

fn packets(record: &Record) -> Vec<u8> {
    export(record, Format::Pcapng, Theme::Light).expect("a recording")
}

/// What tshark prints of a recording; nothing where there is none on this machine.
fn tshark(recording: &[u8], args: &[&str]) -> Option<String> {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("session.pcapng");
    fs::write(&file, recording).expect("a file");
    let Output { status, stdout, stderr } = run(&file, args)?;
    let said = String::from_utf8_lossy(&stderr);
    let said: Vec<&str> = said.lines().filter(|line| !line.starts_with("Running as user")).collect();
    assert!(status.success() && said.is_empty(), "{args:?}: {said:#?}");
    let stdout = String::from_utf8(stdout).expect("text");
    assert!(!stdout.contains("Lua Error"), "{stdout}");
    Some(stdout)
}

fn run(file: &Path, args: &[&str]) -> Option<Output> {
    let checked = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
    let output = Command::new("tshark")
        .args(["-X", &format!("lua_script:{DISSECTOR}"), "-r"])
        .arg(file)
        .args(checked)
        .args(args)
        .output()
        .ok();
    if output.is_none() {
        println!("not run: tshark is missing");
    }
    output
}

/// The lines that these fields make of each packet with a frame, several values of one joined by `|`.
fn fields(recording: &[u8], names: &[&str]) -> Option<Vec<Vec<String>>> {
    let mut args = vec!["-Y", "interlock.kind", "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|"];
    args.extend(names.iter().flat_map(|name| ["-e", name]));
    let told = tshark(recording, &args)?;
    Some(told.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect())
}

/// What a mode's handshakes carry, as the events have it: interface, kind and the fields of each frame.
fn expected(events: &[Event]) -> Vec<(Role, Kind, Map<String, Value>)> {
    let relayed = events.iter().filter_map(|event| match &event.fact {
        Fact::Relayed { from, before, after, .. } => Some((*from, before.as_deref(), after.as_deref())),
        _ => None,
    });
    let legs = relayed.flat_map(|(from, before, after)| [(from, before), (from.peer(), after)]);
    let frames = legs.filter_map(|(leg, text)| Some((leg, Frame::from_text(text?).expect("a frame"))));
    frames
        .map(|(leg, frame)| {
            let fields =
                if frame.kind == Kind::Record { Map::new() } else { body::parse(&frame.body).expect("a body") };
            (leg, frame.kind, fields)
        })
        .collect()
}

/// The fields of octets in handshakes, as the page on the wire has them.
const OCTETS: [&str; 17] = [
    "random",
    "share",
    "encrypted",
    "binder",
    "commitment",
    "key",
    "host_key",
    "signature",
    "answers",
    "nonce",
    "binding",
    "mac",
    "half",
    "sealed",
    "string",
    "resumes",
    "fingerprint",
];

#[test]
fn every_frame_of_every_mode_is_dissected_on_its_leg() {
    let names = OCTETS.map(|name| format!("interlock.{name}"));
    let names: Vec<&str> = ["frame.interface_name", "interlock.kind", "interlock.octets"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .collect();
    for mode in every_mode() {
        let record = played(&format!("{mode}/relay"));
        let Some(lines) = fields(&packets(&record), &names) else { return };
        let expected = expected(&record.events);
        assert_eq!(lines.len(), expected.len(), "{mode}");
        for (line, (leg, kind, fields)) in lines.iter().zip(expected) {
            assert_eq!(line[0], format!("{leg}-leg"), "{mode}: {kind}");
            assert_eq!(line[1], (kind as u8).to_string(), "{mode}");
            for (name, shown) in OCTETS.iter().zip(&line[3..]) {
                assert_eq!(
                    *shown,
                    fields.get(*name).and_then(Value::as_str).unwrap_or_default(),
                    "{mode}: {kind}: {name}"
                );
                let octets = base64url(shown).expect("octets");
                assert!(line[2].contains(&lab::evidence::hex(&octets)), "{mode}: {kind}: {name}: {}", line[2]);
            }
        }
    }
}

#[test]
fn no_attack_makes_a_packet_that_a_capture_would_not_have() {
    let odd = [
        "-Y",
        "tcp.analysis.flags || tcp.checksum.status != 1 || ip.checksum.status != 1 || _ws.malformed || _ws.expert.severity >= 6291456",
    ];
    for scenario in [
        "ecdh/substitute",
        "dh-cert:legacy/downgrade",
        "ecdh-cert/rogue-ca",
        "ecdh/drop",
        "sas/substitute",
        "hybrid-cert/strip-hybrid",
    ] {
        let Some(odd) = tshark(&packets(&played(scenario)), &odd) else { return };
        assert_eq!(odd, "", "{scenario}");
    }
    // What the filter looks for is found where it is.
    let mut spoiled = packets(&played("ecdh/relay"));
    let at = spoiled.windows(9).position(|text| text == b"{\"session").expect("the client's first frame");
    spoiled[at + 2] ^= 1;
    assert!(tshark(&spoiled, &odd).is_some_and(|odd| odd.lines().count() == 1));
}

#[test]
fn the_two_legs_run_on_one_clock_and_each_is_a_whole_connection() {
    let record = played("ecdh-cert/rogue-ca");
    let names = [
        "frame.time_epoch",
        "frame.interface_name",
        "tcp.flags",
        "tcp.stream",
        "tcp.len",
        "ip.src_host",
        "ip.dst_host",
    ];
    let mut args = vec!["-N", "n", "-T", "fields"];
    args.extend(names.iter().flat_map(|name| ["-e", name]));
    let Some(told) = tshark(&packets(&record), &args) else { return };
    let lines: Vec<Vec<&str>> = told.lines().map(|line| line.split('\t').collect()).collect();
    let times: Vec<f64> = lines.iter().map(|line| line[0].parse().expect("a time")).collect();
    assert!(times.is_sorted() && times[0] >= 1_767_225_600.0, "{times:?}");
    for (stream, leg, ends) in
        [("0", "client-leg", ["client", "attacker"]), ("1", "server-leg", ["attacker", "server"])]
    {
        let own: Vec<&Vec<&str>> = lines.iter().filter(|line| line[3] == stream).collect();
        assert!(own.iter().all(|line| line[1] == leg && ends.contains(&line[5]) && ends.contains(&line[6])), "{own:?}");
        let flags: Vec<&str> = own.iter().map(|line| line[2]).collect();
        assert_eq!(
            (flags[..3].to_vec(), flags[flags.len() - 3..].to_vec()),
            (vec!["0x0002", "0x0012", "0x0010"], vec!["0x0011", "0x0011", "0x0010"],)
        );
        let octets: usize = own.iter().map(|line| line[4].parse::<usize>().expect("a length")).sum();
        let relayed = expected(&record.events).len();
        assert!(octets > 100 * relayed / 2, "{octets}");
    }
}

#[test]
fn the_comments_say_what_the_attacker_did_and_what_came_of_it() {
    let record = played("ecdh/substitute");
    let Some(told) = tshark(&packets(&record), &["-T", "fields", "-e", "frame.comment"]) else { return };
    for sentence in [
        "the attacker alters share in the client's client-hello",
        "share: ",
        "the client has finished",
        "the attacker reads",
    ] {
        assert!(told.contains(sentence), "{sentence}: {told}");
    }
    let file = String::from_utf8_lossy(&packets(&record)).into_owned();
    let verdict = record.session.verdict.expect("a verdict");
    assert!(file.contains(&format!("{}: {}", verdict.kind, verdict.because)) && file.contains("ecdh/substitute"));
}

#[test]
fn the_sessions_of_a_campaign_are_connections_of_their_own() {
    let scenario: Scenario = "tofu/first-contact".parse().expect("a scenario");
    let log = campaign(&staging::campaign(&scenario, &Setting::seeded("test", 7)).expect("orders"));
    let begun = log.events.iter().filter(|event| matches!(event.fact, Fact::Began { .. })).count();
    let Some(told) = tshark(&packets(&record("tofu/first-contact", log.events)), &["-T", "fields", "-e", "tcp.stream"])
    else {
        return;
    };
    let streams: BTreeSet<&str> = told.lines().collect();
    assert!(begun > 1 && streams.len() == 2 * begun, "{begun}: {streams:?}");
}

#[test]
fn what_a_session_says_steers_nobody_who_reads_the_comments() {
    let step = Fact::Step { number: 1, text: "\u{1b}[2J\u{202e}gone".into(), recipe: None };
    let mut record = played("ecdh/relay");
    let at = record.events.iter().position(|event| event.source == Actor::Attacker).expect("the attacker") + 1;
    record.events.insert(at, Event { fact: step, ..record.events[at - 1].clone() });
    let file = String::from_utf8_lossy(&packets(&record)).into_owned();
    assert!(file.contains("gone") && !file.contains("\u{1b}[2J") && !file.contains('\u{202e}'));
}

/// Frames, each on a connection of its own from another port, to the attacker's.
fn sent(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new()).expect("a recording");
    for (frame, port) in frames.iter().zip(10_000..) {
        let mut conversation = Conversation::new(([192, 0, 2, 1], port).into(), ([192, 0, 2, 2], 7001).into());
        let opening = OPENING.map(|(way, flag)| conversation.segment(way, flag, &[]).expect("a packet"));
        opening.iter().for_each(|packet| writer.packet(0, packet).expect("a block"));
        for part in frame.chunks(1000) {
            writer.packet(0, &conversation.segment(Way::Onward, Flag::Data, part).expect("a packet")).expect("a block");
        }
    }
    writer.into_inner()
}

/// The streams in which something is said to be malformed, or a field that there is not.
fn faulty(recording: &[u8]) -> Option<BTreeSet<usize>> {
    let told =
        tshark(recording, &["-Y", "interlock.malformed || interlock.unknown", "-T", "fields", "-e", "tcp.stream"])?;
    Some(told.lines().map(|line| line.parse().expect("a number")).collect())
}

#[test]
fn malformed_frames_are_told_as_such_and_break_nothing() {
    let record = played("ecdh/relay");
    let mut frames = record.events.iter().filter_map(|event| match &event.fact {
        Fact::Frame { bytes, .. } => base64url(bytes),
        _ => None,
    });
    let hello = frames.next().expect("a frame");
    let good = Frame { kind: Kind::ClientHello, body: hello[4..].to_vec() };
    let bodies: Vec<Vec<u8>> = hostile::bodies(&good).iter().map(Frame::to_bytes).collect();
    let cut: Vec<Vec<u8>> = (0..hello.len())
        .map(|end| Frame { body: hello[4.min(end)..end].to_vec(), ..good.clone() }.to_bytes())
        .collect();
    let headers = [
        vec![0, 0, 0, 0],
        vec![10, 0, 0, 2, b'{', b'}'],
        vec![1, 1, 0, 1],
        vec![23, 0, 0, 0],
        vec![23, 0, 0, 24, 0],
        vec![255; 9],
    ];
    let records = (0..25u8).map(|length| [&[23, 0, 0, length][..], &vec![7; usize::from(length)]].concat());
    let whole = 25;
    let frames: Vec<Vec<u8>> = bodies.into_iter().chain(cut).chain(headers).chain(records).collect();
    let Some(told) = faulty(&sent(&frames)) else { return };
    // Frames that are not whole yet are no fault.
    let unfinished = [vec![23, 0, 0, 24, 0]];
    let all: BTreeSet<usize> = (0..frames.len()).filter(|i| !unfinished.contains(&frames[*i])).collect();
    assert!(all.len() > whole);
    let unmarked: Vec<String> =
        all.difference(&told).map(|i| String::from_utf8_lossy(&frames[*i]).into_owned()).collect();
    assert_eq!(unmarked, Vec::<String>::new());
    assert_eq!(faulty(&sent(&[hello])), Some(BTreeSet::new()), "a good one is not marked");
}

#[test]
fn the_dissectors_fields_are_those_of_the_wires_documentation() {
    let page = include_str!("../../../docs/wire.md");
    let table = page.split_once("| message | field | sort | value |").expect("the table").1;
    let table = table.split("\n\n").next().expect("its rows");
    let named = table.lines().filter_map(|row| row.split('|').nth(2)?.split('`').nth(1).map(str::to_owned));
    let documented: BTreeSet<String> = named.collect();
    assert!(documented.len() > 20, "{documented:?}");
    let dissector = fs::read_to_string(DISSECTOR).expect("the dissector");
    let begin = dissector.split_once("local OCTETS, SORTS, NAMED").expect("the names").1;
    let names = begin.split_once("for name in pairs(SORTS)").expect("their end").0;
    let known: BTreeSet<String> = names.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    let known: BTreeSet<String> = known
        .into_iter()
        .filter(|name| !name.contains('.') && !["array", "string"].contains(&name.as_str()) || name == "string")
        .collect();
    assert_eq!(known, documented);
}
