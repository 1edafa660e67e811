//! Certificates of which a second decides. A client takes longer than that to start, so they are made at the moment at which they
//! are shown; and whether the clock has decided is known by when what was decided.

use chacha20::{ChaCha20Rng, rand_core::SeedableRng};
use lab::certificate::{Authorities, Credential, Forgery, forge::Form};
use process::authorities::random;
use serde::Serialize;
use std::{
    io,
    time::{SystemTime, UNIX_EPOCH},
};

/// How far ahead the end of validity is, in seconds, that is still to come: a second or two, and more where a client takes longer to
/// make up its mind.
pub(crate) const AHEAD: [i64; 5] = [2, 16, 128, 1024, 8192];

/// How the leaf is made anew for the moment at which it is shown.
#[derive(Clone, Debug)]
pub(crate) struct Moment {
    pub(crate) forgery: &'static Forgery,
    pub(crate) form: Form,
    pub(crate) authorities: Authorities,
    pub(crate) leaf: Credential,
    /// How far ahead what is to come is, in seconds.
    pub(crate) ahead: i64,
}

/// What was so when, by the clock of the machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Timing {
    /// When the certificate was made and shown, in milliseconds since 1970.
    pub shown: i64,
    /// From when on it says something else, in seconds since 1970, where that was still to come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<i64>,
    /// When the canary came, or the connection ended, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided: Option<i64>,
}

impl Moment {
    /// The leaf for now, DER.
    ///
    /// # Errors
    /// The clock of this machine is outside of what certificates can say, or nothing random can be had.
    pub(crate) fn show(&self) -> io::Result<(Vec<u8>, Timing)> {
        let (shown, soon) = (now(), self.forgery.claim.changes_soon(self.form));
        // What is said is about the second behind the one, or before it, for which it is made.
        let at = shown.div_euclid(1000) + if soon { self.ahead - 1 } else { 0 };
        let rng = &mut ChaCha20Rng::from_seed(random()?);
        let leaf = self.forgery.renew(self.form, &self.authorities, &self.leaf, at, rng).map_err(io::Error::other)?;
        Ok((leaf, Timing { shown, changes: soon.then_some(at + 1), decided: None }))
    }
}

impl Timing {
    /// It is decided, if it was not before.
    pub(crate) fn decide(&mut self) {
        self.decided.get_or_insert_with(now);
    }

    /// Whether it was decided before what was shown said something else.
    #[must_use]
    pub fn is_in_time(&self) -> bool {
        self.changes.zip(self.decided).is_none_or(|(changes, decided)| decided < changes.saturating_mul(1000))
    }
}

fn now() -> i64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(passed.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_too_late_is_not_in_time_and_what_changed_before_always_is() {
        let timing = |changes, decided| Timing { shown: 10_500, changes, decided };
        assert!(timing(Some(12), Some(11_999)).is_in_time());
        assert!(!timing(Some(12), Some(12_000)).is_in_time());
        assert!(timing(None, Some(99_000)).is_in_time(), "nothing was still to come");
        assert!(timing(Some(12), None).is_in_time(), "nothing was decided");
    }
}
