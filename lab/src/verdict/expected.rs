//! What has to come of scenarios, by theory: the rows of a table that is written by hand.
//!
//! One row a scenario, columns separated by blanks: scenario, kind of verdict, check or `-`, party or `-`. A `#` begins a
//! comment.

use super::{Kind, Verdict};
use crate::{
    refusal::Refusal,
    refused,
    role::Role,
    scenario::{Scenario, ScenarioError},
};
use serde::Serialize;
use serde_json::json;

/// What must come out of a scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Expected {
    /// The kind of verdict.
    pub kind: Kind,
    /// The check that stops it.
    pub check: Option<String>,
    /// The victim concerned.
    pub party: Option<Role>,
}

impl Expected {
    /// Whether a verdict is just that. An absent check or party stands for any.
    pub fn is_met_by(&self, got: &Verdict) -> bool {
        let named = self.check.is_none() || self.check == got.check;
        self.kind == got.kind && named && (self.party.is_none() || self.party == got.party)
    }
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What is run.
    pub scenario: Scenario,
    /// What must come out.
    pub expected: Expected,
    /// The row's line in the text, from 1.
    #[serde(skip)]
    pub line: usize,
}

/// Reads a table.
///
/// # Errors
/// The first row that is none.
pub fn rows(text: &str) -> Result<Vec<Row>, RowError> {
    let line = |(index, text): (usize, &str)| row(index + 1, text).transpose();
    text.lines().enumerate().filter_map(line).collect()
}

fn row(line: usize, text: &str) -> Result<Option<Row>, RowError> {
    let text = text.split('#').next().unwrap_or_default();
    let columns: Vec<&str> = text.split_whitespace().collect();
    let [scenario, verdict, check, party] = match columns.as_slice() {
        [] => return Ok(None),
        [a, b, c, d] => [a, b, c, d].map(|column| *column),
        more => return Err(RowError::Columns { line, got: more.len() }),
    };
    let got = |text: &str| text.to_owned();
    let scenario: Scenario =
        scenario.parse().map_err(|fault| RowError::Scenario { line, got: got(scenario), fault })?;
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == verdict);
    let kind = kind.ok_or_else(|| RowError::Verdict { line, got: got(verdict) })?;
    let party = match party {
        "-" => None,
        "client" => Some(Role::Client),
        "server" => Some(Role::Server),
        other => return Err(RowError::Party { line, got: got(other) }),
    };
    let check = (check != "-").then(|| check.to_owned());
    if let Some(check) = check.as_deref().filter(|_| kind != Kind::Stopped) {
        return Err(RowError::Check { line, got: got(check) });
    }
    Ok(Some(Row { scenario, expected: Expected { kind, check, party }, line }))
}

/// Why a text is no table of outcomes; told, it begins with the number of the line, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowError {
    /// Not four columns.
    Columns {
        /// Line.
        line: usize,
        /// Columns found.
        got: usize,
    },
    /// No scenario.
    Scenario {
        /// Line.
        line: usize,
        /// What stood there.
        got: String,
        /// What is wrong with it.
        fault: ScenarioError,
    },
    /// No kind of verdict.
    Verdict {
        /// Line.
        line: usize,
        /// What stood there.
        got: String,
    },
    /// A check, where nobody is stopped.
    Check {
        /// Line.
        line: usize,
        /// What stood there.
        got: String,
    },
    /// No victim.
    Party {
        /// Line.
        line: usize,
        /// What stood there.
        got: String,
    },
}

impl From<&RowError> for Refusal {
    fn from(error: &RowError) -> Self {
        match error {
            RowError::Columns { line, got } => Self::new("row-columns", json!({ "line": line, "got": got })),
            RowError::Scenario { line, got, fault } => {
                Self::new("row-scenario", json!({ "line": line, "got": got, "fault": fault }))
            }
            RowError::Verdict { line, got } => {
                let known = Kind::ALL.map(Kind::as_str);
                Self::new("row-verdict", json!({ "line": line, "got": got, "expected": known }))
            }
            RowError::Check { line, got } => Self::new("row-check", json!({ "line": line, "got": got })),
            RowError::Party { line, got } => Self::new("row-party", json!({ "line": line, "got": got })),
        }
    }
}

refused!(RowError);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Grounds;

    #[test]
    fn a_row_has_four_columns_and_comments_are_skipped() {
        let read = rows("# head\n\n ecdh-cert/substitute  stopped transcript-signature client # why\n").unwrap();
        let expected =
            Expected { kind: Kind::Stopped, check: Some("transcript-signature".into()), party: Some(Role::Client) };
        assert_eq!(read, [Row { scenario: "ecdh-cert/substitute".parse().unwrap(), expected, line: 3 }]);
    }

    #[test]
    fn an_outcome_is_met_in_kind_check_and_party_and_what_is_absent_stands_for_any() {
        let grounds = Grounds::Stopped {
            party: Role::Client,
            check: "finished".into(),
            flight: 2,
            expected: "".into(),
            observed: "".into(),
        };
        let because = String::new();
        let (check, party) = (Some("finished".into()), Some(Role::Client));
        let (kind, class) = (grounds.kind(), grounds.kind().class());
        let got =
            Verdict { kind, class, check, party, flight: Some(2), session: None, because, grounds: Some(grounds) };
        let met = |kind, check: Option<&str>, party| {
            Expected { kind, check: check.map(str::to_owned), party }.is_met_by(&got)
        };
        for check in [None, Some("finished")] {
            for party in [None, Some(Role::Client)] {
                assert!(met(Kind::Stopped, check, party), "{check:?} {party:?}");
                assert!(!met(Kind::Private, check, party), "{check:?} {party:?}");
            }
        }
        assert!(!met(Kind::Stopped, Some("psk-binder"), None) && !met(Kind::Stopped, None, Some(Role::Server)));
    }

    #[test]
    fn each_fault_names_line_and_column() {
        let fault = |text: &str| rows(text).unwrap_err().to_string();
        assert!(fault("dh/relay private -").starts_with("1: expected 4 columns"));
        assert!(fault("\ndh private - -").starts_with("2: scenario"));
        assert!(fault("dh/relay fine - -").starts_with("1: verdict: got \"fine\""));
        assert!(fault("dh/relay private - me").starts_with("1: party"));
        assert!(fault("dh/relay private finished -").starts_with("1: check"));
    }
}
