//! `interlock audit`: the lies of the handshake and of records, against clients that fall for one of them each, and against
//! what is installed here.

use serde_json::Value;
use std::process::Command;
use support::programs::{Finished, run};

/// The cells of an audit, one an attack.
fn cells(options: &[&str]) -> (Option<i32>, Vec<Value>) {
    let Finished { code, out, err } = run("interlock", &[&["audit", "--json"], options].concat());
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{options:?}: {error}: {out}{err}"));
    (code, report["clients"][0]["cells"].as_array().unwrap().clone())
}

/// The client that leaves these checks out.
fn careless(attack: &str, without: &[&str]) -> (Option<i32>, Vec<Value>) {
    let client = env!("CARGO_BIN_EXE_careless");
    cells(&[&["--attack", attack, "--", client], without].concat())
}

/// Each attack, the check that stops it, and what a client leaves out that falls for it.
const LIES: &[(&str, &str, &str)] = &[
    ("no-certificate", "cert-chain", "cert-chain"),
    ("no-signature", "transcript-signature", "transcript-signature"),
    ("replay-cert", "transcript-signature", "transcript-signature"),
    ("replay-signature", "fresh-transcript", "transcript-signature"),
    ("replay-signature:role", "transcript-signature", "transcript-signature"),
    ("wrong-finished", "finished", "finished"),
    ("unoffered-protocol", "offers-bound", "offers-bound"),
    ("low-order", "contributory", "contributory"),
    ("low-order:one", "contributory", "contributory"),
    ("low-order:eight", "contributory", "contributory"),
    ("low-order:hybrid", "contributory", "contributory"),
    ("low-order:no-ciphertext", "contributory", "contributory"),
    ("tamper", "record-auth", "record-auth"),
    ("replay-record", "record-order", "record-order"),
    ("reorder", "record-order", "record-order"),
    ("truncate", "authenticated-close", "authenticated-close"),
];

/// Each wins against a client without the one check, and loses against the same client with it, which believes the twin.
#[test]
fn each_lie_wins_where_its_check_is_left_out_and_nowhere_else() {
    // It looks at no staples, so that all it does is not as it should be.
    let (code, all) = careless("*", &[]);
    assert_eq!(code, Some(1), "{all:#?}");
    let accepted = all.iter().filter(|cell| cell["grade"] == "accepted");
    assert!(accepted.clone().count() > 0 && accepted.clone().all(|cell| cell["check"] == "cert-revoked"), "{all:#?}");
    for (attack, check, left_out) in LIES {
        let cell = all.iter().find(|cell| cell["attack"] == *attack).unwrap_or_else(|| panic!("no {attack}"));
        assert_eq!((&cell["grade"], &cell["check"]), (&"refused".into(), &(*check).into()), "{cell:#}");
        let (code, cells) = careless(attack, &[left_out]);
        let [cell] = &cells[..] else { panic!("{cells:#?}") };
        assert_eq!((code, &cell["grade"]), (Some(1), &"accepted".into()), "{attack} without {left_out}: {cell:#}");
        assert_eq!((&cell["depth"], &cell["twin"]), (&"answer".into(), &"accepted".into()), "{attack}: {cell:#}");
    }
}

/// A client that connects twice and relies on a ticket falls for each change that its next session would have shown it; who looks
/// at the certificate again before offering the ticket does not, and both resume where nothing changed.
#[test]
fn a_ticket_is_worth_what_its_certificate_is_worth_by_then() {
    let careless = env!("CARGO_BIN_EXE_careless");
    let twice = [careless, "--twice", "{first}", "{first_ca}", "{crl}"];
    let all = [("resume:name", "cert-name"), ("resume:authority", "cert-chain"), ("resume:revoked", "cert-revoked")];
    for (more, code, grade, depth) in [(None, 0, "refused", "bytes"), (Some("--relies"), 1, "accepted", "answer")] {
        let (exit, cells) = cells(&[&["--attack", "resume:*", "--"], &twice[..], more.as_slice()].concat());
        let [resumed @ .., early] = &cells[..] else { panic!("{cells:#?}") };
        assert_eq!((exit, resumed.len()), (Some(code), all.len()), "{cells:#?}");
        let lacks = (&early["attack"], &early["grade"], &early["grounds"]["lacks"]["is"]);
        assert_eq!(lacks, (&"resume:early-data".into(), &"not-applicable".into(), &"early-data".into()));
        for (cell, (attack, check)) in resumed.iter().zip(all) {
            let got = [&cell["attack"], &cell["check"], &cell["grade"], &cell["depth"], &cell["twin"]];
            assert_eq!(got, [attack, check, grade, depth, "accepted"], "{cell:#}");
            let resumed: Vec<bool> =
                cell["connections"].as_array().unwrap().iter().map(|it| it["resumed"] == true).collect();
            assert_eq!(resumed, [false, more.is_some()], "{cell:#}");
        }
    }
    // Who never resumes cannot be tried.
    let (_, none) = cells(&["--attack", "resume:*", "--", careless]);
    assert_eq!(none.len(), 0);
}

/// What a client says before the handshake is finished, whoever has recorded it says again: a client that says its secret then falls for it,
/// one that says something harmless does not, and both are believed where they may say nothing then.
#[test]
fn what_is_said_early_is_said_again_by_whoever_recorded_it() {
    let twice = [env!("CARGO_BIN_EXE_careless"), "--twice", "{first}", "{first_ca}", "{crl}", "--early"];
    for (left_out, code, grade, depth) in
        [(None, 0, "refused", "bytes"), (Some("fresh-transcript"), 1, "accepted", "canary")]
    {
        let (exit, cells) =
            cells(&[&["--attack", "resume:early-data", "--"], &twice[..], left_out.as_slice()].concat());
        let [cell] = &cells[..] else { panic!("{cells:#?}") };
        let got = [&cell["check"], &cell["grade"], &cell["depth"], &cell["twin"]];
        assert_eq!(
            (exit, got),
            (Some(code), ["fresh-transcript", grade, depth, "accepted"].map(Value::from).each_ref())
        );
        let connections = cell["connections"].as_array().unwrap();
        let is = |name: &str| connections.iter().map(|it| it[name] == true).collect::<Vec<_>>();
        assert_eq!((is("early"), is("replayed")), (vec![false, true, true], vec![false, false, true]), "{cell:#}");
    }
}

/// A client that speaks nothing newer than TLS 1.2 has no reason to look at the end of a random value; one that does, has.
#[test]
fn a_downgrade_is_seen_by_whoever_offered_more() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/broken.py");
    if Command::new("python3").arg("--version").output().is_err() {
        println!("not run: python3 is missing");
        return;
    }
    for (way, grade) in [("careful", "refused"), ("old", "accepted")] {
        let (_, cells) = cells(&["--attack", "downgrade", "--", "python3", "-B", script, way]);
        assert_eq!((cells.len(), &cells[0]["grade"]), (1, &grade.into()), "{way}: {cells:#?}");
        assert_eq!((&cells[0]["check"], &cells[0]["twin"]), (&"offers-bound".into(), &"accepted".into()));
    }
}

/// Whoever is answered in plain text has been told nothing by anybody: who asks once more without TLS fell back.
#[test]
fn plain_text_in_the_place_of_tls() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/python/broken.py");
    if Command::new("python3").arg("--version").output().is_err() {
        println!("not run: python3 is missing");
        return;
    }
    for (way, grade) in [("careful", "refused"), ("plain", "fell-back")] {
        let (_, cells) = cells(&["--attack", "plain-text", "--", "python3", "-B", script, way]);
        assert_eq!((cells.len(), &cells[0]["grade"]), (1, &grade.into()), "{way}: {cells:#?}");
        assert_eq!(cells[0]["twin"], "accepted", "{way}: {cells:#?}");
    }
}

/// What everybody has refuses every lie for the lie's own sake: what its twin says is believed. Whoever takes the end of a
/// connection for the end of an answer is left out.
#[test]
fn what_is_installed_refuses_every_lie() {
    for client in ["curl", "openssl", "python", "node"] {
        let Finished { code, .. } = run("interlock", &["audit", "--client", client, "--attack", "no-signature"]);
        if code == Some(2) {
            println!("not run: {client} is missing");
            continue;
        }
        let mut met = 0;
        for attack in
            ["no-*", "plain-*", "replay-*", "wrong-*", "unoffered-*", "downgrade", "low-order*", "tamper", "reorder"]
        {
            let (code, cells) = cells(&["--client", client, "--attack", attack]);
            // Two need a client that offers X25519MLKEM768.
            let cells: Vec<&Value> = cells.iter().filter(|cell| cell["grade"] != "not-applicable").collect();
            for cell in &cells {
                assert_eq!((code, &cell["grade"]), (Some(0), &"refused".into()), "{client}: {cell:#}");
            }
            met += cells.len();
        }
        assert!(met >= 14, "{client}: {met}");
    }
}
