//! The key schedule (RFC 8446 section 7.1), with SHA-256.

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Octets of a secret, and of the hash of a transcript.
const OCTETS: usize = 32;

/// One secret of the schedule. It has no `Debug`.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; OCTETS]>);

impl Secret {
    fn extract(salt: &[u8], material: &[u8]) -> Self {
        let (secret, _) = Hkdf::<Sha256>::extract(Some(salt), material);
        Self(Zeroizing::new(secret.into()))
    }

    /// HKDF-Expand-Label: as many octets as there is room for, at most 255 times 32.
    pub fn expand_label(&self, label: &str, context: &[u8], room: &mut [u8]) {
        // labels and contexts are the protocol's own, shorter than 256 octets
        let octet = |length: usize| u8::try_from(length).unwrap_or(u8::MAX);
        let length = u16::try_from(room.len()).unwrap_or(u16::MAX).to_be_bytes();
        let label = [b"tls13 ", label.as_bytes()].concat();
        let info = [&length[..], &[octet(label.len())], &label, &[octet(context.len())], context].concat();
        if let Ok(hkdf) = Hkdf::<Sha256>::from_prk(&self.0[..]) {
            // what is asked for is never longer than 255 hashes
            let _ = hkdf.expand(&info, room);
        }
    }

    /// Derive-Secret over a transcript whose hash this is.
    pub fn derive(&self, label: &str, transcript: &[u8; OCTETS]) -> Self {
        let mut secret = Self(Zeroizing::new([0; OCTETS]));
        self.expand_label(label, transcript, &mut secret.0[..]);
        secret
    }

    /// What a Finished under this traffic secret has to say (section 4.4.4): 32 octets.
    pub fn finished(&self, transcript: &[u8; OCTETS]) -> [u8; OCTETS] {
        let key = self.derive_without_context("finished");
        // a key of any length will do
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&key.0[..]) else { return [0; OCTETS] };
        mac.update(transcript);
        mac.finalize().into_bytes().into()
    }

    /// The traffic secret after this one (section 7.2).
    pub fn updated(&self) -> Self {
        self.derive_without_context("traffic upd")
    }

    fn derive_without_context(&self, label: &str) -> Self {
        let mut secret = Self(Zeroizing::new([0; OCTETS]));
        self.expand_label(label, &[], &mut secret.0[..]);
        secret
    }
}

/// Where the schedule is: the secret from which the others of its stage are derived.
#[derive(Clone)]
pub struct Schedule(Secret);

impl Schedule {
    /// Early Secret, from a key that was shared before, or none.
    pub fn early(shared_before: Option<&[u8]>) -> Self {
        Self(Secret::extract(&[0; OCTETS], shared_before.unwrap_or(&[0; OCTETS])))
    }

    /// Handshake Secret: the secret of the key agreement comes in.
    pub fn handshake(&self, agreed: &[u8]) -> Self {
        self.next(agreed)
    }

    /// Master Secret.
    pub fn master(&self) -> Self {
        self.next(&[0; OCTETS])
    }

    /// A secret of this stage.
    pub fn derive(&self, label: &str, transcript: &[u8; OCTETS]) -> Secret {
        self.0.derive(label, transcript)
    }

    fn next(&self, material: &[u8]) -> Self {
        let derived = self.0.derive("derived", &Sha256::digest(b"").into());
        Self(Secret::extract(&derived.0[..], material))
    }
}
