//! The log: one line a message on standard error.

use std::fmt::Display;

/// Writes one line in the name of `who`. Control characters of what came from outside are shown, not obeyed.
pub fn line(who: &str, message: &(impl Display + ?Sized)) {
    anstream::eprintln!("{who}: {}", printable(&message.to_string()));
}

/// The text with its control characters escaped, so that no byte of a session can steer a terminal.
pub fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn a_terminal_is_not_steered_by_what_it_shows() {
        assert_eq!(printable("a\u{1b}[2Jb\rc\u{9b}d"), "a\\u{1b}[2Jb\\rc\\u{9b}d");
        assert_eq!(printable("schön – 鍵"), "schön – 鍵");
    }
}
