//! What a server staples to its certificate, so that nobody asks the authority whether that was withdrawn (RFC 6961, RFC
//! 7633): as an attack, and as it has to be.

use rand_core::CryptoRng;

use super::{Form, Staged};
use crate::certificate::{
    Authorities, Purpose,
    issue::{CertStatus, Credential, DAY, Error, Extension, Template, Validity},
    pki::{ATTACKER_NAME, LEAF_DAYS},
};

/// What is wrong with what is stapled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staple {
    /// It says that the certificate was withdrawn.
    Revoked,
    /// It is from before that, and has not been valid for a day.
    Expired,
    /// It is about another certificate of the same authority.
    OtherSerial,
    /// Somebody signed it whom nobody knows.
    Stranger,
    /// It is not there, though the certificate says that it has to be.
    Missing,
}

/// One attack with a certificate whose key the attacker has, and which was withdrawn for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stapled {
    /// Stable id.
    pub id: &'static str,
    /// What is wrong.
    pub staple: Staple,
}

/// All of them. What stops each is looking at whether a certificate was withdrawn.
pub const STAPLED: &[Stapled] = &[
    Stapled { id: "staple:revoked", staple: Staple::Revoked },
    Stapled { id: "staple:expired", staple: Staple::Expired },
    Stapled { id: "staple:other", staple: Staple::OtherSerial },
    Stapled { id: "staple:stranger", staple: Staple::Stranger },
    Stapled { id: "staple:missing", staple: Staple::Missing },
];

/// The extension by which a certificate says that a response comes with it (RFC 7633), 1.3.6.1.5.5.7.1.24, and its value: the
/// one TLS extension status_request.
const MUST_STAPLE: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 1, 24];
const STATUS_REQUEST: [u8; 5] = [0x30, 0x03, 0x02, 0x01, 0x05];

/// How long a response may be relied on.
const DAYS: i64 = 7;

impl Staple {
    /// A leaf for `name` from the genuine authority, with what is stapled to it, if anything is: wrong, or as it has to be.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn stage(
        self,
        form: Form,
        genuine: &Authorities,
        name: &str,
        purpose: Purpose,
        at: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<(Staged, Option<Vec<u8>>), Error> {
        let honest = Template::leaf(name, purpose, Validity::around(at, LEAF_DAYS));
        let demanded = Extension { oid: &MUST_STAPLE, critical: false, value: STATUS_REQUEST.to_vec() };
        let extensions = if self == Self::Missing { vec![demanded] } else { Vec::new() };
        let issuer = &genuine.intermediate;
        let leaf = issuer.issue(&Template { key: genuine.certified(purpose), extensions, ..honest }, rng)?;
        let say = |by: &Credential, serial: &[u8], status, from| {
            by.ocsp_response(issuer, serial, status, from, DAYS).map(Some)
        };
        let recent = at.saturating_sub(DAY / 2);
        let staple = match self {
            _ if form == Form::Mended => say(issuer, leaf.serial(), CertStatus::Good, recent),
            Self::Revoked => say(issuer, leaf.serial(), CertStatus::Revoked, recent),
            Self::Expired => say(issuer, leaf.serial(), CertStatus::Good, at.saturating_sub((DAYS + 1) * DAY)),
            Self::OtherSerial => {
                let other = genuine.leaf(ATTACKER_NAME, purpose, at, rng)?;
                say(issuer, other.serial(), CertStatus::Good, recent)
            }
            Self::Stranger => {
                let stranger = Template::authority(ATTACKER_NAME, Validity::around(at, LEAF_DAYS));
                let stranger = Credential::self_signed(&Template { key: Some(genuine.keys()), ..stranger }, rng)?;
                say(&stranger, leaf.serial(), CertStatus::Good, recent)
            }
            Self::Missing => Ok(None),
        }?;
        let lists = genuine.revocation_lists(&[], at)?;
        let anchor = genuine.root.certificate().to_vec();
        Ok((Staged { presented: leaf.presented().to_vec(), leaf, lists, anchor, system: None }, staple))
    }
}
