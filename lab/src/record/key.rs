//! The key of one direction, which seals and opens single records.

use super::codec::{Content, LONGEST_DATA, SEQUENCE, Sealed, TAG, aad, nonce};
use crate::wire::{Frame, Kind};
use chacha20::{
    ChaCha20,
    cipher::{KeyIvInit, StreamCipher, StreamCipherSeek},
};
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use zeroize::Zeroizing;

/// Data that no record can carry, by its octets. Nothing is sealed then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("data: expected at most {LONGEST_DATA} octets for one record, got {0}")]
pub struct TooLong(pub usize);

/// The key of one direction.
pub struct RecordKey(Zeroizing<[u8; 32]>);

impl RecordKey {
    /// A key from its 32 octets; `None` for another length.
    pub fn new(octets: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(octets.try_into().ok()?)))
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new((&*self.0).into())
    }

    /// Seals one record under this sequence number, which must not be used again.
    ///
    /// # Errors
    /// More octets of data than a record may carry.
    pub fn seal(&self, sequence: u64, content: &Content) -> Result<Frame, TooLong> {
        self.seal_plaintext(sequence, content.to_plaintext())
    }

    /// Seals whatever octets, a record's leading type octet among them.
    pub(super) fn seal_plaintext(&self, sequence: u64, mut sealed: Vec<u8>) -> Result<Frame, TooLong> {
        let too_long = TooLong(sealed.len().saturating_sub(1));
        if too_long.0 > LONGEST_DATA {
            return Err(too_long);
        }
        let length = SEQUENCE + sealed.len() + TAG;
        let cipher = self.cipher();
        let tag = cipher
            .encrypt_inout_detached(&nonce(sequence).into(), &aad(length, sequence), sealed.as_mut_slice().into())
            .map_err(|_| too_long)?;
        let mut body = sequence.to_be_bytes().to_vec();
        body.append(&mut sealed);
        body.extend_from_slice(&tag);
        Ok(Frame { kind: Kind::Record, body })
    }

    /// Opens a record whose tag fits.
    pub fn open(&self, record: &Sealed<'_>) -> Option<Vec<u8>> {
        let mut plaintext = record.ciphertext.to_vec();
        let cipher = self.cipher();
        let aad = aad(record.length(), record.sequence);
        cipher
            .decrypt_inout_detached(
                &nonce(record.sequence).into(),
                &aad,
                plaintext.as_mut_slice().into(),
                record.tag.try_into().ok()?,
            )
            .ok()?;
        Some(plaintext)
    }

    /// Decrypts without a look at the tag, as a bare stream cipher would (RFC 8439 section 2.4: the keystream of the
    /// data begins at block 1).
    pub(super) fn decrypt_unchecked(&self, record: &Sealed<'_>) -> Vec<u8> {
        let mut plaintext = record.ciphertext.to_vec();
        let mut cipher = ChaCha20::new((&*self.0).into(), &nonce(record.sequence).into());
        cipher.seek(64u32);
        cipher.apply_keystream(&mut plaintext);
        plaintext
    }
}
