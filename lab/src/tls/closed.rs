//! Why a session stays closed, or is read no further, as a value.

use super::{direction::Side, reader::Malformed};
use serde::Serialize;

/// Why a listener reads nothing, or nothing more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Closed {
    /// What came first is no TLS.
    NotTls,
    /// The recording begins after the handshake.
    Begun,
    /// TLS 1.3: the group is one of the published, and fresh for the session.
    Tls13 {
        /// Its name.
        group: Option<String>,
    },
    /// An older version, or one that there is not.
    Version {
        /// Its number, as 0x0301.
        version: String,
    },
    /// A suite that is not understood.
    Suite {
        /// Its number, as 0x1234.
        suite: String,
    },
    /// Diffie–Hellman on a curve, which is named and not chosen by the server.
    Ecdhe {
        /// The curve.
        curve: Option<String>,
    },
    /// The secret was encrypted to the server's key, which nobody gave, or another one.
    NoKey {
        /// Keys that were tried.
        tried: usize,
    },
    /// It resumes a session whose secret is not known.
    Resumed,
    /// Nothing is known against the group, and no logarithm was tried.
    Sound,
    /// No logarithm was found.
    NoLogarithm {
        /// Why.
        why: String,
    },
    /// A secret was computed, and the handshake does not fit it.
    Unfit,
    /// It ends before the handshake does.
    Cut,
    /// Segments are missing before the keys were agreed.
    Gap {
        /// Whose.
        from: Side,
        /// Octets.
        octets: u64,
    },
    /// A message that is none.
    Malformed {
        /// The field.
        field: String,
        /// What it had to be.
        expected: String,
        /// What it was.
        got: String,
    },
    /// A message that does not belong there.
    Unexpected {
        /// Whose.
        from: Side,
        /// The handshake type, or nothing for another record.
        message: Option<u8>,
    },
    /// One side gave up.
    Alert {
        /// Which.
        from: Side,
        /// The number of the reason (RFC 5246 section 7.2).
        alert: u8,
    },
    /// More than a handshake may be.
    Long,
    /// A second handshake inside the session, which is not followed.
    Renegotiated,
    /// A record that the keys do not open.
    Unopened {
        /// Whose.
        from: Side,
    },
}

impl From<Malformed> for Closed {
    fn from(fault: Malformed) -> Self {
        Self::Malformed { field: fault.field.to_owned(), expected: fault.expected.to_owned(), got: fault.got }
    }
}
