//! What a lesson says, in one language or in several.

use lab::{refusal::Refusal, words::TONGUES};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor},
};
use serde_json::json;
use std::{collections::BTreeMap, fmt};

/// The longest text, in octets.
const LONGEST: usize = 4000;

/// A text: the same for everybody, or one for each language by its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Text {
    /// For everybody.
    One(String),
    /// By the code of the language.
    Each(BTreeMap<String, String>),
}

impl Text {
    /// The text in a language, or in the first that there is.
    pub fn in_tongue(&self, code: &str) -> &str {
        match self {
            Self::One(text) => text,
            Self::Each(texts) => {
                texts.get(code).or_else(|| texts.get("en")).or(texts.values().next()).map_or("", |it| it)
            }
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("texts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        fit(text).map(Text::One)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        let mut texts = BTreeMap::new();
        while let Some((code, text)) = map.next_entry::<String, String>()? {
            if !TONGUES.iter().any(|tongue| tongue.code == code) {
                let known: Vec<&str> = TONGUES.iter().map(|tongue| tongue.code).collect();
                return Err(Refusal::new("other-name", json!({ "expected": known, "got": code })).in_reader());
            }
            if texts.insert(code.clone(), fit(&text)?).is_some() {
                return Err(Refusal::new("text-twice", json!({ "language": code })).in_reader());
            }
        }
        if texts.is_empty() {
            return Err(Refusal::new("no-language", json!({})).in_reader());
        }
        Ok(Text::Each(texts))
    }
}

fn fit<E: Error>(text: &str) -> Result<String, E> {
    if text.trim().is_empty() {
        return Err(Refusal::new("no-text", json!({})).in_reader());
    }
    if text.len() > LONGEST {
        return Err(Refusal::new("long-text", json!({ "most": LONGEST, "got": text.len() })).in_reader());
    }
    Ok(text.to_owned())
}
