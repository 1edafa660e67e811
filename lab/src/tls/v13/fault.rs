//! Why a session of TLS 1.3 ended otherwise than in order.

use super::protect::LONGEST_TEXT;
use crate::{
    check::Check,
    tls::{protect::Unopened, reader::Malformed},
};

/// Octets that one message of a handshake may have.
pub(super) const LONGEST_MESSAGE: usize = 1 << 16;

/// What ended a session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A message or a record that is none.
    #[error("{0}")]
    Malformed(#[from] Malformed),
    /// It does not belong there.
    #[error("{field}: got {got} where it does not belong")]
    Unexpected {
        /// What it was: `handshake message`, or `record type`.
        field: &'static str,
        /// Its number.
        got: u8,
    },
    /// A record that the keys do not open.
    #[error("record: expected one of this session, whole and in its place")]
    Unopened,
    /// A text or a message that is too long.
    #[error("{field}: expected at most {most} octets, got {got}")]
    Long {
        /// Which of the two.
        field: &'static str,
        /// Octets that it may have.
        most: usize,
        /// Octets that it has.
        got: usize,
    },
    /// The peer can do nothing that would do.
    #[error("{field}: nothing in common")]
    NothingInCommon {
        /// What was to be agreed upon.
        field: &'static str,
    },
    /// The peer gave up.
    #[error("the peer gave up: alert {0}")]
    Alert(u8),
    /// A check of the lab's failed.
    #[error("{check}: failed")]
    Refused {
        /// Which.
        check: &'static Check,
        /// How the peer is told.
        alert: u8,
    },
    /// It is over already.
    #[error("the session is over")]
    Over,
}

impl Fault {
    pub(super) fn long_text(got: usize) -> Self {
        Self::Long { field: "record", most: LONGEST_TEXT, got }
    }

    pub(super) fn long_message(got: usize) -> Self {
        Self::Long { field: "handshake message", most: LONGEST_MESSAGE, got }
    }

    /// The alert that tells the peer (RFC 8446 section 6.2); none where it is gone.
    pub fn alert(&self) -> Option<u8> {
        Some(match self {
            Self::Malformed(_) => 50,
            Self::Unexpected { .. } => 10,
            Self::Unopened => 20,
            Self::Long { .. } => 22,
            Self::NothingInCommon { field: "version" } => 70,
            Self::NothingInCommon { .. } => 40,
            Self::Refused { alert, .. } => *alert,
            Self::Alert(_) | Self::Over => return None,
        })
    }
}

impl From<Unopened> for Fault {
    fn from(_: Unopened) -> Self {
        Self::Unopened
    }
}
