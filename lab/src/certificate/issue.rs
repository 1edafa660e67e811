//! Issuing: templates in, certificates and revocation lists out. Deterministic: keys and serial numbers come from the
//! given generator, times from the caller.

use std::net::IpAddr;

use rand_core::CryptoRng;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyIdMethod, KeyUsagePurpose, NameConstraints,
    RevocationReason, RevokedCertParams, SanType, SerialNumber,
};
use time::OffsetDateTime;

use super::{KeyPair, Purpose, pem};

/// Seconds of a day, for validity periods.
pub const DAY: i64 = 86_400;

/// The last second that a certificate can name (RFC 5280 section 4.1.2.5: 99991231235959Z).
const LAST_SECOND: i64 = 253_402_300_799;

/// Arc `2.999` is reserved for examples, so that no validator can know this extension.
const UNKNOWN_EXTENSION: [u64; 3] = [2, 999, 1];

/// The organisation in every subject name that the lab issues.
const ORGANISATION: &str = "Interlock lab";

/// Why a certificate could not be issued.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A name that cannot stand in a certificate.
    #[error("name: expected an IP address or ASCII host name, got {0:?}")]
    Name(String),
    /// A time outside 1970 to 9999.
    #[error("time: expected unix seconds between 0 and {LAST_SECOND}, got {0}")]
    Time(i64),
    /// The encoder's own refusal.
    #[error("encoding: {0}")]
    Encoding(#[from] rcgen::Error),
}

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
    /// Common name of the subject.
    pub common_name: String,
    /// Subject alternative names: IP addresses and host names.
    pub names: Vec<String>,
    /// An authority, and within which limits; `None` is an end entity.
    pub authority: Option<Limits>,
    /// Extended key usages; empty leaves the extension out.
    pub purposes: Vec<Purpose>,
    /// Whether a key usage extension stands in it: signing certificates and CRLs for an authority, else handshakes.
    pub key_usage: bool,
    /// Validity period.
    pub validity: Validity,
    /// A key identifier to claim instead of the key's own.
    pub key_identifier: Option<Vec<u8>>,
    /// Adds a critical extension that no validator knows.
    pub unknown_critical: bool,
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
            key_usage: true,
            validity,
            key_identifier: None,
            unknown_critical: false,
        }
    }

    /// An end entity with one name and one purpose.
    #[must_use]
    pub fn leaf(name: &str, purpose: Purpose, validity: Validity) -> Self {
        Self {
            names: vec![name.to_owned()],
            authority: None,
            purposes: vec![purpose],
            ..Self::authority(name, validity)
        }
    }

    fn params(&self, key_identifier: Vec<u8>, serial: &[u8]) -> Result<CertificateParams, Error> {
        let mut params = CertificateParams::default();
        params.not_before = date(self.validity.not_before)?;
        params.not_after = date(self.validity.not_after)?;
        params.serial_number = Some(SerialNumber::from_slice(serial));
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, ORGANISATION);
        params.distinguished_name.push(DnType::CommonName, self.common_name.as_str());
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
        if self.key_usage {
            params.key_usages = match self.authority {
                Some(_) => vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign],
                None => vec![KeyUsagePurpose::DigitalSignature],
            };
        }
        if self.unknown_critical {
            let mut extension = CustomExtension::from_oid_content(&UNKNOWN_EXTENSION, vec![0x05, 0x00]);
            extension.set_criticality(true);
            params.custom_extensions.push(extension);
        }
        Ok(params)
    }
}

/// A certificate with its private key. Any holder can sign another certificate; whether that makes it an authority is
/// for the validator to say.
#[derive(Debug, Clone)]
pub struct Credential {
    chain: Vec<Vec<u8>>,
    key: KeyPair,
    serial: [u8; 16],
    template: Template,
    params: CertificateParams,
}

impl Credential {
    /// A certificate signed with its own key: a root, or a leaf that vouches for itself.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn self_signed(template: &Template, rng: &mut dyn CryptoRng) -> Result<Self, Error> {
        let (key, serial, params) = prepare(template, rng)?;
        let der = params.self_signed(&key)?.der().to_vec();
        Ok(Self { chain: vec![der], key, serial, template: template.clone(), params })
    }

    /// A certificate signed with this one's key.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn issue(&self, template: &Template, rng: &mut dyn CryptoRng) -> Result<Self, Error> {
        let (key, serial, mut params) = prepare(template, rng)?;
        params.use_authority_key_identifier_extension = true;
        let der = params.signed_by(&key, &Issuer::from_params(&self.params, &self.key))?.der().to_vec();
        let chain = std::iter::once(der).chain(self.chain.iter().cloned()).collect();
        Ok(Self { chain, key, serial, template: template.clone(), params })
    }

    /// A certificate for a key that somebody else holds, DER: a cross-signature.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn certify(&self, template: &Template, key: &KeyPair, rng: &mut dyn CryptoRng) -> Result<Vec<u8>, Error> {
        let mut params = template.params(key.identifier(), &serial_number(rng))?;
        params.use_authority_key_identifier_extension = true;
        Ok(params.signed_by(key, &Issuer::from_params(&self.params, &self.key))?.der().to_vec())
    }

    /// A revocation list (RFC 5280 section 5) by this authority that withdraws `revoked`, valid from `at` for `days`.
    ///
    /// # Errors
    /// A time outside 1970 to 9999, or fewer than one day.
    pub fn revocation_list(&self, revoked: &[&Credential], at: i64, days: i64) -> Result<Vec<u8>, Error> {
        let list = CertificateRevocationListParams {
            this_update: date(at.saturating_sub(DAY))?,
            next_update: date(at.saturating_add(days.saturating_mul(DAY)))?,
            crl_number: SerialNumber::from(1u64),
            issuing_distribution_point: None,
            revoked_certs: revoked
                .iter()
                .map(|credential| {
                    Ok(RevokedCertParams {
                        serial_number: SerialNumber::from_slice(&credential.serial),
                        revocation_time: date(at.saturating_sub(DAY))?,
                        reason_code: Some(RevocationReason::KeyCompromise),
                        invalidity_date: None,
                    })
                })
                .collect::<Result<_, Error>>()?,
            key_identifier_method: self.params.key_identifier_method.clone(),
        };
        Ok(list.signed_by(&Issuer::from_params(&self.params, &self.key))?.der().to_vec())
    }

    /// The certificate, DER.
    #[must_use]
    pub fn certificate(&self) -> &[u8] {
        self.chain.first().map_or(&[], Vec::as_slice)
    }

    /// The certificate and every issuer above it, DER, ending with the self-signed one.
    #[must_use]
    pub fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    /// What a server sends: the chain without the self-signed end, which the peer has or does not trust; a self-signed
    /// certificate alone is sent itself.
    #[must_use]
    pub fn presented(&self) -> &[Vec<u8>] {
        &self.chain[..(self.chain.len() - 1).max(1)]
    }

    /// The key pair.
    #[must_use]
    pub fn key(&self) -> &KeyPair {
        &self.key
    }

    /// The chain that is presented, as PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.presented().iter().map(|der| pem::encode(pem::CERTIFICATE, der)).collect()
    }

    /// What this certificate was issued from.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// A template for another certificate that looks like this one: the same names, limits and key identifier.
    #[must_use]
    pub fn lookalike(&self) -> Template {
        let claimed = self.template.key_identifier.clone();
        Template { key_identifier: claimed.or_else(|| Some(self.key.identifier())), ..self.template.clone() }
    }
}

/// Draws the key (32 bytes) and then the serial number (16 bytes): this order is part of what a seed determines.
fn prepare(template: &Template, rng: &mut dyn CryptoRng) -> Result<(KeyPair, [u8; 16], CertificateParams), Error> {
    let key = KeyPair::generate(rng);
    let serial = serial_number(rng);
    let params = template.params(template.key_identifier.clone().unwrap_or_else(|| key.identifier()), &serial)?;
    Ok((key, serial, params))
}

/// Positive and of one length (RFC 5280 section 4.1.2.2).
fn serial_number(rng: &mut dyn CryptoRng) -> [u8; 16] {
    let mut serial = [0; 16];
    rng.fill_bytes(&mut serial);
    serial[0] = serial[0] & 0x7f | 0x40;
    serial
}

fn date(seconds: i64) -> Result<OffsetDateTime, Error> {
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
