//! Names for people: one line, harmless whatever a name holds.

use std::fmt::Write as _;

use x509_parser::extensions::GeneralName;
use x509_parser::x509::X509Name;

use super::characters::Characters;
use crate::certificate::oid::oid_text;
use crate::terminal::is_plain;

/// Longest text that a step shows of one name.
const SHOWN: usize = 120;

/// One line for people, harmless whatever the name holds; empty for the empty name.
pub(in crate::certificate) fn display(name: &X509Name<'_>) -> String {
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
            other => line.push_str(&oid_text(other)),
        }
        line.push('=');
        match Characters::of(attribute) {
            Some(characters) => printable(&mut line, characters),
            None => octets(&mut line, attribute.as_slice()),
        }
        if line.len() > SHOWN {
            line.push('…');
            break;
        }
    }
    line
}

/// A general name for people.
pub(in crate::certificate) fn general_name(name: &GeneralName<'_>) -> String {
    let mut line = String::new();
    match name {
        GeneralName::DNSName(text) => {
            line.push_str("dns:");
            printable(&mut line, text.chars());
        }
        GeneralName::RFC822Name(text) => {
            line.push_str("email:");
            printable(&mut line, text.chars());
        }
        GeneralName::URI(text) => {
            line.push_str("uri:");
            printable(&mut line, text.chars());
        }
        GeneralName::IPAddress(octets) => {
            line.push_str("ip:");
            address(&mut line, octets);
        }
        GeneralName::DirectoryName(name) => return format!("dn:{}", display(name)),
        GeneralName::OtherName(oid, _) => {
            let _ = write!(line, "othername:{}", oid.to_id_string());
        }
        GeneralName::RegisteredID(oid) => {
            let _ = write!(line, "rid:{}", oid.to_id_string());
        }
        GeneralName::X400Address(_) => line.push_str("x400:"),
        GeneralName::EDIPartyName(_) => line.push_str("ediparty:"),
        GeneralName::Invalid(tag, _) => {
            let _ = write!(line, "malformed:[{}]", tag.0);
        }
    }
    line
}

/// Names that are told of a list.
const LISTED: usize = 8;

/// The first names of a list, and how many more there are.
pub(in crate::certificate) fn general_names(names: &[GeneralName<'_>]) -> (Vec<String>, usize) {
    first(names.iter())
}

/// The same of any names.
pub(in crate::certificate) fn first<'n>(
    names: impl ExactSizeIterator<Item = &'n GeneralName<'n>>,
) -> (Vec<String>, usize) {
    let more = names.len().saturating_sub(LISTED);
    (names.take(LISTED).map(general_name).collect(), more)
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
        let _ = write!(line, "[{}]", octets.len());
    }
}

/// At most `most` octets in hexadecimal; empty where there are none.
pub(in crate::certificate) fn hex(bytes: &[u8], most: usize) -> String {
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
    text
}

/// Printable characters as they are, all others escaped, cut at a bounded length.
fn printable(line: &mut String, characters: impl Iterator<Item = char>) {
    for (i, c) in characters.enumerate() {
        if i == SHOWN {
            line.push('…');
            return;
        }
        if is_plain(c) {
            line.push(c);
        } else {
            let _ = write!(line, "{}", c.escape_unicode());
        }
    }
}

/// What is no text: as UTF-8 if it can be, with a sign for what cannot.
fn octets(line: &mut String, octets: &[u8]) {
    let cut = &octets[..octets.len().min(SHOWN)];
    printable(line, String::from_utf8_lossy(cut).chars());
    if cut.len() < octets.len() {
        line.push('…');
    }
}
