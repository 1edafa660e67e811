//! RSA keys that follow from a seed.
//!
//! Primes of a thousand bits take a while to find, and sessions share authorities: so keys drawn from one seed are
//! remembered.

use super::DecryptionKey;
use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use std::{
    collections::BTreeMap,
    sync::{LazyLock, Mutex, PoisonError},
};

/// Most keys that are remembered.
const MOST: usize = 64;

/// Keys by what they were drawn from.
type Remembered = BTreeMap<([u8; 32], usize), DecryptionKey>;

/// The key of so many bits that follows from a seed; `None` where that is no length for one.
pub(super) fn key(seed: [u8; 32], bits: usize) -> Option<DecryptionKey> {
    static REMEMBERED: LazyLock<Mutex<Remembered>> = LazyLock::new(Mutex::default);
    let remembered = || REMEMBERED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(key) = remembered().get(&(seed, bits)) {
        return Some(key.clone());
    }
    let key = DecryptionKey::generate(bits, &mut ChaCha20Rng::from_seed(seed))?;
    let mut remembered = remembered();
    if remembered.len() >= MOST {
        remembered.clear();
    }
    remembered.insert((seed, bits), key.clone());
    Some(key)
}
