//! What the checks of a certificate in its path find.

use serde::{Deserialize, Serialize};

use super::Useless;

/// By whom a certificate is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Chain {
    /// It is a trust anchor.
    Anchor {
        /// Its subject.
        subject: String,
    },
    /// By its issuer.
    Signed {
        /// The issuer.
        issuer: String,
    },
    /// Not by its issuer.
    NotSigned {
        /// The issuer.
        issuer: String,
    },
    /// By an algorithm out of scope.
    Undecided {
        /// The issuer.
        issuer: String,
    },
    /// The path leads nowhere.
    Gap {
        /// The issuer.
        issuer: String,
        /// Why.
        gap: Gap,
    },
    /// The path ends with a trust anchor and does not pass, and the search for another was given up.
    GivenUp {
        /// Why.
        gap: Gap,
    },
}

/// Why a path does not end with a trust anchor; its text is `gap` and the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Gap {
    /// There is nowhere to go.
    Nowhere,
    /// It would be longer than what is tried.
    Long {
        /// So many certificates are.
        most: usize,
    },
    /// Too many certificates could be issuers.
    TooManyIssuers,
    /// Too many paths lead to trust anchors.
    TooManyPaths,
    /// There are too many signatures to verify.
    TooManySignatures,
    /// The last certificate names no issuer.
    NoIssuer,
    /// Its issuer's key does not verify its signature.
    NotSigned,
    /// It was issued under its own name, and is not trusted.
    SelfIssued,
    /// The issuers lead in a circle.
    Circle,
    /// No certificate of its issuer is at hand.
    Missing,
}

impl Gap {
    /// Whether the search was given up, because it would have been more work than one validation may cause: there may be a path.
    pub(in crate::certificate) fn is_cut_off(self) -> bool {
        matches!(self, Self::Long { .. } | Self::TooManyIssuers | Self::TooManyPaths | Self::TooManySignatures)
    }
}

/// When a certificate holds. Times are unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Validity {
    /// Now.
    Within {
        /// From.
        from: i64,
        /// Until.
        until: i64,
        /// Now.
        at: i64,
    },
    /// Later.
    Early {
        /// From.
        from: i64,
        /// Until.
        until: i64,
        /// Now.
        at: i64,
    },
    /// No longer.
    Expired {
        /// From.
        from: i64,
        /// Until.
        until: i64,
        /// Now.
        at: i64,
    },
    /// It says so in the wrong form.
    Form,
}

/// Whether a certificate was revoked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Revoked {
    /// It was not.
    Unlisted,
    /// It was.
    Listed {
        /// When, unix seconds.
        on: i64,
        /// The reason that the list gives.
        reason: Option<String>,
    },
    /// No list that should speak for it can be used.
    Unusable {
        /// Why the first one cannot.
        list: Useless,
    },
    /// Only its own key signs the lists that should speak for it.
    Circular {
        /// Its issuer.
        issuer: String,
    },
    /// There is no list that should.
    NoList {
        /// Its issuer.
        issuer: String,
    },
}

/// Whether names lie within the constraints of the authorities above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum NameConstraints {
    /// They do.
    Within {
        /// The lowest authority that constrains them.
        authority: String,
        /// The first of the names.
        names: Vec<String>,
        /// How many more there are.
        more: usize,
    },
    /// An authority excludes one.
    Excluded {
        /// The name.
        name: String,
        /// The subtree.
        subtree: String,
        /// The authority.
        authority: String,
    },
    /// An authority does not permit one.
    NotPermitted {
        /// The name.
        name: String,
        /// The first of the subtrees that it permits.
        subtrees: Vec<String>,
        /// How many more there are.
        more: usize,
        /// The authority.
        authority: String,
    },
    /// One cannot be compared with the constraints of its type.
    NotProcessed {
        /// The name.
        name: String,
    },
    /// The subject has more attributes than are compared.
    Attributes {
        /// So many.
        count: usize,
        /// So many are.
        most: usize,
    },
    /// There is more to compare than is compared.
    Comparisons {
        /// So much is.
        most: usize,
    },
    /// A constraint cannot be read.
    Unreadable {
        /// Its base.
        base: String,
    },
    /// A constraint has a leading period, which the standard does not have.
    Period {
        /// Its base.
        base: String,
    },
    /// A constraint is empty where the standard does not have it.
    Empty {
        /// Its base.
        base: String,
    },
    /// An end entity constrains names.
    EndEntity,
}

/// Whether policies are consistent with those above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Policies {
    /// They are.
    Consistent {
        /// How many there are.
        count: usize,
    },
    /// None is valid, and one has to be.
    NoneValid {
        /// How many there are, where any are stated.
        count: Option<usize>,
    },
    /// None of those that are valid is accepted.
    NoneAccepted {
        /// How many there are, where any are stated.
        count: Option<usize>,
    },
    /// anyPolicy is mapped.
    MapsAny,
}
