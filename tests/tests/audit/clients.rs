//! `interlock audit`: clients that are broken in one way each, each graded as what it is.

use audit::cases;
use serde_json::Value;
use std::{fs, path::Path, process::Command, time::Duration};
use support::programs::{DEADLINE, Finished, Program, run};

/// Whether there is a Python to run the clients.
fn python() -> bool {
    let there = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !there {
        println!("not run: python3 is missing");
    }
    there
}

/// An audit of the client that is broken in this way.
fn audited(way: &[&str], options: &[&str]) -> (Option<i32>, Value) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/broken.py").display().to_string();
    let command = ["--", "python3", "-B", &script];
    let Finished { code, out, err } = run("interlock", &[&["audit", "--json"], options, &command, way].concat());
    let report = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{way:?}: {error}: {out}{err}"));
    (code, report)
}

fn only_cell(report: &Value) -> &Value {
    let cells = report["clients"][0]["cells"].as_array().unwrap();
    assert_eq!(cells.len(), 1, "{report}");
    &cells[0]
}

/// One attack, which is enough to tell these apart: what the client does, its grade, how deep it went, the exit status, and
/// what the grade rests on.
#[test]
fn each_way_to_be_broken_has_its_grade() {
    if !python() {
        return;
    }
    for (way, grade, depth, twin, code, grounds) in [
        ("careful", "refused", "client-hello", "accepted", 0, "refused"),
        ("accepts", "accepted", "answer", "accepted", 1, "accepted"),
        ("silent", "accepted", "canary", "accepted", 1, "accepted"),
        ("keeps", "accepted", "kept", "accepted", 1, "accepted"),
        ("picky", "refused-anyway", "client-hello", "refused", 0, "refused"),
        ("again", "fell-back", "answer", "accepted", 1, "fell-back again"),
        ("older", "fell-back", "answer", "accepted", 1, "fell-back older-version"),
        ("plain", "fell-back", "canary", "accepted", 1, "fell-back plain-text"),
        ("success", "fell-back", "client-hello", "accepted", 1, "fell-back success"),
        ("refuses", "error", "client-hello", "not-run", 3, "distrustful"),
        ("elsewhere", "error", "nothing", "not-run", 3, "never-connected"),
        ("nothing", "error", "nothing", "not-run", 3, "never-connected"),
        ("plain-first", "error", "canary", "not-run", 3, "no-handshake"),
        ("oversized", "error", "connected", "not-run", 3, "no-handshake"),
    ] {
        let (exit, report) = audited(&[way], &["--attack", "forge-expired"]);
        let cell = only_cell(&report);
        let how = cell["grounds"]["how"].as_str().map(|how| format!(" {how}")).unwrap_or_default();
        let because = format!("{}{how}", cell["grounds"]["is"].as_str().unwrap());
        let got = [&cell["grade"], &cell["depth"], &cell["twin"]].map(|member| member.as_str().unwrap());
        assert_eq!((got, because.as_str(), exit), ([grade, depth, twin], grounds, Some(code)), "{way}: {report}");
        assert_eq!(cell["check"], "cert-validity");
        assert!(!cell["because"].as_str().unwrap().is_empty(), "{way}");
        assert_eq!(report["totals"][grade], 1);
        assert_eq!(report["totals"]["all"], 1);
    }
}

#[test]
fn every_attempt_is_counted_and_spare_connections_are_no_refusals() {
    if !python() {
        return;
    }
    let (code, report) = audited(&["forty"], &["--attack", "forge-name"]);
    let cell = only_cell(&report);
    assert_eq!((code, cell["grade"].as_str(), cell["attempts"].as_u64()), (Some(0), Some("refused"), Some(41)));
    assert_eq!(cell["connections"].as_array().unwrap().len(), 41);
    let (code, report) = audited(&["again"], &["--attack", "forge-name"]);
    assert_eq!((code, only_cell(&report)["attempts"].as_u64()), (Some(1), Some(2)));
}

/// Time over, too much output, and children that leave their group: each run ends, is graded, and leaves nothing behind.
#[test]
fn no_client_holds_an_audit_up_or_outlives_it() {
    if !python() {
        return;
    }
    let within = ["--attack", "forge-expired", "--deadline", "3"];
    // What it had refused before its time was over counts.
    let (code, report) = audited(&["hangs"], &within);
    assert_eq!((code, only_cell(&report)["grade"].as_str()), (Some(0), Some("refused")), "{report}");
    let (code, report) = audited(&["sleeps"], &within);
    let cell = only_cell(&report);
    assert_eq!((code, cell["grade"].as_str()), (Some(3), Some("error")), "{report}");
    assert_eq!(cell["grounds"]["ended"]["is"], "overdue");
    let (code, report) = audited(&["floods", "100"], &["--attack", "forge-expired", "--deadline", "60"]);
    assert_eq!((code, only_cell(&report)["grade"].as_str()), (Some(0), Some("refused")), "{report}");

    let directory = tempfile::tempdir().unwrap();
    let list = directory.path().join("left").display().to_string();
    let (code, report) = audited(&["forks", &list], &within);
    assert_eq!((code, only_cell(&report)["grade"].as_str()), (Some(0), Some("refused")), "{report}");
    let left = fs::read_to_string(&list).unwrap();
    assert!(left.lines().count() >= 3, "one in each run: {left}");
    #[cfg(target_os = "linux")]
    for process in left.lines() {
        let state = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // What was ended and whose parent has not asked yet is no process any more.
        let gone = state.is_empty() || state.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z"));
        assert!(gone, "{process} is left: {state}");
    }
}

/// Ctrl-C ends the audit and what it started. Until then it listens on loopback.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupted_audit_leaves_nothing_behind() {
    use rustix::process::{Pid, Signal, kill_process};
    use std::{thread::sleep, time::Instant};
    if !python() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let told = directory.path().join("pid");
    let script = format!("echo $$ > {}; exec sleep 3600", told.display());
    let audit = Program::start("interlock", &["audit", "--", "sh", "-c", &script]);
    let begun = Instant::now();
    let client = loop {
        match fs::read_to_string(&told) {
            Ok(text) if text.ends_with('\n') => break text.trim().to_owned(),
            _ if begun.elapsed() > DEADLINE => panic!("the client was not started"),
            // Another program writes the file; there is nothing to wait on but the file itself.
            _ => sleep(Duration::from_millis(10)),
        }
    };
    // Whoever is not told to be exposed is reached by this machine alone.
    let listens = audit.listens();
    assert!(!listens.is_empty() && listens.iter().all(|at| at.ip().is_loopback()), "{listens:?}");
    let pid = Pid::from_raw(i32::try_from(audit.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let finished = audit.finish();
    assert_eq!(finished.code, Some(3), "{finished:?}");
    let state = fs::read_to_string(format!("/proc/{client}/stat")).unwrap_or_default();
    assert!(state.is_empty() || state.contains(") Z"), "{state}");
}

#[test]
fn what_is_not_there_is_a_usage_error() {
    let finished = run("interlock", &["audit", "--attack", "forge-name", "--json", "--", "no-such-client", "{host}"]);
    assert_eq!(finished.code, Some(2), "{finished:?}");
    let report: Value = serde_json::from_str(&finished.out).unwrap();
    assert_eq!(only_cell(&report)["grounds"]["ended"]["is"], "missing");
    for (args, said) in [
        (vec!["--client", "netscape"], "no client is called “netscape”"),
        (vec!["--attack", "forge-nothing", "--", "true"], "no attack on real software is like “forge-nothing”"),
        (vec![], "expected a command behind --, --client NAME, --server NAME or --expose-to-network ADDRESS"),
        (vec!["--pass", "NO_SUCH_VARIABLE", "--", "true"], "no variable NO_SUCH_VARIABLE"),
    ] {
        let finished = run("interlock", &[&["audit"], &args[..]].concat());
        assert_eq!(finished.code, Some(2), "{args:?}: {finished:?}");
        assert!(finished.err.contains(said), "{args:?}: {}", finished.err);
    }
}

/// A client without its caller's secrets: the environment is its own, but for what is passed on.
#[test]
fn the_clients_environment_and_directory_are_its_own() {
    let script = "pwd; env | cut -d= -f1 | sed s/^INTERLOCK_/I_/ | sort | tr '\\n' ' ' >&2; exit 1";
    let told = |options: &[&str]| {
        let options = [&["audit", "--json", "--attack", "forge-name"], options, &["--", "sh", "-c", script]].concat();
        let finished = run("interlock", &options);
        let report: Value = serde_json::from_str(&finished.out).unwrap();
        only_cell(&report)["grounds"]["says"].as_str().unwrap_or_default().to_owned()
    };
    let own = told(&[]);
    let variables: Vec<&str> = own.split_whitespace().collect();
    let known = ["HOME", "LANG", "PATH", "PWD", "TMPDIR", "SHLVL", "OLDPWD", "_"];
    let others = variables.iter().filter(|name| !name.starts_with("I_") && !known.contains(name));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&&str>::new(), "{own}");
    assert!(variables.contains(&"I_CANARY"), "{own}");
    assert!(told(&["--pass", "NO_COLOR"]).contains("NO_COLOR"));
}

/// The whole catalogue against a client that believes anybody, and one that believes nobody it should not.
#[test]
fn the_whole_catalogue_tells_a_careless_client_from_a_careful_one() {
    if !python() {
        return;
    }
    // In parts: nobody waits for all of it at once.
    let parts = ["s*", "u*", "l*", "n*", "e*", "p*", "k*", "c*", "t*", "a*", "r*"].map(|kind| format!("forge-{kind}"));
    let mut count = 0;
    for part in parts.chunks(3) {
        let options: Vec<&str> = part.iter().flat_map(|kind| ["--attack", kind]).collect();
        let (code, report) = audited(&["accepts"], &options);
        assert_eq!(code, Some(1));
        let cells = report["clients"][0]["cells"].as_array().unwrap();
        count += cells.len();
        for cell in cells {
            let excused =
                ["cert-revoked", "cert-serial", "cert-key-identifier"].contains(&cell["check"].as_str().unwrap());
            assert_eq!(cell["grade"], if excused { "not-looked-at" } else { "accepted" }, "{cell}");
            assert_eq!(cell["twin"], "accepted", "{cell}");
            assert!(cell["repeat"].as_str().unwrap().starts_with("interlock audit --attack "), "{cell}");
            assert!(cell["seconds"].as_f64().unwrap() > 0.0);
        }
    }
    assert_eq!(count, cases().filter(|case| case.attack.starts_with("forge-")).count());
    for attack in [
        "forge-un*",
        "forge-ex*",
        "forge-not*",
        "forge-c*",
        "forge-name",
        "forge-name:?????",
        "forge-name:letters",
        "forge-name-*",
    ] {
        let (code, report) = audited(&["careful"], &["--attack", attack]);
        assert_eq!(code, Some(0), "{report}");
        assert_eq!(report["totals"]["refused"], report["totals"]["all"], "{report}");
    }
}

/// Who trusts what its system trusts, beside what it was told to trust, believes whoever that certified.
#[test]
fn what_the_system_trusts_is_not_what_a_client_was_told_to_trust() {
    if !python() {
        return;
    }
    for (way, grade, code) in [("careful", "refused", 0), ("system", "accepted", 1)] {
        let (exit, report) = audited(&[way], &["--attack", "forge-unknown-ca:*"]);
        let cells = report["clients"][0]["cells"].as_array().unwrap();
        let told = |cell: &Value| ["attack", "grade", "twin"].map(|name| cell[name].as_str().unwrap().to_owned());
        let got: Vec<_> = cells.iter().map(told).collect();
        let sent = ["forge-unknown-ca:sent", "refused", "accepted"];
        let wanted = [sent, ["forge-unknown-ca:system", grade, "accepted"]];
        assert_eq!(got, wanted, "{way}: {report}");
        assert_eq!(exit, Some(code), "{way}: {report}");
    }
}

/// What a second decides is known by when it was decided: before it was over.
#[test]
fn a_second_is_judged_by_when_it_was_decided() {
    if !python() {
        return;
    }
    let (_, report) = audited(&["accepts"], &["--attack", "forge-*:second"]);
    let cells = report["clients"][0]["cells"].as_array().unwrap();
    let timing = |attack: &str| {
        let cell = cells.iter().find(|cell| cell["attack"] == attack).unwrap();
        assert_eq!((&cell["grade"], &cell["twin"]), (&"accepted".into(), &"accepted".into()), "{cell:#}");
        let timing = &cell["connections"][0]["timing"];
        let [shown, decided] = ["shown", "decided"].map(|name| timing[name].as_i64().unwrap());
        assert!(shown <= decided, "{cell:#}");
        (shown, decided, timing["changes"].as_i64())
    };
    assert_eq!(timing("forge-expired:second").2, None, "it had changed before");
    let (shown, decided, changes) = timing("forge-not-yet:second");
    let changes = changes.unwrap() * 1000;
    assert!(shown + 1000 < changes && decided < changes, "{shown} {decided} {changes}");
}

/// What no certificate shows: who signs with another key or in another session, and who sends a share of small order, is
/// refused even by a client that looks at no certificate. Who ends an answer without close_notify deceives a client that
/// takes the end of a connection for the end of an answer, and no other.
#[test]
fn the_handshakes_own_lies() {
    if !python() {
        return;
    }
    for attack in ["replay-*", "low-order*"] {
        for way in ["careful", "accepts"] {
            let (code, report) = audited(&[way], &["--attack", attack]);
            assert_eq!(code, Some(0), "{way}: {report}");
            assert!(report["totals"]["refused"].as_u64().unwrap() >= 2, "{way}: {report}");
            // Two need a client that offers X25519MLKEM768.
            let tried = report["totals"]["all"].as_u64().zip(report["totals"]["not-applicable"].as_u64());
            let tried = tried.map(|(all, lacking)| all - lacking);
            assert_eq!(report["totals"]["refused"].as_u64(), tried, "{way}: {report}");
        }
    }
    for (way, grade, code) in [("careful", "accepted", 1), ("whole", "refused", 0), ("silent", "not-applicable", 0)] {
        let (exit, report) = audited(&[way], &["--attack", "truncate"]);
        let cell = only_cell(&report);
        assert_eq!((cell["grade"].as_str(), exit), (Some(grade), Some(code)), "{way}: {report}");
        assert_eq!(cell["check"], "authenticated-close");
    }
}

/// A baseline makes a finding of every other grade, worse or better, and the reports say what it says.
#[test]
fn what_is_expected_is_no_finding_and_what_is_not_is_one() {
    if !python() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    let expectation = |text: &str| fs::write(path("expect.txt"), text).unwrap();
    let (expect, junit, sarif, summary) = (path("expect.txt"), path("a.xml"), path("a.sarif"), path("a.md"));
    let options = ["--attack", "forge-expired", "--expect", &expect];
    let reports = ["--junit", &junit, "--sarif", &sarif, "--summary", &summary];
    let options = [&options[..], &reports].concat();

    expectation("python3 forge-expired accepted the clock of the device cannot be set\n");
    assert_eq!(audited(&["accepts"], &options).0, Some(0));
    assert!(fs::read_to_string(&junit).unwrap().contains("tests=\"1\" failures=\"0\" errors=\"0\""));
    assert_eq!(audited(&["careful"], &options).0, Some(1), "better than expected");
    let told = fs::read_to_string(&junit).unwrap();
    assert!(told.contains("classname=\"python3\" name=\"forge-expired\""), "{told}");
    assert!(told.contains("expected accepted (the clock of the device cannot be set), got refused"), "{told}");
    let log: Value = serde_json::from_str(&fs::read_to_string(&sarif).unwrap()).unwrap();
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "refused");
    assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startLine"], 1);
    let told = fs::read_to_string(&summary).unwrap();
    assert!(
        told.contains("## ✅ Interlock: 1 attacks") && told.contains("| `python3/forge-expired` | refused |"),
        "{told}"
    );

    expectation("* forge-expired refused\n");
    let finished = run("interlock", &[&["audit"], &options[..], &["--", "true"]].concat());
    assert_eq!(finished.code, Some(2), "{finished:?}");
    assert!(finished.err.contains("expect.txt:1: reason: expected why"), "{}", finished.err);
}
