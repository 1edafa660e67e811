//! The report in Markdown, for the summary page of a CI run.

use super::report::{Entries, Entry, Standing};
use lab::terminal::is_plain;
use std::fmt::Write;

/// The report's text.
pub fn report(entries: &Entries, seconds: f64) -> String {
    let (all, noun) = (entries.entries.len(), entries.noun);
    let incomplete = entries.incomplete();
    let fine = entries.count(Standing::Fine) + entries.count(Standing::Accepted) == all && incomplete.is_none();
    let mark = if fine { "✅" } else { "❌" };
    let mut text = format!("## {mark} Interlock: {all} {noun} in {seconds:.1} s\n\n");
    if let Some(told) = incomplete {
        let _ = writeln!(text, "**Incomplete**: {told}.\n");
    }
    if let Some(told) = entries.remainder() {
        let _ = writeln!(text, "{told}.\n");
    }
    for (status, meaning, _) in &entries.statuses {
        let count = entries.entries.iter().filter(|entry| entry.status == *status).count();
        let _ = writeln!(text, "- {count} {status}: {meaning}");
    }
    let findings = || entries.entries.iter().filter(|entry| entry.standing != Standing::Fine);
    if findings().next().is_some() {
        let _ = writeln!(text, "\n| {} | status | what came out |\n|---|---|---|", noun.trim_end_matches('s'));
    }
    for entry in findings() {
        let _ = writeln!(text, "| `{}` | {} | {} |", entry.name().replace('`', " "), entry.status, remark(entry));
    }
    text + "\n"
}

/// What came out, why it is accepted, and how it comes out again.
fn remark(entry: &Entry) -> String {
    let reason = entry.reason.as_ref().map(|reason| format!(" Accepted: {}", safe(reason))).unwrap_or_default();
    let again = entry.again.as_ref().map(|again| format!(" `{}`", again.replace(['`', '|'], " "))).unwrap_or_default();
    format!("{}{reason}{again}", safe(&entry.text))
}

/// Text in a cell of a table, markup taken out of it.
fn safe(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, character| {
        match character {
            '<' => safe.push_str("&lt;"),
            '&' => safe.push_str("&amp;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '!' | '#' | '~' => safe.extend(['\\', character]),
            unseen if !is_plain(unseen) => safe.push(' '),
            other => safe.push(other),
        }
        safe
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ci::{
        outcomes::Grade,
        report::{Report, tests::a_cell},
    };

    #[test]
    fn findings_are_a_table_that_their_text_cannot_leave() {
        let cell = a_cell("dh/substitute", Grade::NotStopped, "a | b\n<img> [x](y)");
        let text = report(&Report::new("outcomes.txt", vec![cell]).entries(), 2.0);
        assert!(text.starts_with("## ❌ Interlock: 1 scenarios in 2.0 s"), "{text}");
        assert!(text.contains("a \\| b &lt;img> \\[x\\](y) |\n"), "{text}");
    }
}
