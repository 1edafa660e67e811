//! Host names as certificates may carry them.

use std::net::IpAddr;

use super::reason::HostFault;

/// Whether a dNSName is a host or wildcard that a certificate may be for: of the syntax below, and no wildcard for a whole
/// top-level domain.
pub(super) fn presented_dns(name: &str) -> Result<(), HostFault> {
    dns_syntax(name)?;
    match name.strip_prefix("*.") {
        Some(base) if !base.contains('.') => Err(HostFault::TopLevel),
        _ => Ok(()),
    }
}

/// Whether a dNSName is in preferred name syntax (RFC 1034 section 3.5 with underscores, as deployed), or a wildcard
/// of RFC 9525 section 6.3; otherwise what it must not be.
pub(super) fn dns_syntax(name: &str) -> Result<(), HostFault> {
    let host = name.strip_prefix("*.").unwrap_or(name);
    if host.is_empty() || host.len() > 253 {
        return Err(HostFault::Length);
    }
    if host.parse::<IpAddr>().is_ok() {
        return Err(HostFault::Address);
    }
    for label in host.split('.') {
        let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if label.is_empty() || label.len() > 63 {
            return Err(HostFault::Label);
        }
        if !label.bytes().all(inner) {
            return Err(HostFault::Character);
        }
        if label.starts_with('-') || label.ends_with('-') {
            return Err(HostFault::Hyphen);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{HostFault, dns_syntax};

    #[test]
    fn names_and_their_labels_are_as_long_as_they_may_be() {
        let name = |labels: &[usize]| labels.iter().map(|octets| "a".repeat(*octets)).collect::<Vec<_>>().join(".");
        for (labels, fault) in [
            (&[63, 63, 63, 61][..], None),
            (&[63, 63, 63, 62], Some(HostFault::Length)),
            (&[63], None),
            (&[64], Some(HostFault::Label)),
        ] {
            assert_eq!(dns_syntax(&name(labels)).err(), fault, "{labels:?}");
        }
    }
}
