//! A program of the user's own in a victim's place, graded check by check.
//!
//! What it is graded by is evidence: whether the attacker read its canary, what the verdict is, and at which check it gave up.
//! Nothing here knows a mode, an attack or a check by name.

use super::{
    outcomes::{Expected, Row},
    report::{Entries, Entry, Standing, none},
};
use attacker::{
    attack::Family,
    attacks::{self, Resolved},
};
use lab::{
    check::Check,
    event::Event,
    evidence::Evidence,
    role::Role,
    verdict::{Class, Kind, Verdict, evidence},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the report's JSON.
pub const VERSION: u8 = 1;
/// What stands in a check's place for the honest session of a mode.
pub const HONEST: &str = "honest";

/// What the program does about a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// It stops every attack that the check is for, at the check, and lets honest peers pass.
    Passed,
    /// It gives up, but for another reason than the check.
    WrongReason,
    /// It gives up, and with honest peers too: nothing can be learnt from that.
    RefusesHonestPeersToo,
    /// An attack that the check is for wins.
    Missing,
    /// The lab cannot tell.
    Inconclusive,
}

impl Grade {
    /// All of them, best first.
    pub const ALL: [Self; 5] =
        [Self::Passed, Self::WrongReason, Self::RefusesHonestPeersToo, Self::Missing, Self::Inconclusive];

    /// As it stands in JSON and on the terminal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::WrongReason => "wrong-reason",
            Self::RefusesHonestPeersToo => "refuses-honest-peers-too",
            Self::Missing => "missing",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// What it says about the program, in one line.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Passed => "it stops the attacks at this check, and lets honest peers pass",
            Self::WrongReason => "it gives up, but not for this check's sake",
            Self::RefusesHonestPeersToo => "it gives up with honest peers too",
            Self::Missing => "an attack wins that this check has to stop",
            Self::Inconclusive => "the lab could not tell what happened",
        }
    }
}

/// How the program left a session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Conduct {
    /// It took everything for complete and in order.
    Finished,
    /// It gave up.
    GaveUp {
        /// At which check.
        #[serde(skip_serializing_if = "Option::is_none")]
        check: Option<String>,
    },
    /// It told neither.
    Unknown,
}

/// One session with it.
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    /// What was played.
    pub scenario: String,
    /// The seed.
    pub seed: Option<u64>,
    /// What had to come out.
    pub expected: Expected,
    /// What did.
    pub got: Verdict,
    /// The attacker published its canary.
    pub leaked: bool,
    /// How it left.
    pub conduct: Conduct,
    /// How long it took.
    pub seconds: f64,
    /// What this session alone says.
    pub grade: Grade,
}

impl Trial {
    /// What the events of a session prove of the victim of this role.
    pub fn new(role: Role, row: &Row, seed: Option<u64>, got: &Verdict, events: &[Event]) -> Self {
        let sessions = evidence(events);
        // Of a campaign, the session that the verdict is of; the last one where it is of none.
        let decides = got.session.and_then(|number| sessions.get(usize::try_from(number).ok()?.checked_sub(1)?));
        let conduct = decides.or(sessions.last()).map_or(Conduct::Unknown, |it| conduct(role, it));
        let leaked = sessions.iter().any(|session| session.leaked(role).is_some());
        let seconds = events.iter().map(|event| event.at).max().unwrap_or_default() as f64 / 1e6;
        Self {
            scenario: row.scenario.to_string(),
            seed,
            grade: grade(&row.expected, got, leaked, &conduct),
            expected: row.expected.clone(),
            got: got.clone(),
            leaked,
            conduct,
            seconds,
        }
    }

    /// What came out, in one line.
    pub fn words(&self) -> String {
        format!("{}: {}", self.scenario, self.got.because)
    }
}

/// How the victim of this role left a session.
fn conduct(role: Role, session: &Evidence) -> Conduct {
    let victim = session.victim(role);
    match (&victim.aborted, &victim.closed) {
        (Some(abort), _) => Conduct::GaveUp { check: abort.it.check.clone() },
        (None, Some(_)) => Conduct::Finished,
        (None, None) => Conduct::Unknown,
    }
}

/// What one scenario says. A canary that was read outweighs whatever the program says of itself.
fn grade(expected: &Expected, got: &Verdict, leaked: bool, conduct: &Conduct) -> Grade {
    if expected.kind == Kind::Private {
        return match conduct {
            _ if expected.is_met_by(got) => Grade::Passed,
            _ if leaked || got.class == Class::Broken => Grade::Missing,
            Conduct::GaveUp { .. } => Grade::RefusesHonestPeersToo,
            _ if got.kind == Kind::Stopped => Grade::WrongReason,
            _ => Grade::Inconclusive,
        };
    }
    match conduct {
        _ if leaked || got.class == Class::Broken => Grade::Missing,
        _ if expected.is_met_by(got) => Grade::Passed,
        // The lab itself failed: whoever was lost or late is no evidence of anything.
        _ if got.kind == Kind::Inconclusive && *conduct != Conduct::Finished => Grade::Inconclusive,
        Conduct::GaveUp { .. } => Grade::WrongReason,
        Conduct::Finished => Grade::Missing,
        Conduct::Unknown => Grade::Inconclusive,
    }
}

/// A check in a mode.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// The mode with its variant.
    pub mode: String,
    /// The check's id, or [`HONEST`].
    pub check: String,
    /// What the program does about it.
    pub grade: Grade,
    /// Why, in one line.
    pub because: String,
    /// The sessions that show it.
    pub trials: Vec<Trial>,
    /// The row of the first of them in web/src/ci/outcomes.txt.
    #[serde(skip)]
    pub line: usize,
}

/// All of them.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The version of this report's form.
    pub version: u8,
    /// In whose place the program is.
    pub role: Role,
    /// One for each check in each mode, and one for the honest session of each.
    pub cells: Vec<Cell>,
    /// How many of each grade, and of all.
    pub totals: BTreeMap<&'static str, usize>,
    /// How many sessions were asked for and not played, where the run was interrupted: no grade is final then.
    #[serde(skip_serializing_if = "none")]
    pub unplayed: usize,
    /// What was left out because it computes for long.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// The rows that say something about the victim of this role: those that it has to stop, or that come to nothing by what it
/// keeps to itself, and the honest sessions of their modes.
pub fn rows(role: Role, rows: Vec<Row>, wanted: impl Fn(&Row) -> bool) -> Vec<Row> {
    let stops = |row: &Row| row.expected.kind == Kind::Stopped && row.expected.party == Some(role);
    let witnesses = |row: &Row| wanted(row) && (stops(row) || defends(role, row).is_some());
    let chosen: Vec<Row> = rows.iter().filter(|row| witnesses(row) || is_honest(row) && wanted(row)).cloned().collect();
    let vouches = |row: &Row| {
        chosen.iter().any(|chosen| {
            let check = chosen.expected.check.as_ref();
            let alike = row.scenario.mode.id == chosen.scenario.mode.id;
            mode(row) == mode(chosen) || alike && check.is_some_and(|check| adds(row, check))
        })
    };
    rows.into_iter().filter(|row| witnesses(row) || is_honest(row) && vouches(row)).collect()
}

/// The check of the victim of this role by which the attack comes to nothing, and nobody gives up. An attack that calls the
/// server besides asks more of it than a session.
fn defends(role: Role, row: &Row) -> Option<&'static str> {
    if row.expected.kind != Kind::Private || !row.scenario.without.is_empty() {
        return None;
    }
    let Resolved { info, played, .. } = attacks::resolve(&row.scenario).ok()?;
    let performed = played.mode.handshake_checks().into_iter().filter(|(by, _)| by.includes(role));
    let mut withheld = performed.map(|(_, check)| check).filter(|check| check.withholds);
    let stops = |check: &&Check| info.loot.calls == 0 && info.stopped_by.contains(&check.id);
    withheld.find(stops).map(|check| check.id)
}

/// An honest session: nobody interferes, and it has to go through.
fn is_honest(row: &Row) -> bool {
    row.expected.kind == Kind::Private
        && attacks::find(&row.scenario.attack.id).is_some_and(|attack| attack.family == Family::Control)
}

/// The scenario asks for a check that its mode leaves out.
fn adds(row: &Row, check: &str) -> bool {
    row.scenario.with.iter().any(|added| added == check)
}

/// The mode with its variant, without parameters.
fn mode(row: &Row) -> String {
    let mode = &row.scenario.mode;
    mode.variant.as_ref().map_or_else(|| mode.id.clone(), |variant| format!("{}:{variant}", mode.id))
}

impl Report {
    /// Grades every check by its trials.
    pub fn new(role: Role, played: Vec<(Row, Trial)>) -> Self {
        let honest: Vec<(Row, Trial)> = played.iter().filter(|(row, _)| is_honest(row)).cloned().collect();
        let mut cells: Vec<Cell> = Vec::new();
        for (row, trial) in played {
            let withheld = defends(role, &row).map(str::to_owned);
            let (mode, check) = (mode(&row), row.expected.check.or(withheld).unwrap_or_else(|| HONEST.to_owned()));
            match cells.iter_mut().find(|cell| cell.mode == mode && cell.check == check) {
                Some(cell) => cell.trials.push(trial),
                None => {
                    let (grade, because) = (Grade::Passed, String::new());
                    cells.push(Cell { mode, check, grade, because, trials: vec![trial], line: row.line });
                }
            }
        }
        for cell in &mut cells {
            cell.settle(&honest);
        }
        let modes: Vec<String> = cells.iter().map(|cell| cell.mode.clone()).collect();
        cells.sort_by_key(|cell| modes.iter().position(|mode| *mode == cell.mode));
        let count = |grade: Grade| cells.iter().filter(|cell| cell.grade == grade).count();
        let mut totals: BTreeMap<_, _> = Grade::ALL.map(|grade| (grade.as_str(), count(grade))).into();
        totals.insert("all", cells.len());
        Self { version: VERSION, role, cells, totals, unplayed: 0, left_out: Vec::new() }
    }

    /// As lines of any report.
    pub fn entries(&self) -> Entries {
        let entry = |cell: &Cell| Entry {
            of: (cell.mode.clone(), cell.check.clone()),
            between: '/',
            standing: match cell.grade {
                Grade::Passed => Standing::Fine,
                Grade::Inconclusive => Standing::Unclear,
                _ => Standing::Finding,
            },
            status: cell.grade.as_str(),
            text: cell.because.clone(),
            reason: None,
            again: None,
            seconds: cell.trials.iter().map(|trial| trial.seconds).sum(),
            place: Some(("web/src/ci/outcomes.txt".to_owned(), cell.line)),
        };
        Entries {
            noun: "checks",
            suite: "own-victim",
            statuses: Grade::ALL.map(|grade| (grade.as_str(), grade.meaning(), grade != Grade::Passed)).into(),
            entries: self.cells.iter().map(entry).collect(),
            unplayed: self.unplayed,
            left_out: self.left_out.clone(),
        }
    }
}

impl Cell {
    /// The worst of its trials decides; and what is stopped with honest peers too was not stopped for the attack's sake.
    fn settle(&mut self, honest: &[(Row, Trial)]) {
        let Some(worst) = self.trials.iter().max_by_key(|trial| trial.grade) else { return };
        (self.grade, self.because) = (worst.grade, worst.words());
        if self.check == HONEST || self.grade > Grade::RefusesHonestPeersToo {
            return;
        }
        let id = self.mode.split(':').next();
        let concerns = |row: &Row| match row.scenario.with.is_empty() {
            true => mode(row) == self.mode,
            false => adds(row, &self.check) && Some(row.scenario.mode.id.as_str()) == id,
        };
        let refused = honest.iter().find(|(row, trial)| concerns(row) && trial.grade != Grade::Passed);
        if let Some((_, trial)) = refused {
            (self.grade, self.because) = (Grade::RefusesHonestPeersToo, trial.words());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(kind: Kind, check: Option<&str>) -> Verdict {
        let (class, check) = (kind.class(), check.map(str::to_owned));
        let party = check.is_some().then_some(Role::Client);
        Verdict { kind, class, check, party, flight: None, session: None, because: String::new(), grounds: None }
    }

    fn stopped(check: &str) -> Expected {
        Expected { kind: Kind::Stopped, check: Some(check.to_owned()), party: Some(Role::Client) }
    }

    fn gave_up(check: Option<&str>) -> Conduct {
        Conduct::GaveUp { check: check.map(str::to_owned) }
    }

    #[test]
    fn a_canary_outweighs_every_word() {
        let claims = verdict(Kind::Stopped, Some("cert-name"));
        let graded = |leaked| grade(&stopped("cert-name"), &claims, leaked, &gave_up(Some("cert-name")));
        assert_eq!(graded(false), Grade::Passed);
        assert_eq!(graded(true), Grade::Missing);
    }

    #[test]
    fn what_it_does_is_graded_and_what_the_lab_loses_is_not() {
        let graded = |got: Verdict, conduct| grade(&stopped("cert-name"), &got, false, &conduct);
        let other = verdict(Kind::Stopped, Some("finished"));
        assert_eq!(graded(other, gave_up(Some("finished"))), Grade::WrongReason);
        assert_eq!(graded(verdict(Kind::Disrupted, None), gave_up(None)), Grade::WrongReason);
        assert_eq!(graded(verdict(Kind::Private, None), Conduct::Finished), Grade::Missing);
        assert_eq!(graded(verdict(Kind::Split, None), gave_up(None)), Grade::Missing);
        assert_eq!(graded(verdict(Kind::Inconclusive, None), Conduct::Unknown), Grade::Inconclusive);
    }

    #[test]
    fn whoever_refuses_honest_peers_too_has_stopped_nothing() {
        let row = |scenario: &str, expected: Expected| Row { scenario: scenario.parse().unwrap(), expected, line: 1 };
        let trial = |row: &Row, got: Verdict, conduct: Conduct| Trial {
            scenario: row.scenario.to_string(),
            seed: None,
            grade: grade(&row.expected, &got, false, &conduct),
            expected: row.expected.clone(),
            got,
            leaked: false,
            conduct,
            seconds: 0.0,
        };
        let honest = row("dh/relay", Expected { kind: Kind::Private, check: None, party: None });
        let attack = row("dh/inject-public", stopped("public-range"));
        let at = || (verdict(Kind::Stopped, Some("public-range")), gave_up(Some("public-range")));
        let graded = |honest_got: (Verdict, Conduct)| {
            let played = vec![
                (honest.clone(), trial(&honest, honest_got.0, honest_got.1)),
                (attack.clone(), trial(&attack, at().0, at().1)),
            ];
            let cells = Report::new(Role::Client, played).cells;
            cells.into_iter().map(|cell| (cell.check, cell.grade)).collect::<Vec<_>>()
        };
        let expected = |honest, check| vec![(HONEST.to_owned(), honest), ("public-range".to_owned(), check)];
        let fine = (verdict(Kind::Private, None), Conduct::Finished);
        assert_eq!(graded(fine), expected(Grade::Passed, Grade::Passed));
        let refuses = Grade::RefusesHonestPeersToo;
        assert_eq!(graded(at()), expected(refuses, refuses));
    }
}
