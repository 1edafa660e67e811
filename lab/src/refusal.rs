//! Why something that was asked for is refused, as data: what is to be done about it is told in the language of whoever asked.

use crate::words::{self, Language};
use serde::{Serialize, de};
use serde_json::{Value, json};
use std::fmt;

/// A refusal: its member `is` names the text `refused` that tells it, the others fill that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Refusal(Value);

impl Refusal {
    /// A refusal of this name; `members` is an object.
    pub fn new(name: &str, mut members: Value) -> Self {
        members["is"] = json!(name);
        Self(members)
    }

    /// A value that has a name of its own.
    pub fn of(value: &impl Serialize) -> Self {
        Self(serde_json::to_value(value).unwrap_or_default())
    }

    /// What a reader of documents fails with, which has only text for it: whoever shows that finds the refusal in it again.
    pub fn in_reader<E: de::Error>(self) -> E {
        E::custom(self.0)
    }

    /// The refusal that a reader of documents failed with, if it is [one of ours](Self::in_reader).
    pub fn from_reader(said: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(said).ok()?;
        value.get("is")?.as_str()?;
        Some(Self(value))
    }

    /// In a language's words.
    pub fn told(&self, language: &Language) -> String {
        language.say("refused", &self.0).unwrap_or_default()
    }
}

/// In the language that this process speaks.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::told_as("refused", &self.0))
    }
}

impl std::error::Error for Refusal {}

/// An error that people are told as the [`Refusal`] that its value is.
#[macro_export]
macro_rules! refused {
    ($type:ty) => {
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&$crate::refusal::Refusal::from(self), f)
            }
        }

        impl std::error::Error for $type {}
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{GERMAN, english};

    #[test]
    fn a_refusal_is_told_in_the_language_of_whoever_asked() {
        let refusal = Refusal::new("busy", json!({ "most": 7 }));
        let german = Language::parse(GERMAN).unwrap();
        assert_eq!(refusal.told(english()), refusal.to_string());
        assert!(refusal.told(english()).starts_with("at most 7 sessions may wait"));
        assert!(refusal.told(&german).starts_with("höchstens 7 Sitzungen"));
    }

    #[test]
    fn a_reader_hands_a_refusal_on_as_it_is() {
        let refusal = Refusal::new("busy", json!({ "most": 7 }));
        let said = refusal.clone().in_reader::<serde_json::Error>().to_string();
        assert_eq!(Refusal::from_reader(&said), Some(refusal));
        for other in ["", "expected value", "7", r#"{"most":7}"#, r#"{"is":7}"#, r#"["is"]"#] {
            assert_eq!(Refusal::from_reader(other), None, "{other}");
        }
    }
}
