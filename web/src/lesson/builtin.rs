//! The lessons that come with the program.

use super::file::{Fault, Lesson};

/// Their names and texts, the shortest first.
const ALL: [(&str, &str); 3] = [
    ("ten-minutes", include_str!("ten-minutes.json")),
    ("forty-five-minutes", include_str!("forty-five-minutes.json")),
    ("half-day", include_str!("half-day.json")),
];

/// Their names.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.into_iter().map(|(name, _)| name)
}

/// The lesson of a name; nothing where there is none.
pub fn find(name: &str) -> Option<Result<Lesson, Fault>> {
    ALL.into_iter().find(|(known, _)| *known == name).map(|(_, text)| Lesson::read(text))
}
