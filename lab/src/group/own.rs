//! Groups that a server chose for itself, as deployments did.

use super::{Group, named, weak};
use std::sync::Arc;

/// What a server's own group is called where a group is named.
pub const OWN: &str = "own";

/// How a server came by its own group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// A safe prime, too short: what it costs to break depends on its size alone.
    Safe,
    /// A long prime whose p − 1 has small factors only.
    Smooth,
    /// A prime that is too short, and p − 1 is whatever it happens to be.
    Random,
    /// A long modulus that is no prime.
    Composite,
    /// A long prime with a generator of small order.
    Subgroup,
    /// A long prime with a generator of a long order, small factors beside it, and short exponents.
    Cofactor,
    /// A published group, by its name.
    Published(&'static str),
}

impl Own {
    /// Its name in documents.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Smooth => "smooth",
            Self::Random => "random",
            Self::Composite => "composite",
            Self::Subgroup => "subgroup",
            Self::Cofactor => "cofactor",
            Self::Published(_) => "published",
        }
    }

    /// The group, for a prime of so many bits where it is made to measure; `None` where the size is not told.
    pub fn group(self, bits: Option<u64>) -> Option<Group> {
        let made = match self {
            Self::Safe => weak::short(bits?),
            Self::Smooth => weak::smooth(bits?),
            Self::Random => weak::random(bits?),
            Self::Composite => weak::composite(bits?),
            Self::Subgroup => weak::subgroup(bits?),
            Self::Cofactor => weak::cofactor(bits?),
            Self::Published(name) => return named::find(name),
        };
        Some(Group::Modp(Arc::new(made)))
    }
}
