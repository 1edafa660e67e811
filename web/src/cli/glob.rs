//! Patterns as a shell has them.

/// The text is like the pattern: `*` any characters, `?` one.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[t] => {
                p += 1;
                t += 1;
            }
            _ => {
                // Let the last star take one character more.
                let Some((at, taken)) = star else { return false };
                star = Some((at, taken + 1));
                p = at + 1;
                t = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_pattern_matches_as_in_a_shell() {
        for (pattern, text, like) in [
            ("*", "dh/relay", true),
            ("dh/*", "dh/relay", true),
            ("dh/*", "ecdh/relay", false),
            ("*/relay", "dh/relay", true),
            ("*dh*/sub*~*", "ecdh-cert/substitute~finished", true),
            ("d?/relay", "dh/relay", true),
            ("dh", "dh/relay", false),
            ("*a*b", "aabab", true),
            ("*a*b", "aaba", false),
        ] {
            assert_eq!(matches(pattern, text), like, "{pattern} and {text}");
        }
    }
}
