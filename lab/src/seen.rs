//! What a check wanted and what it found, as data.

use crate::{certificate::Reason, role::Role, words};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A value that a check compared. It is told by the text `value` of its name in the language's file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "is", rename_all = "kebab-case")]
pub enum Seen {
    /// A text, as it is.
    Text {
        /// The text.
        text: String,
    },
    /// What a rule of path validation demanded.
    Wanted {
        /// When it found this.
        #[serde(with = "boxed")]
        of: Box<Reason>,
    },
    /// What a rule of path validation found.
    Found {
        /// It.
        #[serde(with = "boxed")]
        of: Box<Reason>,
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
    /// A public value of a certain prime order.
    InSubgroup {
        /// Bits of the order.
        bits: u64,
    },
    /// A public value of another order.
    OutsideSubgroup {
        /// Bits of the order that it should have.
        bits: u64,
    },
    /// A value that was not there before.
    AnotherValue,
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
    /// A modulus that is a prime.
    PrimeModulus,
    /// A modulus that is none.
    CompositeModulus {
        /// In bits.
        bits: u64,
    },
    /// A generator whose order is (p−1)/2 or p−1, where (p−1)/2 is a prime.
    LargeOrder,
    /// A p with a (p−1)/2 that is no prime, or none itself.
    UnsafePrime {
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
    /// A block padded as it has to be. It is not told.
    PaddedBlock,
    /// A block that is not.
    UnpaddedBlock,
    /// A shared secret other than zero. It is not told.
    NonzeroSecret,
    /// A shared secret of zeros.
    ZeroSecret {
        /// So many octets of them.
        octets: usize,
    },
    /// The secret that both know beforehand. It is not told.
    SharedSecret,
    /// Another one. It is not told either.
    AnotherSecret,
    /// What a generator starts from, and nobody can guess. It is not told.
    UnguessableSeed,
    /// What follows from the time and a process number.
    ClockSeed,
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
    /// A key that was never installed.
    NewKey,
    /// A key that is to be installed.
    InstalledKey {
        /// Whose records it is for.
        of: Role,
        /// Its fingerprint.
        key: String,
        /// It was installed before.
        again: bool,
        /// The number of the first record under it.
        number: u64,
    },
    /// So many keys, all of them new.
    NewKeys {
        /// The number.
        keys: usize,
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
    /// The two as they are told beside each other: long octets that begin alike are cut to where they first differ.
    pub(crate) fn apart(self, other: Self) -> (Self, Self) {
        let (Self::Octets { hex: one }, Self::Octets { hex: two }) = (&self, &other) else { return (self, other) };
        let first = one.bytes().zip(two.bytes()).position(|(a, b)| a != b);
        let Some(first) = first.filter(|first| *first >= 8) else { return (self, other) };
        let cut = |hex: &str| {
            let from = first - first % 2 - 4;
            let end = (from + 8).min(hex.len());
            let rest = if end < hex.len() { "…" } else { "" };
            Self::Octets { hex: format!("…{}{rest}", hex.get(from..end).unwrap_or_default()) }
        };
        (cut(one), cut(two))
    }

    /// Octets of the texts in it.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Text { text: one }
            | Self::Octets { hex: one }
            | Self::PublicValue { hex: one, .. }
            | Self::UnpublishedGroup { p: one, .. }
            | Self::Signature { signature: one, .. } => one.len(),
            Self::SignatureBy { key, transcript } => key.len() + transcript.len(),
            // Names in certificates, each of which is cut.
            Self::Wanted { .. } | Self::Found { .. } => 1024,
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

/// A reason is read and written as it is, without a pointer to the format: each session has dozens.
mod boxed {
    use super::Reason;
    use serde::{Deserializer, Serializer};

    #[expect(clippy::borrowed_box, reason = "what serde hands over")]
    pub(super) fn serialize<S: Serializer>(reason: &Box<Reason>, format: S) -> Result<S::Ok, S::Error> {
        Reason::serialize(reason, format)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(format: D) -> Result<Box<Reason>, D::Error> {
        Reason::deserialize(format).map(Box::new)
    }
}

#[cfg(test)]
mod tests {
    use super::Seen;

    #[test]
    fn octets_that_begin_alike_are_told_where_they_differ() {
        let octets = |hex: &str| Seen::Octets { hex: hex.to_owned() };
        let told = |one: &str, two: &str| {
            let (one, two) = octets(one).apart(octets(two));
            (one.to_string(), two.to_string())
        };
        let last = "00112233445566778899aabbccddeeff";
        assert_eq!(told(last, &last.replace("ff", "fe")), ("…ddeeff".into(), "…ddeefe".into()));
        assert_eq!(told(last, &last.replace("88", "98")), ("…66778899…".into(), "…66779899…".into()));
        assert_eq!(told("00aa", "00ab"), ("00aa".into(), "00ab".into()));
        assert_eq!(told(last, last), (last.into(), last.into()));
    }
}
