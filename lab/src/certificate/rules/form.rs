//! The certificate by itself: encoding, algorithms, serial number, extensions, key identifiers.

use x509_parser::extensions::{ParsedExtension, X509Extension};
use x509_parser::prelude::X509Version;

use super::Walk;
use crate::certificate::decode::Certificate;
use crate::certificate::dn;
use crate::certificate::oid::oid_text;
use crate::certificate::public_key::Strength;
use crate::certificate::signature;
use crate::certificate::step::{Finding, fail, pass, unsupported};

pub(in crate::certificate) fn encoding(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let version = walk.certificate(index).x509.version();
    if walk.strict() && !walk.is_anchor(index) && matches!(version, X509Version::V1 | X509Version::V2) {
        return fail(
            "version 3",
            format!("version {}", version.0 + 1),
            "certificates of earlier versions cannot say what they are for (RFC 5280 section 4.1.2.1, BR 7.1.1)",
        );
    }
    match &walk.certificate(index).problem {
        None => {
            pass("DER, version and extensions as RFC 5280 has them", "so they are", "the certificate has one reading")
        }
        Some(problem) => fail(
            format!("{}: {}", problem.field, problem.expected),
            problem.got.clone(),
            "a certificate must be encoded as the standard prescribes",
        ),
    }
}

pub(in crate::certificate) fn algorithm(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    const EXPECTED: &str = "a strong key, and a strong signature algorithm named twice alike";
    let certificate = walk.certificate(index);
    let x509 = &certificate.x509;
    if x509.signature_algorithm != x509.tbs_certificate.signature {
        let (outer, inner) = (&x509.signature_algorithm.algorithm, &x509.tbs_certificate.signature.algorithm);
        return fail(
            EXPECTED,
            format!("{} outside, {} inside", oid_text(outer.as_bytes()), oid_text(inner.as_bytes())),
            "an algorithm that is named outside the signed part only could be exchanged",
        );
    }
    let key = match certificate.key_strength() {
        Strength::Good(name) => *name,
        Strength::Weak(why) => return fail(EXPECTED, why.clone(), "the policy refuses this key"),
        Strength::Unsupported(why) => return unsupported(EXPECTED, why.clone(), "this key cannot be judged here"),
    };
    // Nobody relies on the signature of a trust anchor.
    if walk.is_anchor(index) {
        return pass(EXPECTED, key, "the key is strong; a trust anchor's own signature does not count");
    }
    match signature::algorithm_strength(&x509.signature_algorithm) {
        Strength::Good(name) => pass(EXPECTED, format!("{key}, signed by {name}"), "the policy accepts both"),
        Strength::Weak(why) => fail(EXPECTED, why, "the policy refuses this signature algorithm"),
        Strength::Unsupported(why) => unsupported(EXPECTED, why, "this signature cannot be verified here"),
    }
}

/// RFC 5280 asks users to bear odd serial numbers; issuers must not make them.
pub(in crate::certificate) fn serial(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    const EXPECTED: &str = "a positive number of at most 20 octets";
    let serial = walk.certificate(index).x509.raw_serial();
    // Some roots that everybody trusts are numbered zero.
    if !walk.strict() || (walk.is_anchor(index) && index > 0) {
        return None;
    }
    let why = match serial {
        [] | [0] => "zero identifies nothing",
        [first, ..] if first & 0x80 != 0 => "a serial number must not be negative",
        _ if serial.len() > 20 => "a serial number must not be longer than 20 octets",
        _ => return pass(EXPECTED, format!("{} octets", serial.len()), "it is"),
    };
    fail(EXPECTED, hex(serial), why)
}

/// Extensions whose criticality section 4.2 prescribes for issuers: object identifier, name, critical or not.
const CRITICALITY: &[(&[u8], &str, bool)] = &[
    (&[0x55, 0x1d, 0x23], "authorityKeyIdentifier", false),
    (&[0x55, 0x1d, 0x0e], "subjectKeyIdentifier", false),
    (&[0x55, 0x1d, 0x1e], "nameConstraints", true),
    (&[0x55, 0x1d, 0x24], "policyConstraints", true),
    (&[0x55, 0x1d, 0x36], "inhibitAnyPolicy", true),
    (&[0x55, 0x1d, 0x2e], "freshestCRL", false),
    (&[0x55, 0x1d, 0x09], "subjectDirectoryAttributes", false),
    (&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x01], "authorityInfoAccess", false),
    (&[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01, 0x0b], "subjectInfoAccess", false),
];

pub(in crate::certificate) fn critical_extensions(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    const EXPECTED: &str = "no critical extension that is unknown here";
    let certificate = walk.certificate(index);
    let extensions = certificate.x509.extensions();
    let unknown = extensions.iter().find(|extension| extension.critical && !processed(extension.parsed_extension()));
    if let Some(extension) = unknown {
        return match prescribed(extension) {
            Some((_, name, false)) => fail(
                format!("{name} not critical"),
                "critical",
                "issuers must not mark this extension so (RFC 5280 section 4.2), and who does not process it must not \
                 use the certificate",
            ),
            _ => fail(
                EXPECTED,
                format!("critical extension {}", oid_text(extension.oid.as_bytes())),
                "who does not understand a critical extension must not use the certificate",
            ),
        };
    }
    if let Some(qualifier) = unknown_qualifier(certificate) {
        return fail(
            "known qualifiers in a critical certificatePolicies",
            format!("the qualifier {}", oid_text(qualifier)),
            "who cannot interpret a critical extension with all its qualifiers must not use the certificate (RFC 5280 \
             section 4.2.1.4)",
        );
    }
    for extension in extensions.iter().filter(|_| walk.strict()) {
        if let Some((_, name, critical)) =
            prescribed(extension).filter(|(.., critical)| *critical != extension.critical)
        {
            let text = |critical: bool| if critical { "critical" } else { "not critical" };
            return fail(
                format!("{name} {}", text(*critical)),
                text(extension.critical),
                "issuers must mark this extension so (RFC 5280 section 4.2)",
            );
        }
    }
    if walk.strict() && index == 0 && certificate.extended_key_usage().is_some_and(|(_, critical)| critical) {
        return fail("extKeyUsage not critical", "critical", "BR 7.1.2.7.6 prescribes it for a server's certificate");
    }
    let count = extensions.iter().filter(|extension| extension.critical).count();
    pass(EXPECTED, format!("{count} critical extensions, all known"), "each of them is processed")
}

/// The criticality that is prescribed for this extension.
fn prescribed(extension: &X509Extension<'_>) -> Option<&'static (&'static [u8], &'static str, bool)> {
    CRITICALITY.iter().find(|(oid, ..)| *oid == extension.oid.as_bytes())
}

/// A policy qualifier other than the two of RFC 5280 section 4.2.1.4 (CPS pointer and user notice) in critical
/// certificate policies.
fn unknown_qualifier<'c>(certificate: &'c Certificate<'_>) -> Option<&'c [u8]> {
    let (policies, _) = certificate.certificate_policies().filter(|(_, critical)| *critical)?;
    let qualifiers = policies.iter().filter_map(|policy| policy.policy_qualifiers.as_ref()).flatten();
    let mut identifiers = qualifiers.map(|qualifier| qualifier.policy_qualifier_id.as_bytes());
    identifiers.find(|identifier| !matches!(identifier, [0x2b, 6, 1, 5, 5, 7, 2, 1 | 2]))
}

/// The extensions that some rule here takes into account.
fn processed(extension: &ParsedExtension<'_>) -> bool {
    matches!(
        extension,
        ParsedExtension::AuthorityKeyIdentifier(_)
            | ParsedExtension::SubjectKeyIdentifier(_)
            | ParsedExtension::KeyUsage(_)
            | ParsedExtension::CertificatePolicies(_)
            | ParsedExtension::PolicyMappings(_)
            | ParsedExtension::PolicyConstraints(_)
            | ParsedExtension::InhibitAnyPolicy(_)
            | ParsedExtension::SubjectAlternativeName(_)
            | ParsedExtension::BasicConstraints(_)
            | ParsedExtension::NameConstraints(_)
            | ParsedExtension::ExtendedKeyUsage(_)
            | ParsedExtension::CRLDistributionPoints(_)
            // What cannot be read is the encoding check's to refuse.
            | ParsedExtension::ParseError { .. }
    )
}

/// Issuers must identify keys (RFC 5280 sections 4.2.1.1 and 4.2.1.2); the path algorithm does without.
pub(in crate::certificate) fn key_identifier(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    const EXPECTED: &str = "the issuer's key identifier, and an authority's own";
    if !walk.strict() {
        return None;
    }
    let certificate = walk.certificate(index);
    let own = certificate.subject_key_identifier().map(|(identifier, _)| identifier);
    if own.is_none() && certificate.is_authority() {
        return fail(EXPECTED, "no subjectKeyIdentifier", "an authority must identify its key");
    }
    if walk.is_anchor(index) && !certificate.self_issued {
        // A cross certificate: a trust anchor is a name and a key (RFC 5280 section 6.1.1 (d)), whoever issued it.
        return pass(
            EXPECTED,
            "a trust anchor of another issuer",
            "what a trust anchor says of its issuer does not count",
        );
    }
    let issuer = certificate.authority_key_identifier().map(|(identifier, _)| identifier);
    let Some(issuer) = issuer else {
        if certificate.self_issued && index + 1 == walk.path.len() {
            return pass(EXPECTED, "no authorityKeyIdentifier", "a self-signed certificate may leave it out");
        }
        return fail(EXPECTED, "no authorityKeyIdentifier", "issuers must identify the key that they sign with");
    };
    let Some(claimed) = issuer.key_identifier.as_ref().map(|identifier| identifier.0) else {
        return fail(EXPECTED, "an authorityKeyIdentifier without key identifier", "the key identifier must be there");
    };
    if !(walk.is_anchor(index) && certificate.self_issued) {
        // Which key signed, the chain check tells; here the identifier is a hint for path building.
        return pass(EXPECTED, hex(claimed), "the issuer's key is identified");
    }
    if issuer.authority_cert_issuer.is_some() || issuer.authority_cert_serial.is_some() {
        return fail(
            "a root's authorityKeyIdentifier with the key identifier alone",
            "authorityCertIssuer or authorityCertSerialNumber",
            "BR 7.1.2.1.3 forbids them",
        );
    }
    match own {
        Some(own) if own != claimed => fail(
            format!("the root's own key {}", hex(own)),
            hex(claimed),
            "BR 7.1.2.1.3: a root's two identifiers are one",
        ),
        _ => pass(EXPECTED, hex(claimed), "the key identifiers agree"),
    }
}

/// As many octets as a serial number or key identifier has.
fn hex(bytes: &[u8]) -> String {
    dn::hex(bytes, 20)
}
