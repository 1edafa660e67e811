//! Keys on a curve with a generator of the attacker's own (CVE-2020-0601). Who has chosen the generator knows the secret of any key: here
//! it is the key itself, whose secret is then 1. Such a generator takes explicit parameters (RFC 3279 section 2.3.5), which
//! certificates must not have (RFC 5480 section 2.1.1).

use num_bigint::BigUint;
use rcgen::PublicKeyData as _;
use sha2::{Digest, Sha256};

use super::claim::{certificate, parts, replaced};
use crate::certificate::{
    KeyPair, KeyType,
    der::{self, tlv},
    issue::Credential,
    public_key::Curve,
};

/// The order of P-256 (FIPS 186-4 appendix D.1.2.3).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7,
    0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
/// The object identifiers of a key on a curve, and of a field modulo a prime, DER.
const EC_PUBLIC_KEY: [u8; 9] = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const PRIME_FIELD: [u8; 9] = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x01, 0x01];

/// The key of an authority that is to be had, as a point of P-256; where its key is of another kind, this one's own.
pub(super) fn point<'k>(genuine: &'k KeyPair, own: &'k KeyPair) -> &'k [u8] {
    if genuine.key_type() == KeyType::P256 { genuine.public() } else { own.public() }
}

/// The certificate of a key on P-256, for this point in the place of its own, which is also the generator; signed by itself.
pub(super) fn with_own_generator(credential: Credential, point: &[u8]) -> Credential {
    let named = credential.key().subject_public_key_info();
    replaced(credential, |der| {
        let (signed, algorithm) = parts(der)?;
        let content = der::content(&signed)?;
        let at = content.windows(named.len()).position(|window| window == named)?;
        let key = explicit(point);
        let signed = tlv(0x30, &[&content[..at], &key, &content[at + named.len()..]].concat());
        let signature = sign(&signed, point)?;
        Some(certificate(signed, algorithm, &signature))
    })
}

/// The certificate signed by whoever has that key.
pub(super) fn signed_by(credential: Credential, point: &[u8]) -> Credential {
    replaced(credential, |der| {
        let (signed, algorithm) = parts(der)?;
        let signature = sign(&signed, point)?;
        Some(certificate(signed, algorithm, &signature))
    })
}

/// SubjectPublicKeyInfo of a point which is its own generator, uncompressed.
fn explicit(point: &[u8]) -> Vec<u8> {
    let prime = Curve::P256.prime();
    let octets = |number: &BigUint| tlv(0x04, &number.to_bytes_be());
    let field = tlv(0x30, &[&PRIME_FIELD[..], &integer(&prime)].concat());
    let curve = tlv(0x30, &[octets(&(&prime - 3_u8)), octets(&Curve::P256.b())].concat());
    let one = integer(&BigUint::from(1_u8));
    let order = integer(&BigUint::from_bytes_be(&ORDER));
    let parameters = tlv(0x30, &[&one[..], &field, &curve, &tlv(0x04, point), &order, &one].concat());
    let algorithm = tlv(0x30, &[&EC_PUBLIC_KEY[..], &parameters].concat());
    tlv(0x30, &[algorithm, tlv(0x03, &[&[0][..], point].concat())].concat())
}

/// ECDSA with SHA-256 where the secret is 1 (FIPS 186-4 section 6.4), as an ECDSA-Sig-Value. The number that has to be secret may be 1 as
/// well: then the point whose coordinate is told is the generator.
fn sign(message: &[u8], generator: &[u8]) -> Option<Vec<u8>> {
    let order = BigUint::from_bytes_be(&ORDER);
    let r = BigUint::from_bytes_be(generator.get(1..33)?) % &order;
    let s = (BigUint::from_bytes_be(&Sha256::digest(message)) + &r) % &order;
    Some(tlv(0x30, &[integer(&r), integer(&s)].concat()))
}

/// An INTEGER that is not negative.
fn integer(number: &BigUint) -> Vec<u8> {
    let octets = number.to_bytes_be();
    let sign: &[u8] = if octets.first().is_some_and(|first| first & 0x80 != 0) { &[0] } else { &[] };
    tlv(0x02, &[sign, &octets].concat())
}
