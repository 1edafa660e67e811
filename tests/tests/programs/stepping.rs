//! Sessions in which somebody decides about each frame: nothing goes on without a decision, and no verdict depends on how long
//! one takes.

#![cfg(target_os = "linux")]

use serde_json::{Value, json};
use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};
use support::{
    http::{Answer, Stream, post, request},
    programs::{Finished, path, run},
    serving::{Lab, text},
};

fn lab(more: &[&str]) -> Lab {
    Lab::start(&[&["--ephemeral", "--listen", "127.0.0.1:0"], more].concat())
}

fn started(answer: &Answer) -> String {
    assert_eq!(answer.status, 202, "{answer:?}");
    let session = &answer.json()["sessions"][0];
    assert_eq!(session["by_hand"], true, "{answer:?}");
    text(&session["session"])
}

fn step(lab: &Lab, scenario: &str) -> String {
    let body = json!({ "scenario": scenario, "seed": 7, "step": true });
    started(&post(lab.address, "/api/sessions", &body.to_string()))
}

fn decide(lab: &Lab, id: &str, decision: &Value) -> Answer {
    post(lab.address, &format!("/api/sessions/{id}/decision"), &decision.to_string())
}

fn events(lab: &Lab, id: &str) -> Vec<Value> {
    lab.get(&format!("/api/sessions/{id}/events")).json()["events"].as_array().expect("events").clone()
}

/// The frame that is held once so many were decided about; nothing where the session is judged before.
fn held(lab: &Lab, id: &str, decided: usize) -> Option<Value> {
    let mut stream = Stream::open(lab.address, None);
    loop {
        let events = events(lab, id);
        let is = |event: &&Value, name: &str| event["type"] == name;
        let count = events.iter().filter(|event| is(event, "decided")).count();
        let last = events.iter().rfind(|event| is(event, "held") || is(event, "decided"));
        if let Some(last) = last.filter(|last| count == decided && last["type"] == "held") {
            return Some(last.clone());
        }
        if lab.get(&format!("/api/sessions/{id}")).json()["status"] == "done" {
            return None;
        }
        stream.until("something new of it", |message| message.data["session"] == id);
    }
}

/// Decides the same about every frame after so many until the session is judged; answers with how many there were in all.
fn all(lab: &Lab, id: &str, mut count: usize, action: &str) -> (usize, Value) {
    while let Some(frame) = held(lab, id, count) {
        let decision = json!({ "action": action, "held": frame["n"] });
        assert_eq!(decide(lab, id, &decision).status, 202);
        count += 1;
    }
    (count, lab.judged(id))
}

/// The kind of the verdict, and the check at which somebody stopped.
fn verdict(session: &Value) -> (Value, Value) {
    (session["verdict"]["kind"].clone(), session["verdict"]["check"].clone())
}

/// Time that is as long as it takes: so many sessions, one after the other, in each of which a victim loses its patience.
fn patiences(lab: &Lab, count: usize) {
    for _ in 0..count {
        assert_eq!(lab.run("dh/drop")["verdict"]["kind"], "disrupted");
    }
}

#[test]
fn what_the_attack_proposes_gives_what_the_attack_gives_however_long_somebody_thinks() {
    // Victims wait two seconds for each flight and sixteen in all, the attacker twenty-two, the console fifteen. Between two
    // decisions they have their usual time, which has to be enough on any machine.
    let lab = lab(&["--patience", "2000", "--deadline", "10"]);
    let id = step(&lab, "ecdh/substitute");
    let first = held(&lab, &id, 0).expect("the first frame");
    assert_eq!((&first["from"], &first["kind"]), (&json!("client"), &json!("client-hello")), "{first}");
    assert_eq!((&first["proposes"], &first["changed"][0]["field"]), (&json!("alter"), &json!("share")), "{first}");
    patiences(&lab, 12);
    let (count, session) = all(&lab, &id, 0, "propose");
    assert!(count > 3, "{count}");
    assert_eq!(verdict(&session), (json!("split"), Value::Null), "{session}");
    assert_eq!(session["fingerprints"].as_object().map(serde_json::Map::len), Some(3));
    // A session by hand stands in no cell.
    let matrix = lab.get("/api/matrix").body;
    assert!(!matrix.contains(&id), "{matrix}");
}

#[test]
fn what_is_passed_on_is_private_and_what_is_dropped_disrupts() {
    let lab = lab(&["--patience", "1500"]);
    let id = step(&lab, "ecdh/substitute");
    let (_, session) = all(&lab, &id, 0, "forward");
    assert_eq!(session["verdict"]["kind"], "private", "{session}");
    let id = step(&lab, "ecdh/substitute");
    held(&lab, &id, 0).expect("a frame");
    assert_eq!(decide(&lab, &id, &json!({ "action": "drop" })).status, 202);
    let (_, session) = all(&lab, &id, 1, "forward");
    assert_eq!(session["verdict"]["kind"], "disrupted", "{session}");
}

#[test]
fn a_record_that_is_altered_by_hand_is_refused_where_it_is_looked_at() {
    let lab = lab(&["--patience", "1500"]);
    for (scenario, kind, check) in [("ecdh/relay", "stopped", "record-auth"), ("ecdh/relay~record-auth", "altered", "")]
    {
        let id = step(&lab, scenario);
        let mut count = 0;
        let record = loop {
            let frame = held(&lab, &id, count).expect("a record");
            if frame["kind"] == "record" {
                break frame;
            }
            assert_eq!(decide(&lab, &id, &json!({ "action": "forward" })).status, 202);
            count += 1;
        };
        let mut octets = lab::wire::base64url(record["bytes"].as_str().expect("a frame")).expect("octets");
        // Past the frame's header, the number and the type.
        octets[lab::wire::HEADER + 12] ^= 1;
        let bytes = lab::wire::body::encode(&octets[lab::wire::HEADER..]);
        let altered = json!({ "action": "alter", "fields": { "bytes": bytes } });
        assert_eq!(decide(&lab, &id, &altered).status, 202);
        held(&lab, &id, count + 1);
        decide(&lab, &id, &json!({ "action": "resume" }));
        let session = lab.judged(&id);
        assert_eq!(verdict(&session).0, kind, "{session}");
        assert_eq!(session["verdict"]["check"].as_str().unwrap_or_default(), check, "{session}");
    }
}

#[test]
fn what_is_done_by_hand_is_kept_and_done_again() {
    let lab = lab(&[]);
    let id = step(&lab, "ecdh-cert/relay");
    held(&lab, &id, 0).expect("the client's hello");
    let altered = json!({ "action": "alter", "fields": { "random": "A".repeat(43) } });
    assert_eq!(decide(&lab, &id, &altered).status, 202);
    held(&lab, &id, 1).expect("the server's hello");
    let running = lab.get(&format!("/api/sessions/{id}/script"));
    assert_eq!((running.status, running.field().as_str()), (409, "session"));
    assert_eq!(decide(&lab, &id, &json!({ "action": "resume" })).status, 202);
    let session = lab.judged(&id);
    assert_eq!(verdict(&session), (json!("stopped"), json!("transcript-signature")), "{session}");
    // Again from the second frame on.
    let again = |decisions: usize| {
        post(lab.address, &format!("/api/sessions/{id}/again"), &json!({ "decisions": decisions }).to_string())
    };
    let second = started(&again(1));
    let frame = held(&lab, &second, 1).expect("the second frame");
    assert_eq!(frame["from"], "server", "{frame}");
    assert_eq!(decide(&lab, &second, &json!({ "action": "resume" })).status, 202);
    let told = |id: &str| {
        let of_wire = |event: &Value| event["type"] == "relayed";
        events(&lab, id)
            .into_iter()
            .filter(of_wire)
            .map(|event| (event["from"].clone(), event["after"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(verdict(&lab.judged(&second)), verdict(&session));
    assert_eq!(told(&second), told(&id), "one seed, one wire");
    assert_eq!((again(9).status, again(9).field().as_str()), (400, "decisions"));
    // Once more as a script, from the file.
    let script = lab.get(&format!("/api/sessions/{id}/script"));
    assert_eq!(script.json()["decisions"][0]["fields"]["random"], "A".repeat(43), "{script:?}");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kept.json");
    fs::write(&file, &script.body).expect("a file");
    let path = file.to_str().expect("a path");
    let played = run("interlock", &["run", "ecdh-cert", "--script", path, "--json"]);
    assert_eq!(played.code, Some(0), "{played:?}");
    let played: Value = serde_json::from_str(&played.out).expect("JSON");
    assert_eq!(verdict(&played), verdict(&session), "{played}");
    assert_eq!((&played["seed"], &played["by_hand"]), (&json!(7), &json!(true)));
    // Without the check, which the command line can switch off, the altered frame gives another verdict.
    let without = run("interlock", &["run", "ecdh-cert~transcript-signature", "--script", path, "--json"]);
    let without: Value = serde_json::from_str(&without.out).expect("JSON");
    assert_ne!(verdict(&without), verdict(&session), "{without}");
    let other = run("interlock", &["run", "dh", "--script", path]);
    assert!(other.code == Some(2) && other.err.contains("mode"), "{other:?}");
    // It is part of the exports, and a session that nobody steered has none.
    let json = lab.get(&format!("/api/sessions/{id}/export?format=json"));
    let exported = json.json();
    let told = exported["events"].as_array().expect("events").iter().filter(|event| event["type"] == "decided");
    assert_eq!((told.count(), &exported["session"]["by_hand"]), (2, &json!(true)));
    assert!(lab.get(&format!("/api/sessions/{id}/export?format=html")).body.contains("decided"));
    let plain = text(&lab.run("dh/relay")["session"]);
    assert_eq!(lab.get(&format!("/api/sessions/{plain}/script")).status, 409);
}

#[test]
fn a_decision_that_is_none_is_refused_by_its_field_and_changes_nothing() {
    let lab = lab(&[]);
    let id = step(&lab, "ecdh-cert/relay");
    let frame = held(&lab, &id, 0).expect("the client's hello");
    let other = frame["n"].as_u64().expect("a number") + 1;
    for (decision, status, field) in [
        (json!({}), 400, "action"),
        (json!({ "action": "inject" }), 400, "action"),
        (json!({ "action": "forward", "more": 1 }), 400, "more"),
        (json!({ "action": "forward", "fields": { "random": "AA" } }), 400, "fields"),
        (json!({ "action": "forward", "fields": [] }), 400, "fields"),
        (json!({ "action": "alter" }), 400, "fields"),
        (json!({ "action": "alter", "fields": { "random": "short" } }), 400, "fields.random"),
        (json!({ "action": "alter", "fields": { "random": 7 } }), 400, "fields.random"),
        (json!({ "action": "alter", "fields": { "randoms": "AA" } }), 400, "fields.randoms"),
        (json!({ "action": "forward", "held": other }), 409, "held"),
        (json!({ "action": "forward", "held": "x" }), 400, "held"),
    ] {
        let answer = decide(&lab, &id, &decision);
        assert_eq!((answer.status, answer.field().as_str()), (status, field), "{decision}");
    }
    let path = format!("POST /api/sessions/{id}/decision");
    let host = lab.address.to_string();
    let forward = json!({ "action": "forward" }).to_string();
    let foreign = [("Host", host.as_str()), ("Origin", "http://evil.example"), ("Content-Type", "application/json")];
    assert_eq!(request(lab.address, &path, &foreign, &forward).status, 403, "another site decides nothing");
    let plain = [("Host", host.as_str()), ("Content-Type", "text/plain")];
    assert_eq!(request(lab.address, &path, &plain, &forward).status, 415, "nor does a form");
    assert_eq!(decide(&lab, "0000000000000000", &json!({ "action": "forward" })).status, 404);
    assert_eq!(held(&lab, &id, 0), Some(frame), "it is held as before");
    for (wrong, field) in
        [(json!({ "sessions": 2 }), "sessions"), (json!({ "wait": true }), "wait"), (json!({ "step": 1 }), "step")]
    {
        let mut body = json!({ "scenario": "ecdh/relay", "step": true });
        body.as_object_mut().expect("an object").extend(wrong.as_object().expect("an object").clone());
        let answer = post(lab.address, "/api/sessions", &body.to_string());
        assert_eq!((answer.status, answer.field().as_str()), (400, field), "{body}");
    }
    assert_eq!(decide(&lab, &id, &json!({ "action": "resume" })).status, 202);
    lab.judged(&id);
    let late = decide(&lab, &id, &json!({ "action": "forward" }));
    assert_eq!((late.status, late.field().as_str()), (409, "session"));
}

/// Whoever forgets a frame keeps a place for so long and no longer, and that is no defence.
#[test]
fn a_frame_that_is_forgotten_ends_its_session_and_four_are_the_most() {
    let lab = lab(&["--hold", "2"]);
    let scenarios = ["ecdh/relay", "dh/relay", "psk/relay", "ecdh/substitute"];
    let ids = scenarios.map(|scenario| step(&lab, scenario));
    let body = json!({ "scenario": "sas/relay", "step": true });
    let fifth = post(lab.address, "/api/sessions", &body.to_string());
    assert_eq!((fifth.status, fifth.field().as_str()), (409, "step"), "{fifth:?}");
    assert_eq!(lab.run("ecdh-cert/relay")["verdict"]["kind"], "private", "they are in nobody's way");
    for id in &ids {
        let session = lab.judged(id);
        assert_eq!(session["verdict"]["kind"], "inconclusive", "{session}");
        let cancelled = events(&lab, id).into_iter().find(|event| event["type"] == "cancelled");
        assert_eq!(cancelled.expect("why")["why"], "undecided");
    }
    assert_eq!(post(lab.address, "/api/sessions", &body.to_string()).status, 202, "there is room again");
}

/// What `interlock run --step` makes of these lines.
fn in_a_terminal(args: &[&str], lines: &str) -> (Finished, Value) {
    let mut command = Command::new(path("interlock"));
    command.args([&["run", "--step", "--json", "--seed", "7"], args].concat()).env("NO_COLOR", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().expect("the program");
    program.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("the lines");
    let ended = program.wait_with_output().expect("its end");
    let [out, err] = [ended.stdout, ended.stderr].map(|text| String::from_utf8(text).expect("text"));
    let session = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}\n{err}"));
    (Finished { code: ended.status.code(), out, err }, session)
}

#[test]
fn in_a_terminal_a_line_decides_about_each_frame_and_the_end_of_the_input_about_all() {
    let (ended, session) = in_a_terminal(&["ecdh/substitute"], "");
    assert_eq!(
        (ended.code, &session["verdict"]["kind"], &session["by_hand"]),
        (Some(0), &json!("split"), &json!(true))
    );
    assert!(ended.err.contains("the client's client-hello waits in the attacker's hand"), "{ended:?}");
    let (ended, session) = in_a_terminal(&["ecdh/substitute"], &"f\n".repeat(40));
    assert_eq!((ended.code, &session["verdict"]["kind"]), (Some(0), &json!("private")), "{ended:?}");
    // What is no decision is told and changes nothing; what is decided can be kept, and done again.
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("kept.json").display().to_string();
    let random = "A".repeat(43);
    let lines =
        format!("fly\n\nalter\nalter random=short\na other=1\nf random={random}\nalter random={random}\nresume\n");
    let (ended, session) = in_a_terminal(&["ecdh-cert/relay", "--keep", &file], &lines);
    assert_eq!(verdict(&session), (json!("stopped"), json!("transcript-signature")), "{ended:?}");
    for told in ["expected forward, drop", "fields.random", "fields.other"] {
        assert!(ended.err.contains(told), "{told}: {}", ended.err);
    }
    let again = run("interlock", &["run", "ecdh-cert", "--script", &file, "--json"]);
    let again: Value = serde_json::from_str(&again.out).expect("JSON");
    assert_eq!((verdict(&again), &again["seed"]), (verdict(&session), &session["seed"]));
    let refused = run("interlock", &["run", "dh/relay", "--step", "--sessions", "2"]);
    assert_eq!(refused.code, Some(2), "{refused:?}");
}

/// In a campaign each session is held, until somebody resumes.
#[test]
fn a_campaign_is_held_in_each_of_its_sessions() {
    let lab = lab(&[]);
    let id = step(&lab, "tofu/substitute");
    let mut sessions = 0;
    let mut count = 0;
    while held(&lab, &id, count).is_some() {
        assert_eq!(decide(&lab, &id, &json!({ "action": "propose" })).status, 202);
        count += 1;
    }
    let told = events(&lab, &id);
    for (at, event) in told.iter().enumerate() {
        if event["type"] == "began" {
            sessions += 1;
            let until =
                told[at + 1..].iter().position(|event| event["type"] == "began").map_or(told.len(), |it| at + 1 + it);
            assert!(told[at..until].iter().any(|event| event["type"] == "decided"), "session {sessions}");
        }
    }
    assert!(sessions > 1, "it is a campaign");
    assert_eq!(verdict(&lab.judged(&id)), verdict(&lab.run("tofu/substitute")));
}
