//! Strings as they are compared: what RFC 5280 section 7.1 demands, the preparation of RFC 4518 (StringPrep) for
//! caseIgnoreMatch. Characters that the standard prohibits stay as they are and equal themselves.

use unicode_normalization::UnicodeNormalization as _;

use super::characters::Characters;

/// Mapped, normalised to NFKC, without regard to case, each run of spaces one and none at the ends (sections 2.2, 2.3
/// and 2.6.1).
pub(super) fn prepared(characters: Characters<'_>) -> impl Iterator<Item = char> {
    let ascii = characters.is_ascii();
    let mapped = characters.filter_map(mapped as fn(char) -> Option<char>);
    let folded = if ascii {
        Folded::Ascii(mapped.map(|c| c.to_ascii_lowercase()))
    } else {
        Folded::Any(mapped.nfkc().flat_map(folded))
    };
    Spaced { characters: folded, waiting: None, started: false }
}

/// ASCII is in NFKC already, and each of its letters has one other.
enum Folded<A, B> {
    Ascii(A),
    Any(B),
}

impl<A: Iterator<Item = char>, B: Iterator<Item = char>> Iterator for Folded<A, B> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self {
            Self::Ascii(characters) => characters.next(),
            Self::Any(characters) => characters.next(),
        }
    }
}

/// Section 2.2: what separates is a space; what cannot be seen is nothing.
fn mapped(c: char) -> Option<char> {
    match c {
        '!'..='~' => Some(c),
        '\t'..='\r'
        | ' '
        | '\u{85}'
        | '\u{a0}'
        | '\u{1680}'
        | '\u{2000}'..='\u{200a}'
        | '\u{2028}'..='\u{2029}'
        | '\u{202f}'
        | '\u{205f}'
        | '\u{3000}' => Some(' '),
        '\0'..='\u{1f}'
        | '\u{7f}'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{6dd}'
        | '\u{70f}'
        | '\u{1806}'
        | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffc}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0001}'
        | '\u{e0020}'..='\u{e007f}' => None,
        _ => Some(c),
    }
}

/// Case folding where it differs from lower case (RFC 3454 table B.2): sharp s, final sigma.
fn folded(c: char) -> impl Iterator<Item = char> {
    let (c, second) = match c {
        'ß' | 'ẞ' => ('s', Some('s')),
        'ς' => ('σ', None),
        _ => (c, None),
    };
    c.to_lowercase().chain(second)
}

/// Section 2.6.1.
struct Spaced<I> {
    characters: I,
    /// The character after a space that has just been given out.
    waiting: Option<char>,
    started: bool,
}

impl<I: Iterator<Item = char>> Iterator for Spaced<I> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        if let Some(c) = self.waiting.take() {
            return Some(c);
        }
        let mut space = false;
        loop {
            let c = self.characters.next()?;
            if c == ' ' {
                space = self.started;
                continue;
            }
            self.started = true;
            if space {
                self.waiting = Some(c);
                return Some(' ');
            }
            return Some(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> String {
        prepared(Characters::Text(text.chars())).collect()
    }

    /// RFC 4518 sections 2.2, 2.3 and 2.6.1.
    #[test]
    fn strings() {
        for (text, expected) in [
            ("Evil Corp", "evil corp"),
            ("  Evil \t  Corp ", "evil corp"),
            ("", ""),
            ("  ", ""),
            ("E\u{301}vil", "évil"),
            ("Évil", "évil"),
            ("Evil\u{200b} Co\u{ad}rp\0", "evil corp"),
            ("Evil\u{a0}\u{3000}Corp", "evil corp"),
            ("Ｅｖｉｌ", "evil"),
            ("ﬁne", "fine"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("ΟΔΟΣ", "οδοσ"),
            ("οδος", "οδοσ"),
        ] {
            assert_eq!(of(text), expected, "{text:?}");
        }
    }

    /// ASCII takes a shorter way to the same place.
    #[test]
    fn both_ways_agree() {
        for text in ["A  b", "\u{1} x\ty ", "O'Neil & Sons, Inc."] {
            let long: Vec<u8> = text.chars().flat_map(|c| [0, c as u8]).collect();
            let two: String = prepared(Characters::Two(long.chunks_exact(2))).collect();
            assert_eq!(two, of(text), "{text:?}");
        }
    }
}
