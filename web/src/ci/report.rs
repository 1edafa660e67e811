//! What came out of each scenario, beside what had to.

use super::outcomes::{Expected, Grade};
use lab::verdict::Verdict;
use serde::Serialize;
use std::collections::BTreeMap;

/// The version of the JSON of a [`Report`]: another one is another meaning of a member, not one member more.
const VERSION: u8 = 1;

/// One scenario with what came out of it.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// What was run.
    pub scenario: String,
    /// The seed that brings it about again.
    pub seed: Option<u64>,
    /// What had to come out.
    pub expected: Expected,
    /// What did.
    pub got: Verdict,
    /// How the two compare.
    pub status: Grade,
    /// How often it was played before, and was inconclusive.
    #[serde(skip_serializing_if = "is_zero")]
    pub retries: u32,
    /// Why it is accepted all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The command that brings a finding about again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again: Option<String>,
    /// How long it took.
    pub seconds: f64,
    /// The row's line in the table of outcomes.
    #[serde(skip)]
    pub line: usize,
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// All of them.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of this report's form.
    pub version: u8,
    /// The table of outcomes.
    #[serde(skip)]
    pub file: String,
    /// One a row of the table of outcomes, in its order.
    pub cells: Vec<Cell>,
    /// How many of each status, and of all.
    pub totals: BTreeMap<&'static str, usize>,
    /// How many were asked for and not played, where the run was interrupted.
    #[serde(skip_serializing_if = "none")]
    pub unplayed: usize,
    /// What was left out because it computes for long.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

pub(crate) fn none(count: &usize) -> bool {
    *count == 0
}

impl Report {
    /// Counts the cells.
    pub fn new(file: &str, cells: Vec<Cell>) -> Self {
        let count = |status: Grade| cells.iter().filter(|cell| cell.status == status).count();
        let mut totals: BTreeMap<_, _> = Grade::ALL.map(|status| (status.as_str(), count(status))).into();
        totals.insert("all", cells.len());
        Self { version: VERSION, file: file.to_owned(), cells, totals, unplayed: 0, left_out: Vec::new() }
    }
}

/// What a line of any report amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As it should be.
    Fine,
    /// Not as it should be, and accepted.
    Accepted,
    /// A finding.
    Finding,
    /// Nobody can tell: the lab failed.
    Unclear,
}

/// A line of the reports that CI systems read, whatever was tried.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What was tried, in two parts: `dh` and `relay`.
    pub of: (String, String),
    /// What stands between the two.
    pub between: char,
    /// What it amounts to.
    pub standing: Standing,
    /// The status or grade.
    pub status: &'static str,
    /// The sentence for a person.
    pub text: String,
    /// Why it is accepted.
    pub reason: Option<String>,
    /// The command that shows it again.
    pub again: Option<String>,
    /// How long it took.
    pub seconds: f64,
    /// The file and the line, from 1, that say what had to come.
    pub place: Option<(String, usize)>,
}

impl Entry {
    /// What was tried.
    pub fn name(&self) -> String {
        format!("{}{}{}", self.of.0, self.between, self.of.1)
    }
}

/// What the reports that CI systems read are made from.
#[derive(Clone, Debug)]
pub struct Entries {
    /// What was tried, in the plural.
    pub noun: &'static str,
    /// The suite's name.
    pub suite: &'static str,
    /// Every status or grade, what it says, and whether it can be a finding.
    pub statuses: Vec<(&'static str, &'static str, bool)>,
    /// One a line.
    pub entries: Vec<Entry>,
    /// How many sessions were asked for and not played, where the run was interrupted: the report is not all then.
    pub unplayed: usize,
    /// What was left out because it computes for long.
    pub left_out: Vec<String>,
}

/// How what was left out is played.
pub const TO_PLAY: &str = "--group long";

impl Entries {
    /// How many lines amount to this.
    pub fn count(&self, standing: Standing) -> usize {
        self.entries.iter().filter(|entry| entry.standing == standing).count()
    }

    /// Why the report is not all, where it is not.
    pub fn incomplete(&self) -> Option<String> {
        (self.unplayed > 0).then(|| format!("interrupted: {} sessions were not played", self.unplayed))
    }

    /// What was left out, where anything was, and how it is played.
    pub fn remainder(&self) -> Option<String> {
        let count = self.left_out.len();
        (count > 0).then(|| format!("{count} left out, which compute for long: they are played with {TO_PLAY}"))
    }
}

impl Report {
    /// As lines of any report.
    pub fn entries(&self) -> Entries {
        let entry = |cell: &Cell| {
            let (mode, attack) = cell.scenario.split_once('/').unwrap_or(("", &cell.scenario));
            Entry {
                of: (mode.to_owned(), attack.to_owned()),
                between: '/',
                standing: cell.status.standing(),
                status: cell.status.as_str(),
                text: words(cell),
                reason: cell.reason.clone(),
                again: cell.again.clone(),
                seconds: cell.seconds,
                place: Some((self.file.clone(), cell.line)),
            }
        };
        Entries {
            noun: "scenarios",
            suite: "outcomes",
            statuses: Grade::ALL.map(|grade| (grade.as_str(), grade.meaning(), grade != Grade::AsExpected)).into(),
            entries: self.cells.iter().map(entry).collect(),
            unplayed: self.unplayed,
            left_out: self.left_out.clone(),
        }
    }
}

/// A sentence for a person.
pub fn words(cell: &Cell) -> String {
    let named = |check: &Option<String>, party: Option<lab::role::Role>| {
        let check = check.as_ref().map(|check| format!(" at {check}")).unwrap_or_default();
        let party = party.map(|party| format!(" by the {party}")).unwrap_or_default();
        format!("{check}{party}")
    };
    let retried = match cell.retries {
        0 => String::new(),
        retries => format!(" ({retries} times inconclusive before)"),
    };
    format!(
        "expected {}{}, got {}{}: {}{retried}",
        cell.expected.kind,
        named(&cell.expected.check, cell.expected.party),
        cell.got.kind,
        named(&cell.got.check, cell.got.party),
        cell.got.because
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use lab::verdict::Kind;

    pub(crate) fn a_cell(scenario: &str, status: Grade, because: &str) -> Cell {
        let got = Verdict {
            kind: Kind::Split,
            class: Kind::Split.class(),
            check: None,
            party: None,
            flight: None,
            session: None,
            because: because.to_owned(),
            grounds: None,
        };
        let expected = Expected { kind: Kind::Stopped, check: Some("finished".into()), party: None };
        Cell {
            scenario: scenario.to_owned(),
            seed: Some(7),
            expected,
            got,
            status,
            retries: 0,
            reason: None,
            again: None,
            seconds: 0.25,
            line: 3,
        }
    }
}
