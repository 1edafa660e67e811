//! The expected outcomes: what theory says about each scenario, written by hand in `web/src/ci/outcomes.txt`.

use super::report::Standing;
use crate::sessions::orders::resolve;
use lab::{
    refusal::Refusal,
    scenario::Scenario,
    verdict::{Class, Kind, RowError, Verdict, rows},
};
use serde::Serialize;
use serde_json::json;

pub use lab::verdict::{Expected, Row};

/// The file as it was when this program was built.
const TEXT: &str = include_str!("outcomes.txt");
/// Where it is.
pub const FILE: &str = "web/src/ci/outcomes.txt";

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
    /// Another outcome than the expected one, which the baseline accepts.
    Accepted,
    /// The expected outcome, where the baseline accepts another one that is no longer there.
    Outdated,
    /// The lab cannot tell.
    Inconclusive,
}

impl Grade {
    /// All of them, best first.
    pub const ALL: [Self; 7] = [
        Self::AsExpected,
        Self::Accepted,
        Self::Outdated,
        Self::StoppedOtherwise,
        Self::NotStopped,
        Self::AttackLost,
        Self::Inconclusive,
    ];

    /// As it stands in JSON and on the terminal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AsExpected => "as-expected",
            Self::StoppedOtherwise => "stopped-otherwise",
            Self::NotStopped => "not-stopped",
            Self::AttackLost => "attack-lost",
            Self::Accepted => "accepted",
            Self::Outdated => "outdated",
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
            Self::Accepted => "another outcome than the expected one, which the baseline accepts",
            Self::Outdated => "the baseline accepts another outcome, which is no longer there",
            Self::Inconclusive => "the lab could not tell what happened",
        }
    }
}

impl Grade {
    /// What it amounts to, whatever was asked for: a run, a report, an exit status.
    pub const fn standing(self) -> Standing {
        match self {
            Self::AsExpected => Standing::Fine,
            Self::Accepted => Standing::Accepted,
            Self::Inconclusive => Standing::Unclear,
            Self::Outdated | Self::StoppedOtherwise | Self::NotStopped | Self::AttackLost => Standing::Finding,
        }
    }
}

/// How a verdict compares with what had to come.
pub fn grade(expected: &Expected, got: &Verdict) -> Grade {
    if expected.is_met_by(got) {
        return Grade::AsExpected;
    }
    // What was expected of patience was met above: else nobody knows who was slow.
    if !got.is_settled() {
        return Grade::Inconclusive;
    }
    match (expected.kind.class(), got.class) {
        // What was read where nothing may be is a finding, whoever was slow; but whether the attack does with both victims what it
        // must is not known where one of them did not wait for it.
        (Class::Broken, Class::Broken) if got.lapse() => Grade::Inconclusive,
        (Class::Broken, _) => Grade::AttackLost,
        (_, Class::Broken) => Grade::NotStopped,
        _ if got.kind == Kind::Private => Grade::AttackLost,
        _ => Grade::StoppedOtherwise,
    }
}

/// The rows that this program was built with.
pub fn all() -> Result<Vec<Row>, OutcomesError> {
    parse(FILE, TEXT)
}

/// The expected outcome of one scenario, if the file has a row for it.
pub fn of<'a>(rows: &'a [Row], scenario: &Scenario) -> Option<&'a Expected> {
    rows.iter().find(|row| row.scenario == *scenario).map(|row| &row.expected)
}

/// Reads the text of a file; each scenario as it is played.
pub fn parse(file: &str, text: &str) -> Result<Vec<Row>, OutcomesError> {
    let mut known: Vec<Row> = Vec::new();
    let named = || file.to_owned();
    for Row { scenario, expected, line } in rows(text).map_err(|error| OutcomesError::Row { file: named(), error })? {
        let refused = |why| OutcomesError::Refused { file: named(), line, scenario: scenario.to_string(), why };
        let scenario = resolve(&scenario).map_err(|error| refused(error.refusal))?.played.scenario;
        if let Some(first) = known.iter().find(|row| row.scenario == scenario) {
            return Err(OutcomesError::Twice {
                file: named(),
                line,
                first: first.line,
                scenario: scenario.to_string(),
            });
        }
        known.push(Row { scenario, expected, line });
    }
    Ok(known)
}

/// Why a text is no table of outcomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutcomesError {
    /// A row that is none.
    Row {
        /// The file.
        file: String,
        /// What is wrong.
        error: RowError,
    },
    /// A scenario that cannot be run.
    Refused {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// The scenario.
        scenario: String,
        /// Why.
        why: Refusal,
    },
    /// The same scenario twice.
    Twice {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
        /// Line of the first row.
        first: usize,
        /// The scenario.
        scenario: String,
    },
    /// A row of a baseline without its reason.
    NoReason {
        /// The file.
        file: String,
        /// Line, from 1.
        line: usize,
    },
}

impl From<&OutcomesError> for Refusal {
    fn from(error: &OutcomesError) -> Self {
        match error {
            OutcomesError::Row { file, error } => {
                Self::new("outcomes-row", json!({ "file": file, "fault": Self::from(error) }))
            }
            OutcomesError::Refused { file, line, scenario, why } => {
                Self::new("outcomes-refused", json!({ "file": file, "line": line, "got": scenario, "fault": why }))
            }
            OutcomesError::Twice { file, line, first, scenario } => {
                Self::new("outcomes-twice", json!({ "file": file, "line": line, "first": first, "scenario": scenario }))
            }
            OutcomesError::NoReason { file, line } => {
                Self::new("outcomes-no-reason", json!({ "file": file, "line": line }))
            }
        }
    }
}

lab::refused!(OutcomesError);

#[cfg(test)]
mod tests {
    use super::*;
    use lab::{
        cause::Cause,
        role::Role,
        verdict::{Grounds, Meanwhile},
    };

    fn verdict(kind: Kind, check: Option<&str>, party: Option<Role>) -> Verdict {
        Verdict {
            kind,
            class: kind.class(),
            check: check.map(str::to_owned),
            party,
            flight: None,
            session: None,
            because: String::new(),
            grounds: None,
        }
    }

    #[test]
    fn each_fault_names_the_file_and_the_line() {
        let fault = |text: &str| parse(FILE, text).unwrap_err().to_string();
        assert!(fault("dh/relay private -").starts_with("web/src/ci/outcomes.txt:1: expected 4 columns"));
        assert!(fault("\ndhx/relay private - -").starts_with("web/src/ci/outcomes.txt:2: scenario: got \"dhx/relay\""));
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
            assert_eq!(grade(expected, &got), status, "{expected:?} and {got:?}");
        }
    }

    #[test]
    fn lost_patience_or_a_missing_network_is_no_defence_and_no_finding_unless_it_is_what_had_to_come() {
        let disrupted = |reason| Verdict {
            grounds: Some(Grounds::Disrupted { party: Role::Server, flight: 1, reason }),
            ..verdict(Kind::Disrupted, None, None)
        };
        let expected = |kind| Expected { kind, check: None, party: None };
        let no_way = Cause::NoWay { address: "127.0.0.1:1".into(), error: "Network is unreachable".into() };
        for slow in [Cause::NoConnection { most: 6000 }, Cause::Silence { most: 6000 }, Cause::Overdue { most: 6000 }] {
            assert_eq!(grade(&expected(Kind::Disrupted), &disrupted(slow.clone())), Grade::AsExpected);
            for lapse in [slow, no_way.clone()] {
                assert_eq!(grade(&expected(Kind::Split), &disrupted(lapse.clone())), Grade::Inconclusive);
                assert_eq!(grade(&expected(Kind::Private), &disrupted(lapse)), Grade::Inconclusive);
            }
        }
        assert_eq!(grade(&expected(Kind::Split), &disrupted(Cause::Ended)), Grade::AttackLost);
    }

    /// A break with one of the two, where the attack has to win with both, is no attack lost if the other did not wait for it; and no
    /// excuse where nothing may be read.
    #[test]
    fn a_break_with_one_victim_whose_peer_lost_patience_loses_no_attack_and_excuses_no_defence() {
        let impersonated = |meanwhile| Verdict {
            grounds: Some(Grounds::Impersonated {
                party: Role::Client,
                peer: Role::Server,
                key: "k".into(),
                meanwhile,
                read: vec![Role::Client],
            }),
            ..verdict(Kind::Impersonated, None, None)
        };
        let found = |meanwhile| Verdict {
            grounds: Some(Grounds::Found {
                party: Role::Client,
                peer: Role::Server,
                key: "k".into(),
                read: vec![Role::Client],
                live: true,
                meanwhile: Some(meanwhile),
            }),
            ..verdict(Kind::Read, None, None)
        };
        let expected = |kind| Expected { kind, check: None, party: None };
        let left = |reason: Cause| {
            [
                Meanwhile::PeerGaveUp { flight: 3, reason: Some(reason.clone()) },
                Meanwhile::PeerAbsent { reason: Some(reason) },
            ]
        };
        for meanwhile in left(Cause::Silence { most: 2000 }) {
            let (one, other) = (impersonated(meanwhile.clone()), found(meanwhile));
            for got in [&one, &other] {
                assert_eq!(grade(&expected(Kind::Split), got), Grade::Inconclusive);
                assert_eq!(grade(&expected(Kind::Private), got), Grade::NotStopped);
                assert_eq!(grade(&expected(Kind::Stopped), got), Grade::NotStopped);
            }
            assert_eq!(grade(&expected(Kind::Impersonated), &one), Grade::AsExpected);
            assert_eq!(grade(&expected(Kind::Read), &other), Grade::AsExpected);
        }
        for meanwhile in left(Cause::Ended).into_iter().chain([Meanwhile::PeerFinished { key: "o".into() }]) {
            assert_eq!(grade(&expected(Kind::Split), &impersonated(meanwhile.clone())), Grade::AttackLost);
            assert_eq!(grade(&expected(Kind::Split), &found(meanwhile)), Grade::AttackLost);
        }
    }

    #[test]
    fn the_file_is_sound() {
        assert!(!all().unwrap().is_empty());
    }
}
