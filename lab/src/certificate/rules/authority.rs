//! What a certificate that signs others must be, and how long a path may get.

use super::Walk;
use crate::certificate::step::{Finding, fail, pass};
use crate::certificate::{Purpose, dn};
use x509_parser::prelude::X509Version;

pub(in crate::certificate) fn ca_flag(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    const EXPECTED: &str = "basicConstraints with cA TRUE";
    let certificate = walk.certificate(index);
    if index == 0 {
        let misplaced = walk.to_the_letter() && walk.policy.purpose == Some(Purpose::Server);
        return if misplaced && certificate.is_authority() {
            fail("cA FALSE in a server's certificate", "cA TRUE", "BR 7.1.2.7.8: a server is no authority")
        } else {
            None
        };
    }
    match certificate.basic_constraints() {
        Some((constraints, critical)) if constraints.ca => {
            if walk.strict() && !critical {
                return fail("critical basicConstraints", "not critical", "RFC 5280 section 4.2.1.9 prescribes it");
            }
            pass(EXPECTED, "cA TRUE", "this certificate may sign others")
        }
        Some(_) => fail(EXPECTED, "cA FALSE", "an end entity must not sign certificates"),
        None if certificate.x509.version() == X509Version::V1 && walk.is_anchor(index) => {
            pass(EXPECTED, "version 1", "a trust anchor of version 1 is an authority by configuration")
        }
        None => fail(EXPECTED, "no basicConstraints", "an end entity must not sign certificates"),
    }
}

pub(in crate::certificate) fn path_length(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    if index == 0 {
        return None;
    }
    let below = walk.authorities_below(index);
    let observed = format!("{below} authorities below");
    let allowed =
        walk.certificate(index).basic_constraints().and_then(|(constraints, _)| constraints.path_len_constraint);
    let allowed = allowed.map(|length| usize::try_from(length).unwrap_or(usize::MAX));
    if let Some(length) = allowed
        && below > length
    {
        let subject = dn::display(walk.certificate(index).subject());
        return fail(
            format!("at most {length} authorities below {subject}"),
            observed,
            "the authority may not create this many further authorities",
        );
    }
    if index + 1 == walk.path.len() {
        // The policy's depth counts authorities between anchor and leaf.
        let depth = if walk.is_anchor(index) { below } else { walk.authorities_below(index + 1) };
        if let Some(most) = walk.policy.max_depth
            && depth > most
        {
            return fail(
                format!("at most {most} intermediate authorities"),
                format!("{depth}"),
                "the path is longer than the policy allows",
            );
        }
    }
    let expected = allowed.map_or_else(|| "no limit".to_owned(), |length| format!("at most {length}"));
    pass(expected, observed, "the path is short enough")
}

pub(in crate::certificate) fn key_usage(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let certificate = walk.certificate(index);
    let constraints = certificate.basic_constraints().map(|(constraints, _)| constraints);
    let authority = constraints.is_some_and(|constraints| constraints.ca);
    let usage = certificate.key_usage().map(|(usage, _)| *usage);
    let signs = usage.is_some_and(|usage| usage.key_cert_sign());
    if walk.strict() {
        if signs && !authority {
            return fail(
                "keyCertSign in authorities only",
                "keyCertSign without cA",
                "an end entity's key must not be certified for signing certificates (section 4.2.1.9)",
            );
        }
        if let Some(usage) = usage
            && authority
            && !signs
        {
            return fail(
                "keyCertSign in an authority's keyUsage",
                usage.to_string(),
                "an authority whose key may not sign certificates contradicts itself",
            );
        }
        if constraints.is_some_and(|constraints| constraints.path_len_constraint.is_some() && !constraints.ca) {
            return fail("pathLenConstraint in authorities only", "in an end entity", "RFC 5280 section 4.2.1.9");
        }
    }
    let Some(usage) = usage else {
        // Some roots that everybody trusts do not state theirs.
        return if walk.to_the_letter() && index > 0 && !walk.is_anchor(index) {
            let why = "an authority must state what its key is for (RFC 5280 section 4.2.1.3)";
            fail("keyUsage in an authority", "no keyUsage", why)
        } else {
            None
        };
    };
    if index > 0 {
        const EXPECTED: &str = "keyCertSign among the key usages";
        return if signs {
            pass(EXPECTED, usage.to_string(), "the key may sign certificates")
        } else {
            fail(EXPECTED, usage.to_string(), "the key was not certified for signing certificates")
        };
    }
    // An authority in the leaf's place is described by its authority's usages.
    if authority {
        return None;
    }
    let (expected, fits) = match walk.policy.purpose? {
        Purpose::Server => (
            "digitalSignature, keyEncipherment or keyAgreement",
            usage.digital_signature() || usage.key_encipherment() || usage.key_agreement(),
        ),
        Purpose::Client => ("digitalSignature or keyAgreement", usage.digital_signature() || usage.key_agreement()),
    };
    if fits {
        pass(expected, usage.to_string(), "the key may be used in a handshake")
    } else {
        fail(expected, usage.to_string(), "the key was not certified for a handshake")
    }
}
