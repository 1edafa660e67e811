//! The kinds of parameters that a mode is deployed with.

use crate::group::{Group, own::Own};
use std::collections::BTreeMap;

/// The parameter that says how many bits the prime of a variant's own group has.
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
}

impl Variant {
    /// Bits of the prime of the server's own group, where it is made to measure: those asked for, or the usual ones.
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
#[derive(Clone, Copy, Debug)]
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
