//! Whom the leaf speaks for: subject, purpose, name, pin.

use x509_parser::extensions::{ExtendedKeyUsage, GeneralName};

use super::Walk;
use crate::certificate::step::{Finding, fail, pass};
use crate::certificate::{Purpose, dn, name};

pub(in crate::certificate) fn subject(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    const EXPECTED: &str = "subject names that agree with each other";
    let certificate = walk.certificate(index);
    if dn::is_empty(certificate.issuer()) && !walk.is_anchor(index) {
        return fail("an issuer", "the empty name", "somebody must have issued it (RFC 5280 section 4.1.2.4)");
    }
    let empty = dn::is_empty(certificate.subject());
    if empty && index > 0 {
        return fail("a subject", "the empty name", "an authority must have a name (RFC 5280 section 4.1.2.6)");
    }
    let names = certificate.alternative_names();
    if index > 0 || !walk.strict() {
        return pass(EXPECTED, dn::display(certificate.subject()), "the name is there");
    }
    match names {
        None if empty => {
            return fail(
                "a subject, or subject alternative names",
                "neither",
                "a certificate must be somebody's (RFC 5280 section 4.1.2.6)",
            );
        }
        Some((_, false)) if empty => {
            return fail(
                "critical subjectAltName beside an empty subject",
                "not critical",
                "who skips the extension would see no name at all (RFC 5280 section 4.1.2.6)",
            );
        }
        Some((_, true)) if !empty => {
            return fail("subjectAltName not critical beside a subject", "critical", "BR 7.1.2.7.12 prescribes it");
        }
        _ => {}
    }
    for presented in certificate.names() {
        let GeneralName::DNSName(dns) = presented else { continue };
        if let Err(why) = name::presented_dns(dns) {
            return fail("host names in dNSName", dn::general_name(presented), why);
        }
        if dns.contains('_') {
            return fail(
                "letters, digits and hyphens in dNSName",
                dn::general_name(presented),
                "host names have no underscore (RFC 5280 section 4.2.1.6, BR 7.1.2.7.12)",
            );
        }
    }
    if walk.policy.purpose == Some(Purpose::Server) && names.is_some() {
        for attribute in certificate.subject().iter_common_name() {
            let Ok(common) = std::str::from_utf8(attribute.as_slice()) else { continue };
            if let Some(why) = misleading(common, certificate.names()) {
                return fail(
                    "a common name that repeats a subject alternative name to the letter (BR 7.1.4.3)",
                    dn::display(certificate.subject()),
                    why,
                );
            }
        }
    }
    pass(EXPECTED, dn::display(certificate.subject()), "the names agree")
}

/// How a common name could be taken for a host that the certificate does not name, or names otherwise. One that is
/// plainly another host in ASCII misleads nobody, since common names identify nothing (RFC 9525 section 2).
fn misleading(common: &str, names: &[GeneralName<'_>]) -> Option<&'static str> {
    let texts = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(text) | GeneralName::RFC822Name(text) => Some((*text).to_owned()),
        GeneralName::IPAddress(_) => dn::general_name(name).strip_prefix("ip:").map(str::to_owned),
        _ => None,
    };
    let names: Vec<String> = names.iter().filter_map(texts).collect();
    if names.iter().any(|name| name == common) {
        return None;
    }
    if odd_address(common) {
        Some("it is an address in another form than the canonical one")
    } else if common.split('.').any(|label| label.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("xn--"))) {
        Some("it is an internationalised host name that the subject alternative names do not have")
    } else if common.contains('.') && !common.contains(' ') && !common.is_ascii() {
        Some("it is a host name beyond ASCII, which nothing can be compared with")
    } else if names.iter().any(|name| name.eq_ignore_ascii_case(common)) {
        Some("it differs from a subject alternative name in case")
    } else {
        None
    }
}

/// An address for some reader, but not written as RFC 3986 and RFC 5952 prescribe.
fn odd_address(text: &str) -> bool {
    if let Ok(address) = text.parse::<std::net::Ipv6Addr>() {
        return address.to_string() != text;
    }
    let hexadecimal = text.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
    let dotted = text.contains('.') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    hexadecimal || (dotted && text.parse::<std::net::Ipv4Addr>().is_err())
}

pub(in crate::certificate) fn purpose(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let purpose = walk.policy.purpose?;
    let expected = match purpose {
        Purpose::Server => "serverAuth among the extended key usages",
        Purpose::Client => "clientAuth among the extended key usages",
    };
    let certificate = walk.certificate(index);
    let Some((usage, _)) = certificate.extended_key_usage() else {
        if walk.strict() && index == 0 && !certificate.is_authority() {
            return fail(expected, "no extKeyUsage", "a server's certificate must say so (BR 7.1.2.7.6)");
        }
        return if index == 0 { pass(expected, "no extKeyUsage", "no purpose is excluded") } else { None };
    };
    if walk.strict() && walk.is_anchor(index) && index > 0 {
        return fail("no extKeyUsage in a root", describe(usage), "BR 7.1.2.1.2 forbids it");
    }
    if walk.strict() && index == 0 && usage.any {
        return fail(
            expected,
            describe(usage),
            "anyExtendedKeyUsage is forbidden in a server's certificate (BR 7.1.2.7.10)",
        );
    }
    let fits = usage.any
        || match purpose {
            Purpose::Server => usage.server_auth,
            Purpose::Client => usage.client_auth,
        };
    if fits {
        pass(expected, describe(usage), "the certificate was issued for this purpose")
    } else if index == 0 {
        fail(expected, describe(usage), "the certificate was issued for another purpose")
    } else {
        fail(expected, describe(usage), "the authority may not issue certificates for this purpose")
    }
}

/// Purposes in the words of their identifiers.
pub(in crate::certificate) fn describe(usage: &ExtendedKeyUsage<'_>) -> String {
    let named = [
        (usage.any, "any"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
    ];
    let mut words: Vec<_> = named.iter().filter(|(set, _)| *set).map(|(_, word)| *word).collect();
    if !usage.other.is_empty() {
        words.push("others");
    }
    words.join(", ")
}

pub(in crate::certificate) fn name(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let expected = walk.policy.name.as_ref().filter(|_| index == 0)?;
    let names = walk.certificate(index).names();
    let observed = dn::general_names(names);
    if names.iter().any(|presented| expected.matches(presented)) {
        pass(expected.to_string(), observed, "the certificate was issued for this name")
    } else if names.is_empty() {
        fail(expected.to_string(), observed, "only subject alternative names count, not the common name")
    } else {
        fail(expected.to_string(), observed, "the certificate was issued for other names")
    }
}

pub(in crate::certificate) fn pin(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let pins = &walk.policy.pins;
    if index > 0 || pins.is_empty() {
        return None;
    }
    let pinned = walk.path.iter().any(|certificate| pins.contains(&crate::certificate::sha256(certificate.spki())));
    let expected = format!("one of {} pinned keys in the path", pins.len());
    if pinned {
        pass(expected, "a pinned key", "the key is the one that was pinned")
    } else {
        fail(expected, "other keys", "an authority issued for a key that was never pinned")
    }
}
