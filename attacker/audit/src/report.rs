//! What came out of an audit.

use crate::{
    attempt::{Attempt, Depth},
    case::{Case, Exhibit},
    grade::{Because, Grade},
    hosts::Naming,
    program::Program,
    ran::Ran,
    role::Role,
    words,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// One attack against one program.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The attack's id.
    pub attack: &'static str,
    /// The check that stops it.
    pub check: &'static str,
    /// What the client did.
    pub grade: Grade,
    /// How far it went.
    pub depth: Depth,
    /// Its connections.
    pub attempts: usize,
    /// The sentence for the grade.
    pub because: String,
    /// What it did with the twin: `accepted`, `refused`, or `not-run`.
    pub twin: &'static str,
    /// The command that does it again.
    pub repeat: String,
    /// How long attack and twin took.
    pub seconds: f64,
    /// Every connection of the attack, in order.
    pub connections: Vec<Attempt>,
    /// What the grade rests on.
    pub grounds: Because,
    /// What the program was shown, where it came to that.
    #[serde(skip)]
    pub exhibit: Option<Exhibit>,
}

impl Cell {
    /// A graded cell; `twin` says whether the client believed the twin, if it met it.
    pub(crate) fn new(
        case: &Case,
        program: &Program,
        (grade, grounds): (Grade, Because),
        attack: &Ran,
        twin: Option<bool>,
        seconds: f64,
    ) -> Self {
        Self {
            attack: case.attack,
            check: case.check.id,
            grade,
            depth: attack.depth(),
            attempts: attack.count,
            because: words::because(&grounds),
            twin: match twin {
                None => "not-run",
                Some(true) => "accepted",
                Some(false) => "refused",
            },
            repeat: format!("interlock audit --attack {} {}", case.attack, program.repeat),
            seconds,
            connections: attack.attempts.clone(),
            grounds,
            exhibit: None,
        }
    }
}

/// What a program is called, by what it is.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// A client.
    Client(String),
    /// A server.
    Server(String),
}

/// One program.
#[derive(Clone, Debug, Serialize)]
pub struct Audited {
    /// What it is called.
    #[serde(flatten)]
    pub subject: Subject,
    /// Its version, as it tells it.
    pub version: Option<String>,
    /// By which name it finds its peers.
    pub naming: Naming,
    /// What it did with the honest peer.
    pub honest: Ran,
    /// One cell an attack.
    pub cells: Vec<Cell>,
}

impl Audited {
    pub(crate) fn new(program: &Program, naming: Naming, honest: Ran, cells: Vec<Cell>) -> Self {
        let name = program.name.clone();
        let subject = match program.role {
            Role::Client => Subject::Client(name),
            Role::Server => Subject::Server(name),
        };
        Self { subject, version: program.version.clone(), naming, honest, cells }
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &str {
        match &self.subject {
            Subject::Client(name) | Subject::Server(name) => name,
        }
    }
}

/// All of them.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The clients, in the order in which they were asked for.
    pub clients: Vec<Audited>,
    /// The servers, likewise.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<Audited>,
    /// How many cells of each grade, and of all.
    pub totals: BTreeMap<&'static str, usize>,
    /// How many attacks were not played, where the audit was interrupted.
    #[serde(skip_serializing_if = "is_none")]
    pub unplayed: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

impl Report {
    /// Counts the cells.
    #[must_use]
    pub fn new(audited: Vec<Audited>) -> Self {
        let cells = || audited.iter().flat_map(|program| &program.cells);
        let count = |grade: Grade| cells().filter(|cell| cell.grade == grade).count();
        let mut totals: BTreeMap<_, _> = Grade::ALL.map(|grade| (grade.as_str(), count(grade))).into();
        totals.insert("all", cells().count());
        let is_client = |program: &Audited| matches!(program.subject, Subject::Client(_));
        let (clients, servers) = audited.into_iter().partition(is_client);
        Self { clients, servers, totals, unplayed: 0 }
    }

    /// Every program, clients first.
    pub fn programs(&self) -> impl Iterator<Item = &Audited> {
        self.clients.iter().chain(&self.servers)
    }
}
