//! What is to stand in a certificate, and how the encoder wants to hear it.

use std::net::IpAddr;

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, KeyIdMethod, KeyUsagePurpose, NameConstraints, SanType, SerialNumber,
};
use time::OffsetDateTime;

use super::{DAY, Error, LAST_SECOND};
use crate::certificate::{KeyPair, KeyType, Purpose};

/// The organisation in every subject name that the lab issues.
const ORGANISATION: &str = "Interlock lab";

/// From when until when a certificate holds: unix seconds, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Validity {
    /// First second.
    pub not_before: i64,
    /// Last second.
    pub not_after: i64,
}

impl Validity {
    /// From a day before `at` (so that slow clocks agree) until `days` after it.
    #[must_use]
    pub fn around(at: i64, days: i64) -> Self {
        Self { not_before: at.saturating_sub(DAY), not_after: at.saturating_add(days.saturating_mul(DAY)) }
    }
}

/// What makes a certificate an authority's: the limits under which it may sign others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// How many authorities may follow below it (RFC 5280 section 4.2.1.9).
    pub path_length: Option<u8>,
    /// The DNS subtrees it may name (RFC 5280 section 4.2.1.10); empty is no limit.
    pub permitted: Vec<String>,
}

/// The content of a certificate to be issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Common name of the subject; empty leaves the whole subject empty.
    pub common_name: String,
    /// Subject alternative names: IP addresses and host names.
    pub names: Vec<String>,
    /// An authority, and within which limits; `None` is an end entity.
    pub authority: Option<Limits>,
    /// Extended key usages; empty leaves the extension out.
    pub purposes: Vec<Purpose>,
    /// What the key usage extension allows.
    pub key_use: KeyUse,
    /// What type of key it is for; the issuer's own where nothing is said, Ed25519 where it signs itself.
    pub key: Option<KeyType>,
    /// Validity period.
    pub validity: Validity,
    /// A key identifier to claim instead of the key's own.
    pub key_identifier: Option<Vec<u8>>,
    /// Whether the issuer's key is identified.
    pub issuer_key: bool,
    /// A serial number instead of one that is drawn: the content of an INTEGER.
    pub serial: Option<Vec<u8>>,
    /// Further extensions, in this order, behind the others.
    pub extensions: Vec<Extension>,
}

/// What a key may be used for (RFC 5280 section 4.2.1.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// The extension is left out.
    Unsaid,
    /// An authority's for signing certificates and revocation lists, another's for handshakes.
    Usual,
    /// Signing revocation lists alone.
    Lists,
}

/// An extension as it is to stand there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// Object identifier.
    pub oid: &'static [u64],
    /// Whether who does not know it must refuse the certificate.
    pub critical: bool,
    /// Its value, DER.
    pub value: Vec<u8>,
}

impl Template {
    /// An authority without limits.
    #[must_use]
    pub fn authority(common_name: &str, validity: Validity) -> Self {
        Self {
            common_name: common_name.to_owned(),
            names: Vec::new(),
            authority: Some(Limits::default()),
            purposes: Vec::new(),
            key_use: KeyUse::Usual,
            key: None,
            validity,
            key_identifier: None,
            issuer_key: true,
            serial: None,
            extensions: Vec::new(),
        }
    }

    /// An end entity with one name and one purpose.
    #[must_use]
    pub fn leaf(name: &str, purpose: Purpose, validity: Validity) -> Self {
        // An address in the place of a host name is held to the constraints of those by OpenSSL (X509_V_ERR_PERMITTED_VIOLATION).
        let common_name = name.parse::<IpAddr>().map_or_else(|_| name.to_owned(), |name| format!("address {name}"));
        Self {
            names: vec![name.to_owned()],
            authority: None,
            purposes: vec![purpose],
            ..Self::authority(&common_name, validity)
        }
    }

    /// The DNS subtrees that it may name, if it is an authority's with such limits.
    pub(in crate::certificate) fn permitted(&self) -> Vec<String> {
        self.authority.as_ref().map(|limits| limits.permitted.clone()).unwrap_or_default()
    }

    /// As the encoder wants to hear it, for this key.
    pub(super) fn params(&self, key: &KeyPair, serial: &[u8]) -> Result<CertificateParams, Error> {
        let key_identifier = self.key_identifier.clone().unwrap_or_else(|| key.identifier());
        let mut params = CertificateParams::default();
        params.not_before = date(self.validity.not_before)?;
        params.not_after = date(self.validity.not_after)?;
        params.serial_number = Some(SerialNumber::from_slice(serial));
        params.distinguished_name = DistinguishedName::new();
        if !self.common_name.is_empty() {
            params.distinguished_name.push(DnType::OrganizationName, ORGANISATION);
            params.distinguished_name.push(DnType::CommonName, self.common_name.as_str());
        }
        params.subject_alt_names = self.names.iter().map(|name| san(name)).collect::<Result<_, _>>()?;
        params.extended_key_usages = self.purposes.iter().map(|&purpose| purpose.into()).collect();
        params.key_identifier_method = KeyIdMethod::PreSpecified(key_identifier);
        params.is_ca = IsCa::ExplicitNoCa;
        if let Some(limits) = &self.authority {
            params.is_ca =
                IsCa::Ca(limits.path_length.map_or(BasicConstraints::Unconstrained, BasicConstraints::Constrained));
            params.name_constraints = Some(NameConstraints {
                permitted_subtrees: limits.permitted.iter().cloned().map(GeneralSubtree::DnsName).collect(),
                excluded_subtrees: Vec::new(),
            });
        }
        params.key_usages = match (self.key_use, &self.authority) {
            (KeyUse::Unsaid, _) => Vec::new(),
            (KeyUse::Usual, Some(_)) => vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign],
            // An RSA key does both (RFC 5246 section 7.4.2).
            (KeyUse::Usual, None) if matches!(self.key, Some(KeyType::Rsa { .. })) => {
                vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment]
            }
            (KeyUse::Usual, None) => vec![KeyUsagePurpose::DigitalSignature],
            (KeyUse::Lists, _) => vec![KeyUsagePurpose::CrlSign],
        };
        for extension in &self.extensions {
            let mut custom = CustomExtension::from_oid_content(extension.oid, extension.value.clone());
            custom.set_criticality(extension.critical);
            params.custom_extensions.push(custom);
        }
        Ok(params)
    }
}

pub(super) fn date(seconds: i64) -> Result<OffsetDateTime, Error> {
    let date = OffsetDateTime::from_unix_timestamp(seconds).map_err(|_| Error::Time(seconds))?;
    if (0..=LAST_SECOND).contains(&seconds) { Ok(date) } else { Err(Error::Time(seconds)) }
}

fn san(name: &str) -> Result<SanType, Error> {
    match name.parse::<IpAddr>() {
        Ok(address) => Ok(SanType::IpAddress(address)),
        Err(_) => name.try_into().map(SanType::DnsName).map_err(|_| Error::Name(name.to_owned())),
    }
}

impl From<Purpose> for ExtendedKeyUsagePurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Server => Self::ServerAuth,
            Purpose::Client => Self::ClientAuth,
        }
    }
}
