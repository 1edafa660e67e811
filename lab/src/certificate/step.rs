//! What validation reports: one step for each check of each certificate.

use serde::Serialize;

use super::checks::Reason;
use crate::check::{Check, Switches};
use crate::event;

/// How a check of one certificate ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The rule holds.
    Passed,
    /// The rule is broken: the path is rejected.
    Failed,
    /// The rule cannot be decided, because an algorithm is out of scope.
    Unsupported,
    /// The check is switched off: the reason tells what it would have seen.
    Skipped,
}

/// One check of one certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Id in the registry of checks.
    pub check: &'static str,
    /// Position in the path: 0 is the leaf, the last the trust anchor.
    pub cert_index: usize,
    /// How it ended.
    pub status: Status,
    /// Whether the rule holds, whether or not it is switched on.
    #[serde(skip)]
    pub holds: bool,
    /// What was demanded, what was there, and why that passes or fails.
    pub reason: Reason,
}

impl Step {
    /// Whether the path may be accepted as far as this step goes.
    #[must_use]
    pub fn ok(&self) -> bool {
        matches!(self.status, Status::Passed | Status::Skipped)
    }
}

/// A rule's answer, before the policy's switches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) status: Status,
    pub(super) reason: Reason,
}

impl Finding {
    /// The answer as a step, under these switches.
    pub(super) fn step(self, check: &'static Check, cert_index: usize, switches: &Switches) -> Step {
        let Self { status, reason } = self;
        let holds = status == Status::Passed;
        let status = match switches.status(check, Some(holds)) {
            event::Status::Skipped => Status::Skipped,
            _ => status,
        };
        Step { check: check.id, cert_index, status, holds, reason }
    }
}

/// The rule holds.
#[expect(clippy::unnecessary_wraps, reason = "rules answer with an option: none where they do not apply")]
pub(super) fn pass(reason: impl Into<Reason>) -> Option<Finding> {
    Some(Finding { status: Status::Passed, reason: reason.into() })
}

/// The rule is broken.
#[expect(clippy::unnecessary_wraps, reason = "rules answer with an option: none where they do not apply")]
pub(super) fn fail(reason: impl Into<Reason>) -> Option<Finding> {
    Some(Finding { status: Status::Failed, reason: reason.into() })
}

/// The rule cannot be decided.
#[expect(clippy::unnecessary_wraps, reason = "rules answer with an option: none where they do not apply")]
pub(super) fn unsupported(reason: impl Into<Reason>) -> Option<Finding> {
    Some(Finding { status: Status::Unsupported, reason: reason.into() })
}
