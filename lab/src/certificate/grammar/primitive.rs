//! The one canonical content of each primitive type (X.690 sections 8, 10 and 11), and what RFC 5280 leaves of the types
//! of time.

use time::{Date, Month};

use crate::certificate::reason::Form;

/// What a BIT STRING is.
#[derive(Clone, Copy)]
pub(super) enum Bits {
    /// Any number of bits.
    Any,
    /// Whole octets.
    Whole,
    /// Named bits, at least so many of them set. Zeros at the end, which X.690 section 11.2.2 leaves out, mean nothing,
    /// and authorities that everybody trusts write them.
    Named { least: u32 },
}

impl Bits {
    pub(super) fn expected(self) -> Form {
        match self {
            Self::Any | Self::Named { least: 0 } => Form::Bits,
            Self::Whole => Form::WholeOctets,
            Self::Named { .. } => Form::NamedBits,
        }
    }

    pub(super) fn admits(self, content: &[u8]) -> bool {
        let [unused, octets @ ..] = content else { return false };
        let last = octets.last().copied().unwrap_or(0);
        let padded = *unused < 8 && u16::from(last) & ((1 << unused) - 1) == 0 && (*unused == 0 || !octets.is_empty());
        padded
            && match self {
                Self::Any => true,
                Self::Whole => *unused == 0,
                Self::Named { least } => octets.iter().map(|octet| octet.count_ones()).sum::<u32>() >= least,
            }
    }
}

/// The characters of a string type.
#[derive(Clone, Copy)]
pub(super) enum Charset {
    Utf8,
    Numeric,
    Printable,
    /// T.61: no two readers agree on what its octets mean, so any will do.
    Teletex,
    Ia5,
    Visible,
    Universal,
    Bmp,
}

impl Charset {
    const ALL: [Self; 8] = [
        Self::Utf8,
        Self::Numeric,
        Self::Printable,
        Self::Teletex,
        Self::Ia5,
        Self::Visible,
        Self::Universal,
        Self::Bmp,
    ];

    /// The string type with this universal tag.
    pub(super) fn of(tag: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|charset| charset.tag() == tag)
    }

    pub(super) fn tag(self) -> u8 {
        match self {
            Self::Utf8 => 12,
            Self::Numeric => 18,
            Self::Printable => 19,
            Self::Teletex => 20,
            Self::Ia5 => 22,
            Self::Visible => 26,
            Self::Universal => 28,
            Self::Bmp => 30,
        }
    }

    pub(super) fn expected(self) -> Form {
        match self {
            Self::Utf8 => Form::Utf8,
            Self::Numeric => Form::Numeric,
            Self::Printable => Form::Printable,
            Self::Teletex => Form::Teletex,
            Self::Ia5 => Form::Ia5,
            Self::Visible => Form::Visible,
            Self::Universal => Form::Universal,
            Self::Bmp => Form::Bmp,
        }
    }

    pub(super) fn admits(self, content: &[u8]) -> bool {
        let all = |admits: fn(u8) -> bool| content.iter().all(|&octet| admits(octet));
        match self {
            Self::Utf8 => std::str::from_utf8(content).is_ok(),
            Self::Numeric => all(|octet| octet.is_ascii_digit() || octet == b' '),
            Self::Printable => all(|octet| octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&octet)),
            Self::Teletex => true,
            Self::Ia5 => content.is_ascii(),
            Self::Visible => all(|octet| matches!(octet, b' '..=b'~')),
            Self::Universal => {
                let (characters, rest) = content.as_chunks::<4>();
                rest.is_empty() && characters.iter().all(|four| char::from_u32(u32::from_be_bytes(*four)).is_some())
            }
            Self::Bmp => {
                let (characters, rest) = content.as_chunks::<2>();
                rest.is_empty()
                    && characters.iter().all(|two| char::from_u32(u16::from_be_bytes(*two).into()).is_some())
            }
        }
    }
}

/// Sub-identifiers in base 128, each without leading zeros and ended by an octet below 128 (X.690 section 8.19).
pub(super) fn is_object_identifier(content: &[u8]) -> bool {
    let mut first = true;
    for &octet in content {
        if first && octet == 0x80 {
            return false;
        }
        first = octet & 0x80 == 0;
    }
    first && !content.is_empty()
}

/// The shortest two's complement (X.690 section 8.3.2).
pub(super) fn is_integer(content: &[u8]) -> bool {
    match content {
        [] => false,
        [0x00, second, ..] => second & 0x80 != 0,
        [0xff, second, ..] => second & 0x80 == 0,
        _ => true,
    }
}

/// `YYMMDDHHMMSSZ` (RFC 5280 section 4.1.2.5.1).
pub(super) fn is_utc_time(content: &[u8]) -> bool {
    let year = |digits: &[u8]| number(digits).map(|year| if year < 50 { 2000 + year } else { 1900 + year });
    content.split_at_checked(2).is_some_and(|(digits, rest)| year(digits).is_some_and(|year| is_moment(year, rest)))
}

/// `YYYYMMDDHHMMSSZ` (RFC 5280 section 4.1.2.5.2).
pub(super) fn is_generalized_time(content: &[u8]) -> bool {
    content.split_at_checked(4).is_some_and(|(digits, rest)| number(digits).is_some_and(|year| is_moment(year, rest)))
}

/// `MMDDHHMMSSZ`, of a day that there is in this year.
fn is_moment(year: i32, rest: &[u8]) -> bool {
    let [digits @ .., b'Z'] = rest else { return false };
    let (pairs, []) = digits.as_chunks::<2>() else { return false };
    let numbers: Option<Vec<u8>> = pairs.iter().map(|pair| u8::try_from(number(pair)?).ok()).collect();
    let Some([month, day, hour, minute, second]) = numbers.as_deref() else { return false };
    let date = Month::try_from(*month).and_then(|month| Date::from_calendar_date(year, month, *day));
    date.is_ok() && *hour < 24 && *minute < 60 && *second < 60
}

fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i32::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// X.690 section 8.19 and its example 2.999.3.
    #[test]
    fn object_identifiers() {
        for good in [&[0x88, 0x37, 0x03][..], &[0x2a], &[0x00]] {
            assert!(is_object_identifier(good), "{good:02x?}");
        }
        for bad in [&[][..], &[0x80, 0x2a], &[0x2a, 0x80, 0x01], &[0x2a, 0x86]] {
            assert!(!is_object_identifier(bad), "{bad:02x?}");
        }
    }

    /// X.690 section 8.3.2.
    #[test]
    fn integers() {
        for good in [&[0x00][..], &[0x7f], &[0x80], &[0xff], &[0x00, 0x80], &[0xff, 0x7f], &[0x01, 0x00]] {
            assert!(is_integer(good), "{good:02x?}");
        }
        for bad in [&[][..], &[0x00, 0x00], &[0x00, 0x7f], &[0xff, 0x80], &[0xff, 0xff]] {
            assert!(!is_integer(bad), "{bad:02x?}");
        }
    }

    /// X.690 section 11.2.
    #[test]
    fn bit_strings() {
        let named = Bits::Named { least: 1 };
        for (bits, content, expected) in [
            (named, &[0x07, 0x80][..], true),
            (named, &[0x01, 0x06], true),
            (named, &[0x00, 0x06], true),
            (named, &[0x07, 0x06, 0x00], true),
            (named, &[0x01, 0x07], false), // an unused bit that is not zero
            (named, &[0x00], false),       // no bit
            (named, &[0x00, 0x00], false), // none that is set
            (Bits::Named { least: 0 }, &[0x00], true),
            (Bits::Whole, &[0x00], true),
            (Bits::Whole, &[0x01, 0x02], false),
            (Bits::Any, &[0x01, 0x02], true),
            (Bits::Any, &[0x08, 0x00], false),
            (Bits::Any, &[0x01], false),
            (Bits::Any, &[], false),
        ] {
            assert_eq!(bits.admits(content), expected, "{content:02x?}");
        }
    }

    /// RFC 5280 section 4.1.2.5.
    #[test]
    fn times() {
        for (text, utc, generalized) in [
            ("260101000000Z", true, false),
            ("20260101000000Z", false, true),
            ("240229235959Z", true, false),
            ("000229000000Z", true, false),
            ("960229000000Z", true, false),
            ("970229000000Z", false, false),
            ("250229000000Z", false, false),
            ("19000229000000Z", false, false),
            ("260101000000+0000", false, false),
            ("2601010000Z", false, false),
            ("20260101000000.5Z", false, false),
            ("20260101000000", false, false),
            ("260101240000Z", false, false),
            ("260101006000Z", false, false),
            ("260101000060Z", false, false),
            ("26010100000 Z", false, false),
            ("Z", false, false),
        ] {
            assert_eq!(
                (is_utc_time(text.as_bytes()), is_generalized_time(text.as_bytes())),
                (utc, generalized),
                "{text}"
            );
        }
    }

    /// X.680 section 8.4, table 1.
    #[test]
    fn tags() {
        let tags = [12, 18, 19, 20, 22, 26, 28, 30];
        let known: Vec<u8> = (0..=u8::MAX).filter(|&tag| Charset::of(tag).is_some()).collect();
        assert_eq!(known, tags);
        for (tag, expected) in tags.into_iter().zip([
            Form::Utf8,
            Form::Numeric,
            Form::Printable,
            Form::Teletex,
            Form::Ia5,
            Form::Visible,
            Form::Universal,
            Form::Bmp,
        ]) {
            assert_eq!(Charset::of(tag).map(Charset::expected), Some(expected), "{tag}");
        }
    }

    #[test]
    fn characters() {
        for (charset, content, expected) in [
            (Charset::Printable, &b"O'Neil (a+b), c-d./e:f=g?"[..], true),
            (Charset::Printable, b"a@b", false),
            (Charset::Numeric, b"0 9", true),
            (Charset::Numeric, b"a", false),
            (Charset::Ia5, b"a\0@", true),
            (Charset::Ia5, &[0xe9], false),
            (Charset::Visible, b"a~ ", true),
            (Charset::Visible, b"a\n", false),
            (Charset::Visible, &[0x7f], false),
            (Charset::Utf8, &[0xc3, 0xa9], true),
            (Charset::Utf8, &[0xe9], false),
            (Charset::Bmp, &[0x00, 0xe9], true),
            (Charset::Bmp, &[0x00], false),
            (Charset::Bmp, &[0xd8, 0x00], false),
            (Charset::Universal, &[0, 0, 0, 0xe9], true),
            (Charset::Universal, &[0, 0x11, 0, 0], false),
        ] {
            assert_eq!(charset.admits(content), expected, "{content:02x?}");
        }
    }
}
