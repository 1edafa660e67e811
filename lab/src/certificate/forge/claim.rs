//! What a forged leaf claims.

use super::Form;
use crate::certificate::{
    KeyPair, Purpose, der,
    issue::{Credential, DAY, Extension, Template, Validity},
    pki::{ATTACKER_NAME, LEAF_DAYS},
};

/// Arc `2.999` is reserved for examples, so that no validator can know this extension.
const UNKNOWN_EXTENSION: [u64; 3] = [2, 999, 1];
/// The algorithm identifier of Ed25519, 1.3.101.112 (RFC 8410), and the last arc of Ed448.
const ED25519: [u8; 7] = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70];
const ED448: u8 = 0x71;

/// How a forged leaf differs from an honest one for the victim's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Not at all.
    Honest,
    /// It names the attacker.
    OtherName,
    /// It has expired.
    Expired,
    /// It is not valid yet.
    NotYet,
    /// It serves the opposite purpose.
    OtherPurpose,
    /// It carries a critical extension that nobody knows.
    UnknownCritical,
    /// It stands on its issuer's revocation list.
    Revoked,
    /// It has a second list of subject alternative names, which names the attacker.
    TwiceNamed,
    /// The algorithm in what is signed is another than the one that signed.
    OtherAlgorithm,
    /// It does not identify its issuer's key.
    NoIssuerKey,
    /// Its serial number is zero.
    SerialZero,
}

impl Claim {
    /// What the leaf says, with its flaw or without.
    pub(super) fn template(self, form: Form, name: &str, purpose: Purpose, at: i64) -> Template {
        let days = |from: i64, until: i64| Validity {
            not_before: at.saturating_add(from * DAY),
            not_after: at.saturating_add(until * DAY),
        };
        let honest = Template::leaf(name, purpose, days(-1, LEAF_DAYS));
        let flawed = form == Form::Flawed;
        match self {
            // Known to everybody or to nobody, it must be read only where it is critical.
            Self::UnknownCritical => {
                let unknown = Extension { oid: &UNKNOWN_EXTENSION, critical: flawed, value: vec![0x05, 0x00] };
                Template { extensions: vec![unknown], ..honest }
            }
            _ if !flawed => honest,
            Self::Honest | Self::Revoked | Self::OtherAlgorithm => honest,
            Self::OtherName => Template::leaf(ATTACKER_NAME, purpose, honest.validity),
            Self::Expired => Template { validity: days(-1 - LEAF_DAYS, -1), ..honest },
            Self::NotYet => Template { validity: days(1, 1 + LEAF_DAYS), ..honest },
            Self::OtherPurpose => Template { purposes: vec![purpose.opposite()], ..honest },
            Self::TwiceNamed => {
                let second =
                    Extension { oid: &[2, 5, 29, 17], critical: false, value: alternative_name(ATTACKER_NAME) };
                Template { extensions: vec![second], ..honest }
            }
            Self::NoIssuerKey => Template { issuer_key: false, ..honest },
            Self::SerialZero => Template { serial: Some(vec![0]), ..honest },
        }
    }

    /// What no template can say: changes the finished certificate, and has `signer` sign it again.
    pub(super) fn finish(self, credential: Credential, signer: &Credential) -> Credential {
        match self {
            Self::OtherAlgorithm => match with_other_algorithm(credential.certificate(), signer.key()) {
                Some(der) => credential.with_certificate(der),
                None => credential,
            },
            _ => credential,
        }
    }
}

/// The value of a subject alternative name extension with one DNS name of less than 126 octets.
fn alternative_name(name: &str) -> Vec<u8> {
    let length = name.len() as u8;
    [&[0x30, length + 2, 0x82, length], name.as_bytes()].concat()
}

/// The certificate signed again, with Ed448 for Ed25519 in what is signed; all lengths stay.
fn with_other_algorithm(der: &[u8], key: &KeyPair) -> Option<Vec<u8>> {
    let content = der.len() - der::content(der)?.len();
    let signed = content..content + der::split(&der[content..])?.0.len();
    let mut der = der.to_vec();
    let named = der[signed.clone()].windows(ED25519.len()).position(|window| window == ED25519)?;
    der[signed.start + named + ED25519.len() - 1] = ED448;
    let signature = key.sign(&der[signed]);
    let start = der.len() - signature.len();
    der[start..].copy_from_slice(&signature);
    Some(der)
}
