//! What a check found.

use crate::{
    check::{Check, Status, Switches},
    seen::Seen,
};

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
