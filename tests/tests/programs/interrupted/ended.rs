//! A run that a signal ends: what was done by then is reported, and that it is not all.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::{fs, path::Path, process::Command, sync::mpsc::channel, thread};
use support::programs::{DEADLINE, Finished, Program};
use tempfile::TempDir;

/// Where a program of the user's own says that it is there, and the script of one that lets the first so many runs go and in the
/// next one says so, and stays.
struct Stage {
    directory: TempDir,
    script: String,
}

impl Stage {
    fn new(first: usize) -> Self {
        let directory = TempDir::new().expect("a directory");
        let place = directory.path().display().to_string();
        let made = Command::new("mkfifo").arg(format!("{place}/there")).status().expect("mkfifo");
        assert!(made.success());
        let script = format!(
            "echo run >> {place}/runs; test $(wc -l < {place}/runs) -le {first} && exit 1; echo there > {place}/there; exec sleep 3600"
        );
        Self { directory, script }
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    /// Runs a command until the program is there, and ends it with this signal.
    fn interrupted(&self, arguments: &[&str], signal: Signal) -> Finished {
        let program = Program::start("interlock", arguments);
        let (tell, told) = channel();
        let there = self.directory.path().join("there");
        thread::spawn(move || tell.send(fs::read_to_string(there)));
        told.recv_timeout(DEADLINE).expect("the program of the user's own is started").expect("a pipe");
        let pid = Pid::from_raw(i32::try_from(program.pid()).expect("a process id")).expect("a process id");
        kill_process(pid, signal).expect("the signal");
        program.finish()
    }
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

fn json(path: impl AsRef<Path>) -> Value {
    serde_json::from_str(&read(path)).expect("JSON")
}

/// One session is over, the second under way, others not begun.
#[test]
fn a_check_that_is_ended_reports_what_was_done_and_that_it_is_not_all() {
    for signal in [Signal::INT, Signal::TERM, Signal::HUP] {
        let stage = Stage::new(1);
        let names =
            ["report.json", "report.xml", "report.sarif", "summary.md", "results.json"].map(|name| stage.path(name));
        let [in_json, junit, sarif, summary, gradescope] = &names;
        let client = format!("sh -c '{}'", stage.script);
        let ended = stage.interrupted(
            &[
                &["check", "--client", &client, "--filter", "ecdh/*", "--jobs", "1", "--patience", "60000"][..],
                &["--json", in_json, "--junit", junit, "--sarif", sarif, "--summary", summary],
                &["--gradescope", gradescope],
            ]
            .concat(),
            signal,
        );
        assert_eq!(ended.code, Some(3), "{ended:?}");
        let report = json(in_json);
        let unplayed = report["unplayed"].as_u64().expect("a number");
        let trials = |cell: &Value| cell["trials"].as_array().map_or(0, Vec::len);
        let played: usize = report["cells"].as_array().expect("cells").iter().map(trials).sum();
        assert_eq!(played, 1, "{report}");
        assert!(unplayed > 1, "{report}");
        assert!(ended.err.contains(&format!("interrupted: 1 of {} were played", unplayed + 1)), "{ended:?}");
        let told = format!("interrupted: {unplayed} sessions were not played");
        assert!(read(junit).contains(&format!("<error type=\"incomplete\" message=\"{told}\">")), "{}", read(junit));
        let invocation = &json(sarif)["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
        assert_eq!(invocation["toolExecutionNotifications"][0]["message"]["text"], told);
        assert!(read(summary).contains(&told) && read(summary).contains('❌'), "{}", read(summary));
        assert_eq!(json(gradescope)["output"], told);
    }
}

#[test]
fn an_audit_that_is_ended_reports_what_was_done_and_that_it_is_not_all() {
    let stage = Stage::new(0);
    let names = ["report.json", "report.xml"].map(|name| stage.path(name));
    let [in_json, junit] = &names;
    let options = ["audit", "--json", in_json, "--junit", junit, "--", "sh", "-c", &stage.script];
    let ended = stage.interrupted(&options, Signal::TERM);
    assert_eq!(ended.code, Some(3), "{ended:?}");
    assert!(json(in_json)["unplayed"].as_u64() > Some(1), "{}", read(in_json));
    assert!(read(junit).contains("<error type=\"incomplete\""), "{}", read(junit));
}
