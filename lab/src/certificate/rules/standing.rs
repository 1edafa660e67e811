//! The certificate in its path: who signed it, when it holds, whether it was revoked, what its issuers allow.

use super::Walk;
use crate::certificate::constraints::{self, Violation};
use crate::certificate::date::date;
use crate::certificate::dn;
use crate::certificate::policies::Defect;
use crate::certificate::revocation::{Refusal, Signed, Standing};
use crate::certificate::signature::Signature;
use crate::certificate::step::{Finding, fail, pass, unsupported};

pub(in crate::certificate) fn chain(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let certificate = walk.certificate(index);
    if walk.is_anchor(index) {
        return pass("a trust anchor", dn::display(certificate.subject()), "it is trusted by configuration");
    }
    let expected = || format!("a signature by {}", dn::display(certificate.issuer()));
    match walk.links.get(index) {
        Some(Signature::Valid) => pass(expected(), "the signature verifies", "name and key are the issuer's"),
        Some(Signature::Invalid) => fail(expected(), "the signature does not verify", "the issuer did not sign this"),
        Some(Signature::Unknown) => unsupported(expected(), "an algorithm out of scope", "nobody can tell here"),
        None => fail(expected(), walk.gap.unwrap_or_default().to_owned(), "the path does not end with a trust anchor"),
    }
}

pub(in crate::certificate) fn validity(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let validity = &walk.certificate(index).x509.tbs_certificate.validity;
    let (from, until) = (validity.not_before.timestamp(), validity.not_after.timestamp());
    let at = walk.policy.at;
    let expected = format!("{} to {}", date(from), date(until));
    if at < from {
        return fail(expected, date(at), "the certificate is not valid yet");
    }
    if at > until {
        return fail(expected, date(at), "the certificate has expired");
    }
    if walk.strict() && !walk.is_anchor(index) {
        let times = [validity.not_before, validity.not_after];
        if times.iter().any(|time| time.is_generalizedtime() && time.timestamp() < FIRST_GENERALIZED) {
            return fail("UTCTime until 2049", "GeneralizedTime", "RFC 5280 section 4.1.2.5 prescribes the form");
        }
    }
    pass(expected, date(at), "the time of validation lies within")
}

/// The first second of 2050, from which on times stand in GeneralizedTime.
const FIRST_GENERALIZED: i64 = 2_524_608_000;

pub(in crate::certificate) fn revoked(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    const EXPECTED: &str = "a serial number that the issuer has not revoked";
    const UNKNOWN: &str = "the policy requires to know that the certificate was not revoked";
    let certificate = walk.certificate(index);
    // The lists of authorities that nobody trusts count for nothing; the chain check stops such a path.
    if walk.is_anchor(index) || walk.gap.is_some() {
        return None;
    }
    let (lists, required) = (walk.context.lists, walk.policy.require_revocation);
    if lists.is_empty() && !required {
        return None;
    }
    let none = || format!("none of {}", dn::display(certificate.issuer()));
    match lists.standing(certificate, walk.policy.at, |list| authorize(walk, index, list)) {
        Standing::Good => pass(EXPECTED, "not on the issuer's list", "the list is the issuer's, and current"),
        Standing::Revoked(how) => fail(EXPECTED, how, "the issuer withdrew this certificate"),
        Standing::Unusable(why) => fail("a usable revocation list of the issuer", why, "revocation cannot be decided"),
        Standing::Circular if required && !walk.for_signer => {
            fail("a revocation list by another key than the certificate's own", none(), UNKNOWN)
        }
        Standing::Unlisted if required => fail("a revocation list of the issuer", none(), UNKNOWN),
        Standing::Circular | Standing::Unlisted => None,
    }
}

/// Whether a list that should speak for a certificate was signed by somebody who may: an authority of the list's issuer's
/// name above it in the path, or somebody of that name who has a path of his own to the same anchor, and who was
/// certified by one of those authorities unless the certificate itself names him (RFC 5280 section 6.3.3 (f)).
fn authorize(walk: &Walk<'_, '_>, index: usize, list: Signed<'_, '_>) -> Result<(), Refusal> {
    let mut why = "the list's signature does not verify with the issuer's key".to_owned();
    let above = &walk.nodes[index + 1..];
    let Some(&anchor) = above.last() else { return Err(Refusal::Unsigned(why)) };
    // Authorities of the path come first.
    let namesakes = walk.context.namesakes(list);
    let (in_path, others): (Vec<_>, Vec<_>) = namesakes.iter().copied().partition(|node| above.contains(node));
    for node in in_path.into_iter().chain(others) {
        let signer = &walk.context.nodes[node].certificate;
        match list.is_signed_by(signer) {
            Some(true) => {}
            Some(false) => continue,
            None => return Err(Refusal::Unsigned("too many signatures of lists to verify".into())),
        }
        if !Signed::may_sign(signer) {
            why = "the issuer's key may not sign lists (keyUsage without cRLSign)".into();
        } else if above.contains(&node) {
            return Ok(());
        } else if node == walk.nodes[index] {
            return Err(Refusal::Circular);
        } else if !list.is_indirect() && !certified_by(walk, node, above) {
            why = "the list's signer was not certified by an authority of this path".into();
        } else {
            match (walk.authorize)(node, anchor) {
                Err(Refusal::Unsigned(reason)) => why = reason,
                decided => return decided,
            }
        }
    }
    Err(Refusal::Unsigned(why))
}

/// Whether one of the authorities issued the certificate.
fn certified_by(walk: &Walk<'_, '_>, node: usize, authorities: &[usize]) -> bool {
    let nodes = walk.context.nodes;
    authorities.iter().any(|&authority| {
        dn::equal(nodes[authority].certificate.subject(), nodes[node].certificate.issuer())
            && walk.context.link(node, authority) == Some(Signature::Valid)
    })
}

pub(in crate::certificate) fn name_constraints(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let certificate = walk.certificate(index);
    if let Some((own, _)) = certificate.name_constraints() {
        if let Some((base, why)) = constraints::malformed(own, walk.strict()) {
            return fail("well-formed name constraints", dn::general_name(base), why);
        }
        if walk.strict() && !certificate.is_authority() {
            return fail("name constraints in authorities only", "in an end entity", "RFC 5280 section 4.2.1.10");
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
            return fail(
                format!("at most {} attributes in a subject that is compared", constraints::MAX_ATTRIBUTES),
                attributes.to_string(),
                "the work that a path may cause is bounded",
            );
        }
        let mut budget = walk.context.comparisons.get();
        let checked = constraints::check(constraints, certificate, &mut budget);
        walk.context.comparisons.set(budget);
        let Err(violation) = checked else { continue };
        let authority = dn::display(walk.path[above].subject());
        return match violation {
            Violation::Excluded { name, subtree } => fail(
                format!("no name within {subtree}, which {authority} excludes"),
                name,
                "an authority above forbids this name",
            ),
            Violation::NotPermitted { name, subtrees } => fail(
                format!("names within {subtrees}, which {authority} permits"),
                name,
                "an authority above does not permit this name",
            ),
            Violation::NotProcessed { name } => fail(
                "names that the constraints can be applied to",
                name,
                "no constraint of its type can be applied to this name, so the certificate must be rejected",
            ),
            Violation::TooMany => fail(
                format!("at most {} comparisons of names", constraints::BUDGET),
                "more",
                "the work that a path may cause is bounded",
            ),
        };
    }
    let above = dn::display(walk.path[constrained?].subject());
    pass(format!("names within the constraints of {above}"), dn::general_names(certificate.names()), "all of them are")
}

pub(in crate::certificate) fn policies(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    const EXPECTED: &str = "policies that the authorities above allow";
    let certificate = walk.certificate(index);
    let processed = if walk.is_anchor(index) && index > 0 {
        walk.policies.begin(certificate)
    } else {
        walk.policies.process(certificate, index == 0)
    };
    let own = certificate.certificate_policies().map(|(policies, _)| policies.len());
    match processed {
        Ok(()) => pass(EXPECTED, format!("{} policies", own?), "they are consistent with those above"),
        Err(Defect::NoneAccepted) => fail(
            "a policy that the verifier accepts",
            own.map_or_else(|| "no policies".to_owned(), |count| format!("{count} policies, none valid and accepted")),
            "a policy is required, and the path is valid under none of those that are accepted",
        ),
        Err(Defect::MapsAny) => fail(EXPECTED, "a mapping of anyPolicy", "anyPolicy must not be mapped"),
        Err(Defect::NoValidPolicy) => fail(
            "a valid policy, as an authority above requires",
            own.map_or_else(|| "no policies".to_owned(), |count| format!("{count} policies, none valid here")),
            "the path has no policy in common",
        ),
    }
}
