//! Teaching: lessons as they are written ([`mod@file`]) and come with the program ([`builtin`]), the class that follows one
//! ([`class`]), tasks that the lab checks by itself ([`challenge`]), and who has solved them ([`students`]).

pub mod builtin;
pub mod challenge;
pub mod class;
pub mod file;
mod rehearsal;
pub mod students;
pub mod text;
pub mod victims;
pub mod view;
mod votes;

pub use class::Class;
pub use file::{Fault, Lesson};
pub use text::Text;
