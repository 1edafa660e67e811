//! OCSP responses (RFC 6960), as a server staples them to its certificate.

use sha1::{Digest, Sha1};

use super::{Credential, DAY, Error, date};
use crate::certificate::{KeyPair, KeyType, der::tlv};

/// What an authority says of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertStatus {
    /// It was not withdrawn.
    Good,
    /// It was, a day before the response.
    Revoked,
}

/// id-pkix-ocsp-basic, 1.3.6.1.5.5.7.48.1.1.
const BASIC: [u8; 11] = [0x06, 0x09, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x01];
/// SHA-1 as an AlgorithmIdentifier: what everybody knows certificates by (RFC 5019 section 2.1.1).
const SHA1: [u8; 11] = [0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00];

const SEQUENCE: u8 = 0x30;
const OCTETS: u8 = 0x04;
const BITS: u8 = 0x03;
const INTEGER: u8 = 0x02;
const ENUMERATED: u8 = 0x0a;
const TIME: u8 = 0x18;

impl Credential {
    /// A response by this key (responder) on the certificate that `issuer` gave this serial number: signed at second `at`, to be
    /// relied on for so many days. DER.
    ///
    /// # Errors
    /// A time outside 1970 to 9999.
    pub fn ocsp_response(
        &self,
        issuer: &Self,
        serial: &[u8],
        status: CertStatus,
        at: i64,
        days: i64,
    ) -> Result<Vec<u8>, Error> {
        let sequence = |parts: &[&[u8]]| tlv(SEQUENCE, &parts.concat());
        let hashed = |octets: &[u8]| tlv(OCTETS, &Sha1::digest(octets));
        let id = sequence(&[&SHA1, &hashed(&issuer.name()), &hashed(issuer.key.public()), &tlv(INTEGER, serial)]);
        let status = match status {
            CertStatus::Good => tlv(0x80, &[]),
            CertStatus::Revoked => tlv(0xa1, &time(at.saturating_sub(DAY))?),
        };
        let until = at.saturating_add(days.saturating_mul(DAY));
        let single = sequence(&[&id, &status, &time(at)?, &tlv(0xa0, &time(until)?)]);
        let responder = tlv(0xa2, &hashed(self.key.public()));
        let data = sequence(&[&responder, &time(at)?, &sequence(&[&single])]);
        let signature = tlv(BITS, &[&[0], &self.key.sign(&data)[..]].concat());
        let basic = sequence(&[&data, algorithm(&self.key), &signature]);
        // successful
        let outcome = tlv(ENUMERATED, &[0]);
        let bytes = tlv(0xa0, &sequence(&[&BASIC, &tlv(OCTETS, &basic)]));
        Ok(sequence(&[&outcome, &bytes]))
    }

    /// The subject of the certificate, DER.
    fn name(&self) -> Vec<u8> {
        let parsed = x509_parser::parse_x509_certificate(self.certificate());
        // what was issued here can be read
        parsed.map(|(_, certificate)| certificate.subject().as_raw().to_vec()).unwrap_or_default()
    }
}

/// The AlgorithmIdentifier by which a key signs (RFC 8410, RFC 5758, RFC 4055).
fn algorithm(key: &KeyPair) -> &'static [u8] {
    match key.key_type() {
        KeyType::Ed25519 => &[0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70],
        KeyType::P256 => &[0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
        KeyType::Rsa { .. } => {
            &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00]
        }
    }
}

/// A GeneralizedTime.
fn time(seconds: i64) -> Result<Vec<u8>, Error> {
    let at = date(seconds)?;
    let (month, day) = (u8::from(at.month()), at.day());
    let text = format!("{:04}{month:02}{day:02}{:02}{:02}{:02}Z", at.year(), at.hour(), at.minute(), at.second());
    Ok(tlv(TIME, text.as_bytes()))
}
