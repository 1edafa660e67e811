//! The report in Markdown, for the summary page of a CI run.

use super::outcomes::Grade;
use super::report::{Report, words};
use lab::terminal::is_plain;
use std::fmt::Write;

/// The report's text.
pub fn report(report: &Report, seconds: f64) -> String {
    let fine = report.cells.iter().all(|cell| cell.status == Grade::AsExpected);
    let mark = if fine { "✅" } else { "❌" };
    let mut text = format!("## {mark} Interlock: {} scenarios in {seconds:.1} s\n\n", report.cells.len());
    for status in Grade::ALL {
        let count = report.totals.get(status.as_str()).copied().unwrap_or_default();
        let _ = writeln!(text, "- {count} {}: {}", status.as_str(), status.meaning());
    }
    let findings = || report.cells.iter().filter(|cell| cell.status != Grade::AsExpected);
    if findings().next().is_some() {
        text.push_str("\n| scenario | status | what came out |\n|---|---|---|\n");
    }
    for cell in findings() {
        let _ = writeln!(text, "| `{}` | {} | {} |", cell.scenario, cell.status.as_str(), safe(&words(cell)));
    }
    text + "\n"
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
    use crate::ci::report::tests::a_cell;

    #[test]
    fn findings_are_a_table_that_their_text_cannot_leave() {
        let cell = a_cell("dh/substitute", Grade::NotStopped, "a | b\n<img> [x](y)");
        let text = report(&Report::new(vec![cell]), 2.0);
        assert!(text.starts_with("## ❌ Interlock: 1 scenarios in 2.0 s"), "{text}");
        assert!(text.contains("a \\| b &lt;img> \\[x\\](y) |\n"), "{text}");
    }
}
