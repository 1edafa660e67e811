//! What a certificate that signs others must be, and how long a path may get.

use super::Walk;
use crate::certificate::reason::{CaFlag, KeyUsage, PathLength};
use crate::certificate::step::{Finding, fail, pass};
use crate::certificate::{Purpose, dn};
use x509_parser::prelude::X509Version;

pub(in crate::certificate) fn ca_flag(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let certificate = walk.certificate(index);
    if index == 0 {
        let misplaced = walk.to_the_letter() && walk.policy.purpose == Some(Purpose::Server);
        return if misplaced && certificate.is_authority() { fail(CaFlag::Server) } else { None };
    }
    match certificate.basic_constraints() {
        Some((constraints, critical)) if constraints.ca => {
            if walk.strict() && !critical {
                return fail(CaFlag::NotCritical);
            }
            pass(CaFlag::Authority)
        }
        Some(_) => fail(CaFlag::EndEntity),
        None if certificate.x509.version() == X509Version::V1 && walk.is_anchor(index) => pass(CaFlag::FirstVersion),
        None => fail(CaFlag::Unstated),
    }
}

pub(in crate::certificate) fn path_length(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    if index == 0 {
        return None;
    }
    let below = walk.authorities_below(index);
    let allowed =
        walk.certificate(index).basic_constraints().and_then(|(constraints, _)| constraints.path_len_constraint);
    let allowed = allowed.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if let Some(most) = allowed
        && below > most
    {
        return fail(PathLength::Long { below, most, subject: dn::display(walk.certificate(index).subject()) });
    }
    if index + 1 == walk.path.len() {
        // The policy's depth counts authorities between anchor and leaf.
        let depth = if walk.is_anchor(index) { below } else { walk.authorities_below(index + 1) };
        if let Some(most) = walk.policy.max_depth
            && depth > most
        {
            return fail(PathLength::Deep { depth, most });
        }
    }
    pass(PathLength::Short { below, most: allowed })
}

pub(in crate::certificate) fn key_usage(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let certificate = walk.certificate(index);
    let constraints = certificate.basic_constraints().map(|(constraints, _)| constraints);
    let authority = constraints.is_some_and(|constraints| constraints.ca);
    let usage = certificate.key_usage().map(|(usage, _)| *usage);
    let signs = usage.is_some_and(|usage| usage.key_cert_sign());
    if walk.strict() {
        if signs && !authority {
            return fail(KeyUsage::EndEntitySigns);
        }
        if let Some(usage) = usage
            && authority
            && !signs
        {
            return fail(KeyUsage::AuthorityMayNot { usage: usage.to_string() });
        }
        if constraints.is_some_and(|constraints| constraints.path_len_constraint.is_some() && !constraints.ca) {
            return fail(KeyUsage::Limits);
        }
    }
    let Some(usage) = usage else {
        // Some roots that everybody trusts do not state theirs.
        let unstated = walk.to_the_letter() && index > 0 && !walk.is_anchor(index);
        return if unstated { fail(KeyUsage::Unstated) } else { None };
    };
    let text = usage.to_string();
    if index > 0 {
        return if signs { pass(KeyUsage::Signs { usage: text }) } else { fail(KeyUsage::MayNotSign { usage: text }) };
    }
    // An authority in the leaf's place is described by its authority's usages.
    if authority {
        return None;
    }
    let purpose = walk.policy.purpose?;
    let fits = match purpose {
        Purpose::Server => usage.digital_signature() || usage.key_encipherment() || usage.key_agreement(),
        Purpose::Client => usage.digital_signature() || usage.key_agreement(),
    };
    let of = purpose.owner();
    if fits { pass(KeyUsage::Handshake { of, usage: text }) } else { fail(KeyUsage::NoHandshake { of, usage: text }) }
}
