//! Whom the leaf speaks for: subject, purpose, name, pin.

use x509_parser::extensions::{ExtendedKeyUsage, GeneralName};

use super::Walk;
use crate::certificate::reason::{Guise, Name, Pin, Purpose as Reason, Subject, Text};
use crate::certificate::step::{Finding, fail, pass};
use crate::certificate::{Purpose, dn, host};

pub(in crate::certificate) fn subject(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let certificate = walk.certificate(index);
    if dn::is_empty(certificate.issuer()) && !walk.is_anchor(index) {
        return fail(Subject::NoIssuer);
    }
    let empty = dn::is_empty(certificate.subject());
    if empty && index > 0 {
        return fail(Subject::NoAuthority);
    }
    let subject = || dn::display(certificate.subject());
    let names = certificate.alternative_names();
    if index > 0 || !walk.strict() {
        return pass(Subject::There { subject: subject() });
    }
    match names {
        None if empty => return fail(Subject::Nobody),
        Some((_, false)) if empty => return fail(Subject::NotCritical),
        Some((_, true)) if !empty => return fail(Subject::Critical),
        _ => {}
    }
    for presented in certificate.names() {
        let GeneralName::DNSName(dns) = presented else { continue };
        if let Err(fault) = host::presented_dns(dns) {
            return fail(Subject::Host { name: dn::general_name(presented), fault });
        }
        if dns.contains('_') {
            return fail(Subject::Underscore { name: dn::general_name(presented) });
        }
    }
    if walk.policy.purpose == Some(Purpose::Server) && names.is_some() {
        for attribute in certificate.subject().iter_common_name() {
            let Ok(common) = std::str::from_utf8(attribute.as_slice()) else { continue };
            if let Some(guise) = misleading(common, certificate.names()) {
                return fail(Subject::Misleading { subject: subject(), guise });
            }
        }
    }
    pass(Subject::Agree { subject: subject() })
}

/// How a common name could be taken for a host that the certificate does not name, or names otherwise. One that is
/// plainly another host in ASCII misleads nobody, since common names identify nothing (RFC 9525 section 2).
fn misleading(common: &str, names: &[GeneralName<'_>]) -> Option<Guise> {
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
        Some(Guise::Address)
    } else if common.split('.').any(|label| label.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("xn--"))) {
        Some(Guise::Internationalised)
    } else if common.contains('.') && !common.contains(' ') && !common.is_ascii() {
        Some(Guise::BeyondAscii)
    } else if names.iter().any(|name| name.eq_ignore_ascii_case(common)) {
        Some(Guise::Case)
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
    let of = purpose.owner();
    let certificate = walk.certificate(index);
    let Some((usage, _)) = certificate.extended_key_usage() else {
        if walk.strict() && index == 0 && !certificate.is_authority() {
            return fail(Reason::Unstated { of });
        }
        return if index == 0 { pass(Reason::Any { of }) } else { None };
    };
    let purposes = describe(usage);
    if walk.strict() && walk.is_anchor(index) && index > 0 {
        return fail(Reason::Root { purposes });
    }
    if walk.strict() && index == 0 && usage.any {
        return fail(Reason::Everything { of, purposes });
    }
    let fits = usage.any
        || match purpose {
            Purpose::Server => usage.server_auth,
            Purpose::Client => usage.client_auth,
        };
    if fits {
        pass(Reason::Fits { of, purposes })
    } else if index == 0 {
        fail(Reason::Other { of, purposes })
    } else {
        fail(Reason::Authority { of, purposes })
    }
}

/// Purposes that are told, of those that have no name here.
const OTHERS: usize = 4;

/// Purposes by their names in RFC 5280, or by their identifiers.
pub(in crate::certificate) fn describe(usage: &ExtendedKeyUsage<'_>) -> Vec<Text> {
    let named = [
        (usage.any, "any"),
        (usage.server_auth, "serverAuth"),
        (usage.client_auth, "clientAuth"),
        (usage.code_signing, "codeSigning"),
        (usage.email_protection, "emailProtection"),
        (usage.time_stamping, "timeStamping"),
        (usage.ocsp_signing, "OCSPSigning"),
    ];
    let named = named.iter().filter(|(set, _)| *set).map(|(_, name)| Text::Borrowed(name));
    named.chain(usage.other.iter().take(OTHERS).map(|oid| oid.to_id_string().into())).collect()
}

pub(in crate::certificate) fn name(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let expected = walk.policy.name.as_ref().filter(|_| index == 0)?;
    let name = expected.to_string();
    let presented = walk.certificate(index).names();
    let (names, more) = dn::general_names(presented);
    if presented.iter().any(|presented| expected.matches(presented)) {
        pass(Name::Fits { name, names, more })
    } else if presented.is_empty() {
        fail(Name::NoNames { name })
    } else {
        fail(Name::Others { name, names, more })
    }
}

pub(in crate::certificate) fn pin(walk: &mut Walk<'_, '_>, index: usize) -> Option<Finding> {
    let keys = &walk.policy.pins;
    if index > 0 || keys.is_empty() {
        return None;
    }
    let pinned = walk.path.iter().any(|certificate| keys.contains(&crate::certificate::sha256(certificate.spki())));
    let pins = keys.len();
    if pinned { pass(Pin::Pinned { pins }) } else { fail(Pin::Others { pins }) }
}
