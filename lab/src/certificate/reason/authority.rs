//! What the checks of those who sign certificates find.

use serde::{Deserialize, Serialize};

use super::Text;
use crate::role::Role;

/// Whether a certificate is an authority's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum CaFlag {
    /// It is.
    Authority,
    /// It is, as a trust anchor of version 1.
    FirstVersion,
    /// A server's is, and must not be.
    Server,
    /// It is, by an extension that is not critical.
    NotCritical,
    /// It says that it is not.
    EndEntity,
    /// It does not say so.
    Unstated,
}

/// How many authorities stand below one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum PathLength {
    /// As many as may.
    Short {
        /// So many.
        below: usize,
        /// So many may, where there is a limit.
        most: Option<usize>,
    },
    /// More than the authority may create.
    Long {
        /// So many.
        below: usize,
        /// So many may.
        most: usize,
        /// The authority.
        subject: String,
    },
    /// More than the policy allows.
    Deep {
        /// So many stand between anchor and leaf.
        depth: usize,
        /// So many may.
        most: usize,
    },
}

/// Whether a key is used for what it was certified for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum KeyUsage {
    /// It may sign certificates.
    Signs {
        /// Its usages.
        usage: String,
    },
    /// It may not.
    MayNotSign {
        /// Its usages.
        usage: String,
    },
    /// It may be used in a handshake.
    Handshake {
        /// Whose.
        of: Role,
        /// Its usages.
        usage: String,
    },
    /// It may not.
    NoHandshake {
        /// Whose.
        of: Role,
        /// Its usages.
        usage: String,
    },
    /// An end entity's may sign certificates.
    EndEntitySigns,
    /// An authority's may not.
    AuthorityMayNot {
        /// Its usages.
        usage: String,
    },
    /// An end entity limits the path.
    Limits,
    /// An authority does not say.
    Unstated,
}

/// Whether a certificate was issued for this purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "how", rename_all = "kebab-case")]
pub enum Purpose {
    /// It was.
    Fits {
        /// Whose.
        of: Role,
        /// Its purposes.
        purposes: Vec<Text>,
    },
    /// None is excluded.
    Any {
        /// Whose is asked for.
        of: Role,
    },
    /// It was issued for another.
    Other {
        /// Whose is asked for.
        of: Role,
        /// Its purposes.
        purposes: Vec<Text>,
    },
    /// The authority may not issue certificates for it.
    Authority {
        /// Whose is asked for.
        of: Role,
        /// Its purposes.
        purposes: Vec<Text>,
    },
    /// A server's certificate does not say.
    Unstated {
        /// Whose is asked for.
        of: Role,
    },
    /// A server's certificate is for any.
    Everything {
        /// Whose is asked for.
        of: Role,
        /// Its purposes.
        purposes: Vec<Text>,
    },
    /// A root says.
    Root {
        /// Its purposes.
        purposes: Vec<Text>,
    },
}
