//! Scripts between processes: found and performed by the console, played from a file, and by hand.

#![cfg(target_os = "linux")]

use serde_json::Value as Json;
use std::fs;
use support::programs::{Finished, Program, run};

fn json(finished: &Finished) -> Json {
    serde_json::from_str(&finished.out).unwrap_or_else(|error| panic!("{error}: {finished:?}"))
}

/// What the explorer finds in a mode, performed.
fn executed(mode: &str, more: &[&str]) -> (Option<i32>, Json) {
    let finished = run("interlock", &[&["explore", mode, "--execute", "--json"], more].concat());
    (finished.code, json(&finished))
}

#[test]
fn what_is_found_is_performed_between_processes() {
    for (mode, more, kind) in [
        ("ecdh", [].as_slice(), "impersonated"),
        ("ecdh-cert", &["--without", "transcript-signature"], "impersonated"),
        ("ecdh-mutual", &["--without", "identity-binding"], "misbound"),
        ("ecdh-cert", &["--without", "record-auth", "--goal", "authenticity-client"], "altered"),
        // What is said by voice, keys that change among records, and a client that is led back to itself.
        ("sas", &["--without", "sas-compare"], "impersonated"),
        ("ecdh-cert:rekey", &["--without", "transcript-signature"], "impersonated"),
        ("psk", &["--without", "role-separation"], "misbound"),
    ] {
        let (code, found) = executed(mode, more);
        let executed = &found["executed"];
        assert_eq!(code, Some(1), "{mode}: {executed}");
        assert_eq!(executed["as_found"], true, "{mode}: {executed}");
        assert_eq!(executed["verdict"]["kind"], kind, "{mode}: {executed}");
        let moves = found["script"]["moves"].as_array().expect("moves").len();
        assert_eq!(executed["wire"].as_array().map(Vec::len), Some(moves), "{mode}");
        assert_eq!(executed["parted"], Json::Null, "{mode}");
    }
}

/// Sessions at the same time, over sockets: each stands in the report by itself, and both were split.
#[test]
fn sessions_at_once_are_played_from_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("crossed.json");
    let path = file.to_str().expect("a path");
    let script = super::execute::crossed();
    fs::write(&file, script.to_json().to_string()).expect("a file");
    let played = run("interlock", &["run", "ecdh", "--script", path, "--seed", "7", "--json"]);
    assert_eq!(played.code, Some(0), "{played:?}");
    let played = json(&played);
    let expected = (&"ecdh/script".into(), &"broken".into());
    assert_eq!((&played["scenario"], &played["verdict"]["class"]), expected, "{played}");
}

#[test]
fn where_nothing_is_found_nothing_is_performed() {
    let (code, found) = executed("ecdh-mutual", &[]);
    assert_eq!((code, &found["result"], &found["script"]), (Some(0), &Json::from("none"), &Json::Null));
    assert!(found.get("executed").is_none(), "{found}");
}

#[test]
fn a_script_is_played_from_a_file_and_refused_for_another_mode() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("found.json");
    let path = file.to_str().expect("a path");
    let found = json(&run("interlock", &["explore", "ecdh", "--sessions", "1+1", "--json"]));
    fs::write(&file, found["script"].to_string()).expect("a file");
    let played = run("interlock", &["run", "ecdh", "--script", path, "--seed", "7", "--json"]);
    assert_eq!(played.code, Some(0), "{played:?}");
    let played = json(&played);
    assert_eq!((&played["scenario"], &played["verdict"]["kind"]), (&"ecdh/script".into(), &"impersonated".into()));
    for (args, named) in [
        (["run", "dh", "--script", path].as_slice(), "mode"),
        (&["run", "ecdh/substitute", "--script", path], "substitute"),
        (&["run", "ecdh"], "expected MODE/ATTACK"),
        (&["run", "ecdh/script"], "none was given"),
        (&["run", "ecdh", "--script", "/nonexistent"], "--script"),
    ] {
        let refused = run("interlock", args);
        assert_eq!(refused.code, Some(2), "{args:?}: {refused:?}");
        assert!(refused.err.contains(named), "{args:?}: {refused:?}");
    }
    fs::write(&file, found["script"].to_string().replace("\"public\"", "\"privy\"")).expect("a file");
    let refused = run("interlock", &["run", "ecdh", "--script", path]);
    assert!(refused.code == Some(2) && refused.err.contains("apply.op"), "{refused:?}");
}

#[test]
fn a_script_is_played_by_hand() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("found.json");
    let path = file.to_str().expect("a path");
    let found = json(&run("interlock", &["explore", "ecdh", "--sessions", "1+1", "--json"]));
    fs::write(&file, found["script"].to_string()).expect("a file");
    let listening = |program: &str, flags: &[&str]| {
        let mut program = Program::start(program, &[flags, &["--mode", "ecdh", "--listen", "127.0.0.1:0"]].concat());
        let address = program.until("the address", |line| line.strip_prefix("listening on ").map(str::to_owned));
        (program, address)
    };
    let (_server, beyond) = listening("server", &[]);
    let (mut attacker, between) = listening("attacker", &["--connect", &beyond, "--script", path]);
    let client = run("client", &["--mode", "ecdh", "--connect", &between]);
    assert_eq!(client.code, Some(0), "{client:?}");
    attacker.until("what it read", |line| line.contains("Pay 100 to Carol").then_some(()));
    let refused = run("attacker", &["--mode", "dh", "--script", path]);
    assert!(refused.code == Some(2) && refused.err.contains("script"), "{refused:?}");
}
