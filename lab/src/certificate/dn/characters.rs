//! The characters of an attribute's value, whichever string type carries them (RFC 4518 section 2.1).

use x509_parser::asn1_rs::Tag;
use x509_parser::x509::AttributeTypeAndValue;

/// Characters as they come.
#[derive(Clone)]
pub(super) enum Characters<'a> {
    /// UTF-8, of which ASCII is a part.
    Text(std::str::Chars<'a>),
    /// One octet each: TeletexString, read as ISO 8859-1, which is what issuers put there.
    One(std::slice::Iter<'a, u8>),
    /// Two octets each: BMPString.
    Two(std::slice::ChunksExact<'a, u8>),
    /// Four octets each: UniversalString.
    Four(std::slice::ChunksExact<'a, u8>),
}

impl<'a> Characters<'a> {
    /// The characters of a string; none if the value is of another type, or no string of its type.
    pub(super) fn of(attribute: &'a AttributeTypeAndValue<'_>) -> Option<Self> {
        let octets = attribute.as_slice();
        match attribute.attr_value().header.tag() {
            Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::VisibleString | Tag::NumericString => {
                std::str::from_utf8(octets).ok().map(|text| Self::Text(text.chars()))
            }
            Tag::TeletexString => Some(Self::One(octets.iter())),
            Tag::BmpString if octets.len().is_multiple_of(2) => Some(Self::Two(octets.chunks_exact(2))),
            Tag::UniversalString if octets.len().is_multiple_of(4) => Some(Self::Four(octets.chunks_exact(4))),
            _ => None,
        }
    }

    /// Whether all of them are known to be ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        match self {
            Self::Text(characters) => characters.as_str().is_ascii(),
            Self::One(octets) => octets.as_slice().is_ascii(),
            Self::Two(_) | Self::Four(_) => false,
        }
    }
}

impl Iterator for Characters<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let number = |octets: &[u8]| octets.iter().fold(0, |number, &octet| number << 8 | u32::from(octet));
        match self {
            Self::Text(characters) => characters.next(),
            Self::One(octets) => octets.next().map(|&octet| char::from(octet)),
            Self::Two(units) | Self::Four(units) => {
                units.next().map(|unit| char::from_u32(number(unit)).unwrap_or(char::REPLACEMENT_CHARACTER))
            }
        }
    }
}
