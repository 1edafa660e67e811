//! The certificate by itself: encoding, algorithms, serial number, extensions, key identifiers.

use x509_parser::extensions::{ParsedExtension, X509Extension};
use x509_parser::prelude::X509Version;

use super::Walk;
use crate::certificate::decode::Certificate;
use crate::certificate::dn;
use crate::certificate::oid::oid_text;
use crate::certificate::public_key::Strength;
use crate::certificate::reason::{Algorithms, CriticalExtensions, Encoding, KeyIdentifier, Serial};
use crate::certificate::signature;
use crate::certificate::step::{Finding, fail, pass, unsupported};

pub(in crate::certificate) fn encoding(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let version = walk.certificate(index).x509.version();
    if walk.strict() && !walk.is_anchor(index) && matches!(version, X509Version::V1 | X509Version::V2) {
        return fail(Encoding::Version { version: version.0 + 1 });
    }
    match walk.certificate(index).problem(walk.policy.verified.as_deref()) {
        None => pass(Encoding::Sound),
        Some(problem) => fail(Encoding::Malformed { problem: problem.clone() }),
    }
}

pub(in crate::certificate) fn algorithm(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let certificate = walk.certificate(index);
    let x509 = &certificate.x509;
    if x509.signature_algorithm != x509.tbs_certificate.signature {
        let (outer, inner) = (&x509.signature_algorithm.algorithm, &x509.tbs_certificate.signature.algorithm);
        let (outside, inside) = (oid_text(outer.as_bytes()), oid_text(inner.as_bytes()));
        return fail(Algorithms::Two { outside, inside });
    }
    let key = match certificate.key_strength(walk.policy.verified.as_deref()).clone() {
        Strength::Good(key) => key,
        Strength::Weak(key) => return fail(Algorithms::WeakKey { key }),
        Strength::Unsupported(key) => return unsupported(Algorithms::OtherKey { key }),
    };
    // Nobody relies on the signature of a trust anchor.
    if walk.is_anchor(index) {
        return pass(Algorithms::Anchor { key });
    }
    match signature::algorithm_strength(&x509.signature_algorithm) {
        Strength::Good(algorithm) => pass(Algorithms::Strong { key, algorithm }),
        Strength::Weak(algorithm) => fail(Algorithms::WeakAlgorithm { algorithm }),
        Strength::Unsupported(algorithm) => unsupported(Algorithms::OtherAlgorithm { algorithm }),
    }
}

/// RFC 5280 asks users to bear odd serial numbers; issuers must not make them.
pub(in crate::certificate) fn serial(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let serial = walk.certificate(index).x509.raw_serial();
    // Some roots that everybody trusts are numbered zero.
    if !walk.strict() || (walk.is_anchor(index) && index > 0) {
        return None;
    }
    match serial {
        [] | [0] => fail(Serial::Zero { serial: hex(serial) }),
        [first, ..] if first & 0x80 != 0 => fail(Serial::Negative { serial: hex(serial) }),
        _ if serial.len() > 20 => fail(Serial::Long { serial: hex(serial) }),
        _ => pass(Serial::Sound { octets: serial.len() }),
    }
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
    let certificate = walk.certificate(index);
    let extensions = certificate.x509.extensions();
    let unknown = extensions.iter().find(|extension| extension.critical && !processed(extension.parsed_extension()));
    if let Some(extension) = unknown {
        return match prescribed(extension) {
            Some((_, name, false)) => fail(CriticalExtensions::Misplaced { name: (*name).into() }),
            _ => fail(CriticalExtensions::Unknown { oid: oid_text(extension.oid.as_bytes()) }),
        };
    }
    if let Some(qualifier) = unknown_qualifier(certificate) {
        return fail(CriticalExtensions::Qualifier { oid: oid_text(qualifier) });
    }
    for extension in extensions.iter().filter(|_| walk.strict()) {
        if let Some((_, name, critical)) =
            prescribed(extension).filter(|(.., critical)| *critical != extension.critical)
        {
            return fail(CriticalExtensions::Criticality { name: (*name).into(), critical: *critical });
        }
    }
    if walk.strict() && index == 0 && certificate.extended_key_usage().is_some_and(|(_, critical)| critical) {
        return fail(CriticalExtensions::Purposes);
    }
    pass(CriticalExtensions::Known { count: extensions.iter().filter(|extension| extension.critical).count() })
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
    if !walk.strict() {
        return None;
    }
    let certificate = walk.certificate(index);
    let own = certificate.subject_key_identifier().map(|(identifier, _)| identifier);
    if own.is_none() && certificate.is_authority() {
        return fail(KeyIdentifier::NoOwn);
    }
    if walk.is_anchor(index) && !certificate.self_issued {
        // A cross certificate: a trust anchor is a name and a key (RFC 5280 section 6.1.1 (d)), whoever issued it.
        return pass(KeyIdentifier::ForeignAnchor);
    }
    let issuer = certificate.authority_key_identifier().map(|(identifier, _)| identifier);
    let Some(issuer) = issuer else {
        if certificate.self_issued && index + 1 == walk.path.len() {
            return pass(KeyIdentifier::SelfSigned);
        }
        return fail(KeyIdentifier::NoIssuer);
    };
    let Some(claimed) = issuer.key_identifier.as_ref().map(|identifier| identifier.0) else {
        return fail(KeyIdentifier::NoKey);
    };
    if !(walk.is_anchor(index) && certificate.self_issued) {
        // Which key signed, the chain check tells; here the identifier is a hint for path building.
        return pass(KeyIdentifier::Issuer { key: hex(claimed) });
    }
    if issuer.authority_cert_issuer.is_some() || issuer.authority_cert_serial.is_some() {
        return fail(KeyIdentifier::RootNames);
    }
    match own {
        Some(own) if own != claimed => fail(KeyIdentifier::RootDiffers { own: hex(own), key: hex(claimed) }),
        _ => pass(KeyIdentifier::Agree { key: hex(claimed) }),
    }
}

/// As many octets as a serial number or key identifier has.
fn hex(bytes: &[u8]) -> String {
    dn::hex(bytes, 20)
}
