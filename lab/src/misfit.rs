//! A value that is not what it has to be, as data.

use crate::{certificate::DecodeError, term::Sort, words};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A value that is not what it has to be: why an operation has no result, or a message no values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
#[serde(remote = "Self", tag = "is", rename_all = "kebab-case")]
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
    /// At most so many octets.
    OctetsAtMost {
        /// The number.
        octets: usize,
    },
    /// A public RSA key with a modulus of so many bits.
    EncryptionKey {
        /// At least.
        least: usize,
        /// At most.
        most: usize,
    },
    /// What was encrypted to the key of whoever reads it, and padded as agreed.
    Encrypted,
    /// So many parts.
    Parts {
        /// The number.
        parts: usize,
    },
    /// An encapsulation key of ML-KEM-768, and a point.
    EncapsulationKey {
        /// Octets of both.
        octets: usize,
    },
    /// A secret that was sealed with a key of this exchange.
    Sealed,
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
    /// This field once.
    Once,
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
#[serde(remote = "Self", tag = "is", rename_all = "kebab-case")]
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
    /// It twice.
    Twice,
    /// The end of the text; line and character from 1.
    Ends {
        /// The line.
        line: usize,
        /// The character.
        column: usize,
    },
    /// What is no JSON.
    Breaks {
        /// The line.
        line: usize,
        /// The character.
        column: usize,
    },
    /// Values in values in values.
    TooDeep {
        /// The line.
        line: usize,
        /// The character.
        column: usize,
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

impl Need {
    /// Octets of what is long in it.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Offers { offers } => offers.len(),
            _ => 0,
        }
    }
}

impl Given {
    /// Octets of what is long in it.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Text { text } | Self::Word { text } => text.len(),
            _ => 0,
        }
    }

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

impl std::error::Error for Misfit {}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words::with("cause", "misfit", self))
    }
}
