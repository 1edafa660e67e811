//! What `interlock cert verify` says: for people, and as JSON.

use std::io::Write;

use clap::ValueEnum;
use lab::certificate::{Origin, Outcome, Policy, Status, Step, Summary, Validation, only_issuers_rules_fail, validate};
use serde_json::{Value, json};

use crate::cli::style;

/// How much of what was checked is printed for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Show {
    /// What was expected and observed at every step
    All,
    /// That of whatever did not pass; of the rest only why it passed, or of a long path how many steps did
    Short,
    /// Only what did not pass
    Failures,
}

/// Paths of more certificates are long.
const LONG: usize = 3;

/// A validation, and what stands in the certificates of its path.
pub(super) struct Report {
    pub(super) validation: Validation,
    path: Vec<(Origin, Option<Summary>)>,
    /// Whether nothing fails under `--profile rfc5280`.
    valid_for_users: bool,
}

impl Report {
    pub(super) fn of(policy: &Policy, chain: &[Vec<u8>]) -> Self {
        let validation = validate(policy, chain);
        let summary = |origin: Origin| origin.certificate(policy, chain).and_then(|der| Summary::of(der).ok());
        let path = validation.path.iter().map(|origin| (*origin, summary(*origin))).collect();
        let valid_for_users = only_issuers_rules_fail(policy, chain, &validation);
        Self { validation, path, valid_for_users }
    }

    pub(super) fn document(&self) -> Value {
        let Self { validation, path, .. } = self;
        let checks: Vec<_> = validation
            .steps
            .iter()
            .map(|step| {
                json!({
                    "check": step.check,
                    "cert_index": step.cert_index,
                    "ok": step.ok(),
                    "why": step.why,
                    "status": step.status,
                    "expected": step.expected,
                    "observed": step.observed,
                })
            })
            .collect();
        let path: Vec<_> =
            path.iter().map(|(origin, summary)| json!({ "origin": origin, "certificate": summary })).collect();
        json!({
            "result": validation.outcome,
            "reason": validation.reason,
            "valid_under": self.valid_for_users.then_some("rfc5280"),
            "checks": checks,
            "path": path,
            "left_out": validation.left_out,
        })
    }

    pub(super) fn tell(&self, out: &mut dyn Write, show: Show) -> std::io::Result<()> {
        let Self { validation, path, .. } = self;
        for step in validation.steps.iter().filter(|step| step.cert_index >= path.len()) {
            whole(out, step)?;
        }
        for (index, (origin, summary)) in path.iter().enumerate().rev() {
            let steps: Vec<_> = validation.steps.iter().filter(|step| step.cert_index == index).collect();
            let passed = steps.iter().filter(|step| step.status == Status::Passed).count();
            if show == Show::Failures && passed == steps.len() {
                continue;
            }
            let place = match origin {
                Origin::Presented(at) => format!("presented as number {at}"),
                Origin::Intermediate(at) => format!("intermediate {at}"),
                Origin::Anchor(at) => format!("trust anchor {at}"),
            };
            let subject = summary.as_ref().map_or("unreadable", |summary| summary.subject.as_str());
            writeln!(
                out,
                "{} {}",
                style::head(format_args!("certificate {index}: {subject}")),
                style::faint(format_args!("({place})"))
            )?;
            let long = path.len() > LONG;
            for step in &steps {
                match (show, step.status) {
                    (Show::Short, Status::Passed) if !long => line(out, step)?,
                    (Show::Short | Show::Failures, Status::Passed) => {}
                    _ => whole(out, step)?,
                }
            }
            if show == Show::Short && long && passed > 0 {
                writeln!(out, "  {} {passed} checks passed", style::good("✓"))?;
            }
        }
        self.conclude(out)
    }

    fn conclude(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let validation = &self.validation;
        for note in &validation.left_out {
            writeln!(out, "{} {note}", style::altered("left out:"))?;
        }
        let word = match validation.outcome {
            Outcome::Accept => style::good("accept"),
            Outcome::Reject => style::bad("reject"),
            Outcome::Skip => style::altered("skip"),
        };
        writeln!(out, "{word}: {}", validation.reason)?;
        let note = style::altered("note:");
        let failing = validation.steps.iter().filter(|step| !step.ok());
        if self.valid_for_users {
            writeln!(
                out,
                "{note} valid under --profile rfc5280: only rules for public authorities fail, such as the CA/Browser \
                 Forum's Baseline Requirements (BR)"
            )
        } else if failing.flat_map(|step| [&step.why, &step.expected]).any(|text| text.contains("BR ")) {
            writeln!(out, "{note} BR are the CA/Browser Forum's Baseline Requirements, rules for public authorities")
        } else {
            Ok(())
        }
    }
}

/// A step in one line.
fn line(out: &mut dyn Write, step: &Step) -> std::io::Result<()> {
    let mark = match step.status {
        Status::Passed => style::good("✓"),
        Status::Failed => style::bad("✗"),
        Status::Unsupported => style::altered("?"),
        Status::Skipped => style::altered("○"),
    };
    writeln!(out, "  {mark} {:<25} {}", step.check, step.why)
}

/// A step with what was expected and observed.
fn whole(out: &mut dyn Write, step: &Step) -> std::io::Result<()> {
    line(out, step)?;
    writeln!(out, "    {:<25} {} {}", "", style::faint("expected"), step.expected)?;
    writeln!(out, "    {:<25} {} {}", "", style::faint("observed"), step.observed)
}
