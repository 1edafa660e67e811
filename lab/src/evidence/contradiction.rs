//! What cannot have happened as it was told.

use crate::role::{Actor, Role};
use serde::{Deserialize, Serialize};

/// A fact that the facts before it, or those of others, exclude. It is told by the text `value` of its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "is", rename_all = "kebab-case")]
pub enum Contradiction {
    /// Another version of the schema, in which fields may mean something else.
    Version {
        /// Who.
        teller: Actor,
        /// The version.
        got: u8,
        /// The lab's own.
        own: u8,
    },
    /// Events of several sessions.
    OtherSession {
        /// Who.
        teller: Actor,
    },
    /// A fact that only others can know.
    NotItsOwn {
        /// Who.
        teller: Actor,
    },
    /// A beginning that is not the first, or not at the beginning.
    BeganAgain {
        /// Who.
        teller: Actor,
    },
    /// Something after the end.
    AfterEnd {
        /// Who.
        teller: Actor,
    },
    /// Something after a victim gave up or closed.
    AfterLeaving {
        /// Who.
        teller: Role,
    },
    /// A handshake that is finished twice.
    FinishedTwice {
        /// Who.
        teller: Role,
    },
    /// A key although nothing came.
    FinishedAlone {
        /// Who.
        teller: Role,
    },
    /// Application data, a canary or a close before there was a key.
    WithoutKey {
        /// Who.
        teller: Role,
    },
    /// A message that is not the next one.
    OutOfOrder {
        /// Who.
        teller: Role,
    },
    /// More than one secret.
    TwoCanaries {
        /// Who.
        teller: Role,
    },
    /// A secret that was none.
    CanaryUnsent {
        /// Who.
        teller: Role,
    },
    /// Something said without the secret that shows who can read.
    NoCanary {
        /// Who.
        teller: Role,
    },
    /// A close that counts otherwise than the events.
    Miscounted {
        /// Who.
        teller: Role,
    },
    /// A check that failed, and a victim that did not give up there.
    WentOn {
        /// Who.
        teller: Role,
        /// At which check.
        check: String,
    },
    /// A victim that gave up at a check that did not fail.
    NeverFailed {
        /// Who.
        teller: Role,
        /// At which check.
        check: String,
    },
    /// A frame that reached a victim although nobody passed it on.
    ReceivedUnsent {
        /// Who.
        teller: Role,
    },
    /// A frame that the attacker took from a victim that did not send it.
    TakenUnsent {
        /// Who.
        teller: Role,
    },
    /// Something that a victim heard in its peer's voice, and that the peer did not say.
    NotItsVoice {
        /// Who heard it.
        teller: Role,
    },
    /// A logarithm that was found and not found.
    FoundAndCutOff,
}
