//! Teaching: lessons as they are written ([`mod@file`]) and come with the program ([`builtin`]), the class that follows one
//! ([`class`]), and tasks that the lab checks by itself ([`challenge`]).

pub mod builtin;
pub mod challenge;
pub mod class;
pub mod file;
mod rehearsal;
pub mod text;
pub mod view;
mod votes;

pub use class::Class;
pub use file::{Fault, Lesson};
pub use text::Text;
