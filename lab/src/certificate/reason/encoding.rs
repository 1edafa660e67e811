//! What bytes should be, and what they are instead.

use serde::{Deserialize, Serialize};

use super::Text;

/// What stands in a field of a certificate or list, as the standards have it; its text is `form` and the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Form {
    /// `BOOLEAN`.
    Boolean,
    /// `INTEGER`.
    Integer,
    /// `INTEGER (0..MAX)`.
    Natural,
    /// One of the values that the standard names.
    Enumerated,
    /// `BIT STRING`.
    Bits,
    /// `BIT STRING` of whole octets.
    WholeOctets,
    /// `BIT STRING` of which at least one bit is set.
    NamedBits,
    /// `OCTET STRING`.
    Octets,
    /// An address of 4 or 16 octets.
    Address,
    /// `NULL`.
    Null,
    /// `OBJECT IDENTIFIER`.
    ObjectIdentifier,
    /// `UTF8String`.
    Utf8,
    /// `NumericString`.
    Numeric,
    /// `PrintableString`.
    Printable,
    /// `TeletexString`.
    Teletex,
    /// `IA5String`.
    Ia5,
    /// `VisibleString`.
    Visible,
    /// `UniversalString`.
    Universal,
    /// `BMPString`.
    Bmp,
    /// `UTCTime`.
    UtcTime,
    /// `GeneralizedTime`.
    GeneralizedTime,
    /// Either of the two, in UTC, to the second.
    Time,
    /// `SEQUENCE`.
    Sequence,
    /// A sequence in which at least one field is there.
    SomeOf,
    /// `SET`.
    Set,
    /// A set in ascending order.
    SetInOrder,
    /// `GeneralName`.
    GeneralName,
    /// Text in one of the string types.
    Text,
    /// A value under this tag of the context.
    Tagged {
        /// Its number.
        number: u8,
    },
    /// A value of any universal type.
    AnyType,
    /// A constructed value.
    Constructed,
    /// Nothing at all.
    Nothing,
    /// Nothing more than what stands before.
    NothingMore,
    /// Nothing in place of a default value.
    NoDefault,
    /// At least one element.
    OneElement,
    /// Each object identifier once.
    EachOnce,
    /// DER.
    Der,
    /// Exactly one value in DER.
    OneValue,
    /// A whole certificate.
    Whole,
    /// The structure of RFC 5280 section 4.1.
    Certificate,
    /// A chain of at least one certificate.
    OneCertificate,
    /// `CertificateList`.
    CertificateList,
    /// Version 1, 2 or 3.
    Version,
    /// Version 3, because there are extensions.
    VersionOfExtensions,
    /// Version 2 or 3, because there are unique identifiers.
    VersionOfIdentifiers,
    /// A serial number.
    SerialNumber,
    /// `AlgorithmIdentifier`.
    AlgorithmIdentifier,
    /// `Name`.
    Name,
    /// Two times.
    Times,
    /// `SubjectPublicKeyInfo`.
    PublicKey,
    /// `BIT STRING`, no more being known of it.
    BitString,
    /// A sequence of extensions.
    Extensions,
    /// At most so many extensions.
    FewExtensions {
        /// So many.
        most: usize,
    },
    /// An extension's own structure.
    OwnStructure,
    /// All or none of the fields that belong together.
    Together,
    /// At most so many relative distinguished names.
    FewSets {
        /// So many.
        most: usize,
    },
}

/// What stands there instead; its text is `got` and the name. Octets of the input are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Got {
    /// A value of another type.
    Tag {
        /// Its identifier octet, in hexadecimal.
        tag: String,
        /// Where it begins.
        at: usize,
    },
    /// Nothing.
    Nothing {
        /// Where it should be.
        at: usize,
    },
    /// No element.
    NoElement {
        /// Where one should be.
        at: usize,
    },
    /// Content that is not canonical, or not allowed.
    Content {
        /// Its first octets, in hexadecimal; empty where there are none.
        hex: String,
        /// Where its value begins.
        at: usize,
    },
    /// The same object identifier again.
    Twice {
        /// Which.
        oid: String,
    },
    /// Octets after the value.
    LeftOver {
        /// How many.
        octets: usize,
        /// Where they begin.
        at: usize,
    },
    /// A value nested deeper than any certificate's.
    Nested {
        /// How deep one may be.
        most: usize,
        /// Where it begins.
        at: usize,
    },
    /// A universal type constructed where it must be primitive, or the other way round.
    Construction {
        /// Its identifier octet, in hexadecimal.
        tag: String,
        /// Where it begins.
        at: usize,
    },
    /// `BOOLEAN` that is neither 00 nor FF.
    OddBoolean {
        /// Where it begins.
        at: usize,
    },
    /// `INTEGER` without content.
    EmptyInteger {
        /// Where it begins.
        at: usize,
    },
    /// `INTEGER` with leading zeros.
    LeadingZeros {
        /// Where it begins.
        at: usize,
    },
    /// `INTEGER` with leading ones.
    LeadingOnes {
        /// Where it begins.
        at: usize,
    },
    /// Input that ends too early.
    Truncated {
        /// Where it ends.
        at: usize,
    },
    /// A tag number above 30.
    HighTag {
        /// Where it begins.
        at: usize,
    },
    /// A length that is not in its shortest form.
    LongLength {
        /// Where its value begins.
        at: usize,
    },
    /// An indefinite or absurd length.
    AbsurdLength {
        /// Where its value begins.
        at: usize,
    },
    /// A length that reaches beyond the input.
    Beyond {
        /// The length.
        length: usize,
        /// Where its value begins.
        at: usize,
        /// How many octets there are.
        left: usize,
    },
    /// So many.
    Count {
        /// The number.
        count: usize,
    },
    /// A version.
    Version {
        /// From 1.
        version: u64,
    },
    /// A malformed extension.
    Extension {
        /// Which.
        oid: String,
    },
    /// What the parser underneath says of it.
    Unparsed {
        /// In its own words.
        error: Text,
    },
}

impl Got {
    /// The same, where the octets counted begin with this one of a longer input.
    pub(in crate::certificate) fn moved(mut self, by: usize) -> Self {
        match &mut self {
            Self::Tag { at, .. }
            | Self::Nothing { at }
            | Self::NoElement { at }
            | Self::Content { at, .. }
            | Self::LeftOver { at, .. }
            | Self::Nested { at, .. }
            | Self::Construction { at, .. }
            | Self::OddBoolean { at }
            | Self::EmptyInteger { at }
            | Self::LeadingZeros { at }
            | Self::LeadingOnes { at }
            | Self::Truncated { at }
            | Self::HighTag { at }
            | Self::LongLength { at }
            | Self::AbsurdLength { at }
            | Self::Beyond { at, .. } => *at += by,
            Self::Twice { .. }
            | Self::Count { .. }
            | Self::Version { .. }
            | Self::Extension { .. }
            | Self::Unparsed { .. } => {}
        }
        self
    }
}
