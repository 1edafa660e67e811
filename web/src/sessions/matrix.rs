//! The matrix: every mode against every attack, with the last verdict of each cell.

use crate::{
    ci::outcomes::{self, Expected, Row},
    registry,
    sessions::{book::Book, orders::in_full, session::Session},
};
use lab::scenario::{Scenario, Selection};
use serde::Serialize;

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
    /// The last session.
    pub session: Option<Session>,
    /// What must come out, where the table of outcomes says so.
    pub expected: Option<Expected>,
}

/// The matrix as it stands.
pub fn matrix(book: &Book, rows: &[Row]) -> Matrix {
    let lines: Vec<Line> = registry::modes().into_iter().flat_map(lines_of).collect();
    let columns: Vec<Column> = registry::attacks()
        .into_iter()
        .map(|attack| Column { attack: Selection::plain(&attack.id), title: attack.title, group: attack.group })
        .collect();
    let cells = lines.iter().flat_map(|line| columns.iter().map(|column| cell(line, column, book, rows)));
    Matrix { cells: cells.collect(), rows: lines, columns }
}

fn lines_of(mode: registry::Mode) -> Vec<Line> {
    let plain = Selection::plain(&mode.id);
    if mode.variants.is_empty() {
        return vec![Line { mode: plain, title: mode.title }];
    }
    let line = |variant: registry::Variant| Line {
        mode: Selection { variant: Some(variant.id), ..plain.clone() },
        title: format!("{}: {}", mode.title, variant.title),
    };
    mode.variants.into_iter().map(line).collect()
}

fn cell(line: &Line, column: &Column, book: &Book, rows: &[Row]) -> Cell {
    let (mode, attack) = (line.mode.clone(), column.attack.clone());
    let scenario = Scenario { mode: mode.clone(), attack: attack.clone(), without: vec![], with: vec![] };
    let why_not = in_full(&scenario).err().map(|refused| refused.message);
    Cell {
        applies: why_not.is_none(),
        why_not,
        session: book.latest(&scenario),
        expected: outcomes::of(rows, &scenario).cloned(),
        mode,
        attack,
        scenario,
    }
}
