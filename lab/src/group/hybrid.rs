//! X25519 and ML-KEM-768 (FIPS 203) side by side: X25519MLKEM768 of draft-ietf-tls-ecdhe-mlkem.
//!
//! The one who asks sends an encapsulation key and a point, the one who answers a ciphertext and a point; the shared secret
//! is the secrets of both halves, ML-KEM's first. It stays secret as long as one of the halves does.

use crate::misfit::Need;
use ml_kem::{
    B32, DecapsulationKey768, EncapsulationKey768, Seed, array::Array, kem::Decapsulate, kem::KeyExport,
    ml_kem_768::Ciphertext,
};
use x25519_dalek::{PublicKey, StaticSecret, x25519};
use zeroize::Zeroizing;

/// Octets of a secret: a seed d | z of ML-KEM, of which the one who answers uses the first half for coins, and a scalar of
/// X25519.
pub(super) const SECRET: usize = SEED + POINT;
const SEED: usize = 64;
const COINS: usize = 32;
const POINT: usize = 32;
const KEY: usize = 1184;
const CIPHERTEXT: usize = 1088;

/// Splits octets of exactly this length, of which the last are X25519's.
fn halves(octets: &[u8], first: usize) -> Option<(&[u8], [u8; POINT])> {
    let (lattice, curve) = octets.split_at_checked(first)?;
    Some((lattice, curve.try_into().ok()?))
}

fn key(secret: &[u8]) -> Option<(DecapsulationKey768, [u8; POINT])> {
    let (seed, scalar) = halves(secret, SEED)?;
    Some((DecapsulationKey768::from_seed(Seed::try_from(seed).ok()?), scalar))
}

fn point(scalar: [u8; POINT]) -> [u8; POINT] {
    PublicKey::from(&StaticSecret::from(scalar)).to_bytes()
}

/// What the one who asks sends; `None` where the secret is malformed.
pub(super) fn public(secret: &[u8]) -> Option<Vec<u8>> {
    let (key, scalar) = key(secret)?;
    Some([&key.encapsulation_key().to_bytes()[..], &point(scalar)].concat())
}

/// The answer, and the shared secret.
///
/// # Errors
/// What `public` has to be.
pub(super) fn reply(secret: &[u8], public: &[u8]) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), Need> {
    let expected = || Need::EncapsulationKey { octets: KEY + POINT };
    let (key, theirs) = halves(public, KEY).ok_or_else(expected)?;
    let key = Array::slice_as_array(key).and_then(|key| EncapsulationKey768::new(key).ok()).ok_or_else(expected)?;
    let own = halves(secret, SEED).and_then(|(seed, scalar)| Some((B32::try_from(seed.get(..COINS)?).ok()?, scalar)));
    let (coins, scalar) = own.ok_or_else(expected)?;
    let (ciphertext, mut encapsulated) = key.encapsulate_deterministic(&coins);
    let answer = [&ciphertext[..], &point(scalar)].concat();
    let shared = Zeroizing::new([&encapsulated[..], &x25519(scalar, theirs)].concat());
    zeroize::Zeroize::zeroize(&mut encapsulated[..]);
    Ok((answer, shared))
}

/// The shared secret, for the one who asked. A ciphertext that nobody made gives a secret that nobody has (FIPS 203 section
/// 6.3).
///
/// # Errors
/// The octets that an answer has.
pub(super) fn agree(secret: &[u8], answer: &[u8]) -> Result<Zeroizing<Vec<u8>>, usize> {
    let octets = CIPHERTEXT + POINT;
    let (ciphertext, theirs) = halves(answer, CIPHERTEXT).ok_or(octets)?;
    let ciphertext = Ciphertext::try_from(ciphertext).map_err(|_| octets)?;
    let (key, scalar) = key(secret).ok_or(octets)?;
    let mut encapsulated = key.decapsulate(&ciphertext);
    let shared = Zeroizing::new([&encapsulated[..], &x25519(scalar, theirs)].concat());
    zeroize::Zeroize::zeroize(&mut encapsulated[..]);
    Ok(shared)
}
