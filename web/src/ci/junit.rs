//! The report as JUnit XML: one test case a scenario; what is no finding but a failure of the lab is an error.

use super::outcomes::Grade;
use super::report::{Report, words};
use std::fmt::Write;

/// The report's text.
pub fn report(report: &Report, seconds: f64) -> String {
    let count = |status: Grade| report.totals.get(status.as_str()).copied().unwrap_or_default();
    let errors = count(Grade::Inconclusive);
    let failures = report.cells.len() - errors - count(Grade::AsExpected);
    let numbers =
        format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{seconds:.3}\"", report.cells.len());
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"interlock\" {numbers}>\n\
         <testsuite name=\"outcomes\" {numbers}>\n"
    );
    for cell in &report.cells {
        let (class, name) = cell.scenario.split_once('/').unwrap_or(("", &cell.scenario));
        let _ = write!(
            text,
            "<testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
            safe(class),
            safe(name),
            cell.seconds
        );
        let element = match cell.status {
            Grade::AsExpected => {
                text.push_str("/>\n");
                continue;
            }
            Grade::Inconclusive => "error",
            _ => "failure",
        };
        let _ = writeln!(
            text,
            "><{element} type=\"{}\" message=\"{}\"/></testcase>",
            cell.status.as_str(),
            safe(&words(cell))
        );
    }
    text + "</testsuite>\n</testsuites>\n"
}

/// Text in an XML attribute; what XML cannot carry is replaced.
fn safe(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, character| {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\t' | '\n' | '\r' => safe.push(' '),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => safe.push('\u{fffd}'),
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
    fn a_finding_is_a_failure_and_a_failing_lab_an_error() {
        let text = report(
            &Report::new(vec![
                a_cell("dh/relay", Grade::AsExpected, ""),
                a_cell("dh/substitute", Grade::NotStopped, "a \"quoted\" <tag> & \u{1}"),
                a_cell("dh/drop", Grade::Inconclusive, "lost"),
            ]),
            1.5,
        );
        assert!(text.contains("tests=\"3\" failures=\"1\" errors=\"1\" time=\"1.500\""), "{text}");
        assert!(text.contains("<testcase classname=\"dh\" name=\"relay\" time=\"0.250\"/>"), "{text}");
        assert!(text.contains("a &quot;quoted&quot; &lt;tag&gt; &amp; \u{fffd}\"/></testcase>"), "{text}");
        assert!(text.contains("<error type=\"inconclusive\""), "{text}");
    }
}
