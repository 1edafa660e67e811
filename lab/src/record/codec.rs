//! What a record is made of.

use crate::wire::{Kind, LONGEST_RECORD};

/// Octets of the sequence number.
pub(super) const SEQUENCE: usize = 8;
/// Octets of the Poly1305 tag.
pub(super) const TAG: usize = 16;
/// The longest plaintext, in octets, without its leading type octet.
pub const LONGEST_DATA: usize = LONGEST_RECORD - SEQUENCE - 1 - TAG;

/// What a record carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// One message of application data.
    Data(Vec<u8>),
    /// The sender's last word.
    Close,
}

impl Content {
    /// What is sealed: its type, and what it carries.
    pub fn to_plaintext(&self) -> Vec<u8> {
        match self {
            Self::Data(data) => [&[1], data.as_slice()].concat(),
            Self::Close => vec![2],
        }
    }

    /// What a plaintext says; `None` where it is none.
    pub fn from_plaintext(plaintext: &[u8]) -> Option<Self> {
        match plaintext {
            [1, data @ ..] => Some(Self::Data(data.to_vec())),
            [2] => Some(Self::Close),
            _ => None,
        }
    }
}

/// A record's parts.
#[derive(Clone, Copy, Debug)]
pub struct Sealed<'f> {
    /// Its sequence number.
    pub sequence: u64,
    /// Its ciphertext.
    pub ciphertext: &'f [u8],
    /// Its tag.
    pub tag: &'f [u8],
}

impl<'f> Sealed<'f> {
    /// Takes a record's body apart; `None` where it is too short for one.
    pub fn parse(body: &'f [u8]) -> Option<Self> {
        let (sequence, rest) = body.split_at_checked(SEQUENCE)?;
        let (ciphertext, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        Some(Self { sequence: u64::from_be_bytes(sequence.try_into().ok()?), ciphertext, tag })
    }

    /// Octets of the body.
    pub(super) fn length(&self) -> usize {
        SEQUENCE + self.ciphertext.len() + TAG
    }
}

/// The nonce of the record with this number.
pub(super) fn nonce(sequence: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&sequence.to_be_bytes());
    nonce
}

/// The additional data of a record whose body has so many octets.
pub(super) fn aad(length: usize, sequence: u64) -> [u8; 12] {
    let mut aad = [0; 12];
    aad[..4].copy_from_slice(&(length as u32).to_be_bytes());
    aad[0] = Kind::Record as u8;
    aad[4..].copy_from_slice(&sequence.to_be_bytes());
    aad
}
