//! Issuing: templates in, certificates and revocation lists out. Deterministic: keys and serial numbers come from the
//! given generator, times from the caller.
//!
//! What is drawn is a draft. Whatever nobody is going to show need not be signed.

mod ocsp;
mod template;

use rand_core::CryptoRng;
use rcgen::{
    CertificateParams, CertificateRevocationListParams, Issuer, RevocationReason, RevokedCertParams, SerialNumber,
};

use serde_json::json;
use zeroize::Zeroizing;

use super::{KeyPair, KeyType, pem};
use crate::refusal::Refusal;
use template::date;

pub use ocsp::CertStatus;
pub use template::{Extension, KeyUse, Limits, Template, Validity};

/// Seconds of a day, for validity periods.
pub const DAY: i64 = 86_400;

/// The last second that a certificate can name (RFC 5280 section 4.1.2.5: 99991231235959Z).
const LAST_SECOND: i64 = 253_402_300_799;

/// Why a certificate could not be issued.
#[derive(Debug)]
pub enum Error {
    /// A name that cannot stand in a certificate.
    Name(String),
    /// A time outside 1970 to 9999.
    Time(i64),
    /// The encoder's own refusal.
    Encoding(rcgen::Error),
}

impl From<rcgen::Error> for Error {
    fn from(error: rcgen::Error) -> Self {
        Self::Encoding(error)
    }
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Self {
        match error {
            Error::Name(got) => Self::new("issued-name", json!({ "got": got })),
            Error::Time(got) => Self::new("issued-time", json!({ "most": LAST_SECOND, "got": got })),
            Error::Encoding(error) => Self::new("issued-encoding", json!({ "why": error.to_string() })),
        }
    }
}

crate::refused!(Error);

/// A certificate that nobody has signed yet: what it is to say, its key and its serial number.
#[derive(Clone)]
pub struct Draft {
    seed: Zeroizing<[u8; 32]>,
    serial: Vec<u8>,
    template: Template,
}

impl Draft {
    /// Draws the key (32 bytes) and then the serial number (16 bytes): this order is part of what a seed determines.
    #[must_use]
    pub fn draw(template: &Template, rng: &mut dyn CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        let drawn = serial_number(rng);
        let serial = template.serial.clone().unwrap_or_else(|| drawn.to_vec());
        Self { seed, serial, template: template.clone() }
    }

    /// The serial number: the content of an INTEGER.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// Where the template names no type of key, it is `usual`.
    fn prepare(&self, usual: KeyType) -> Result<(KeyPair, CertificateParams), Error> {
        let key = KeyPair::of(self.template.key.unwrap_or(usual), &self.seed);
        let params = self.template.params(&key, &self.serial)?;
        Ok((key, params))
    }
}

impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("template", &self.template).finish_non_exhaustive()
    }
}

/// A certificate with its private key. Any holder can sign another certificate; whether that makes it an authority is
/// for the validator to say.
#[derive(Debug, Clone)]
pub struct Credential {
    chain: Vec<Vec<u8>>,
    key: KeyPair,
    draft: Draft,
    params: CertificateParams,
}

impl Credential {
    /// A certificate signed with its own key: a root, or a leaf that vouches for itself.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn self_signed(template: &Template, rng: &mut dyn CryptoRng) -> Result<Self, Error> {
        let draft = Draft::draw(template, rng);
        let (key, params) = draft.prepare(KeyType::default())?;
        let der = params.self_signed(&key)?.der().to_vec();
        Ok(Self { chain: vec![der], key, draft, params })
    }

    /// A certificate signed with this one's key.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn issue(&self, template: &Template, rng: &mut dyn CryptoRng) -> Result<Self, Error> {
        self.sign(Draft::draw(template, rng))
    }

    /// A draft signed with this one's key.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn sign(&self, draft: Draft) -> Result<Self, Error> {
        let (key, mut params) = draft.prepare(self.key.key_type())?;
        params.use_authority_key_identifier_extension = draft.template.issuer_key;
        let der = params.signed_by(&key, &Issuer::from_params(&self.params, &self.key))?.der().to_vec();
        let chain = std::iter::once(der).chain(self.chain.iter().cloned()).collect();
        Ok(Self { chain, key, draft, params })
    }

    /// A certificate for a key that somebody else holds, DER: a cross-signature.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn certify(&self, template: &Template, key: &KeyPair, rng: &mut dyn CryptoRng) -> Result<Vec<u8>, Error> {
        let mut params = template.params(key, &serial_number(rng))?;
        params.use_authority_key_identifier_extension = true;
        Ok(params.signed_by(key, &Issuer::from_params(&self.params, &self.key))?.der().to_vec())
    }

    /// A revocation list (RFC 5280 section 5) by this authority that withdraws the certificates of these serial numbers,
    /// valid from `at` for `days`.
    ///
    /// # Errors
    /// A time outside 1970 to 9999, or fewer than one day.
    pub fn revocation_list(&self, revoked: &[&[u8]], at: i64, days: i64) -> Result<Vec<u8>, Error> {
        let list = CertificateRevocationListParams {
            this_update: date(at.saturating_sub(DAY))?,
            next_update: date(at.saturating_add(days.saturating_mul(DAY)))?,
            crl_number: SerialNumber::from(1u64),
            issuing_distribution_point: None,
            revoked_certs: revoked
                .iter()
                .map(|serial| {
                    Ok(RevokedCertParams {
                        serial_number: SerialNumber::from_slice(serial),
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

    /// The same key and chain with another certificate in the leaf's place.
    #[must_use]
    pub fn with_certificate(mut self, der: Vec<u8>) -> Self {
        if let Some(leaf) = self.chain.first_mut() {
            *leaf = der;
        }
        self
    }

    /// Whether this is an authority's, below this root.
    pub(super) fn is_authority_under(&self, root: &Self) -> bool {
        let end = self.chain.last().map(Vec::as_slice);
        self.draft.template.authority.is_some() && end == Some(root.certificate())
    }

    /// The key pair.
    #[must_use]
    pub fn key(&self) -> &KeyPair {
        &self.key
    }

    /// The serial number: the content of an INTEGER.
    #[must_use]
    pub fn serial(&self) -> &[u8] {
        self.draft.serial()
    }

    /// The chain that is presented, as PEM.
    #[must_use]
    pub fn to_pem(&self) -> String {
        self.presented().iter().map(|der| pem::encode(pem::CERTIFICATE, der)).collect()
    }

    /// What this certificate was issued from.
    #[must_use]
    pub fn template(&self) -> &Template {
        &self.draft.template
    }

    /// A template for another certificate that looks like this one: the same names, limits and key identifier.
    #[must_use]
    pub fn lookalike(&self) -> Template {
        let template = &self.draft.template;
        let claimed = template.key_identifier.clone();
        let key = Some(self.key.key_type());
        Template { key, key_identifier: claimed.or_else(|| Some(self.key.identifier())), ..template.clone() }
    }
}

/// Positive and of one length (RFC 5280 section 4.1.2.2).
fn serial_number(rng: &mut dyn CryptoRng) -> [u8; 16] {
    let mut serial = [0; 16];
    rng.fill_bytes(&mut serial);
    serial[0] = serial[0] & 0x7f | 0x40;
    serial
}
