//! What a session's computation is known to take before anything runs, and the time that a session gets for it.

use crate::{attacks::Resolved, block_search::questions};
use cryptanalysis::index_seconds;
use lab::group::own::Own;
use std::time::Duration;

/// The longest that a session takes unless its computation is known to take longer.
const USUAL: Duration = Duration::from_secs(60);
/// Victims wait one patience for each flight, for which so many leave room.
const PATIENCES: u32 = 8;
/// So many seconds for each second of one core that is known to be needed: machines differ, and have other work.
pub const MARGIN: u32 = 4;
/// What a prime costs at most whose p − 1 may have several large factors, beside a safe one of its size.
const ANY_PRIME: f64 = 2.0;
/// A modulus of this size is the one that a long modulus is priced by.
const LONG: f64 = 1024.0;
/// How fast the price grows with the size of a long modulus: measured between 1024 and 2048 bits.
const GROWTH: f64 = 2.3;

/// Seconds of one core that the attacker's computation in a scenario is known to take, or a server's answers to it. Nothing
/// where it computes no logarithm and asks nobody. What is factored by chance takes about as long as is told. A published prime costs nothing: it is recognised, and nothing is tried.
pub fn core_seconds(resolved: &Resolved) -> Option<f64> {
    let selection = &resolved.played.scenario.mode;
    let variant = resolved.played.mode.variant(selection.variant.as_deref())?;
    if resolved.played.loot.calls > 0 {
        let bits = variant.size(&selection.parameters)?;
        return Some(questions(bits) * question_seconds(bits));
    }
    resolved.info.logarithm?;
    match variant.group? {
        Own::Safe => index_seconds(variant.size(&selection.parameters)?),
        Own::Random => index_seconds(variant.size(&selection.parameters)?).map(|seconds| seconds * ANY_PRIME),
        Own::Composite => Some(long(1.5, variant.size(&selection.parameters)?)),
        Own::Smooth => Some(long(1.1, variant.size(&selection.parameters)?)),
        Own::Subgroup => Some(long(0.5, variant.size(&selection.parameters)?)),
        Own::Cofactor | Own::Published(_) => None,
    }
}

/// What a long modulus of so many bits takes, by what one of the usual size was seen to take, in seconds of one core: numbers are
/// factored, or tables filled, the size of which is the same whatever the modulus'.
fn long(usual: f64, bits: u64) -> f64 {
    usual * (bits as f64 / LONG).powf(GROWTH)
}

/// What a question to a server takes on both sides, in seconds of one core: a connection, and an operation with a private key of
/// so many bits, the cost of which grows with their cube.
fn question_seconds(bits: u64) -> f64 {
    0.0005 + 0.0004 * (bits as f64 / 1024.0).powi(3)
}

/// How long a session may take in all: what was asked for, or the usual time and what its computation is known to take.
pub fn deadline(asked: Option<Duration>, patience: Duration, core_seconds: Option<f64>) -> Duration {
    asked.unwrap_or_else(|| {
        let computing = Duration::try_from_secs_f64(core_seconds.unwrap_or_default()).unwrap_or(Duration::MAX);
        USUAL.max(patience.saturating_mul(PATIENCES)).saturating_add(computing.saturating_mul(MARGIN))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attacks;

    fn cost(scenario: &str) -> Option<f64> {
        core_seconds(&attacks::resolve(&scenario.parse().unwrap()).unwrap())
    }

    #[test]
    fn the_cost_grows_with_the_prime_and_only_with_what_computes() {
        let size = |bits: u32| cost(&format!("dh-weak:short,bits={bits}/crack")).unwrap();
        assert!(size(48) < 1.0 && size(160) < size(200) && size(200) < size(224));
        assert!((30.0..120.0).contains(&size(200)), "measured: 63 core seconds, got {}", size(200));
        assert_eq!(cost("dh-weak:short,bits=224/eavesdrop"), Some(size(224)), "whoever listens computes as well");
        for free in ["dh-weak:short,bits=224/relay", "dh-weak:short,bits=224/substitute", "dh/crack", "ecdh/eavesdrop"]
        {
            assert_eq!(cost(free), None, "{free}");
        }
        for variant in ["smooth", "composite", "subgroup"] {
            let [usual, twice] =
                ["", ",bits=2048"].map(|bits| cost(&format!("dh-weak:{variant}{bits}/crack")).unwrap());
            assert!(usual < 2.0 && (4.0..6.0).contains(&(twice / usual)), "{variant}: {usual} and {twice}");
        }
        assert_eq!(cost("dh-weak:cofactor/eavesdrop"), None, "its exponents are short, whatever its size");
        let asked = |bits: u64| cost(&format!("rsa:pkcs1v15,bits={bits}/bleichenbacher")).unwrap();
        assert!(asked(1025) < 10.0 && asked(513) < asked(1025) && asked(1024) > 10.0 * asked(1025));
        assert_eq!(cost("rsa:pkcs1v15/relay"), None, "nobody asks");
    }

    #[test]
    fn a_session_has_the_time_that_its_victims_and_its_prime_need() {
        let patience = Duration::from_secs(5);
        assert_eq!(deadline(None, patience, None), USUAL);
        assert_eq!(deadline(None, patience, Some(100.0)), USUAL + Duration::from_secs(400));
        assert_eq!(deadline(None, Duration::from_secs(60), None), Duration::from_secs(480));
        assert_eq!(deadline(Some(patience), Duration::from_secs(60), Some(100.0)), patience, "who asks is obeyed");
        assert_eq!(deadline(None, Duration::MAX, Some(f64::INFINITY)), Duration::MAX);
    }
}
