//! Ed25519 key pairs (RFC 8032) in the forms that certificates need (RFC 8410).

use ed25519_dalek::{Signer, SigningKey};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};

use super::{pem, sha256};

/// PKCS#8 version 1 around a 32-byte Ed25519 seed (RFC 8410 section 7). Version 1, without the public key, because
/// OpenSSL 3.0 refuses version 2.
const PKCS8_V1: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// SubjectPublicKeyInfo of an Ed25519 key (RFC 8410 section 4), without its last 32 bytes, the key.
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// A certificate holder's key pair. It has no `Debug` that shows the secret; the secret is zeroized on drop.
#[derive(Clone)]
pub struct KeyPair {
    signing: SigningKey,
    public: [u8; 32],
}

impl KeyPair {
    /// Draws 32 bytes from `rng`.
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
        let public = signing.verifying_key().to_bytes();
        Self { signing, public }
    }

    /// The RFC 8032 secret key, 32 bytes.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        self.signing.as_bytes()
    }

    /// The public key as it stands in a certificate: 32 bytes.
    #[must_use]
    pub fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// An Ed25519 signature over `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing.sign(message).to_bytes()
    }

    /// The key identifier of RFC 7093 section 2, method 1: the leftmost 160 bits of the SHA-256 of the public key.
    #[must_use]
    pub fn identifier(&self) -> Vec<u8> {
        Sha256::digest(self.public)[..20].to_vec()
    }

    /// SHA-256 of the SubjectPublicKeyInfo: what pins compare (RFC 7469 section 2.4).
    #[must_use]
    pub fn spki_sha256(&self) -> [u8; 32] {
        sha256(&[SPKI.as_slice(), &self.public].concat())
    }

    /// The secret key as PKCS#8 version 1 PEM, as `openssl` and `curl` read it.
    #[must_use]
    pub fn to_pkcs8_pem(&self) -> String {
        let mut der = PKCS8_V1.to_vec();
        der.extend_from_slice(self.signing.as_bytes());
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

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPair").field("public", &self.public).finish_non_exhaustive()
    }
}

impl rcgen::PublicKeyData for KeyPair {
    fn der_bytes(&self) -> &[u8] {
        &self.public
    }

    fn algorithm(&self) -> &'static rcgen::SignatureAlgorithm {
        &rcgen::PKCS_ED25519
    }
}

impl rcgen::SigningKey for KeyPair {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(KeyPair::sign(self, message).to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
