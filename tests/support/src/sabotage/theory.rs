//! What theory says of a fault: the rows of the table of outcomes that turn red, and what comes instead.
//!
//! Two rules are enough for a broken check. One that never looks is one that is switched off: what it alone stopped ends as
//! the table says of the same scenario without it. One that always fails stops whatever came as far as it, wherever a sound
//! one has passed.

use super::{
    player::Outcome,
    switched::{Behind, behind},
};
use lab::{
    checks, modes,
    role::Role,
    scenario::{Scenario, Selection},
    verdict::{Expected, Kind, Row},
};
use std::collections::BTreeMap;

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// What had to come comes.
    Stays,
    /// Something else comes, and this.
    To(Expected),
    /// Something else comes; which, no row says.
    Turns,
}

/// The expected outcomes by scenario.
pub struct Table(BTreeMap<String, Row>);

impl Table {
    /// Of these rows, but for those in which seconds go by with long numbers.
    #[must_use]
    pub fn new(rows: impl IntoIterator<Item = Row>) -> Self {
        let long = |row: &Row| {
            row.scenario.attack.id == "small-subgroup" || row.scenario.mode.to_string().contains("bits=2048")
        };
        let rows = rows.into_iter().filter(|row| !long(row));
        Self(rows.map(|row| (row.scenario.to_string(), row)).collect())
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.0.values()
    }

    fn of(&self, scenario: &Scenario) -> Option<&Expected> {
        self.0.get(&scenario.to_string()).map(|row| &row.expected)
    }

    /// A row under an attacker who only looks on.
    #[must_use]
    pub fn honest(&self, row: &Row) -> Turn {
        let mut relayed = row.scenario.clone();
        relayed.attack = Selection::plain("relay");
        let private = bare(Kind::Private, None);
        let honest = self.of(&relayed).unwrap_or(&private);
        if *honest == row.expected { Turn::Stays } else { Turn::To(honest.clone()) }
    }

    /// A row whose check never looks, given what a sound session of it tells.
    #[must_use]
    pub fn never_looks(&self, row: &Row, check: &str, sound: &Outcome) -> Turn {
        let withholds = checks::find(check).is_some_and(|check| check.withholds);
        let on = !row.scenario.without.iter().any(|id| id == check);
        let decides = row.expected.check.as_deref() == Some(check);
        let failed = sound.failed.iter().any(|(failed, _)| failed == check);
        // The attacker is one victim to the other, which alone refused it: unnoticed, it has a key with each.
        let refused = [checks::PEER_PASSWORD.id, checks::HALVES_FIT.id].contains(&check);
        if on && failed && refused && row.expected.kind == Kind::Impersonated {
            return Turn::To(bare(Kind::Split, None));
        }
        // What fails and decides nothing is a consequence of what does.
        if !on || withholds || !decides {
            return Turn::Stays;
        }
        // The switch changes what both compute; the broken check leaves it as it is.
        match modes::of(&row.scenario.mode).and_then(|mode| behind(mode, check)) {
            Some(Behind::Handshake(other, party)) => Turn::To(stopped(other, party)),
            Some(Behind::Records) => {
                Turn::To(Expected { check: Some(checks::RECORD_AUTH.id.to_owned()), ..row.expected.clone() })
            }
            None => self.lacking(row, check),
        }
    }

    /// A row as the table has it without a check.
    #[must_use]
    pub fn lacking(&self, row: &Row, check: &str) -> Turn {
        if row.scenario.without.iter().any(|id| id == check) {
            return Turn::Stays;
        }
        let mut without = row.scenario.clone();
        without.with.retain(|id| id != check);
        if without == row.scenario {
            without = row.scenario.lacking(check);
        }
        match self.of(&without) {
            Some(twin) => Turn::To(twin.clone()),
            None => Turn::Turns,
        }
    }

    /// A row whose check always fails, given what a sound session of it tells.
    #[must_use]
    pub fn always_fails(&self, row: &Row, check: &str, sound: &Outcome) -> Turn {
        let Some((_, party)) = sound.passed.iter().find(|(passed, _)| passed == check) else { return Turn::Stays };
        // Of one chain the first check that fails decides, in the order of their registry.
        let place = |id: &str| checks::of_certificates().position(|known| known.id == id);
        let decides = row.expected.check.as_deref().and_then(place);
        let earlier = decides.zip(place(check)).is_some_and(|(decides, own)| decides <= own);
        if earlier && row.expected.party == Some(*party) {
            return Turn::Stays;
        }
        Turn::To(stopped(check, *party))
    }
}

/// A kind of verdict at no check.
#[must_use]
pub fn bare(kind: Kind, party: Option<Role>) -> Expected {
    Expected { kind, check: None, party }
}

/// Stopped at a check by a party.
#[must_use]
pub fn stopped(check: &str, party: Role) -> Expected {
    Expected { kind: Kind::Stopped, check: Some(check.to_owned()), party: Some(party) }
}
