//! One fault, and what theory says of each row that it can reach.

use super::{
    faults::FAULTS,
    player::Outcome,
    theory::{Table, Turn},
};
use attacker::attacks;
use lab::{
    checks,
    verdict::{Expected, Row},
};
use std::collections::BTreeMap;

/// So many rows are played each time, if no more than these turn.
const FEW: usize = 12;

/// A fault, and what becomes of the rows that it can reach.
pub struct Trial {
    /// Its name, as the copy knows it.
    pub fault: String,
    /// What is broken.
    pub what: &'static str,
    /// Each row with what becomes of it.
    pub turns: Vec<(Row, Turn)>,
}

/// One session, and one handshake in it: the verdict over several is the worst of them.
fn is_one_handshake(row: &Row) -> bool {
    let once = attacks::resolve(&row.scenario).is_ok_and(|resolved| resolved.played.sessions().len() == 1);
    once && !matches!(row.scenario.mode.variant.as_deref(), Some("rekey" | "resumed"))
}

/// The attacker, or a victim before it, computes for long.
fn computes(row: &Row) -> bool {
    let attack = row.scenario.attack.id.as_str();
    let logarithm = attacks::find(attack).is_some_and(|info| info.logarithm.is_some());
    logarithm || ["sas-grind", "bleichenbacher"].contains(&attack)
}

/// What a sound lab plays, by scenario.
pub type Sound = BTreeMap<String, Outcome>;

impl Trial {
    /// The rows that turn red, each with what comes instead, where theory says what.
    pub fn turned(&self) -> impl Iterator<Item = (&Row, Option<&Expected>)> {
        self.turns.iter().filter_map(|(row, turn)| match turn {
            Turn::Stays => None,
            Turn::To(comes) => Some((row, Some(comes))),
            Turn::Turns => Some((row, None)),
        })
    }

    /// The rows that are played for this trial, the `place`-th of all: where few turn those, and of the others every `step`-th, other
    /// ones in each trial. Where the attacker computes for long, it does so only where one of a few rows turns.
    pub fn chosen(&self, place: usize, step: usize) -> impl Iterator<Item = &(Row, Turn)> {
        let few = self.red() <= FEW;
        let all = step == 1;
        let rows = self.turns.iter().enumerate().filter(move |(at, (row, turn))| {
            let turns = few && *turn != Turn::Stays;
            all || turns || (at + place).is_multiple_of(step) && !computes(row)
        });
        rows.map(|(_, turn)| turn)
    }

    /// How many rows turn red.
    #[must_use]
    pub fn red(&self) -> usize {
        self.turned().count()
    }
}

/// Every fault, in both directions for each check.
#[must_use]
pub fn trials(table: &Table, sound: &Sound) -> Vec<Trial> {
    let mut trials = Vec::new();
    for check in checks::all() {
        // Where no victim says anything of it, broken code is not reached.
        let told = |row: &&Row| {
            let sound = &sound[&row.scenario.to_string()];
            sound.told.iter().any(|told| told == check.id) || row.expected.check.as_deref() == Some(check.id)
        };
        let rows: Vec<&Row> = table.rows().filter(told).collect();
        let trial = |fault: &str, rows: &[&Row], turn: &dyn Fn(&Row) -> Turn| Trial {
            fault: format!("{fault} {}", check.id),
            what: check.title,
            turns: rows.iter().map(|row| ((*row).clone(), turn(row))).collect(),
        };
        trials.push(trial("never-looks", &rows, &|row| {
            table.never_looks(row, check.id, &sound[&row.scenario.to_string()])
        }));
        // What fails among records fails when something has been read or altered already; what is withheld stops nobody.
        let of_handshakes = !check.withholds && !checks::OF_RECORDS.contains(check) && *check != &checks::FRESH_KEYS;
        let once: Vec<&Row> = rows.iter().copied().filter(|row| of_handshakes && is_one_handshake(row)).collect();
        trials.push(trial("always-fails", &once, &|row| {
            table.always_fails(row, check.id, &sound[&row.scenario.to_string()])
        }));
    }
    trials.extend(FAULTS.into_iter().map(|fault| {
        Trial {
            fault: fault.name.to_owned(),
            what: fault.what,
            turns: table
                .rows()
                .filter_map(|row| Some((row.clone(), (fault.turns)(row, &sound[&row.scenario.to_string()], table)?)))
                .collect(),
        }
    }));
    trials
}
