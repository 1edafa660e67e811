//! Scenarios played in a process of their own, in which a fault is at work or none.

use lab::{role::Role, verdict::Expected};
use serde::Deserialize;
use std::{
    io::Write,
    path::Path,
    process::{Command, Stdio},
    thread,
};

/// What came of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Outcome {
    /// What was played.
    pub scenario: String,
    /// The verdict's kind.
    pub kind: String,
    /// The check that decided.
    pub check: Option<String>,
    /// The party concerned.
    pub party: Option<Role>,
    /// The checks that passed, with who performed them, in the order in which they were told.
    pub passed: Vec<(String, Role)>,
    /// The checks that failed, with who performed them.
    pub failed: Vec<(String, Role)>,
    /// The checks that have an outcome.
    pub told: Vec<String>,
    /// A victim told a canary.
    pub speak: bool,
    /// The verdict's sentence.
    pub because: String,
    /// What its events prove; nothing of several sessions.
    pub proves: Option<Proof>,
}

/// What the events of one session prove.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Proof {
    /// Of the client.
    pub client: Side,
    /// Of the server.
    pub server: Side,
}

/// What they prove of one victim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Side {
    /// It finished its handshake.
    pub finished: bool,
    /// The attacker read its canary.
    pub read: bool,
    /// It took a message that its peer did not send so.
    pub foreign: bool,
}

impl Outcome {
    /// Whether it is what has to come.
    #[must_use]
    pub fn is(&self, expected: &Expected) -> bool {
        let named = expected.check.is_none() || expected.check == self.check;
        self.kind == expected.kind.as_str() && named && (expected.party.is_none() || expected.party == self.party)
    }
}

/// Plays these scenarios with the program `tests/support/examples/matrix.rs`, built somewhere, under a fault by its name.
///
/// # Panics
/// The program cannot be started, or does not answer for every scenario.
#[must_use]
pub fn play(program: &Path, fault: &str, scenarios: &[String]) -> Vec<Outcome> {
    let mut command = Command::new(program);
    command.env("INTERLOCK_SABOTAGE", fault).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    let mut input = child.stdin.take().expect("a pipe");
    let lines: String = scenarios.iter().map(|scenario| format!("{scenario}\n")).collect();
    let writer = thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = child.wait_with_output().expect("the program's end");
    writer.join().expect("the writer").expect("the program reads");
    assert!(output.status.success(), "{fault}: {}", output.status);
    let outcomes: Vec<Outcome> = output
        .stdout
        .split(|octet| *octet == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).expect("a line of JSON"))
        .collect();
    assert!(outcomes.iter().map(|outcome| &outcome.scenario).eq(scenarios), "{fault}: a scenario is missing");
    outcomes
}
