//! What is tried against a client: an attack of the catalogue, and its twin.

use crate::{placeholder::Placeholder, tls::Presented};
use lab::{
    certificate::{
        Authorities, FORGERIES, Forgery, Policy, Profile, Purpose, checks,
        forge::{Form, Staged},
        issue, validate,
    },
    check::Check,
};
use rand_core::CryptoRng;

/// One attack as it is carried out against real software.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The attack's id.
    pub attack: &'static str,
    /// The one check that stops it.
    pub check: &'static Check,
    /// What the client must be given, or it cannot perform the check and is not expected to.
    pub needs: Option<Placeholder>,
    forgery: &'static Forgery,
}

/// Every attack that real software can be put to: all forgeries but those that only a pinned key stops, since nobody can
/// pin a key that is made for the run.
pub fn cases() -> impl Iterator<Item = Case> {
    FORGERIES.iter().filter(|forgery| forgery.check != checks::PIN).filter_map(|forgery| {
        let needs = (forgery.check == checks::REVOKED).then_some(Placeholder::Crl);
        Some(Case { attack: forgery.id, check: checks::find(forgery.check)?, needs, forgery })
    })
}

/// What a server presents in one run, and what its client is given to judge it by.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) presented: Presented,
    /// The revocation lists, DER.
    pub(crate) lists: Vec<Vec<u8>>,
    /// Path validation as RFC 5280 section 6 has it finds nothing wrong: what is broken is a rule for issuers.
    pub(crate) only_issuers_rules: bool,
    /// The lab's own judge, with every rule, finds something wrong.
    pub(crate) flawed: bool,
}

/// Whom the server claims to be, to whom, and when.
pub(crate) struct Scene<'s> {
    pub(crate) authorities: &'s Authorities,
    pub(crate) name: &'s str,
    pub(crate) at: i64,
}

impl Scene<'_> {
    /// What the genuine server presents.
    pub(crate) fn honest(&self, rng: &mut dyn CryptoRng) -> Result<Stage, issue::Error> {
        let leaf = self.authorities.leaf(self.name, Purpose::Server, self.at, rng)?;
        let lists = self.authorities.revocation_lists(&[], self.at)?;
        Ok(self.stage(&Staged { leaf, lists }))
    }

    /// What the attacker presents, or its twin.
    pub(crate) fn of(&self, case: &Case, form: Form, rng: &mut dyn CryptoRng) -> Result<Stage, issue::Error> {
        let staged = case.forgery.stage(form, self.authorities, self.name, Purpose::Server, self.at, rng)?;
        Ok(self.stage(&staged))
    }

    fn stage(&self, staged: &Staged) -> Stage {
        let policy = Policy {
            anchors: vec![self.authorities.root.certificate().to_vec()],
            at: self.at,
            name: self.name.parse().ok(),
            purpose: Some(Purpose::Server),
            crls: staged.lists.clone(),
            profile: Profile::Rfc5280,
            ..Policy::default()
        };
        let chain = staged.leaf.presented();
        Stage {
            presented: Presented { chain: chain.to_vec(), key: staged.leaf.key().to_pkcs8_pem() },
            lists: staged.lists.clone(),
            only_issuers_rules: validate(&policy, chain).accepted(),
            flawed: !validate(&Policy { profile: Profile::WebPki, ..policy }, chain).accepted(),
        }
    }
}
