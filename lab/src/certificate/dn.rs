//! Distinguished names: comparison (RFC 5280 section 7.1) and safe display.

use std::fmt::Write as _;

use x509_parser::asn1_rs::Tag;
use x509_parser::extensions::GeneralName;
use x509_parser::x509::{AttributeTypeAndValue, RelativeDistinguishedName, X509Name};

/// Longest text that a step shows of one name.
const SHOWN: usize = 120;

/// The same name: attribute by attribute, text without regard to case and repeated spaces.
pub(super) fn equal(a: &X509Name<'_>, b: &X509Name<'_>) -> bool {
    a.as_raw() == b.as_raw() || (a.iter_rdn().count() == b.iter_rdn().count() && within(a, b))
}

/// Whether `name` lies in the subtree `base`: its first attributes are those of `base`.
pub(super) fn within(name: &X509Name<'_>, base: &X509Name<'_>) -> bool {
    name.iter_rdn().count() >= base.iter_rdn().count()
        && name.iter_rdn().zip(base.iter_rdn()).all(|(a, b)| same_rdn(a, b))
}

/// A name without attributes.
pub(super) fn is_empty(name: &X509Name<'_>) -> bool {
    name.iter_rdn().next().is_none()
}

fn same_rdn(a: &RelativeDistinguishedName<'_>, b: &RelativeDistinguishedName<'_>) -> bool {
    a.iter().count() == b.iter().count() && a.iter().all(|x| b.iter().any(|y| same_attribute(x, y)))
}

fn same_attribute(a: &AttributeTypeAndValue<'_>, b: &AttributeTypeAndValue<'_>) -> bool {
    if a.attr_type() != b.attr_type() {
        return false;
    }
    if a.attr_value().header.tag() == b.attr_value().header.tag() && a.as_slice() == b.as_slice() {
        return true;
    }
    text(a).zip(text(b)).is_some_and(|(a, b)| a.eq(b))
}

/// The characters that count in a comparison, for the string types that are compared as text.
fn text<'a>(attribute: &'a AttributeTypeAndValue<'_>) -> Option<impl Iterator<Item = char> + 'a> {
    let comparable = matches!(
        attribute.attr_value().header.tag(),
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::VisibleString | Tag::NumericString
    );
    let text = comparable.then(|| std::str::from_utf8(attribute.as_slice()).ok()).flatten()?;
    let words = text.split_whitespace().enumerate();
    Some(
        words.flat_map(|(i, word)| (i > 0).then_some(' ').into_iter().chain(word.chars().flat_map(char::to_lowercase))),
    )
}

/// One line for people, harmless whatever the name holds.
pub(super) fn display(name: &X509Name<'_>) -> String {
    let mut line = String::new();
    for attribute in name.iter_attributes() {
        if !line.is_empty() {
            line.push_str(", ");
        }
        match attribute.attr_type().as_bytes() {
            [0x55, 0x04, 3] => line.push_str("CN"),
            [0x55, 0x04, 6] => line.push('C'),
            [0x55, 0x04, 7] => line.push('L'),
            [0x55, 0x04, 8] => line.push_str("ST"),
            [0x55, 0x04, 10] => line.push('O'),
            [0x55, 0x04, 11] => line.push_str("OU"),
            other => line.push_str(&super::decode::oid_text(other)),
        }
        line.push('=');
        printable(&mut line, attribute.as_slice());
        if line.len() > SHOWN {
            line.push('…');
            break;
        }
    }
    if line.is_empty() { "the empty name".into() } else { line }
}

/// A general name for people.
pub(super) fn general_name(name: &GeneralName<'_>) -> String {
    let mut line = String::new();
    match name {
        GeneralName::DNSName(text) => {
            line.push_str("dns:");
            printable(&mut line, text.as_bytes());
        }
        GeneralName::RFC822Name(text) => {
            line.push_str("email:");
            printable(&mut line, text.as_bytes());
        }
        GeneralName::URI(text) => {
            line.push_str("uri:");
            printable(&mut line, text.as_bytes());
        }
        GeneralName::IPAddress(octets) => {
            line.push_str("ip:");
            address(&mut line, octets);
        }
        GeneralName::DirectoryName(name) => return format!("dn:{}", display(name)),
        GeneralName::OtherName(oid, _) => {
            let _ = write!(line, "other name {}", oid.to_id_string());
        }
        GeneralName::RegisteredID(oid) => {
            let _ = write!(line, "registered id {}", oid.to_id_string());
        }
        GeneralName::X400Address(_) => line.push_str("X.400 address"),
        GeneralName::EDIPartyName(_) => line.push_str("EDI party name"),
        GeneralName::Invalid(tag, _) => {
            let _ = write!(line, "malformed name [{}]", tag.0);
        }
    }
    line
}

/// At most eight names, and how many more there are.
pub(super) fn general_names(names: &[GeneralName<'_>]) -> String {
    let mut line = names.iter().take(8).map(general_name).collect::<Vec<_>>().join(", ");
    if names.len() > 8 {
        let _ = write!(line, " and {} more", names.len() - 8);
    }
    if line.is_empty() { "no names".into() } else { line }
}

/// An address, or an address with its mask.
fn address(line: &mut String, octets: &[u8]) {
    if let Ok(four) = <[u8; 4]>::try_from(octets) {
        let _ = write!(line, "{}", std::net::Ipv4Addr::from(four));
    } else if let Ok(sixteen) = <[u8; 16]>::try_from(octets) {
        let _ = write!(line, "{}", std::net::Ipv6Addr::from(sixteen));
    } else if matches!(octets.len(), 8 | 32) {
        let (base, mask) = octets.split_at(octets.len() / 2);
        address(line, base);
        let _ = write!(line, "/{}", mask.iter().map(|byte| byte.leading_ones()).sum::<u32>());
    } else {
        let _ = write!(line, "{} octets", octets.len());
    }
}

/// At most `most` octets in hexadecimal.
pub(super) fn hex(bytes: &[u8], most: usize) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let shown = &bytes[..bytes.len().min(most)];
    let mut text = String::with_capacity(2 * shown.len() + 3);
    for byte in shown {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    if shown.len() < bytes.len() {
        text.push('…');
    }
    if text.is_empty() { "nothing".into() } else { text }
}

/// Printable characters as they are, all others escaped, cut at a bounded length.
fn printable(line: &mut String, bytes: &[u8]) {
    let cut = &bytes[..bytes.len().min(SHOWN)];
    if let Ok(plain) = std::str::from_utf8(bytes)
        && cut.len() == bytes.len()
        && bytes.iter().all(|byte| matches!(byte, b' '..=b'~'))
    {
        line.push_str(plain);
        return;
    }
    for c in String::from_utf8_lossy(cut).chars() {
        if c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}'..='\u{200f}') {
            let _ = write!(line, "{}", c.escape_unicode());
        } else {
            line.push(c);
        }
    }
    if cut.len() < bytes.len() {
        line.push('…');
    }
}
