//! What is told of real software: the row of each program, and each of its cells whole.

use super::Standing;
use crate::sessions::chains::{self, presented};
use audit::{Audited, Cell, Role, cases, grade::Grade, recipes::Recipe};
use lab::role;
use serde::Serialize;

/// The id of a recipe in addresses.
pub(super) fn id(recipe: &Recipe) -> String {
    format!("{}-{}", recipe.role.as_str(), recipe.name)
}

/// A row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Program {
    /// In addresses: `client-curl`.
    pub id: String,
    /// Which of the two it is.
    pub role: Role,
    /// What it is called.
    pub name: &'static str,
    /// Its version, as it tells it; null where it is not installed here.
    pub version: Option<String>,
    /// How far it is.
    pub standing: Standing,
    /// What it did, by attack; nothing where it was not audited.
    pub cells: Vec<Square>,
}

/// A cell as the matrix has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Square {
    /// The attack.
    pub attack: &'static str,
    /// What the program did.
    pub grade: Grade,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attack {
    /// The attack, with its variant.
    pub attack: &'static str,
    /// The check that stops it.
    pub check: &'static str,
}

/// A program with all of its cells.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// What it is, and every cell with its connections and grounds.
    #[serde(flatten)]
    pub audited: Audited,
    /// What it was shown in each, in the order of the cells; nothing where it came to none.
    pub chains: Vec<Vec<chains::Shown>>,
}

impl Attack {
    /// Every attack that real software can be put to.
    pub fn all() -> Vec<Self> {
        cases().map(|case| Self { attack: case.attack, check: case.check.id }).collect()
    }
}

impl Program {
    pub(super) fn new(
        recipe: &'static Recipe,
        version: Option<String>,
        standing: Standing,
        audited: Option<&Audited>,
    ) -> Self {
        let square = |cell: &Cell| Square { attack: cell.attack, grade: cell.grade };
        let cells = audited.map(|audited| audited.cells.iter().map(square).collect()).unwrap_or_default();
        Self { id: id(recipe), role: recipe.role, name: recipe.name, version, standing, cells }
    }
}

impl Shown {
    pub(super) fn new(recipe: &Recipe, audited: &Audited) -> Self {
        let party = match recipe.role {
            Role::Client => role::Role::Client,
            Role::Server => role::Role::Server,
        };
        let judged = |cell: &Cell| {
            let exhibit = cell.exhibit.as_ref().filter(|exhibit| !exhibit.chain.is_empty());
            exhibit.map(|exhibit| presented(party, &exhibit.policy, &exhibit.chain)).into_iter().collect()
        };
        Self { chains: audited.cells.iter().map(judged).collect(), audited: audited.clone() }
    }
}
