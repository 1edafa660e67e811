//! The part of DER (X.690) that the parser underneath takes too easily: one value, one encoding.

use super::reason::Got;

/// Nesting deeper than any certificate's.
const MAX_DEPTH: usize = 24;

/// Walks `input` as exactly one DER value: definite, shortest lengths, low tag numbers, canonical booleans and
/// integers, nothing left over. The content of octet and bit strings is not looked into. Linear time.
///
/// # Errors
/// What was wrong, and at which byte.
pub(super) fn check(input: &[u8]) -> Result<(), Got> {
    let end = value(input, 0, 0)?;
    if end == input.len() { Ok(()) } else { Err(Got::LeftOver { octets: input.len() - end, at: end }) }
}

/// The values inside one constructed value: tag and content of each. `None` if they are not DER.
pub(super) fn children(input: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let (_, mut at, end) = header(input, 0).ok()?;
    let mut children = Vec::new();
    while at < end {
        let (tag, content, next) = header(&input[..end], at).ok()?;
        children.push((tag, &input[content..next]));
        at = next;
    }
    Some(children)
}

/// The content of the first value.
pub(super) fn content(input: &[u8]) -> Option<&[u8]> {
    let (_, content, end) = header(input, 0).ok()?;
    Some(&input[content..end])
}

/// The first value and what comes after it.
pub(super) fn split(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, _, end) = header(input, 0).ok()?;
    Some(input.split_at(end))
}

/// How many sets stand in a well-formed value, those inside octet strings that are DER themselves included. Linear time.
pub(super) fn sets(input: &[u8]) -> usize {
    let mut found = 0;
    // What is left of each value around, from the outermost on.
    let mut around = vec![input];
    while let Some(rest) = around.pop() {
        let Ok((tag, content, end)) = header(rest, 0) else { continue };
        around.push(&rest[end..]);
        found += usize::from(tag & 0x1f == 0x11);
        if tag & 0x20 != 0 || tag == 0x04 {
            around.push(&rest[content..end]);
        }
    }
    found
}

/// DER of one value of less than 64 KiB.
pub(super) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let length: &[u8] = match (high, low) {
        (0, 0..0x80) => &[low],
        (0, _) => &[0x81, low],
        _ => &[0x82, high, low],
    };
    [&[tag], length, content].concat()
}

fn value(input: &[u8], start: usize, depth: usize) -> Result<usize, Got> {
    if depth > MAX_DEPTH {
        return Err(Got::Nested { most: MAX_DEPTH, at: start });
    }
    let (tag, content, end) = header(input, start)?;
    let (universal, structured) = (tag & 0xc0 == 0, matches!(tag & 0x1f, 0x10 | 0x11));
    if universal && structured != (tag & 0x20 != 0) {
        return Err(Got::Construction { tag: format!("{tag:02x}"), at: start });
    }
    if tag & 0x20 != 0 {
        let mut at = content;
        while at < end {
            at = value(&input[..end], at, depth + 1)?;
        }
        return Ok(end);
    }
    let bytes = &input[content..end];
    match (tag, bytes) {
        (0x01, [0x00 | 0xff]) => Ok(end),
        (0x01, _) => Err(Got::OddBoolean { at: start }),
        (0x02, []) => Err(Got::EmptyInteger { at: start }),
        (0x02, [0x00, second, ..]) if second & 0x80 == 0 => Err(Got::LeadingZeros { at: start }),
        (0x02, [0xff, second, ..]) if second & 0x80 != 0 => Err(Got::LeadingOnes { at: start }),
        _ => Ok(end),
    }
}

/// Tag, start of the content, end of the content of the value at `start`.
///
/// # Errors
/// It is not one, or reaches beyond the input.
pub(super) fn header(input: &[u8], start: usize) -> Result<(u8, usize, usize), Got> {
    let truncated = || Got::Truncated { at: input.len() };
    let tag = *input.get(start).ok_or_else(truncated)?;
    if tag & 0x1f == 0x1f {
        return Err(Got::HighTag { at: start });
    }
    let first = *input.get(start + 1).ok_or_else(truncated)?;
    let (length, content) = match first {
        0..=0x7f => (usize::from(first), start + 2),
        0x81..=0x84 => {
            let octets = usize::from(first & 0x7f);
            let bytes = input.get(start + 2..start + 2 + octets).ok_or_else(truncated)?;
            let length = bytes.iter().fold(0usize, |length, &byte| length << 8 | usize::from(byte));
            if bytes[0] == 0 || length < 0x80 {
                return Err(Got::LongLength { at: start });
            }
            (length, start + 2 + octets)
        }
        _ => return Err(Got::AbsurdLength { at: start }),
    };
    match content.checked_add(length) {
        Some(end) if end <= input.len() => Ok((tag, content, end)),
        _ => Err(Got::Beyond { length, at: start, left: input.len().saturating_sub(content) }),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEPTH, check, sets};

    #[test]
    fn one_encoding_for_each_value() {
        assert_eq!(check(&[0x30, 0x03, 0x02, 0x01, 0x05]), Ok(()));
        for bad in [
            &[0x30, 0x81, 0x03, 0x02, 0x01, 0x05][..], // length 3 in two octets
            &[0x30, 0x80, 0x00, 0x00],                 // indefinite
            &[0x01, 0x01, 0x01],                       // TRUE as 01
            &[0x02, 0x02, 0x00, 0x05],                 // 5 in two octets
            &[0x02, 0x02, 0xff, 0x85],                 // -123 in two octets
            &[0x02, 0x01, 0x05, 0x00],                 // one byte left over
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],     // four gigabytes
            &[0x1f, 0x20, 0x00],                       // high tag
            &[0x1f, 0x00],                             // the same, and empty
            &[0x10, 0x03, 0x02, 0x01, 0x05],           // primitive SEQUENCE
            &[0x24, 0x03, 0x04, 0x01, 0x05],           // constructed OCTET STRING
            &[0x30],
        ] {
            assert!(check(bad).is_err(), "{bad:02x?}");
        }
        // X.690 section 8.3.2: 128 and 133, -129 and -255 take two octets, and -128 does not.
        for needed in [[0x00, 0x80], [0x00, 0x85], [0xff, 0x7f], [0xff, 0x01]] {
            assert_eq!(check(&[&[0x02, 0x02][..], &needed].concat()), Ok(()), "{needed:02x?}");
        }
        assert!(check(&[0x02, 0x02, 0xff, 0x80]).is_err());
        assert_eq!(check(&[0x1e, 0x00]), Ok(()), "the highest of the low tags");
    }

    #[test]
    fn sets_stand_in_what_is_constructed_and_in_octet_strings() {
        for (around, found) in [(0x30, 1), (0xa0, 1), (0x04, 1), (0x13, 0), (0x0c, 0), (0x31, 2)] {
            assert_eq!(sets(&[around, 0x02, 0x31, 0x00]), found, "{around:02x}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let around = |count| (0..count).fold(vec![0x05, 0], |inner, _| super::tlv(0x30, &inner));
        assert_eq!(check(&around(MAX_DEPTH)), Ok(()));
        let at = 2 * (MAX_DEPTH + 1);
        assert_eq!(check(&around(MAX_DEPTH + 1)), Err(super::Got::Nested { most: MAX_DEPTH, at }));
    }
}
