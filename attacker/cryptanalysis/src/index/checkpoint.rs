//! Where the linear algebra was when it was stopped.

use std::sync::Mutex;

/// The last saved state of an iteration, in words that only it understands, with what it belongs to.
#[derive(Debug, Default)]
pub(crate) struct Checkpoint(Mutex<Option<Saved>>);

/// One state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    /// How many relations the system was made of.
    pub(super) relations: usize,
    /// Of the system: another one does not go on from here.
    pub(super) fingerprint: u64,
    pub(super) words: Vec<u64>,
}

impl Checkpoint {
    pub(super) fn with(saved: Option<Saved>) -> Self {
        Self(Mutex::new(saved))
    }

    pub(super) fn get(&self) -> Option<Saved> {
        self.0.lock().ok()?.clone()
    }

    /// How many relations the saved state was made of.
    pub(super) fn relations(&self) -> Option<usize> {
        self.0.lock().ok()?.as_ref().map(|saved| saved.relations)
    }

    /// A system of so many relations is solved next: a state of another one is forgotten.
    pub(super) fn begin(&self, relations: usize) {
        let Ok(mut saved) = self.0.lock() else { return };
        if saved.as_ref().is_none_or(|saved| saved.relations != relations) {
            *saved = Some(Saved { relations, fingerprint: 0, words: Vec::new() });
        }
    }

    pub(super) fn keep(&self, fingerprint: u64, words: Vec<u64>) {
        let Ok(mut saved) = self.0.lock() else { return };
        let relations = saved.as_ref().map_or(0, |saved| saved.relations);
        *saved = Some(Saved { relations, fingerprint, words });
    }

    /// The state of the system with this fingerprint.
    pub(super) fn find(&self, fingerprint: u64) -> Option<Vec<u64>> {
        let saved = self.0.lock().ok()?;
        saved.as_ref().filter(|saved| saved.fingerprint == fingerprint).map(|saved| saved.words.clone())
    }

    /// Nothing is left to go on with.
    pub(super) fn clear(&self) {
        if let Ok(mut saved) = self.0.lock() {
            *saved = None;
        }
    }
}
