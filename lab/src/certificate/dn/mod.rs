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

    fn parsed(der: &[u8]) -> X509Name<'_> {
        X509Name::from_der(der).unwrap().1
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
        for a in &names {
            for b in &names {
                assert!(equal(&parsed(a), &parsed(b)), "{a:02x?} {b:02x?}");
                assert_eq!(digest(&parsed(a)), digest(&parsed(b)), "{a:02x?} {b:02x?}");
            }
            assert!(!equal(&parsed(a), &parsed(&other)), "{a:02x?}");
            assert_ne!(digest(&parsed(a)), digest(&parsed(&other)), "{a:02x?}");
        }
        assert_eq!(display(&parsed(&names[3])), "O=évil  corp");
    }

    /// Two octets a character, and four; what is no whole number of characters is no string.
    #[test]
    fn wide_strings() {
        const UNIVERSAL: u8 = 28;
        let wide: Vec<u8> = "Жд😀".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        let bmp = two("Жд");
        let of = |tag, value: &[u8]| name(&[set(&[(tag, value)])]);
        for (a, b, same) in [
            (of(UNIVERSAL, &wide), of(UTF8, "жд😀".as_bytes()), true),
            (of(UNIVERSAL, &wide), of(UTF8, "жд".as_bytes()), false),
            (of(BMP, &bmp), of(UTF8, "жд".as_bytes()), true),
            // Five octets are no characters of four, and so the same as the same five alone.
            (of(UNIVERSAL, b"\0\0\0aa"), of(UTF8, b"a"), false),
            (of(UNIVERSAL, b"\0\0\0aa"), of(UNIVERSAL, b"\0\0\0aa"), true),
            (of(BMP, b"\0aa"), of(UTF8, b"a"), false),
        ] {
            assert_eq!(equal(&parsed(&a), &parsed(&b)), same, "{a:02x?} {b:02x?}");
            assert_eq!(digest(&parsed(&a)) == digest(&parsed(&b)), same, "{a:02x?} {b:02x?}");
        }
    }

    /// Another type of attribute is another name; and so is one attribute whose octets are those of two.
    #[test]
    fn digests_tell_attributes_apart() {
        const OCTETS: u8 = 4;
        let attribute = |kind: u8, value: &[u8]| {
            let kind = [0x06, 3, 0x55, 4, kind];
            tlv(0x31, &tlv(0x30, &[kind.to_vec(), tlv(OCTETS, value)].concat()))
        };
        let two = name(&[attribute(10, b"a"), attribute(10, b"b")]);
        // What stands between the two values in the digest, without the lengths of its parts.
        let between = [&1_usize.to_be_bytes()[..], &[0x55, 4, 10], &u32::from(OCTETS).to_be_bytes()].concat();
        let one = name(&[attribute(10, &[b"a", between.as_slice(), b"b"].concat())]);
        let other = name(&[attribute(3, b"a"), attribute(10, b"b")]);
        let digests: std::collections::BTreeSet<_> = [&two, &one, &other].map(|der| digest(&parsed(der))).into();
        assert_eq!(digests.len(), 3);
    }

    /// What is no string is the same octets of the same type.
    #[test]
    fn values_that_are_no_strings() {
        let [octets, number] = [0x04, 0x02].map(|tag| name(&[set(&[(tag, b"a")])]));
        assert!(!equal(&parsed(&octets), &parsed(&number)));
        assert_ne!(digest(&parsed(&octets)), digest(&parsed(&number)));
        assert_eq!(digest(&parsed(&octets)), digest(&parsed(&octets.clone())));
    }

    #[test]
    fn sets_and_subtrees() {
        let both = name(&[set(&[(UTF8, b"a"), (UTF8, b"b")])]);
        let turned = name(&[set(&[(PRINTABLE, b"B"), (UTF8, b"a")])]);
        let twice = name(&[set(&[(UTF8, b"a"), (UTF8, b"a")])]);
        let parts = name(&[set(&[(UTF8, b"a")]), set(&[(UTF8, b"b")])]);
        let first = name(&[set(&[(UTF8, b"A")])]);
        assert!(equal(&parsed(&both), &parsed(&turned)));
        assert_eq!(digest(&parsed(&both)), digest(&parsed(&turned)));
        let digests: std::collections::BTreeSet<_> =
            [&both, &twice, &parts, &first].map(|der| digest(&parsed(der))).into();
        assert_eq!(digests.len(), 4);
        assert!(!equal(&parsed(&both), &parsed(&twice)) && !equal(&parsed(&twice), &parsed(&both)));
        assert!(!equal(&parsed(&both), &parsed(&parts)));
        assert!(within(&parsed(&parts), &parsed(&first)) && !within(&parsed(&first), &parsed(&parts)));
        assert!(!within(&parsed(&both), &parsed(&first)));
    }
}
