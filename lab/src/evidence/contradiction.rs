//! What cannot have happened as it was told.

use crate::{
    event::VERSION,
    role::{Actor, Role},
};

/// A fact that the facts before it, or those of others, exclude.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// Another version of the schema, in which fields may mean something else.
    #[error("the {teller} tells events of version {got}, not {VERSION}")]
    Version {
        /// Who.
        teller: Actor,
        /// The version.
        got: u8,
    },
    /// Events of several sessions.
    #[error("the {0} tells of another session")]
    OtherSession(Actor),
    /// A fact that only others can know.
    #[error("the {0} tells what is not its own to tell")]
    NotItsOwn(Actor),
    /// A beginning that is not the first, or not at the beginning.
    #[error("the {0} began when it had begun")]
    BeganAgain(Actor),
    /// Something after the end.
    #[error("the {0} told more after its end")]
    AfterEnd(Actor),
    /// Something after a victim gave up or closed.
    #[error("the {0} went on after it had left")]
    AfterLeaving(Role),
    /// A handshake that is finished twice.
    #[error("the {0} finished the handshake twice")]
    FinishedTwice(Role),
    /// A key although nothing came.
    #[error("the {0} finished the handshake without having received anything")]
    FinishedAlone(Role),
    /// Application data, a canary or a close before there was a key.
    #[error("the {0} used a key before it had one")]
    WithoutKey(Role),
    /// A message that is not the next one.
    #[error("the {0} exchanged data out of order")]
    OutOfOrder(Role),
    /// More than one secret.
    #[error("the {0} published two canaries")]
    TwoCanaries(Role),
    /// A secret that was none.
    #[error("the {0} published a canary that it did not send")]
    CanaryUnsent(Role),
    /// A finished handshake without the secret that shows who can read.
    #[error("the {0} finished and published no canary")]
    NoCanary(Role),
    /// A close that counts otherwise than the events.
    #[error("the {0} closed a stream that its events do not tell of")]
    Miscounted(Role),
    /// A check that failed, and a victim that did not give up there.
    #[error("the {0} went on although {1} had failed")]
    WentOn(Role, String),
    /// A victim that gave up at a check that did not fail.
    #[error("the {0} stopped at {1}, which it never saw fail")]
    NeverFailed(Role, String),
    /// A frame that reached a victim although nobody passed it on.
    #[error("the {0} received a frame that nobody sent")]
    ReceivedUnsent(Role),
    /// A frame that the attacker took from a victim that did not send it.
    #[error("the attacker took a frame that the {0} did not send")]
    TakenUnsent(Role),
    /// A logarithm that was found and not found.
    #[error("the attacker found a logarithm in a computation that was cut off")]
    FoundAndCutOff,
}
