//! Endurance: mixed scenarios for as long as one likes. Processes are killed and stopped at random, then left alone, and connections
//! between programs by hand are cut at random places. In the full tests for seconds; for as long as one likes as docs/hard.md says.
//!
//! It fails where a verdict is neither what theory says nor one that says why nobody can tell, where an event that was told is
//! missing in the store or stands there twice, and where memory or descriptors of a process grow.

mod chaos;
mod console;
mod cut;
mod heard;
mod tally;
mod usage;

use std::{env, time::Duration};

/// A number from the environment, or the usual one.
fn number(name: &str, usual: u64) -> u64 {
    env::var(name).map_or(usual, |text| text.parse().unwrap_or_else(|error| panic!("{name}={text}: {error}")))
}

#[test]
fn no_verdict_is_false_no_event_lost_and_no_process_grows_whatever_befalls_them() {
    let (seconds, seed) = (number("INTERLOCK_ENDURANCE", 3), number("INTERLOCK_SEED", 1));
    let at_once = usize::try_from(number("INTERLOCK_AT_ONCE", 16)).expect("a number of sessions");
    let time = Duration::from_secs(seconds);
    // Four fifths of the time with the console, the rest by hand through what cuts.
    let mut faults = console::endure(time * 4 / 5, at_once, seed);
    faults.extend(cut::endure(time / 5, seed));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
