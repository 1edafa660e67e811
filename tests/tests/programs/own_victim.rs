//! Programs of the user's own in a victim's place: the examples, each broken in one way, and programs that lie or do nothing.

use lab::{
    checks,
    role::Role,
    verdict::{Class, Kind},
};
use serde_json::Value;
use std::{collections::BTreeSet, path::Path, process::Command};
use support::{
    outcomes,
    programs::{Finished, run},
    sabotage::switched::behind,
};
use web::ci::own::Grade;

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

/// A check that a program leaves out, and a scenario that it has to stop at it.
#[derive(Clone, Copy)]
struct Twin {
    scenario: &'static str,
    check: &'static str,
}

const fn twin(scenario: &'static str, check: &'static str) -> Twin {
    Twin { scenario, check }
}

impl Twin {
    /// The grade of a program that never looks, by theory: what of it stands behind the check stops the attack for another reason,
    /// and where nothing does the attack wins as the table says of the scenario without the check.
    fn grade(&self, role: Role) -> Grade {
        let rows = outcomes::rows();
        let of = |scenario: &str| rows.iter().find(|row| row.scenario.to_string() == scenario);
        let row = of(self.scenario).unwrap_or_else(|| panic!("{} is no row", self.scenario));
        let stops = (row.expected.kind, row.expected.check.as_deref(), row.expected.party);
        let withholds = checks::find(self.check).is_some_and(|check| check.withholds);
        let expected =
            if withholds { (Kind::Private, None, None) } else { (Kind::Stopped, Some(self.check), Some(role)) };
        assert_eq!(stops, expected, "{}", self.scenario);
        let mode = attacker::attacks::resolve(&row.scenario).expect("known").played.mode;
        // It computes what its peer does, the check's switch on; the row without the check is of two that do otherwise.
        if !withholds && behind(mode, self.check).is_some() {
            return Grade::WrongReason;
        }
        let mut lacking = row.scenario.clone();
        lacking.with.retain(|check| check != self.check);
        if lacking == row.scenario {
            lacking = lacking.lacking(self.check);
        }
        let without = of(&lacking.to_string()).unwrap_or_else(|| panic!("{lacking} is no row"));
        if without.expected.kind.class() == Class::Broken { Grade::Missing } else { Grade::WrongReason }
    }
}

/// A program that leaves nothing out passes at each of these, and at what else is asked for.
fn sound(role: Role, command: &str, twins: &[Twin], others: &[&str]) -> Value {
    let scenarios = twins.iter().map(|twin| twin.scenario).chain(others.iter().copied());
    let (code, report) = check(flag(role), command, &scenarios.collect::<Vec<_>>());
    assert_eq!((code, faults(&report)), (Some(0), Vec::new()), "{report}");
    report
}

/// What a program leaves out is told, by its grade, and nothing else: each is left out once, in one of so many `parts`, beside others
/// that are not.
fn broken(role: Role, command: &str, twins: &[Twin], parts: usize) {
    let scenarios: Vec<&str> = twins.iter().map(|twin| twin.scenario).collect();
    for part in 0..parts {
        let lacking: Vec<&Twin> = twins.iter().skip(part).step_by(parts).collect();
        let checks: Vec<&str> = lacking.iter().map(|twin| twin.check).collect();
        let (code, report) = check(flag(role), &format!("{command} --broken {}", checks.join(",")), &scenarios);
        let told = |twin: &&Twin| {
            let scenario = attacker::attacks::resolve(&twin.scenario.parse().expect("a scenario")).expect("known");
            (format!("{}/{}", scenario.played.scenario.mode, twin.check), twin.grade(role).as_str().to_owned())
        };
        let (mut found, mut expected) = (faults(&report), lacking.iter().map(told).collect::<Vec<_>>());
        found.sort();
        expected.sort();
        assert_eq!((code, found), (Some(1), expected), "{report}");
    }
}

const fn flag(role: Role) -> &'static str {
    match role {
        Role::Client => "--client",
        Role::Server => "--server",
    }
}

fn fault(name: &str, grade: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), grade.to_owned())]
}

/// What the example of a client is broken in: in every check of certificates and records, and in what is special to its modes.
/// Where another check behind it stops the attack all the same, the reason is wrong. No two stand in one half of which the one
/// stands behind the other.
const OF_THE_EXAMPLE: [Twin; 25] = [
    twin("ecdh-mutual/substitute", "transcript-signature"),
    twin("ecdh-mutual/low-order:server", "contributory"),
    twin("ecdh-mutual/tamper-binding:server", "identity-binding"),
    twin("ecdh-mutual/forge-name", "cert-name"),
    twin("ecdh-mutual/forge-unknown-ca", "cert-chain"),
    twin("ecdh-mutual/forge-purpose", "cert-purpose"),
    twin("ecdh-mutual/tamper-finished:server", "finished"),
    twin("ecdh-mutual/forge-path-length", "cert-path-length"),
    twin("ecdh-mutual/forge-expired", "cert-validity"),
    twin("ecdh-mutual/forge-revoked", "cert-revoked"),
    twin("ecdh-mutual/forge-leaf-as-ca", "cert-ca-flag"),
    twin("ecdh-mutual/forge-twice-named", "cert-encoding"),
    twin("ecdh-mutual/forge-name-constraint", "cert-name-constraints"),
    twin("ecdh-mutual/forge-policy", "cert-policy"),
    twin("ecdh-mutual/forge-critical-extension", "cert-critical-extensions"),
    twin("ecdh-mutual/forge-key-identifier", "cert-key-identifier"),
    twin("ecdh-mutual/forge-algorithm", "cert-algorithm"),
    twin("ecdh-mutual/forge-subject", "cert-subject"),
    twin("ecdh-mutual/forge-key-usage", "cert-key-usage"),
    twin("ecdh-mutual/tamper:server", "record-auth"),
    twin("ecdh-mutual/forge-serial", "cert-serial"),
    twin("ecdh-mutual/truncate:server", "authenticated-close"),
    twin("ecdh-mutual/rogue-ca+cert-pin", "cert-pin"),
    twin("ecdh-mutual/reorder:server", "record-order"),
    twin("ecdh-mutual/reflect-record", "direction-keys"),
];

#[test]
fn a_careful_client_passes_and_each_check_that_it_leaves_out_is_told_alone() {
    let Some(example) = example() else { return };
    let report = sound(Role::Client, &example, &OF_THE_EXAMPLE, &[]);
    assert_eq!(report["totals"]["passed"], OF_THE_EXAMPLE.len() + 1, "each, and the honest session");
    broken(Role::Client, &example, &OF_THE_EXAMPLE, 2);
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

/// What the client of the wire's description is broken in: in every check that a client performs beyond those of certificates and
/// records; also in those by what it is to remember.
const OF_THE_CLIENT: [Twin; 20] = [
    twin("dh/inject-public:server", "public-range"),
    twin("ecdh/low-order:server", "contributory"),
    twin("dh-weak:short/crack+group-size", "group-size"),
    twin("dh-weak:composite/crack+group-prime", "group-prime"),
    twin("dh-weak:subgroup/crack+group-order", "group-order"),
    twin("dh-weak:short/crack+group-known", "group-known"),
    twin("triple-dh/key-compromise:server-later", "key-confirmation"),
    twin("interlock/tamper-half:server", "halves-fit"),
    twin("interlock:password/substitute-one", "peer-password"),
    twin("nspk/guess-nonce", "nonce-returned"),
    twin("nspk/lowe", "responder-named"),
    twin("dh-cert:legacy/downgrade+offers-bound", "offers-bound"),
    twin("dh-cert:legacy/replay-signature", "fresh-transcript"),
    twin("psk/substitute-one", "psk-binder"),
    twin("sas/substitute", "sas-compare"),
    twin("hybrid-cert/tamper-finished:server", "finished"),
    twin("tofu/first-contact:later", "known-key"),
    twin("tofu:compared/first-contact", "fingerprint-compare"),
    twin("ecdh-cert:rekey/reinstall-key", "fresh-keys"),
    twin("ecdh-cert:seeded/predict", "fresh-randomness"),
];

/// What the environment gives is enough for every mode.
#[test]
fn the_client_of_the_wires_description_passes_in_every_mode_and_each_check_that_it_leaves_out_is_told() {
    let Some(client) = client() else { return };
    sound(Role::Client, &client, &OF_THE_CLIENT, &["hybrid-cert/strip-hybrid"]);
    let played = |id: &str| OF_THE_CLIENT.iter().any(|twin| twin.scenario.split([':', '/']).next() == Some(id));
    let others = lab::modes::all().iter().map(|mode| mode.id).filter(|id| !played(id));
    let others = others.chain(["ecdh-cert", "dh-weak:smooth", "psk:psk-only"]).map(|mode| format!("{mode}/relay"));
    let others: Vec<String> = others.chain(["rsa-cert/forge-name".to_owned()]).collect();
    sound(Role::Client, &client, &[], &others.iter().map(String::as_str).collect::<Vec<_>>());
    broken(Role::Client, &client, &OF_THE_CLIENT, 1);
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

/// What the server is broken in: in every check that a server alone performs; also in what it is to remember.
const OF_THE_SERVER: [Twin; 5] = [
    twin("psk/substitute", "psk-binder"),
    twin("psk/reflect", "role-separation"),
    twin("sas/sas-grind", "sas-commitment"),
    twin("rsa-cert:resumed/triple-handshake", "session-hash"),
    twin("dh-weak:cofactor/small-subgroup+public-subgroup", "public-subgroup"),
];

/// What a server has to remember, such as the exponent that it is asked for in fifteen sessions, it finds again.
#[test]
fn a_server_that_remembers_is_asked_for_what_it_keeps() {
    let Some(server) = python("tests/python/server.py", "") else { return };
    sound(Role::Server, &server, &OF_THE_SERVER, &[]);
    broken(Role::Server, &server, &OF_THE_SERVER, 1);
}

/// Whatever check a program can leave out is left out by one of these, and told: a client's by a client, what servers alone perform
/// by a server.
#[test]
fn every_check_that_gives_up_has_a_broken_twin() {
    let rows = outcomes::rows();
    let stopped = |role| {
        let here =
            rows.iter().filter(move |row| row.expected.kind == Kind::Stopped && row.expected.party == Some(role));
        here.filter_map(|row| row.expected.check.clone()).collect::<BTreeSet<String>>()
    };
    let of_client: BTreeSet<String> = stopped(Role::Client);
    let of_server: BTreeSet<String> = stopped(Role::Server).difference(&of_client).cloned().collect();
    let left_out = |twins: &[Twin]| twins.iter().map(|twin| twin.check.to_owned()).collect::<BTreeSet<String>>();
    let drawn = checks::FRESH_RANDOMNESS.id.to_owned();
    let mut of_clients = left_out(&[&OF_THE_EXAMPLE[..], &OF_THE_CLIENT].concat());
    assert!(
        of_clients.remove(&drawn),
        "a client that draws from a poor seed gives up nowhere, and is told all the same"
    );
    assert_eq!(of_clients, of_client);
    let by_servers = left_out(&OF_THE_SERVER);
    assert_eq!(of_server.difference(&by_servers).collect::<Vec<_>>(), Vec::<&String>::new());
    // The others defend by what is kept to oneself, or drawn anew: nobody gives up, and there is nothing to leave out.
    let told = |id: &&str| *id == drawn || of_client.contains(*id) || of_server.contains(*id);
    let others = checks::all().iter().map(|check| check.id).filter(|id| !told(id));
    assert_eq!(others.collect::<Vec<_>>(), [checks::FRESH_EPHEMERAL.id, checks::IMPLICIT_REJECTION.id]);
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
