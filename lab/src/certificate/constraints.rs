//! Name constraints (RFC 5280 section 4.2.1.10): which names an authority's certificates may contain.

use std::borrow::Cow;

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::extensions::{GeneralName, NameConstraints};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use super::decode::Certificate;
use super::mailbox::{Mailbox, SMTP_UTF8};
use super::reason::NameConstraints as Violation;
use super::{dn, host, uri};

/// Comparisons that one validation may spend, so that thousands of names under thousands of constraints stay cheap.
pub(super) const BUDGET: usize = 250_000;

/// More attributes than any honest subject has, each of which is compared with every subtree.
pub(super) const MAX_ATTRIBUTES: usize = 64;

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

/// A name that constraints apply to, with what was read in it.
struct Subject<'c> {
    name: Cow<'c, GeneralName<'c>>,
    /// `None` where the name breaks the grammar of its type, or is of a type that is not processed: wherever there is a
    /// constraint of its type, it is refused.
    read: Option<Read<'c>>,
}

/// A name of a type that is processed, read whole.
enum Read<'c> {
    Dns(&'c str),
    Mailbox(Mailbox<'c>),
    /// Beyond ASCII, in an otherName.
    Internationalised(Mailbox<'c>),
    /// The host of a URI.
    Host(&'c str),
    /// 4 or 16 octets.
    Address(&'c [u8]),
    Directory(&'c X509Name<'c>),
}

impl<'c> Subject<'c> {
    fn of(name: &'c GeneralName<'c>) -> Self {
        Self { name: Cow::Borrowed(name), read: read(name) }
    }

    /// A mailbox in the subject.
    fn mailbox(attribute: &'c AttributeTypeAndValue<'c>) -> Self {
        match std::str::from_utf8(attribute.as_slice()) {
            Ok(text) => {
                Self { name: Cow::Owned(GeneralName::RFC822Name(text)), read: Mailbox::parse(text).map(Read::Mailbox) }
            }
            Err(_) => {
                let name = GeneralName::Invalid(Tag(RFC822_NAME), attribute.as_slice());
                Self { name: Cow::Owned(name), read: None }
            }
        }
    }

    /// Whether a subtree is of the name's type. An internationalised mailbox is also one (RFC 9598 section 6).
    fn concerned_by(&self, base: &GeneralName<'_>) -> bool {
        let internationalised = matches!(&*self.name, GeneralName::OtherName(oid, _) if oid.as_bytes() == SMTP_UTF8);
        tag_of(&self.name) == tag_of(base) || (internationalised && tag_of(base) == RFC822_NAME)
    }

    fn relation(&self, base: &GeneralName<'_>) -> Relation {
        if !self.concerned_by(base) {
            return Relation::Unrelated;
        }
        let within = |yes: bool| if yes { Relation::Within } else { Relation::Outside };
        match (self.read.as_ref(), base) {
            (Some(Read::Dns(name)), GeneralName::DNSName(domain)) => dns_relation(name, domain),
            (Some(Read::Address(address)), GeneralName::IPAddress(network)) => address_relation(address, network),
            (Some(Read::Directory(name)), GeneralName::DirectoryName(base)) => within(dn::within(name, base)),
            (Some(Read::Mailbox(mailbox)), GeneralName::RFC822Name(constraint)) if constraint.contains('@') => {
                Mailbox::parse(constraint).map_or(Relation::Unknown, |constraint| within(mailbox.same(&constraint)))
            }
            // RFC 9598 section 6: constraints with a local part are not for internationalised mailboxes.
            (Some(Read::Internationalised(_)), GeneralName::RFC822Name(constraint)) if constraint.contains('@') => {
                Relation::Unknown
            }
            (Some(Read::Mailbox(mailbox) | Read::Internationalised(mailbox)), GeneralName::RFC822Name(constraint)) => {
                within(host_in(mailbox.host, constraint))
            }
            (Some(Read::Host(host)), GeneralName::URI(constraint)) => within(host_in(host, constraint)),
            _ => Relation::Unknown,
        }
    }
}

fn read<'c>(name: &'c GeneralName<'c>) -> Option<Read<'c>> {
    match name {
        GeneralName::DNSName(text) => host::dns_syntax(text).is_ok().then_some(Read::Dns(text)),
        GeneralName::RFC822Name(text) => Mailbox::parse(text).map(Read::Mailbox),
        GeneralName::OtherName(oid, value) if oid.as_bytes() == SMTP_UTF8 => {
            Mailbox::smtp_utf8(value).map(Read::Internationalised)
        }
        GeneralName::URI(text) => uri::host(text).map(Read::Host),
        GeneralName::IPAddress(octets) => matches!(octets.len(), 4 | 16).then_some(Read::Address(octets)),
        GeneralName::DirectoryName(name) => Some(Read::Directory(name)),
        _ => None,
    }
}

/// Every name that constraints apply to: subject, subject alternative names, and mailboxes in the subject where there
/// are none among the alternative names.
fn names_of<'c>(certificate: &'c Certificate<'_>) -> impl Iterator<Item = Subject<'c>> {
    let names = certificate.names();
    let subject = certificate.subject();
    let subject_name = (!dn::is_empty(subject)).then(|| Subject {
        name: Cow::Owned(GeneralName::DirectoryName(subject.clone())),
        read: Some(Read::Directory(subject)),
    });
    let no_mailboxes = !names.iter().any(|name| matches!(name, GeneralName::RFC822Name(_)));
    let mailboxes = subject.iter_email().filter(move |_| no_mailboxes).map(Subject::mailbox);
    subject_name.into_iter().chain(mailboxes).chain(names.iter().map(Subject::of))
}

/// Checks every name of `certificate` against the constraints of one `authority`, which is called by its name.
///
/// # Errors
/// Why a name is not allowed.
pub(super) fn check(
    constraints: &NameConstraints<'_>,
    certificate: &Certificate<'_>,
    authority: impl Fn() -> String,
    budget: &mut usize,
) -> Result<(), Violation> {
    let permitted = constraints.permitted_subtrees.as_deref().unwrap_or_default();
    let excluded = constraints.excluded_subtrees.as_deref().unwrap_or_default();
    for subject in names_of(certificate) {
        *budget =
            budget.checked_sub(permitted.len() + excluded.len()).ok_or(Violation::Comparisons { most: BUDGET })?;
        let name = || dn::general_name(&subject.name);
        for subtree in excluded {
            match subject.relation(&subtree.base) {
                Relation::Within | Relation::Overlaps => {
                    let subtree = dn::general_name(&subtree.base);
                    return Err(Violation::Excluded { name: name(), subtree, authority: authority() });
                }
                Relation::Unknown => return Err(Violation::NotProcessed { name: name() }),
                Relation::Outside | Relation::Unrelated => {}
            }
        }
        let (mut constrained, mut within) = (false, false);
        for subtree in permitted {
            match subject.relation(&subtree.base) {
                Relation::Within => within = true,
                Relation::Overlaps | Relation::Outside => constrained = true,
                Relation::Unknown => return Err(Violation::NotProcessed { name: name() }),
                Relation::Unrelated => {}
            }
        }
        if constrained && !within {
            let (subtrees, more) = dn::first(permitted.iter().map(|subtree| &subtree.base));
            return Err(Violation::NotPermitted { name: name(), subtrees, more, authority: authority() });
        }
    }
    Ok(())
}

/// The first subtree that breaks the form which section 4.2.1.10 prescribes for its type, and how. Forms that the section
/// does not have, but that all who accept them read alike, count as broken only for `strict` readers: a dNSName with a
/// leading period (everything below), and the empty rfc822Name or URI (everything).
pub(super) fn malformed(constraints: &NameConstraints<'_>, strict: bool) -> Option<Violation> {
    let both = [&constraints.permitted_subtrees, &constraints.excluded_subtrees];
    both.into_iter().flatten().flatten().map(|subtree| &subtree.base).find_map(|base| {
        let host = |text: &str| !text.contains('*') && host::dns_syntax(text).is_ok();
        let shown = || dn::general_name(base);
        let sound = match base {
            GeneralName::DNSName("") => true,
            GeneralName::DNSName(domain) => match domain.strip_prefix('.') {
                Some(below) if host(below) && strict => return Some(Violation::Period { base: shown() }),
                Some(below) => host(below),
                None => host(domain),
            },
            GeneralName::RFC822Name("") | GeneralName::URI("") if strict => {
                return Some(Violation::Empty { base: shown() });
            }
            GeneralName::RFC822Name("") | GeneralName::URI("") => true,
            GeneralName::RFC822Name(text) if text.contains('@') => Mailbox::parse(text).is_some(),
            GeneralName::RFC822Name(text) | GeneralName::URI(text) => host(text.strip_prefix('.').unwrap_or(text)),
            GeneralName::IPAddress(octets) => is_network(octets),
            GeneralName::Invalid(..) => false,
            _ => true,
        };
        (!sound).then(|| Violation::Unreadable { base: shown() })
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

/// The prefix of addresses that stand for those of version 4 (RFC 4291 section 2.5.5.2).
const MAPPED: [u8; 12] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/// An address lies in networks of its own version only. One that peers take for an address of the other version too
/// overlaps: it is excluded where that is, and not permitted because that is.
fn address_relation(address: &[u8], network: &[u8]) -> Relation {
    let (base, mask) = network.split_at(network.len() / 2);
    let matches = |address: &[u8], base: &[u8], mask: &[u8]| {
        address.iter().zip(base).zip(mask).all(|((a, b), mask)| a & mask == b & mask)
    };
    let overlaps = match (address.len(), base.len()) {
        (a, b) if a == b => {
            return if matches(address, base, mask) { Relation::Within } else { Relation::Outside };
        }
        (16, 4) => address.strip_prefix(&MAPPED).is_some_and(|mapped| matches(mapped, base, mask)),
        (4, 16) => {
            let mapped = base.strip_prefix(&MAPPED).zip(mask.strip_prefix(&[0xff; 12]));
            mapped.is_some_and(|(base, mask)| matches(address, base, mask))
        }
        _ => return Relation::Unknown,
    };
    if overlaps { Relation::Overlaps } else { Relation::Outside }
}

/// A domain covers itself and everything below it; the empty domain covers all names. A leading period has no place in
/// this form; who put it there meant everything below, not the domain itself.
fn dns_relation(name: &str, domain: &str) -> Relation {
    if domain.is_empty() {
        return Relation::Within;
    }
    if let Some(domain) = domain.strip_prefix('.') {
        // Neither the domain itself nor a wildcard that stands for it is below.
        let itself = name.eq_ignore_ascii_case(domain);
        return match dns_relation(name, domain) {
            Relation::Within if !itself => Relation::Within,
            _ => Relation::Outside,
        };
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

/// RFC 5280: `.example.com` covers every host below, `example.com` that host alone. The empty constraint covers all.
fn host_in(host: &str, constraint: &str) -> bool {
    if constraint.is_empty() {
        true
    } else if constraint.starts_with('.') {
        host.len() > constraint.len()
            && host.get(host.len() - constraint.len()..).is_some_and(|tail| tail.eq_ignore_ascii_case(constraint))
    } else {
        host.eq_ignore_ascii_case(constraint)
    }
}

/// The tag of rfc822Name among the general names.
const RFC822_NAME: u32 = 1;

fn tag_of(name: &GeneralName<'_>) -> u32 {
    match name {
        GeneralName::OtherName(..) => 0,
        GeneralName::RFC822Name(_) => RFC822_NAME,
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
            ("*.com", "foo.example.com", Relation::Outside),
            ("*.com", "example.com", Relation::Overlaps),
            ("host.example.com", ".example.com", Relation::Within),
            ("example.com", ".example.com", Relation::Outside),
            ("*.example.com", ".example.com", Relation::Within),
            ("*.com", ".example.com", Relation::Outside),
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
        assert!(!host_in(".example.com", ".example.com"), "no label is added");
        assert!(host_in("example.com", ""));
    }

    #[test]
    fn networks() {
        assert!(is_network(&[192, 0, 2, 0, 255, 255, 255, 0]));
        assert!(is_network(&[0, 0, 0, 0, 0, 0, 0, 0]));
        assert!(!is_network(&[192, 0, 2, 0, 255, 0, 255, 0]));
        for mask in
            [[255, 255, 255, 1], [255, 255, 254, 255], [255, 0, 0, 255], [0, 255, 255, 255], [127, 255, 255, 255]]
        {
            let [a, b, c, d] = mask;
            assert!(!is_network(&[192, 0, 2, 0, a, b, c, d]), "{mask:?}");
        }
        assert!(is_network(&[192, 0, 2, 0, 255, 255, 255, 254]));
        assert!(!is_network(&[192, 0, 2, 0]));
        assert!(is_network(&[0xff; 32]));
    }
}
