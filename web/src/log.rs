//! The log: one line a message on standard error.

use lab::terminal::printable;
use std::fmt::Display;

/// Writes one line in the name of `who`. Control characters of what came from outside are shown, not obeyed.
pub fn line(who: &str, message: &(impl Display + ?Sized)) {
    anstream::eprintln!("{who}: {}", printable(&message.to_string()));
}
