//! Key pairs of certificate holders, in the forms that certificates need: Ed25519 (RFC 8032, RFC 8410), ECDSA on P-256
//! (RFC 5480) and RSA (RFC 8017, RFC 4055).

use std::{fmt, str::FromStr};

use ed25519_dalek::{Signer as _, SigningKey};
use p256::ecdsa;
use p256::pkcs8::EncodePrivateKey as _;
use rand_core::CryptoRng;
use rcgen::PublicKeyData as _;
use serde_json::json;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{pem, sha256};
use crate::encryption::{DecryptionKey, USUAL_BITS};
use crate::refusal::Refusal;

/// PKCS#8 version 1 around a 32-byte Ed25519 seed (RFC 8410 section 7). Version 1, without the public key, because
/// OpenSSL 3.0 refuses version 2.
const PKCS8_V1: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 section 4), without its last 32 bytes, the key.
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// What a certified key is for an algorithm of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeyType {
    /// Ed25519.
    #[default]
    Ed25519,
    /// ECDSA on P-256 with SHA-256: what browsers accept.
    P256,
    /// RSA: it signs with PKCS#1 v1.5 and SHA-256, and opens what is encrypted to it.
    Rsa {
        /// Bits of the modulus.
        bits: usize,
    },
}

impl KeyType {
    /// RSA as it is certified today.
    pub const RSA: Self = Self::Rsa { bits: USUAL_BITS };

    /// Every type that can be asked for.
    pub const ALL: [Self; 3] = [Self::Ed25519, Self::P256, Self::RSA];

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::P256 => "p256",
            Self::Rsa { bits: USUAL_BITS } => "rsa2048",
            Self::Rsa { .. } => "rsa-of-another-length",
        }
    }
}

/// A name of no key type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKeyType {
    got: String,
}

impl From<&UnknownKeyType> for Refusal {
    fn from(unknown: &UnknownKeyType) -> Self {
        let known = KeyType::ALL.map(KeyType::as_str);
        Self::new("other-name", json!({ "expected": known, "got": unknown.got }))
    }
}

crate::refused!(UnknownKeyType);

impl FromStr for KeyType {
    type Err = UnknownKeyType;

    fn from_str(name: &str) -> Result<Self, UnknownKeyType> {
        Self::ALL.into_iter().find(|it| it.as_str() == name).ok_or_else(|| UnknownKeyType { got: name.to_owned() })
    }
}

impl fmt::Display for KeyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Clone)]
enum Private {
    Ed25519(Box<SigningKey>),
    P256(Box<ecdsa::SigningKey>),
    Rsa(Box<DecryptionKey>),
}

/// A certificate holder's key pair. It has no `Debug` that shows the secret; the secret is zeroized on drop.
#[derive(Clone)]
pub struct KeyPair {
    private: Private,
    /// As it stands in a certificate.
    public: Vec<u8>,
}

impl KeyPair {
    /// Draws an Ed25519 key: 32 bytes from `rng`.
    #[must_use]
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        Self::from_seed(&seed)
    }

    /// The key pair of an RFC 8032 secret key.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let signing = SigningKey::from_bytes(seed);
        let public = signing.verifying_key().to_bytes().to_vec();
        Self { private: Private::Ed25519(Box::new(signing)), public }
    }

    /// The key pair of this type that follows from a seed.
    #[must_use]
    pub fn of(key_type: KeyType, seed: &[u8; 32]) -> Self {
        let fitting = match key_type {
            KeyType::Ed25519 => None,
            KeyType::P256 => p256(seed),
            KeyType::Rsa { bits } => DecryptionKey::drawn(*seed, bits).map(|key| {
                let public = key.encryption_key().to_der();
                Self { private: Private::Rsa(Box::new(key)), public }
            }),
        };
        fitting.unwrap_or_else(|| Self::from_seed(seed))
    }

    /// Its type.
    #[must_use]
    pub fn key_type(&self) -> KeyType {
        match self.private {
            Private::Ed25519(_) => KeyType::Ed25519,
            Private::P256(_) => KeyType::P256,
            Private::Rsa(ref key) => KeyType::Rsa { bits: key.bits() },
        }
    }

    /// The RFC 8032 secret key of an Ed25519 key, 32 bytes.
    #[must_use]
    pub fn seed(&self) -> Option<&[u8; 32]> {
        if let Private::Ed25519(signing) = &self.private { Some(signing.as_bytes()) } else { None }
    }

    /// An RSA key as the one that decrypts.
    #[must_use]
    pub fn decryption_key(&self) -> Option<&DecryptionKey> {
        if let Private::Rsa(key) = &self.private { Some(key) } else { None }
    }

    /// The public key as it stands in a certificate: 32 bytes for Ed25519, an uncompressed point, or an RSAPublicKey.
    #[must_use]
    pub fn public(&self) -> &[u8] {
        &self.public
    }

    /// A signature over `message`, as it stands in a certificate: 64 bytes for Ed25519, an ECDSA-Sig-Value, or as long as
    /// the RSA modulus. The same message has the same signature (RFC 6979 for ECDSA).
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.private {
            Private::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Private::P256(key) => {
                let signature: ecdsa::Signature = key.sign(message);
                signature.to_der().as_bytes().to_vec()
            }
            Private::Rsa(key) => key.sign(message),
        }
    }

    /// The key identifier of RFC 7093 section 2, method 1: the leftmost 160 bits of the SHA-256 of the public key.
    #[must_use]
    pub fn identifier(&self) -> Vec<u8> {
        Sha256::digest(&self.public)[..20].to_vec()
    }

    /// SHA-256 of the SubjectPublicKeyInfo: what pins compare (RFC 7469 section 2.4).
    #[must_use]
    pub fn spki_sha256(&self) -> [u8; 32] {
        sha256(&self.subject_public_key_info())
    }

    /// The secret key as PKCS#8 version 1 PEM, as `openssl` and `curl` read it.
    #[must_use]
    pub fn to_pkcs8_pem(&self) -> String {
        let der = match &self.private {
            Private::Ed25519(key) => Zeroizing::new([PKCS8_V1.as_slice(), key.as_bytes()].concat()),
            Private::P256(key) => {
                Zeroizing::new(key.to_pkcs8_der().map(|der| der.as_bytes().to_vec()).unwrap_or_default())
            }
            Private::Rsa(key) => key.to_pkcs8(),
        };
        pem::encode(pem::PRIVATE_KEY, &der)
    }
}

/// A secret for X25519 as PKCS#8 version 1 PEM (RFC 8410 section 7).
#[must_use]
pub fn x25519_private_pem(secret: &[u8; 32]) -> String {
    pem::encode(pem::PRIVATE_KEY, &[of_x25519(PKCS8_V1, 11).as_slice(), secret].concat())
}

/// A public value of X25519 as SubjectPublicKeyInfo PEM (RFC 8410 section 4).
#[must_use]
pub fn x25519_public_pem(public: &[u8]) -> String {
    pem::encode(pem::PUBLIC_KEY, &[of_x25519(SPKI, 8).as_slice(), public].concat())
}

/// The same form for the other algorithm: the last octet of its object identifier, which stands at this place.
fn of_x25519<const N: usize>(mut ed25519: [u8; N], at: usize) -> [u8; N] {
    ed25519[at] = 0x6e;
    ed25519
}

/// One seed in 2^32 is beyond the order of the curve, or zero: then the next digest of it is taken.
fn p256(seed: &[u8; 32]) -> Option<KeyPair> {
    let mut scalar = Zeroizing::new(*seed);
    for _ in 0..8 {
        if let Ok(key) = ecdsa::SigningKey::from_slice(scalar.as_slice()) {
            let public = key.verifying_key().to_sec1_point(false).as_bytes().to_vec();
            return Some(KeyPair { private: Private::P256(Box::new(key)), public });
        }
        *scalar = Sha256::digest(scalar.as_slice()).into();
    }
    None
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}

impl rcgen::PublicKeyData for KeyPair {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        match self.private {
            Private::Ed25519(_) => &rcgen::PKCS_ED25519,
            Private::P256(_) => &rcgen::PKCS_ECDSA_P256_SHA256,
            Private::Rsa(_) => &rcgen::PKCS_RSA_SHA256,
        }
    }
}

impl rcgen::SigningKey for KeyPair {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(KeyPair::sign(self, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    /// RFC 8410 section 10.3 prints this private key; section 10.1 its public key.
    #[test]
    fn pkcs8_of_rfc_8410() {
        let expected = "-----BEGIN PRIVATE KEY-----\n\
                        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
                        -----END PRIVATE KEY-----\n";
        let der = pem::decode(expected.as_bytes()).unwrap().remove(0).der;
        let seed = der[16..].try_into().unwrap();
        let key = KeyPair::from_seed(&seed);
        assert_eq!(key.to_pkcs8_pem(), expected);
        let spki = pem::decode(
            b"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n",
        )
        .unwrap()
        .remove(0)
        .der;
        assert_eq!(key.public(), &spki[12..]);
        assert_eq!(key.spki_sha256(), sha256(&spki));
        // RFC 7093 section 2, method 1, by Python's hashlib.
        let identifier: String = key.identifier().iter().map(|octet| format!("{octet:02x}")).collect();
        assert_eq!(identifier, "e744c0791320c3285460eddb523f14c88d857ada");
    }

    /// The object identifier is 1.3.101.110 (RFC 8410 section 3), in either form at the place of Ed25519's.
    #[test]
    fn x25519_has_its_own_identifier_in_both_forms() {
        let der = |pem: String| pem::decode(pem.as_bytes()).unwrap().remove(0).der;
        let oid = [0x06, 0x03, 0x2b, 0x65, 0x6e];
        let (private, public) = (der(x25519_private_pem(&[7; 32])), der(x25519_public_pem(&[9; 32])));
        assert_eq!((&private[7..12], &private[16..]), (&oid[..], &[7; 32][..]));
        assert_eq!((&public[4..9], &public[12..]), (&oid[..], &[9; 32][..]));
    }

    /// RFC 6979 appendix A.2.5: the key, and its signature over "sample" with SHA-256.
    #[test]
    fn a_p256_key_signs_as_rfc_6979_prints() {
        let octets = |hex: &str| -> Vec<u8> {
            (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect()
        };
        let secret = octets("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
        let key = KeyPair::of(KeyType::P256, &secret.try_into().unwrap());
        assert_eq!(key.public()[..33], octets("0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"));
        let signature = key.sign(b"sample");
        let contains = |part: &str| signature.windows(32).any(|window| window == octets(part));
        assert!(contains("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"), "r");
        assert!(contains("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"), "s");
    }

    /// Each key is drawn, the next one of the same randomness too.
    #[test]
    fn keys_are_drawn() {
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        let drawn: std::collections::BTreeSet<_> = (0..3).map(|_| KeyPair::generate(rng).public().to_vec()).collect();
        assert_eq!(drawn.len(), 3);
        assert_ne!(KeyPair::generate(&mut ChaCha20Rng::from_seed([2; 32])).public(), drawn.first().unwrap());
    }

    /// No key of the curve is zero or beyond its order (FIPS 186-5 section A.2): such a seed is a key's all the same.
    #[test]
    fn seeds_that_are_no_scalars() {
        let keys = [[0; 32], [0xff; 32]].map(|seed| KeyPair::of(KeyType::P256, &seed));
        assert!(keys.iter().all(|key| key.key_type() == KeyType::P256));
        assert_ne!(keys[0].public(), keys[1].public());
    }

    #[test]
    fn each_type_has_its_name_and_one_key_a_seed() {
        for key_type in KeyType::ALL {
            assert_eq!(key_type.as_str().parse(), Ok(key_type));
            let [one, again, other] = [1, 1, 2].map(|seed| KeyPair::of(key_type, &[seed; 32]));
            assert_eq!((one.key_type(), one.public()), (key_type, again.public()));
            assert_ne!(one.public(), other.public());
            assert_eq!(one.sign(b"message"), again.sign(b"message"));
        }
        assert!("rsa1024".parse::<KeyType>().unwrap_err().to_string().contains("ed25519, p256, rsa2048"));
    }
}
