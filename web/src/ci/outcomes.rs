//! The expected outcomes: what theory says about each scenario, written by hand in `web/src/ci/outcomes.txt`.
//!
//! One row a scenario, columns separated by blanks: scenario, kind of verdict, check or `-`, party or `-`. A `#` begins
//! a comment.

use crate::sessions::orders::resolve;
use lab::{
    role::Role,
    scenario::Scenario,
    verdict::{Class, Kind, Verdict},
};
use serde::Serialize;

/// The file as it was when this program was built.
const TEXT: &str = include_str!("outcomes.txt");

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

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What is run.
    pub scenario: Scenario,
    /// What must come out.
    pub expected: Expected,
    /// The row's line in the file, from 1.
    #[serde(skip)]
    pub line: usize,
}

/// How an outcome compares with the expected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Just so.
    AsExpected,
    /// Defended, but not by the check or the victim that should have.
    StoppedOtherwise,
    /// An attack won where it must not.
    NotStopped,
    /// An attack no longer does what it must.
    AttackLost,
    /// The lab cannot tell.
    Inconclusive,
}

impl Grade {
    /// All of them, best first.
    pub const ALL: [Self; 5] =
        [Self::AsExpected, Self::StoppedOtherwise, Self::NotStopped, Self::AttackLost, Self::Inconclusive];

    /// As it stands in JSON and on the terminal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsExpected => "as-expected",
            Self::StoppedOtherwise => "stopped-otherwise",
            Self::NotStopped => "not-stopped",
            Self::AttackLost => "attack-lost",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// What it says about the scenario, in one line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::AsExpected => "the outcome is the expected one",
            Self::StoppedOtherwise => "the session was defended, but not where it must be",
            Self::NotStopped => "the attack won where it must not",
            Self::AttackLost => "the attack no longer does what it must",
            Self::Inconclusive => "the lab could not tell what happened",
        }
    }
}

impl Expected {
    /// Compares a verdict with what had to come. An absent check or party in the row stands for any.
    pub fn compare(&self, got: &Verdict) -> Grade {
        let named = |wanted: &Option<String>| wanted.is_none() || *wanted == got.check;
        if self.kind == got.kind && named(&self.check) && (self.party.is_none() || self.party == got.party) {
            return Grade::AsExpected;
        }
        if !got.kind.is_settled() {
            return Grade::Inconclusive;
        }
        match (self.kind.class(), got.class) {
            (Class::Broken, _) => Grade::AttackLost,
            (_, Class::Broken) => Grade::NotStopped,
            _ if got.kind == Kind::Private => Grade::AttackLost,
            _ => Grade::StoppedOtherwise,
        }
    }
}

/// The rows that this program was built with.
pub fn all() -> Result<Vec<Row>, OutcomesError> {
    parse(TEXT)
}

/// The expected outcome of one scenario, if the file has a row for it.
pub fn of<'a>(rows: &'a [Row], scenario: &Scenario) -> Option<&'a Expected> {
    rows.iter().find(|row| row.scenario == *scenario).map(|row| &row.expected)
}

/// Reads the file's text.
pub fn parse(text: &str) -> Result<Vec<Row>, OutcomesError> {
    let mut rows: Vec<Row> = Vec::new();
    for (index, text) in text.lines().enumerate() {
        let line = index + 1;
        let text = text.split('#').next().unwrap_or_default();
        let columns: Vec<&str> = text.split_whitespace().collect();
        let [scenario, kind, check, party] = match columns.as_slice() {
            [] => continue,
            [a, b, c, d] => [a, b, c, d].map(|column| *column),
            more => return Err(OutcomesError::Columns { line, got: more.len() }),
        };
        let wrong = |column, got: &str, expected: &str| OutcomesError::Column {
            line,
            column,
            got: got.to_owned(),
            expected: expected.to_owned(),
        };
        let scenario: Scenario = scenario
            .parse()
            .map_err(|error: lab::scenario::ScenarioError| wrong("scenario", scenario, &error.to_string()))?;
        let scenario =
            resolve(&scenario).map_err(|refused| wrong("scenario", &scenario.to_string(), &refused.message))?;
        let scenario = scenario.played.scenario;
        let kind = Kind::ALL
            .into_iter()
            .find(|known| known.as_str() == kind)
            .ok_or_else(|| wrong("verdict", kind, &Kind::ALL.map(Kind::as_str).join(", ")))?;
        let party = match party {
            "-" => None,
            "client" => Some(Role::Client),
            "server" => Some(Role::Server),
            other => return Err(wrong("party", other, "client, server or -")),
        };
        let check = (check != "-").then(|| check.to_owned());
        if check.is_some() && kind != Kind::Stopped {
            return Err(wrong("check", check.as_deref().unwrap_or_default(), "- unless the verdict is stopped"));
        }
        if let Some(first) = rows.iter().find(|row| row.scenario == scenario) {
            return Err(OutcomesError::Twice { line, first: first.line, scenario: scenario.to_string() });
        }
        rows.push(Row { scenario, expected: Expected { kind, check, party }, line });
    }
    Ok(rows)
}

/// Why a text is no table of outcomes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutcomesError {
    /// Not four columns.
    #[error(
        "web/src/ci/outcomes.txt:{line}: expected 4 columns (scenario, verdict, check or -, party or -), got {got}"
    )]
    Columns {
        /// Line, from 1.
        line: usize,
        /// Columns found.
        got: usize,
    },
    /// A column that cannot be what it should.
    #[error("web/src/ci/outcomes.txt:{line}: {column}: got {got:?}, expected {expected}")]
    Column {
        /// Line, from 1.
        line: usize,
        /// Which column.
        column: &'static str,
        /// What stood there.
        got: String,
        /// What may stand there.
        expected: String,
    },
    /// The same scenario twice.
    #[error("web/src/ci/outcomes.txt:{line}: {scenario} has a row already, in line {first}")]
    Twice {
        /// Line, from 1.
        line: usize,
        /// Line of the first row.
        first: usize,
        /// The scenario.
        scenario: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(kind: Kind, check: Option<&str>, party: Option<Role>) -> Verdict {
        Verdict {
            kind,
            class: kind.class(),
            check: check.map(str::to_owned),
            party,
            flight: None,
            because: String::new(),
            grounds: None,
        }
    }

    #[test]
    fn a_row_has_four_columns_and_comments_are_skipped() {
        let rows = parse("# head\n\n ecdh-cert/substitute  stopped transcript-signature client # why\n").unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].line, 3);
        assert_eq!(rows[0].expected.check.as_deref(), Some("transcript-signature"));
        assert_eq!(rows[0].expected.party, Some(Role::Client));
    }

    #[test]
    fn each_fault_names_line_and_column() {
        let fault = |text: &str| parse(text).unwrap_err().to_string();
        assert!(fault("dh/relay private -").starts_with("web/src/ci/outcomes.txt:1: expected 4 columns"));
        assert!(fault("\ndh private - -").starts_with("web/src/ci/outcomes.txt:2: scenario"));
        assert!(fault("dh/relay fine - -").starts_with("web/src/ci/outcomes.txt:1: verdict: got \"fine\""));
        assert!(fault("dh/relay private - me").starts_with("web/src/ci/outcomes.txt:1: party"));
        assert!(fault("dh/relay private finished -").starts_with("web/src/ci/outcomes.txt:1: check"));
        assert!(fault("dh/relay private - -\ndh/relay split - -").contains("already, in line 1"));
    }

    #[test]
    fn every_difference_has_its_name() {
        let stopped = Expected { kind: Kind::Stopped, check: Some("finished".into()), party: Some(Role::Client) };
        let split = Expected { kind: Kind::Split, check: None, party: None };
        let client = Some(Role::Client);
        for (expected, got, status) in [
            (&stopped, verdict(Kind::Stopped, Some("finished"), client), Grade::AsExpected),
            (&stopped, verdict(Kind::Stopped, Some("finished"), Some(Role::Server)), Grade::StoppedOtherwise),
            (&stopped, verdict(Kind::Stopped, Some("cert-name"), client), Grade::StoppedOtherwise),
            (&stopped, verdict(Kind::Disrupted, None, None), Grade::StoppedOtherwise),
            (&stopped, verdict(Kind::Split, None, None), Grade::NotStopped),
            (&stopped, verdict(Kind::Private, None, None), Grade::AttackLost),
            (&stopped, verdict(Kind::Inconclusive, None, None), Grade::Inconclusive),
            (&stopped, verdict(Kind::Unread, None, None), Grade::Inconclusive),
            (&split, verdict(Kind::Unread, None, None), Grade::Inconclusive),
            (&split, verdict(Kind::Split, None, None), Grade::AsExpected),
            (&split, verdict(Kind::Stopped, Some("finished"), client), Grade::AttackLost),
            (&split, verdict(Kind::Private, None, None), Grade::AttackLost),
            (&split, verdict(Kind::Read, None, None), Grade::AttackLost),
        ] {
            assert_eq!(expected.compare(&got), status, "{expected:?} and {got:?}");
        }
    }

    #[test]
    fn the_file_is_sound() {
        assert!(!all().unwrap().is_empty());
    }
}
