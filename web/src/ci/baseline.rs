//! What a pipeline accepts although it is not expected: rows as those of the outcomes, each with its reason behind a `#`.
//! Only what changes against it is a finding.

use super::{
    outcomes::{Grade, OutcomesError, Row, parse},
    report::Cell,
};

/// Accepted outcomes.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    rows: Vec<(Row, String)>,
}

impl Baseline {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// A row that is none, or gives no reason.
    pub fn parse(file: &str, text: &str) -> Result<Self, OutcomesError> {
        let with_reason = |row: Row| {
            let line = text.lines().nth(row.line.saturating_sub(1)).unwrap_or_default();
            let reason = line.split_once('#').map(|(_, reason)| reason.trim().to_owned());
            match reason.filter(|reason| !reason.is_empty()) {
                Some(reason) => Ok((row, reason)),
                None => Err(OutcomesError::NoReason { file: file.to_owned(), line: row.line }),
            }
        };
        Ok(Self { rows: parse(file, text)?.into_iter().map(with_reason).collect::<Result<_, _>>()? })
    }

    /// What is accepted of a cell is told so, and what is accepted in vain as well.
    pub fn apply(&self, cell: &mut Cell) {
        let row = self.rows.iter().find(|(row, _)| row.scenario.to_string() == cell.scenario);
        let Some((row, reason)) = row else { return };
        cell.status = match cell.status {
            Grade::Inconclusive => return,
            Grade::AsExpected => Grade::Outdated,
            _ if row.expected.is_met_by(&cell.got) => Grade::Accepted,
            // Something else went wrong than what is accepted.
            _ => return,
        };
        cell.reason = Some(reason.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ci::report::tests::a_cell;

    #[test]
    fn only_what_changes_is_a_finding() {
        let baseline = Baseline::parse("b.txt", "\ndh/substitute split - - # known since May\n").unwrap();
        let applied = |scenario, status| {
            let mut cell = a_cell(scenario, status, "");
            baseline.apply(&mut cell);
            (cell.status, cell.reason)
        };
        let reason = Some("known since May".to_owned());
        assert_eq!(applied("dh/substitute", Grade::NotStopped), (Grade::Accepted, reason.clone()));
        assert_eq!(applied("dh/substitute", Grade::AsExpected), (Grade::Outdated, reason));
        assert_eq!(applied("dh/substitute", Grade::Inconclusive), (Grade::Inconclusive, None));
        assert_eq!(applied("dh/relay", Grade::NotStopped), (Grade::NotStopped, None));
        let other = Baseline::parse("b.txt", "dh/substitute read - - # another one").unwrap();
        let mut cell = a_cell("dh/substitute", Grade::NotStopped, "");
        other.apply(&mut cell);
        assert_eq!(cell.status, Grade::NotStopped, "it is split, and what is accepted is read");
    }

    #[test]
    fn each_acceptance_has_its_reason() {
        let fault = |text: &str| Baseline::parse("b.txt", text).unwrap_err().to_string();
        assert!(fault("\ndh/substitute split - -").starts_with("b.txt:2: reason"));
        assert!(fault("dh/substitute split - - #  ").starts_with("b.txt:1: reason"));
        assert!(fault("dhx/substitute split - - # why").starts_with("b.txt:1: scenario"));
    }
}
