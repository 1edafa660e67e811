//! Where the certificates of a path come from.

use serde::Serialize;

use super::policy::Policy;

/// Where a certificate of a path came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Presented by the peer, at this position.
    Presented(usize),
    /// From [`Policy::intermediates`].
    Intermediate(usize),
    /// From [`Policy::anchors`].
    Anchor(usize),
}

impl Origin {
    /// The certificate itself, out of what was validated; `None` if that was something else.
    #[must_use]
    pub fn certificate<'p, C: AsRef<[u8]>>(self, policy: &'p Policy, chain: &'p [C]) -> Option<&'p [u8]> {
        match self {
            Self::Presented(index) => chain.get(index).map(AsRef::as_ref),
            Self::Intermediate(index) => policy.intermediates.get(index).map(Vec::as_slice),
            Self::Anchor(index) => policy.anchors.get(index).map(Vec::as_slice),
        }
    }
}
