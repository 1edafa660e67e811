//! The names of sessions that nobody ordered: each is what its first flight calls it, and no two have one name.

use std::collections::{HashSet, VecDeque};

/// Names that are remembered: sessions that are further apart may share one.
const REMEMBERED: usize = 4096;

/// The names that were given.
#[derive(Debug, Default)]
pub(crate) struct Names {
    given: HashSet<String>,
    order: VecDeque<String>,
}

impl Names {
    /// The word itself, or the first of `word.2`, `word.3`, … that is free.
    pub(crate) fn give(&mut self, word: &str) -> String {
        let numbered = (2_u32..).map(|number| format!("{word}.{number}"));
        let mut free = std::iter::once(word.to_owned()).chain(numbered).filter(|name| !self.given.contains(name));
        let name = free.next().unwrap_or_default();
        drop(free);
        if self.order.len() == REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.given.remove(&oldest);
        }
        self.given.insert(name.clone());
        self.order.push_back(name.clone());
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_sessions_have_one_name() {
        let mut names = Names::default();
        for (word, name) in [("a", "a"), ("a", "a.2"), ("b", "b"), ("a.2", "a.2.2"), ("a", "a.3"), ("a.3", "a.3.2")] {
            assert_eq!(names.give(word), name);
        }
    }

    #[test]
    fn memory_is_bounded_and_the_latest_are_remembered() {
        let mut names = Names::default();
        for number in 0..3 * REMEMBERED {
            names.give(&number.to_string());
        }
        assert_eq!((names.given.len(), names.order.len()), (REMEMBERED, REMEMBERED));
        let last = (3 * REMEMBERED - 1).to_string();
        assert_eq!(names.give(&last), format!("{last}.2"));
    }
}
