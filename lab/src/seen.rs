//! What a check wanted and what it found, as data.

use crate::{role::Role, words};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A value that a check compared. It is told by the text `value` of its name in the language's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Seen {
    /// What a rule of path validation says of a certificate.
    Text {
        /// In its own words.
        text: String,
    },
    /// Nothing to look at.
    NotApplicable,
    /// A group without numbers out of range.
    EveryOctetString,
    /// A group of one size.
    OneSize,
    /// A group that is a published one by its name.
    PublishedByName,
    /// A path without anything for the check.
    NothingOnPath,
    /// A record layer to which nothing came.
    NoRecord,
    /// Octets, in hexadecimal.
    Octets {
        /// The digits.
        hex: String,
    },
    /// A public value from 2 to p−2.
    InRange,
    /// One of 0, 1, p−1 and p.
    Degenerate {
        /// Which.
        residue: String,
    },
    /// A public value beyond p.
    BeyondPrime {
        /// Its size.
        bits: u64,
    },
    /// Any other public value.
    PublicValue {
        /// In hexadecimal.
        hex: String,
        /// Its size.
        bits: u64,
    },
    /// A prime of at least this size.
    PrimeOfAtLeast {
        /// In bits.
        bits: u64,
    },
    /// A prime of this size.
    Prime {
        /// In bits.
        bits: u64,
    },
    /// A group of RFC 3526 or RFC 7919.
    PublishedGroup,
    /// A published group.
    Group {
        /// Its name.
        name: String,
    },
    /// A group that is none of them.
    UnpublishedGroup {
        /// Size of its prime.
        bits: u64,
        /// The prime, in hexadecimal.
        p: String,
    },
    /// A shared secret other than zero. It is not told.
    NonzeroSecret,
    /// A shared secret of zeros.
    ZeroSecret {
        /// So many octets of them.
        octets: usize,
    },
    /// A signature that would be right.
    SignatureBy {
        /// The key, in hexadecimal.
        key: String,
        /// The digest that it has to cover, in hexadecimal.
        transcript: String,
    },
    /// A signature.
    Signature {
        /// In hexadecimal.
        signature: String,
        /// It is right.
        verifies: bool,
    },
    /// A record by its sequence number.
    RecordNumber {
        /// From 0.
        number: u64,
    },
    /// A record sealed by the peer.
    SealedBy {
        /// The peer.
        party: Role,
    },
    /// Whether a record was sealed with the reader's own key.
    SealedWithOwnKey {
        /// The reader.
        party: Role,
        /// It was.
        own: bool,
    },
    /// A tag that fits the record.
    FittingTag,
    /// A record's tag.
    Tag {
        /// Its first octets, in hexadecimal.
        tag: String,
        /// It fits.
        fits: bool,
    },
    /// A sealed close before the end of the connection.
    CloseBeforeEnd,
    /// Whether there was one.
    Close {
        /// There was.
        came: bool,
        /// Records that came before.
        records: u64,
    },
    /// Every record.
    EveryRecord,
    /// So many records, all of them.
    Records {
        /// The number.
        records: u64,
    },
}

impl Seen {
    /// Octets of the texts in it.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Text { text: one }
            | Self::Octets { hex: one }
            | Self::PublicValue { hex: one, .. }
            | Self::UnpublishedGroup { p: one, .. }
            | Self::Signature { signature: one, .. } => one.len(),
            Self::SignatureBy { key, transcript } => key.len() + transcript.len(),
            _ => 0,
        }
    }
}

impl From<&str> for Seen {
    fn from(text: &str) -> Self {
        Self::Text { text: text.to_owned() }
    }
}

impl From<String> for Seen {
    fn from(text: String) -> Self {
        Self::Text { text }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::value(self))
    }
}
