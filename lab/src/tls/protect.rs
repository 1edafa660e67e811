//! Opening the records of TLS 1.2 (RFC 5246 section 6.2.3, RFC 5288, RFC 7905, RFC 7366).

use super::{
    record::Record,
    suite::{Cipher, Mac},
};
use aes::{Aes128, Aes256};
use cbc::cipher::{Array, BlockModeDecrypt, InnerIvInit, KeyInit as _};
use hmac::Hmac;
use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey};
use sha1::Sha1;
use sha2::{Sha256, Sha384};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// Octets of a block of AES.
const BLOCK: usize = 16;

/// A record that these keys do not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record is not what these keys protect")]
pub struct Unopened;

enum Key {
    Aead(Box<LessSafeKey>),
    Cbc { key: Zeroizing<Vec<u8>>, mac: Mac, mac_key: Zeroizing<Vec<u8>> },
}

/// Opens the records of one direction, in their order.
pub struct Opener {
    cipher: Cipher,
    key: Key,
    /// What does not change of the nonce.
    fixed: Zeroizing<Vec<u8>>,
    /// The MAC is over what is encrypted (RFC 7366).
    encrypt_then_mac: bool,
    sequence: u64,
}

impl Opener {
    /// With the keys of one direction, as [`key_block`](super::key_block) gives them.
    ///
    /// # Errors
    /// They are of another length than the cipher's.
    pub fn new(cipher: Cipher, keys: [Zeroizing<Vec<u8>>; 3], encrypt_then_mac: bool) -> Result<Self, Unopened> {
        if keys.each_ref().map(|key| key.len()) != cipher.octets() {
            return Err(Unopened);
        }
        let [mac_key, key, fixed] = keys;
        let key = match (cipher, cipher.aead()) {
            (Cipher::Cbc(_, mac), _) => Key::Cbc { key, mac, mac_key },
            (_, Some(algorithm)) => {
                Key::Aead(Box::new(LessSafeKey::new(UnboundKey::new(algorithm, &key).map_err(|_| Unopened)?)))
            }
            (_, None) => return Err(Unopened),
        };
        Ok(Self { cipher, key, fixed, encrypt_then_mac, sequence: 0 })
    }

    /// What the next record carries. After a failure the same record number is expected again.
    ///
    /// # Errors
    /// It was altered, is another one than the next, or the keys are others.
    pub fn open(&mut self, record: &Record) -> Result<Vec<u8>, Unopened> {
        let opened = self.open_as(self.sequence, record)?;
        self.sequence += 1;
        Ok(opened)
    }

    /// What a record carries before which at most so many are missing; and how many there are.
    ///
    /// # Errors
    /// It is none of the next ones.
    pub fn open_later(&mut self, record: &Record, most: u64) -> Result<(Vec<u8>, u64), Unopened> {
        for missing in 0..=most {
            if let Ok(opened) = self.open_as(self.sequence + missing, record) {
                self.sequence += missing + 1;
                return Ok((opened, missing));
            }
        }
        Err(Unopened)
    }

    fn open_as(&self, sequence: u64, record: &Record) -> Result<Vec<u8>, Unopened> {
        match &self.key {
            Key::Aead(key) => self.unseal(key, sequence, record),
            Key::Cbc { key, mac, mac_key } => self.unchain(key, *mac, mac_key, sequence, record),
        }
    }

    fn unseal(&self, key: &LessSafeKey, sequence: u64, record: &Record) -> Result<Vec<u8>, Unopened> {
        let mut nonce = [0; 12];
        let sealed = match self.cipher {
            // the explicit part of the nonce stands before what is sealed
            Cipher::Gcm(_) => {
                let (explicit, sealed) = record.body.split_at_checked(8).ok_or(Unopened)?;
                nonce[..4].copy_from_slice(&self.fixed);
                nonce[4..].copy_from_slice(explicit);
                sealed
            }
            _ => {
                nonce[4..].copy_from_slice(&sequence.to_be_bytes());
                nonce.iter_mut().zip(self.fixed.iter()).for_each(|(octet, fixed)| *octet ^= fixed);
                &record.body
            }
        };
        let length = sealed.len().checked_sub(key.algorithm().tag_len()).ok_or(Unopened)?;
        let mut text = sealed.to_vec();
        let additional = Aad::from(header(sequence, record, length));
        key.open_in_place(Nonce::assume_unique_for_key(nonce), additional, &mut text).map_err(|_| Unopened)?;
        text.truncate(length);
        Ok(text)
    }

    fn unchain(
        &self,
        key: &[u8],
        mac: Mac,
        mac_key: &[u8],
        sequence: u64,
        record: &Record,
    ) -> Result<Vec<u8>, Unopened> {
        let mut body = &record.body[..];
        if self.encrypt_then_mac {
            let (sealed, tag) = body.split_at_checked(body.len().wrapping_sub(mac.octets())).ok_or(Unopened)?;
            verify(mac, mac_key, &[&header(sequence, record, sealed.len()), sealed], tag)?;
            body = sealed;
        }
        let (iv, sealed) = body.split_at_checked(BLOCK).ok_or(Unopened)?;
        let mut text = decrypt(key, iv, sealed)?;
        // each of the last octets, the length among them, is the length (RFC 5246 section 6.2.3.2)
        let padding = usize::from(*text.last().ok_or(Unopened)?);
        let length = text.len().checked_sub(padding + 1).ok_or(Unopened)?;
        if text[length..].iter().any(|octet| usize::from(*octet) != padding) {
            return Err(Unopened);
        }
        text.truncate(length);
        if !self.encrypt_then_mac {
            let length = text.len().checked_sub(mac.octets()).ok_or(Unopened)?;
            let (content, tag) = text.split_at(length);
            verify(mac, mac_key, &[&header(sequence, record, length), content], tag)?;
            text.truncate(length);
        }
        Ok(text)
    }
}

/// What is authenticated beside the content (RFC 5246 sections 6.2.3.1 and 6.2.3.3): number, type, version, length.
fn header(sequence: u64, record: &Record, length: usize) -> [u8; 13] {
    let mut header = [0; 13];
    header[..8].copy_from_slice(&sequence.to_be_bytes());
    header[8] = record.kind;
    header[9..11].copy_from_slice(&record.version);
    // a record is shorter than 2^16
    header[11..].copy_from_slice(&u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes());
    header
}

fn verify(mac: Mac, key: &[u8], parts: &[&[u8]], tag: &[u8]) -> Result<(), Unopened> {
    fn computed<M: hmac::Mac + hmac::KeyInit>(key: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>, Unopened> {
        let mut keyed = <M as hmac::KeyInit>::new_from_slice(key).map_err(|_| Unopened)?;
        parts.iter().for_each(|part| keyed.update(part));
        Ok(keyed.finalize().into_bytes().to_vec())
    }
    let wanted = match mac {
        Mac::Sha1 => computed::<Hmac<Sha1>>(key, parts),
        Mac::Sha256 => computed::<Hmac<Sha256>>(key, parts),
        Mac::Sha384 => computed::<Hmac<Sha384>>(key, parts),
    }?;
    if bool::from(wanted.ct_eq(tag)) { Ok(()) } else { Err(Unopened) }
}

fn decrypt(key: &[u8], iv: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Unopened> {
    fn chained<
        C: cbc::cipher::BlockCipherDecrypt + cbc::cipher::BlockSizeUser<BlockSize = cbc::cipher::consts::U16>,
    >(
        cipher: C,
        iv: [u8; BLOCK],
        sealed: &[u8],
    ) -> Vec<u8> {
        let mut mode = cbc::Decryptor::inner_iv_init(cipher, &Array(iv));
        let mut text = sealed.to_vec();
        for block in text.chunks_exact_mut(BLOCK) {
            if let Ok(block) = <&mut Array<u8, cbc::cipher::consts::U16>>::try_from(block) {
                mode.decrypt_block(block);
            }
        }
        text
    }
    if sealed.is_empty() || !sealed.len().is_multiple_of(BLOCK) {
        return Err(Unopened);
    }
    let iv = iv.try_into().map_err(|_| Unopened)?;
    match key.len() {
        16 => Ok(chained(Aes128::new_from_slice(key).map_err(|_| Unopened)?, iv, sealed)),
        _ => Ok(chained(Aes256::new_from_slice(key).map_err(|_| Unopened)?, iv, sealed)),
    }
}
