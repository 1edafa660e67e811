//! What an attacker's computation of a logarithm tells: its method or failure, how far it came, what it found.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a solver says of its method or its failure: a value of its own, of which the lab knows no more than that it has a
/// kind. The texts `method` and `failure` of that kind tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its kind.
    pub kind: String,
    /// What else there is to it.
    #[serde(flatten)]
    pub values: Map<String, Value>,
}

impl Account {
    /// A kind alone.
    pub fn plain(kind: &str) -> Self {
        Self { kind: kind.to_owned(), values: Map::new() }
    }

    /// A value with a member `kind`; of a value without one, nothing but that it has none.
    pub fn of(value: &impl Serialize) -> Self {
        let told = serde_json::to_value(value).and_then(serde_json::from_value);
        told.unwrap_or_else(|_| Self::plain("unknown"))
    }
}

/// The unit of what is tried one by one until it fits.
pub const TRIES: &str = "tries";

/// How far a computation came in the phase that it was in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Name of the phase; absent where none had begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phase: Option<String>,
    /// Units done.
    pub done: u64,
    /// Units in all, 0 where unknown.
    pub total: u64,
    /// What is counted, by the name of its texts `unit` and `amount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// g^x = y modulo p, in hexadecimal. It tells nothing that p, g and y, which travel in clear, do not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equation {
    /// The modulus.
    pub p: String,
    /// The generator.
    pub g: String,
    /// The public value.
    pub y: String,
    /// The logarithm.
    pub x: String,
}
