//! What is wrong with a table, as data: where, and what.

use crate::refusal::Refusal;
use serde::Serialize;
use serde_json::{Value, json};

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The mode's id.
    pub mode: &'static str,
    /// Where.
    pub place: Place,
    /// What is wrong there, as the texts `amiss` tell it.
    pub what: Value,
}

/// A place in a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Place {
    /// Among what parties are given.
    Given,
    /// In a message.
    Message {
        /// The message, from 1.
        number: usize,
        /// Its kind.
        kind: &'static str,
        /// The field, where it is one.
        field: Option<&'static str>,
        /// The step, where it is one.
        step: Option<String>,
    },
    /// At the end of the handshake.
    End,
    /// In a variant.
    Variant {
        /// Its id.
        variant: &'static str,
    },
}

impl From<&Fault> for Refusal {
    fn from(fault: &Fault) -> Self {
        let Fault { mode, place, what } = fault;
        Self::new("table", json!({ "mode": mode, "place": place, "what": what }))
    }
}

crate::refused!(Fault);

/// What is wrong, by the name of the text that tells it, with what fills that.
pub(super) fn amiss(name: &str, mut members: Value) -> Value {
    members["is"] = json!(name);
    members
}
