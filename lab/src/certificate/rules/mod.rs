//! The rules behind the checks: each looks at one certificate of a path and says what it expected and what it saw.

mod authority;
mod form;
pub(super) mod identity;
mod standing;

use super::checks::CHECKS;
use super::context::Context;
use super::decode::Certificate;
use super::policies::Policies;
use super::policy::{Policy, Profile};
use super::reason::Gap;
use super::revocation::Refusal;
use super::signature::Signature;
use super::step::Finding;

/// What performs a check: what it found out about the certificate at this place of the path; nothing where it does not
/// apply.
pub(super) type Rule = fn(&mut Walk<'_, '_>, usize) -> Option<Finding>;

/// The rules of [`CHECKS`], in the same order.
pub(super) const RULES: [Rule; CHECKS.len()] = [
    form::encoding,
    form::algorithm,
    standing::chain,
    standing::validity,
    standing::revoked,
    standing::name_constraints,
    standing::policies,
    authority::ca_flag,
    authority::path_length,
    authority::key_usage,
    form::key_identifier,
    form::serial,
    form::critical_extensions,
    identity::subject,
    identity::purpose,
    identity::name,
    identity::pin,
];

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::{Pki, Policy, Purpose, spki_sha256, validate};
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;
    use std::collections::BTreeSet;

    #[test]
    fn each_rule_stands_in_the_place_of_the_check_that_it_performs() {
        let at = 1_790_000_000;
        let pki = Pki::generate("bob.lab", "alice.lab", at, &mut ChaCha20Rng::from_seed([1; 32])).unwrap();
        let policy = Policy {
            anchors: vec![pki.authorities.root.certificate().to_vec()],
            at,
            name: Some("bob.lab".parse().unwrap()),
            purpose: Some(Purpose::Server),
            pins: vec![spki_sha256(pki.server.certificate()).unwrap()],
            crls: pki.authorities.revocation_lists(&[], at).unwrap(),
            ..Policy::default()
        };
        let validation = validate(&policy, pki.server.presented());
        assert!(validation.steps.iter().all(|step| step.check == step.reason.check()), "{:?}", validation.steps);
        let performed: BTreeSet<&str> = validation.steps.iter().map(|step| step.check).collect();
        assert_eq!(performed, CHECKS.iter().map(|check| check.id).collect());
    }
}
