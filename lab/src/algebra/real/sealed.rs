//! A secret sealed with a key that seals nothing else.

use super::Value;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use zeroize::Zeroizing;

/// Octets of the tag behind what is sealed.
pub(super) const TAG: usize = 16;

/// The key's one nonce.
const NONCE: [u8; 12] = [0; 12];

/// What is sealed, and its tag; `None` where the key is not one of 32 octets.
pub(super) fn seal(key: &[u8], secret: &[u8]) -> Option<Value> {
    let mut sealed = secret.to_vec();
    let text = sealed.as_mut_slice().into();
    let tag = ChaCha20Poly1305::new_from_slice(key).ok()?.encrypt_inout_detached(&NONCE.into(), &[], text).ok()?;
    sealed.extend_from_slice(&tag);
    Some(Value::Bytes(sealed))
}

/// What was sealed; `None` where that was done with another key, or where it is not whole.
pub(super) fn open(key: &[u8], sealed: &[u8]) -> Option<Value> {
    let (text, tag) = sealed.split_at_checked(sealed.len().checked_sub(TAG)?)?;
    let mut secret = Zeroizing::new(text.to_vec());
    let (text, tag) = (secret.as_mut_slice().into(), tag.try_into().ok()?);
    ChaCha20Poly1305::new_from_slice(key).ok()?.decrypt_inout_detached(&NONCE.into(), &[], text, tag).ok()?;
    Some(Value::Secret(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_alone_and_whole() {
        let sealed = seal(&[1; 32], b"correct horse").unwrap();
        let octets = sealed.octets().unwrap();
        assert_eq!(octets.len(), 13 + TAG);
        assert_eq!(open(&[1; 32], octets).unwrap().octets(), Some(&b"correct horse"[..]));
        assert!(open(&[2; 32], octets).is_none());
        assert!((0..octets.len()).all(|length| open(&[1; 32], &octets[..length]).is_none()));
    }
}
