//! Numbers as people paste them: decimal, or hexadecimal in the forms that openssl, ssh-keygen and programs print.

use lab::refusal::Refusal;
use num_bigint::BigUint;
use serde_json::json;

/// Longer texts are refused before they are read: no modulus here has a tenth of it.
const LONGEST: usize = 1 << 16;

/// A number without a sign. What separates digits does not count: blanks, line breaks (also after a backslash, as `bc`
/// breaks its lines), underscores, and the colons of openssl. Digits alone are decimal; hexadecimal is what begins with 0x,
/// has colons between its pairs, or has a letter among its digits.
///
/// # Errors
/// What was expected, and what stands there.
pub(super) fn number(text: &str) -> Result<BigUint, Refusal> {
    let refused = |got| Refusal::new("number", json!({ "got": got }));
    if text.len() > LONGEST {
        return Err(refused(json!({ "is": "characters", "count": text.len() })));
    }
    let text = text.trim();
    let bare = text.strip_prefix('+').unwrap_or(text);
    let prefixed = bare.strip_prefix("0x").or_else(|| bare.strip_prefix("0X"));
    let in_pairs = bare.contains(':');
    let separates = |c: char| c.is_ascii_whitespace() || matches!(c, ':' | '_' | '\\');
    let digits: String = prefixed.unwrap_or(bare).chars().filter(|c| !separates(*c)).collect();
    if digits.is_empty() {
        return Err(refused(json!({ "is": "text", "text": text.escape_debug().to_string() })));
    }
    if let Some(stranger) = digits.chars().find(|c| !c.is_ascii_hexdigit()) {
        return Err(refused(json!({ "is": "stranger", "text": stranger.escape_debug().to_string() })));
    }
    let hexadecimal = prefixed.is_some() || in_pairs || digits.chars().any(|c| !c.is_ascii_digit());
    BigUint::parse_bytes(digits.as_bytes(), if hexadecimal { 16 } else { 10 })
        .ok_or_else(|| refused(json!({ "is": "digits", "count": digits.len() })))
}

/// Numbers with commas between them.
///
/// # Errors
/// As [`number`].
pub(super) fn numbers(text: &str) -> Result<Vec<BigUint>, Refusal> {
    text.split(',').map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<u64> {
        number(text).ok().map(|n| n.try_into().unwrap())
    }

    #[test]
    fn what_programs_print_is_read() {
        for text in
            ["4660", "+4660", "0x1234", "0X1234", "12:34", "00:12:34", "    00:12:\n    34\n", "4_660", "46\\\n60"]
        {
            assert_eq!(read(text), Some(4660), "{text:?}");
        }
        for text in ["1f", "1F", "0x1f", "00:1f", "1:f", "0x00:1f", "0x1F\r\n"] {
            assert_eq!(read(text), Some(31), "{text:?}");
        }
        assert_eq!(read("10"), Some(10), "digits alone are decimal");
        assert_eq!(read("00:10"), Some(16), "pairs are hexadecimal");
        assert_eq!(numbers("2, 0x3,5").unwrap(), [2u32, 3, 5].map(BigUint::from));
    }

    #[test]
    fn what_is_none_is_refused_with_what_stood_there() {
        for (text, told) in [
            ("", "got \"\""),
            ("0x", "got \"0x\""),
            (":", "got \":\""),
            ("-5", "'-'"),
            ("12g", "'g'"),
            ("1\0", "'\\0'"),
            ("1.5", "'.'"),
            ("0x0x1", "'x'"),
            ("１２", "'１'"),
        ] {
            assert!(number(text).is_err_and(|why| why.to_string().contains(told)), "{text:?}: {:?}", number(text));
        }
        assert!(number(&"9".repeat(LONGEST + 1)).is_err_and(|why| why.to_string().contains("65537 characters")));
        assert!(number(&"9".repeat(30_103)).is_ok_and(|n| n.bits() > 100_000), "what it is good for is asked later");
        assert!(numbers("3,,5").is_err());
    }
}
