//! X.509 certificates: issuing them, forging them, and validating a path step by step (RFC 5280).

pub mod checks;
mod constraints;
mod context;
mod decode;
mod der;
mod dn;
mod error;
pub mod forge;
mod grammar;
mod hashed;
mod host;
pub mod issue;
mod key;
mod layout;
pub mod limbo;
mod mailbox;
mod name;
mod node;
mod oid;
mod origin;
mod path;
pub mod pem;
mod pki;
mod policies;
mod policy;
mod public_key;
pub mod reason;
mod revocation;
mod rules;
mod signature;
mod signers;
mod step;
mod summary;
mod trust;
mod uri;
mod validate;
mod verified;

use crate::role::Role;
use std::str::FromStr;
use x509_parser::extensions::GeneralName;

pub use checks::{CHECKS, Reason};
pub use error::DecodeError;
pub use forge::{FORGERIES, Forgery};
pub use hashed::hashed_name;
pub use issue::{Credential, Draft, Template, Validity};
pub use key::{KeyPair, KeyType, UnknownKeyType, x25519_private_pem, x25519_public_pem};
pub use layout::layout;
pub use name::{NameError, PeerName};
pub use origin::Origin;
pub use pki::{Authorities, Drawn, Keys, Pki};
pub use policy::{Policy, PolicyId, PolicyIdError, PolicyInputs, Profile};
pub use step::{Status, Step};
pub use summary::Summary;
pub use trust::Trust;
pub use validate::{Leaf, LeftOut, Outcome, Validation, only_issuers_rules_fail, validate};
pub use verified::Verified;

/// The public key that a certificate is for, as it stands there: 32 bytes for Ed25519.
///
/// # Errors
/// The bytes are no certificate.
pub fn leaf_key(der: &[u8]) -> Result<Vec<u8>, DecodeError> {
    Ok(decode::Certificate::decode(der)?.x509.public_key().subject_public_key.data.to_vec())
}

/// The first host name among a certificate's subject alternative names, in lower case; none where only patterns, addresses
/// or other names stand there.
///
/// # Errors
/// The bytes are no certificate.
pub fn leaf_name(der: &[u8]) -> Result<Option<String>, DecodeError> {
    let certificate = decode::Certificate::decode(der)?;
    Ok(certificate.names().iter().find_map(|name| match name {
        GeneralName::DNSName(host) => {
            PeerName::from_str(&format!("dns:{host}")).ok().map(|_| host.to_ascii_lowercase())
        }
        _ => None,
    }))
}

/// SHA-256 of a certificate's SubjectPublicKeyInfo: what pins compare (RFC 7469 section 2.4).
///
/// # Errors
/// The bytes are no certificate.
pub fn spki_sha256(der: &[u8]) -> Result<[u8; 32], DecodeError> {
    Ok(sha256(decode::Certificate::decode(der)?.spki()))
}

/// SHA-256, as fingerprints and pins use it.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref());
    hash
}

/// Which side of a connection a certificate speaks for (extended key usage, RFC 5280 section 4.2.1.12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// `id-kp-serverAuth`.
    Server,
    /// `id-kp-clientAuth`.
    Client,
}

impl Purpose {
    /// What this party's certificate is for.
    #[must_use]
    pub fn of(owner: Role) -> Self {
        match owner {
            Role::Client => Self::Client,
            Role::Server => Self::Server,
        }
    }

    /// The party that such a certificate speaks for.
    #[must_use]
    pub fn owner(self) -> Role {
        match self {
            Self::Client => Role::Client,
            Self::Server => Role::Server,
        }
    }

    /// The other side.
    #[must_use]
    pub fn opposite(self) -> Self {
        match self {
            Self::Server => Self::Client,
            Self::Client => Self::Server,
        }
    }
}
