//! The event schema, version 3: everything that the store, the pages, the command line and the verdict know.
//!
//! An event is one fact of one session, told by the process that saw it. Nothing in an event is secret: keys appear as
//! one-way [fingerprints](crate::algebra::Algebra::fingerprint), canaries as SHA-256 digests until the attacker publishes what it read.

mod computation;
mod fact;
mod read;
mod weight;

pub use crate::check::Status;
use crate::role::Actor;
pub use computation::{Account, Equation, Reached, TRIES};
pub use fact::Fact;
use fact::Plain;
pub(crate) use read::Told;
use serde::{Deserialize, Serialize};

/// The schema's version, carried by every event. In version 1 a computation that was cut off looked like one that came to
/// its end without a logarithm; in version 2 reasons, methods and steps were sentences.
pub const VERSION: u8 = 3;

/// One fact of one session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Event {
    /// Schema version, [`VERSION`].
    pub v: u8,
    /// The session that the event belongs to.
    pub session: String,
    /// Position within the session: counted by the source, renumbered by the console in the order of arrival.
    pub n: u64,
    /// Who tells it.
    pub source: Actor,
    /// Microseconds since the source began its part of the session.
    pub at: u64,
    /// What happened.
    #[serde(flatten, serialize_with = "Fact::serialize")]
    pub fact: Fact,
}

/// The events of each session, where the console tells that sessions of a campaign begin; else all of them as one.
pub fn sessions(events: &[Event]) -> impl Iterator<Item = &[Event]> {
    events.chunk_by(|_, next| !matches!(next.fact, Fact::Began { .. }))
}

/// What the lab limits, so that no peer can hang or fill it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// Connections at once: of those that have sent no frame yet, the oldest gives its place to a new one.
    Places,
    /// Milliseconds until a connection's first frame is there.
    Greeting,
    /// Milliseconds until the connection of an ordered session is there.
    Connection,
    /// Milliseconds in which something has to come.
    Silence,
    /// Milliseconds of a whole session.
    Session,
    /// Milliseconds for which the attacker listens to one victim when the other has left.
    Parting,
    /// Milliseconds in which a peer has to take what it is sent.
    Unread,
    /// Octets of one victim's frames that the attacker keeps back at a time: it reads no more of them meanwhile.
    Held,
    /// Octets of records that a listener keeps for later: it misses the rest.
    Recording,
}

/// Why a session is ended before its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cancellation {
    /// Somebody asked for it.
    Asked,
    /// The console itself ended.
    Closing,
    /// Nobody decided about the frame that was held, for as long as one may be.
    Undecided,
}

/// The direction of a frame, seen from the victim that tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// It left the victim.
    Sent,
    /// It reached the victim.
    Received,
}

/// What the attacker did with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Passed on as it came.
    Forward,
    /// Passed on with a change.
    Alter,
    /// Not passed on.
    Drop,
    /// Made up by the attacker.
    Inject,
    /// Kept back for now.
    Hold,
}

/// One field that the attacker altered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field's name; `bytes` for a sealed record.
    pub field: String,
    /// Its value as it came (JSON text, or base64url for bytes).
    pub old: String,
    /// Its value as it left.
    pub new: String,
}
