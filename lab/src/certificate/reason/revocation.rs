//! Why a revocation list does not speak for a certificate.

use serde::{Deserialize, Serialize};

use super::{Algorithm, Chain, NameConstraints, Revoked, Text};
use crate::certificate::checks::Reason;

/// Why a revocation list that should speak for a certificate does not; its text is `list` and the name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Useless {
    /// It is not of version 2.
    Version,
    /// It names two signature algorithms.
    TwoAlgorithms,
    /// Its signature algorithm is too weak, or out of scope.
    Algorithm {
        /// The algorithm.
        algorithm: Algorithm,
    },
    /// Its number is critical.
    CriticalNumber,
    /// It has no number.
    NoNumber,
    /// What it covers cannot be read.
    Scope,
    /// An extension of it is malformed.
    Extension {
        /// Its object identifier.
        oid: String,
    },
    /// A critical extension of it is not understood.
    UnknownExtension {
        /// Its object identifier.
        oid: String,
    },
    /// An extension of an entry is malformed.
    EntryExtension {
        /// Its object identifier.
        oid: String,
    },
    /// A critical extension of an entry is not understood.
    UnknownEntryExtension {
        /// Its object identifier.
        oid: String,
    },
    /// An entry is to be removed, and the list changes no other.
    NothingToRemove,
    /// An entry names a certificate of another issuer, and the list is not indirect.
    ForeignEntry,
    /// An entry's issuer cannot be read.
    EntryIssuer,
    /// It does not hold yet.
    Early {
        /// From then on, unix seconds.
        from: i64,
    },
    /// It does not hold any more.
    Expired {
        /// Until then, unix seconds.
        until: i64,
    },
    /// It does not say until when it holds.
    Endless,
    /// It changes a complete list that is not there.
    Delta,
    /// It covers some reasons only.
    SomeReasons,
    /// It covers no reason.
    NoReasons,
    /// It is another issuer's.
    Foreign,
    /// It is another issuer's, and not indirect.
    NotIndirect,
    /// It covers attribute certificates only.
    AttributesOnly,
    /// It covers end entities only.
    UsersOnly,
    /// It covers authorities only.
    AuthoritiesOnly,
    /// It is for another distribution point.
    OtherPoint,
    /// Its signature does not verify with the issuer's key.
    Forged,
    /// There are too many signatures of lists to verify.
    TooManySignatures,
    /// Too many certificates could have signed the lists.
    TooManySigners,
    /// The issuer's key may not sign lists.
    MayNotSign,
    /// Its signer was not certified by an authority of this path.
    Uncertified,
    /// Its signer has no valid path.
    Signer {
        /// Its subject.
        signer: String,
        /// The check at which the path fails.
        check: Text,
        /// What that check found.
        reason: Box<Reason>,
    },
}

impl Useless {
    /// Whether looking was given up, because it would have been more work than one validation may cause: what the list says is not
    /// known then, and another that acquits does not speak for it.
    pub(in crate::certificate) fn is_cut_off(&self) -> bool {
        match self {
            Self::TooManySignatures | Self::TooManySigners => true,
            Self::Signer { reason, .. } => match &**reason {
                Reason::Chain(Chain::Gap { gap, .. } | Chain::GivenUp { gap }) => gap.is_cut_off(),
                Reason::Revoked(Revoked::Unusable { list }) => list.is_cut_off(),
                Reason::NameConstraints(found) => {
                    matches!(found, NameConstraints::Attributes { .. } | NameConstraints::Comparisons { .. })
                }
                _ => false,
            },
            _ => false,
        }
    }
}
