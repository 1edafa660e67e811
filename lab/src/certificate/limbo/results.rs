//! Limbo's result format, and how many results are wrong.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Expected;

/// An actual result, in limbo's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Actual {
    /// Accepted.
    Success,
    /// Rejected.
    Failure,
    /// Not decided.
    Skipped,
}

/// One line of limbo's result format.
#[derive(Debug, Serialize)]
pub struct CaseResult {
    /// The case.
    pub id: String,
    /// What came out.
    pub actual_result: Actual,
    /// Why.
    pub context: String,
    /// What should have come out.
    #[serde(skip)]
    pub expected: Expected,
}

/// Limbo's result format.
#[derive(Debug, Serialize)]
pub struct Results {
    version: u8,
    harness: &'static str,
    /// One result for each case, in the file's order.
    pub results: Vec<CaseResult>,
}

/// How one namespace fared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Cases.
    pub cases: usize,
    /// Accepted although they should not have been.
    pub false_accepts: usize,
    /// Rejected although they should not have been.
    pub false_rejects: usize,
    /// Not decided.
    pub skipped: usize,
}

impl Results {
    pub(super) fn new(results: Vec<CaseResult>) -> Self {
        Self { version: 1, harness: "interlock", results }
    }

    /// False accepts, false rejects and skips by namespace: the id's parts but the last, at most two.
    #[must_use]
    pub fn tally(&self) -> BTreeMap<String, Tally> {
        let mut tallies = BTreeMap::<String, Tally>::new();
        for result in &self.results {
            let parts: Vec<_> = result.id.split("::").collect();
            let depth = parts.len().saturating_sub(1).min(2);
            let tally = tallies.entry(parts[..depth].join("::")).or_default();
            tally.cases += 1;
            match (result.actual_result, result.expected) {
                (Actual::Success, Expected::Failure) => tally.false_accepts += 1,
                (Actual::Failure, Expected::Success) => tally.false_rejects += 1,
                (Actual::Skipped, _) => tally.skipped += 1,
                _ => {}
            }
        }
        tallies
    }
}

impl CaseResult {
    /// Whether something else came out than should have, nothing included.
    #[must_use]
    pub fn deviates(&self) -> bool {
        !matches!(
            (self.actual_result, self.expected),
            (Actual::Success, Expected::Success) | (Actual::Failure, Expected::Failure)
        )
    }

    /// How the result deviates, in two words.
    #[must_use]
    pub fn deviation(&self) -> &'static str {
        match (self.actual_result, self.expected) {
            (Actual::Success, Expected::Failure) => "false accept",
            (Actual::Failure, Expected::Success) => "false reject",
            (Actual::Skipped, _) => "not decided",
            _ => "as expected",
        }
    }
}

impl Tally {
    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            cases: self.cases + other.cases,
            false_accepts: self.false_accepts + other.false_accepts,
            false_rejects: self.false_rejects + other.false_rejects,
            skipped: self.skipped + other.skipped,
        }
    }
}
