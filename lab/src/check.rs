//! Checks: the named defences that victims perform.
//!
//! A check is a value; all of them stand in the [registry](crate::checks). What a check compares with what stands in the
//! mode's table, as a [relation](crate::mode::Relation).

use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// One named defence.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable id, as scenarios name it.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What happens where it is missing.
    pub threat: &'static str,
    /// What it compares with what.
    pub compares: &'static str,
    /// Where it comes from.
    pub reference: &'static str,
    /// It defends by what it keeps to itself: nobody gives up, and what the attacker did comes to nothing. Elsewhere whoever
    /// performs it ends the session.
    #[serde(skip)]
    pub withholds: bool,
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// Outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Performed; what was there is what had to be.
    Passed,
    /// Performed; it was not.
    Failed,
    /// Switched off: `observed` tells what it would have seen.
    Skipped,
    /// Nothing in this session for it to look at.
    NotApplicable,
}

/// Which checks a scenario switched off or on, over what its mode does by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switches {
    off: BTreeSet<&'static str>,
}

impl Switches {
    /// All on but these.
    pub fn without(checks: impl IntoIterator<Item = &'static Check>) -> Self {
        Self { off: checks.into_iter().map(|check| check.id).collect() }
    }

    /// The check is performed and decides.
    pub(crate) fn is_on(&self, check: &Check) -> bool {
        !self.off.contains(check.id)
    }

    /// The same switches with one of them turned the other way.
    pub fn turned(&self, check: &'static Check) -> Self {
        let mut other = self.clone();
        if !other.off.remove(check.id) {
            other.off.insert(check.id);
        }
        other
    }

    /// The outcome of a check that found this; `None` where it had nothing to look at. The one place where a switch decides
    /// what becomes of a finding.
    pub fn status(&self, check: &Check, holds: Option<bool>) -> Status {
        match holds {
            None => Status::NotApplicable,
            Some(_) if !self.is_on(check) => Status::Skipped,
            Some(true) => Status::Passed,
            Some(false) => Status::Failed,
        }
    }
}
