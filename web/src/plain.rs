//! What is wrong with a document, in the words of somebody who wrote it, not of the program that reads it.

/// What serde says of a document: the field at fault, where it names one, and what was expected and what came.
pub(crate) fn plain(said: &str) -> (Option<String>, String) {
    let (said, place) = placed(said);
    let quoted = |text: &str| text.split('`').nth(1).unwrap_or_default().to_owned();
    if said.starts_with("missing field ") {
        return (Some(quoted(said)), "expected, but it is not there".to_owned());
    }
    if said.starts_with("duplicate field ") {
        return (Some(quoted(said)), "expected once, got it twice".to_owned());
    }
    if said.starts_with("unknown field ") {
        let known: Vec<&str> = said.split('`').skip(3).step_by(2).collect();
        let expected = if known.is_empty() { "no field at all".to_owned() } else { known.join(", ") };
        return (Some(quoted(said)), format!("expected one of these fields: {expected}"));
    }
    if said.starts_with("unknown variant ") {
        let known: Vec<&str> = said.split('`').skip(3).step_by(2).collect();
        return (None, format!("expected {}, got {:?}", known.join(" or "), quoted(said)));
    }
    let is_number = ["invalid digit", "number too", "number out of range", "cannot parse integer"];
    if is_number.iter().any(|start| said.starts_with(start)) {
        return (None, format!("expected {WHOLE}"));
    }
    let invalid = said.strip_prefix("invalid type: ").or_else(|| said.strip_prefix("invalid value: "));
    match invalid.and_then(|rest| rest.rsplit_once(", expected ")) {
        Some((got, expected)) => (None, format!("expected {}, got {}", name(expected), value(got))),
        None => (None, format!("{said}{place}")),
    }
}

/// What fits the numbers of requests.
const WHOLE: &str = "a whole number from 0 to 18446744073709551615";

/// The text without the place in the document, which only faults of the notation need, and the place.
fn placed(said: &str) -> (&str, String) {
    match said.rsplit_once(" at line ").and_then(|(said, at)| Some((said, at.split_once(" column ")?))) {
        Some((said, (line, column))) => (said, format!(", in line {line}, character {column}")),
        None => (said, String::new()),
    }
}

/// A type.
fn name(expected: &str) -> &str {
    match expected {
        "u64" | "usize" | "u32" => WHOLE,
        "a boolean" => "true or false",
        "a string" => "text",
        "a map" => "an object",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}

/// What came.
fn value(got: &str) -> String {
    match got {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "unit value" => "null".to_owned(),
        other => match other.split_once('`') {
            Some((_, value)) => value.trim_end_matches('`').to_owned(),
            None => other.strip_prefix("string ").unwrap_or(other).to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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

    /// Every fault that a document can have, and no word of the language that the program is written in.
    #[test]
    fn faults_are_told_in_plain_words() {
        for (document, field, told) in [
            (r#"{}"#, Some("name"), "expected, but it is not there"),
            (r#"{"name":"x","name":"y"}"#, Some("name"), "expected once, got it twice"),
            (r#"{"nam":"x"}"#, Some("nam"), "expected one of these fields: name, count, wait, kind"),
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
                &format!("expected {WHOLE}, got 1.8446744073709552e+19"),
            ),
            (r#"{"name":"x","wait":1}"#, None, "expected true or false, got 1"),
            (r#"{"name":"x","kind":"three"}"#, None, "expected one or two, got \"three\""),
            (r#"7"#, None, "expected an object, got 7"),
            ("", None, "EOF while parsing a value, in line 1, character 0"),
            (r#"{"name":"x""#, None, "EOF while parsing an object, in line 1, character 11"),
            (r#"{"name":x}"#, None, "expected value, in line 1, character 9"),
        ] {
            let error = serde_json::from_str::<Asked>(document).unwrap_err().to_string();
            assert_eq!(plain(&error), (field.map(str::to_owned), told.to_owned()), "{document}: {error}");
        }
        for (query, told) in [
            ("name=x&count=many", format!("expected {WHOLE}")),
            ("name=x&count=-1", format!("expected {WHOLE}")),
            ("name=x&count=", format!("expected {WHOLE}")),
            ("name=x&count=99999999999999999999", format!("expected {WHOLE}")),
        ] {
            let error = serde_urlencoded::from_str::<Asked>(query).unwrap_err().to_string();
            assert_eq!(plain(&error).1, told, "{query}: {error}");
        }
    }
}
