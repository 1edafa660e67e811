//! What a forged leaf claims.

use std::{
    mem::discriminant,
    net::{IpAddr, Ipv4Addr},
};

use super::Form;
use crate::certificate::{
    KeyPair, KeyType, Purpose,
    der::{self, tlv},
    issue::{Credential, DAY, Extension, KeyUse, Template, Validity},
    pki::{ATTACKER_NAME, LEAF_DAYS},
};

/// Arc `2.999` is reserved for examples, so that no validator can know this extension.
const UNKNOWN_EXTENSION: [u64; 3] = [2, 999, 1];
/// The object identifiers with which keys sign, and the last arc of another algorithm that is as well known: Ed25519 and
/// Ed448 (RFC 8410), ECDSA with SHA-256 and with SHA-384 (RFC 5758), RSA with SHA-256 and with SHA-384 (RFC 4055).
const ALGORITHMS: [(KeyType, &[u8], u8); 3] = [
    (KeyType::Ed25519, &[0x06, 0x03, 0x2b, 0x65, 0x70], 0x71),
    (KeyType::P256, &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 2], 3),
    (KeyType::RSA, &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 11], 12),
];

/// How a forged leaf differs from an honest one for the victim's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Not at all.
    Honest,
    /// It names the attacker.
    OtherName,
    /// It names something below the attacker's domain that begins with the victim's name.
    NameBelow,
    /// It names the domain in which the victim's name is.
    NameAbove,
    /// It names the victim as its common name alone (RFC 9525 section 2 rules that out).
    CommonNameOnly,
    /// It names the victim, and behind an octet zero the attacker's domain: who reads text up to there reads the victim's name.
    NameBeforeNul,
    /// It names the victim with the dot of the root behind it, which is no form of a name in certificates (RFC 5280 section
    /// 4.2.1.6).
    NameWithDot,
    /// An asterisk stands for all but the first letter of the victim's first label (RFC 9525 section 6.3 rules that out).
    WildcardPart,
    /// An asterisk stands behind the victim's first label (likewise).
    WildcardLast,
    /// It names everything that is one label below the victim.
    WildcardBelow,
    /// It names the address of this machine.
    Address,
    /// It names the address whose octets are the letters of the victim's name: four, or sixteen, cut or with octets zero behind.
    AddressOfLetters,
    /// Its key may sign revocation lists alone.
    NoHandshakes,
    /// SHA-1 was signed (RFC 9155).
    Sha1,
    /// It has expired.
    Expired,
    /// It expired a second ago; without the flaw it is valid for a second more.
    ExpiredJustNow,
    /// It is valid in a second; without the flaw it has been for one.
    InASecond,
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
        let until = |not_after| Validity { not_after, ..days(-1, 0) };
        let from = |not_before| Validity { not_before, ..days(0, LEAF_DAYS) };
        let flawed = form == Form::Flawed;
        // A common name of the attacker's own, so that no part of the victim's name stands anywhere else.
        let named = |name| Template { common_name: ATTACKER_NAME.to_owned(), names: vec![name], ..honest.clone() };
        match self {
            // Known to everybody or to nobody, it must be read only where it is critical.
            Self::UnknownCritical => {
                let unknown = Extension { oid: &UNKNOWN_EXTENSION, critical: flawed, value: vec![0x05, 0x00] };
                Template { extensions: vec![unknown], ..honest }
            }
            Self::ExpiredJustNow => {
                let second = if flawed { -1 } else { 1 };
                Template { validity: until(at.saturating_add(second)), ..honest }
            }
            Self::InASecond => {
                let second = if flawed { 1 } else { -1 };
                Template { validity: from(at.saturating_add(second)), ..honest }
            }
            _ if !flawed => honest,
            Self::Honest | Self::Revoked | Self::OtherAlgorithm | Self::Sha1 => honest,
            Self::OtherName => Template::leaf(ATTACKER_NAME, purpose, honest.validity),
            Self::NameBelow => Template::leaf(&format!("{name}.{ATTACKER_NAME}"), purpose, honest.validity),
            Self::NameAbove => {
                let domain = name.split_once('.').map_or(name, |(_, domain)| domain);
                Template::leaf(domain, purpose, honest.validity)
            }
            Self::NameBeforeNul => named(format!("{name}\0.{ATTACKER_NAME}")),
            Self::NameWithDot => named(format!("{name}.")),
            Self::WildcardPart => {
                let (label, domain) = name.split_once('.').unwrap_or((name, ""));
                named(format!("{}*.{domain}", label.chars().take(1).collect::<String>()))
            }
            Self::WildcardLast => named(format!("{}.*", name.split('.').next().unwrap_or(name))),
            Self::WildcardBelow => named(format!("*.{name}")),
            Self::Address => named(Ipv4Addr::LOCALHOST.to_string()),
            Self::AddressOfLetters => named(address_of_letters(name).to_string()),
            Self::NoHandshakes => Template { key_use: KeyUse::Lists, ..honest },
            Self::CommonNameOnly => Template { names: Vec::new(), ..honest },
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

    /// Whether it is about a second: when that is over, it is another.
    #[must_use]
    pub fn is_of_a_second(self) -> bool {
        matches!(self, Self::ExpiredJustNow | Self::InASecond)
    }

    /// Whether it is about how many letters the victim's name has.
    #[must_use]
    pub fn counts_letters(self) -> bool {
        self == Self::AddressOfLetters
    }

    /// Whether what it says of the time is still to change, a second after the one for which it is made.
    #[must_use]
    pub fn changes_soon(self, form: Form) -> bool {
        matches!((self, form), (Self::InASecond, Form::Flawed) | (Self::ExpiredJustNow, Form::Mended))
    }

    /// What no template can say: changes the finished certificate, and has `signer` sign it again.
    pub(super) fn finish(self, credential: Credential, signer: &Credential) -> Credential {
        match self {
            Self::OtherAlgorithm => replaced(credential, |der| with_other_algorithm(der, signer.key())),
            Self::Sha1 => replaced(credential, |der| with_sha1(der, signer.key())),
            _ => credential,
        }
    }

    /// What it names is no name of a host, so that whoever holds issuers to their rules refuses it for that as well.
    #[must_use]
    pub fn is_malformed(self) -> bool {
        matches!(self, Self::NameBeforeNul | Self::NameWithDot | Self::WildcardPart | Self::WildcardLast)
    }
}

/// The address that has these letters for octets.
fn address_of_letters(name: &str) -> IpAddr {
    if let Ok(four) = <[u8; 4]>::try_from(name.as_bytes()) {
        return four.into();
    }
    let mut sixteen = [0; 16];
    sixteen.iter_mut().zip(name.bytes()).for_each(|(octet, letter)| *octet = letter);
    sixteen.into()
}

/// The credential with another certificate, if there is one.
pub(super) fn replaced(credential: Credential, other: impl FnOnce(&[u8]) -> Option<Vec<u8>>) -> Credential {
    match other(credential.certificate()) {
        Some(der) => credential.with_certificate(der),
        None => credential,
    }
}

/// The value of a subject alternative name extension with one DNS name of less than 126 octets.
fn alternative_name(name: &str) -> Vec<u8> {
    let length = name.len() as u8;
    [&[0x30, length + 2, 0x82, length], name.as_bytes()].concat()
}

/// The certificate signed again, with another algorithm in what is signed than the one that signs.
fn with_other_algorithm(der: &[u8], key: &KeyPair) -> Option<Vec<u8>> {
    let (_, named, other) =
        ALGORITHMS.into_iter().find(|(of, ..)| discriminant(of) == discriminant(&key.key_type()))?;
    let (mut signed, algorithm) = parts(der)?;
    name_other(&mut signed, named, other)?;
    let signature = key.sign(&signed);
    Some(certificate(signed, algorithm, &signature))
}

/// The last arc of RSA with SHA-1 (RFC 8017 appendix A.2.4).
const SHA1: u8 = 5;

/// The certificate signed again by an RSA key, over SHA-1.
fn with_sha1(der: &[u8], key: &KeyPair) -> Option<Vec<u8>> {
    let [.., (_, named, _)] = ALGORITHMS;
    let (mut signed, mut algorithm) = parts(der)?;
    name_other(&mut signed, named, SHA1)?;
    name_other(&mut algorithm, named, SHA1)?;
    let signature = key.decryption_key()?.sign_sha1(&signed);
    Some(certificate(signed, algorithm, &signature))
}

/// What is signed of a certificate, and by which algorithm.
pub(super) fn parts(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (signed, rest) = der::split(der::content(der)?)?;
    let (algorithm, _) = der::split(rest)?;
    Some((signed.to_vec(), algorithm.to_vec()))
}

/// Puts another last arc in the place of the one with which this algorithm is named first.
fn name_other(octets: &mut [u8], named: &[u8], other: u8) -> Option<()> {
    let at = octets.windows(named.len()).position(|window| window == named)?;
    octets[at + named.len() - 1] = other;
    Some(())
}

/// A certificate of what is signed, by which algorithm, and the signature.
pub(super) fn certificate(signed: Vec<u8>, algorithm: Vec<u8>, signature: &[u8]) -> Vec<u8> {
    tlv(0x30, &[signed, algorithm, tlv(0x03, &[&[0][..], signature].concat())].concat())
}
