//! What long walks leave behind: their distinguished points, with which the same search goes on another time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// How a distinguished point was reached: it is target^herd · g^distance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trail {
    pub(crate) distance: u128,
    pub(crate) herd: u128,
}

/// The distinguished points of one search.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Search {
    /// Steps made so far.
    pub(crate) steps: u64,
    /// By the lowest word of the point.
    pub(crate) trails: HashMap<u64, Trail>,
}

impl Search {
    /// The points in the order of their tags.
    pub(crate) fn sorted(&self) -> Vec<(u64, Trail)> {
        let mut trails: Vec<_> = self.trails.iter().map(|(tag, trail)| (*tag, *trail)).collect();
        trails.sort_unstable_by_key(|(tag, _)| *tag);
        trails
    }
}

/// One search, shared by its threads and by whoever saves it meanwhile.
pub(crate) type Shared = Arc<Mutex<Search>>;

/// Searches that have not ended, by what they search. Shared by threads; kept in the file of a precomputation.
#[derive(Debug, Default)]
pub struct Walks(Mutex<Vec<(u128, Shared)>>);

impl Walks {
    /// Searches of so many targets are kept, the latest.
    const MOST: usize = 64;

    /// The search with this name, begun if there is none.
    pub(crate) fn search(&self, name: u128) -> Shared {
        let Ok(mut searches) = self.0.lock() else { return Shared::default() };
        if let Some((_, search)) = searches.iter().find(|(known, _)| *known == name) {
            return search.clone();
        }
        if searches.len() >= Self::MOST {
            searches.remove(0);
        }
        let search = Shared::default();
        searches.push((name, search.clone()));
        search
    }

    /// A search that has ended.
    pub(crate) fn forget(&self, name: u128) {
        if let Ok(mut searches) = self.0.lock() {
            searches.retain(|(known, _)| *known != name);
        }
    }

    /// Every search, the oldest first.
    pub(crate) fn all(&self) -> Vec<(u128, Shared)> {
        self.0.lock().map(|searches| searches.clone()).unwrap_or_default()
    }

    /// Takes in what another process found.
    pub(crate) fn absorb(&self, other: &Self) {
        for (name, theirs) in other.all() {
            let own = self.search(name);
            if Arc::ptr_eq(&own, &theirs) {
                continue;
            }
            let (Ok(mut own), Ok(theirs)) = (own.lock(), theirs.lock()) else { continue };
            own.steps = own.steps.max(theirs.steps);
            for (tag, trail) in &theirs.trails {
                own.trails.entry(*tag).or_insert(*trail);
            }
        }
    }

    /// Steps of all searches together.
    pub fn steps(&self) -> u64 {
        self.all().iter().filter_map(|(_, search)| Some(search.lock().ok()?.steps)).sum()
    }
}
