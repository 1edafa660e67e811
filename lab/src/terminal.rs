//! Text from outside, made fit to be shown on a terminal.

/// The text with every character escaped that could steer a terminal, turn the order in which a line is read, break the
/// line, or be there without being seen: `\u{202e}`. What a person can see stays as it is.
pub fn printable(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if is_plain(character) {
            shown.push(character);
        } else {
            shown.extend(character.escape_default());
        }
        shown
    })
}

/// Whether a character does nothing but show itself.
pub fn is_plain(character: char) -> bool {
    !steers(character) && !is_unseen(character)
}

/// Control characters (C0, DEL and C1: general category Cc), separators of lines and paragraphs (Zl, Zp), and what changes
/// the direction of text (Bidi_Control in Unicode's PropList.txt).
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// Default_Ignorable_Code_Point in Unicode's DerivedCoreProperties.txt, the interlinear annotations, and U+2800, which is a
/// blank to the eye.
fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_not_steered_by_what_it_shows() {
        assert_eq!(printable("a\u{1b}[2Jb\rc\u{9b}d\n\u{7f}"), "a\\u{1b}[2Jb\\rc\\u{9b}d\\n\\u{7f}");
        for code in (0..0x20).chain(0x7f..0xa0) {
            let character = char::from_u32(code).unwrap();
            assert!(!printable(&character.to_string()).contains(character), "U+{code:04X}");
        }
    }

    /// A sample of each kind: directions, separators, what joins and what fills, tags and selectors.
    #[test]
    fn nothing_is_there_unseen_and_nothing_turns_a_line_around() {
        for code in [
            0x61c, 0x200e, 0x200f, 0x202a, 0x202d, 0x202e, 0x2066, 0x2069, 0x2028, 0x2029, 0xad, 0x34f, 0x115f, 0x1160,
            0x17b4, 0x180b, 0x180e, 0x200b, 0x200d, 0x2060, 0x2064, 0x206f, 0x2800, 0x3164, 0xfe0f, 0xfeff, 0xffa0,
            0xfff9, 0x1d173, 0xe0001, 0xe0020, 0xe007f, 0xe0100,
        ] {
            let text = format!("a{}b", char::from_u32(code).unwrap());
            assert_eq!(printable(&text), format!("a\\u{{{code:x}}}b"));
        }
    }

    #[test]
    fn what_can_be_seen_stays() {
        let text = "schön – 鍵 → ✓ “Pay 100”…  עברית русский 한글 \u{301}";
        assert_eq!(printable(text), text);
    }
}
