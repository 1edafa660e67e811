//! The certificate in its path: who signed it, when it holds, whether it was revoked, what its issuers allow.

use super::Walk;
use crate::certificate::constraints;
use crate::certificate::dn;
use crate::certificate::policies::Defect;
use crate::certificate::reason::{Chain, Gap, NameConstraints, Policies, Revoked, Useless, Validity};
use crate::certificate::revocation::{Refusal, Signed, Standing};
use crate::certificate::signature::Signature;
use crate::certificate::step::{Finding, fail, pass, unsupported};

pub(in crate::certificate) fn chain(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let certificate = walk.certificate(index);
    if walk.is_anchor(index) {
        return pass(Chain::Anchor { subject: dn::display(certificate.subject()) });
    }
    let issuer = dn::display(certificate.issuer());
    match walk.links.get(index) {
        Some(Signature::Valid) => pass(Chain::Signed { issuer }),
        Some(Signature::Invalid) => fail(Chain::NotSigned { issuer }),
        Some(Signature::Unknown) => unsupported(Chain::Undecided { issuer }),
        None => fail(Chain::Gap { issuer, gap: walk.gap.unwrap_or(Gap::Nowhere) }),
    }
}

pub(in crate::certificate) fn validity(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let validity = &walk.certificate(index).x509.tbs_certificate.validity;
    let (from, until) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    let at = walk.policy.at;
    if at < from {
        return fail(Validity::Early { from, until, at });
    }
    if at > until {
        return fail(Validity::Expired { from, until, at });
    }
    if walk.strict() && !walk.is_anchor(index) {
        let times = [validity.not_before, validity.not_after];
        if times.iter().any(|time| time.is_generalizedtime() && time.timestamp() < FIRST_GENERALIZED) {
            return fail(Validity::Form);
        }
    }
    pass(Validity::Within { from, until, at })
}

/// The first second of 2050, from which on times stand in GeneralizedTime.
const FIRST_GENERALIZED: i64 = 2_524_608_000;

pub(in crate::certificate) fn revoked(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let certificate = walk.certificate(index);
    // The lists of authorities that nobody trusts count for nothing; the chain check stops such a path.
    if walk.is_anchor(index) || walk.gap.is_some() {
        return None;
    }
    let (lists, required) = (walk.context.lists, walk.policy.require_revocation);
    if lists.is_empty() && !required {
        return None;
    }
    let issuer = || dn::display(certificate.issuer());
    match lists.standing(certificate, walk.policy.at, |list| authorize(walk, index, list)) {
        Standing::Good => pass(Revoked::Unlisted),
        Standing::Revoked { on, reason } => fail(Revoked::Listed { on, reason }),
        Standing::Unusable(list) => fail(Revoked::Unusable { list }),
        Standing::Circular if required && !walk.for_signer => fail(Revoked::Circular { issuer: issuer() }),
        Standing::Unlisted if required => fail(Revoked::NoList { issuer: issuer() }),
        Standing::Circular | Standing::Unlisted => None,
    }
}

/// Whether a list that should speak for a certificate was signed by somebody who may: an authority of the list's issuer's
/// name above it in the path, or somebody of that name who has a path of his own to the same anchor, and who was
/// certified by one of those authorities unless the certificate itself names him (RFC 5280 section 6.3.3 (f)).
fn authorize(walk: &Walk<'_, '_>, index: usize, list: Signed<'_, '_>) -> Result<(), Refusal> {
    let mut why = Useless::Forged;
    let above = &walk.nodes[index + 1..];
    let Some(&anchor) = above.last() else { return Err(Refusal::Useless(why)) };
    // Authorities of the path come first.
    let namesakes = walk.context.namesakes(list);
    let (in_path, others): (Vec<_>, Vec<_>) = namesakes.iter().copied().partition(|node| above.contains(node));
    let cut_off = || Refusal::Useless(Useless::TooManySignatures);
    for node in in_path.into_iter().chain(others) {
        let signer = &walk.context.nodes[node].certificate;
        if !list.is_signed_by(signer).ok_or_else(cut_off)? {
            continue;
        }
        if !Signed::may_sign(signer) {
            why = Useless::MayNotSign;
        } else if above.contains(&node) {
            return Ok(());
        } else if node == walk.nodes[index] {
            return Err(Refusal::Circular);
        } else if !list.is_indirect() && !certified_by(walk, node, above).ok_or_else(cut_off)? {
            why = Useless::Uncertified;
        } else {
            match (walk.authorize)(node, anchor) {
                Err(Refusal::Useless(reason)) if !reason.is_cut_off() => why = reason,
                decided => return decided,
            }
        }
    }
    Err(Refusal::Useless(why))
}

/// Whether one of the authorities issued the certificate; `None` once too many signatures were verified.
fn certified_by(walk: &Walk<'_, '_>, node: usize, authorities: &[usize]) -> Option<bool> {
    let nodes = walk.context.nodes;
    for &authority in authorities {
        if dn::equal(nodes[authority].certificate.subject(), nodes[node].certificate.issuer())
            && walk.context.link(node, authority)? == Signature::Valid
        {
            return Some(true);
        }
    }
    Some(false)
}

pub(in crate::certificate) fn name_constraints(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let certificate = walk.certificate(index);
    if let Some((own, _)) = certificate.name_constraints() {
        if let Some(malformed) = constraints::malformed(own, walk.strict()) {
            return fail(malformed);
        }
        // Who constrains names without being able to issue any is no honest issuer's: the standard has it nowhere else.
        if !certificate.is_authority() {
            return fail(NameConstraints::EndEntity);
        }
    }
    // Self-issued authorities are exempt so that keys can be rolled over; the leaf never is.
    if index > 0 && certificate.self_issued {
        return None;
    }
    let mut constrained = None;
    for above in index + 1..walk.path.len() {
        let Some((constraints, _)) = walk.path[above].name_constraints() else { continue };
        constrained = Some(above);
        let attributes = certificate.subject().iter_attributes().count();
        if attributes > constraints::MAX_ATTRIBUTES {
            return fail(NameConstraints::Attributes { count: attributes, most: constraints::MAX_ATTRIBUTES });
        }
        let mut budget = walk.context.comparisons.get();
        let authority = || dn::display(walk.path[above].subject());
        let checked = constraints::check(constraints, certificate, authority, &mut budget);
        walk.context.comparisons.set(budget);
        if let Err(violation) = checked {
            return fail(violation);
        }
    }
    let authority = dn::display(walk.path[constrained?].subject());
    let (names, more) = dn::general_names(certificate.names());
    pass(NameConstraints::Within { authority, names, more })
}

pub(in crate::certificate) fn policies(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let certificate = walk.certificate(index);
    let processed = if walk.is_anchor(index) && index > 0 {
        walk.policies.begin(certificate)
    } else {
        walk.policies.process(certificate, index == 0)
    };
    let count = certificate.certificate_policies().map(|(policies, _)| policies.len());
    match processed {
        Ok(()) => pass(Policies::Consistent { count: count? }),
        Err(Defect::NoneAccepted) => fail(Policies::NoneAccepted { count }),
        Err(Defect::MapsAny) => fail(Policies::MapsAny),
        Err(Defect::NoValidPolicy) => fail(Policies::NoneValid { count }),
    }
}
