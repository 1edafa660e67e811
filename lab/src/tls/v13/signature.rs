//! CertificateVerify: what is signed, by which scheme (RFC 8446 sections 4.2.3 and 4.4.3).

use crate::certificate::{KeyPair, KeyType};
use rand_core::CryptoRng;
use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};

/// The context of a server's signature.
pub(super) const SERVER: &str = "TLS 1.3, server CertificateVerify";
/// The context of a client's.
pub(super) const CLIENT: &str = "TLS 1.3, client CertificateVerify";

const ECDSA_SECP256R1_SHA256: u16 = 0x0403;
const RSA_PSS_RSAE_SHA256: u16 = 0x0804;
const ED25519: u16 = 0x0807;

/// The schemes that are understood.
pub(super) const SCHEMES: [u16; 3] = [ED25519, ECDSA_SECP256R1_SHA256, RSA_PSS_RSAE_SHA256];

/// The scheme by which a key signs.
pub(super) fn scheme(key: &KeyPair) -> u16 {
    match key.key_type() {
        KeyType::Ed25519 => ED25519,
        KeyType::P256 => ECDSA_SECP256R1_SHA256,
        KeyType::Rsa { .. } => RSA_PSS_RSAE_SHA256,
    }
}

/// What is signed under this context.
pub(super) fn content(context: &str, transcript: &[u8; 32]) -> Vec<u8> {
    [&[b' '; 64][..], context.as_bytes(), &[0], transcript].concat()
}

/// A signature by that scheme.
pub(super) fn sign(key: &KeyPair, content: &[u8], rng: &mut dyn CryptoRng) -> Vec<u8> {
    match key.decryption_key() {
        Some(key) => key.sign_pss(content, rng),
        None => key.sign(content),
    }
}

/// Whether the holder of a certificate made this signature. The three kinds of keys have forms that none has in common with
/// another, so that a key of another kind than the scheme's verifies nothing.
pub(super) fn verifies(scheme: u16, certificate: &[u8], content: &[u8], signature: &[u8]) -> bool {
    let algorithm: &dyn VerificationAlgorithm = match scheme {
        ED25519 => &signature::ED25519,
        ECDSA_SECP256R1_SHA256 => &signature::ECDSA_P256_SHA256_ASN1,
        RSA_PSS_RSAE_SHA256 => &signature::RSA_PSS_2048_8192_SHA256,
        _ => return false,
    };
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(certificate) else { return false };
    let key = &certificate.public_key().subject_public_key.data;
    UnparsedPublicKey::new(algorithm, key.as_ref()).verify(content, signature).is_ok()
}
