//! Distinguished names: comparison (RFC 5280 section 7.1) and display.

mod characters;
mod display;
mod prepare;

use ring::digest::{Context, SHA256};
use x509_parser::x509::{AttributeTypeAndValue, RelativeDistinguishedName, X509Name};

use characters::Characters;
use prepare::prepared;

pub(super) use display::{display, first, general_name, general_names, hex};

/// The same name: attribute by attribute, text by its characters, whichever string type carries them.
pub(super) fn equal(a: &X509Name<'_>, b: &X509Name<'_>) -> bool {
    a.as_raw() == b.as_raw() || (a.iter_rdn().count() == b.iter_rdn().count() && within(a, b))
}

/// Whether `name` lies in the subtree `base`: its first attributes are those of `base`.
pub(super) fn within(name: &X509Name<'_>, base: &X509Name<'_>) -> bool {
    name.iter_rdn().count() >= base.iter_rdn().count()
        && name.iter_rdn().zip(base.iter_rdn()).all(|(a, b)| same_rdn(a, b))
}

/// SHA-256 that two names have in common if they are the same name. Linear, whatever the name is compared with.
pub(super) fn digest(name: &X509Name<'_>) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    let mut update = |octets: &[u8]| {
        context.update(&(octets.len() as u64).to_be_bytes());
        context.update(octets);
    };
    for attributes in name.iter_rdn() {
        let attributes = sorted(attributes);
        update(&attributes.len().to_be_bytes());
        for (kind, tag, value) in attributes {
            update(kind);
            update(tag.map_or(Vec::new(), |tag| tag.to_be_bytes().to_vec()).as_slice());
            update(&value);
        }
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

/// A name without attributes.
pub(super) fn is_empty(name: &X509Name<'_>) -> bool {
    name.iter_rdn().next().is_none()
}

/// The same attributes in any order; those of a large set are sorted, since there may be any number.
fn same_rdn(a: &RelativeDistinguishedName<'_>, b: &RelativeDistinguishedName<'_>) -> bool {
    let mut pairs = a.iter().zip(b.iter());
    match a.iter().count() {
        count if count != b.iter().count() => false,
        1 => pairs.all(|(x, y)| same_attribute(x, y)),
        _ => sorted(a) == sorted(b),
    }
}

/// The attributes of a set, each by its type, its string type unless it is text, and what is compared of its value.
fn sorted<'a>(attributes: &'a RelativeDistinguishedName<'_>) -> Vec<(&'a [u8], Option<u32>, Vec<u8>)> {
    let mut sorted: Vec<_> = attributes
        .iter()
        .map(|attribute| {
            let (tag, value) = match Characters::of(attribute) {
                Some(characters) => (None, prepared(characters).collect::<String>().into_bytes()),
                None => (Some(attribute.attr_value().header.tag().0), attribute.as_slice().to_vec()),
            };
            (attribute.attr_type().as_bytes(), tag, value)
        })
        .collect();
    sorted.sort_unstable();
    sorted
}

fn same_attribute(a: &AttributeTypeAndValue<'_>, b: &AttributeTypeAndValue<'_>) -> bool {
    if a.attr_type() != b.attr_type() {
        return false;
    }
    if a.attr_value().header.tag() == b.attr_value().header.tag() && a.as_slice() == b.as_slice() {
        return true;
    }
    Characters::of(a).zip(Characters::of(b)).is_some_and(|(a, b)| prepared(a).eq(prepared(b)))
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::FromDer as _;

    use super::*;

    const UTF8: u8 = 12;
    const PRINTABLE: u8 = 19;
    const TELETEX: u8 = 20;
    const BMP: u8 = 30;

    fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
        [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
    }

    /// A set of organisation names, each of a string type.
    fn set(values: &[(u8, &[u8])]) -> Vec<u8> {
        let attribute =
            |(tag, value): &(u8, &[u8])| tlv(0x30, &[vec![0x06, 3, 0x55, 4, 10], tlv(*tag, value)].concat());
        tlv(0x31, &values.iter().map(attribute).collect::<Vec<_>>().concat())
    }

    fn name(sets: &[Vec<u8>]) -> Vec<u8> {
        tlv(0x30, &sets.concat())
    }

    fn two(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    /// RFC 5280 section 7.1: whichever string type carries the characters.
    #[test]
    fn string_types() {
        let bmp = two("évil  corp");
        let same: [(u8, &[u8]); 4] = [
            (UTF8, "Évil Corp".as_bytes()),
            (UTF8, "e\u{301}vil\u{200b} corp".as_bytes()),
            (TELETEX, b"\xe9vil corp "),
            (BMP, &bmp),
        ];
        let names: Vec<_> = same.iter().map(|value| name(&[set(&[*value])])).collect();
        let other = name(&[set(&[(PRINTABLE, b"Evil Corp")])]);
        let parse = |der| X509Name::from_der(der).unwrap().1;
        for a in &names {
            for b in &names {
                assert!(equal(&parse(a), &parse(b)), "{a:02x?} {b:02x?}");
                assert_eq!(digest(&parse(a)), digest(&parse(b)), "{a:02x?} {b:02x?}");
            }
            assert!(!equal(&parse(a), &parse(&other)), "{a:02x?}");
            assert_ne!(digest(&parse(a)), digest(&parse(&other)), "{a:02x?}");
        }
        assert_eq!(display(&parse(&names[3])), "O=évil  corp");
    }

    /// What is no string is the same octets of the same type.
    #[test]
    fn values_that_are_no_strings() {
        let parse = |der| X509Name::from_der(der).unwrap().1;
        let [octets, number] = [0x04, 0x02].map(|tag| name(&[set(&[(tag, b"a")])]));
        assert!(!equal(&parse(&octets), &parse(&number)));
        assert_ne!(digest(&parse(&octets)), digest(&parse(&number)));
        assert_eq!(digest(&parse(&octets)), digest(&parse(&octets.clone())));
    }

    #[test]
    fn sets_and_subtrees() {
        let parse = |der| X509Name::from_der(der).unwrap().1;
        let both = name(&[set(&[(UTF8, b"a"), (UTF8, b"b")])]);
        let turned = name(&[set(&[(PRINTABLE, b"B"), (UTF8, b"a")])]);
        let twice = name(&[set(&[(UTF8, b"a"), (UTF8, b"a")])]);
        let parts = name(&[set(&[(UTF8, b"a")]), set(&[(UTF8, b"b")])]);
        let first = name(&[set(&[(UTF8, b"A")])]);
        assert!(equal(&parse(&both), &parse(&turned)));
        assert_eq!(digest(&parse(&both)), digest(&parse(&turned)));
        let digests: std::collections::BTreeSet<_> =
            [&both, &twice, &parts, &first].map(|der| digest(&parse(der))).into();
        assert_eq!(digests.len(), 4);
        assert!(!equal(&parse(&both), &parse(&twice)) && !equal(&parse(&twice), &parse(&both)));
        assert!(!equal(&parse(&both), &parse(&parts)));
        assert!(within(&parse(&parts), &parse(&first)) && !within(&parse(&first), &parse(&parts)));
        assert!(!within(&parse(&both), &parse(&first)));
    }
}
