//! A leaked RSA key, and what was encrypted to it (RFC 8017, RFC 5246 section 7.4.7.1).

use lab::{certificate::pem, encryption::DecryptionKey, refusal::Refusal, term::Padding};
use serde_json::json;
use zeroize::Zeroizing;

/// Why a file holds no key that helps.
#[derive(Debug, PartialEq, Eq)]
pub enum KeyFault {
    /// It is no PEM.
    Pem(pem::Error),
    /// There is no private key of RSA in it.
    Missing(Vec<String>),
    /// A block whose content is not what its label says.
    Content {
        /// The block's label.
        label: String,
    },
}

impl From<pem::Error> for KeyFault {
    fn from(error: pem::Error) -> Self {
        Self::Pem(error)
    }
}

impl From<&KeyFault> for Refusal {
    fn from(fault: &KeyFault) -> Self {
        match fault {
            KeyFault::Pem(error) => error.into(),
            KeyFault::Missing(labels) => Self::new("no-rsa-key", json!({ "got": labels })),
            KeyFault::Content { label } => Self::new("rsa-key", json!({ "label": label })),
        }
    }
}

lab::refused!(KeyFault);

/// A private key of RSA.
#[derive(Clone)]
pub struct RsaKey(DecryptionKey);

impl std::fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RsaKey").finish_non_exhaustive()
    }
}

impl RsaKey {
    /// The first private key of RSA in a PEM file.
    ///
    /// # Errors
    /// There is none, or it is malformed or encrypted.
    pub fn from_pem(file: &[u8]) -> Result<Self, KeyFault> {
        let blocks = pem::decode(file)?;
        let of = |wanted: &str| blocks.iter().find(|block| block.label == wanted);
        let (block, key) = match (of(pem::RSA_PRIVATE_KEY), of(pem::PRIVATE_KEY)) {
            (Some(block), _) => (block, DecryptionKey::from_pkcs1(&block.der)),
            (None, Some(block)) => (block, DecryptionKey::from_pkcs8(&block.der)),
            (None, None) => {
                let labels = blocks.iter().map(|block| block.label.escape_debug().to_string());
                return Err(KeyFault::Missing(labels.collect()));
            }
        };
        key.map(Self).ok_or_else(|| KeyFault::Content { label: block.label.clone() })
    }

    /// What was encrypted by PKCS #1 v1.5 (RFC 8017 section 7.2.2), where its block begins as such a one does: that it was
    /// encrypted to this key is proved by what it opens. Nobody who could measure how long it takes is there: the recording
    /// is over.
    pub fn decrypt(&self, encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        self.0.decrypt(Padding::Pkcs1v15, encrypted)
    }
}
