//! Revocation lists (RFC 5280 sections 5 and 6.3): whose they are, whether they count, and who stands on them.

use std::cell::RefCell;
use std::collections::HashMap;

use x509_parser::extensions::{DistributionPointName, GeneralName, IssuingDistributionPoint, ParsedExtension};
use x509_parser::prelude::{FromDer as _, X509Version};
use x509_parser::revocation_list::{CertificateRevocationList, RevokedCertificate};

use super::date::date;
use super::decode::{Certificate, DecodeError, oid_text};
use super::policy::Policy;
use super::public_key::Strength;
use super::signature::{self, Signature};
use super::{Verified, der, dn, grammar};

/// What the lists say of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// A list of its issuer that counts does not name it.
    Good,
    /// A list names it: since when, and why.
    Revoked(String),
    /// Lists of its issuer are there, but none counts.
    Unusable(String),
    /// No list of its issuer is there.
    Unlisted,
}

/// The lists that the policy brings.
pub(super) struct Lists<'a> {
    lists: Vec<CertificateRevocationList<'a>>,
    /// Why a list does not count under an issuer's key, by list and the address of that key.
    defects: RefCell<HashMap<(usize, *const u8), Option<String>>>,
    verified: Option<&'a Verified>,
}

impl<'a> Lists<'a> {
    /// Decodes all lists, whose signatures may be `verified` already.
    ///
    /// # Errors
    /// The first list that is not one.
    pub(super) fn decode(ders: &'a [Vec<u8>], verified: Option<&'a Verified>) -> Result<Self, (usize, DecodeError)> {
        let lists = ders
            .iter()
            .enumerate()
            .map(|(index, bytes)| {
                let error = |got| (index, DecodeError { field: "CRL", expected: "a CertificateList in DER", got });
                der::check(bytes).map_err(error)?;
                grammar::revocation_list(bytes).map_err(|error| (index, error))?;
                CertificateRevocationList::from_der(bytes).map(|(_, list)| list).map_err(|e| error(e.to_string()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { lists, defects: RefCell::default(), verified })
    }

    /// Whether there are no lists at all.
    pub(super) fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// What the lists of the certificate's issuer, signed by one of `signers`, say of it at unix second `at`.
    pub(super) fn standing(&self, certificate: &Certificate<'_>, signers: &[&Certificate<'_>], at: i64) -> Standing {
        let mut standing = Standing::Unlisted;
        for (index, list) in self.lists.iter().enumerate() {
            if !dn::equal(list.issuer(), certificate.issuer()) {
                continue;
            }
            let unusable = self.unusable(index, list, signers, at).or_else(|| out_of_scope(list, certificate));
            if let Some(why) = unusable {
                if standing == Standing::Unlisted {
                    standing = Standing::Unusable(why);
                }
                continue;
            }
            let serial = certificate.x509.raw_serial();
            match list.iter_revoked_certificates().find(|entry| entry.raw_serial() == serial) {
                Some(entry) => return Standing::Revoked(describe(entry)),
                None => standing = Standing::Good,
            }
        }
        standing
    }

    /// Why a list counts under nobody's key, whatever the certificate; the first signer's reason speaks for all.
    fn unusable(
        &self,
        index: usize,
        list: &CertificateRevocationList<'_>,
        signers: &[&Certificate<'_>],
        at: i64,
    ) -> Option<String> {
        let mut defects = signers.iter().map(|signer| {
            let key = (index, signer.spki().as_ptr());
            self.defects.borrow_mut().entry(key).or_insert_with(|| defect(list, signer, at, self.verified)).clone()
        });
        let first = defects.next().unwrap_or_else(|| Some("nobody is known who could have signed the list".into()))?;
        defects.all(|defect| defect.is_some()).then_some(first)
    }
}

fn defect(
    list: &CertificateRevocationList<'_>,
    issuer: &Certificate<'_>,
    at: i64,
    verified: Option<&Verified>,
) -> Option<String> {
    if list.version() != Some(X509Version::V2) {
        return Some("the list is not of version 2".into());
    }
    if list.signature_algorithm != list.tbs_cert_list.signature {
        return Some("the list names two signature algorithms".into());
    }
    if let Strength::Weak(why) | Strength::Unsupported(why) = signature::algorithm_strength(&list.signature_algorithm) {
        return Some(format!("the list is signed by {why}"));
    }
    if issuer.key_usage().is_some_and(|(usage, _)| !usage.crl_sign()) {
        return Some("the issuer's key may not sign lists (keyUsage without cRLSign)".into());
    }
    if list.last_update().timestamp() > at {
        return Some(format!("the list is not valid before {}", date(list.last_update().timestamp())));
    }
    match list.next_update() {
        Some(next) if next.timestamp() < at => return Some(format!("the list expired at {}", date(next.timestamp()))),
        Some(_) => {}
        None => return Some("the list does not say until when it holds".into()),
    }
    if let Some(defect) = extension_defect(list) {
        return Some(defect);
    }
    let key = &issuer.x509.tbs_certificate.subject_pki;
    let message = list.tbs_cert_list.as_ref();
    let found = signature::verify(key, &list.signature_algorithm, message, &list.signature_value, verified);
    (found != Signature::Valid).then(|| "the list's signature does not verify with the issuer's key".into())
}

/// Section 5.2: a number there must be, not critical; critical extensions must be understood.
fn extension_defect(list: &CertificateRevocationList<'_>) -> Option<String> {
    let mut numbered = false;
    for extension in list.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::CRLNumber(_) if extension.critical => return Some("the list's number is critical".into()),
            ParsedExtension::CRLNumber(_) => numbered = true,
            ParsedExtension::IssuingDistributionPoint(scope) if !whole(scope, extension.value) => {
                return Some("the list's scope cannot be read".into());
            }
            ParsedExtension::AuthorityKeyIdentifier(_) | ParsedExtension::IssuingDistributionPoint(_) => {}
            ParsedExtension::ParseError { .. } => {
                return Some(format!("the list's extension {} is malformed", oid_text(extension.oid.as_bytes())));
            }
            _ if extension.critical => {
                return Some(format!("critical extension {} of the list", oid_text(extension.oid.as_bytes())));
            }
            _ => {}
        }
    }
    (!numbered).then(|| "the list has no number".into())
}

/// Whether every field of the scope was read: the parser underneath leaves out what it cannot read.
fn whole(scope: &IssuingDistributionPoint<'_>, value: &[u8]) -> bool {
    let fields = [
        scope.distribution_point.is_some(),
        scope.only_contains_user_certs,
        scope.only_contains_ca_certs,
        scope.only_some_reasons.is_some(),
        scope.indirect_crl,
        scope.only_contains_attribute_certs,
    ];
    let read = fields.into_iter().filter(|&field| field).count();
    der::children(value).is_some_and(|fields| fields.len() == read)
}

/// Section 5.2.5: whether the list covers this certificate at all.
fn out_of_scope(list: &CertificateRevocationList<'_>, certificate: &Certificate<'_>) -> Option<String> {
    let scope = list.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::IssuingDistributionPoint(scope) => Some(scope),
        _ => None,
    })?;
    let why = if scope.indirect_crl {
        "an indirect list, which is not processed here"
    } else if scope.only_some_reasons.is_some() {
        "a list for some reasons only"
    } else if scope.only_contains_attribute_certs {
        "a list of attribute certificates only"
    } else if scope.only_contains_user_certs && certificate.is_authority() {
        "a list of end entities only"
    } else if scope.only_contains_ca_certs && !certificate.is_authority() {
        "a list of authorities only"
    } else if !same_distribution_point(scope, certificate) {
        "a list of another distribution point"
    } else {
        return None;
    };
    Some(why.into())
}

fn same_distribution_point(scope: &IssuingDistributionPoint<'_>, certificate: &Certificate<'_>) -> bool {
    let Some(DistributionPointName::FullName(names)) = &scope.distribution_point else {
        return scope.distribution_point.is_none();
    };
    let Some((points, _)) = certificate.crl_distribution_points() else { return false };
    points.iter().any(|point| match &point.distribution_point {
        Some(DistributionPointName::FullName(own)) => {
            own.iter().take(16).any(|a| names.iter().take(16).any(|b| same_name(a, b)))
        }
        _ => false,
    })
}

fn same_name(a: &GeneralName<'_>, b: &GeneralName<'_>) -> bool {
    match (a, b) {
        (GeneralName::DirectoryName(a), GeneralName::DirectoryName(b)) => dn::equal(a, b),
        (a, b) => a == b,
    }
}

/// Whether `candidate` may sign lists in the name of `issuer` with another key (section 6.3.3 (f)): the same name, a
/// key for signing lists, and a certificate by `issuer` itself or by whoever certified `issuer`.
pub(super) fn may_sign_for(
    candidate: &Certificate<'_>,
    issuer: &Certificate<'_>,
    above: Option<&Certificate<'_>>,
    policy: &Policy,
) -> bool {
    let validity = &candidate.x509.tbs_certificate.validity;
    let by = |signer: &Certificate<'_>| {
        let x509 = &candidate.x509;
        dn::equal(signer.subject(), candidate.issuer())
            && signature::verify(
                &signer.x509.tbs_certificate.subject_pki,
                &x509.signature_algorithm,
                x509.tbs_certificate.as_ref(),
                &x509.signature_value,
                policy.verified.as_deref(),
            ) == Signature::Valid
    };
    candidate.spki() != issuer.spki()
        && dn::equal(candidate.subject(), issuer.subject())
        && candidate.key_usage().is_some_and(|(usage, _)| usage.crl_sign())
        && (validity.not_before.timestamp()..=validity.not_after.timestamp()).contains(&policy.at)
        && (by(issuer) || above.is_some_and(by))
}

fn describe(entry: &RevokedCertificate<'_>) -> String {
    let reason = entry.reason_code().map_or_else(|| "without a reason".into(), |(_, reason)| format!("{reason}"));
    format!("revoked on {}, {reason}", date(entry.revocation_date.timestamp()))
}

#[cfg(test)]
mod tests {
    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use crate::certificate::{Credential, Pki, Policy, Template, Validation, validate};

    const AT: i64 = 1_790_000_000;

    fn pki(rng: &mut ChaCha20Rng) -> Pki {
        Pki::generate("a.example", "client.example", AT, rng).unwrap()
    }

    fn judge(pki: &Pki, crls: Vec<Vec<u8>>, further: &[&Credential], require_revocation: bool) -> Validation {
        let policy = Policy {
            anchors: vec![pki.root.certificate().to_vec()],
            intermediates: further.iter().map(|credential| credential.certificate().to_vec()).collect(),
            at: AT,
            crls,
            require_revocation,
            ..Policy::default()
        };
        validate(&policy, pki.server.presented())
    }

    #[test]
    fn lists_of_every_issuer_are_required_only_on_demand() {
        let pki = pki(&mut ChaCha20Rng::from_seed([1; 32]));
        assert!(judge(&pki, Vec::new(), &[], false).accepted());
        assert!(judge(&pki, Vec::new(), &[], true).reason.starts_with("cert-revoked of certificate 1"));
        let both = pki.revocation_lists(&[], AT).unwrap();
        assert!(judge(&pki, vec![both[0].clone()], &[], true).reason.starts_with("cert-revoked of certificate 0"));
        assert!(judge(&pki, both, &[], true).accepted());
    }

    #[test]
    fn revoked_intermediate() {
        let pki = pki(&mut ChaCha20Rng::from_seed([1; 32]));
        let list = pki.root.revocation_list(&[&pki.intermediate], AT, 30).unwrap();
        let found = judge(&pki, vec![list], &[], false);
        assert!(found.reason.starts_with("cert-revoked of certificate 1"), "{}", found.reason);
        assert!(found.reason.contains("Key Compromise") || found.reason.contains("KeyCompromise"), "{}", found.reason);
    }

    #[test]
    fn stale_early_and_forged_lists_do_not_count() {
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        let pki = pki(rng);
        let day = 86_400;
        let stale = pki.intermediate.revocation_list(&[], AT - 60 * day, 30).unwrap();
        assert!(judge(&pki, vec![stale], &[], false).reason.contains("the list expired"));
        let early = pki.intermediate.revocation_list(&[], AT + 60 * day, 30).unwrap();
        assert!(judge(&pki, vec![early], &[], false).reason.contains("not valid before"));
        // Somebody of the issuer's name, with another key, would like the certificate to be unrevoked.
        let imposter = Credential::self_signed(&pki.intermediate.lookalike(), rng).unwrap();
        let forged = imposter.revocation_list(&[], AT, 30).unwrap();
        let found = judge(&pki, vec![forged], &[&imposter], false);
        assert!(found.reason.contains("does not verify with the issuer's key"), "{}", found.reason);
    }

    /// RFC 5280 section 6.3.3 (f): another key, certified under the issuer's name by the issuer's own issuer.
    #[test]
    fn a_separate_key_may_sign_lists() {
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        let pki = pki(rng);
        let template = Template { key_identifier: None, ..pki.intermediate.lookalike() };
        let separate = pki.root.issue(&template, rng).unwrap();
        let list = separate.revocation_list(&[&pki.server], AT, 30).unwrap();
        let found = judge(&pki, vec![list.clone()], &[&separate], false);
        assert!(found.reason.contains("the issuer withdrew this certificate"), "{}", found.reason);
        assert!(judge(&pki, vec![list], &[], false).reason.contains("does not verify with the issuer's key"));
    }
}
