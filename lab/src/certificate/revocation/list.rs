//! One revocation list: whether it may be used at all, whatever certificate is asked about, and what it says of one
//! (RFC 5280 section 5).

use x509_parser::extensions::{GeneralName, ParsedExtension, X509Extension};
use x509_parser::prelude::{FromDer as _, X509Version};
use x509_parser::revocation_list::{CertificateRevocationList, RevokedCertificate};
use x509_parser::x509::{ReasonCode, X509Name};

use super::scope::{Scope, elements, general_names};
use crate::certificate::decode::{Certificate, admit_names};
use crate::certificate::error::DecodeError;
use crate::certificate::oid::oid_text;
use crate::certificate::public_key::Strength;
use crate::certificate::reason::{Form, Got, Useless};
use crate::certificate::signature::{self, Signature};
use crate::certificate::verified::{Good, Verified};
use crate::certificate::{der, dn, grammar};

/// 2.5.29.20, cRLNumber.
const NUMBER: &[u8] = &[0x55, 0x1d, 0x14];
/// 2.5.29.27, deltaCRLIndicator.
const DELTA: &[u8] = &[0x55, 0x1d, 0x1b];
/// 2.5.29.28, issuingDistributionPoint.
const SCOPE: &[u8] = &[0x55, 0x1d, 0x1c];
/// 2.5.29.29, certificateIssuer.
const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1d, 0x1d];

/// A revocation list.
pub(super) struct List<'a> {
    list: CertificateRevocationList<'a>,
    pub(super) scope: Option<Scope<'a>>,
    number: Option<&'a [u8]>,
    /// The number of the complete list that this one changes, if it is a delta list.
    base: Option<&'a [u8]>,
    /// Why it may not be used, if so.
    pub(super) defect: Option<Useless>,
}

/// What a list says of a certificate that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// It is revoked.
    Revoked {
        /// Since when, unix seconds.
        on: i64,
        /// For which reason.
        reason: Option<String>,
    },
    /// A delta list withdraws what the complete list says.
    Removed,
}

impl<'a> List<'a> {
    /// # Errors
    /// The bytes are no list.
    pub(super) fn decode(der: &'a [u8], weak_too: bool, memory: Option<&Verified>) -> Result<Self, DecodeError> {
        let error = |got| DecodeError::new("CRL", Form::CertificateList, got);
        der::check(der).map_err(error)?;
        Verified::passes(memory, Good::List, &[der], || grammar::revocation_list(der))?;
        admit_names(names(der))?;
        let (_, list) = CertificateRevocationList::from_der(der)
            .map_err(|fault| error(Got::Unparsed { error: fault.to_string().into() }))?;
        let mut read = Self { list, scope: None, number: None, base: None, defect: None };
        read.defect = read.examine(der, weak_too).err();
        Ok(read)
    }

    pub(super) fn issuer(&self) -> &X509Name<'_> {
        self.list.issuer()
    }

    /// Fills in what the extensions say.
    ///
    /// # Errors
    /// Why the list may not be used.
    fn examine(&mut self, der: &'a [u8], weak_too: bool) -> Result<(), Useless> {
        if self.list.version() != Some(X509Version::V2) {
            return Err(Useless::Version);
        }
        if self.list.signature_algorithm != self.list.tbs_cert_list.signature {
            return Err(Useless::TwoAlgorithms);
        }
        match signature::algorithm_strength(&self.list.signature_algorithm) {
            Strength::Weak(_) if weak_too => {}
            Strength::Weak(algorithm) | Strength::Unsupported(algorithm) => {
                return Err(Useless::Algorithm { algorithm });
            }
            Strength::Good(_) => {}
        }
        for extension in self.list.extensions() {
            match extension.oid.as_bytes() {
                NUMBER if extension.critical => return Err(Useless::CriticalNumber),
                NUMBER | DELTA | SCOPE => {}
                _ => understood(extension, false)?,
            }
        }
        let values = extension_values(der).unwrap_or_default();
        let value = |wanted: &[u8]| values.iter().find(|(oid, _)| *oid == wanted).map(|(_, value)| *value);
        self.number = value(NUMBER).and_then(der::content);
        self.base = value(DELTA).and_then(der::content);
        if let Some(scope) = value(SCOPE) {
            let scope = Scope::read(scope, self.list.issuer()).ok_or(Useless::Scope)?;
            self.scope = Some(scope);
        }
        if self.number.is_none() {
            return Err(Useless::NoNumber);
        }
        self.list.iter_revoked_certificates().try_for_each(|entry| self.examine_entry(entry))
    }

    /// Section 5.3: one entry that cannot be understood makes the whole list unusable, whomever it names.
    fn examine_entry(&self, entry: &RevokedCertificate<'_>) -> Result<(), Useless> {
        let indirect = self.scope.as_ref().is_some_and(|scope| scope.indirect);
        for extension in entry.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::ReasonCode(ReasonCode::RemoveFromCRL) if self.base.is_none() => {
                    return Err(Useless::NothingToRemove);
                }
                _ if extension.oid.as_bytes() == CERTIFICATE_ISSUER => {
                    if !indirect {
                        return Err(Useless::ForeignEntry);
                    }
                    if certificate_issuers(extension.value).is_none() {
                        return Err(Useless::EntryIssuer);
                    }
                }
                _ => understood(extension, true)?,
            }
        }
        Ok(())
    }

    /// Why the list does not hold at unix second `at`, if so.
    pub(super) fn untimely(&self, at: i64) -> Option<Useless> {
        let from = self.list.last_update().timestamp();
        if from > at {
            return Some(Useless::Early { from });
        }
        self.expired(at)
    }

    /// Why the list does not hold any more at unix second `at`, if so.
    pub(super) fn expired(&self, at: i64) -> Option<Useless> {
        match self.list.next_update().map(|next| next.timestamp()) {
            Some(next) if next < at => Some(Useless::Expired { until: next }),
            Some(_) => None,
            None => Some(Useless::Endless),
        }
    }

    /// Whether the list is a delta list: what changed since some complete list.
    pub(super) fn is_delta(&self) -> bool {
        self.base.is_some()
    }

    /// Whether the delta list `self` brings `complete` up to date (section 5.2.4): of one issuer and scope, and complete
    /// as the changes begin with, or later, but before what they lead to.
    pub(super) fn updates(&self, complete: &Self) -> bool {
        let numbers = self.base.zip(self.number).zip(complete.number);
        let follows = numbers.is_some_and(|((base, number), complete)| {
            magnitude(base) <= magnitude(complete) && magnitude(complete) < magnitude(number)
        });
        let scope = |list: &Self| list.scope.as_ref().map(|scope| scope.value);
        follows && scope(self) == scope(complete) && dn::equal(self.issuer(), complete.issuer())
    }

    /// Whether the list is signed by this key.
    pub(super) fn verifies(&self, signer: &Certificate<'_>, verified: Option<&Verified>) -> bool {
        let key = &signer.x509.tbs_certificate.subject_pki;
        let message = self.list.tbs_cert_list.as_ref();
        let list = &self.list;
        signature::verify(key, &list.signature_algorithm, message, &list.signature_value, verified) == Signature::Valid
    }

    /// What the list says of a certificate; of an indirect list's entries, those of the certificate's issuer count.
    pub(super) fn entry(&self, certificate: &Certificate<'_>) -> Option<Entry> {
        let serial = certificate.x509.raw_serial();
        let mut entries = self.list.iter_revoked_certificates();
        let indirect = self.scope.as_ref().is_some_and(|scope| scope.indirect);
        if !indirect {
            return entries.find(|entry| entry.raw_serial() == serial).map(describe);
        }
        // Section 5.3.3: an entry without an issuer has that of the entry before it, the first one that of the list.
        let mut ours = dn::equal(self.issuer(), certificate.issuer());
        entries
            .find(|entry| {
                let named = entry.extensions().iter().find(|it| it.oid.as_bytes() == CERTIFICATE_ISSUER);
                if let Some(names) = named.and_then(|extension| certificate_issuers(extension.value)) {
                    let issuer = certificate.issuer();
                    let is_issuer =
                        |name: &GeneralName<'_>| matches!(name, GeneralName::DirectoryName(n) if dn::equal(n, issuer));
                    ours = names.iter().any(is_issuer);
                }
                ours && entry.raw_serial() == serial
            })
            .map(describe)
    }
}

fn certificate_issuers(value: &[u8]) -> Option<Vec<GeneralName<'_>>> {
    general_names(der::content(value)?)
}

/// Sections 5.2 and 5.3: what is critical must be understood, and what is read must be well-formed.
fn understood(extension: &X509Extension<'_>, of_an_entry: bool) -> Result<(), Useless> {
    let oid = || oid_text(extension.oid.as_bytes());
    match extension.parsed_extension() {
        ParsedExtension::ParseError { .. } if of_an_entry => Err(Useless::EntryExtension { oid: oid() }),
        ParsedExtension::ParseError { .. } => Err(Useless::Extension { oid: oid() }),
        ParsedExtension::AuthorityKeyIdentifier(_)
        | ParsedExtension::ReasonCode(_)
        | ParsedExtension::InvalidityDate(_) => Ok(()),
        _ if extension.critical && of_an_entry => Err(Useless::UnknownEntryExtension { oid: oid() }),
        _ if extension.critical => Err(Useless::UnknownExtension { oid: oid() }),
        _ => Ok(()),
    }
}

/// The sets of which a list's own names consist: those of its entries are as many as its authority likes.
fn names(list: &[u8]) -> usize {
    let own = |tbs| {
        let fields = der::children(tbs)?;
        let is_entries = |at: usize| fields[at].0 == 0x30 && at > 0 && matches!(fields[at - 1].0, 0x17 | 0x18);
        Some((0..fields.len()).filter(|&at| !is_entries(at)).map(|at| der::sets(fields[at].1)).sum())
    };
    der::content(list).and_then(der::split).and_then(|(tbs, _)| own(tbs)).unwrap_or_default()
}

/// Object identifiers and values of a list's own extensions.
fn extension_values(list: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let tbs = elements(der::content(list)?)?.first()?.1;
    let (_, extensions) = elements(tbs)?.into_iter().find(|(tag, _)| *tag == 0xa0)?;
    let value = |(_, extension)| {
        let fields = elements(extension)?;
        let ((0x06, oid), (0x04, value)) = (*fields.first()?, *fields.last()?) else { return None };
        Some((oid, value))
    };
    Some(elements(der::content(extensions)?)?.into_iter().filter_map(value).collect())
}

/// The content of a positive INTEGER, to be compared with others.
fn magnitude(content: &[u8]) -> (usize, &[u8]) {
    let zeros = content.iter().take_while(|octet| **octet == 0).count();
    let digits = &content[zeros..];
    (digits.len(), digits)
}

fn describe(entry: &RevokedCertificate<'_>) -> Entry {
    match entry.reason_code() {
        Some((_, ReasonCode::RemoveFromCRL)) => Entry::Removed,
        reason => {
            let reason = reason.map(|(_, reason)| reason.to_string());
            Entry::Revoked { on: entry.revocation_date.timestamp(), reason }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::magnitude;

    #[test]
    fn numbers_of_any_length_are_compared() {
        assert!(magnitude(&[9]) < magnitude(&[0, 0x80]));
        assert!(magnitude(&[0, 0x80]) < magnitude(&[1, 0]));
        assert_eq!(magnitude(&[0]), magnitude(&[]));
    }
}
