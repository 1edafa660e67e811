//! An explanation beside the published computations.

use super::group;
use crate::{
    cli::Failure,
    cracking::{Published, broken},
};
use cryptanalysis::Explanation;
use serde_json::{Value, json};
use std::fmt;

/// What is said of one group.
pub(super) struct Told {
    pub(super) explanation: Explanation,
    /// The published computation of this very prime.
    this_prime: Option<&'static Published>,
    /// The least prime of no special form for which one is published that is no shorter than this one.
    this_size: Option<&'static Published>,
}

impl Told {
    pub(super) fn new(explanation: Explanation) -> Self {
        let (this_prime, this_size) = broken(explanation.bits, explanation.known.as_deref());
        Self { explanation, this_prime, this_size }
    }

    /// The explanation with the records.
    pub(super) fn document(&self) -> Result<Value, Failure> {
        let mut document = serde_json::to_value(&self.explanation).map_err(|error| Failure::Lab(error.to_string()))?;
        if let Some(members) = document.as_object_mut() {
            let records = json!({ "this_prime": self.this_prime, "this_size": self.this_size });
            members.insert("records".to_owned(), records);
        }
        Ok(document)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.explanation.to_string();
        let (before, advice) = text.rsplit_once('\n').unwrap_or(("", &text));
        writeln!(f, "{before}")?;
        let record = self.this_prime.or(self.this_size).map_or_else(|| json!({}), |record| json!(record));
        let name = match (self.this_prime, self.this_size) {
            (Some(_), _) => "this-prime",
            (None, Some(_)) => "this-size",
            (None, None) => "none",
        };
        writeln!(f, "{}", group(name, &record))?;
        f.write_str(advice)
    }
}
