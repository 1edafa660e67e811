//! How things look on a terminal. Elsewhere, and under `NO_COLOR`, the output streams take the colours out again.

use lab::{
    event::Status,
    verdict::{Class, Verdict},
};
use owo_colors::{OwoColorize, Style};
use std::fmt::Display;

/// A heading.
pub(super) fn head(text: impl Display) -> String {
    text.bold().to_string()
}

/// What matters less.
pub(super) fn faint(text: impl Display) -> String {
    text.dimmed().to_string()
}

/// What the attacker changed.
pub(super) fn altered(text: impl Display) -> String {
    text.yellow().bold().to_string()
}

/// Something good.
pub(super) fn good(text: impl Display) -> String {
    text.green().bold().to_string()
}

/// Something bad.
pub(super) fn bad(text: impl Display) -> String {
    text.red().bold().to_string()
}

/// The verdict's word, in capitals and in the colour of its class.
pub(super) fn verdict(verdict: &Verdict) -> String {
    let style = match verdict.class {
        Class::Defended => Style::new().green(),
        Class::Broken => Style::new().red(),
        Class::Neutral => Style::new().blue(),
        Class::Error => Style::new().magenta(),
    };
    verdict.kind.as_str().to_uppercase().style(style.bold()).to_string()
}

/// The mark before a check.
pub(super) fn mark(status: Status) -> String {
    match status {
        Status::Passed => good("✓"),
        Status::Failed => bad("✗"),
        Status::Skipped => altered("○"),
        Status::NotApplicable => faint("·"),
    }
}
