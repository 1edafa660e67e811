//! Whom the leaf speaks for: subject, purpose, name, pin.

use x509_parser::extensions::{ExtendedKeyUsage, GeneralName};

use super::Walk;
use crate::certificate::step::{Finding, fail, pass};
use crate::certificate::{Purpose, dn, name};

pub(in crate::certificate) fn subject(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    const EXPECTED: &str = "subject names that agree with each other";
    let certificate = walk.certificate(index);
    if dn::is_empty(certificate.issuer()) {
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
        if let GeneralName::DNSName(dns) = presented
            && let Err(why) = name::presented_dns(dns)
        {
            return fail("host names in dNSName", dn::general_name(presented), why);
        }
    }
    for attribute in certificate.subject().iter_common_name() {
        let Ok(common) = std::str::from_utf8(attribute.as_slice()) else { continue };
        let repeated = certificate.names().iter().any(|presented| match presented {
            GeneralName::DNSName(text) | GeneralName::RFC822Name(text) => *text == common,
            GeneralName::IPAddress(_) => dn::general_name(presented).strip_prefix("ip:") == Some(common),
            _ => false,
        });
        if names.is_some() && walk.policy.purpose == Some(Purpose::Server) && !certificate.is_authority() && !repeated {
            return fail(
                "a common name that repeats a subject alternative name to the letter",
                dn::display(certificate.subject()),
                "who reads the common name would see another host (BR 7.1.4.3)",
            );
        }
    }
    pass(EXPECTED, dn::display(certificate.subject()), "the names agree")
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

fn describe(usage: &ExtendedKeyUsage<'_>) -> String {
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
