//! What a lesson says, in one language or in several.

use lab::words::TONGUES;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, Visitor},
};
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
        f.write_str("text, or an object with a text for each language")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        fit(text).map(Text::One)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text, A::Error> {
        let mut texts = BTreeMap::new();
        while let Some((code, text)) = map.next_entry::<String, String>()? {
            if !TONGUES.iter().any(|tongue| tongue.code == code) {
                let known: Vec<&str> = TONGUES.iter().map(|tongue| tongue.code).collect();
                return Err(A::Error::custom(format!("expected a language out of {}, got {code:?}", known.join(", "))));
            }
            if texts.insert(code.clone(), fit(&text)?).is_some() {
                return Err(A::Error::custom(format!("expected one text in {code:?}, got two")));
            }
        }
        if texts.is_empty() {
            return Err(A::Error::custom("expected a text in at least one language, got none"));
        }
        Ok(Text::Each(texts))
    }
}

fn fit<E: Error>(text: &str) -> Result<String, E> {
    if text.trim().is_empty() {
        return Err(E::custom("expected a text, got nothing"));
    }
    if text.len() > LONGEST {
        return Err(E::custom(format!("expected at most {LONGEST} octets, got {}", text.len())));
    }
    Ok(text.to_owned())
}
