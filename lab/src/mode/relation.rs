//! What checks compare.

use crate::{
    check::Check,
    checks,
    role::Role,
    term::{Padding, Sort},
};

/// What a check compares: a relation between values.
#[derive(Clone, Copy, Debug)]
pub enum Relation {
    /// The two values are equal, compared in constant time: expected, observed. Both are shown.
    Equal(&'static Check),
    /// The two secrets are equal, compared in constant time: expected, observed. Neither is shown.
    Same(&'static Check),
    /// The public value is neither 0, 1, p−1 nor beyond: group, public value.
    PublicInRange,
    /// The group's prime has at least so many bits: group.
    GroupSize(u64),
    /// The group's modulus is a prime: group.
    GroupPrime,
    /// The group's prime is a safe one, and its generator none of 0, 1 and p−1: group.
    GroupOrder,
    /// The group is a published one: group.
    GroupKnown,
    /// The public value is in the subgroup that the generator generates: group, public value.
    PublicInSubgroup,
    /// The two public values are not the same: one of an earlier session, the one of this.
    Fresh(&'static Check),
    /// The two secrets are not the same, compared in constant time: one that others may find, the one in use. Neither is shown.
    Apart(&'static Check),
    /// The agreed secret is not zero: shared secret.
    Contributes,
    /// The ciphertext holds a block that is padded so: private key, ciphertext. Nothing of the block is shown.
    Padded(&'static Check, Padding),
    /// The signature is the key's over the digest in this context: key, digest, signature.
    Signed(&'static Check, &'static str),
    /// The chain is valid for the name at the time, for the purpose of its owner: chain, trust, name, time.
    Certified(Role),
    /// The chain is valid at the time, for the purpose of its owner, whoever that is: chain, trust, time.
    CertifiedForAny(Role),
}

impl Relation {
    /// Sorts of the values that it relates; `None` stands for any one sort, the same for all.
    pub const fn sorts(self) -> Option<&'static [Sort]> {
        Some(match self {
            Self::Equal(_) => return None,
            Self::Same(_) => &[Sort::Shared, Sort::Shared],
            Self::Apart(_) => &[Sort::Secret, Sort::Secret],
            Self::PublicInRange | Self::PublicInSubgroup => &[Sort::Group, Sort::Public],
            Self::Fresh(_) => &[Sort::Public, Sort::Public],
            Self::GroupSize(_) | Self::GroupPrime | Self::GroupOrder | Self::GroupKnown => &[Sort::Group],
            Self::Contributes => &[Sort::Shared],
            Self::Padded(..) => &[Sort::DecryptionKey, Sort::Ciphertext],
            Self::Signed(..) => &[Sort::VerifyingKey, Sort::Digest, Sort::Signature],
            Self::Certified(_) => &[Sort::Chain, Sort::Trust, Sort::Name, Sort::Time],
            Self::CertifiedForAny(_) => &[Sort::Chain, Sort::Trust, Sort::Time],
        })
    }

    /// Its findings show the values that it relates, as what was expected and what was observed.
    pub const fn shows(self) -> bool {
        match self {
            Self::Equal(_)
            | Self::PublicInRange
            | Self::PublicInSubgroup
            | Self::Fresh(_)
            | Self::GroupSize(_)
            | Self::GroupPrime
            | Self::GroupOrder
            | Self::GroupKnown
            | Self::Signed(..)
            | Self::Certified(_)
            | Self::CertifiedForAny(_) => true,
            Self::Same(_) | Self::Apart(_) | Self::Contributes | Self::Padded(..) => false,
        }
    }

    /// The checks that it performs.
    pub fn checks(self) -> Vec<&'static Check> {
        match self {
            Self::Equal(check)
            | Self::Same(check)
            | Self::Fresh(check)
            | Self::Apart(check)
            | Self::Signed(check, _)
            | Self::Padded(check, _) => vec![check],
            Self::PublicInSubgroup => vec![&checks::PUBLIC_SUBGROUP],
            Self::PublicInRange => vec![&checks::PUBLIC_RANGE],
            Self::GroupSize(_) => vec![&checks::GROUP_SIZE],
            Self::GroupPrime => vec![&checks::GROUP_PRIME],
            Self::GroupOrder => vec![&checks::GROUP_ORDER],
            Self::GroupKnown => vec![&checks::GROUP_KNOWN],
            Self::Contributes => vec![&checks::CONTRIBUTORY],
            Self::Certified(_) | Self::CertifiedForAny(_) => checks::of_certificates().collect(),
        }
    }
}
