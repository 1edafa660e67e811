//! What came out of each scenario, beside what had to.

use super::outcomes::{Expected, Grade};
use lab::verdict::Verdict;
use serde::Serialize;
use std::collections::BTreeMap;

/// One scenario with what came out of it.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// What was run.
    pub scenario: String,
    /// What had to come out.
    pub expected: Expected,
    /// What did.
    pub got: Verdict,
    /// How the two compare.
    pub status: Grade,
    /// How long it took.
    pub seconds: f64,
    /// The row's line in web/src/ci/outcomes.txt.
    #[serde(skip)]
    pub line: usize,
}

/// All of them.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// One a row of web/src/ci/outcomes.txt, in its order.
    pub cells: Vec<Cell>,
    /// How many of each status, and of all.
    pub totals: BTreeMap<&'static str, usize>,
}

impl Report {
    /// Counts the cells.
    pub fn new(cells: Vec<Cell>) -> Self {
        let count = |status: Grade| cells.iter().filter(|cell| cell.status == status).count();
        let mut totals: BTreeMap<_, _> = Grade::ALL.map(|status| (status.as_str(), count(status))).into();
        totals.insert("all", cells.len());
        Self { cells, totals }
    }
}

/// A sentence for a person.
pub fn words(cell: &Cell) -> String {
    let named = |check: &Option<String>, party: Option<lab::role::Role>| {
        let check = check.as_ref().map(|check| format!(" at {check}")).unwrap_or_default();
        let party = party.map(|party| format!(" by the {party}")).unwrap_or_default();
        format!("{check}{party}")
    };
    format!(
        "expected {}{}, got {}{}: {}",
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
            because: because.to_owned(),
            grounds: None,
        };
        let expected = Expected { kind: Kind::Stopped, check: Some("finished".into()), party: None };
        Cell { scenario: scenario.to_owned(), expected, got, status, seconds: 0.25, line: 3 }
    }
}
