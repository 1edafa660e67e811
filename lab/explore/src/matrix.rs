//! Every mode with its checks as they are, and with each of them turned the other way: which goals are lost.

use crate::{
    goal::Goal,
    search::{Bound, search},
    symbolic::Groups,
    world::{Sessions, World, decides},
};
use lab::{
    certificate::checks as certificate_checks,
    check::{Check, Switches},
    checks,
    mode::{Act, Mode, Names, Variant},
    modes,
    term::Expr,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

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
#[derive(Clone, Debug)]
pub struct Place {
    /// The table.
    pub table: &'static Mode,
    /// The kind of parameters that it is deployed with.
    pub variant: Option<&'static Variant>,
    /// The check that is not as the mode has it by itself.
    pub turned: Option<&'static Check>,
    /// Another one besides.
    pub also: Option<&'static Check>,
    /// The groups that it is deployed with.
    pub groups: Arc<Groups>,
}

/// What the explorer sees of a place. What looks alike is alike to it, and is looked at once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sight(String);

/// How the goals of a place stand.
#[derive(Clone, Debug)]
pub struct Standings {
    /// Every goal.
    pub goals: BTreeMap<Goal, Standing>,
    /// Why no honest run gets to the end, where none does.
    pub vacuous: Option<String>,
    /// States looked at.
    pub states: usize,
}

/// What was found at a place.
#[derive(Debug)]
pub struct Cell {
    /// Where.
    pub place: Place,
    /// What.
    pub found: Standings,
}

impl Place {
    /// Every place of every mode.
    pub fn all() -> Vec<Self> {
        modes::all().iter().flat_map(|mode| Self::of(mode)).collect()
    }

    /// Every place of a mode, in all its variants: as it is, and with each of its checks turned.
    pub fn of(mode: &'static Mode) -> Vec<Self> {
        let variants: Vec<Option<&'static Variant>> =
            if mode.variants.is_empty() { vec![None] } else { mode.variants.iter().map(Some).collect() };
        let of = |variant: Option<&'static Variant>| {
            let table = mode.played(variant.map(|variant| variant.id));
            let groups = Arc::new(Groups::deployed(table, variant));
            let turned = std::iter::once(None).chain(table.checks().into_iter().map(Some));
            turned.map(move |turned| Self { table, variant, turned, also: None, groups: groups.clone() })
        };
        variants.into_iter().flat_map(of).collect()
    }

    /// Each of these with each further one of its checks turned, each pair once.
    pub fn pairs(places: &[Self]) -> Vec<Self> {
        let of = |place: &Self| {
            let later =
                place.table.checks().into_iter().skip_while(|check| Some(check.id) != place.turned.map(|it| it.id));
            let pair = |also| Self { also: Some(also), ..place.clone() };
            later.skip(1).map(pair).collect::<Vec<_>>()
        };
        places.iter().flat_map(of).collect()
    }

    fn all_turned(&self) -> impl Iterator<Item = &'static Check> {
        self.turned.into_iter().chain(self.also)
    }

    /// Which checks decide there.
    pub fn switches(&self) -> Switches {
        let usual = self.table.switches::<&str>(&[], &[]);
        self.all_turned().fold(usual, |switches, check| switches.turned(check))
    }

    /// Looks at it: at the narrowest bound first, so that what is near is found near.
    pub fn look(&self, bound: Bound) -> Standings {
        let switches = self.switches();
        let worlds = |sessions| World::all_in(&self.groups, self.table, self.variant, &switches, sessions);
        standings_of(&worlds, bound)
    }

    /// What the explorer sees of it: the handshake, what is known before, what each check of a group finds, and which of the
    /// checks that it looks at decide. Rules of path validation are one like another, but for those about name, purpose and pin.
    pub fn sight(&self) -> Sight {
        let Mode { groups, given, names, met, .. } = self.table;
        let switches = self.switches();
        let worlds = World::all_in(&self.groups, self.table, self.variant, &switches, Sessions::One);
        let seen = worlds.iter().map(|world| {
            let looked_at = looked_at(self.table);
            let off = world.unenforced.iter().filter(|id| looked_at.contains(id) && !world.groups.looked_at(id));
            let mut off: Vec<&str> = off.map(|id| if is_like_others(id) { "certificate" } else { *id }).collect();
            off.sort_unstable();
            off.dedup();
            (off, world.words, world.groups.own(), world.groups.refused(&world.unenforced))
        });
        let seen: Vec<_> = seen.collect();
        let handshake = self.table.handshake();
        Sight(format!("{seen:?} {names:?} {met} {groups:?} {given:?} {handshake:?}"))
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
        let turned =
            self.all_turned().map(|check| format!("{}{check}", if decides(&usual, check) { '~' } else { '+' }));
        self.selection() + &turned.collect::<String>()
    }
}

impl Standings {
    /// The goals that stand so.
    pub fn of(&self, standing: Standing) -> impl Iterator<Item = Goal> {
        self.goals.iter().filter(move |(_, found)| **found == standing).map(|(goal, _)| *goal)
    }
}

/// Looks at each place. `each` looks at many at once, in whichever order, and answers in theirs.
pub fn look(places: Vec<Place>, each: impl FnOnce(&[Place]) -> Vec<Standings>) -> Vec<Cell> {
    let mut numbers: HashMap<Sight, usize> = HashMap::new();
    let mut different = Vec::new();
    let alike: Vec<usize> = places
        .iter()
        .map(|place| {
            *numbers.entry(place.sight()).or_insert_with(|| {
                different.push(place.clone());
                different.len() - 1
            })
        })
        .collect();
    let found = each(&different);
    let cells = places.into_iter().zip(alike);
    cells.filter_map(|(place, at)| Some(Cell { place, found: found.get(at)?.clone() })).collect()
}

/// A rule of path validation that is one like another here.
fn is_like_others(id: &str) -> bool {
    let own = [certificate_checks::NAME, certificate_checks::PURPOSE, certificate_checks::PIN];
    checks::of_certificates().any(|check| check.id == id) && !own.contains(&id)
}

/// Ids of the checks that the explorer looks at: those of the handshake, those that change what is computed there, and the one
/// of a record's tag.
fn looked_at(table: &Mode) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = table.handshake_checks().into_iter().map(|(_, check)| check.id).collect();
    all.push(checks::RECORD_AUTH.id);
    for message in table.handshake() {
        message.fields.iter().for_each(|field| switched(&field.value, &mut all));
        for step in message.before.iter().chain(message.receipt).chain(message.after) {
            match step.act {
                Act::Let(_, value) | Act::Recall(_, value) | Act::Keep(_, value) | Act::Seed(value) => {
                    switched(&value, &mut all);
                }
                Act::Check(_, args) => args.iter().for_each(|arg| switched(arg, &mut all)),
                Act::Fresh { .. } | Act::Install(..) | Act::Say | Act::Forget(_) => {}
            }
        }
    }
    all
}

/// Ids of the checks on which the value of an expression depends.
fn switched(value: &Expr, found: &mut Vec<&'static str>) {
    match value {
        Expr::Switch(check, on, off) => {
            found.push(check.id);
            switched(on, found);
            switched(off, found);
        }
        Expr::Apply(_, items) | Expr::Tuple(items) => items.iter().for_each(|item| switched(item, found)),
        Expr::Var(_) | Expr::Transcript => {}
    }
}

/// How each goal stands, within each bound up to this one.
pub fn standings(table: &'static Mode, variant: Option<&Variant>, switches: &Switches, bound: Bound) -> Standings {
    let groups = Arc::new(Groups::deployed(table, variant));
    standings_of(&|sessions| World::all_in(&groups, table, variant, switches, sessions), bound)
}

fn standings_of(worlds: &dyn Fn(Sessions) -> Vec<World>, bound: Bound) -> Standings {
    let goals = Goal::all().map(|goal| (goal, Standing::Kept)).collect();
    let mut all = Standings { goals, vacuous: None, states: 0 };
    for sessions in Sessions::ALL.into_iter().filter(|it| *it <= bound.sessions) {
        let open: Vec<Goal> =
            all.goals.iter().filter(|(_, it)| **it != Standing::Lost).map(|(goal, _)| *goal).collect();
        let found = search(&worlds(sessions), &open, bound, false);
        all.states += found.states;
        if found.vacuous.is_some() {
            return Standings { vacuous: found.vacuous, ..all };
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
            all.goals.insert(goal, standing);
        }
    }
    all
}
