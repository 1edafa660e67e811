//! Whom a certificate must speak for, and how presented names match (RFC 9525).

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use x509_parser::extensions::GeneralName;

use serde_json::json;

use super::host::presented_dns;
use super::mailbox::Mailbox;
use crate::refusal::Refusal;

/// The peer's name as the verifier knows it (the reference identifier of RFC 9525).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerName {
    /// A host name, without a trailing dot.
    Dns(String),
    /// An address.
    Ip(IpAddr),
    /// A mailbox (RFC 5280 section 4.2.1.6 rfc822Name).
    Email(String),
}

/// A name that nobody can be certified for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError(String);

impl From<&NameError> for Refusal {
    fn from(NameError(got): &NameError) -> Self {
        Self::new("peer-name", json!({ "got": got }))
    }
}

crate::refused!(NameError);

impl FromStr for PeerName {
    type Err = NameError;

    /// `dns:host`, `ip:address`, `email:mailbox`, or a bare address or host.
    fn from_str(text: &str) -> Result<Self, NameError> {
        let bad = || NameError(text.to_owned());
        let dns = |host: &str| match presented_dns(host) {
            Ok(()) if !host.contains('*') => Ok(Self::Dns(host.to_owned())),
            _ => Err(bad()),
        };
        match text.split_once(':') {
            Some(("dns", host)) => dns(host),
            Some(("ip", address)) => address.parse().map(Self::Ip).map_err(|_| bad()),
            Some(("email", mailbox)) if Mailbox::parse(mailbox).is_some() => Ok(Self::Email(mailbox.to_owned())),
            _ => text.parse().map(Self::Ip).or_else(|_| dns(text)),
        }
    }
}

impl fmt::Display for PeerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dns(host) => write!(f, "dns:{host}"),
            Self::Ip(address) => write!(f, "ip:{address}"),
            Self::Email(mailbox) => write!(f, "email:{mailbox}"),
        }
    }
}

impl PeerName {
    /// Whether one presented name stands for this peer.
    pub(super) fn matches(&self, presented: &GeneralName<'_>) -> bool {
        match (self, presented) {
            (Self::Dns(host), GeneralName::DNSName(pattern)) => dns_matches(pattern, host),
            (Self::Ip(IpAddr::V4(address)), GeneralName::IPAddress(octets)) => address.octets() == *octets,
            (Self::Ip(IpAddr::V6(address)), GeneralName::IPAddress(octets)) => address.octets() == *octets,
            (Self::Email(mailbox), GeneralName::RFC822Name(presented)) => {
                Mailbox::parse(mailbox).zip(Mailbox::parse(presented)).is_some_and(|(a, b)| a.same(&b))
            }
            _ => false,
        }
    }
}

/// RFC 9525 section 6.3: `*` stands for exactly one whole leftmost label, with at least two labels after it.
fn dns_matches(pattern: &str, host: &str) -> bool {
    if presented_dns(pattern).is_err() {
        return false;
    }
    match pattern.strip_prefix("*.") {
        None => pattern.eq_ignore_ascii_case(host),
        Some(base) => host.split_once('.').is_some_and(|(_, rest)| rest.eq_ignore_ascii_case(base)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of RFC 9525 section 6.3 and RFC 6125 section 6.4.3, and what follows from their text.
    #[test]
    fn wildcards() {
        for (pattern, host, expected) in [
            ("example.com", "EXAMPLE.com", true),
            ("*.example.com", "foo.example.com", true),
            ("*.example.com", "bar.foo.example.com", false),
            ("*.example.com", "example.com", false),
            ("baz*.example.net", "baz1.example.net", false),
            ("*baz.example.net", "foobaz.example.net", false),
            ("b*z.example.net", "buzz.example.net", false),
            ("xn--*-1b3c148a.example.com", "xn--bliss-1b3c148a.example.com", false),
            ("foo.*.example.com", "foo.bar.example.com", false),
            ("*.com", "example.com", false),
            ("*", "com", false),
            ("example.com.", "example.com", false),
            (".example.com", "foo.example.com", false),
        ] {
            assert_eq!(dns_matches(pattern, host), expected, "{pattern} for {host}");
        }
    }

    /// An address is all of its octets (RFC 5280 section 4.2.1.6), and in no other name; a mailbox is its own.
    #[test]
    fn names_of_each_type() {
        let [four, six] = ["192.0.2.1", "2001:db8::1"].map(|text| text.parse::<IpAddr>().unwrap());
        let octets = |address: IpAddr| match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        let (four_octets, six_octets) = (octets(four), octets(six));
        let beside = octets("2001:db8::2".parse().unwrap());
        for (expected, presented, fits) in [
            (PeerName::Ip(four), GeneralName::IPAddress(&four_octets), true),
            (PeerName::Ip(six), GeneralName::IPAddress(&six_octets), true),
            (PeerName::Ip(six), GeneralName::IPAddress(&beside), false),
            (PeerName::Ip(six), GeneralName::IPAddress(&six_octets[..4]), false),
            (PeerName::Ip(four), GeneralName::IPAddress(&six_octets), false),
            (PeerName::Ip(four), GeneralName::DNSName("192.0.2.1"), false),
            (PeerName::Email("a@b.example".into()), GeneralName::RFC822Name("a@B.example"), true),
            (PeerName::Email("a@b.example".into()), GeneralName::RFC822Name("A@b.example"), false),
            (PeerName::Email("a@b.example".into()), GeneralName::DNSName("b.example"), false),
        ] {
            assert_eq!(expected.matches(&presented), fits, "{presented:?} for {expected}");
        }
    }

    #[test]
    fn parse() {
        assert_eq!("dns:a.example".parse(), Ok(PeerName::Dns("a.example".into())));
        assert_eq!("::1".parse(), Ok(PeerName::Ip("::1".parse().unwrap())));
        assert_eq!("email:*@example.com".parse(), Ok(PeerName::Email("*@example.com".into())));
        for bad in ["", "dns:*.example.com", "dns:a..b", "ip:300.1.1.1", "email:a@b@c", "dns:8.8.8.8"] {
            assert!(bad.parse::<PeerName>().is_err(), "{bad}");
        }
    }
}
