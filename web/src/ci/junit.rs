//! The report as JUnit XML: one test case a scenario; what is no finding but a failure of the lab is an error.

use super::report::{Entries, Standing, TO_PLAY};
use std::fmt::Write;

/// The report's text, of a run that ended at this Unix second.
pub fn report(entries: &Entries, seconds: f64, ended: i64) -> String {
    let count = |standing| entries.count(standing);
    // What was not played is one more that the lab could not tell.
    let incomplete = entries.incomplete();
    let tests = entries.entries.len() + usize::from(incomplete.is_some()) + entries.left_out.len();
    let numbers = format!(
        "tests=\"{tests}\" failures=\"{}\" errors=\"{}\" time=\"{seconds:.3}\"",
        count(Standing::Finding),
        count(Standing::Unclear) + usize::from(incomplete.is_some())
    );
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"interlock\" {numbers}>\n\
         <testsuite name=\"{}\" {numbers} skipped=\"{}\" timestamp=\"{}\" hostname=\"localhost\">\n",
        entries.suite,
        count(Standing::Accepted) + entries.left_out.len(),
        date(ended)
    );
    for entry in &entries.entries {
        let (class, name) = &entry.of;
        let _ = write!(
            text,
            "<testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
            safe(class),
            safe(name),
            entry.seconds
        );
        let element = match entry.standing {
            Standing::Fine => {
                text.push_str("/>\n");
                continue;
            }
            Standing::Accepted => {
                let reason = safe(entry.reason.as_deref().unwrap_or_default());
                let _ = writeln!(text, "><skipped message=\"{reason}: {}\"/></testcase>", safe(&entry.text));
                continue;
            }
            Standing::Unclear => "error",
            Standing::Finding => "failure",
        };
        let told = safe(&entry.text);
        let again = entry.again.as_ref().map(|again| format!("\nAgain: {}", safe(again))).unwrap_or_default();
        let _ = writeln!(
            text,
            "><{element} type=\"{}\" message=\"{told}\">{told}{again}</{element}></testcase>",
            entry.status
        );
    }
    for scenario in &entries.left_out {
        let (class, name) = scenario.split_once('/').unwrap_or(("", scenario));
        let _ = writeln!(
            text,
            "<testcase classname=\"{}\" name=\"{}\" time=\"0.000\"><skipped message=\"it computes for long: \
             {TO_PLAY}\"/></testcase>",
            safe(class),
            safe(name)
        );
    }
    if let Some(told) = incomplete {
        let _ = writeln!(
            text,
            "<testcase classname=\"interlock\" name=\"the run\" time=\"0.000\">\
             <error type=\"incomplete\" message=\"{told}\">{told}</error></testcase>"
        );
    }
    text + "</testsuite>\n</testsuites>\n"
}

/// A Unix second as XML has it, in UTC and without a zone.
fn date(unix: i64) -> String {
    let date = time::OffsetDateTime::from_unix_timestamp(unix).unwrap_or(time::OffsetDateTime::UNIX_EPOCH);
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}", date.hour(), date.minute(), date.second())
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
    use crate::ci::{
        outcomes::Grade,
        report::{Cell, Report, tests::a_cell},
    };

    #[test]
    fn a_finding_is_a_failure_and_a_failing_lab_an_error() {
        let text = report(
            &Report::new(
                "outcomes.txt",
                vec![
                    a_cell("dh/relay", Grade::AsExpected, ""),
                    a_cell("dh/substitute", Grade::NotStopped, "a \"quoted\" <tag> & \u{1}"),
                    a_cell("dh/drop", Grade::Inconclusive, "lost"),
                    Cell { reason: Some("known".into()), ..a_cell("dh/crack", Grade::Accepted, "") },
                    Cell { again: Some("interlock run 'x'".into()), ..a_cell("dh/reorder", Grade::AttackLost, "") },
                ],
            )
            .entries(),
            1.5,
            1_767_225_600,
        );
        assert!(text.contains("tests=\"5\" failures=\"2\" errors=\"1\" time=\"1.500\""), "{text}");
        assert!(text.contains("<testcase classname=\"dh\" name=\"relay\" time=\"0.250\"/>"), "{text}");
        assert!(text.contains("a &quot;quoted&quot; &lt;tag&gt; &amp; \u{fffd}</failure></testcase>"), "{text}");
        assert!(text.contains("skipped=\"1\" timestamp=\"2026-01-01T00:00:00\""), "{text}");
        assert!(text.contains("<skipped message=\"known: "), "{text}");
        assert!(text.contains("\nAgain: interlock run 'x'</failure>"), "{text}");
        assert!(text.contains("<error type=\"inconclusive\""), "{text}");
    }
}
