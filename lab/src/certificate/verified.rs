//! Signatures that verified before.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ring::digest::{Context, SHA256};

use super::signature::Signature;

/// Most signatures that are remembered: 32 octets each.
const MOST: usize = 4096;

/// What one process remembers of the signatures that it verified, so that an authority's, which every session shows
/// again, is computed once. Whether a signature verifies follows from key, algorithm, message and signature, by all of
/// which it is remembered: no outcome is another for it. Those that did not verify are not remembered.
#[derive(Debug, Default)]
pub struct Verified(Mutex<HashSet<[u8; 32]>>);

impl Verified {
    /// Valid where these inputs verified before; else what `verify` says.
    pub(super) fn or(&self, inputs: &[&[u8]], verify: impl FnOnce() -> Signature) -> Signature {
        let id = digest(inputs);
        if self.known().contains(&id) {
            return Signature::Valid;
        }
        let verified = verify();
        if verified == Signature::Valid {
            let mut known = self.known();
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(id);
        }
        verified
    }

    fn known(&self) -> MutexGuard<'_, HashSet<[u8; 32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// SHA-256 of the inputs, each after its length: no two lists of inputs give the same octets.
fn digest(inputs: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for input in inputs {
        context.update(&(input.len() as u64).to_be_bytes());
        context.update(input);
    }
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_ones_are_computed_once_and_bad_ones_always() {
        let verified = Verified::default();
        for (inputs, outcome, computed) in [
            ([&b"key"[..], b"message"], Signature::Valid, true),
            ([b"key", b"message"], Signature::Valid, false),
            ([b"keym", b"essage"], Signature::Invalid, true),
            ([b"keym", b"essage"], Signature::Unknown, true),
        ] {
            let mut asked = false;
            let found = verified.or(&inputs, || {
                asked = true;
                outcome
            });
            assert_eq!((found, asked), (outcome, computed), "{inputs:?}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let verified = Verified::default();
        for i in 0..=MOST {
            verified.or(&[&i.to_be_bytes()], || Signature::Valid);
            assert!(verified.known().len() <= MOST);
        }
        assert_eq!(verified.or(&[&MOST.to_be_bytes()], || Signature::Invalid), Signature::Valid);
    }
}
