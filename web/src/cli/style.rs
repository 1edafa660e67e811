//! How things look on a terminal. Elsewhere, and under `NO_COLOR`, the output streams take the colours out again.

use anstyle::{AnsiColor, Style};
use lab::{
    event::Status,
    verdict::{Class, Verdict},
    words,
};
use serde_json::json;
use std::fmt::Display;

fn dressed(text: impl Display, style: Style) -> String {
    format!("{style}{text}{style:#}")
}

fn loud(text: impl Display, colour: AnsiColor) -> String {
    dressed(text, colour.on_default().bold())
}

/// A heading.
pub(crate) fn head(text: impl Display) -> String {
    dressed(text, Style::new().bold())
}

/// What matters less.
pub(crate) fn faint(text: impl Display) -> String {
    dressed(text, Style::new().dimmed())
}

/// What the attacker changed, what was left out, what nobody can tell.
pub(crate) fn altered(text: impl Display) -> String {
    loud(text, AnsiColor::Yellow)
}

/// Something good.
pub(crate) fn good(text: impl Display) -> String {
    loud(text, AnsiColor::Green)
}

/// Something bad.
pub(crate) fn bad(text: impl Display) -> String {
    loud(text, AnsiColor::Red)
}

/// The language's word for the verdict, in capitals and in the colour of its class.
pub(crate) fn verdict(verdict: &Verdict) -> String {
    let colour = match verdict.class {
        Class::Defended => AnsiColor::Green,
        Class::Broken => AnsiColor::Red,
        Class::Neutral => AnsiColor::Blue,
        Class::Error => AnsiColor::Magenta,
    };
    loud(words::say("kind", verdict.kind.as_str(), &json!({})).to_uppercase(), colour)
}

/// The mark before a check.
pub(crate) fn mark(status: Status) -> String {
    match status {
        Status::Passed => good("✓"),
        Status::Failed => bad("✗"),
        Status::Skipped => altered("○"),
        Status::NotApplicable => faint("·"),
    }
}
