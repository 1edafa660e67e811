//! What the checks of a certificate by itself find.

use serde::{Deserialize, Serialize};

use super::{Algorithm, Key, Text};
use crate::certificate::DecodeError;

/// Whether a certificate is well-formed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Encoding {
    /// It is.
    Sound,
    /// It is of an earlier version than 3.
    Version {
        /// Its version, from 1.
        version: u32,
    },
    /// It is not as the standard has it, though it can be read.
    Malformed {
        /// What is wrong.
        problem: DecodeError,
    },
    /// A certificate cannot be read.
    Unreadable {
        /// Its position.
        index: usize,
        /// What is wrong.
        problem: DecodeError,
    },
    /// A revocation list cannot be read.
    UnreadableList {
        /// Its position.
        index: usize,
        /// What is wrong.
        problem: DecodeError,
    },
}

/// Whether key and signature algorithm are strong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Algorithms {
    /// Both are.
    Strong {
        /// The key.
        key: Key,
        /// By what the certificate is signed.
        algorithm: Algorithm,
    },
    /// The key of a trust anchor is.
    Anchor {
        /// The key.
        key: Key,
    },
    /// Two algorithms are named.
    Two {
        /// The one outside the signed part, an object identifier.
        outside: String,
        /// The one inside.
        inside: String,
    },
    /// The key is too weak, or none.
    WeakKey {
        /// The key.
        key: Key,
    },
    /// The key is out of scope.
    OtherKey {
        /// The key.
        key: Key,
    },
    /// The signature algorithm is too weak.
    WeakAlgorithm {
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// The signature algorithm is out of scope.
    OtherAlgorithm {
        /// The algorithm.
        algorithm: Algorithm,
    },
}

/// What a serial number is like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Serial {
    /// As it should be.
    Sound {
        /// Its length.
        octets: usize,
    },
    /// Zero.
    Zero {
        /// In hexadecimal.
        serial: String,
    },
    /// Negative.
    Negative {
        /// In hexadecimal.
        serial: String,
    },
    /// Too long.
    Long {
        /// Its first octets, in hexadecimal.
        serial: String,
    },
}

/// Whether critical extensions are understood, and those critical that have to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum CriticalExtensions {
    /// They are.
    Known {
        /// How many there are.
        count: usize,
    },
    /// One is not understood.
    Unknown {
        /// Its object identifier.
        oid: String,
    },
    /// One is critical that must not be, and is not processed here.
    Misplaced {
        /// Its name.
        name: Text,
    },
    /// A qualifier of critical policies is not understood.
    Qualifier {
        /// Its object identifier.
        oid: String,
    },
    /// One is critical and must not be, or the other way round.
    Criticality {
        /// Its name.
        name: Text,
        /// Whether it has to be.
        critical: bool,
    },
    /// The purposes of a server's certificate are critical.
    Purposes,
}

/// Whether keys are identified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum KeyIdentifier {
    /// The issuer's key is.
    Issuer {
        /// Its identifier, in hexadecimal.
        key: String,
    },
    /// A root's identifiers agree.
    Agree {
        /// The identifier, in hexadecimal.
        key: String,
    },
    /// A trust anchor of another issuer need not say so.
    ForeignAnchor,
    /// A self-signed certificate leaves it out.
    SelfSigned,
    /// An authority does not identify its own key.
    NoOwn,
    /// The issuer's key is not identified.
    NoIssuer,
    /// The issuer is, its key is not.
    NoKey,
    /// A root names its issuer otherwise too.
    RootNames,
    /// A root's identifiers differ.
    RootDiffers {
        /// Its own, in hexadecimal.
        own: String,
        /// That of its issuer.
        key: String,
    },
}
