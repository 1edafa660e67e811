//! Handshake bodies: one JSON object, read strictly.
//!
//! UTF-8, no key twice, no key that the message does not have, byte strings in base64url without padding and with their
//! unused bits zero: a value has one encoding, so that what was hashed is what was meant.

use crate::misfit::{Given, Json, Misfit, Need};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, error::Category};
use std::{cell::RefCell, fmt};

/// Longest name or id, in octets.
const LONGEST_WORD: usize = 64;

/// What a body as a whole is called where it is at fault.
const BODY: &str = "body";

/// Reads a body as an object in which no key stands twice, at any depth.
///
/// # Errors
/// Another text, with the reader's position.
pub fn parse(body: &[u8]) -> Result<Map<String, Value>, Misfit> {
    let text = std::str::from_utf8(body)
        .map_err(|fault| Misfit::new(BODY, Need::Utf8, Given::At { octet: fault.valid_up_to() }))?;
    let repeated = RefCell::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict(&repeated).deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    let value = value.map_err(|fault| match repeated.take() {
        Some(key) => Misfit::new(key, Need::Once, Given::Twice),
        None => Misfit::new(BODY, Need::Body, broken(&fault)),
    })?;
    match value {
        Value::Object(map) => Ok(map),
        other => Err(Misfit::new(BODY, Need::Json { json: Json::Object }, Given::Json { json: Json::of(&other) })),
    }
}

/// Where a text is no JSON.
fn broken(fault: &serde_json::Error) -> Given {
    let (line, column) = (fault.line(), fault.column());
    match fault.classify() {
        Category::Eof => Given::Ends { line, column },
        _ if fault.to_string().starts_with("recursion limit") => Given::TooDeep { line, column },
        _ => Given::Breaks { line, column },
    }
}

/// Reads a body that has these fields and no others.
///
/// # Errors
/// As [`parse`], and a missing or an unknown field.
pub fn parse_fields(body: &[u8], names: &[&str]) -> Result<Map<String, Value>, Misfit> {
    let map = parse(body)?;
    if let Some(unknown) = map.keys().find(|key| !names.contains(&key.as_str())) {
        let unknown: String = unknown.chars().take(64).collect();
        return Err(Misfit::new(unknown, Need::NoSuchField, Given::One));
    }
    match names.iter().find(|name| !map.contains_key(**name)) {
        Some(missing) => Err(self::missing(missing)),
        None => Ok(map),
    }
}

/// A field that is not there.
pub(crate) fn missing(field: &str) -> Misfit {
    Misfit::new(field, Need::ThisField, Given::Nothing)
}

/// The correlation id in a first flight, by which a process finds its part; `None` where there is none.
pub fn correlation(body: &[u8]) -> Option<String> {
    word("session", parse(body).ok()?.get("session")?).ok()
}

/// Bytes as a JSON string.
pub fn encode(bytes: &[u8]) -> Value {
    Value::String(URL_SAFE_NO_PAD.encode(bytes))
}

/// Bytes from a JSON string.
///
/// # Errors
/// No string, or not base64url in its one form.
pub fn decode(field: &str, value: &Value) -> Result<Vec<u8>, Misfit> {
    let text = text(field, value)?;
    URL_SAFE_NO_PAD.decode(text).map_err(|fault| Misfit::new(field, Need::Base64url, Given::text(&fault.to_string())))
}

/// A JSON string.
///
/// # Errors
/// Anything else.
pub fn text<'v>(field: &str, value: &'v Value) -> Result<&'v str, Misfit> {
    value.as_str().ok_or_else(|| of_kind(field, Json::String, value))
}

/// A value of another kind than is needed.
pub(crate) fn of_kind(field: &str, json: Json, value: &Value) -> Misfit {
    Misfit::new(field, Need::Json { json }, Given::Json { json: Json::of(value) })
}

/// A name or id: what can stand in a line, a path or an address without a second look.
///
/// # Errors
/// No string, an empty or a long one, or other characters than letters, digits, `-`, `.` and `_`.
pub fn word(field: &str, value: &Value) -> Result<String, Misfit> {
    let text = text(field, value)?;
    let good = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    if text.is_empty() || text.len() > LONGEST_WORD || !text.bytes().all(good) {
        let got = Given::Word { text: text.chars().take(LONGEST_WORD).collect() };
        return Err(Misfit::new(field, Need::Word { most: LONGEST_WORD }, got));
    }
    Ok(text.to_owned())
}

/// Deserializes any JSON value and refuses a key that stands twice in its object, which is left here then.
#[derive(Clone, Copy)]
struct Strict<'r>(&'r RefCell<Option<String>>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_u64<E: de::Error>(self, it: u64) -> Result<Value, E> {
        Ok(Value::Number(it.into()))
    }

    fn visit_i64<E: de::Error>(self, it: i64) -> Result<Value, E> {
        Ok(Value::Number(it.into()))
    }

    fn visit_f64<E: de::Error>(self, it: f64) -> Result<Value, E> {
        Number::from_f64(it).map(Value::Number).ok_or_else(|| E::custom("out of range"))
    }

    fn visit_str<E: de::Error>(self, it: &str) -> Result<Value, E> {
        Ok(Value::String(it.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self)?;
            if map.contains_key(&key) {
                self.0.replace(Some(key.chars().take(64).collect()));
                return Err(de::Error::custom("repeated"));
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_names_its_field() {
        let fault = |body: &[u8]| parse_fields(body, &["share", "random"]).unwrap_err().to_string();
        assert_eq!(fault(br#"{"share":1}"#), "random: expected this field, got none");
        assert_eq!(
            fault(br#"{"share":1,"random":2,"extra":3}"#),
            "extra: expected no such field in this message, got one"
        );
        assert_eq!(fault(br#"{"share":1,"share":2,"random":3}"#), "share: expected this field once, got it twice");
        assert_eq!(fault(br#"{"random":{"a":1,"a":2},"share":0}"#), "a: expected this field once, got it twice");
        assert_eq!(fault(b"[]"), "body: expected an object, got an array");
        assert_eq!(fault(b"{\"share\":\"\xff\"}"), "body: expected UTF-8, got octet 10");
        for (body, got) in [
            (&b"{} {}"[..], "something else in line 1, character 4"),
            (b"{\"share\":}", "something else in line 1, character 10"),
            (b"{\"share\":\n1", "its end in line 2, character 1"),
            (&[b'['; 100_000], "one nested too deep in line 1, character 128"),
        ] {
            assert_eq!(fault(body), format!("body: expected one strict JSON object, got {got}"));
        }
    }

    #[test]
    fn a_session_is_named_by_a_word() {
        let named = |text: &str| correlation(format!("{{\"session\":{text}}}").as_bytes());
        assert_eq!(named("\"A-z.0_9\""), Some("A-z.0_9".to_owned()));
        for other in ["\"\"", "\"a b\"", "\"../a\"", "\"\\u001b[2J\"", "\"\\u202ea\"", "\"é\"", "1", "null"] {
            assert_eq!(named(other), None, "{other}");
        }
        assert_eq!(named(&format!("\"{}\"", "x".repeat(64))), Some("x".repeat(64)));
        assert_eq!(named(&format!("\"{}\"", "x".repeat(65))), None);
    }

    #[test]
    fn objects_and_arrays_nest_127_deep() {
        let nested = |depth: usize| format!("{{\"a\":{}0{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
        assert!(parse(nested(127).as_bytes()).is_ok());
        assert!(
            parse(nested(128).as_bytes())
                .unwrap_err()
                .to_string()
                .starts_with("body: expected one strict JSON object, got one nested too deep")
        );
    }

    #[test]
    fn bytes_have_one_encoding() {
        let ok = |text: &str| decode("share", &Value::String(text.to_owned()));
        assert_eq!(ok("-_8"), Ok(vec![0xfb, 0xff]));
        for other in ["-_8=", "+/8", "-_9", "-_8 ", "-_\n8", "A"] {
            assert!(ok(other).is_err(), "{other:?} has to be refused");
        }
    }
}
