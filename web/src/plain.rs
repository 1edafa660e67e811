//! What is wrong with a document, in the words of somebody who wrote it, not of the program that reads it.

use lab::refusal::Refusal;
use serde_json::json;

/// What serde says of a document: the field at fault, where it names one, and what was expected and what came.
pub(crate) fn plain(said: &str) -> (Option<String>, Refusal) {
    let (text, place) = placed(said);
    if let Some(refusal) = Refusal::from_reader(said).or_else(|| Refusal::from_reader(text)) {
        return (None, refusal);
    }
    let quoted = || text.split('`').skip(1).step_by(2);
    let field = || quoted().next().map(str::to_owned);
    if text.starts_with("missing field ") {
        return (field(), Refusal::new("missing", json!({})));
    }
    if text.starts_with("duplicate field ") {
        return (field(), Refusal::new("repeated", json!({})));
    }
    if text.starts_with("unknown field ") {
        return (field(), Refusal::new("no-field", json!({ "expected": quoted().skip(1).collect::<Vec<_>>() })));
    }
    if text.starts_with("unknown variant ") {
        let known: Vec<&str> = quoted().skip(1).collect();
        return (None, Refusal::new("other-word", json!({ "expected": known, "got": field() })));
    }
    let is_number = ["invalid digit", "number too", "number out of range", "cannot parse integer"];
    if is_number.iter().any(|start| text.starts_with(start)) {
        let expected = if text.contains("too large") { "whole-word" } else { "whole" };
        return (None, Refusal::new("other-type", json!({ "expected": expected, "got": null })));
    }
    let invalid = text.strip_prefix("invalid type: ").or_else(|| text.strip_prefix("invalid value: "));
    if let Some((got, expected)) = invalid.and_then(|rest| rest.rsplit_once(", expected ")) {
        let (expected, got) = (name(expected), value(got));
        // How far it may go concerns only whoever went farther: where a number means something it is told what it may be.
        let beyond = expected == "whole" && got.parse::<f64>().is_ok_and(|got| got >= u64::MAX as f64);
        let expected = if beyond { "whole-word" } else { expected };
        return (None, Refusal::new("other-type", json!({ "expected": expected, "got": got })));
    }
    let Some((line, column)) = place else { return (None, Refusal::new("said", json!({ "text": text }))) };
    let place = json!({ "line": line, "column": column });
    let refusal = match text {
        "recursion limit exceeded" => Refusal::new("too-deep", place),
        "trailing characters" => Refusal::new("more-behind", place),
        cut if cut.starts_with("EOF while parsing") => Refusal::new("cut-short", place),
        _ => Refusal::new("notation", place),
    };
    (None, refusal)
}

/// The text without the place in the document, which only faults of the notation need, and the line and character of that.
fn placed(said: &str) -> (&str, Option<(&str, &str)>) {
    match said.rsplit_once(" at line ").and_then(|(said, at)| Some((said, at.split_once(" column ")?))) {
        Some((said, place)) => (said, Some(place)),
        None => (said, None),
    }
}

/// A type, as the texts `document` call it; one that a reader of this program's calls otherwise, as it does.
fn name(expected: &str) -> &str {
    match expected {
        "u64" | "usize" | "u32" => "whole",
        "a boolean" => "boolean",
        "a string" => "text",
        "a map" => "object",
        "a sequence" => "list",
        other if other.starts_with("struct ") => "object",
        other => other,
    }
}

/// What came, likewise.
fn value(got: &str) -> &str {
    match got {
        "map" => "object",
        "sequence" => "list",
        "unit value" => "null",
        other => match other.split_once('`') {
            Some((_, value)) => value.trim_end_matches('`'),
            None => other.strip_prefix("string ").unwrap_or(other),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::{scenario::Scenario, words::language};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is only read into")]
    struct Asked {
        name: String,
        count: Option<u64>,
        #[serde(default)]
        wait: bool,
        kind: Option<Choice>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Choice {
        One,
        Two,
    }

    const WHOLE: &str = "a whole number, 0 or more";
    const WORD: &str = "a whole number up to 18446744073709551615";

    /// Every fault that a document can have, and no word of the language that the program is written in.
    #[test]
    fn faults_are_told_in_plain_words() {
        for (document, field, told) in [
            (r#"{}"#, Some("name"), "expected, but it is not there"),
            (r#"{"name":"x","name":"y"}"#, Some("name"), "expected once, got it twice"),
            (r#"{"nam":"x"}"#, Some("nam"), "expected one of the fields name, count, wait, kind"),
            (r#"{"name":7}"#, None, "expected text, got 7"),
            (r#"{"name":null}"#, None, "expected text, got null"),
            (r#"{"name":{}}"#, None, "expected text, got an object"),
            (r#"{"name":[]}"#, None, "expected text, got a list"),
            (r#"{"name":"x","count":"7"}"#, None, &format!("expected {WHOLE}, got \"7\"")),
            (r#"{"name":"x","count":-1}"#, None, &format!("expected {WHOLE}, got -1")),
            (r#"{"name":"x","count":1.5}"#, None, &format!("expected {WHOLE}, got 1.5")),
            (
                r#"{"name":"x","count":18446744073709551616}"#,
                None,
                &format!("expected {WORD}, got 1.8446744073709552e+19"),
            ),
            (r#"{"name":"x","count":1e300}"#, None, &format!("expected {WORD}, got 1e+300")),
            (r#"{"name":"x","wait":1}"#, None, "expected true or false, got 1"),
            (r#"{"name":"x","kind":"three"}"#, None, "expected one or two, got \"three\""),
            (r#"7"#, None, "expected an object, got 7"),
            ("", None, "it ends before it is complete, in line 1, character 0"),
            (r#"{"name":"x""#, None, "it ends before it is complete, in line 1, character 11"),
            (r#"{"name":"x"} 7"#, None, "there is more behind it, from line 1, character 14"),
            (r#"{"name":x}"#, None, "expected JSON, in line 1, character 9"),
        ] {
            let mut reader = serde_json::Deserializer::from_str(document);
            let asked = Asked::deserialize(&mut reader).map(drop).and_then(|()| reader.end());
            let error = asked.unwrap_err().to_string();
            let (at, refusal) = plain(&error);
            assert_eq!((at.as_deref(), refusal.to_string().as_str()), (field, told), "{document}: {error}");
            assert_ne!(refusal.told(language("de")), told, "{document}");
        }
        for (query, told) in [
            ("name=x&count=many", format!("expected {WHOLE}")),
            ("name=x&count=-1", format!("expected {WHOLE}")),
            ("name=x&count=", format!("expected {WHOLE}")),
            ("name=x&count=99999999999999999999", format!("expected {WORD}")),
        ] {
            let error = serde_urlencoded::from_str::<Asked>(query).unwrap_err().to_string();
            assert_eq!(plain(&error).1.to_string(), told, "{query}: {error}");
        }
    }

    #[test]
    fn what_a_reader_of_this_program_refuses_is_told_as_it_is_elsewhere() {
        for text in ["dh", "dh/relay at line 3 column 4", "dh/relay~a~a"] {
            let refused = Refusal::from(&text.parse::<Scenario>().unwrap_err());
            for document in [format!("{text:?}"), format!("[\n{text:?}]")] {
                let error = match document.starts_with('[') {
                    true => serde_json::from_str::<Vec<Scenario>>(&document).unwrap_err(),
                    false => serde_json::from_str::<Scenario>(&document).unwrap_err(),
                };
                assert_eq!(plain(&error.to_string()), (None, refused.clone()), "{document}");
            }
        }
    }
}
