//! How many others a process serves at once, and how long they may keep it waiting. What happens when the time is over is told as that: a clock proves nothing.

use std::time::Duration;
use tokio::time::Instant;

/// Most connections at once.
pub(crate) const CONNECTIONS: usize = 256;
/// The longest that a connection may take for its first frame: whoever connects speaks at once.
const GREETING: Duration = Duration::from_secs(3);
/// Patiences of a session: a victim waits one for each arrival, and none of the modes has more of them before the records
/// than this leaves room for.
const SESSION: u32 = 8;
/// Patiences that the attacker has besides: it begins before the server and ends after both.
const BESIDES: u32 = 3;
/// Patiences until the connection of an ordered session is there, and no less than a greeting takes: the others have to be
/// ordered, to connect, to speak.
const CONNECTION: u32 = 3;
/// Patiences for which one victim may stay when the other has left: it has one itself.
const PARTING: u32 = 2;
/// What a relay waits for at least, however impatient the victims: what they compute between two arrivals is in no patience, and
/// what one of them still says when the other has left is heard.
const HEARD: Duration = Duration::from_secs(3);

/// The limits of one session.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long to wait for each arrival.
    pub silence: Duration,
    /// How long a victim's session may last.
    pub session: Duration,
}

impl Limits {
    /// What follows from the time that is waited for each arrival.
    pub fn of(silence: Duration) -> Self {
        Self { silence, session: silence.saturating_mul(SESSION) }
    }

    /// How long the session between two victims may last for the attacker.
    pub fn relayed(&self) -> Duration {
        self.session.saturating_add(self.silence.saturating_mul(BESIDES)).max(HEARD)
    }

    /// For how long nothing may come from either victim: they lose patience before.
    pub fn quiet(&self) -> Duration {
        self.silence.saturating_mul(BESIDES).max(HEARD)
    }

    /// How long one victim may stay when the other has left.
    pub fn parting(&self) -> Duration {
        self.silence.saturating_mul(PARTING).max(HEARD)
    }
}

/// How long a connection may take for its first frame, where arrivals are waited for so long.
pub fn greeting(silence: Duration) -> Duration {
    silence.min(GREETING)
}

/// How long a part waits for its connection, where arrivals are waited for so long.
pub fn connection(silence: Duration) -> Duration {
    silence.saturating_mul(CONNECTION).max(GREETING)
}

/// So long from now, or as good as never.
pub fn after(time: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    Instant::now() + time.min(YEAR)
}

/// A duration as events tell it.
pub fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever relays or waits for a victim must outlast it, lest the victim's peer takes the end for an attack.
    #[test]
    fn victims_lose_patience_before_the_attacker_does() {
        for silence in [Duration::ZERO, Duration::from_millis(1), Duration::from_secs(10), Duration::MAX] {
            let limits = Limits::of(silence);
            let longer =
                |longer: Duration, shorter: Duration| longer > shorter || silence.is_zero() || longer == Duration::MAX;
            assert!(longer(limits.relayed(), limits.session) && longer(limits.session, limits.silence));
            assert!(longer(limits.quiet(), limits.silence) && longer(limits.parting(), limits.silence));
            assert!(greeting(silence) <= silence);
            let relay = [limits.relayed(), limits.quiet(), limits.parting()];
            assert!(relay.into_iter().all(|time| time >= HEARD), "a victim that computes is heard out");
            let _ = after(limits.relayed());
        }
    }
}
