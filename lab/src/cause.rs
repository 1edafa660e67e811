//! Why a victim gives up, as data.

use crate::{
    certificate::DecodeError, check::Finding, handshake::Stop, record::RecordError, seen::Seen, term::Sort,
    wire::FrameError, words,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a victim gives up; it is told by the text `cause` of its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Cause {
    /// A check failed.
    Check {
        /// Its id.
        check: String,
        /// What had to be there.
        expected: Seen,
        /// What was there.
        observed: Seen,
    },
    /// A field or value is not what it has to be.
    Misfit {
        /// The field or value.
        field: String,
        /// What it had to be.
        expected: Need,
        /// What it was.
        got: Given,
    },
    /// A frame of a kind that does not exist.
    FrameKind {
        /// The kind's number.
        number: u8,
    },
    /// A frame longer than its kind allows.
    FrameLength {
        /// The kind.
        kind: String,
        /// What it allows, in octets.
        most: usize,
        /// What the header announced.
        octets: usize,
    },
    /// The connection ended within a frame.
    FrameCut {
        /// Octets that had to come, as far as known.
        expected: usize,
        /// Octets that came.
        octets: usize,
    },
    /// No connection came.
    NoConnection {
        /// Within so many milliseconds.
        most: u64,
    },
    /// Nobody could be connected to.
    NoWay {
        /// Where.
        address: String,
        /// Why, as the system says it.
        error: String,
    },
    /// Nothing came.
    Silence {
        /// For so many milliseconds.
        most: u64,
    },
    /// The session did not end.
    Overdue {
        /// Within so many milliseconds.
        most: u64,
    },
    /// The connection ended where one more frame had to come.
    Ended,
    /// The table needs a value that the party was not given.
    NotGiven {
        /// The value.
        name: String,
    },
    /// The table ends without keys.
    NoKeys,
    /// A check has no outcome.
    NoOutcome {
        /// Its id.
        check: String,
    },
    /// A record key is of another length.
    KeyLength,
    /// A message is too long for a record.
    LongMessage {
        /// Its octets.
        octets: usize,
        /// Those that a record may carry.
        most: usize,
    },
}

/// A value that is not what it has to be: why an operation has no result, or a message no values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The field or value.
    pub field: String,
    /// What it had to be.
    pub expected: Need,
    /// What it was.
    pub got: Given,
}

/// What a field has to be; it is told by the text `need` of its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Need {
    /// One of these, as it is written.
    OneOf {
        /// Them.
        names: Vec<String>,
    },
    /// Offers, as they are written.
    Offers {
        /// Them.
        offers: String,
    },
    /// A published group first.
    PublishedFirst,
    /// No message at this point.
    NoMessage,
    /// A message of this kind.
    Kind {
        /// The kind.
        kind: String,
    },
    /// A record.
    Record,
    /// Nothing after the close.
    NothingAfterClose,
    /// A type of content.
    ContentType,
    /// A known type of content.
    KnownType,
    /// A close without data.
    BareClose,
    /// Values of the operation's sorts.
    Sorts,
    /// A sort that travels.
    Travels,
    /// So many octets.
    Octets {
        /// The number.
        octets: usize,
    },
    /// At least so many octets.
    OctetsAtLeast {
        /// The number.
        octets: usize,
    },
    /// An encapsulation key of ML-KEM-768, and a point.
    EncapsulationKey {
        /// Octets of both.
        octets: usize,
    },
    /// A public value of its group.
    OfGroup,
    /// A prime of at least so many bits.
    PrimeBits {
        /// The number.
        bits: u64,
    },
    /// An odd number of at least so many bits.
    OddBits {
        /// The number.
        bits: u64,
    },
    /// At most so many bits.
    BitsAtMost {
        /// The number.
        bits: u64,
    },
    /// A positive number without leading zeros.
    Positive,
    /// The numbers p and g.
    Numbers,
    /// A name for which somebody can be certified.
    PeerName,
    /// A leaf with an Ed25519 key.
    LeafKey,
    /// A leaf with a DNS name.
    LeafName,
    /// At least one entry.
    OneEntry,
    /// One JSON object, strictly.
    Body,
    /// UTF-8.
    Utf8,
    /// This field.
    ThisField,
    /// No such field.
    NoSuchField,
    /// These fields and no others.
    Fields {
        /// Their names.
        names: Vec<String>,
    },
    /// At most so many entries.
    Entries {
        /// The number.
        most: usize,
    },
    /// Octets in base64url without padding.
    Base64url,
    /// A JSON value of this kind.
    Json {
        /// The kind.
        json: Json,
    },
    /// A word of at most so many characters.
    Word {
        /// The number.
        most: usize,
    },
}

/// What a field is instead; it is told by the text `given` of its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Given {
    /// This text, as it came or as a reader says it.
    Text {
        /// The text.
        text: String,
    },
    /// These characters, quoted.
    Word {
        /// They.
        text: String,
    },
    /// One.
    One,
    /// None.
    Nothing,
    /// Another.
    Another,
    /// Others.
    Others,
    /// Neither.
    Neither,
    /// One without.
    Without,
    /// So many.
    Count {
        /// The number.
        count: u64,
    },
    /// So many bits.
    Bits {
        /// The number.
        bits: u64,
    },
    /// So many octets.
    Octets {
        /// The number.
        octets: usize,
    },
    /// So many octets of it.
    OctetsOfIt {
        /// The number.
        octets: usize,
    },
    /// So many fields.
    Fields {
        /// The number.
        count: usize,
    },
    /// A record.
    Record,
    /// Nothing sealed.
    NothingSealed,
    /// A sort.
    Sort {
        /// Its name.
        sort: String,
    },
    /// A JSON value of this kind.
    Json {
        /// The kind.
        json: Json,
    },
    /// Octets that are no UTF-8.
    At {
        /// From here on.
        octet: usize,
    },
    /// What is wrong with a certificate.
    Problem {
        /// It.
        problem: Box<DecodeError>,
    },
}

/// A kind of JSON value; it is told by the text `json` of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Json {
    /// That of a value.
    pub fn of(value: &serde_json::Value) -> Self {
        match value {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(_) => Self::Boolean,
            serde_json::Value::Number(_) => Self::Number,
            serde_json::Value::String(_) => Self::String,
            serde_json::Value::Array(_) => Self::Array,
            serde_json::Value::Object(_) => Self::Object,
        }
    }
}

impl Misfit {
    /// A value that is not what it has to be.
    pub fn new(field: impl Into<String>, expected: Need, got: Given) -> Self {
        Self { field: field.into(), expected, got }
    }
}

impl Given {
    /// A text from outside, cut where it is long.
    pub fn text(text: &str) -> Self {
        Self::Text { text: cut(text) }
    }

    /// A number.
    pub fn count(count: usize) -> Self {
        Self::Count { count: count as u64 }
    }

    /// A sort.
    pub fn sort(sort: Sort) -> Self {
        Self::Sort { sort: sort.to_string() }
    }
}

/// Characters that are told of a text from outside.
const LONGEST: usize = 400;

/// A text from outside, cut where it is long.
pub(crate) fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

impl Cause {
    /// Octets of what is long in it.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Check { expected, observed, .. } => expected.weight() + observed.weight(),
            Self::Misfit { field, expected, got } => {
                let expected = match expected {
                    Need::Offers { offers } => offers.len(),
                    _ => 0,
                };
                let got = match got {
                    Given::Text { text } | Given::Word { text } => text.len(),
                    _ => 0,
                };
                field.len() + expected + got
            }
            _ => 0,
        }
    }
}

impl From<&Finding> for Cause {
    fn from(finding: &Finding) -> Self {
        let Finding { check, expected, observed, .. } = finding;
        Self::Check { check: check.id.to_owned(), expected: expected.clone(), observed: observed.clone() }
    }
}

impl From<&Misfit> for Cause {
    fn from(misfit: &Misfit) -> Self {
        let Misfit { field, expected, got } = misfit.clone();
        Self::Misfit { field, expected, got }
    }
}

impl From<&Stop> for Cause {
    fn from(stop: &Stop) -> Self {
        match stop {
            Stop::Check(finding) => finding.into(),
            Stop::Misfit(misfit) => misfit.into(),
            Stop::NotGiven(name) => Self::NotGiven { name: (*name).to_owned() },
        }
    }
}

impl From<&RecordError> for Cause {
    fn from(error: &RecordError) -> Self {
        match error {
            RecordError::Check(finding) => finding.into(),
            RecordError::Malformed(misfit) => misfit.into(),
        }
    }
}

impl From<&FrameError> for Cause {
    fn from(error: &FrameError) -> Self {
        match *error {
            FrameError::Kind(number) => Self::FrameKind { number },
            FrameError::TooLong { kind, limit, got } => {
                Self::FrameLength { kind: kind.to_string(), most: limit, octets: got }
            }
            FrameError::Truncated { expected, got } => Self::FrameCut { expected, octets: got },
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::told_as("cause", self))
    }
}

impl std::error::Error for Misfit {}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Cause::from(self).fmt(f)
    }
}
