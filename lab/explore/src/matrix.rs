//! Every mode with its checks as they are, and with each of them turned the other way: which goals are lost.

use crate::{
    goal::Goal,
    search::search,
    world::{Sessions, World, decides},
};
use lab::{
    check::{Check, Switches},
    mode::{Mode, Names, Variant},
};
use std::collections::BTreeMap;

/// What was found about a goal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There is an attack.
    Lost,
    /// There is none within the bound.
    Kept,
    /// The search was cut off.
    Open,
}

impl Standing {
    /// Stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "attack",
            Self::Kept => "none",
            Self::Open => "capped",
        }
    }
}

/// A mode with one check turned, or none.
#[derive(Debug)]
pub struct Cell {
    /// The table.
    pub table: &'static Mode,
    /// The kind of parameters that it is deployed with.
    pub variant: Option<&'static Variant>,
    /// The check that is not as the mode has it by itself.
    pub turned: Option<&'static Check>,
    /// Every goal.
    pub goals: BTreeMap<Goal, Standing>,
    /// Why no honest run gets to the end, where none does.
    pub vacuous: Option<String>,
    /// States looked at.
    pub states: usize,
}

impl Cell {
    /// Looks at one cell: at the narrowest bound first, so that what is near is found near.
    pub fn look(
        table: &'static Mode,
        variant: Option<&'static Variant>,
        turned: Option<&'static Check>,
        sessions: Sessions,
        most: usize,
    ) -> Self {
        let usual = table.switches::<&str>(&[], &[]);
        let switches = turned.map_or_else(|| usual.clone(), |check| usual.turned(check));
        let (goals, vacuous, states) = standings(table, variant, &switches, sessions, most);
        Self { table, variant, turned, goals, vacuous, states }
    }

    /// The goals that stand so.
    pub fn of(&self, standing: Standing) -> impl Iterator<Item = Goal> {
        self.goals.iter().filter(move |(_, found)| **found == standing).map(|(goal, _)| *goal)
    }

    /// The mode promises this.
    pub fn promises(&self, goal: Goal) -> bool {
        Goal::promised(self.table).contains(&goal)
    }

    /// Somebody proves who it is.
    pub fn authenticates(&self) -> bool {
        self.table.names != Names::Nobody
    }

    /// The mode with its variant, as scenarios name it.
    pub fn selection(&self) -> String {
        self.variant.map_or_else(|| self.table.id.to_owned(), |variant| format!("{}:{}", self.table.id, variant.id))
    }

    /// The mode with its variant, and the check that is turned.
    pub fn name(&self) -> String {
        let usual = self.table.switches::<&str>(&[], &[]);
        let turned = self.turned.map(|check| format!("{}{check}", if decides(&usual, check) { '~' } else { '+' }));
        self.selection() + &turned.unwrap_or_default()
    }
}

/// How each goal stands, why nobody gets to the end where nobody does, and how many states were looked at.
pub fn standings(
    table: &'static Mode,
    variant: Option<&Variant>,
    switches: &Switches,
    sessions: Sessions,
    most: usize,
) -> (BTreeMap<Goal, Standing>, Option<String>, usize) {
    let mut goals: BTreeMap<Goal, Standing> = Goal::all().map(|goal| (goal, Standing::Kept)).collect();
    let mut states = 0;
    for bound in Sessions::ALL.into_iter().filter(|bound| *bound <= sessions) {
        let open: Vec<Goal> = goals.iter().filter(|(_, it)| **it != Standing::Lost).map(|(goal, _)| *goal).collect();
        let found = search(&World::all(table, variant, switches, bound), &open, most, false);
        states += found.states;
        if found.vacuous.is_some() {
            return (goals, found.vacuous, states);
        }
        let cut_off = found.exhausted.0 < found.exhausted.1;
        for goal in open {
            let lost = found.attacks.contains_key(&goal);
            let standing = if lost {
                Standing::Lost
            } else if cut_off {
                Standing::Open
            } else {
                Standing::Kept
            };
            goals.insert(goal, standing);
        }
    }
    (goals, None, states)
}

/// The cells of a mode, in all its variants: as it is, and with each of its checks turned.
pub fn cells(mode: &'static Mode, sessions: Sessions, most: usize) -> Vec<Cell> {
    let variants: Vec<Option<&'static Variant>> =
        if mode.variants.is_empty() { vec![None] } else { mode.variants.iter().map(Some).collect() };
    let mut cells = Vec::new();
    for variant in variants {
        let table = mode.played(variant.map(|variant| variant.id));
        let turned = std::iter::once(None).chain(table.checks().into_iter().map(Some));
        cells.extend(turned.map(|turned| Cell::look(table, variant, turned, sessions, most)));
    }
    cells
}
