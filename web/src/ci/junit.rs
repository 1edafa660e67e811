//! The report as JUnit XML: one test case a scenario; what is no finding but a failure of the lab is an error.

use super::report::{Entries, Standing};
use std::fmt::Write;

/// The report's text.
pub fn report(entries: &Entries, seconds: f64) -> String {
    let (errors, failures) = (entries.count(Standing::Unclear), entries.count(Standing::Finding));
    let tests = entries.entries.len();
    let numbers = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{seconds:.3}\"");
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"interlock\" {numbers}>\n\
         <testsuite name=\"{}\" {numbers}>\n",
        entries.suite
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
            Standing::Unclear => "error",
            Standing::Finding => "failure",
        };
        let _ = writeln!(text, "><{element} type=\"{}\" message=\"{}\"/></testcase>", entry.status, safe(&entry.text));
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
    use crate::ci::{
        outcomes::Grade,
        report::{Report, tests::a_cell},
    };

    #[test]
    fn a_finding_is_a_failure_and_a_failing_lab_an_error() {
        let text = report(
            &Report::new(vec![
                a_cell("dh/relay", Grade::AsExpected, ""),
                a_cell("dh/substitute", Grade::NotStopped, "a \"quoted\" <tag> & \u{1}"),
                a_cell("dh/drop", Grade::Inconclusive, "lost"),
            ])
            .entries(),
            1.5,
        );
        assert!(text.contains("tests=\"3\" failures=\"1\" errors=\"1\" time=\"1.500\""), "{text}");
        assert!(text.contains("<testcase classname=\"dh\" name=\"relay\" time=\"0.250\"/>"), "{text}");
        assert!(text.contains("a &quot;quoted&quot; &lt;tag&gt; &amp; \u{fffd}\"/></testcase>"), "{text}");
        assert!(text.contains("<error type=\"inconclusive\""), "{text}");
    }
}
