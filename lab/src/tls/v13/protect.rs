//! Protection of records (RFC 8446 section 5.2): one direction, one traffic secret.

use super::{LEGACY, Secret, Suite};
use crate::tls::{
    protect::Unopened,
    record::{Record, content},
};
use chacha20::{
    ChaCha20,
    cipher::{KeyIvInit, StreamCipher, StreamCipherSeek},
};
use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

/// Octets of the longest text of a record (section 5.1).
pub(super) const LONGEST_TEXT: usize = 1 << 14;
/// Octets of an authentication tag, in both suites.
const TAG: usize = 16;
/// How far from its place a record is looked for by whoever does not mind the order.
const NEAR: u64 = 4;

/// Seals or opens the records of one direction, in their order.
pub struct Protection {
    suite: Suite,
    key: LessSafeKey,
    /// The same once more, for whoever opens without looking at the tag.
    octets: Zeroizing<Vec<u8>>,
    iv: [u8; 12],
    sequence: u64,
}

impl Protection {
    /// The keys of a traffic secret (section 7.3).
    pub fn new(suite: Suite, secret: &Secret) -> Option<Self> {
        let mut octets = Zeroizing::new(vec![0; suite.aead().key_len()]);
        let mut iv = [0; 12];
        secret.expand_label("key", &[], &mut octets);
        secret.expand_label("iv", &[], &mut iv);
        let key = LessSafeKey::new(UnboundKey::new(suite.aead(), &octets).ok()?);
        Some(Self { suite, key, octets, iv, sequence: 0 })
    }

    fn nonce(&self, sequence: u64) -> [u8; 12] {
        let mut nonce = self.iv;
        nonce[4..].iter_mut().zip(sequence.to_be_bytes()).for_each(|(octet, digit)| *octet ^= digit);
        nonce
    }

    /// The next record, header and all: at most 2^14 octets of this type.
    pub fn seal(&mut self, kind: u8, text: &[u8]) -> Vec<u8> {
        let mut sealed = [text, &[kind]].concat();
        let header = header(sealed.len() + TAG);
        let nonce = Nonce::assume_unique_for_key(self.nonce(self.sequence));
        self.sequence += 1;
        // neither suite refuses a text so short
        let _ = self.key.seal_in_place_append_tag(nonce, Aad::from(header), &mut sealed);
        [&header[..], &sealed].concat()
    }

    /// The type and the text of the next record. After a failure the same place is expected again.
    ///
    /// # Errors
    /// It was altered, is another one than the next, or is of another session.
    pub fn open(&mut self, record: &Record) -> Result<(u8, Vec<u8>), Unopened> {
        let opened = self.open_at(self.sequence, record)?;
        self.sequence += 1;
        Ok(opened)
    }

    /// The same from a record that may stand in a place near its own: what whoever does not mind the order takes it for.
    ///
    /// # Errors
    /// It is none of those either.
    pub(super) fn open_near(&mut self, record: &Record) -> Result<(u8, Vec<u8>), Unopened> {
        let after = self.sequence..=self.sequence + NEAR;
        let before = (self.sequence.saturating_sub(NEAR)..self.sequence).rev();
        let opened = after.chain(before).find_map(|place| self.open_at(place, record).ok()).ok_or(Unopened)?;
        self.sequence += 1;
        Ok(opened)
    }

    /// The same from a record whose tag is not looked at, by the stream cipher alone (RFC 8439 section 2.8).
    ///
    /// # Errors
    /// It has no text, or the suite has no cipher apart from its tag here.
    pub(super) fn open_unauthenticated(&mut self, record: &Record) -> Result<(u8, Vec<u8>), Unopened> {
        if self.suite != Suite::ChaCha20Poly1305 {
            return self.open(record);
        }
        let mut text = record.body.get(..record.body.len().saturating_sub(TAG)).unwrap_or_default().to_vec();
        let mut cipher = ChaCha20::new_from_slices(&self.octets, &self.nonce(self.sequence)).map_err(|_| Unopened)?;
        // the first block is the authenticator's key
        cipher.try_seek(64u32).map_err(|_| Unopened)?;
        cipher.try_apply_keystream(&mut text).map_err(|_| Unopened)?;
        let opened = unpadded(text)?;
        self.sequence += 1;
        Ok(opened)
    }

    fn open_at(&self, sequence: u64, record: &Record) -> Result<(u8, Vec<u8>), Unopened> {
        let mut text = record.body.clone();
        let nonce = Nonce::assume_unique_for_key(self.nonce(sequence));
        let opened = self.key.open_in_place(nonce, Aad::from(header(record.body.len())), &mut text);
        let length = opened.map_err(|_| Unopened)?.len();
        text.truncate(length);
        unpadded(text)
    }
}

/// The header of a sealed record, which is what is authenticated beside the text.
fn header(length: usize) -> [u8; 5] {
    let [major, minor] = LEGACY.to_be_bytes();
    // a record is shorter than 2^16
    let [high, low] = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    [content::APPLICATION_DATA, major, minor, high, low]
}

/// The type stands behind the text, and zeros behind that (section 5.4).
fn unpadded(mut inner: Vec<u8>) -> Result<(u8, Vec<u8>), Unopened> {
    let last = inner.iter().rposition(|octet| *octet != 0).ok_or(Unopened)?;
    let kind = inner[last];
    inner.truncate(last);
    if inner.len() > LONGEST_TEXT { Err(Unopened) } else { Ok((kind, inner)) }
}
