//! Checks: the named defences that victims perform.
//!
//! A check is a value; all of them stand in the [registry](crate::checks). What a check compares with what stands in the
//! mode's table, as a [relation](crate::mode::Relation).

use crate::{event::Status, seen::Seen};
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

/// What a check saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// Whether what was there is what had to be; `None` where there was nothing to look at.
    pub holds: Option<bool>,
    /// What had to be there.
    pub expected: Seen,
    /// What was there.
    pub observed: Seen,
}

impl Finding {
    /// The check's outcome under these switches.
    pub fn status(&self, switches: &Switches) -> Status {
        switches.status(self.check, self.holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::FINISHED;

    #[test]
    fn a_switch_decides_whether_a_finding_counts() {
        let finding = |holds| Finding { check: &FINISHED, holds, expected: "".into(), observed: "".into() };
        let (on, off) = (Switches::default(), Switches::without([&FINISHED]));
        for (holds, counts, ignored) in [
            (None, Status::NotApplicable, Status::NotApplicable),
            (Some(true), Status::Passed, Status::Skipped),
            (Some(false), Status::Failed, Status::Skipped),
        ] {
            assert_eq!((finding(holds).status(&on), finding(holds).status(&off)), (counts, ignored));
            assert_eq!(finding(holds).status(&off.turned(&FINISHED)), counts);
        }
    }
}
