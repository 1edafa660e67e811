//! Programs of the user's own in a victim's place: the examples, each broken in one way, and programs that lie or do nothing.

use serde_json::Value;
use std::{path::Path, process::Command};
use support::programs::{Finished, run};

/// A command that runs a Python program of this repository; nothing where what it needs is missing.
fn python(program: &str, needs: &str) -> Option<String> {
    let has = Command::new("python3").args(["-c", needs]).status().is_ok_and(|status| status.success());
    if !has {
        println!("not run: python3 with what {needs:?} says is missing");
        return None;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(program);
    Some(format!("python3 -B '{}'", path.display()))
}

fn example() -> Option<String> {
    python("victims/examples/client.py", "import cryptography")
}

/// The client of docs/wire.md, for every mode.
fn client() -> Option<String> {
    python("tests/python/own.py", "")
}

/// The report of a run over these scenarios.
fn check(role: &str, command: &str, filters: &[&str]) -> (Option<i32>, Value) {
    let filters = filters.iter().flat_map(|filter| ["--filter", filter]);
    let args: Vec<&str> = ["check", role, command, "--json", "--jobs", "4"].into_iter().chain(filters).collect();
    let Finished { code, out, err } = run("interlock", &args);
    let report = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out} {err}"));
    (code, report)
}

/// Every cell that is not `passed`, and its grade.
fn faults(report: &Value) -> Vec<(String, String)> {
    let cells = report["cells"].as_array().expect("cells");
    let text = |cell: &Value, name: &str| cell[name].as_str().expect("a text").to_owned();
    let faulty = cells.iter().filter(|cell| cell["grade"] != "passed");
    faulty.map(|cell| (format!("{}/{}", text(cell, "mode"), text(cell, "check")), text(cell, "grade"))).collect()
}

/// A check that a program leaves out, a scenario that it has to stop at it, and the grade that says so.
struct Twin {
    scenario: String,
    check: &'static str,
    grade: &'static str,
}

/// A program that leaves nothing out passes at each of these, and at what else is asked for.
fn sound(role: &str, command: &str, twins: &[Twin], others: &[&str]) -> Value {
    let scenarios = twins.iter().map(|twin| twin.scenario.as_str()).chain(others.iter().copied());
    let (code, report) = check(role, command, &scenarios.collect::<Vec<_>>());
    assert_eq!((code, faults(&report)), (Some(0), Vec::new()), "{report}");
    report
}

/// What a program leaves out is told, by its grade, and nothing else: each is left out once, in one of so many `parts`, beside others
/// that are not.
fn broken(role: &str, command: &str, twins: &[Twin], parts: usize) {
    let scenarios: Vec<&str> = twins.iter().map(|twin| twin.scenario.as_str()).collect();
    for part in 0..parts {
        let lacking: Vec<&Twin> = twins.iter().skip(part).step_by(parts).collect();
        let checks: Vec<&str> = lacking.iter().map(|twin| twin.check).collect();
        let (code, report) = check(role, &format!("{command} --broken {}", checks.join(",")), &scenarios);
        let told = |twin: &&Twin| {
            let scenario = attacker::attacks::resolve(&twin.scenario.parse().expect("a scenario")).expect("known");
            (format!("{}/{}", scenario.played.scenario.mode, twin.check), twin.grade.to_owned())
        };
        let (mut found, mut expected) = (faults(&report), lacking.iter().map(told).collect::<Vec<_>>());
        found.sort();
        expected.sort();
        assert_eq!((code, found), (Some(1), expected), "{report}");
    }
}

fn fault(name: &str, grade: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), grade.to_owned())]
}

#[test]
fn a_careful_client_passes_and_each_check_that_it_leaves_out_is_told_alone() {
    let Some(example) = example() else { return };
    // Each check with a scenario of its own, and the grade of whoever leaves it out: where another check behind it stops the
    // attack all the same, the reason is wrong. No two stand in one half of which the one stands behind the other.
    let checks = [
        ("transcript-signature", "substitute", "missing"),
        ("contributory", "low-order:server", "wrong-reason"),
        ("identity-binding", "tamper-binding:server", "wrong-reason"),
        ("cert-name", "forge-name", "missing"),
        ("cert-chain", "forge-unknown-ca", "missing"),
        ("cert-purpose", "forge-purpose", "missing"),
        ("finished", "tamper-finished:server", "wrong-reason"),
        ("cert-path-length", "forge-path-length", "missing"),
        ("cert-validity", "forge-expired", "missing"),
        ("cert-revoked", "forge-revoked", "missing"),
        ("cert-ca-flag", "forge-leaf-as-ca", "missing"),
        ("cert-encoding", "forge-twice-named", "missing"),
        ("cert-name-constraints", "forge-name-constraint", "missing"),
        ("cert-policy", "forge-policy", "missing"),
        ("cert-critical-extensions", "forge-critical-extension", "missing"),
        ("cert-key-identifier", "forge-key-identifier", "missing"),
        ("cert-algorithm", "forge-algorithm", "missing"),
        ("cert-subject", "forge-subject", "missing"),
        ("cert-key-usage", "forge-key-usage", "missing"),
        ("record-auth", "tamper:server", "missing"),
        ("cert-serial", "forge-serial", "missing"),
        ("authenticated-close", "truncate:server", "missing"),
        ("cert-pin", "rogue-ca+cert-pin", "missing"),
        ("record-order", "reorder:server", "missing"),
        ("direction-keys", "reflect-record", "wrong-reason"),
    ];
    let twins = checks.map(|(check, attack, grade)| Twin { scenario: format!("ecdh-mutual/{attack}"), check, grade });
    let report = sound("--client", &example, &twins, &[]);
    assert_eq!(report["totals"]["passed"], checks.len() + 1, "each, and the honest session");
    broken("--client", &example, &twins, 2);
}

#[test]
fn a_client_that_refuses_everybody_has_stopped_nobody() {
    let Some(example) = example() else { return };
    let refuses = "refuses-honest-peers-too".to_owned();
    let (code, report) = check("--client", &format!("{example} --refusing finished"), &["ecdh-cert/forge-name"]);
    let expected = ["honest", "cert-name"].map(|check| (format!("ecdh-cert/{check}"), refuses.clone()));
    assert_eq!((code, faults(&report)), (Some(1), expected.to_vec()), "{report}");
    // One that says nothing, one that never connects.
    let (code, report) = check("--client", "true", &["ecdh/relay"]);
    assert_eq!((code, faults(&report)), (Some(1), fault("ecdh/honest", &refuses)), "{report}");
}

/// Nobody waits for a program that is gone, nor longer than it was said for one that never connects.
#[test]
fn a_client_that_never_connects_costs_no_more_than_its_patience() {
    let graded = |client: &str, patience: &str| {
        let args = ["check", "--client", client, "--filter", "ecdh/relay", "--patience", patience, "--json"];
        let ended = run("interlock", &args);
        let report: Value = serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{error}: {ended:?}"));
        assert_eq!(faults(&report), fault("ecdh/honest", "refuses-honest-peers-too"), "{report}");
        report["cells"][0]["trials"][0]["got"]["because"].as_str().expect("a text").to_owned()
    };
    // Ten minutes, which no test waits.
    graded("true", "600000");
    graded("sleep 3600", "500");
}

/// What the attacker has read outweighs what the program says.
#[test]
fn whoever_claims_to_have_refused_and_sent_its_secret_is_not_believed() {
    let Some(client) = client() else { return };
    let lie = "--broken transcript-signature --lie transcript-signature";
    let (code, report) = check("--client", &format!("{client} {lie}"), &["ecdh-cert/substitute"]);
    assert_eq!(code, Some(1), "{report}");
    assert!(faults(&report).contains(&("ecdh-cert/transcript-signature".to_owned(), "missing".to_owned())), "{report}");
    let trials = report["cells"][1]["trials"].as_array().expect("trials");
    assert!(trials.iter().all(|trial| trial["leaked"] == true), "{report}");
}

/// What the environment gives is enough for every mode, and every check that a client performs beyond those of certificates and
/// records has its broken twin: also of one that is to remember something.
#[test]
fn the_client_of_the_wires_description_passes_in_every_mode_and_each_check_that_it_leaves_out_is_told() {
    let Some(client) = client() else { return };
    let twins = [
        ("dh/inject-public:server", "public-range", "missing"),
        ("ecdh/low-order:server", "contributory", "missing"),
        ("dh-weak:short/crack+group-size", "group-size", "missing"),
        ("dh-weak:composite/crack+group-prime", "group-prime", "missing"),
        ("dh-weak:subgroup/crack+group-order", "group-order", "missing"),
        ("dh-weak:short/crack+group-known", "group-known", "missing"),
        ("triple-dh/key-compromise:server-later", "key-confirmation", "missing"),
        ("interlock/tamper-half:server", "halves-fit", "wrong-reason"),
        ("interlock:password/substitute-one", "peer-password", "missing"),
        ("nspk/guess-nonce", "nonce-returned", "wrong-reason"),
        ("nspk/lowe", "responder-named", "missing"),
        ("dh-cert:legacy/downgrade+offers-bound", "offers-bound", "missing"),
        // What is told, not what theory says: nothing is left that stops it, and yet the attacker ends the connection.
        ("dh-cert:legacy/replay-signature", "fresh-transcript", "wrong-reason"),
        ("psk/substitute-one", "psk-binder", "missing"),
        ("sas/substitute", "sas-compare", "missing"),
        ("hybrid-cert/tamper-finished:server", "finished", "missing"),
        ("tofu/first-contact:later", "known-key", "missing"),
        ("tofu:compared/first-contact", "fingerprint-compare", "missing"),
        ("ecdh-cert:rekey/reinstall-key", "fresh-keys", "missing"),
    ];
    let twins = twins.map(|(scenario, check, grade)| Twin { scenario: scenario.to_owned(), check, grade });
    sound("--client", &client, &twins, &["hybrid-cert/strip-hybrid"]);
    let played = |id: &str| twins.iter().any(|twin| twin.scenario.split([':', '/']).next() == Some(id));
    let others = lab::modes::all().iter().map(|mode| mode.id).filter(|id| !played(id));
    let others = others.chain(["ecdh-cert", "dh-weak:smooth", "psk:psk-only"]).map(|mode| format!("{mode}/relay"));
    let others: Vec<String> = others.chain(["rsa-cert/forge-name".to_owned()]).collect();
    sound("--client", &client, &[], &others.iter().map(String::as_str).collect::<Vec<_>>());
    broken("--client", &client, &twins, 1);
}

#[test]
fn a_server_is_graded_as_a_client_is() {
    let Some(server) = python("victims/examples/server.py", "import cryptography") else { return };
    let filters = ["ecdh-cert/low-order*", "ecdh-cert/tamper", "ecdh-cert/truncate"];
    let (code, report) = check("--server", &server, &filters);
    assert_eq!((code, faults(&report)), (Some(0), Vec::new()), "{report}");
    let (code, report) = check("--server", &format!("{server} --broken authenticated-close"), &filters);
    assert_eq!((code, faults(&report)), (Some(1), fault("ecdh-cert/authenticated-close", "missing")), "{report}");
}

/// What a server has to remember, such as the exponent that it is asked for in fifteen sessions, it finds again.
#[test]
fn a_server_that_remembers_is_asked_for_what_it_keeps() {
    let Some(server) = python("tests/python/server.py", "") else { return };
    let twins = [
        ("psk/substitute", "psk-binder", "missing"),
        ("psk/reflect", "role-separation", "missing"),
        ("sas/sas-grind", "sas-commitment", "missing"),
        ("dh-weak:cofactor/small-subgroup+public-subgroup", "public-subgroup", "missing"),
    ];
    let twins = twins.map(|(scenario, check, grade)| Twin { scenario: scenario.to_owned(), check, grade });
    sound("--server", &server, &twins, &[]);
    broken("--server", &server, &twins, 1);
}

/// The process that plays the client is ended in the middle of a scenario of two sessions: what was remembered in it is gone, and
/// nobody takes the second session for a first one.
#[cfg(unix)]
#[test]
fn a_scenario_whose_memory_is_lost_in_the_middle_is_inconclusive() {
    let Some(client) = client() else { return };
    let lost = r#"test -e "$INTERLOCK_MEMORY/met" && kill -9 $PPID; touch "$INTERLOCK_MEMORY/met"; exec "#;
    let command = format!("sh -c {}", shell(&format!("{lost}{client}")));
    let (code, report) = check("--client", &command, &["tofu/first-contact:later", "tofu/relay"]);
    assert_eq!(code, Some(3), "{report}");
    let cells = report["cells"].as_array().expect("cells").iter();
    let trials: Vec<&Value> = cells.flat_map(|cell| cell["trials"].as_array().expect("trials")).collect();
    let lost = |trial: &&Value| trial["got"]["kind"] == "inconclusive" && trial["leaked"] == false;
    assert!(trials.iter().all(lost), "{report}");
    let because = |trial: &Value| trial["got"]["because"].as_str().expect("a text").to_owned();
    assert!(trials.iter().any(|trial| because(trial).contains("ession 2")), "{report}");
}

/// A word for a shell.
#[cfg(unix)]
fn shell(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[test]
fn another_language_does_as_well() {
    if Command::new("node").arg("--version").output().is_err() {
        println!("not run: node is missing");
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../victims/examples/client.mjs");
    let (code, report) = check("--client", &format!("node '{}'", path.display()), &["ecdh/*"]);
    assert_eq!((code, faults(&report)), (Some(0), Vec::new()), "{report}");
}

#[test]
fn what_cannot_be_started_is_a_usage_error_and_a_course_gets_its_file() {
    let missing = run("interlock", &["check", "--client", "no-such-program", "--filter", "ecdh/relay"]);
    assert_eq!(missing.code, Some(2), "{missing:?}");
    let both = run("interlock", &["check", "--client", "true", "--server", "true"]);
    assert_eq!(both.code, Some(2), "{both:?}");
    let unmet = run("interlock", &["check", "--client", "true", "--filter", "ecdh/relay", "--filter", "ecdh/relai"]);
    assert!(unmet.code == Some(2) && unmet.err.contains("“ecdh/relai”"), "{unmet:?}");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("results.json");
    let args = ["check", "--client", "true", "--filter", "ecdh/relay", "--patience", "1000", "--gradescope"];
    let graded = run("interlock", &[&args[..], &[&file.to_string_lossy()]].concat());
    assert_eq!(graded.code, Some(1), "{graded:?}");
    let results: Value = serde_json::from_slice(&std::fs::read(&file).expect("the file")).expect("JSON");
    assert_eq!((&results["tests"][0]["name"], &results["tests"][0]["score"]), (&"ecdh/honest".into(), &0.into()));
}
