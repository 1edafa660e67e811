//! What was found good before.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ring::digest::{Context, SHA256};

/// Most findings that are remembered: 32 octets each.
const MOST: usize = 4096;

/// What one process remembers of the signatures that it verified, the encodings that it held against the grammar and the
/// keys that it judged, so that an authority's, which every session shows again, are looked at once. Each finding follows
/// from octets by all of which it is remembered: no outcome is another for it. What was not found good is not remembered.
#[derive(Debug, Default)]
pub struct Verified(Mutex<HashSet<[u8; 32]>>);

/// What is good.
#[derive(Clone, Copy)]
pub(super) enum Good {
    /// A signature.
    Signature = 0,
    /// The encoding of a certificate.
    Certificate = 1,
    /// The encoding of a revocation list.
    List = 2,
    /// A public key.
    Key = 3,
}

impl Verified {
    /// Nothing is wrong where these inputs were found good before; else what `find` says.
    ///
    /// # Errors
    /// What is wrong.
    pub(super) fn passes<E>(
        memory: Option<&Self>,
        what: Good,
        inputs: &[&[u8]],
        find: impl FnOnce() -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(memory) = memory else { return find() };
        let id = digest(what, inputs);
        if memory.known().contains(&id) {
            return Ok(());
        }
        find()?;
        let mut known = memory.known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(id);
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, HashSet<[u8; 32]>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// SHA-256 of the inputs, each after its length: no two lists of inputs give the same octets.
fn digest(what: Good, inputs: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(&[what as u8]);
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
    fn what_is_good_is_computed_once_and_what_is_not_always() {
        let memory = Verified::default();
        for (what, inputs, outcome, computed) in [
            (Good::Signature, [&b"key"[..], b"message"], Ok(()), true),
            (Good::Signature, [b"key", b"message"], Err("asked again"), false),
            (Good::Certificate, [b"key", b"message"], Err("of another kind"), true),
            (Good::Signature, [b"keym", b"essage"], Err("divided otherwise"), true),
            (Good::Signature, [b"keym", b"essage"], Err("bad before"), true),
        ] {
            let mut asked = false;
            let found = Verified::passes(Some(&memory), what, &inputs, || {
                asked = true;
                outcome
            });
            assert_eq!((found, asked), (if computed { outcome } else { Ok(()) }, computed), "{inputs:?}");
            assert_eq!(Verified::passes(None, what, &inputs, || outcome), outcome, "nobody remembers");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let memory = Verified::default();
        let passes = |i: usize, outcome| Verified::passes(Some(&memory), Good::Key, &[&i.to_be_bytes()], || outcome);
        for i in 0..=MOST {
            assert_eq!(passes(i, Ok(())), Ok(()));
            assert!(memory.known().len() <= MOST);
            assert!(i == MOST || passes(0, Err("forgotten too soon")).is_ok());
        }
        assert_eq!(passes(MOST, Err("remembered")), Ok(()));
    }
}
