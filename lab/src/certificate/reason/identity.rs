//! What the checks of names and pins find.

use serde::{Deserialize, Serialize};

/// Whether subject names are as they should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Subject {
    /// The name is there.
    There {
        /// The subject.
        subject: String,
    },
    /// The names agree.
    Agree {
        /// The subject.
        subject: String,
    },
    /// There is no issuer.
    NoIssuer,
    /// An authority has no name.
    NoAuthority,
    /// There is no name of any kind.
    Nobody,
    /// The alternative names are not critical beside an empty subject.
    NotCritical,
    /// They are critical beside a subject.
    Critical,
    /// A host name is none.
    Host {
        /// The name.
        name: String,
        /// Why.
        fault: HostFault,
    },
    /// A host name has an underscore.
    Underscore {
        /// The name.
        name: String,
    },
    /// A common name could be taken for a host that the certificate does not name.
    Misleading {
        /// The subject.
        subject: String,
        /// How.
        guise: Guise,
    },
}

/// Why a name is no host name that a certificate may be for; its text is `host` and the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum HostFault {
    /// Empty, or longer than 253 characters.
    Length,
    /// An address.
    Address,
    /// An empty label, or one longer than 63 characters.
    Label,
    /// A wildcard that is not the whole leftmost label, or a character outside host names.
    Character,
    /// A label that begins or ends with a hyphen.
    Hyphen,
    /// A wildcard for a whole top-level domain.
    TopLevel,
}

/// What a common name could be taken for; its text is `guise` and the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Guise {
    /// An address in another form than the canonical one.
    Address,
    /// An internationalised host name.
    Internationalised,
    /// A host name beyond ASCII.
    BeyondAscii,
    /// An alternative name, but for its case.
    Case,
}

/// Whether a certificate is for the expected name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Name {
    /// It is.
    Fits {
        /// The expected name.
        name: String,
        /// The first of its names.
        names: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// It has no alternative names.
    NoNames {
        /// The expected name.
        name: String,
    },
    /// It is for others.
    Others {
        /// The expected name.
        name: String,
        /// The first of its names.
        names: Vec<String>,
        /// How many more there are.
        more: usize,
    },
}

/// Whether a pinned key stands in the path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Pin {
    /// It does.
    Pinned {
        /// How many are pinned.
        pins: usize,
    },
    /// It does not.
    Others {
        /// How many are pinned.
        pins: usize,
    },
}
