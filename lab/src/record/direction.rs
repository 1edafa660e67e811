//! One direction of the record layer: its key, and how far it has counted.

use super::key::RecordKey;
use crate::algebra::real::fingerprint;

/// A direction and the keys that it has had.
pub(super) struct Direction {
    /// The key in use.
    pub(super) key: RecordKey,
    /// Its fingerprint.
    pub(super) name: String,
    /// Number of the next record. Numbers run on from one key to the next.
    pub(super) count: u64,
    /// Each key that was installed, by its fingerprint, with the number of the first record under it.
    had: Vec<(String, u64)>,
}

impl Direction {
    /// A direction under its first key; `None` where that has not 32 octets.
    pub(super) fn new(octets: &[u8]) -> Option<Self> {
        let (key, name) = (RecordKey::new(octets)?, fingerprint(octets));
        Some(Self { key, had: vec![(name.clone(), 0)], name, count: 0 })
    }

    /// The number of the first record under this key, if it was installed before.
    pub(super) fn began(&self, name: &str) -> Option<u64> {
        self.had.iter().find(|(had, _)| had == name).map(|(_, number)| *number)
    }

    /// Goes on under another key. One that was installed before begins where it began.
    pub(super) fn install(&mut self, key: RecordKey, name: &str) {
        match self.began(name) {
            Some(number) => self.count = number,
            None => self.had.push((name.to_owned(), self.count)),
        }
        (self.key, self.name) = (key, name.to_owned());
    }

    /// Keys that were installed after the first.
    pub(super) fn installed(&self) -> usize {
        self.had.len() - 1
    }
}
