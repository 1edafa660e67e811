//! Public keys: whether one is a key at all, and strong enough.

mod curve;

use ed25519_dalek::VerifyingKey;
use x509_parser::x509::SubjectPublicKeyInfo;

use super::oid::oid_text;
use super::reason::{Key, Text};
use super::verified::{Good, Verified};
use super::{der, grammar};

pub(super) use curve::Curve;

/// Shortest RSA modulus that the policy accepts, in bits (CA/Browser Forum BR 6.1.5).
pub(super) const RSA_MIN: usize = 2048;
/// Longest RSA modulus that is worth anybody's time.
pub(super) const RSA_MAX: usize = 8192;

/// The first octet of a point given by both coordinates (SEC 1 section 2.3.3).
pub(super) const UNCOMPRESSED: u8 = 0x04;

/// What the policy thinks of an algorithm or key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Strength<T> {
    /// Accepted.
    Good(T),
    /// Too weak, or none.
    Weak(T),
    /// Out of scope here.
    Unsupported(T),
}

impl<T> Strength<T> {
    /// What is judged.
    pub(super) fn into_inner(self) -> T {
        match self {
            Self::Good(judged) | Self::Weak(judged) | Self::Unsupported(judged) => judged,
        }
    }
}

/// What the policy thinks of a public key, unless that is remembered.
pub(super) fn strength(spki: &SubjectPublicKeyInfo<'_>, memory: Option<&Verified>) -> Strength<Key> {
    let key = spki.subject_public_key.data.as_ref();
    match spki.algorithm.algorithm.as_bytes() {
        [0x2b, 0x65, 0x70] => ed25519(key, memory),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01] => elliptic(spki),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 1 | 10] => rsa(key),
        [0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01] => Strength::Weak(Key::Dsa),
        other => Strength::Unsupported(Key::OtherType { oid: oid_text(other), name: name(other) }),
    }
}

/// RFC 8410 section 4: the 32 octets of a point. One of small order verifies signatures that nobody made.
fn ed25519(key: &[u8], memory: Option<&Verified>) -> Strength<Key> {
    let judged = || match VerifyingKey::try_from(key) {
        _ if key.len() != 32 => Err(Key::Ed25519Length),
        Err(_) => Err(Key::Ed25519NoPoint),
        Ok(key) if key.is_weak() => Err(Key::Ed25519SmallOrder),
        Ok(_) => Ok(()),
    };
    Verified::passes(memory, Good::Key, &[key], judged).map_or_else(Strength::Weak, |()| Strength::Good(Key::Ed25519))
}

/// RFC 5480 section 2.1.1.1: a named curve, and a point of it.
fn elliptic(spki: &SubjectPublicKeyInfo<'_>) -> Strength<Key> {
    let Some(parameters) = spki.algorithm.parameters.as_ref().filter(|any| any.tag().0 == 6) else {
        return Strength::Weak(Key::NoCurve);
    };
    let on = |curve: &'static str| Key::Curve { curve: curve.into() };
    match (curve(spki), parameters.data) {
        (Some(curve), _) if curve.has(&spki.subject_public_key.data) => Strength::Good(on(curve.name())),
        (Some(curve), _) => Strength::Weak(Key::CurveNoPoint { curve: curve.name().into() }),
        (None, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 1]) => Strength::Weak(on("P-192")),
        (None, [0x2b, 0x81, 0x04, 0x00, 0x21]) => Strength::Weak(on("P-224")),
        (None, other) => Strength::Unsupported(Key::OtherCurve { oid: oid_text(other), name: name(other) }),
    }
}

/// The curve that an elliptic-curve key names, if it is accepted here.
pub(super) fn curve(spki: &SubjectPublicKeyInfo<'_>) -> Option<Curve> {
    match spki.algorithm.parameters.as_ref().filter(|any| any.tag().0 == 6)?.data {
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 7] => Some(Curve::P256),
        [0x2b, 0x81, 0x04, 0x00, 0x22] => Some(Curve::P384),
        [0x2b, 0x81, 0x04, 0x00, 0x23] => Some(Curve::P521),
        _ => None,
    }
}

/// RFC 8017 section 3.1, BR 6.1.5 and 6.1.6: an odd modulus, and an odd exponent of at least 3 below it.
fn rsa(key: &[u8]) -> Strength<Key> {
    let Some((modulus, exponent)) = rsa_numbers(key) else {
        return Strength::Weak(Key::RsaUnreadable);
    };
    let bits = bits(modulus);
    let odd = |number: &[u8]| number.last().is_some_and(|octet| octet & 1 == 1);
    let below = exponent.len() < modulus.len() || exponent.len() == modulus.len() && exponent < modulus;
    if !odd(modulus) {
        Strength::Weak(Key::RsaEven)
    } else if !odd(exponent) || exponent == [1] || !below {
        Strength::Weak(Key::RsaExponent)
    } else if bits < RSA_MIN {
        Strength::Weak(Key::Rsa { bits })
    } else if bits > RSA_MAX {
        Strength::Unsupported(Key::RsaLong { bits })
    } else if !bits.is_multiple_of(8) {
        Strength::Weak(Key::RsaPartial { bits })
    } else {
        Strength::Good(Key::Rsa { bits })
    }
}

/// Length of an RSA key's modulus.
pub(super) fn modulus_bits(spki: &SubjectPublicKeyInfo<'_>) -> Option<usize> {
    rsa_numbers(&spki.subject_public_key.data).map(|(modulus, _)| bits(modulus))
}

/// Modulus and exponent, big-endian without leading zeros, of an RSAPublicKey that is nothing else.
fn rsa_numbers(key: &[u8]) -> Option<(&[u8], &[u8])> {
    grammar::rsa_public_key(key).ok()?;
    let numbers = der::children(key)?;
    let [(_, modulus), (_, exponent)] = numbers.as_slice() else { return None };
    Some((modulus.strip_prefix(&[0]).unwrap_or(modulus), exponent.strip_prefix(&[0]).unwrap_or(exponent)))
}

fn bits(number: &[u8]) -> usize {
    number.len() * 8 - number.first().map_or(0, |first| first.leading_zeros() as usize)
}

/// Names of what is out of scope, but not rare.
const OUT_OF_SCOPE: &[(&[u8], &str)] = &[
    (&[0x2b, 0x65, 0x71], "Ed448"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 1], "ECDSA with SHA-224"),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 4], "ECDSA with SHA-512"),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 14], "RSA with SHA-224"),
    (&[0x2b, 0x81, 0x04, 0x00, 0x0a], "secp256k1"),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 7], "brainpoolP256r1"),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 11], "brainpoolP384r1"),
    (&[0x2b, 0x24, 0x03, 0x03, 0x02, 0x08, 0x01, 0x01, 13], "brainpoolP512r1"),
];

/// What an object identifier is called, where that is known here.
pub(super) fn name(oid: &[u8]) -> Option<Text> {
    OUT_OF_SCOPE.iter().find(|(known, _)| *known == oid).map(|(_, name)| Text::Borrowed(name))
}

#[cfg(test)]
mod tests {
    use x509_parser::prelude::FromDer as _;

    use super::*;
    use crate::certificate::der::tlv;

    fn judged(algorithm: &[&[u8]], key: &[u8]) -> Strength<Key> {
        let bits = [&[0], key].concat();
        let spki = tlv(0x30, &[tlv(0x30, &algorithm.concat()), tlv(0x03, &bits)].concat());
        let (_, spki) = SubjectPublicKeyInfo::from_der(&spki).unwrap();
        strength(&spki, None)
    }

    fn good(algorithm: &[&[u8]], key: &[u8]) -> bool {
        matches!(judged(algorithm, key), Strength::Good(_))
    }

    #[test]
    fn rsa_keys() {
        use Strength::{Good, Unsupported, Weak};
        let oid = tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 1]);
        let of = |key: &[u8]| judged(&[&oid, &[0x05, 0]], key);
        let numbers = |modulus: &[u8], exponent: &[u8]| {
            let sign: &[u8] = if modulus[0] & 0x80 == 0 { &[] } else { &[0] };
            [tlv(0x02, &[sign, modulus].concat()), tlv(0x02, exponent)].concat()
        };
        let odd = |octets| vec![0xff_u8; octets];
        let first = |first: u8, octets: usize| [&[first], &odd(octets - 1)[..]].concat();
        let (bits, sound) = (2048, odd(256));
        for (modulus, exponent, expected) in [
            (sound.clone(), &[1, 0, 1][..], Good(Key::Rsa { bits })),
            (sound.clone(), &[3], Good(Key::Rsa { bits })),
            (first(0x80, 256), &[3], Good(Key::Rsa { bits })),
            ([&odd(255)[..], &[0xfe]].concat(), &[3], Weak(Key::RsaEven)),
            (sound.clone(), &[1], Weak(Key::RsaExponent)),
            (sound.clone(), &[4], Weak(Key::RsaExponent)),
            (sound.clone(), &[0], Weak(Key::RsaExponent)),
            // Negative, and as large as the modulus.
            (sound.clone(), &[0xfd], Weak(Key::RsaUnreadable)),
            (sound.clone(), &[&[0], &sound[..]].concat(), Weak(Key::RsaExponent)),
            (odd(255), &[3], Weak(Key::Rsa { bits: 2040 })),
            (vec![0xff], &[3], Weak(Key::Rsa { bits: 8 })),
            (first(0x81, 257), &[3], Good(Key::Rsa { bits: 2056 })),
            (first(0x01, 257), &[3], Weak(Key::RsaPartial { bits: 2049 })),
            (odd(1024), &[3], Good(Key::Rsa { bits: 8192 })),
            (first(0x01, 1025), &[3], Unsupported(Key::RsaLong { bits: 8193 })),
        ] {
            let octets = modulus.len();
            assert_eq!(of(&tlv(0x30, &numbers(&modulus, exponent))), expected, "{octets} octets, {exponent:?}");
        }
        assert_eq!(of(&tlv(0x30, &[0x02, 1, 0, 0x02, 1, 3])), Weak(Key::RsaEven), "nought");
        assert_eq!(of(&tlv(0x30, &[numbers(&sound, &[3]), vec![0x05, 0]].concat())), Weak(Key::RsaUnreadable));
        assert_eq!(of(&[]), Weak(Key::RsaUnreadable));
    }

    #[test]
    fn ed25519_keys() {
        let oid: &[u8] = &[0x06, 3, 0x2b, 0x65, 0x70];
        assert!(good(&[oid], crate::certificate::KeyPair::from_seed(&[1; 32]).public()));
        assert!(!good(&[oid], &[]));
        assert!(!good(&[oid], &[0; 32]), "of order 4");
        assert!(!good(&[oid], &[[2].as_slice(), &[0; 31]].concat()), "no point has this coordinate");
    }
}
