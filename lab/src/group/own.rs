//! Groups that a server chose for itself, as deployments did.

use super::{Group, named, weak};
use std::sync::Arc;

/// How a server came by its own group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// A safe prime, too short: what it costs to break depends on its size alone.
    Safe,
    /// A long prime whose p − 1 has small factors only.
    Smooth,
    /// A published group, by its name.
    Published(&'static str),
}

impl Own {
    /// Its name in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Smooth => "smooth",
            Self::Published(_) => "published",
        }
    }

    /// The group, for a prime of so many bits where it is made to measure; `None` where the size is not told.
    pub fn group(self, bits: Option<u64>) -> Option<Group> {
        match self {
            Self::Safe => Some(Group::Modp(Arc::new(weak::short(bits?)))),
            Self::Smooth => Some(Group::Modp(Arc::new(weak::smooth(bits?)))),
            Self::Published(name) => named::find(name),
        }
    }
}
