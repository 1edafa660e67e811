//! What a victim says, and how much of it its events may tell.
//!
//! The canary in a message is its sender's secret until the attacker publishes it. So an event never tells it: the
//! sender leaves out what it knows to be secret, the reader everything from where a secret can begin.

use crate::{evidence::hex, role::Role, supply::Malformed};

/// What stands in an event where something secret stood.
const HIDDEN: &str = "[…]";

/// Longest phrase, in octets: with the canary behind it, it has to fit into one record.
const LONGEST_PHRASE: usize = 16_000;

/// So many hexadecimal digits in a row may be a part of a canary.
const SUSPICIOUS: usize = 8;

/// What the client, and the server, says after its canary: words that must not be cut off. They are no secret, and longer
/// than the usual canary, so that they would open it to anybody if both were sealed alike.
pub const LAST_WORDS: [&str; 2] = [
    "…but only after you have called me back, on the number that you know.",
    "…and this statement is complete: there are no other transactions to report.",
];

/// One message of a victim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Message {
    /// The text that travels.
    pub(super) text: String,
    /// The text without its secret.
    pub(super) told: String,
}

/// The canary, whose random part nobody else knows, and the words that follow it.
pub(super) fn script(role: Role, phrase: &str, token: &[u8; 16]) -> Result<Vec<Message>, Malformed> {
    if phrase.len() > LONGEST_PHRASE {
        return Err(Malformed { field: "phrase", expected: "at most 16000 octets" });
    }
    let canary = Message { text: format!("{phrase} [{}]", hex(token)), told: format!("{phrase} {HIDDEN}") };
    let last_words = LAST_WORDS[usize::from(role == Role::Server)].to_owned();
    Ok(vec![canary, Message { told: last_words.clone(), text: last_words }])
}

/// What a reader may tell of a message: its text up to the first bracket or run of hexadecimal digits. Octets that are not
/// UTF-8 are replaced.
pub(super) fn heard(message: &[u8]) -> String {
    let text = String::from_utf8_lossy(message);
    let mut digits = 0;
    for (at, char) in text.char_indices() {
        digits = if char.is_ascii_hexdigit() { digits + 1 } else { 0 };
        let secret = match char {
            '[' => at,
            _ if digits == SUSPICIOUS => at + 1 - SUSPICIOUS,
            _ => continue,
        };
        return format!("{}{HIDDEN}", &text[..secret]);
    }
    text.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_sender_nor_reader_tells_the_canary() {
        let token = [0xab; 16];
        for phrase in ["Pay 100 to Carol", "", "Pay [100] to Carol", "ünï […] \u{1f511}"] {
            let [canary, last] = script(Role::Client, phrase, &token).unwrap().try_into().unwrap();
            assert!(canary.text.contains(&hex(&token)));
            for told in [&canary.told, &heard(canary.text.as_bytes())] {
                assert!(!told.contains("abab"), "{told}");
            }
            assert_eq!(canary.told, format!("{phrase} […]"));
            assert_eq!((&last.told, heard(last.text.as_bytes())), (&last.text, last.text.clone()));
        }
    }

    #[test]
    fn a_reader_tells_what_was_altered_before_the_secret_and_nothing_of_the_secret() {
        let token = [0x5c; 16];
        let message = script(Role::Client, "Pay 100 to Carol", &token).unwrap().remove(0).text;
        assert_eq!(heard(message.as_bytes()), "Pay 100 to Carol […]");
        // Each bit of it flipped in turn, as an attacker can where records are not authenticated.
        for bit in 0..8 * message.len() {
            let mut altered = message.clone().into_bytes();
            altered[bit / 8] ^= 1 << (bit % 8);
            let told = heard(&altered);
            assert!(!told.contains("5c5c5c5c"), "bit {bit}: {told}");
            if bit / 8 == 4 {
                assert!(
                    told.starts_with("Pay ") && told.ends_with("00 to Carol […]") && !told.contains("100"),
                    "{told}"
                );
            }
        }
    }

    #[test]
    fn a_run_of_digits_is_hidden_from_its_beginning_and_a_shorter_one_is_not() {
        for (text, told) in
            [("5c5c5c5", "5c5c5c5"), ("5c5c5c5c", HIDDEN), ("to 5c5c5c5c5c", "to […]"), ("5c5c 5c5c", "5c5c 5c5c")]
        {
            assert_eq!(heard(text.as_bytes()), told);
        }
    }

    #[test]
    fn a_phrase_that_no_record_holds_is_refused() {
        assert!(script(Role::Server, &"x".repeat(LONGEST_PHRASE + 1), &[0; 16]).is_err());
    }
}
