//! How much the server gives, and for how long it waits.

use std::time::Duration;

/// The largest body of a request, in octets.
pub(super) const BODY: usize = 16 << 10;
/// The largest lesson, in octets.
pub(super) const LESSON: usize = 256 << 10;

/// The largest question about a table of one's own, in octets.
pub(super) const TABLE: usize = 96 << 10;

/// The largest file of sessions that somebody brings, in octets.
pub(super) const BROUGHT: usize = 32 << 20;

/// The largest report on a victim of one's own, in octets.
pub(super) const REPORT: usize = 2 << 20;

/// Codes that may be tried from one address at once, and a second: a class may sit behind one address.
pub(super) const TRIED: (f64, f64) = (60.0, 1.0);
/// Requests of viewers from one address at once, and a second.
pub(super) const ASKED: (f64, f64) = (1500.0, 150.0);
/// Streams of trainers, beside those of viewers.
pub(super) const TRAINERS: usize = 32;

/// What is bounded, and by what.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at the same time.
    pub places: usize,
    /// Of these, viewers of the live stream and callers that wait for a verdict: the others stay free for who only asks.
    pub viewers: usize,
    /// How long a caller may take for the head of its next request, silence before it included.
    pub head: Duration,
    /// How long a caller may take for the body.
    pub body: Duration,
    /// How long a caller may take nothing of what it is sent.
    pub stalled: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            places: 6144,
            viewers: 5376,
            head: Duration::from_secs(15),
            body: Duration::from_secs(10),
            stalled: Duration::from_secs(30),
        }
    }
}

/// Files and pipes that the console itself has open at most: those of the three processes, the store, the terminal.
const OWN_FILES: u64 = 64;

impl Limits {
    /// The usual limits, or lower ones where the system allows this process fewer files; it is asked for as many as are needed.
    pub fn fitted() -> Self {
        let usual = Self::default();
        let needed = usual.places as u64 + SPARE as u64 + REFUSED as u64 + OWN_FILES;
        usual.within(files(needed))
    }

    /// These limits where the process may have so many files open.
    fn within(self, files: u64) -> Self {
        let room = files.saturating_sub(OWN_FILES + SPARE as u64 + REFUSED as u64).max(8);
        let places = self.places.min(usize::try_from(room).unwrap_or(usize::MAX));
        // One place in eight is for who only asks.
        let viewers = self.viewers.min(places - places / 8);
        Self { places, viewers, ..self }
    }
}

/// Connections beyond the places, whose callers have been asked to leave.
pub(super) const SPARE: usize = 32;
/// Connections beyond these, whose callers are being told that there is no place.
pub(super) const REFUSED: usize = 32;

/// How many files this process may have open, once it has asked for `needed`.
#[cfg(unix)]
fn files(needed: u64) -> u64 {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let found = getrlimit(Resource::Nofile);
    // No limit is none.
    let (Some(current), most) = (found.current, found.maximum.unwrap_or(u64::MAX)) else { return u64::MAX };
    let wanted = needed.min(most);
    if wanted <= current {
        return current;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: found.maximum }) {
        Ok(()) => wanted,
        Err(_) => current,
    }
}

#[cfg(not(unix))]
fn files(_: u64) -> u64 {
    u64::MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_fit_the_files_that_a_process_may_open() {
        let of = |files| {
            let limits = Limits::default().within(files);
            (limits.places, limits.viewers)
        };
        assert_eq!(of(u64::MAX), (6144, 5376));
        // What most shells on Linux allow before it is asked for more.
        assert_eq!(of(1024), (896, 784));
        // What a shell on macOS allows.
        assert_eq!(of(256), (128, 112));
        assert_eq!(of(0), (8, 7));
    }
}
