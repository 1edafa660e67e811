//! What a certificate says, for people to look at. Nothing here is verified.

use serde::Serialize;

use super::decode::Certificate;
use super::error::DecodeError;
use super::reason::{Algorithm, Key, Text};
use super::rules::identity;
use super::signature;
use super::{dn, sha256};

/// Most names and subtrees that are listed.
const LISTED: usize = 256;

/// One certificate in words, with every text printable and bounded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Subject name.
    pub subject: String,
    /// Issuer name.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Public key.
    pub key: Key,
    /// Signature algorithm.
    pub signature: Algorithm,
    /// First second of validity, unix.
    pub not_before: i64,
    /// Last second of validity, unix.
    pub not_after: i64,
    /// Subject alternative names: `dns:…`, `ip:…`.
    pub names: Vec<String>,
    /// Whether basic constraints make it an authority.
    pub authority: bool,
    /// How many authorities may follow.
    pub path_length: Option<u32>,
    /// Subtrees that name constraints permit.
    pub permitted: Vec<String>,
    /// Subtrees that name constraints exclude.
    pub excluded: Vec<String>,
    /// Key usages.
    pub key_usage: Option<String>,
    /// Extended key usages.
    pub purposes: Option<Vec<Text>>,
    /// SHA-256 of the certificate, hexadecimal.
    pub fingerprint: String,
}

impl Summary {
    /// Describes a certificate in DER.
    ///
    /// # Errors
    /// The bytes are no certificate.
    pub fn of(der: &[u8]) -> Result<Self, DecodeError> {
        let certificate = Certificate::decode(der)?;
        let x509 = &certificate.x509;
        let basic = certificate.basic_constraints().map(|(constraints, _)| constraints);
        let constraints = certificate.name_constraints().map(|(constraints, _)| constraints);
        let list = |subtrees: Option<&Vec<x509_parser::extensions::GeneralSubtree<'_>>>| {
            let bases = subtrees.into_iter().flatten().map(|subtree| dn::general_name(&subtree.base));
            bases.take(LISTED).collect()
        };
        Ok(Self {
            subject: dn::display(certificate.subject()),
            issuer: dn::display(certificate.issuer()),
            serial: dn::hex(x509.raw_serial(), 32),
            key: certificate.key_strength(None).clone().into_inner(),
            signature: signature::algorithm_strength(&x509.signature_algorithm).into_inner(),
            not_before: x509.validity().not_before.timestamp(),
            not_after: x509.validity().not_after.timestamp(),
            names: certificate.names().iter().take(LISTED).map(dn::general_name).collect(),
            authority: certificate.is_authority(),
            path_length: basic.and_then(|basic| basic.path_len_constraint),
            permitted: list(constraints.and_then(|constraints| constraints.permitted_subtrees.as_ref())),
            excluded: list(constraints.and_then(|constraints| constraints.excluded_subtrees.as_ref())),
            key_usage: certificate.key_usage().map(|(usage, _)| usage.to_string()),
            purposes: certificate.extended_key_usage().map(|(usage, _)| identity::describe(usage)),
            fingerprint: dn::hex(&sha256(der), 32),
        })
    }
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;
    use crate::certificate::issue::{Limits, Template};
    use crate::certificate::{Credential, Purpose, Validity};

    #[test]
    fn says_what_was_issued() {
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        let validity = Validity { not_before: 1_000_000_000, not_after: 2_000_000_000 };
        let limits = Limits { path_length: Some(0), permitted: vec!["example".into()] };
        let authority = Template { authority: Some(limits), ..Template::authority("root", validity) };
        let root = Credential::self_signed(&authority, rng).unwrap();
        let leaf = root.issue(&Template::leaf("a.example", Purpose::Client, validity), rng).unwrap();

        let root = Summary::of(root.certificate()).unwrap();
        assert_eq!((root.authority, root.path_length), (true, Some(0)));
        assert_eq!(root.permitted, ["dns:example"]);
        let leaf = Summary::of(leaf.certificate()).unwrap();
        assert_eq!(leaf.issuer, root.subject);
        assert_eq!((leaf.not_before, leaf.not_after), (1_000_000_000, 2_000_000_000));
        assert_eq!((leaf.names, leaf.purposes), (vec!["dns:a.example".into()], Some(vec!["clientAuth".into()])));
        assert!(!leaf.authority);
    }
}
