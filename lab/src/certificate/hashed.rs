//! What a file with a trust anchor is called in a directory of them.

use super::{DecodeError, decode, der::tlv};
use sha1::{Digest, Sha1};
use x509_parser::x509::AttributeTypeAndValue;

/// The name under which OpenSSL looks for the first certificate with this subject (openssl-rehash(1)): by the first four octets of
/// the SHA-1 of the subject in canonical form, the last one first (X509_NAME_hash(3)).
///
/// # Errors
/// The bytes are no certificate.
pub fn hashed_name(der: &[u8]) -> Result<String, DecodeError> {
    let certificate = decode::Certificate::decode(der)?;
    let mut hash = Sha1::new();
    for attributes in certificate.x509.subject().iter_rdn() {
        let mut canonical: Vec<Vec<u8>> = attributes.iter().map(attribute).collect();
        canonical.sort();
        hash.update(tlv(0x31, &canonical.concat()));
    }
    let [a, b, c, d, ..] = <[u8; 20]>::from(hash.finalize());
    Ok(format!("{:08x}.0", u32::from_le_bytes([a, b, c, d])))
}

/// Text as UTF-8, in small letters, with single spaces within; other values as they are.
fn attribute(attribute: &AttributeTypeAndValue<'_>) -> Vec<u8> {
    let value = match attribute.as_str() {
        Ok(text) => {
            let words: Vec<&str> = text.split_ascii_whitespace().collect();
            tlv(0x0c, words.join(" ").to_ascii_lowercase().as_bytes())
        }
        Err(_) => attribute.attr_value().data.to_vec(),
    };
    tlv(0x30, &[tlv(0x06, attribute.attr_type().as_bytes()), value].concat())
}
