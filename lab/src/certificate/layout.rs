//! What stands where in a certificate, as the walk over its grammar finds it.

use super::{
    der,
    grammar::{self, Span},
    oid::oid_text,
};
use crate::layout::{Is, Part};

/// Octets of a number that are told as one.
const LONGEST_NUMBER: usize = 8;
/// Octets of a text that is told.
const LONGEST_TEXT: usize = 256;

/// The parts of a certificate, as far as RFC 5280 allows what is there.
pub fn layout(octets: &[u8]) -> Vec<Part> {
    if der::check(octets).is_err() {
        return Vec::new();
    }
    let spans = grammar::spans(octets);
    let mut rest = spans.as_slice();
    std::iter::from_fn(|| next(octets, &mut rest)).collect()
}

/// The next value, with those within it.
fn next(octets: &[u8], rest: &mut &[Span]) -> Option<Part> {
    let (span, after) = rest.split_first()?;
    *rest = after;
    let mut parts = Vec::new();
    while rest.first().is_some_and(|next| next.to <= span.to) {
        parts.extend(next(octets, rest));
    }
    let (tag, content) = (*octets.get(span.from)?, octets.get(span.content..span.to)?);
    let says = if parts.is_empty() { says(tag, content) } else { None };
    let is = Is::Value { field: span.field, header: span.content - span.from, tag, says };
    Some(Part { parts, ..Part::whole(span.from, span.to, is) })
}

/// What a value of a universal type says.
fn says(tag: u8, content: &[u8]) -> Option<String> {
    match tag {
        0x01 => Some((content != [0]).to_string()),
        0x02 if content.len() <= LONGEST_NUMBER => {
            let negative = content.first().is_some_and(|first| first & 0x80 != 0);
            let number = content
                .iter()
                .fold(if negative { -1 } else { 0 }, |number: i128, octet| number << 8 | i128::from(*octet));
            Some(number.to_string())
        }
        0x06 => Some(oid_text(content)),
        // UTF8String, PrintableString, T61String, IA5String, UTCTime, GeneralizedTime; names and addresses in general names.
        0x0c | 0x13 | 0x14 | 0x16..=0x18 | 0x81 | 0x82 | 0x86 if content.len() <= LONGEST_TEXT => {
            std::str::from_utf8(content).ok().map(str::to_owned)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::{Credential, Purpose, Template, Validity};
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    fn told(parts: &[Part]) -> Vec<String> {
        let line = |part: &Part| match &part.is {
            Is::Value { field, says, .. } => {
                [vec![format!("{field}: {}", says.clone().unwrap_or_default())], told(&part.parts)].concat()
            }
            _ => Vec::new(),
        };
        parts.iter().flat_map(line).collect()
    }

    #[test]
    fn a_certificate_is_told_down_to_its_names_and_what_is_none_is_not() {
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        let validity = Validity { not_before: 1_000_000_000, not_after: 2_000_000_000 };
        let root = Credential::self_signed(&Template::authority("root", validity), rng).unwrap();
        let leaf = root.issue(&Template::leaf("a.example", Purpose::Client, validity), rng).unwrap();
        let parts = layout(leaf.certificate());
        let told = told(&parts);
        for line in ["tbsCertificate: ", "notBefore: 010909014640Z", "signatureValue: ", "subjectAltName: a.example"] {
            assert!(told.iter().any(|it| it == line), "{line}: {told:#?}");
        }
        assert_eq!((parts[0].from, parts[0].to), (0, leaf.certificate().len()));
        assert_eq!(layout(b"nothing"), []);
        // Up to the fault it is told all the same.
        let mut spoiled = leaf.certificate().to_vec();
        let at = spoiled.windows(2).rposition(|octets| octets == [0x03, 0x41]).unwrap();
        spoiled[at] = 0x04;
        assert!(layout(&spoiled).len() == 1 && layout(&spoiled)[0].parts.len() == 2);
    }
}
