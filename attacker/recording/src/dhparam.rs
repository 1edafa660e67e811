//! DH PARAMETERS (PKCS #3), as OpenSSL's programs take a server's own group.

use lab::certificate::pem;
use num_bigint::BigUint;

/// A group as PEM.
pub fn pem(p: &BigUint, g: &BigUint) -> String {
    let numbers = [number(p), number(g)].concat();
    pem::encode("DH PARAMETERS", &element(0x30, &numbers))
}

/// An INTEGER: a leading zero where the number would look negative.
fn number(n: &BigUint) -> Vec<u8> {
    let mut octets = n.to_bytes_be();
    if octets.first().is_some_and(|first| first & 0x80 != 0) {
        octets.insert(0, 0);
    }
    element(2, &octets)
}

/// Tag, length in as few octets as there can be, content.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|digit| *digit == 0).collect();
    let header = match length {
        0..0x80 => vec![tag, length as u8],
        _ => [&[tag, 0x80 | digits.len() as u8], &digits[..]].concat(),
    };
    [&header, content].concat()
}
