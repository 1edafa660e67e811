//! The kinds of parameters that a mode is deployed with.

use super::Mode;
use crate::group::{Group, own::Own};
use serde::Serialize;
use std::collections::BTreeMap;

/// The parameter that says how many bits the modulus has that is a variant's own: the prime of its group, or what is encrypted
/// modulo.
pub const SIZE: &str = "bits";

/// One of several kinds of parameters that a mode is deployed with.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Its id, after the colon.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// Numeric parameters that it takes.
    pub parameters: &'static [Parameter],
    /// The server's own group, where it has one; the size of a prime made to measure is the parameter [`SIZE`].
    pub group: Option<Own>,
    /// The secret that both know beforehand is a word that a person chose, where it is otherwise random.
    pub word: bool,
    /// The mode's table as this variant plays it, where it is another one.
    pub table: Option<&'static Mode>,
    /// It goes without saying: a scenario that means it names the mode alone.
    pub unsaid: bool,
}

impl Variant {
    /// A variant that takes no parameters and changes nothing.
    pub const fn new(id: &'static str, title: &'static str) -> Self {
        Self { id, title, parameters: &[], group: None, word: false, table: None, unsaid: false }
    }

    /// The same with these parameters.
    pub const fn taking(self, parameters: &'static [Parameter]) -> Self {
        Self { parameters, ..self }
    }

    /// The same with a group of the server's own.
    pub const fn in_group(self, own: Own) -> Self {
        Self { group: Some(own), ..self }
    }

    /// The same with a word for a secret.
    pub const fn with_a_word(self) -> Self {
        Self { word: true, ..self }
    }

    /// The same with a table of its own.
    pub const fn playing(self, table: &'static Mode) -> Self {
        Self { table: Some(table), ..self }
    }

    /// The same where it goes without saying.
    pub const fn unsaid(self) -> Self {
        Self { unsaid: true, ..self }
    }

    /// Bits of the modulus of the server's own, where it is made to measure: those asked for, or the usual ones.
    pub fn size(&self, asked: &BTreeMap<String, u64>) -> Option<u64> {
        let usual = self.parameters.iter().find(|parameter| parameter.name == SIZE)?.default;
        Some(asked.get(SIZE).copied().unwrap_or(usual))
    }

    /// The server's own group, of the size that is asked for.
    pub fn own_group(&self, asked: &BTreeMap<String, u64>) -> Option<Group> {
        self.group?.group(self.size(asked))
    }
}

/// A numeric parameter of a variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Least value.
    pub min: u64,
    /// Greatest value.
    pub max: u64,
    /// Value where none is given.
    pub default: u64,
}
