//! The host of a URI (RFC 3986), to which name constraints apply.

use super::host::dns_syntax;

/// The host of `scheme://userinfo@host:port/path?query#fragment`. `None` where any part breaks RFC 3986, or the host is
/// missing, an address or no host name: no constraint can be applied then (RFC 5280 section 4.2.1.10).
pub(super) fn host(uri: &str) -> Option<&str> {
    let (scheme, rest) = uri.split_once(':')?;
    let (first, others) = scheme.as_bytes().split_first()?;
    let in_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    if !first.is_ascii_alphabetic() || !others.iter().all(in_scheme) {
        return None;
    }
    let rest = rest.strip_prefix("//")?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (before, fragment) = tail.split_once('#').unwrap_or((tail, ""));
    if ![before, fragment].into_iter().all(|part| consists_of(part, b":@/?")) {
        return None;
    }
    let (userinfo, host) = authority.split_once('@').unwrap_or(("", authority));
    let (host, port) = host.split_once(':').unwrap_or((host, ""));
    let sound = consists_of(userinfo, b":") && port.bytes().all(|byte| byte.is_ascii_digit());
    (sound && !host.contains('*') && dns_syntax(host).is_ok()).then_some(host)
}

/// Whether a text has only unreserved characters, sub-delimiters, percent-encoded octets and those of `others`.
fn consists_of(text: &str, others: &[u8]) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let sound = match byte {
            b'%' => [bytes.next(), bytes.next()].into_iter().all(|digit| digit.is_some_and(|d| d.is_ascii_hexdigit())),
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte) || others.contains(&byte),
        };
        if !sound {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The grammar of RFC 3986 section 3, and the hosts that RFC 5280 section 4.2.1.10 allows.
    #[test]
    fn hosts() {
        for (uri, expected) in [
            ("http://www.example.com", "www.example.com"),
            ("http://user@www.example.com:80/a?b#c", "www.example.com"),
            ("http://user:pass@www.example.com/", "www.example.com"),
            ("foo+bar-1.2://example.com", "example.com"),
            ("http://example.com:", "example.com"),
            ("http://example.com?q=/@:%2F", "example.com"),
            ("http://example.com/a@evil.test", "example.com"),
            ("ldap://example.com#frag/ment?", "example.com"),
        ] {
            assert_eq!(host(uri), Some(expected), "{uri}");
        }
        for uri in [
            "",
            "example.com",
            "//example.com/",
            "urn:isbn:1",
            "http:/example.com",
            "http:///path",
            "1http://example.com",
            "ht tp://example.com",
            "http://evil.test\\@ok.example/",
            "http://a@b@example.com/",
            "http://example.com:a443/",
            "http://example.com:80:80/",
            "http://192.0.2.1/",
            "http://[2001:db8::1]/",
            "http://[2001:db8::1%25eth0.example.com]:16/",
            "http://*.example.com/",
            "http://example.com./",
            "http://exa%6dple.com/",
            "http://example.com/a b",
            "http://example.com/a\0",
            "http://example.com\0.ok.example/",
            "http://example.com/%4",
            "http://example.com/%4g",
            "http://example.com/#a#b",
            "http://example.com/[a]",
            "http://us er@example.com/",
        ] {
            assert_eq!(host(uri), None, "{uri:?}");
        }
    }
}
