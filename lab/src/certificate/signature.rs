//! Signatures: which algorithm a certificate names, whether it is strong enough, and whether the signature verifies.

use ring::signature as ring_signature;
use x509_parser::asn1_rs::{Any, BitString};
use x509_parser::oid_registry::asn1_rs::oid;
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::{AlgorithmIdentifier, SubjectPublicKeyInfo};

use super::oid::oid_text;
use super::public_key::{self, Curve, RSA_MAX, RSA_MIN, Strength, name};
use super::reason::{Algorithm, Text};
use super::verified::{Good, Verified};

/// Shortest RSA modulus whose signatures can be verified at all, for those who switch the policy off.
const RSA_LEGACY: usize = 1024;

/// Whether a signature is the issuer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signature {
    /// It verifies.
    Valid,
    /// It does not.
    Invalid,
    /// This validator cannot compute it.
    Unknown,
}

/// The hash of an RSA or ECDSA signature, as far as it can be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Pkcs1(Hash),
    Pss(Hash),
    Ecdsa(Hash),
    Ed25519,
    /// Named, judged, but not computed.
    Other,
}

/// What a signature algorithm identifier names.
fn scheme(algorithm: &AlgorithmIdentifier<'_>) -> (Scheme, Strength<Algorithm>) {
    let good = |scheme, name: &'static str| (scheme, Strength::Good(Algorithm::Named { name: name.into() }));
    let weak = |scheme, why| (scheme, Strength::Weak(why));
    let collisions = |name: &'static str, reference: Option<&'static str>| Algorithm::Collisions {
        name: name.into(),
        reference: reference.map(Text::Borrowed),
    };
    let absent_or_null = || algorithm.parameters.as_ref().is_none_or(|any| any.data.is_empty() && any.tag().0 == 5);
    match algorithm.algorithm.as_bytes() {
        // 1.2.840.113549.1.1.x: RSA.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, arc] => match arc {
            2 => weak(Scheme::Other, collisions("MD2 with RSA", None)),
            4 => weak(Scheme::Other, collisions("MD5 with RSA", Some("RFC 6151"))),
            5 => weak(Scheme::Pkcs1(Hash::Sha1), collisions("SHA-1 with RSA", Some("RFC 9155"))),
            10 => pss(algorithm.parameters.as_ref()),
            11..=13 if !absent_or_null() => weak(Scheme::Other, Algorithm::RsaParameters),
            11 => good(Scheme::Pkcs1(Hash::Sha256), "RSA PKCS#1 v1.5 with SHA-256"),
            12 => good(Scheme::Pkcs1(Hash::Sha384), "RSA PKCS#1 v1.5 with SHA-384"),
            13 => good(Scheme::Pkcs1(Hash::Sha512), "RSA PKCS#1 v1.5 with SHA-512"),
            _ => unsupported(algorithm),
        },
        // 1.2.840.10045.4.1: ECDSA with SHA-1; 1.2.840.10045.4.3.x: with SHA-2.
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01] => weak(Scheme::Other, collisions("ECDSA with SHA-1", None)),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 2 | 3] | [0x2b, 0x65, 0x70] if algorithm.parameters.is_some() => {
            weak(Scheme::Other, Algorithm::Parameters)
        }
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 2] => good(Scheme::Ecdsa(Hash::Sha256), "ECDSA with SHA-256"),
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 3] => good(Scheme::Ecdsa(Hash::Sha384), "ECDSA with SHA-384"),
        // 1.3.101.112.
        [0x2b, 0x65, 0x70] => good(Scheme::Ed25519, "Ed25519"),
        // 1.2.840.10040.4.3 and 2.16.840.1.101.3.4.3.{1,2}.
        [0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03] | [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 1 | 2] => {
            weak(Scheme::Other, Algorithm::Dsa)
        }
        _ => unsupported(algorithm),
    }
}

fn unsupported(algorithm: &AlgorithmIdentifier<'_>) -> (Scheme, Strength<Algorithm>) {
    let oid = algorithm.algorithm.as_bytes();
    (Scheme::Other, Strength::Unsupported(Algorithm::Other { oid: oid_text(oid), name: name(oid) }))
}

/// RFC 4055 section 3.1, with one hash for both and a salt of its length, as RFC 8446 section 4.2.3 demands.
fn pss(parameters: Option<&Any<'_>>) -> (Scheme, Strength<Algorithm>) {
    let unsupported = |why| (Scheme::Other, Strength::Unsupported(why));
    let Some(parameters) = parameters.and_then(|any| RsaSsaPssParams::try_from(any).ok()) else {
        return unsupported(Algorithm::PssUnreadable);
    };
    let named = |name: &'static str| Algorithm::Named { name: name.into() };
    let (hash, salt, name) = match parameters.hash_algorithm_oid().as_bytes() {
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 1] => (Hash::Sha256, 32, "RSA-PSS with SHA-256"),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 2] => (Hash::Sha384, 48, "RSA-PSS with SHA-384"),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 3] => (Hash::Sha512, 64, "RSA-PSS with SHA-512"),
        [0x2b, 0x0e, 0x03, 0x02, 0x1a] => return (Scheme::Other, Strength::Weak(named("RSA-PSS with SHA-1"))),
        _ => return unsupported(Algorithm::PssHash),
    };
    let mask = parameters.mask_gen_algorithm();
    let same_hash = mask
        .is_ok_and(|mask| mask.mgf == oid! { 1.2.840.113549.1.1.8 } && mask.hash == *parameters.hash_algorithm_oid());
    if !same_hash {
        return unsupported(Algorithm::PssMask);
    }
    if parameters.salt_length() != salt {
        return unsupported(Algorithm::PssSalt { salt: parameters.salt_length(), hash: salt });
    }
    if parameters.trailer_field() != 1 {
        return unsupported(Algorithm::PssTrailer);
    }
    (Scheme::Pss(hash), Strength::Good(named(name)))
}

/// What the policy thinks of a signature algorithm.
pub(super) fn algorithm_strength(algorithm: &AlgorithmIdentifier<'_>) -> Strength<Algorithm> {
    scheme(algorithm).1
}

/// Verifies `signature` over `message` with the issuer's key, unless it is among those that `verified` before.
pub(super) fn verify(
    issuer: &SubjectPublicKeyInfo<'_>,
    algorithm: &AlgorithmIdentifier<'_>,
    message: &[u8],
    signature: &BitString<'_>,
    verified: Option<&Verified>,
) -> Signature {
    let scheme = scheme(algorithm).0;
    let name = format!("{scheme:?}");
    let inputs = [issuer.raw, name.as_bytes(), message, &signature.data, &[signature.unused_bits]];
    let verifies = || match compute(issuer, scheme, message, signature) {
        Signature::Valid => Ok(()),
        other => Err(other),
    };
    Verified::passes(verified, Good::Signature, &inputs, verifies).err().unwrap_or(Signature::Valid)
}

fn compute(issuer: &SubjectPublicKeyInfo<'_>, scheme: Scheme, message: &[u8], signature: &BitString<'_>) -> Signature {
    let key_type = issuer.algorithm.algorithm.as_bytes();
    let rsa = matches!(key_type, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 1 | 10]);
    let bits = if rsa { public_key::modulus_bits(issuer).unwrap_or(0) } else { 0 };
    let verifier: &dyn ring_signature::VerificationAlgorithm = match scheme {
        Scheme::Ed25519 => return verify_ed25519(issuer, message, signature),
        Scheme::Other => return Signature::Unknown,
        Scheme::Pkcs1(_) | Scheme::Pss(_) if !rsa => return Signature::Invalid,
        Scheme::Pkcs1(Hash::Sha1) if (RSA_LEGACY..=RSA_MAX).contains(&bits) => {
            &ring_signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY
        }
        Scheme::Pkcs1(Hash::Sha256) if (RSA_LEGACY..=RSA_MAX).contains(&bits) => {
            &ring_signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY
        }
        Scheme::Pkcs1(_) | Scheme::Pss(_) if !(RSA_MIN..=RSA_MAX).contains(&bits) => return Signature::Unknown,
        Scheme::Pkcs1(Hash::Sha384) => &ring_signature::RSA_PKCS1_2048_8192_SHA384,
        Scheme::Pkcs1(_) => &ring_signature::RSA_PKCS1_2048_8192_SHA512,
        Scheme::Pss(Hash::Sha256) => &ring_signature::RSA_PSS_2048_8192_SHA256,
        Scheme::Pss(Hash::Sha384) => &ring_signature::RSA_PSS_2048_8192_SHA384,
        Scheme::Pss(_) => &ring_signature::RSA_PSS_2048_8192_SHA512,
        Scheme::Ecdsa(hash) => {
            if key_type != [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01] {
                return Signature::Invalid;
            }
            // A compressed point is a key, but nothing here computes with it.
            if !issuer.subject_public_key.data.starts_with(&[public_key::UNCOMPRESSED]) {
                return Signature::Unknown;
            }
            match (public_key::curve(issuer), hash) {
                (Some(Curve::P256), Hash::Sha256) => &ring_signature::ECDSA_P256_SHA256_ASN1,
                (Some(Curve::P256), _) => &ring_signature::ECDSA_P256_SHA384_ASN1,
                (Some(Curve::P384), Hash::Sha256) => &ring_signature::ECDSA_P384_SHA256_ASN1,
                (Some(Curve::P384), _) => &ring_signature::ECDSA_P384_SHA384_ASN1,
                _ => return Signature::Unknown,
            }
        }
    };
    let key = ring_signature::UnparsedPublicKey::new(verifier, &issuer.subject_public_key.data);
    verdict(signature.unused_bits == 0 && key.verify(message, &signature.data).is_ok())
}

/// ed25519-dalek is a little faster here than ring. A key of small order would accept signatures that nobody made.
fn verify_ed25519(issuer: &SubjectPublicKeyInfo<'_>, message: &[u8], signature: &BitString<'_>) -> Signature {
    use ed25519_dalek::{Verifier as _, VerifyingKey};
    let verified = || {
        if issuer.algorithm.algorithm.as_bytes() != [0x2b, 0x65, 0x70] || signature.unused_bits != 0 {
            return None;
        }
        let key = VerifyingKey::try_from(issuer.subject_public_key.data.as_ref()).ok()?;
        let signature = ed25519_dalek::Signature::from_slice(&signature.data).ok()?;
        (!key.is_weak() && key.verify(message, &signature).is_ok()).then_some(())
    };
    verdict(verified().is_some())
}

fn verdict(valid: bool) -> Signature {
    if valid { Signature::Valid } else { Signature::Invalid }
}

#[cfg(test)]
mod tests {
    use rcgen::PublicKeyData as _;
    use x509_parser::prelude::FromDer as _;

    use super::*;
    use crate::certificate::KeyPair;
    use crate::certificate::der::tlv;

    fn judged(parts: &[&[u8]]) -> Strength<Algorithm> {
        let algorithm = tlv(0x30, &parts.concat());
        let (_, algorithm) = AlgorithmIdentifier::from_der(&algorithm).unwrap();
        algorithm_strength(&algorithm)
    }

    /// RFC 4055 section 5: NULL or nothing.
    #[test]
    fn parameters_of_rsa() {
        for arc in [11, 12, 13] {
            let oid = tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, arc]);
            for sound in [&[][..], &[0x05, 0]] {
                assert!(matches!(judged(&[&oid, sound]), Strength::Good(_)), "{arc} {sound:02x?}");
            }
            for odd in [&[0x04, 0][..], &[0x05, 1, 0], &[0x30, 0]] {
                assert_eq!(judged(&[&oid, odd]), Strength::Weak(Algorithm::RsaParameters), "{arc} {odd:02x?}");
            }
        }
    }

    /// RFC 4055 section 3.1 and RFC 8446 section 4.2.3: one hash for both, and a salt of its length.
    #[test]
    fn parameters_of_pss() {
        let sha2 = |arc: u8| {
            tlv(0x30, &[&[0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, arc][..], &[5, 0]].concat())
        };
        let sha1 = tlv(0x30, &[0x06, 5, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 5, 0]);
        let generator = |arc: u8, hash: &[u8]| {
            tlv(0x30, &[&[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, arc][..], hash].concat())
        };
        let of = |hash: &[u8], mask: &[u8], salt: u8, trailer: u8| {
            let fields = [
                tlv(0xa0, hash),
                tlv(0xa1, mask),
                tlv(0xa2, &[2, 1, salt]),
                if trailer == 1 { Vec::new() } else { tlv(0xa3, &[2, 1, trailer]) },
            ];
            judged(&[&tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 10]), &tlv(0x30, &fields.concat())])
        };
        let mgf1 = |hash: &[u8]| generator(8, hash);
        for (arc, salt) in [(1, 32), (2, 48), (3, 64)] {
            let hash = sha2(arc);
            assert!(matches!(of(&hash, &mgf1(&hash), salt, 1), Strength::Good(_)), "{arc}");
            let odd = |found, why| assert_eq!(found, Strength::Unsupported(why), "{arc}");
            odd(of(&hash, &mgf1(&sha2(4)), salt, 1), Algorithm::PssMask);
            odd(of(&hash, &generator(9, &hash), salt, 1), Algorithm::PssMask);
            odd(of(&hash, &mgf1(&hash), 20, 1), Algorithm::PssSalt { salt: 20, hash: salt.into() });
            odd(of(&hash, &mgf1(&hash), salt, 2), Algorithm::PssTrailer);
        }
        assert_eq!(of(&sha2(4), &mgf1(&sha2(4)), 28, 1), Strength::Unsupported(Algorithm::PssHash));
        assert!(matches!(of(&sha1, &mgf1(&sha1), 20, 1), Strength::Weak(_)));
        let pss = tlv(0x06, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 10]);
        assert_eq!(judged(&[&pss]), Strength::Unsupported(Algorithm::PssUnreadable));
    }

    /// RFC 8410: a signature is whole octets, and a key of X25519 signs nothing.
    #[test]
    fn ed25519() {
        let key = KeyPair::from_seed(&[1; 32]);
        let algorithm = [0x30, 5, 0x06, 3, 0x2b, 0x65, 0x70];
        let (_, algorithm) = AlgorithmIdentifier::from_der(&algorithm).unwrap();
        let verified = |arc: u8, message: &[u8], unused: u8| {
            let mut spki = key.subject_public_key_info();
            let at = spki.windows(3).position(|octets| octets == [0x2b, 0x65, 0x70]).unwrap() + 2;
            spki[at] = arc;
            let (_, issuer) = SubjectPublicKeyInfo::from_der(&spki).unwrap();
            let made = key.sign(b"message");
            verify(&issuer, &algorithm, message, &BitString::new(unused, &made), None)
        };
        assert_eq!(verified(0x70, b"message", 0), Signature::Valid);
        for (arc, message, unused) in [(0x6e, &b"message"[..], 0), (0x70, b"another", 0), (0x70, b"message", 1)] {
            assert_eq!(verified(arc, message, unused), Signature::Invalid, "{arc:02x} {unused}");
        }
    }

    /// What is out of scope has its name where it is known.
    #[test]
    fn names_of_what_is_out_of_scope() {
        let named = |oid: &[u8]| match judged(&[&tlv(0x06, oid)]) {
            Strength::Unsupported(Algorithm::Other { name, .. }) => name,
            other => panic!("{other:?}"),
        };
        assert_eq!(named(&[0x2b, 0x65, 0x71]).as_deref(), Some("Ed448"));
        assert_eq!(named(&[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 1]).as_deref(), Some("ECDSA with SHA-224"));
        assert_eq!(named(&[0x2b, 0x65, 0x72]), None);
    }
}
