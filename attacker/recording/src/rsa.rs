//! A leaked RSA key, and what was encrypted to it (RFC 8017, RFC 5246 section 7.4.7.1).

use lab::certificate::pem;
use num_bigint::BigUint;
use x509_parser::asn1_rs::{Any, FromDer, Tag};
use zeroize::Zeroizing;

/// rsaEncryption (RFC 8017 appendix C), as it is encoded.
const RSA_ENCRYPTION: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// Why a file holds no key that helps.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// It is no PEM.
    #[error(transparent)]
    Pem(#[from] pem::Error),
    /// There is no private key of RSA in it.
    #[error("expected a PRIVATE KEY (PKCS #8) or RSA PRIVATE KEY (PKCS #1) of RSA, got {0}")]
    Missing(String),
    /// A block whose content is not what its label says.
    #[error("{label}: expected {expected}")]
    Content {
        /// The block's label.
        label: String,
        /// What had to be there.
        expected: &'static str,
    },
}

/// A private key of RSA. It has no `Debug` that shows the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct RsaKey {
    n: BigUint,
    d: BigUint,
}

impl std::fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RsaKey").field("bits", &self.n.bits()).finish_non_exhaustive()
    }
}

impl RsaKey {
    /// The first private key of RSA in a PEM file.
    ///
    /// # Errors
    /// There is none, or it is malformed or encrypted.
    pub fn from_pem(file: &[u8]) -> Result<Self, KeyFault> {
        let blocks = pem::decode(file)?;
        let of = |wanted: &str| blocks.iter().find(|block| block.label == wanted);
        let (block, key) = match (of("RSA PRIVATE KEY"), of(pem::PRIVATE_KEY)) {
            (Some(block), _) => (block, pkcs1(&block.der)),
            (None, Some(block)) => (block, pkcs8(&block.der).and_then(pkcs1)),
            (None, None) => {
                let labels: Vec<&str> = blocks.iter().map(|block| block.label.as_str()).collect();
                let got = if labels.is_empty() { "no PEM block".to_owned() } else { labels.join(", ") };
                return Err(KeyFault::Missing(got.escape_debug().to_string()));
            }
        };
        key.ok_or_else(|| KeyFault::Content { label: block.label.clone(), expected: "a private key of RSA" })
    }

    /// What was encrypted by PKCS #1 v1.5 (RFC 8017 section 7.2.2), if it was encrypted to this key. Nobody who could
    /// measure how long it takes is there: the recording is over.
    pub fn decrypt(&self, encrypted: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let octets = usize::try_from(self.n.bits().div_ceil(8)).ok()?;
        let value = BigUint::from_bytes_be(encrypted);
        if encrypted.len() != octets || value >= self.n {
            return None;
        }
        let message = Zeroizing::new(value.modpow(&self.d, &self.n).to_bytes_be());
        // the leading zero is gone, which is octets − 1 of the rest
        if message.len() + 1 != octets || message.first() != Some(&2) {
            return None;
        }
        let end = message.iter().position(|octet| *octet == 0).filter(|end| *end > 8)?;
        Some(Zeroizing::new(message[end + 1..].to_vec()))
    }
}

/// The members of a SEQUENCE.
fn members(der: &[u8]) -> Option<Vec<Any<'_>>> {
    let (_, sequence) = Any::from_der(der).ok()?;
    if sequence.tag() != Tag::Sequence {
        return None;
    }
    let mut rest = sequence.data;
    let mut members = Vec::new();
    while !rest.is_empty() && members.len() < 16 {
        let (after, member) = Any::from_der(rest).ok()?;
        members.push(member);
        rest = after;
    }
    Some(members)
}

/// The PKCS #1 key inside a PKCS #8 one (RFC 5208 section 5).
fn pkcs8(der: &[u8]) -> Option<&[u8]> {
    let members = members(der)?;
    let [_, algorithm, key, ..] = &members[..] else { return None };
    let (_, id) = Any::from_der(algorithm.data).ok()?;
    (algorithm.tag() == Tag::Sequence && id.data == RSA_ENCRYPTION && key.tag() == Tag::OctetString).then_some(key.data)
}

/// RFC 8017 appendix A.1.2: version, n, e, d, and more that is not needed.
fn pkcs1(der: &[u8]) -> Option<RsaKey> {
    let members = members(der)?;
    let number = |at: usize| {
        let member = members.get(at).filter(|member| member.tag() == Tag::Integer)?;
        let positive = member.data.first().is_some_and(|first| first & 0x80 == 0);
        positive.then(|| BigUint::from_bytes_be(member.data))
    };
    let (n, d) = (number(1)?, number(3)?);
    (n.bits() >= 128).then_some(RsaKey { n, d })
}
