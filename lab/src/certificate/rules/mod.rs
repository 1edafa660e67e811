//! The rules behind the checks: each looks at one certificate of a path and says what it expected and what it saw.

pub(super) mod authority;
pub(super) mod form;
pub(super) mod identity;
pub(super) mod standing;

use super::context::Context;
use super::decode::Certificate;
use super::policies::Policies;
use super::policy::{Policy, Profile};
use super::reason::Gap;
use super::revocation::Refusal;
use super::signature::Signature;

/// A path under evaluation.
pub(super) struct Walk<'w, 'a> {
    pub(super) policy: &'w Policy,
    /// Leaf first.
    pub(super) path: &'w [&'w Certificate<'a>],
    /// Where they stand among everything that is at hand.
    pub(super) nodes: &'w [usize],
    /// The signature of each certificate but the last, under the key of the next.
    pub(super) links: &'w [Signature],
    /// Why the path does not end with a trust anchor, if it does not.
    pub(super) gap: Option<Gap>,
    /// Everything that is at hand.
    pub(super) context: &'w Context<'w, 'a>,
    /// Whether a node has a valid path of its own to an anchor, so that it may sign lists.
    pub(super) authorize: &'w dyn Fn(usize, usize) -> Result<(), Refusal>,
    /// Whether this is the path of somebody who signs lists.
    pub(super) for_signer: bool,
    /// The policies so far: rules come from the anchor down.
    pub(super) policies: Policies<'w>,
}

impl<'w, 'a> Walk<'w, 'a> {
    fn certificate(&self, index: usize) -> &'w Certificate<'a> {
        self.path[index]
    }

    /// Whether this is the trust anchor.
    fn is_anchor(&self, index: usize) -> bool {
        self.gap.is_none() && index + 1 == self.path.len()
    }

    /// Whether issuance rules count too, and not only the algorithm of RFC 5280 section 6.
    fn strict(&self) -> bool {
        self.policy.effective_profile() == Profile::WebPki
    }

    /// Whether issuance rules count that only a profile asked for by its name demands.
    fn to_the_letter(&self) -> bool {
        self.policy.profile == Profile::WebPki
    }

    /// Authorities between this certificate and the leaf that count towards a path length.
    fn authorities_below(&self, index: usize) -> usize {
        self.path.get(1..index).unwrap_or_default().iter().filter(|below| !below.self_issued).count()
    }
}
