//! Words as people choose them for a password, which is why they can be found.
//!
//! Lists of leaked passwords show a few thousand words with a few endings again and again (Bonneau, "The science of
//! guessing", 2012; RFC 9257 section 4.2 on what a weak shared secret costs). This is a small list of that kind: whoever
//! picks from it has eleven bits of secret, and whoever tries it has all of it in a moment.

/// The words, one a line.
const WORDS: &str = include_str!("passwords.txt");

/// What people add, because they were asked for a digit or a sign.
const ENDINGS: [&str; 8] = ["", "1", "12", "123", "2024", "2025", "!", "?"];

/// Every password of the list, the likeliest first.
pub fn all() -> impl Iterator<Item = String> {
    ENDINGS
        .iter()
        .flat_map(|ending| WORDS.lines().flat_map(move |word| [format!("{word}{ending}"), capital(word, ending)]))
}

/// One of them, by chance: the same for the same octets.
pub(crate) fn pick(drawn: &[u8; 32]) -> String {
    let [first, second, ..] = *drawn;
    let at = usize::from(u16::from_be_bytes([first, second])) % all().count();
    all().nth(at).unwrap_or_default()
}

fn capital(word: &str, ending: &str) -> String {
    let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
    format!("{}{rest}{ending}", first.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_password_stands_once_and_can_be_picked() {
        let all: Vec<String> = all().collect();
        let different: BTreeSet<&String> = all.iter().collect();
        assert_eq!((all.len(), different.len()), (2048, 2048));
        assert!(all.iter().all(|it| it.is_ascii() && (4..=16).contains(&it.len())), "{all:?}");
        let picked = |octets: [u8; 2]| {
            let mut drawn = [0; 32];
            drawn[..2].copy_from_slice(&octets);
            pick(&drawn)
        };
        assert_eq!(picked([0, 0]), all[0]);
        assert_eq!(picked([7, 0xff]), all[2047]);
        assert_ne!(picked([1, 2]), picked([2, 1]));
    }
}
