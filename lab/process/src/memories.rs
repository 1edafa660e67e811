//! What a process keeps for the sessions of a campaign, by the campaign's name.

use lab::{control::Place, memory::Memory};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Most campaigns of which something is kept; the oldest is forgotten for a new one.
const MOST: usize = 256;

/// Things by name, the oldest first.
pub struct Memories<T>(Mutex<VecDeque<(String, Arc<T>)>>);

impl<T> Default for Memories<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Memories<T> {
    /// What is kept under a name.
    pub fn find(&self, name: &str) -> Option<Arc<T>> {
        self.all().iter().find(|(known, _)| known == name).map(|(_, it)| Arc::clone(it))
    }

    /// Keeps something in the place of what had its name.
    pub fn keep(&self, name: &str, it: Arc<T>) {
        self.forget(name);
        let mut all = self.all();
        if all.len() == MOST {
            all.pop_front();
        }
        all.push_back((name.to_owned(), it));
    }

    /// Forgets what has this name.
    pub fn forget(&self, name: &str) {
        self.all().retain(|(known, _)| known != name);
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<(String, Arc<T>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Memories<T> {
    /// What is kept at this place of a campaign: something new in the first session; nothing outside of campaigns.
    ///
    /// # Errors
    /// It is a later session, and the process knows of no earlier one; or nothing new can be made.
    pub fn at(&self, place: Option<&Place>, new: impl FnOnce() -> Result<T, String>) -> Result<Option<Arc<T>>, String> {
        let Some(Place { campaign, number, of, .. }) = place else { return Ok(None) };
        let it = match number {
            1 => Arc::new(new()?),
            _ => self.find(campaign).ok_or_else(|| format!("place: knows nothing of session {}", number - 1))?,
        };
        if number < of {
            self.keep(campaign, Arc::clone(&it));
        } else {
            self.forget(campaign);
        }
        Ok(Some(it))
    }
}

impl Memories<Memory> {
    /// What a victim remembers at this place of a campaign.
    ///
    /// # Errors
    /// It is a later session, and the process knows of no earlier one.
    pub fn of(&self, place: Option<&Place>) -> Result<Option<Arc<Memory>>, String> {
        self.at(place, || Ok(Memory::default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(campaign: &str, number: u32) -> Option<Place> {
        Some(Place { campaign: campaign.to_owned(), number, of: 3, at_once: false })
    }

    #[test]
    fn a_memory_lasts_for_its_campaign_and_no_longer() {
        let memories: Memories<Memory> = Memories::default();
        let at = |campaign, number| memories.of(place(campaign, number).as_ref());
        assert!(memories.of(None).is_ok_and(|none| none.is_none()));
        assert!(at("a", 2).err().is_some_and(|why| why.contains("session 1")), "the process was started anew");
        let first = at("a", 1).unwrap().unwrap();
        let other = at("b", 1).unwrap().unwrap();
        assert!(!Arc::ptr_eq(&first, &other));
        for number in [2, 3] {
            assert!(Arc::ptr_eq(&first, &at("a", number).unwrap().unwrap()));
        }
        assert!(at("a", 3).is_err(), "it is over");
        assert!(!Arc::ptr_eq(&other, &at("b", 1).unwrap().unwrap()), "a first session remembers nothing");
    }

    #[test]
    fn the_oldest_is_forgotten_for_a_new_one() {
        let memories: Memories<u8> = Memories::default();
        (0..=MOST).for_each(|i| memories.keep(&i.to_string(), Arc::new(0)));
        assert!(memories.find("0").is_none() && memories.find("1").is_some());
        assert!(memories.find(&MOST.to_string()).is_some());
    }
}
