//! The matrix: every mode against every attack. A cell tells the last verdict of its own scenario, in which nothing is
//! switched and every parameter is as usual; what was run beside that stands apart.

use crate::{
    ci::outcomes::{self, Expected, Row},
    registry,
    sessions::{book::Book, orders::resolve, session::Session},
};
use attacker::{attack::Info, attacks};
use lab::{
    scenario::{Scenario, Selection},
    verdict::Kind,
};
use serde::Serialize;
use std::collections::HashMap;

/// The whole matrix.
#[derive(Clone, Debug, Serialize)]
pub struct Matrix {
    /// Modes, each variant a row of its own.
    pub rows: Vec<Line>,
    /// Attacks.
    pub columns: Vec<Column>,
    /// Row by row.
    pub cells: Vec<Cell>,
}

/// One mode.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Mode with its variant.
    pub mode: Selection,
    /// A few words.
    pub title: String,
}

/// One attack.
#[derive(Clone, Debug, Serialize)]
pub struct Column {
    /// The attack.
    pub attack: Selection,
    /// A few words.
    pub title: String,
    /// Its family.
    pub group: String,
}

/// One mode under one attack.
#[derive(Clone, Debug, Serialize)]
pub struct Cell {
    /// Mode with its variant.
    pub mode: Selection,
    /// The attack.
    pub attack: Selection,
    /// What is run for this cell: nothing switched.
    pub scenario: Scenario,
    /// The attack makes sense against the mode.
    pub applies: bool,
    /// Why it does not.
    pub why_not: Option<String>,
    /// The last session of that scenario.
    pub session: Option<Session>,
    /// The last sessions with other checks or parameters, one a scenario, the latest first.
    pub variations: Vec<Variation>,
    /// What must come out, where the table of outcomes says so.
    pub expected: Option<Expected>,
}

/// A session with other checks or parameters than a cell's own.
#[derive(Clone, Debug, Serialize)]
pub struct Variation {
    /// Its id.
    pub session: String,
    /// What was run.
    pub scenario: Scenario,
    /// When it began, Unix milliseconds.
    pub started: u64,
    /// What came out, once it is over.
    pub kind: Option<Kind>,
}

/// Sessions of a cell's own scenario, and of others in the same place.
#[derive(Default)]
struct Run {
    own: Option<Session>,
    variations: Vec<Variation>,
}

/// The matrix as it stands.
pub fn matrix(book: &Book, rows: &[Row]) -> Matrix {
    let lines: Vec<Line> = registry::modes().into_iter().flat_map(lines_of).collect();
    let mut attacks: Vec<&Info> = attacks::all().iter().collect();
    attacks.sort_by_key(|attack| attack.family);
    let column = |attack: &Info| Column {
        attack: Selection::plain(attack.id),
        title: attack.title.to_owned(),
        group: attack.family.as_str().to_owned(),
    };
    let columns: Vec<Column> = attacks.into_iter().map(column).collect();
    let mut runs = runs(book.latest_of_each());
    let places = lines.iter().flat_map(|line| columns.iter().map(move |column| (line, column)));
    let cells = places
        .map(|(line, column)| cell(line, column, &mut runs, rows))
        .map(|cell| if book.veiled(&cell.scenario) { Cell { expected: None, ..cell } } else { cell })
        .collect();
    Matrix { cells, rows: lines, columns }
}

/// Sessions by the scenario of their cell: their own without switches and parameters, and without the attack's variant.
fn runs(sessions: Vec<Session>) -> HashMap<Scenario, Run> {
    let mut runs: HashMap<Scenario, Run> = HashMap::new();
    for session in sessions {
        let Scenario { mode, attack, .. } = session.scenario.clone();
        let mode = Selection { variant: mode.variant, ..Selection::plain(&mode.id) };
        let place = Scenario { mode, attack: Selection::plain(&attack.id), without: vec![], with: vec![] };
        let own = place == session.scenario;
        let run = runs.entry(place).or_default();
        if own {
            run.own = Some(session);
        } else {
            run.variations.push(Variation {
                session: session.session,
                scenario: session.scenario,
                started: session.started,
                kind: session.verdict.map(|verdict| verdict.kind),
            });
        }
    }
    for run in runs.values_mut() {
        run.variations.sort_by_key(|variation| std::cmp::Reverse(variation.started));
    }
    runs
}

fn lines_of(mode: registry::Mode) -> Vec<Line> {
    let plain = Selection::plain(mode.id);
    if mode.variants.is_empty() {
        return vec![Line { mode: plain, title: mode.title.to_owned() }];
    }
    let line = |variant: registry::Variant| Line {
        mode: Selection { variant: (!variant.unsaid).then(|| variant.id.to_owned()), ..plain.clone() },
        title: format!("{}: {}", mode.title, variant.title),
    };
    mode.variants.into_iter().map(line).collect()
}

fn cell(line: &Line, column: &Column, runs: &mut HashMap<Scenario, Run>, rows: &[Row]) -> Cell {
    let (mode, attack) = (line.mode.clone(), column.attack.clone());
    let scenario = Scenario { mode: mode.clone(), attack: attack.clone(), without: vec![], with: vec![] };
    let why_not = resolve(&scenario).err().map(|refused| refused.to_string());
    let Run { own, variations } = runs.remove(&scenario).unwrap_or_default();
    Cell {
        applies: why_not.is_none(),
        why_not,
        session: own,
        variations,
        expected: outcomes::of(rows, &scenario).cloned(),
        mode,
        attack,
        scenario,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::store::{Place, Retention, Store};
    use std::sync::Arc;

    #[tokio::test]
    async fn a_cell_keeps_its_own_scenario_whatever_is_run_beside_it() {
        let book = Book::open(Store::open(Place::Memory, Retention::default()), Arc::default()).await;
        let sessions = [
            ("own", "ecdh-cert/substitute"),
            ("switched", "ecdh-cert/substitute~transcript-signature"),
            ("again", "ecdh-cert/substitute~transcript-signature"),
            ("on", "ecdh-cert/substitute+cert-pin"),
            ("long", "dh-weak:short,bits=224/crack"),
            ("zero", "dh/inject-public:zero"),
        ];
        for (started, (id, scenario)) in (1..).zip(sessions) {
            book.begin(Session::new(id.into(), scenario.parse().unwrap(), None, started));
        }
        let cells = matrix(&book, &[]).cells;
        let told = |scenario: &str| {
            let scenario: Scenario = scenario.parse().unwrap();
            let cell = cells.iter().find(|cell| cell.scenario == scenario).expect("a cell");
            let variations: Vec<&str> = cell.variations.iter().map(|it| it.session.as_str()).collect();
            (cell.session.as_ref().map(|session| session.session.as_str()), variations)
        };
        assert_eq!(told("ecdh-cert/substitute"), (Some("own"), vec!["on", "again"]));
        assert_eq!(told("dh-weak:short/crack"), (None, vec!["long"]));
        assert_eq!(told("dh/inject-public"), (None, vec!["zero"]));
        assert_eq!(told("dh/relay"), (None, vec![]));
    }

    #[tokio::test]
    async fn attacks_of_one_family_stand_together() {
        let book = Book::open(Store::open(Place::Memory, Retention::default()), Arc::default()).await;
        let groups: Vec<String> = matrix(&book, &[]).columns.into_iter().map(|column| column.group).collect();
        let mut together = groups.clone();
        together.dedup();
        let apart = together.len();
        together.sort();
        together.dedup();
        assert_eq!(together.len(), apart, "{groups:?}");
        assert_eq!(groups.first().map(String::as_str), Some("control"));
    }
}
