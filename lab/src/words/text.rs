//! The file of a language.
//!
//! One text a line: what it is for, a colon, the text. What it is for begins with a family and a name, and goes on with
//! conditions on members of the value that is told (`event check status=failed`); `member=null` holds where it is absent. Of
//! several texts of one name the first whose conditions all hold is taken. In a text
//!
//! - `{member}` is the member's value: text as it is, a list with commas, a value with a name of its own in its own words;
//! - `{member|key}` is changed on the way: `key` leaves the first four characters of a fingerprint, `octets` counts what
//!   base64url stands for, `seconds` those of milliseconds, `date` is the time of unix seconds, `word` is the language's word
//!   for it, of a list as `and` joins them, `or unknown` that word where there is nothing, `and` and `either` join a list with that word or with `or` instead of commas,
//!   `count message messages` counts, a list too, in singular and plural (`+` stands for a space in them);
//! - `{member|in FAMILY}` is the member in the words of another family, and `{member|in FAMILY NAME}` in those of this name;
//! - `[…]` is there only if all members in it, but for those in brackets of their own, are there and not empty; one in the
//!   words of another family is empty where that family says nothing of it.
//!
//! Texts of a program's [help](super::HELP) are taken as they are.
//!
//! Empty lines and lines that begin with `#` are comments.

use super::{HELP, date::date};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A language: texts by family and name, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Language {
    texts: BTreeMap<String, Vec<Text>>,
}

/// What is wrong with a file of texts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}")]
pub struct Mistake {
    /// Number of the line, from 1.
    pub line: usize,
    /// What should stand there.
    pub expected: &'static str,
}

/// The members by which a value says what it is.
const NAMES: [&str; 5] = ["type", "is", "kind", "fact", "of"];

#[derive(Clone, Debug, PartialEq, Eq)]
struct Text {
    conditions: Vec<(String, String)>,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Plain(String),
    Gap { member: String, manner: Manner },
    Optional(Vec<Part>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Manner {
    AsItIs,
    Key,
    Octets,
    Seconds,
    Date,
    Word,
    Or { word: String },
    And,
    Either,
    Count { one: String, many: String },
    In { family: String, name: Option<String> },
}

impl Language {
    /// Reads a file of texts.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(file: &str) -> Result<Self, Mistake> {
        let mut texts: BTreeMap<String, Vec<Text>> = BTreeMap::new();
        for (line, content) in (1..).zip(file.lines()) {
            if content.trim().is_empty() || content.starts_with('#') {
                continue;
            }
            let mistake = |expected| Mistake { line, expected };
            let (what, text) = content.split_once(": ").ok_or(mistake("what the text is for, a colon, the text"))?;
            let mut words = what.split(' ');
            let (Some(family), Some(name)) = (words.next(), words.next()) else {
                return Err(mistake("a family and a name before the colon"));
            };
            let conditions = words
                .map(|word| word.split_once('=').map(|(member, value)| (member.to_owned(), value.to_owned())))
                .collect::<Option<Vec<_>>>()
                .ok_or(mistake("member=value after the name"))?;
            let key = format!("{family} {name}");
            let known = texts.entry(key).or_default();
            if known.iter().any(|text| text.conditions.is_empty() || text.conditions == conditions) {
                return Err(mistake("a case that no text before it covers"));
            }
            let mut rest = text;
            let parts = match HELP.contains(&family) {
                true => vec![Part::Plain(text.to_owned())],
                false => parts(&mut rest, false).map_err(mistake)?,
            };
            known.push(Text { conditions, parts });
        }
        Ok(Self { texts })
    }

    /// The value in words: the first of these members that it has names the text. Nothing where the language has no text for it.
    pub fn say(&self, family: &str, value: &Value) -> Option<String> {
        let members = value.as_object()?;
        let name = NAMES.iter().find_map(|tag| members.get(*tag))?.as_str()?;
        self.name(family, name, members)
    }

    /// What the text for a value wants of it, and does not find there.
    pub fn lacks(&self, family: &str, value: &Value) -> Vec<String> {
        let members = value.as_object();
        let name = members.and_then(|members| NAMES.iter().find_map(|tag| members.get(*tag))?.as_str());
        let Some((members, name)) = members.zip(name) else { return vec!["a name".to_owned()] };
        let Some(text) = self.text(family, name, members) else { return vec![format!("a text of {family} {name}")] };
        let wanted = text.parts.iter().filter_map(|part| match part {
            Part::Gap { member, .. } if !members.contains_key(member) => Some(member.clone()),
            Part::Gap { .. } | Part::Plain(_) | Part::Optional(_) => None,
        });
        wanted.collect()
    }

    /// The text of this family and name, filled from these members.
    pub fn name(&self, family: &str, name: &str, members: &Map<String, Value>) -> Option<String> {
        let text = self.text(family, name, members)?;
        Some(self.fill(&text.parts, members).unwrap_or_default())
    }

    /// The first text of this family and name whose conditions these members meet.
    fn text(&self, family: &str, name: &str, members: &Map<String, Value>) -> Option<&Text> {
        let texts = self.texts.get(&format!("{family} {name}"))?;
        let holds = |(member, wanted): &(String, String)| match members.get(member) {
            None | Some(Value::Null) => wanted == "null",
            Some(value) => plain(value) == *wanted,
        };
        texts.iter().find(|text| text.conditions.iter().all(holds))
    }

    /// What the language has for a term in this family, where nothing is to be filled in; the term itself where it has
    /// nothing.
    pub fn term(&self, family: &str, term: &str) -> String {
        self.name(family, term, &Map::new()).unwrap_or_else(|| term.to_owned())
    }

    /// Nothing, if a member is missing or empty.
    fn fill(&self, parts: &[Part], members: &Map<String, Value>) -> Option<String> {
        let mut said = String::new();
        let mut complete = true;
        for part in parts {
            match part {
                Part::Plain(text) => said.push_str(text),
                Part::Optional(parts) => {
                    let inner = self.complete(parts, members).then(|| self.fill(parts, members)).flatten();
                    said.push_str(&inner.unwrap_or_default());
                }
                Part::Gap { member, manner } => match members.get(member) {
                    Some(value) => said.push_str(&self.show(value, manner)),
                    None => complete = false,
                },
            }
        }
        (complete || !said.is_empty()).then_some(said)
    }

    /// Every gap of these parts has something to be filled with.
    fn complete(&self, parts: &[Part], members: &Map<String, Value>) -> bool {
        parts.iter().all(|part| match part {
            Part::Gap { member, manner } => members.get(member).is_some_and(|value| {
                !is_empty(value) && (!matches!(manner, Manner::In { .. }) || !self.show(value, manner).is_empty())
            }),
            Part::Plain(_) | Part::Optional(_) => true,
        })
    }

    fn show(&self, value: &Value, manner: &Manner) -> String {
        match (manner, value) {
            (Manner::Or { word }, _) if is_empty(value) => self.term("word", word),
            (Manner::Count { .. }, Value::Array(list)) => self.show(&list.len().into(), manner),
            (_, Value::Array(list)) => {
                let between = match manner {
                    Manner::And | Manner::Word => format!(" {} ", self.term("word", "and")),
                    Manner::Either => format!(" {} ", self.term("word", "or")),
                    _ => ", ".to_owned(),
                };
                list.iter().map(|item| self.show(item, manner)).collect::<Vec<_>>().join(&between)
            }
            (Manner::In { family, name: None }, Value::Object(_)) => self.say(family, value).unwrap_or_default(),
            (Manner::In { family, name: Some(name) }, Value::Object(members)) => {
                self.name(family, name, members).unwrap_or_default()
            }
            (Manner::In { family, .. }, _) => self.term(family, &plain(value)),
            (Manner::AsItIs | Manner::And | Manner::Either | Manner::Or { .. }, Value::Object(members)) => {
                // A value with a name of its own; a changed field is called by its field.
                let own = self.say("value", value);
                own.or_else(|| members.get("field").map(plain)).unwrap_or_else(|| plain(value))
            }
            (Manner::AsItIs | Manner::And | Manner::Either | Manner::Or { .. }, _) => plain(value),
            (Manner::Key, _) => plain(value).chars().take(4).collect(),
            (Manner::Octets, _) => (plain(value).len() * 3 / 4).to_string(),
            (Manner::Seconds, _) => (value.as_f64().unwrap_or_default() / 1000.0).to_string(),
            (Manner::Date, _) => value.as_i64().map(date).unwrap_or_default(),
            (Manner::Word, _) => self.term("word", &plain(value)),
            (Manner::Count { one, many }, _) => {
                let number = plain(value);
                let noun = if number == "1" { one } else { many };
                format!("{number} {noun}")
            }
        }
    }
}

fn parts(rest: &mut &str, inside: bool) -> Result<Vec<Part>, &'static str> {
    let mut parts = Vec::new();
    loop {
        let end = rest.find(['{', '[', ']']).unwrap_or(rest.len());
        let (text, after) = rest.split_at(end);
        if !text.is_empty() {
            parts.push(Part::Plain(text.to_owned()));
        }
        *rest = after.get(1..).unwrap_or_default();
        match after.as_bytes().first() {
            None if inside => return Err("a bracket that closes"),
            None => return Ok(parts),
            Some(b'[') => parts.push(Part::Optional(self::parts(rest, true)?)),
            Some(b']') if inside => return Ok(parts),
            Some(b']') => return Err("a bracket that opens"),
            Some(_) => {
                let (gap, after) = rest.split_once('}').ok_or("a brace that closes")?;
                *rest = after;
                parts.push(self::gap(gap)?);
            }
        }
    }
}

fn gap(text: &str) -> Result<Part, &'static str> {
    let (member, manner) = text.split_once('|').unwrap_or((text, ""));
    let manner = match manner.split(' ').collect::<Vec<_>>()[..] {
        [""] => Manner::AsItIs,
        ["key"] => Manner::Key,
        ["octets"] => Manner::Octets,
        ["seconds"] => Manner::Seconds,
        ["date"] => Manner::Date,
        ["word"] => Manner::Word,
        ["or", word] => Manner::Or { word: word.to_owned() },
        ["and"] => Manner::And,
        ["either"] => Manner::Either,
        ["count", one, many] => Manner::Count { one: one.replace('+', " "), many: many.replace('+', " ") },
        ["in", family] => Manner::In { family: family.to_owned(), name: None },
        ["in", family, name] => Manner::In { family: family.to_owned(), name: Some(name.to_owned()) },
        _ => {
            return Err(
                "key, octets, seconds, date, word, or WORD, and, either, count ONE MANY, or in FAMILY [NAME] after the bar",
            );
        }
    };
    Ok(Part::Gap { member: member.to_owned(), manner })
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_choose_and_brackets_leave_out() {
        let file = "# a comment\n\nevent check status=passed: {check} passes\nevent check: {check} is {status|word}[, {why}]\n\
                    word failed: broken\n\
                    event far: far[, at {phase}[, {done}[ {unit}] done]]\nevent sent: {n|count message messages} to {to}\nvalue bits: {n} bits\n";
        let language = Language::parse(file).unwrap();
        for (value, said) in [
            (json!({"type": "check", "check": "a", "status": "passed"}), Some("a passes")),
            (json!({"type": "check", "check": "a", "status": "failed"}), Some("a is broken")),
            (json!({"type": "check", "check": "a", "status": "odd", "why": ""}), Some("a is odd")),
            (json!({"type": "check", "check": ["a", "b"], "status": "odd", "why": "x"}), Some("a, b is odd, x")),
            (json!({"type": "sent", "n": 1, "to": {"is": "bits", "n": 3}}), Some("1 message to 3 bits")),
            (json!({"type": "sent", "n": 0, "to": "x"}), Some("0 messages to x")),
            (json!({"type": "far", "done": 3}), Some("far")),
            (json!({"type": "far", "phase": "x", "unit": "y"}), Some("far, at x")),
            (json!({"type": "far", "phase": "x", "done": 3}), Some("far, at x, 3 done")),
            (json!({"type": "far", "phase": "x", "done": 3, "unit": "y"}), Some("far, at x, 3 y done")),
            (json!({"type": "other"}), None),
            (json!("text"), None),
        ] {
            assert_eq!(language.say("event", &value).as_deref(), said, "{value}");
        }
    }

    #[test]
    fn a_mistake_names_its_line() {
        for (file, line) in [
            ("event a text", 1),
            ("event: text", 1),
            ("\nevent a b: text", 2),
            ("event a: {open", 1),
            ("event a: [open", 1),
            ("event a: closed]", 1),
            ("event a b=1: x\nevent a: y\nevent a: z", 3),
            ("event a b=1: x\nevent a b=1: y", 2),
            ("event a: {x|loud}", 1),
        ] {
            assert_eq!(Language::parse(file).unwrap_err().line, line, "{file:?}");
        }
    }
}
