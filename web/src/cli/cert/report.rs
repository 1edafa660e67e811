//! What `interlock cert verify` says: for people, and as JSON.

use std::io::Write;

use clap::ValueEnum;
use lab::certificate::{Origin, Outcome, Policy, Status, Step, Summary, Validation, only_issuers_rules_fail, validate};
use lab::words;
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
                    "why": step.reason.why(),
                    "status": step.status,
                    "expected": step.reason.wanted(),
                    "observed": step.reason.found(),
                    "reason": step.reason,
                })
            })
            .collect();
        let path: Vec<_> =
            path.iter().map(|(origin, summary)| json!({ "origin": origin, "certificate": summary })).collect();
        let left_out: Vec<_> = validation.left_out.iter().map(ToString::to_string).collect();
        json!({
            "result": validation.outcome,
            "reason": validation.reason(),
            "valid_under": self.valid_for_users.then_some("rfc5280"),
            "checks": checks,
            "path": path,
            "left_out": left_out,
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
            let (place, at) = match origin {
                Origin::Presented(at) => ("presented", at),
                Origin::Intermediate(at) => ("intermediate", at),
                Origin::Anchor(at) => ("anchor", at),
            };
            let place = words::say("cert", place, &json!({ "at": at }));
            let subject = summary.as_ref().map(|summary| &summary.subject);
            let head = match subject {
                Some(subject) => words::say("cert", "head", &json!({ "index": index, "subject": subject })),
                None => words::say("cert", "unreadable", &json!({ "index": index })),
            };
            writeln!(out, "{} {}", style::head(head), style::faint(format_args!("({place})")))?;
            let long = path.len() > LONG;
            for step in &steps {
                match (show, step.status) {
                    (Show::Short, Status::Passed) if !long => line(out, step)?,
                    (Show::Short | Show::Failures, Status::Passed) => {}
                    _ => whole(out, step)?,
                }
            }
            if show == Show::Short && long && passed > 0 {
                writeln!(out, "  {} {}", style::good("✓"), words::say("cert", "passed", &json!({ "count": passed })))?;
            }
        }
        self.conclude(out)
    }

    fn conclude(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let validation = &self.validation;
        for note in &validation.left_out {
            writeln!(out, "{} {note}", style::altered(word("left-out")))?;
        }
        let outcome = match validation.outcome {
            Outcome::Accept => style::good(word("accept")),
            Outcome::Reject => style::bad(word("reject")),
            Outcome::Skip => style::altered(word("skip")),
        };
        writeln!(out, "{outcome}: {}", validation.reason())?;
        let note = style::altered(word("note"));
        let failing = validation.steps.iter().filter(|step| !step.ok());
        if self.valid_for_users {
            writeln!(out, "{note} {}", word("valid-for-users"))
        } else if failing.flat_map(|step| [step.reason.why(), step.reason.wanted()]).any(|text| text.contains("BR ")) {
            writeln!(out, "{note} {}", word("baseline-requirements"))
        } else {
            Ok(())
        }
    }
}

/// What the command says where no certificate has a part in it.
fn word(name: &str) -> String {
    words::say("cert", name, &json!({}))
}

/// A step in one line.
fn line(out: &mut dyn Write, step: &Step) -> std::io::Result<()> {
    let mark = match step.status {
        Status::Passed => style::good("✓"),
        Status::Failed => style::bad("✗"),
        Status::Unsupported => style::altered("?"),
        Status::Skipped => style::altered("○"),
    };
    writeln!(out, "  {mark} {:<25} {}", step.check, step.reason.why())
}

/// A step with what was expected and observed.
fn whole(out: &mut dyn Write, step: &Step) -> std::io::Result<()> {
    line(out, step)?;
    writeln!(out, "    {:<25} {} {}", "", style::faint(word("expected")), step.reason.wanted())?;
    writeln!(out, "    {:<25} {} {}", "", style::faint(word("observed")), step.reason.found())
}
