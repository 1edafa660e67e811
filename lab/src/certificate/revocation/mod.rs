//! Revocation lists (RFC 5280 sections 5 and 6.3): whose they are, whether they count, and who stands on them.

mod list;
mod scope;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use super::Verified;
use super::decode::Certificate;
use super::dn;
use super::error::DecodeError;
use super::policy::Policy;
use super::reason::Useless;
use list::{Entry, List};
use scope::{Point, Reasons, covered};

/// Signatures of lists that one validation may verify.
const SIGNATURES: usize = 512;

/// What the lists say of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// Lists that count speak for all reasons, and none names it.
    Good,
    /// A list names it.
    Revoked {
        /// Since when, unix seconds.
        on: i64,
        /// For which reason.
        reason: Option<String>,
    },
    /// Lists that should speak for it are there, but none counts, or not for every reason.
    Unusable(Useless),
    /// The only lists that should speak for it are signed by its own key.
    Circular,
    /// No list is there that should speak for it.
    Unlisted,
}

/// Why a list does not count for a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Of itself, or because nobody who may sign it did.
    Useless(Useless),
    /// Whether its signer may sign is just being asked: a list does not speak for its own signer.
    Circular,
}

/// The lists that the policy brings.
pub(super) struct Lists<'a> {
    lists: Vec<List<'a>>,
    /// Whether a list is signed with a key, by list and the address of that key.
    signed: RefCell<HashMap<(usize, *const u8), bool>>,
    signatures: Cell<usize>,
    verified: Option<&'a Verified>,
}

impl<'a> Lists<'a> {
    /// Decodes all lists of the policy; those signed with weak algorithms count where the policy takes them too.
    ///
    /// # Errors
    /// The first list that is not one.
    pub(super) fn decode(policy: &'a Policy, weak_too: bool) -> Result<Self, (usize, DecodeError)> {
        let verified = policy.verified.as_deref();
        let lists = policy.crls.iter().enumerate();
        let lists = lists.map(|(index, der)| List::decode(der, weak_too, verified).map_err(|error| (index, error)));
        Ok(Self {
            lists: lists.collect::<Result<_, _>>()?,
            signed: RefCell::default(),
            signatures: Cell::new(SIGNATURES),
            verified,
        })
    }

    /// Whether there are no lists at all.
    pub(super) fn is_empty(&self) -> bool {
        self.lists.is_empty()
    }

    /// What the lists say of the certificate at unix second `at` (section 6.3.3). `authorize` tells whether somebody of
    /// this name signed the list of this index who may do so.
    pub(super) fn standing(
        &self,
        certificate: &Certificate<'_>,
        at: i64,
        mut authorize: impl FnMut(Signed<'_, 'a>) -> Result<(), Refusal>,
    ) -> Standing {
        let points = Point::of(certificate);
        let mut reasons = Reasons::NONE;
        // Why the first list that should speak does not.
        let mut unusable: Option<Useless> = None;
        let mut circular = false;
        for (index, list) in self.lists.iter().enumerate() {
            let covers = match self.scope_of(list, &points, certificate) {
                None => continue,
                Some(covers) => covers,
            };
            let usable = covers.and_then(|covers| match &list.defect {
                Some(defect) => Err(defect.clone()),
                None if list.is_delta() => Err(Useless::Delta),
                None => Ok(covers),
            });
            let found = usable.map_err(Refusal::Useless).and_then(|covers| {
                // A delta list that may be used keeps a complete one current (section 6.3.3 (a)).
                let mut deltas = Vec::new();
                for (index, delta) in self.lists.iter().enumerate() {
                    if !delta.updates(list) || delta.defect.is_some() || delta.untimely(at).is_some() {
                        continue;
                    }
                    match authorize(Signed { lists: self, index }) {
                        Ok(()) => deltas.push(delta),
                        Err(Refusal::Useless(why)) if why.is_cut_off() => return Err(Refusal::Useless(why)),
                        Err(_) => {}
                    }
                }
                match list.untimely(at) {
                    Some(why) if deltas.is_empty() || list.expired(at).is_none() => return Err(Refusal::Useless(why)),
                    _ => {}
                }
                authorize(Signed { lists: self, index })?;
                Ok((covers, deltas))
            });
            let (covers, deltas) = match found {
                Ok(found) => found,
                Err(Refusal::Circular) => {
                    circular = true;
                    continue;
                }
                Err(Refusal::Useless(why)) if why.is_cut_off() => return Standing::Unusable(why),
                Err(Refusal::Useless(why)) => {
                    unusable.get_or_insert(why);
                    continue;
                }
            };
            let mut removed = false;
            for delta in deltas {
                match delta.entry(certificate) {
                    Some(Entry::Revoked { on, reason }) => return Standing::Revoked { on, reason },
                    Some(Entry::Removed) => removed = true,
                    None => {}
                }
            }
            match list.entry(certificate) {
                Some(Entry::Revoked { on, reason }) if !removed => return Standing::Revoked { on, reason },
                _ => reasons = reasons.or(covers),
            }
        }
        match unusable {
            _ if reasons == Reasons::ALL => Standing::Good,
            _ if reasons != Reasons::NONE => Standing::Unusable(Useless::SomeReasons),
            Some(why) => Standing::Unusable(why),
            None if circular => Standing::Circular,
            None => Standing::Unlisted,
        }
    }

    /// For which reasons a list speaks for the certificate, or why for none; `None` where it is somebody else's.
    fn scope_of(
        &self,
        list: &List<'_>,
        points: &[Point<'_>],
        certificate: &Certificate<'_>,
    ) -> Option<Result<Reasons, Useless>> {
        let issuer = list.issuer();
        let own = dn::equal(issuer, certificate.issuer());
        if !own && !points.iter().any(|point| point.names_issuer(issuer)) {
            return None;
        }
        let mut all = Reasons::NONE;
        let mut why = None;
        for point in points {
            match covered(issuer, list.scope.as_ref(), point, certificate) {
                Ok(reasons) => all = all.or(reasons),
                Err(reason) => {
                    why.get_or_insert(reason);
                }
            }
        }
        Some(if all == Reasons::NONE { Err(why.unwrap_or(Useless::NoReasons)) } else { Ok(all) })
    }
}

/// One of the lists, of which it is to be told who signed it.
#[derive(Clone, Copy)]
pub(super) struct Signed<'l, 'a> {
    lists: &'l Lists<'a>,
    index: usize,
}

impl Signed<'_, '_> {
    /// Which of the lists it is.
    pub(super) fn index(&self) -> usize {
        self.index
    }

    /// Whether the list is issued under a certificate's name.
    pub(super) fn names(&self, signer: &Certificate<'_>) -> bool {
        dn::equal(signer.subject(), self.lists.lists[self.index].issuer())
    }

    /// Whether a certificate's key may sign lists (section 6.3.3 (f)).
    pub(super) fn may_sign(signer: &Certificate<'_>) -> bool {
        signer.key_usage().is_none_or(|(usage, _)| usage.crl_sign())
    }

    /// Whether the list names certificates of other issuers than its own.
    pub(super) fn is_indirect(&self) -> bool {
        self.lists.lists[self.index].scope.as_ref().is_some_and(|scope| scope.indirect)
    }

    /// Whether the certificate's key signed the list; `None` once too many signatures were verified.
    pub(super) fn is_signed_by(&self, signer: &Certificate<'_>) -> Option<bool> {
        let key = (self.index, signer.spki().as_ptr());
        if let Some(&known) = self.lists.signed.borrow().get(&key) {
            return Some(known);
        }
        self.lists.signatures.set(self.lists.signatures.get().checked_sub(1)?);
        let signed = self.lists.lists[self.index].verifies(signer, self.lists.verified);
        self.lists.signed.borrow_mut().insert(key, signed);
        Some(signed)
    }
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
            anchors: vec![pki.authorities.root.certificate().to_vec()],
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
        assert!(judge(&pki, Vec::new(), &[], true).reason().starts_with("cert-revoked of certificate 1"));
        let both = pki.authorities.revocation_lists(&[], AT).unwrap();
        assert!(judge(&pki, vec![both[0].clone()], &[], true).reason().starts_with("cert-revoked of certificate 0"));
        assert!(judge(&pki, both, &[], true).accepted());
    }

    #[test]
    fn revoked_intermediate() {
        let pki = pki(&mut ChaCha20Rng::from_seed([1; 32]));
        let list = pki.authorities.root.revocation_list(&[pki.authorities.intermediate.serial()], AT, 30).unwrap();
        let found = judge(&pki, vec![list], &[], false);
        assert!(found.reason().starts_with("cert-revoked of certificate 1"), "{}", found.reason());
        assert!(
            found.reason().contains("Key Compromise") || found.reason().contains("KeyCompromise"),
            "{}",
            found.reason()
        );
    }

    #[test]
    fn stale_early_and_forged_lists_do_not_count() {
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        let pki = pki(rng);
        let day = 86_400;
        let stale = pki.authorities.intermediate.revocation_list(&[], AT - 60 * day, 30).unwrap();
        assert!(judge(&pki, vec![stale], &[], false).reason().contains("the list expired"));
        let early = pki.authorities.intermediate.revocation_list(&[], AT + 60 * day, 30).unwrap();
        assert!(judge(&pki, vec![early], &[], false).reason().contains("not valid before"));
        // Somebody of the issuer's name, with another key, would like the certificate to be unrevoked.
        let imposter = Credential::self_signed(&pki.authorities.intermediate.lookalike(), rng).unwrap();
        let forged = imposter.revocation_list(&[], AT, 30).unwrap();
        let found = judge(&pki, vec![forged], &[&imposter], false);
        assert!(found.reason().contains("was not certified by an authority of this path"), "{}", found.reason());
    }

    /// RFC 5280 section 6.3.3 (f): another key, certified under the issuer's name by the issuer's own issuer.
    #[test]
    fn a_separate_key_may_sign_lists() {
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        let pki = pki(rng);
        let template = Template { key_identifier: None, ..pki.authorities.intermediate.lookalike() };
        let separate = pki.authorities.root.issue(&template, rng).unwrap();
        let list = separate.revocation_list(&[pki.server.serial()], AT, 30).unwrap();
        let found = judge(&pki, vec![list.clone()], &[&separate], false);
        assert!(found.reason().contains("the issuer withdrew this certificate"), "{}", found.reason());
        assert!(judge(&pki, vec![list], &[], false).reason().contains("does not verify with the issuer's key"));
    }
}
