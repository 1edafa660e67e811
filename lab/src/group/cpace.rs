//! CPace over ristretto255 with SHA-512 (draft-irtf-cfrg-cpace): a generator that only those know who share a password.
//!
//! Each side multiplies the generator by a secret of its own. A public value says nothing about the password, so that
//! whoever guesses has to take part, once a guess.

use curve25519_dalek::{RistrettoPoint, Scalar, ristretto::CompressedRistretto};
use rand_core::CryptoRng;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

const DSI: &[u8] = b"CPaceRistretto255";
/// Octets that SHA-512 takes at a time.
const BLOCK: usize = 128;
const OCTETS: usize = 32;

/// A part behind its length in LEB128.
fn prefixed(part: &[u8]) -> Vec<u8> {
    let (mut lengths, mut rest) = (Vec::new(), part.len());
    while rest >= 0x80 {
        lengths.push((rest % 0x80) as u8 | 0x80);
        rest /= 0x80;
    }
    lengths.push(rest as u8);
    [&lengths, part].concat()
}

/// The generator that follows from a password, the channel and the session.
fn generator(password: &[u8], channel: &[u8], session: &[u8]) -> RistrettoPoint {
    let secret = Zeroizing::new([prefixed(DSI), prefixed(password)].concat());
    let padding = vec![0; BLOCK.saturating_sub(1 + secret.len())];
    let hash = Sha512::new_with_prefix(&*secret).chain_update(prefixed(&padding)).chain_update(prefixed(channel));
    RistrettoPoint::from_uniform_bytes(&hash.chain_update(prefixed(session)).finalize().into())
}

/// A fresh secret, in octets.
pub(super) fn secret(rng: &mut impl CryptoRng) -> Zeroizing<Vec<u8>> {
    let mut wide = Zeroizing::new([0; 64]);
    rng.fill_bytes(&mut *wide);
    Zeroizing::new(Scalar::from_bytes_mod_order_wide(&wide).to_bytes().to_vec())
}

fn scalar(secret: &[u8]) -> Option<Scalar> {
    Scalar::from_canonical_bytes(secret.try_into().ok()?).into()
}

/// The public value of a secret to the password's generator; `None` where the secret is malformed.
pub fn public(secret: &[u8], password: &[u8], channel: &[u8], session: &[u8]) -> Option<Vec<u8>> {
    Some((generator(password, channel, session) * scalar(secret)?).compress().to_bytes().to_vec())
}

/// The public value of a secret to the group's own generator; `None` where the secret is malformed.
pub(super) fn base(secret: &[u8]) -> Option<Vec<u8>> {
    Some(RistrettoPoint::mul_base(&scalar(secret)?).compress().to_bytes().to_vec())
}

/// The shared element; the neutral one, all zero, where `public` is no element (`scalar_mult_vfy` of the draft): that
/// nobody goes on with it is for a check to see.
///
/// # Errors
/// The octets that a public value has.
pub(super) fn agree(secret: &[u8], public: &[u8]) -> Result<Zeroizing<Vec<u8>>, usize> {
    let secret = scalar(secret).ok_or(OCTETS)?;
    let public = CompressedRistretto::from_slice(public).map_err(|_| OCTETS)?;
    let shared = public.decompress().map(|public| (public * secret).compress().to_bytes());
    Ok(Zeroizing::new(shared.unwrap_or_default().to_vec()))
}
