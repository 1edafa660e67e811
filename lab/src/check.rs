//! Checks: the named defences that victims perform.
//!
//! A check is a value; all of them stand in the [registry](crate::checks). What a check compares with what stands in the
//! mode's table, as a [relation](crate::mode::Relation).

use crate::{checks, event::Status};
use serde::Serialize;
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
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id)
    }
}

/// Which checks a scenario switched off or on, over what its mode does by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Switches {
    off: BTreeSet<&'static str>,
}

impl Switches {
    /// The mode's own `off` list, changed by the scenario's switches.
    pub fn new<'a>(
        off: &[&'static str],
        without: impl IntoIterator<Item = &'a str>,
        with: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let mut switches = Self { off: off.iter().copied().collect() };
        switches.off.extend(without.into_iter().filter_map(checks::find).map(|check| check.id));
        for id in with {
            switches.off.remove(id);
        }
        switches
    }

    /// The check is performed and decides.
    pub fn is_on(&self, check: &Check) -> bool {
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
}

/// What a check saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// Whether what was there is what had to be; `None` where there was nothing to look at.
    pub holds: Option<bool>,
    /// What had to be there.
    pub expected: String,
    /// What was there.
    pub observed: String,
}

impl Finding {
    /// The check's outcome under these switches: the one place where a switch has its effect.
    pub fn status(&self, switches: &Switches) -> Status {
        match self.holds {
            None => Status::NotApplicable,
            Some(_) if !switches.is_on(self.check) => Status::Skipped,
            Some(true) => Status::Passed,
            Some(false) => Status::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_decides_between_failing_and_skipping() {
        let finding =
            Finding { check: &checks::FINISHED, holds: Some(false), expected: String::new(), observed: String::new() };
        assert_eq!(finding.status(&Switches::default()), Status::Failed);
        assert_eq!(finding.status(&Switches::new(&[], ["finished"], [])), Status::Skipped);
        assert_eq!(finding.status(&Switches::new(&["finished"], [], [])), Status::Skipped);
        assert_eq!(finding.status(&Switches::new(&["finished"], [], ["finished"])), Status::Failed);
    }
}
