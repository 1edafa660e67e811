//! Scenarios: mode, attack and switched checks in one line of text.
//!
//! ```text
//! scenario = mode "/" attack *switch
//! mode     = id [":" variant] *("," name "=" number)
//! attack   = id [":" variant]
//! switch   = ("~" / "+") check
//! ```
//!
//! `ecdh-cert/substitute~transcript-signature` switches a check off, `dh-weak:short,bits=64/crack+group-size` one on.

use crate::{refusal::Refusal, refused};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// The longest scenario that is parsed, in bytes.
const LONGEST: usize = 512;

/// A mode or an attack as a scenario names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selection {
    /// Registry id.
    pub id: String,
    /// Variant, where the id has variants.
    pub variant: Option<String>,
    /// Numeric parameters, by name.
    pub parameters: BTreeMap<String, u64>,
}

impl Selection {
    /// The bare id, without variant and parameters.
    pub fn plain(id: &str) -> Self {
        Self { id: id.to_owned(), variant: None, parameters: BTreeMap::new() }
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        if let Some(variant) = &self.variant {
            write!(f, ":{variant}")?;
        }
        self.parameters.iter().try_for_each(|(name, value)| write!(f, ",{name}={value}"))
    }
}

impl FromStr for Selection {
    type Err = ScenarioError;

    fn from_str(text: &str) -> Result<Self, ScenarioError> {
        let mut parts = text.split(',');
        let (id, variant) = match parts.next().unwrap_or_default().split_once(':') {
            Some((id, variant)) => (word("id", id)?, Some(word("variant", variant)?)),
            None => (word("id", text.split(',').next().unwrap_or_default())?, None),
        };
        let mut parameters = BTreeMap::new();
        for part in parts {
            let (name, value) =
                part.split_once('=').ok_or_else(|| ScenarioError::NotParameter { got: part.to_owned() })?;
            let value = value.parse().map_err(|_| ScenarioError::NotParameter { got: part.to_owned() })?;
            if parameters.insert(word("parameter", name)?, value).is_some() {
                return Err(ScenarioError::Twice { name: name.to_owned() });
            }
        }
        Ok(Self { id, variant, parameters })
    }
}

/// Mode, attack and the checks switched off or on.
///
/// Parsing settles the grammar only; whether the ids exist is for the registries to say.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scenario {
    /// The key exchange.
    pub mode: Selection,
    /// What the attacker does.
    pub attack: Selection,
    /// Checks switched off, in alphabetical order.
    pub without: Vec<String>,
    /// Checks switched on, in alphabetical order.
    pub with: Vec<String>,
}

impl Scenario {
    /// The same scenario with `check` switched off: the counterfactual of a session that it stopped.
    pub fn lacking(&self, check: &str) -> Self {
        let mut other = self.clone();
        other.with.retain(|on| on != check);
        if other.without.iter().all(|off| off != check) {
            other.without.push(check.to_owned());
            other.without.sort();
        }
        other
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.mode, self.attack)?;
        self.without.iter().try_for_each(|check| write!(f, "~{check}"))?;
        self.with.iter().try_for_each(|check| write!(f, "+{check}"))
    }
}

impl FromStr for Scenario {
    type Err = ScenarioError;

    fn from_str(text: &str) -> Result<Self, ScenarioError> {
        if text.len() > LONGEST {
            return Err(ScenarioError::TooLong { octets: text.len(), most: LONGEST });
        }
        let (mode, rest) = text.split_once('/').ok_or(ScenarioError::NoAttack)?;
        let end = rest.find(['~', '+']).unwrap_or(rest.len());
        let (attack, mut switches) = rest.split_at(end);
        let (mut without, mut with) = (Vec::new(), Vec::new());
        while let Some(sign) = switches.chars().next() {
            let tail = &switches[1..];
            let end = tail.find(['~', '+']).unwrap_or(tail.len());
            let check = word("check", &tail[..end])?;
            if without.contains(&check) || with.contains(&check) {
                return Err(ScenarioError::Twice { name: check });
            }
            if sign == '~' {
                without.push(check)
            } else {
                with.push(check)
            }
            switches = &tail[end..];
        }
        without.sort();
        with.sort();
        Ok(Self { mode: mode.parse()?, attack: attack.parse()?, without, with })
    }
}

/// As its line of text.
macro_rules! serde_as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(|error: ScenarioError| Refusal::from(&error).in_reader())
            }
        }
    };
}

serde_as_text!(Selection);
serde_as_text!(Scenario);

/// Why a line of text is no scenario.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum ScenarioError {
    /// No slash.
    NoAttack,
    /// A word that is empty or has characters other than a–z, 0–9 and '-'.
    Word {
        /// Which part of the scenario.
        field: &'static str,
        /// What stood there.
        got: String,
    },
    /// A parameter that is not NAME=NUMBER.
    NotParameter {
        /// What stood there.
        got: String,
    },
    /// The same check or parameter twice.
    Twice {
        /// Which.
        name: String,
    },
    /// Longer than any scenario.
    TooLong {
        /// Its octets.
        octets: usize,
        /// How many it may have.
        most: usize,
    },
}

impl From<&ScenarioError> for Refusal {
    fn from(error: &ScenarioError) -> Self {
        Self::of(error)
    }
}

refused!(ScenarioError);

fn word(field: &'static str, text: &str) -> Result<String, ScenarioError> {
    let good = !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if good { Ok(text.to_owned()) } else { Err(ScenarioError::Word { field, got: text.chars().take(64).collect() }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_survives_the_round_trip() {
        for text in [
            "dh/relay",
            "ecdh-cert/substitute~transcript-signature",
            "dh-weak:short,bits=64/crack+group-known+group-size",
            "dh/inject-public:zero~public-range",
            "ecdh-cert/forge-name~cert-name~transcript-signature",
        ] {
            assert_eq!(text.parse::<Scenario>().map(|s| s.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn switches_are_put_in_order() {
        let scenario: Result<Scenario, _> = "dh/relay~record-order~record-auth".parse();
        assert_eq!(scenario.map(|s| s.to_string()), Ok("dh/relay~record-auth~record-order".to_owned()));
    }

    #[test]
    fn each_fault_is_named() {
        let fault = |text: &str| text.parse::<Scenario>().err();
        assert_eq!(fault("dh"), Some(ScenarioError::NoAttack));
        assert_eq!(fault("DH/relay"), Some(ScenarioError::Word { field: "id", got: "DH".into() }));
        assert_eq!(fault("dh/"), Some(ScenarioError::Word { field: "id", got: String::new() }));
        assert_eq!(fault("dh/relay~"), Some(ScenarioError::Word { field: "check", got: String::new() }));
        assert_eq!(fault("dh/relay~a+a"), Some(ScenarioError::Twice { name: "a".into() }));
        assert_eq!(fault("dh-weak,bits=x/crack"), Some(ScenarioError::NotParameter { got: "bits=x".into() }));
        assert_eq!(
            fault(&format!("dh/{}", "a".repeat(600))),
            Some(ScenarioError::TooLong { octets: 603, most: LONGEST })
        );
    }

    #[test]
    fn lacking_switches_one_check_off_and_drops_its_plus() {
        let scenario: Scenario = "dh-weak:short/crack+group-size".parse().expect("a scenario");
        assert_eq!(scenario.lacking("group-size").to_string(), "dh-weak:short/crack~group-size");
    }
}
