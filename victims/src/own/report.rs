//! What a program of the user's own says of itself, one JSON object a line.

use serde::Deserialize;

/// Its last word: what it believes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Report {
    /// Fingerprint of the session key, 32 hexadecimal digits; absent where it agreed on none.
    #[serde(default)]
    pub(super) fingerprint: Option<String>,
    /// The name that its peer proved.
    #[serde(default)]
    pub(super) peer: Option<String>,
    /// The messages that it accepted, in order.
    #[serde(default)]
    pub(super) received: Vec<String>,
    /// The check that failed, by its id, or an empty text where something else was wrong; absent where all went well.
    #[serde(default)]
    pub(super) refused: Option<String>,
    /// Why, in its own words.
    #[serde(default)]
    pub(super) why: Option<String>,
}

/// One line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Where it listens.
    Listening(u16),
    /// Its last word.
    Report(Report),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listening {
    listening: u16,
}

impl Line {
    /// Reads a line; `None` where it is neither.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        // An array would be taken for the members in their order.
        if !line.trim_ascii_start().starts_with(b"{") {
            return None;
        }
        if let Ok(Listening { listening }) = serde_json::from_slice(line) {
            return Some(Self::Listening(listening));
        }
        serde_json::from_slice(line).ok().map(Self::Report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_of_two_or_nothing() {
        assert_eq!(Line::read(br#"{"listening": 4711}"#), Some(Line::Listening(4711)));
        let refused = Report { refused: Some("finished".into()), ..Report::default() };
        assert_eq!(Line::read(br#"{"refused": "finished", "fingerprint": null}"#), Some(Line::Report(refused)));
        for other in ["", "hello", "[]", r#"{"listening": 70000}"#, r#"{"grade": "passed"}"#, r#"{"received": [1]}"#] {
            assert_eq!(Line::read(other.as_bytes()), None, "{other}");
        }
    }
}
