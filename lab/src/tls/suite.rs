//! Cipher suites (the registry of IANA): how the secret is agreed, what protects the records, which hash derives the keys.

use ring::aead;
use serde::Serialize;

/// How the premaster secret is agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exchange {
    /// Diffie–Hellman in the server's own group, for this session alone (RFC 5246 section 8.1.2).
    Dhe,
    /// Encrypted to the server's key of RSA (RFC 5246 section 8.1.1).
    Rsa,
    /// Diffie–Hellman on a named curve, for this session alone (RFC 8422).
    Ecdhe,
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
}

/// The MAC of a suite that encrypts in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mac {
    /// HMAC-SHA-1.
    Sha1,
    /// HMAC-SHA-256.
    Sha256,
    /// HMAC-SHA-384.
    Sha384,
}

/// What protects records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// AES-GCM with a key of 16 or 32 octets (RFC 5288).
    Gcm(usize),
    /// ChaCha20-Poly1305 (RFC 7905).
    ChaCha,
    /// AES in CBC mode with a key of 16 or 32 octets, and a MAC (RFC 5246 section 6.2.3.2).
    Cbc(usize, Mac),
}

impl Mac {
    /// Octets of its key and of its value.
    pub const fn octets(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
        }
    }
}

impl Cipher {
    /// Octets of the MAC key, of the key, and of the part of the nonce that does not change, for one direction.
    pub const fn octets(self) -> [usize; 3] {
        match self {
            Self::Gcm(key) => [0, key, 4],
            Self::ChaCha => [0, 32, 12],
            Self::Cbc(key, mac) => [mac.octets(), key, 0],
        }
    }

    /// The algorithm that opens a record at once; none where blocks are chained.
    pub(super) fn aead(self) -> Option<&'static aead::Algorithm> {
        match self {
            Self::Gcm(16) => Some(&aead::AES_128_GCM),
            Self::Gcm(_) => Some(&aead::AES_256_GCM),
            Self::ChaCha => Some(&aead::CHACHA20_POLY1305),
            Self::Cbc(..) => None,
        }
    }
}

/// A cipher suite of TLS 1.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suite {
    /// Its number.
    pub id: u16,
    /// Its name in the registry.
    pub name: &'static str,
    /// How the secret is agreed.
    pub exchange: Exchange,
    /// What protects records.
    pub cipher: Cipher,
    /// What derives the keys.
    pub hash: Hash,
}

impl Suite {
    /// The suite with this number, if it is one of [`SUITES`].
    pub fn find(id: u16) -> Option<&'static Self> {
        SUITES.iter().find(|suite| suite.id == id)
    }
}

const fn suite(id: u16, name: &'static str, exchange: Exchange, cipher: Cipher, hash: Hash) -> Suite {
    Suite { id, name, exchange, cipher, hash }
}

use Cipher::{Cbc, ChaCha, Gcm};
use Exchange::{Dhe, Ecdhe, Rsa};
use Hash::{Sha256, Sha384};

/// The suites that are understood.
pub const SUITES: [Suite; 39] = [
    suite(0x002f, "TLS_RSA_WITH_AES_128_CBC_SHA", Rsa, Cbc(16, Mac::Sha1), Sha256),
    suite(0x0032, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA", Dhe, Cbc(16, Mac::Sha1), Sha256),
    suite(0x0033, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", Dhe, Cbc(16, Mac::Sha1), Sha256),
    suite(0x0034, "TLS_DH_anon_WITH_AES_128_CBC_SHA", Dhe, Cbc(16, Mac::Sha1), Sha256),
    suite(0x0035, "TLS_RSA_WITH_AES_256_CBC_SHA", Rsa, Cbc(32, Mac::Sha1), Sha256),
    suite(0x0038, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA", Dhe, Cbc(32, Mac::Sha1), Sha256),
    suite(0x0039, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA", Dhe, Cbc(32, Mac::Sha1), Sha256),
    suite(0x003a, "TLS_DH_anon_WITH_AES_256_CBC_SHA", Dhe, Cbc(32, Mac::Sha1), Sha256),
    suite(0x003c, "TLS_RSA_WITH_AES_128_CBC_SHA256", Rsa, Cbc(16, Mac::Sha256), Sha256),
    suite(0x003d, "TLS_RSA_WITH_AES_256_CBC_SHA256", Rsa, Cbc(32, Mac::Sha256), Sha256),
    suite(0x0040, "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256", Dhe, Cbc(16, Mac::Sha256), Sha256),
    suite(0x0067, "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256", Dhe, Cbc(16, Mac::Sha256), Sha256),
    suite(0x006a, "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256", Dhe, Cbc(32, Mac::Sha256), Sha256),
    suite(0x006b, "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256", Dhe, Cbc(32, Mac::Sha256), Sha256),
    suite(0x006c, "TLS_DH_anon_WITH_AES_128_CBC_SHA256", Dhe, Cbc(16, Mac::Sha256), Sha256),
    suite(0x006d, "TLS_DH_anon_WITH_AES_256_CBC_SHA256", Dhe, Cbc(32, Mac::Sha256), Sha256),
    suite(0x009c, "TLS_RSA_WITH_AES_128_GCM_SHA256", Rsa, Gcm(16), Sha256),
    suite(0x009d, "TLS_RSA_WITH_AES_256_GCM_SHA384", Rsa, Gcm(32), Sha384),
    suite(0x009e, "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", Dhe, Gcm(16), Sha256),
    suite(0x009f, "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384", Dhe, Gcm(32), Sha384),
    suite(0x00a2, "TLS_DHE_DSS_WITH_AES_128_GCM_SHA256", Dhe, Gcm(16), Sha256),
    suite(0x00a3, "TLS_DHE_DSS_WITH_AES_256_GCM_SHA384", Dhe, Gcm(32), Sha384),
    suite(0x00a6, "TLS_DH_anon_WITH_AES_128_GCM_SHA256", Dhe, Gcm(16), Sha256),
    suite(0x00a7, "TLS_DH_anon_WITH_AES_256_GCM_SHA384", Dhe, Gcm(32), Sha384),
    suite(0xc009, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", Ecdhe, Cbc(16, Mac::Sha1), Sha256),
    suite(0xc00a, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", Ecdhe, Cbc(32, Mac::Sha1), Sha256),
    suite(0xc013, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", Ecdhe, Cbc(16, Mac::Sha1), Sha256),
    suite(0xc014, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", Ecdhe, Cbc(32, Mac::Sha1), Sha256),
    suite(0xc023, "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", Ecdhe, Cbc(16, Mac::Sha256), Sha256),
    suite(0xc024, "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384", Ecdhe, Cbc(32, Mac::Sha384), Sha384),
    suite(0xc027, "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", Ecdhe, Cbc(16, Mac::Sha256), Sha256),
    suite(0xc028, "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384", Ecdhe, Cbc(32, Mac::Sha384), Sha384),
    suite(0xc02b, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", Ecdhe, Gcm(16), Sha256),
    suite(0xc02c, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", Ecdhe, Gcm(32), Sha384),
    suite(0xc02f, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", Ecdhe, Gcm(16), Sha256),
    suite(0xc030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", Ecdhe, Gcm(32), Sha384),
    suite(0xcca8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", Ecdhe, ChaCha, Sha256),
    suite(0xcca9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", Ecdhe, ChaCha, Sha256),
    suite(0xccaa, "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256", Dhe, ChaCha, Sha256),
];
