//! `interlock audit --server`: servers that demand certificates and are broken in one way each, each graded as what it is.

use serde_json::Value;
use std::{fs, path::Path, process::Command};
use support::programs::{Finished, run};

/// Whether there is such a program.
fn there(program: &str) -> bool {
    let there = Command::new(program).arg("-h").output().is_ok();
    if !there {
        println!("not run: {program} is missing");
    }
    there
}

/// An audit of this server.
fn audited(server: &str, options: &[&str]) -> (Option<i32>, Value) {
    let Finished { code, out, err } = run("interlock", &[&["audit", "--json", "--server", server], options].concat());
    let report = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{server}: {error}: {out}{err}"));
    (code, report)
}

/// The server that is broken in this way.
fn broken(way: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/broken_server.py").display().to_string();
    format!("python3 -B '{script}' {way}")
}

fn cells(report: &Value) -> &[Value] {
    report["servers"][0]["cells"].as_array().unwrap()
}

#[test]
fn each_way_to_be_broken_has_its_grade() {
    if !there("python3") {
        return;
    }
    for (way, grade, depth, twin, code, grounds, ended) in [
        ("careful", "refused", "handshake", "accepted", 0, "refused", None),
        ("named", "refused", "handshake", "accepted", 0, "refused", None),
        ("optional", "refused", "handshake", "accepted", 0, "refused", None),
        ("accepts", "accepted", "canary", "accepted", 1, "accepted", None),
        ("withholds", "error", "bytes", "not-run", 3, "distrustful", None),
        ("plain", "error", "connected", "not-run", 3, "no-handshake", Some("stopped")),
        ("stuck", "error", "connected", "not-run", 3, "no-handshake", Some("overdue")),
        ("deaf", "error", "nothing", "not-run", 3, "never-connected", Some("overdue")),
        ("ends", "error", "nothing", "not-run", 3, "never-connected", Some("exit")),
    ] {
        // Whose time is over makes everybody wait for that.
        let deadline = if ended == Some("overdue") { "3" } else { "5" };
        let (exit, report) = audited(&broken(way), &["--attack", "forge-expired", "--deadline", deadline]);
        let [cell] = cells(&report) else { panic!("{report}") };
        let got =
            [&cell["grade"], &cell["depth"], &cell["twin"], &cell["grounds"]["is"]].map(|it| it.as_str().unwrap());
        assert_eq!((got, exit), ([grade, depth, twin, grounds], Some(code)), "{way}: {report}");
        assert_eq!(cell["grounds"]["ended"]["is"].as_str(), ended, "{way}: {report}");
        assert_eq!((&cell["check"], &report["totals"][grade]), (&"cert-validity".into(), &1.into()), "{way}");
        assert_eq!((&report["servers"][0]["server"], &report["clients"]), (&"python3".into(), &Value::Array(vec![])));
        assert!(!cell["because"].as_str().unwrap().is_empty());
    }
}

/// Who need not show a certificate at all is let in without one, though a bad one is refused.
#[test]
fn a_certificate_that_need_not_be_shown() {
    if !there("python3") {
        return;
    }
    for (way, grade) in [("careful", "refused"), ("optional", "accepted")] {
        let (_, report) = audited(&broken(way), &["--attack", "no-certificate"]);
        assert_eq!((&cells(&report)[0]["grade"], &cells(&report)[0]["check"]), (&grade.into(), &"cert-chain".into()));
    }
}

/// A server that goes on in the background is audited like any other, and is gone afterwards.
#[cfg(target_os = "linux")]
#[test]
fn a_server_in_the_background_does_not_outlive_its_audit() {
    if !there("python3") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let list = directory.path().join("left").display().to_string();
    let (code, report) = audited(&broken(&format!("background '{list}'")), &["--attack", "forge-expired"]);
    assert_eq!((code, &cells(&report)[0]["grade"]), (Some(0), &"refused".into()), "{report}");
    let left = fs::read_to_string(&list).unwrap();
    assert_eq!(left.lines().count(), 3, "the honest client, the attack and its twin: {left}");
    for process in left.lines() {
        let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        assert!(state.is_empty() || state.contains(") Z"), "{process} is left: {state}");
    }
}

/// The whole catalogue: who asks for no certificate lets everybody in, but for those who do not even finish the handshake.
#[test]
fn the_whole_catalogue_tells_a_careless_server_from_a_careful_one() {
    if !there("python3") {
        return;
    }
    let (code, report) = audited(&broken("accepts"), &[]);
    assert_eq!(code, Some(1));
    assert!(cells(&report).len() >= 28, "{}", cells(&report).len());
    // It hears nothing early, and does not look at lists again.
    let (lacking, tried): (Vec<&Value>, Vec<_>) = cells(&report).iter().partition(|it| it["grade"] == "not-applicable");
    assert_eq!(lacking.iter().map(|it| &it["attack"]).collect::<Vec<_>>(), ["resume:revoked", "resume:early-data"]);
    for cell in tried {
        let attack = cell["attack"].as_str().unwrap();
        assert!(!attack.starts_with("forge-name:") && attack != "truncate", "not against a server: {attack}");
        let excused = ["cert-revoked", "cert-serial", "cert-key-identifier"].contains(&cell["check"].as_str().unwrap());
        let grade = match excused {
            true => "not-looked-at",
            // Its share of no use is refused whoever the client is.
            false if attack.starts_with("low-order") => "refused",
            false => "accepted",
        };
        assert_eq!((&cell["grade"], &cell["twin"]), (&grade.into(), &"accepted".into()), "{cell}");
    }
    for attack in ["forge-un*", "forge-ex*", "no-*", "replay-*"] {
        let (code, report) = audited(&broken("careful"), &["--attack", attack]);
        assert_eq!((code, &report["totals"]["refused"]), (Some(0), &report["totals"]["all"]), "{report}");
    }
}

/// A server that takes a session for what it was worth when it began: believed is the client that another host of the same server
/// believes, the one that need not show a certificate there, and the one whose certificate was withdrawn since. Who believes no session
/// that rests on another refuses all three, and believes the twins, which come again without.
#[test]
fn a_session_is_worth_what_its_certificate_is_worth_by_then() {
    if !there("python3") {
        return;
    }
    let hosts =
        [("resume:name", "cert-name"), ("resume:authority", "cert-chain"), ("resume:no-certificate", "cert-chain")];
    for (way, what, attacks) in
        [("hosts", "{first} {first_ca}", &hosts[..]), ("lists", "{crl}", &[("resume:revoked", "cert-revoked")])]
    {
        for (more, code, grade) in [("", 1, "accepted"), (" anew", 0, "refused")] {
            let patterns: Vec<&str> = attacks.iter().flat_map(|(attack, _)| ["--attack", attack]).collect();
            let (exit, report) = audited(&broken(&format!("{way} {what}{more}")), &patterns);
            assert_eq!((exit, cells(&report).len()), (Some(code), attacks.len()), "{way}{more}: {report}");
            for (cell, (attack, check)) in cells(&report).iter().zip(attacks) {
                let got = [&cell["attack"], &cell["check"], &cell["grade"], &cell["twin"]];
                // One server may let its hosts share their sessions, and says so by doing it.
                let left = grade == "accepted" && *attack == "resume:name";
                let grade = if left { "not-looked-at" } else { grade };
                assert_eq!(got, [*attack, *check, grade, "accepted"], "{way}{more}: {cell:#}");
            }
        }
    }
}

/// What a genuine client says to OpenSSL before the handshake is finished is heard once more where its protection against that is
/// switched off, and once where it is not.
#[test]
fn what_is_said_early_is_heard_again_where_nobody_remembers_it() {
    if !there("openssl") {
        return;
    }
    let server =
        "openssl s_server -accept {address}:{port} -cert {cert} -key {key} -CAfile {ca} -Verify 4 -tls1_3 -early_data";
    for (more, code, grade) in [("", 0, "refused"), (" -no_anti_replay", 1, "accepted")] {
        let server = format!("sh -c '(cat canary; exec tail -f /dev/null) | {server}{more}'");
        let (exit, report) = audited(&server, &["--attack", "resume:early-data"]);
        let [cell] = cells(&report) else { panic!("{report}") };
        let got = [&cell["check"], &cell["grade"], &cell["twin"]];
        assert_eq!(
            (exit, got),
            (Some(code), ["fresh-transcript", grade, "accepted"].map(Value::from).each_ref()),
            "{cell:#}"
        );
        assert_eq!(cell["connections"][0]["replayed"], true, "{cell:#}");
    }
}

/// nginx as its own users start it: a configuration of theirs, in which the same things stand between braces.
#[test]
fn a_command_with_a_file_of_its_own() {
    if !there("nginx") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("own.conf").display().to_string();
    let verified = |on: &str| {
        let server = format!(
            "server {{ listen {{address}}:{{port}} ssl; ssl_certificate {{cert}}; ssl_certificate_key {{key}}; \
             ssl_client_certificate {{ca}}; ssl_verify_depth 4; ssl_verify_client {on}; return 200 {{canary}}; }}"
        );
        fs::write(
            &file,
            format!("pid {{dir}}/pid; error_log stderr info; events {{}} http {{ access_log off; {server} }}"),
        )
        .unwrap();
        let command = "nginx -p {dir} -e stderr -c {dir}/own.conf";
        let (code, report) = audited(command, &["--deadline", "10", "--file", &file, "--attack", "forge-unknown-ca"]);
        (code, cells(&report)[0]["grade"].as_str().unwrap().to_owned(), cells(&report)[0]["repeat"].clone())
    };
    let (code, grade, repeat) = verified("on");
    assert_eq!((code, grade.as_str()), (Some(0), "refused"));
    let repeat = repeat.as_str().unwrap();
    assert!(repeat.contains("--file ") && repeat.contains(" --server '"), "{repeat}");
    assert_eq!(verified("optional_no_ca").1, "accepted");
}

#[test]
fn what_is_not_there_is_a_usage_error() {
    let (code, report) = audited("no-such-server {port}", &["--attack", "forge-expired"]);
    assert_eq!((code, &cells(&report)[0]["grounds"]["ended"]["is"]), (Some(2), &"missing".into()));
    for (args, said) in [
        (vec!["--server", "sh -c 'open"], "a quotation has no end"),
        (vec!["--server", "true", "--file", "/no/such/file"], "--file /no/such/file: No such file"),
    ] {
        let finished = run("interlock", &[&["audit"], &args[..]].concat());
        assert_eq!(finished.code, Some(2), "{args:?}: {finished:?}");
        assert!(finished.err.contains(said), "{args:?}: {}", finished.err);
    }
}
