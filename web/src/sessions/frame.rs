//! Frames as people read them: the JSON that they carry, or their length.

use lab::wire::{HEADER, base64url};
use serde_json::{Map, Value};

/// The fields of a handshake frame given in base64url; `None` for sealed records and anything else.
pub fn fields(frame: &str) -> Option<Vec<(String, String)>> {
    let text = |value: Value| match value {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Some(body(frame)?.into_iter().map(|(name, value)| (name, text(value))).collect())
}

/// The JSON object that a frame given in base64url carries; `None` for sealed records and anything else.
pub fn body(frame: &str) -> Option<Map<String, Value>> {
    match serde_json::from_slice(base64url(frame)?.get(HEADER..)?).ok()? {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

/// Length of the whole frame in bytes.
pub fn length(frame: &str) -> usize {
    frame.len() * 3 / 4
}

/// At most `longest` characters of a value, its middle left out.
pub fn shortened(text: &str, longest: usize) -> String {
    let count = text.chars().count();
    if count <= longest {
        return text.to_owned();
    }
    let half = longest.saturating_sub(1) / 2;
    let head: String = text.chars().take(half).collect();
    let tail: String = text.chars().skip(count - half).collect();
    format!("{head}…{tail}")
}

/// Two texts that differ, each at most about `room` characters of itself, cut so that the first difference is seen: it stands
/// after a third of the room at the most, at the same place in both.
pub fn apart(one: &str, other: &str, room: usize) -> (String, String) {
    let first = one.chars().zip(other.chars()).take_while(|(left, right)| left == right).count();
    let lead = room / 3;
    let fits = [one, other].iter().all(|text| text.chars().count() <= room);
    let from = if fits || first <= lead + 1 { 0 } else { first - lead };
    let cut = |text: &str| {
        let mut rest = text.chars().skip(from);
        let shown: String = rest.by_ref().take(room).collect();
        let before = if from > 0 { "…" } else { "" };
        let after = if rest.next().is_some() { "…" } else { "" };
        format!("{before}{shown}{after}")
    };
    (cut(one), cut(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_texts_the_difference_is_seen_wherever_it_is() {
        let long = "A".repeat(4000);
        for at in [0, 1, 13, 100, 3999] {
            let other = format!("{}B{}", &long[..at], &long[at + 1..]);
            let (one, two) = apart(&long, &other, 20);
            assert!(one != two && two.contains('B') && two.chars().count() <= 22, "{at}: {one} and {two}");
        }
        assert_eq!(apart("short", "other", 20), ("short".to_owned(), "other".to_owned()));
        assert_eq!(apart("ü".repeat(9).as_str(), "ü".repeat(8).as_str(), 3), ("…üü".to_owned(), "…ü".to_owned()));
    }

    #[test]
    fn a_frame_shows_its_fields_in_any_script() {
        // 01 000007 {"a":1}
        assert_eq!(fields("AQAAB3siYSI6MX0"), Some(vec![("a".into(), "1".into())]));
        assert_eq!(fields("AQAAAP8"), None);
        assert_eq!(shortened("鍵鍵鍵鍵鍵鍵", 5), "鍵鍵…鍵鍵");
    }
}
