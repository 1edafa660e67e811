//! Mailboxes, as rfc822Name and SmtpUTF8Mailbox carry them: `Local-part@Domain` of RFC 5321 section 4.1.2.

use std::borrow::Cow;

use super::{der, host::dns_syntax};

/// 1.3.6.1.5.5.7.8.9, id-on-SmtpUTF8Mailbox (RFC 9598 section 3).
pub(super) const SMTP_UTF8: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x09];

/// A mailbox that was read whole. Address literals for a domain are not among them: no constraint can be applied to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mailbox<'a> {
    /// The local part as it is meant, without quotes: `"\a.b"` and `a.b` are one.
    local: Cow<'a, str>,
    /// A host in preferred name syntax.
    pub(super) host: &'a str,
}

impl<'a> Mailbox<'a> {
    /// An rfc822Name: ASCII, quoted or a dot-string, without comments and display names (RFC 5280 section 4.2.1.6).
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        text.is_ascii().then(|| Self::parse_utf8(text)).flatten()
    }

    /// The same with any character beyond ASCII in the local part (RFC 6531 section 3.3).
    fn parse_utf8(text: &'a str) -> Option<Self> {
        let (local, host) = match text.strip_prefix('"') {
            Some(rest) => {
                let (local, rest) = unquote(rest)?;
                (Cow::Owned(local), rest.strip_prefix('@')?)
            }
            None => {
                let (local, host) = text.split_once('@')?;
                local.split('.').all(is_atom).then_some((Cow::Borrowed(local), host))?
            }
        };
        (!host.contains('*') && dns_syntax(host).is_ok()).then_some(Self { local, host })
    }

    /// The value of an otherName of type [`SMTP_UTF8`]: a UTF8String under an explicit tag [0].
    pub(super) fn smtp_utf8(value: &'a [u8]) -> Option<Self> {
        let (value, rest) = der::split(value)?;
        match (value.first(), der::children(value)?.as_slice(), rest) {
            (Some(0xa0), &[(0x0c, text)], []) => Self::parse_utf8(std::str::from_utf8(text).ok()?),
            _ => None,
        }
    }

    /// RFC 5280 section 7.5: the local part exactly, the host without regard to case.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.local == other.local && self.host.eq_ignore_ascii_case(other.host)
    }
}

/// The content of a Quoted-string, and what follows the closing quote.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut local = String::new();
    let mut characters = text.char_indices();
    loop {
        match characters.next()? {
            (at, '"') => return Some((local, &text[at + 1..])),
            (_, '\\') => match characters.next()? {
                (_, quoted @ ' '..='~') => local.push(quoted),
                _ => return None,
            },
            (_, c) if matches!(c, ' '..='~') || !c.is_ascii() => local.push(c),
            _ => return None,
        }
    }
}

fn is_atom(text: &str) -> bool {
    let atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii();
    !text.is_empty() && text.chars().all(atext)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The grammar of RFC 5321 section 4.1.2, and the examples of RFC 3696 section 3 as its erratum 246 has them.
    #[test]
    fn grammar() {
        for (text, local) in [
            ("a@example.com", "a"),
            ("a.b+c@EXAMPLE.com", "a.b+c"),
            ("*@example.com", "*"),
            ("!def!xyz%abc@example.com", "!def!xyz%abc"),
            (r#""a"@example.com"#, "a"),
            (r#""Abc@def"@example.com"#, "Abc@def"),
            (r#""Abc\@def"@example.com"#, "Abc@def"),
            (r#""Joe\\Blow"@example.com"#, r"Joe\Blow"),
            (r#""a b"@example.com"#, "a b"),
        ] {
            assert_eq!(
                Mailbox::parse(text).map(|mailbox| mailbox.local.into_owned()).as_deref(),
                Some(local),
                "{text}"
            );
        }
        for text in [
            "",
            "@",
            "example.com",
            "@example.com",
            "a@",
            "a@b@example.com",
            "a@example.com.",
            "a@example.com ",
            " a@example.com",
            "a b@example.com",
            "a@exa mple.com",
            "a..b@example.com",
            ".a@example.com",
            "a.@example.com",
            "a@.example.com",
            "a@*.example.com",
            "a@192.0.2.1",
            "a@[192.0.2.1]",
            "A <a@example.com>",
            "a(comment)@example.com",
            "a@example.com\0",
            "a\0@example.com",
            "\"a@example.com",
            "\"a\"b@example.com",
            "\"a\\\"@example.com",
            "é@example.com",
        ] {
            assert_eq!(Mailbox::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn internationalised() {
        let value = |text: &str| {
            let length = u8::try_from(text.len()).unwrap();
            [&[0xa0, length + 2, 0x0c, length], text.as_bytes()].concat()
        };
        let parsed = |text: &str| Mailbox::smtp_utf8(&value(text)).map(|mailbox| mailbox.host.to_owned());
        assert_eq!(parsed("é@example.com").as_deref(), Some("example.com"));
        assert_eq!(parsed("\"é @\"@example.com").as_deref(), Some("example.com"));
        // Domains are in A-labels (RFC 9598 section 3).
        assert_eq!(parsed("é@é.example"), None);
        assert_eq!(parsed("é@a@example.com"), None);
        assert_eq!(Mailbox::smtp_utf8(&value("é@example.com")[2..]), None);
        assert_eq!(Mailbox::smtp_utf8(&[value("é@example.com"), vec![5, 0]].concat()), None);
    }

    #[test]
    fn equality() {
        let same = |a, b| Mailbox::parse(a).unwrap().same(&Mailbox::parse(b).unwrap());
        assert!(same("a@example.com", "a@EXAMPLE.com"));
        assert!(same("a@example.com", "\"\\a\"@example.com"));
        assert!(!same("a@example.com", "A@example.com"));
    }
}
