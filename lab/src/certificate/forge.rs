//! Every certificate attack as one row of a table: who signs, what the leaf claims, and the check that stops it.

use rand_core::CryptoRng;

use super::issue::{Credential, Error, Limits, Template, Validity};
use super::pki::{AUTHORITY_DAYS, LEAF_DAYS, Pki};
use super::{Purpose, checks};

/// The attacker's own domain: what it can honestly be certified for.
pub const ATTACKER_NAME: &str = "mallory.lab";

/// Who signs a forged leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// The leaf's own key.
    Itself,
    /// An authority that nobody trusts.
    Stranger,
    /// Authorities with the genuine ones' names and key identifiers, but other keys.
    Lookalike,
    /// The genuine issuing authority.
    Genuine,
    /// An honest end-entity certificate of the attacker's.
    Leaf,
    /// An authority below a genuine one that may have no authority below it.
    TooDeep,
    /// A genuine authority that may issue for the attacker's domain only.
    Constrained,
}

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
}

/// One certificate attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgery {
    /// Stable id, which is also the attack's.
    pub id: &'static str,
    /// What the attacker did.
    pub title: &'static str,
    /// Who signs.
    pub signer: Signer,
    /// What is wrong with the leaf itself.
    pub claim: Claim,
    /// The one check that stops it.
    pub check: &'static str,
}

const fn row(id: &'static str, signer: Signer, claim: Claim, check: &'static str, title: &'static str) -> Forgery {
    Forgery { id, title, signer, claim, check }
}

/// Every certificate attack.
pub const FORGERIES: &[Forgery] = &[
    row("forge-self-signed", Signer::Itself, Claim::Honest, checks::CHAIN, "signed the certificate itself"),
    row("forge-unknown-ca", Signer::Stranger, Claim::Honest, checks::CHAIN, "made an authority of its own"),
    row(
        "forge-lookalike-ca",
        Signer::Lookalike,
        Claim::Honest,
        checks::CHAIN,
        "made authorities with the names of the genuine ones",
    ),
    row(
        "forge-name",
        Signer::Genuine,
        Claim::OtherName,
        checks::NAME,
        "presents its own genuine certificate under the victim's name",
    ),
    row("forge-expired", Signer::Genuine, Claim::Expired, checks::VALIDITY, "found the key of an expired certificate"),
    row(
        "forge-not-yet",
        Signer::Genuine,
        Claim::NotYet,
        checks::VALIDITY,
        "obtained a certificate for a name that becomes its own only later",
    ),
    row(
        "forge-purpose",
        Signer::Genuine,
        Claim::OtherPurpose,
        checks::PURPOSE,
        "obtained a certificate for the name, but for the other side of a connection",
    ),
    row(
        "forge-leaf-as-ca",
        Signer::Leaf,
        Claim::Honest,
        checks::CA_FLAG,
        "signed a certificate with its own end-entity key",
    ),
    row(
        "forge-path-length",
        Signer::TooDeep,
        Claim::Honest,
        checks::PATH_LENGTH,
        "made an authority below one that may have none",
    ),
    row(
        "forge-name-constraint",
        Signer::Constrained,
        Claim::Honest,
        checks::NAME_CONSTRAINTS,
        "misused an authority that is limited to another domain",
    ),
    row("forge-revoked", Signer::Genuine, Claim::Revoked, checks::REVOKED, "uses a key whose certificate was revoked"),
    row(
        "forge-critical-extension",
        Signer::Genuine,
        Claim::UnknownCritical,
        checks::CRITICAL_EXTENSIONS,
        "obtained a certificate under a restriction that it hopes nobody reads",
    ),
    row("rogue-ca", Signer::Genuine, Claim::Honest, checks::PIN, "has a trusted authority at its service"),
];

/// The table's row of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Forgery> {
    FORGERIES.iter().find(|forgery| forgery.id == id)
}

/// A forged leaf with its key, and the revocation lists of the genuine authorities as they then stand.
#[derive(Debug, Clone)]
pub struct Forged {
    /// What the attacker presents, and signs with.
    pub credential: Credential,
    /// What the victims know of revocation.
    pub crls: Vec<Vec<u8>>,
}

impl Forgery {
    /// Carries the attack out against `name`, at unix second `at`, for a peer that expects `purpose`.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn commit(
        &self,
        pki: &Pki,
        name: &str,
        purpose: Purpose,
        at: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Forged, Error> {
        let leaf = self.claim.template(name, purpose, at);
        let credential = match self.signer.prepare(pki, purpose, at, rng)? {
            Some(signer) => signer.issue(&leaf, rng)?,
            None => Credential::self_signed(&leaf, rng)?,
        };
        let revoked: &[&Credential] = if self.claim == Claim::Revoked { &[&credential] } else { &[] };
        let crls = pki.revocation_lists(revoked, at)?;
        Ok(Forged { credential, crls })
    }
}

impl Claim {
    fn template(self, name: &str, purpose: Purpose, at: i64) -> Template {
        let days = |from: i64, until: i64| Validity {
            not_before: at.saturating_add(from * super::issue::DAY),
            not_after: at.saturating_add(until * super::issue::DAY),
        };
        let honest = Template::leaf(name, purpose, days(-1, LEAF_DAYS));
        match self {
            Self::Honest | Self::Revoked => honest,
            Self::OtherName => Template::leaf(ATTACKER_NAME, purpose, honest.validity),
            Self::Expired => Template { validity: days(-1 - LEAF_DAYS, -1), ..honest },
            Self::NotYet => Template { validity: days(1, 1 + LEAF_DAYS), ..honest },
            Self::OtherPurpose => Template { purposes: vec![purpose.opposite()], ..honest },
            Self::UnknownCritical => Template { unknown_critical: true, ..honest },
        }
    }
}

impl Signer {
    /// The signing credential, or `None` where the leaf signs itself.
    fn prepare(
        self,
        pki: &Pki,
        purpose: Purpose,
        at: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Option<Credential>, Error> {
        let years = Validity::around(at, AUTHORITY_DAYS);
        let authority = |name: &str, limits| Template { authority: Some(limits), ..Template::authority(name, years) };
        let signer = match self {
            Self::Itself => return Ok(None),
            Self::Genuine => pki.intermediate.clone(),
            Self::Stranger => Credential::self_signed(&Template::authority("Unknown root", years), rng)?
                .issue(&Template::authority("Unknown authority", years), rng)?,
            Self::Lookalike => {
                Credential::self_signed(&pki.root.lookalike(), rng)?.issue(&pki.intermediate.lookalike(), rng)?
            }
            // Without a key usage extension: the cA flag alone then tells that this key signs no certificates.
            Self::Leaf => pki.intermediate.issue(
                &Template {
                    key_usage: false,
                    ..Template::leaf(ATTACKER_NAME, purpose, Validity::around(at, LEAF_DAYS))
                },
                rng,
            )?,
            Self::TooDeep => pki
                .root
                .issue(&authority("Hosted authority", Limits { path_length: Some(0), ..Limits::default() }), rng)?
                .issue(&authority("Authority too many", Limits::default()), rng)?,
            Self::Constrained => pki.root.issue(
                &authority(
                    "Constrained authority",
                    Limits { permitted: vec![ATTACKER_NAME.into()], path_length: None },
                ),
                rng,
            )?,
        };
        Ok(Some(signer))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;
    use crate::certificate::{Policy, RULES, Status, Validation, sha256, validate};

    const AT: i64 = 1_790_000_000;
    const NAME: &str = "server.example";

    fn pki(rng: &mut ChaCha20Rng) -> Pki {
        Pki::generate(NAME, "client.example", AT, rng).unwrap()
    }

    fn policy(pki: &Pki) -> Policy {
        Policy {
            anchors: vec![pki.root.certificate().to_vec()],
            at: AT,
            name: Some(NAME.parse().unwrap()),
            purpose: Some(Purpose::Server),
            crls: pki.revocation_lists(&[], AT).unwrap(),
            ..Policy::default()
        }
    }

    fn failed(validation: &Validation) -> BTreeSet<&'static str> {
        validation.steps.iter().filter(|step| !step.ok()).map(|step| step.check).collect()
    }

    #[test]
    fn genuine_chains_pass_every_check() {
        let pki = pki(&mut ChaCha20Rng::from_seed([1; 32]));
        let server = validate(&Policy { require_revocation: true, ..policy(&pki) }, pki.server.presented());
        assert!(server.accepted(), "{}", server.reason);
        let leaf = server.leaf.unwrap();
        assert_eq!(leaf.public_key, pki.server.key().public());
        assert_eq!(leaf.names, ["dns:server.example"]);
        let policy =
            Policy { name: Some("client.example".parse().unwrap()), purpose: Some(Purpose::Client), ..policy(&pki) };
        let client = validate(&policy, pki.client.presented());
        assert!(client.accepted(), "{}", client.reason);
    }

    #[test]
    fn a_seed_determines_every_byte() {
        let [a, b, c] = [1, 1, 2].map(|seed| pki(&mut ChaCha20Rng::from_seed([seed; 32])).server.chain().to_vec());
        assert_eq!(a, b);
        assert_ne!(a, c);
    }

    /// The two-way property of every attack: stopped by its one check, and winning with only that check off.
    #[test]
    fn each_forgery_has_one_check_that_stops_it() {
        for forgery in FORGERIES {
            let rng = &mut ChaCha20Rng::from_seed([3; 32]);
            let pki = pki(rng);
            let forged = forgery.commit(&pki, NAME, Purpose::Server, AT, rng).unwrap();
            let mut policy = Policy { crls: forged.crls, ..policy(&pki) };
            if forgery.check == checks::PIN {
                let trusting = validate(&policy, forged.credential.presented());
                assert!(trusting.accepted(), "{}: no path check may stop it", forgery.id);
                let key = validate(&policy, pki.server.presented()).leaf.unwrap().spki;
                policy.pins = vec![sha256(&key)];
            }
            let stopped = validate(&policy, forged.credential.presented());
            assert_eq!(failed(&stopped), BTreeSet::from([forgery.check]), "{}: {}", forgery.id, stopped.reason);
            assert!(!stopped.accepted());

            policy.disabled.insert(forgery.check.to_owned());
            let won = validate(&policy, forged.credential.presented());
            assert!(won.accepted(), "{}: {}", forgery.id, won.reason);
            assert_eq!(won.status(forgery.check), Some(Status::Skipped));
            assert_eq!(won.leaf.unwrap().public_key, forged.credential.key().public());
        }
    }

    #[test]
    fn every_switch_leaves_the_genuine_chain_accepted() {
        let pki = pki(&mut ChaCha20Rng::from_seed([1; 32]));
        for check in RULES.iter().map(|rule| &rule.check) {
            let policy = Policy { disabled: BTreeSet::from([check.id.to_owned()]), ..policy(&pki) };
            assert!(validate(&policy, pki.server.presented()).accepted(), "{}", check.id);
        }
    }
}
