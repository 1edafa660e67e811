//! One certificate, decoded: x509-parser's structures, with access to the extensions that validation needs.

use std::cell::OnceCell;

use x509_parser::certificate::X509CertificateParser;
use x509_parser::error::X509Error;
use x509_parser::extensions::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, GeneralName, KeyUsage, NameConstraints,
    ParsedExtension, PolicyConstraints, PolicyInformation, PolicyMappings,
};
use x509_parser::nom::{self, Parser as _};
use x509_parser::prelude::{X509Certificate, X509Version};
use x509_parser::x509::X509Name;

use super::error::DecodeError;
use super::oid::oid_text;
use super::public_key::{self, Strength};
use super::reason::{Form, Got, Key};
use super::verified::{Good, Verified};
use super::{der, dn, grammar};

/// More extensions than any honest certificate has.
const MAX_EXTENSIONS: usize = 64;
/// More sets than the names of any honest certificate consist of. Each relative distinguished name is one, and takes the
/// parser half a kilobyte for the nine octets that it may have.
const MAX_SETS: usize = 1024;

/// A decoded certificate, borrowing from its DER.
#[derive(Debug)]
pub(super) struct Certificate<'a> {
    pub(super) der: &'a [u8],
    pub(super) x509: X509Certificate<'a>,
    /// Subject and issuer are the same name (RFC 5280 section 3.2).
    pub(super) self_issued: bool,
    problem: OnceCell<Option<DecodeError>>,
    key_strength: OnceCell<Strength<Key>>,
    subject_digest: OnceCell<[u8; 32]>,
    issuer_digest: OnceCell<[u8; 32]>,
}

/// Declares an accessor that finds an extension by the variant it was parsed to, with its criticality.
macro_rules! extensions {
    ($($name:ident: $variant:ident => $type:ty;)*) => {$(
        pub(super) fn $name(&self) -> Option<(&$type, bool)> {
            self.x509.extensions().iter().find_map(|extension| match extension.parsed_extension() {
                ParsedExtension::$variant(value) => Some((value, extension.critical)),
                _ => None,
            })
        }
    )*};
}

impl<'a> Certificate<'a> {
    /// Decodes exactly one certificate.
    pub(super) fn decode(der: &'a [u8]) -> Result<Self, DecodeError> {
        der::check(der).map_err(|got| DecodeError::new("certificate", Form::OneValue, got))?;
        admit_names(der::sets(der))?;
        let parsed = X509CertificateParser::new().parse(der);
        let why = |error| grammar::certificate(der).err().unwrap_or_else(|| field_of(&error));
        let (_, x509) = parsed.map_err(why)?;
        if x509.extensions().len() > MAX_EXTENSIONS {
            let got = Got::Count { count: x509.extensions().len() };
            return Err(DecodeError::new("extensions", Form::FewExtensions { most: MAX_EXTENSIONS }, got));
        }
        let self_issued = dn::equal(x509.subject(), x509.issuer());
        Ok(Self {
            der,
            x509,
            self_issued,
            problem: OnceCell::new(),
            key_strength: OnceCell::new(),
            subject_digest: OnceCell::new(),
            issuer_digest: OnceCell::new(),
        })
    }

    extensions! {
        authority_key_identifier: AuthorityKeyIdentifier => AuthorityKeyIdentifier<'a>;
        key_usage: KeyUsage => KeyUsage;
        basic_constraints: BasicConstraints => BasicConstraints;
        name_constraints: NameConstraints => NameConstraints<'a>;
        extended_key_usage: ExtendedKeyUsage => ExtendedKeyUsage<'a>;
        certificate_policies: CertificatePolicies => Vec<PolicyInformation<'a>>;
        policy_mappings: PolicyMappings => PolicyMappings<'a>;
        policy_constraints: PolicyConstraints => PolicyConstraints;
    }

    pub(super) fn inhibit_any_policy(&self) -> Option<u32> {
        self.x509.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::InhibitAnyPolicy(value) => Some(value.skip_certs),
            _ => None,
        })
    }

    pub(super) fn subject_key_identifier(&self) -> Option<(&'a [u8], bool)> {
        self.x509.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(identifier) => Some((identifier.0, extension.critical)),
            _ => None,
        })
    }

    /// The subject alternative names and whether the extension is critical.
    pub(super) fn alternative_names(&self) -> Option<(&[GeneralName<'a>], bool)> {
        self.x509.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => {
                Some((names.general_names.as_slice(), extension.critical))
            }
            _ => None,
        })
    }

    /// The subject alternative names, none if the extension is absent.
    pub(super) fn names(&self) -> &[GeneralName<'a>] {
        self.alternative_names().map_or(&[], |(names, _)| names)
    }

    pub(super) fn subject(&self) -> &X509Name<'a> {
        &self.x509.tbs_certificate.subject
    }

    pub(super) fn issuer(&self) -> &X509Name<'a> {
        &self.x509.tbs_certificate.issuer
    }

    /// Whether the issuer's name is the subject of `other`. However often two certificates meet, each of their names is
    /// prepared for comparison once.
    pub(super) fn names_as_issuer(&self, other: &Self) -> bool {
        self.issuer().as_raw() == other.subject().as_raw()
            || self.issuer_digest.get_or_init(|| dn::digest(self.issuer())) == other.subject_digest()
    }

    /// Whether both have the same subject.
    pub(super) fn same_subject(&self, other: &Self) -> bool {
        self.subject().as_raw() == other.subject().as_raw() || self.subject_digest() == other.subject_digest()
    }

    fn subject_digest(&self) -> &[u8; 32] {
        self.subject_digest.get_or_init(|| dn::digest(self.subject()))
    }

    pub(super) fn spki(&self) -> &'a [u8] {
        self.x509.tbs_certificate.subject_pki.raw
    }

    /// What is wrong with the encoding although the certificate can be read.
    pub(super) fn problem(&self, memory: Option<&Verified>) -> Option<&DecodeError> {
        let find = || grammar::certificate(self.der).and_then(|()| problem(&self.x509).map_or(Ok(()), Err));
        let found = || Verified::passes(memory, Good::Certificate, &[self.der], find).err();
        self.problem.get_or_init(found).as_ref()
    }

    /// What the policy thinks of the key; computed once, however often the certificate stands in a path.
    pub(super) fn key_strength(&self, memory: Option<&Verified>) -> &Strength<Key> {
        self.key_strength.get_or_init(|| public_key::strength(&self.x509.tbs_certificate.subject_pki, memory))
    }

    /// An authority by its basic constraints.
    pub(super) fn is_authority(&self) -> bool {
        self.basic_constraints().is_some_and(|(constraints, _)| constraints.ca)
    }
}

/// Whether names of so many sets are read.
///
/// # Errors
/// They are too many.
pub(super) fn admit_names(sets: usize) -> Result<(), DecodeError> {
    match sets {
        0..=MAX_SETS => Ok(()),
        _ => Err(DecodeError::new("names", Form::FewSets { most: MAX_SETS }, Got::Count { count: sets })),
    }
}

fn field_of(error: &nom::Err<X509Error>) -> DecodeError {
    let (field, expected) = match error {
        nom::Err::Error(error) | nom::Err::Failure(error) => match error {
            X509Error::InvalidVersion => ("version", Form::Version),
            X509Error::InvalidSerial => ("serialNumber", Form::SerialNumber),
            X509Error::InvalidAlgorithmIdentifier => ("signature", Form::AlgorithmIdentifier),
            X509Error::InvalidX509Name => ("issuer or subject", Form::Name),
            X509Error::InvalidDate => ("validity", Form::Times),
            X509Error::InvalidSPKI => ("subjectPublicKeyInfo", Form::PublicKey),
            X509Error::InvalidIssuerUID => ("issuerUniqueID", Form::BitString),
            X509Error::InvalidSubjectUID => ("subjectUniqueID", Form::BitString),
            X509Error::InvalidExtensions => ("extensions", Form::Extensions),
            X509Error::InvalidSignatureValue => ("signatureValue", Form::BitString),
            _ => ("certificate", Form::Certificate),
        },
        nom::Err::Incomplete(_) => ("certificate", Form::Whole),
    };
    DecodeError::new(field, expected, Got::Unparsed { error: error.to_string().into() })
}

fn problem(x509: &X509Certificate<'_>) -> Option<DecodeError> {
    let tbs = &x509.tbs_certificate;
    let version =
        |expected| Some(DecodeError::new("version", expected, Got::Version { version: u64::from(tbs.version.0) + 1 }));
    if !matches!(tbs.version, X509Version::V1 | X509Version::V2 | X509Version::V3) {
        return version(Form::Version);
    }
    if !tbs.extensions().is_empty() && tbs.version != X509Version::V3 {
        return version(Form::VersionOfExtensions);
    }
    if (tbs.issuer_uid.is_some() || tbs.subject_uid.is_some()) && tbs.version == X509Version::V1 {
        return version(Form::VersionOfIdentifiers);
    }
    tbs.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::ParseError { .. } => {
            let got = Got::Extension { oid: oid_text(extension.oid.as_bytes()) };
            Some(DecodeError::new("extensions", Form::OwnStructure, got))
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;
    use rcgen::{CertificateParams, CustomExtension, KeyIdMethod, SerialNumber};

    use super::*;
    use crate::certificate::KeyPair;

    /// Name constraints of this content, in an otherwise empty certificate.
    fn name_constraints(content: &[u8]) -> Option<DecodeError> {
        let key = KeyPair::generate(&mut ChaCha20Rng::from_seed([1; 32]));
        let mut params = CertificateParams::default();
        params.serial_number = Some(SerialNumber::from(1u64));
        params.key_identifier_method = KeyIdMethod::PreSpecified(vec![1]);
        params.custom_extensions = vec![CustomExtension::from_oid_content(&[2, 5, 29, 30], content.to_vec())];
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Certificate::decode(&der).unwrap().problem(None).cloned()
    }

    /// A constraint that is there but was not read would be a constraint that nobody keeps.
    #[test]
    fn name_constraints_are_read_whole_or_not_at_all() {
        let permitted = [0xa0, 0x05, 0x30, 0x03, 0x82, 0x01, b'a'];
        let sequence = |parts: &[&[u8]]| {
            let content = parts.concat();
            [&[0x30, u8::try_from(content.len()).unwrap()], content.as_slice()].concat()
        };
        assert_eq!(name_constraints(&sequence(&[&permitted])), None);
        assert_eq!(name_constraints(&sequence(&[&permitted, &[0xa1, 0x05, 0x30, 0x03, 0x82, 0x01, b'b']])), None);
        for second in [
            &[0xa1, 0x02, 0x05, 0x00][..],                                 // NULL for a subtree
            &[0xa1, 0x08, 0x30, 0x06, 0x82, 0x01, b'b', 0x80, 0x01, 0x01], // a minimum
            &[0xa1, 0x07, 0x30, 0x03, 0x82, 0x01, b'b', 0x05, 0x00],       // a NULL after a subtree
            &[0xa2, 0x05, 0x30, 0x03, 0x82, 0x01, b'b'],                   // an unknown list
        ] {
            assert!(name_constraints(&sequence(&[&permitted, second])).is_some(), "{second:02x?}");
        }
    }
}
