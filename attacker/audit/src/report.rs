//! What came out of an audit.

use crate::{
    attempt::{Attempt, Depth},
    case::Case,
    client::{Client, Ran},
    grade::{Because, Grade},
    hosts::Naming,
    words,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// One attack against one client.
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
}

impl Cell {
    /// A graded cell; `twin` says whether the client believed the twin, if it met it.
    pub(crate) fn new(
        case: &Case,
        client: &Client,
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
            repeat: format!("interlock audit --attack {} {}", case.attack, client.repeat),
            seconds,
            connections: attack.attempts.clone(),
            grounds,
        }
    }
}

/// One client.
#[derive(Clone, Debug, Serialize)]
pub struct Audited {
    /// What it is called.
    pub client: String,
    /// Its version, as it tells it.
    pub version: Option<String>,
    /// By which name it finds its servers.
    pub naming: Naming,
    /// What it did with the honest server.
    pub honest: Ran,
    /// One cell an attack.
    pub cells: Vec<Cell>,
}

impl Audited {
    pub(crate) fn new(client: &Client, naming: Naming, honest: Ran, cells: Vec<Cell>) -> Self {
        Self { client: client.name.clone(), version: client.version.clone(), naming, honest, cells }
    }
}

/// All of them.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The clients, in the order in which they were asked for.
    pub clients: Vec<Audited>,
    /// How many cells of each grade, and of all.
    pub totals: BTreeMap<&'static str, usize>,
}

impl Report {
    /// Counts the cells.
    #[must_use]
    pub fn new(clients: Vec<Audited>) -> Self {
        let cells = || clients.iter().flat_map(|client| &client.cells);
        let count = |grade: Grade| cells().filter(|cell| cell.grade == grade).count();
        let mut totals: BTreeMap<_, _> = Grade::ALL.map(|grade| (grade.as_str(), count(grade))).into();
        totals.insert("all", cells().count());
        Self { clients, totals }
    }
}
