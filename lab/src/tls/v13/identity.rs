//! Who an end of a session is, or says that it is.

use crate::certificate::KeyPair;

/// Certificates, and a key.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Its certificates, leaf first, DER.
    pub chain: Vec<Vec<u8>>,
    /// The key that signs, whether or not it is that of the leaf.
    pub key: KeyPair,
}
