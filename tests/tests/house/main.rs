//! What holds for the house as a whole: its walls, its registries, its words, its documents, and what it is made of.

mod absences;
mod docs;
mod registry;
mod sans_io;
mod supply;
mod words;
