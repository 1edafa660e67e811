//! The expected outcomes: what has to come of each scenario, by theory.

use lab::{role::Role, scenario::Scenario, verdict::Judgement};

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

/// All rows.
pub fn all() -> Vec<Outcome> {
    let text = include_str!("../../../web/src/ci/outcomes.txt");
    let rows = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|row| {
        let columns: Vec<&str> = row.split_whitespace().collect();
        let [scenario, kind, check, party] = columns[..] else { panic!("{row}: expected four columns") };
        Outcome {
            scenario: scenario.parse().unwrap_or_else(|error| panic!("{row}: {error}")),
            kind: kind.to_owned(),
            check: (check != "-").then(|| check.to_owned()),
            party: match party {
                "client" => Some(Role::Client),
                "server" => Some(Role::Server),
                "-" => None,
                other => panic!("{row}: no party {other}"),
            },
        }
    })
    .collect()
}
