//! The expected outcomes: what has to come of each scenario, by theory.

use lab::{
    role::Role,
    scenario::Scenario,
    verdict::{Expected, Judgement, Row},
};

/// One row of the table.
#[derive(Debug)]
pub struct Outcome {
    /// The scenario.
    pub scenario: Scenario,
    /// The verdict's kind.
    pub kind: String,
    /// The check that decides.
    pub check: Option<String>,
    /// The party concerned.
    pub party: Option<Role>,
}

impl Outcome {
    /// The judgement is what has to come.
    pub fn is_met_by(&self, judgement: &Judgement) -> bool {
        let verdict = &judgement.verdict;
        verdict.kind.as_str() == self.kind
            && verdict.check == self.check
            && (self.party.is_none() || verdict.party == self.party)
    }
}

/// All rows, as they stand there.
pub fn rows() -> Vec<Row> {
    lab::verdict::rows(include_str!("../../../web/src/ci/outcomes.txt")).unwrap_or_else(|error| panic!("{error}"))
}

/// All rows.
pub fn all() -> Vec<Outcome> {
    let outcome = |Row { scenario, expected: Expected { kind, check, party }, .. }| {
        let kind = kind.as_str().to_owned();
        Outcome { scenario, kind, check, party }
    };
    rows().into_iter().map(outcome).collect()
}
