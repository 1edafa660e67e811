//! What a party holds its peer's certificates against.

use std::sync::Arc;

use super::Verified;

/// What a party holds certificates against.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Trust anchors, DER.
    pub anchors: Vec<Vec<u8>>,
    /// Revocation lists, DER.
    pub revocation_lists: Vec<Vec<u8>>,
    /// SHA-256 of public keys (SubjectPublicKeyInfo), one of which has to stand in the path.
    pub pins: Vec<[u8; 32]>,
    /// What was found good of certificates and lists in earlier sessions.
    pub verified: Option<Arc<Verified>>,
}
