//! Name constraints (RFC 5280 section 4.2.1.10): which names an authority's certificates may contain.

use x509_parser::asn1_rs::Any;
use x509_parser::extensions::{GeneralName, GeneralSubtree, NameConstraints};

use super::decode::Certificate;
use super::{dn, name};

/// Comparisons that one validation may spend, so that thousands of names under thousands of constraints stay cheap.
pub(super) const BUDGET: usize = 250_000;

/// Why a name is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Violation {
    /// It matches an excluded subtree.
    Excluded { name: String, subtree: String },
    /// It matches none of the permitted subtrees of its type.
    NotPermitted { name: String, subtrees: String },
    /// A constraint of this form cannot be processed, and such a name appears (section 6.1: reject).
    NotProcessed { name: String },
    /// The comparisons are used up.
    TooMany,
}

/// Whether a name lies in a subtree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// Every peer that the name stands for lies within.
    Within,
    /// A wildcard name stands for peers within and for others.
    Overlaps,
    /// No peer lies within.
    Outside,
    /// The two are of different types: the subtree says nothing about the name.
    Unrelated,
    /// Of one type, which cannot be compared.
    Unknown,
}

/// Every name that constraints apply to: subject, subject alternative names, and mailboxes in the subject where there
/// are none among the alternative names.
fn names_of<'c, 'a>(certificate: &'c Certificate<'a>) -> impl Iterator<Item = GeneralName<'c>> {
    let names = certificate.names();
    let subject = certificate.subject();
    let subject_name = (!dn::is_empty(subject)).then(|| GeneralName::DirectoryName(subject.clone()));
    let no_mailboxes = !names.iter().any(|name| matches!(name, GeneralName::RFC822Name(_)));
    let mailboxes = subject.iter_email().filter(move |_| no_mailboxes).map(|attribute| {
        match std::str::from_utf8(attribute.as_slice()) {
            Ok(text) => GeneralName::RFC822Name(text),
            Err(_) => GeneralName::Invalid(attribute.attr_value().header.tag(), attribute.as_slice()),
        }
    });
    subject_name.into_iter().chain(mailboxes).chain(names.iter().cloned())
}

/// Checks every name of `certificate` against one authority's constraints.
pub(super) fn check(
    constraints: &NameConstraints<'_>,
    certificate: &Certificate<'_>,
    budget: &mut usize,
) -> Result<(), Violation> {
    let permitted = constraints.permitted_subtrees.as_deref().unwrap_or_default();
    let excluded = constraints.excluded_subtrees.as_deref().unwrap_or_default();
    for name in names_of(certificate) {
        *budget = budget.checked_sub(permitted.len() + excluded.len()).ok_or(Violation::TooMany)?;
        for subtree in excluded {
            match relation(&name, subtree) {
                Relation::Within | Relation::Overlaps => {
                    return Err(Violation::Excluded {
                        name: dn::general_name(&name),
                        subtree: dn::general_name(&subtree.base),
                    });
                }
                Relation::Unknown => return Err(Violation::NotProcessed { name: dn::general_name(&name) }),
                Relation::Outside | Relation::Unrelated => {}
            }
        }
        let (mut constrained, mut within) = (false, false);
        for subtree in permitted {
            match relation(&name, subtree) {
                Relation::Within => within = true,
                Relation::Overlaps | Relation::Outside => constrained = true,
                Relation::Unknown => return Err(Violation::NotProcessed { name: dn::general_name(&name) }),
                Relation::Unrelated => {}
            }
        }
        if constrained && !within {
            return Err(Violation::NotPermitted { name: dn::general_name(&name), subtrees: describe(permitted) });
        }
    }
    Ok(())
}

/// Subtrees for people.
pub(super) fn describe(subtrees: &[GeneralSubtree<'_>]) -> String {
    let mut line =
        subtrees.iter().take(8).map(|subtree| dn::general_name(&subtree.base)).collect::<Vec<_>>().join(", ");
    if subtrees.len() > 8 {
        line.push_str(", …");
    }
    line
}

/// A subtree that breaks the form which section 4.2.1.10 prescribes for its type.
pub(super) fn malformed<'c>(constraints: &'c NameConstraints<'_>) -> Option<&'c GeneralName<'c>> {
    let both = [&constraints.permitted_subtrees, &constraints.excluded_subtrees];
    both.into_iter().flatten().flatten().map(|subtree| &subtree.base).find(|base| match base {
        GeneralName::DNSName("") => false,
        GeneralName::DNSName(domain) => {
            domain.contains('*') || !domain.is_ascii() || name::presented_dns(domain).is_err()
        }
        GeneralName::RFC822Name(text) if text.contains('@') => !name::is_mailbox(text),
        GeneralName::RFC822Name(host) | GeneralName::URI(host) => {
            name::presented_dns(host.strip_prefix('.').unwrap_or(host)).is_err() || host.contains('*')
        }
        GeneralName::IPAddress(octets) => !is_network(octets),
        GeneralName::Invalid(..) => true,
        _ => false,
    })
}

/// An address of 4 or 16 octets and a mask of as many, its ones before its zeros.
fn is_network(octets: &[u8]) -> bool {
    let mask = match octets.len() {
        8 => u128::from(u32::from_be_bytes([octets[4], octets[5], octets[6], octets[7]])) << 96,
        32 => octets[16..].iter().fold(0, |mask, &byte| mask << 8 | u128::from(byte)),
        _ => return false,
    };
    mask.leading_ones() + mask.trailing_zeros() >= 128
}

fn relation(name: &GeneralName<'_>, subtree: &GeneralSubtree<'_>) -> Relation {
    let within = |yes: bool| if yes { Relation::Within } else { Relation::Outside };
    match (name, &subtree.base) {
        (GeneralName::DNSName(name), GeneralName::DNSName(domain)) => dns_relation(name, domain),
        (GeneralName::IPAddress(address), GeneralName::IPAddress(network)) => {
            if address.len() * 2 != network.len() {
                return Relation::Outside;
            }
            let (base, mask) = network.split_at(address.len());
            within(address.iter().zip(base).zip(mask).all(|((a, b), mask)| a & mask == b & mask))
        }
        (GeneralName::DirectoryName(name), GeneralName::DirectoryName(base)) => within(dn::within(name, base)),
        (GeneralName::RFC822Name(mailbox), GeneralName::RFC822Name(constraint)) => {
            if constraint.contains('@') {
                return within(name::same_mailbox(mailbox, constraint));
            }
            mailbox.rsplit_once('@').map_or(Relation::Unknown, |(_, host)| within(host_in(host, constraint)))
        }
        (GeneralName::URI(uri), GeneralName::URI(constraint)) => {
            uri_host(uri).map_or(Relation::Unknown, |host| within(host_in(host, constraint)))
        }
        (GeneralName::Invalid(tag, _), base) if tag.0 == tag_of(base) => Relation::Unknown,
        (name, base) if tag_of(name) == tag_of(base) => Relation::Unknown,
        _ => Relation::Unrelated,
    }
}

/// A domain covers itself and everything below it; the empty domain covers all names. A leading dot has no place in
/// this form and is refused elsewhere; who put it there meant everything below, not the domain itself.
fn dns_relation(name: &str, domain: &str) -> Relation {
    if domain.is_empty() {
        return Relation::Within;
    }
    if let Some(domain) = domain.strip_prefix('.') {
        let itself = name.strip_prefix("*.").is_none() && name.eq_ignore_ascii_case(domain);
        return if itself { Relation::Outside } else { dns_relation(name, domain) };
    }
    if name::presented_dns(name).is_err() {
        return Relation::Unknown;
    }
    let below = |name: &str, domain: &str| {
        name.len() >= domain.len()
            && name.is_char_boundary(name.len() - domain.len())
            && name[name.len() - domain.len()..].eq_ignore_ascii_case(domain)
            && (name.len() == domain.len() || name.as_bytes()[name.len() - domain.len() - 1] == b'.')
    };
    match name.strip_prefix("*.") {
        Some(base) if below(base, domain) => Relation::Within,
        Some(base) if domain.split_once('.').is_some_and(|(_, parent)| parent.eq_ignore_ascii_case(base)) => {
            Relation::Overlaps
        }
        None if below(name, domain) => Relation::Within,
        _ => Relation::Outside,
    }
}

/// RFC 5280: `.example.com` covers every host below, `example.com` that host alone.
fn host_in(host: &str, constraint: &str) -> bool {
    if constraint.starts_with('.') {
        host.len() > constraint.len()
            && host.get(host.len() - constraint.len()..).is_some_and(|tail| tail.eq_ignore_ascii_case(constraint))
    } else {
        host.eq_ignore_ascii_case(constraint)
    }
}

/// The host of `scheme://user@host:port/…`; none where it is missing or an address.
fn uri_host(uri: &str) -> Option<&str> {
    let authority = uri.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    name::presented_dns(host).is_ok().then_some(host)
}

fn tag_of(name: &GeneralName<'_>) -> u32 {
    match name {
        GeneralName::OtherName(..) => 0,
        GeneralName::RFC822Name(_) => 1,
        GeneralName::DNSName(_) => 2,
        GeneralName::X400Address(Any { .. }) => 3,
        GeneralName::DirectoryName(_) => 4,
        GeneralName::EDIPartyName(_) => 5,
        GeneralName::URI(_) => 6,
        GeneralName::IPAddress(_) => 7,
        GeneralName::RegisteredID(_) => 8,
        GeneralName::Invalid(tag, _) => tag.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5280 section 4.2.1.10: "any DNS name that can be constructed by simply adding zero or more labels to the
    /// left-hand side of the name satisfies the name constraint"; wildcards stand for one more label.
    #[test]
    fn dns() {
        for (name, domain, expected) in [
            ("host.example.com", "host.example.com", Relation::Within),
            ("www.host.example.com", "host.example.com", Relation::Within),
            ("host1.example.com", "host.example.com", Relation::Outside),
            ("xhost.example.com", "host.example.com", Relation::Outside),
            ("*.example.com", "example.com", Relation::Within),
            ("*.example.com", "bar.example.com", Relation::Overlaps),
            ("*.example.com", "a.bar.example.com", Relation::Outside),
            ("*.example.com", "example.org", Relation::Outside),
            ("anything.example", "", Relation::Within),
            (".example.com", "example.com", Relation::Unknown),
            ("host.example.com", ".example.com", Relation::Within),
            ("example.com", ".example.com", Relation::Outside),
        ] {
            assert_eq!(dns_relation(name, domain), expected, "{name} in {domain}");
        }
    }

    /// The examples of RFC 5280 section 4.2.1.10 for mailboxes and URIs.
    #[test]
    fn hosts() {
        assert!(host_in("example.com", "example.com"));
        assert!(!host_in("my.example.com", "example.com"));
        assert!(host_in("my.host.example.com", ".example.com"));
        assert!(!host_in("example.com", ".example.com"));
        assert_eq!(uri_host("http://user@www.example.com:80/a?b"), Some("www.example.com"));
        assert_eq!(uri_host("urn:isbn:1"), None);
    }

    #[test]
    fn networks() {
        assert!(is_network(&[192, 0, 2, 0, 255, 255, 255, 0]));
        assert!(is_network(&[0, 0, 0, 0, 0, 0, 0, 0]));
        assert!(!is_network(&[192, 0, 2, 0, 255, 0, 255, 0]));
        assert!(!is_network(&[192, 0, 2, 0]));
        assert!(is_network(&[0xff; 32]));
    }
}
