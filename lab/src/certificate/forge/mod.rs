//! Every certificate attack as one row of a table: who signs, what the leaf claims, and the check that stops it.

mod claim;
mod further;
mod generator;
mod signer;
mod staple;

use rand_core::CryptoRng;

use super::issue::{Credential, Draft, Error, Template};
use super::pki::{Authorities, LEAF_DAYS};
use super::{Purpose, checks};

pub use super::pki::ATTACKER_NAME;
pub use claim::Claim;
pub use further::FURTHER;
pub use signer::Signer;
pub use staple::{STAPLED, Staple, Stapled};

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
    row(
        "forge-twice-named",
        Signer::Genuine,
        Claim::TwiceNamed,
        checks::ENCODING,
        "obtained a certificate that names the victim and, a second time, the attacker: the authority read the other one",
    ),
    row(
        "forge-algorithm",
        Signer::Genuine,
        Claim::OtherAlgorithm,
        checks::ALGORITHM,
        "obtained a certificate that names one algorithm where it is signed and another where it is not",
    ),
    row(
        "forge-policy",
        Signer::Restricted,
        Claim::Honest,
        checks::POLICY,
        "misused an authority that has to certify under a stated policy, and states none",
    ),
    row(
        "forge-key-usage",
        Signer::Lists,
        Claim::Honest,
        checks::KEY_USAGE,
        "misused a key that was certified for signing revocation lists",
    ),
    row(
        "forge-key-identifier",
        Signer::Genuine,
        Claim::NoIssuerKey,
        checks::KEY_IDENTIFIER,
        "obtained a certificate that does not say which key signed it",
    ),
    row(
        "forge-serial",
        Signer::Genuine,
        Claim::SerialZero,
        checks::SERIAL,
        "obtained a certificate with the number zero, by which nobody can tell it from others",
    ),
    row("forge-subject", Signer::Nameless, Claim::Honest, checks::SUBJECT, "made an authority that has no name"),
    row("rogue-ca", Signer::Genuine, Claim::Honest, checks::PIN, "has a trusted authority at its service"),
];

/// The table's row of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Forgery> {
    FORGERIES.iter().find(|forgery| forgery.id == id)
}

impl Forgery {
    /// The check is one of those that a server performs on its client too: a server expects nobody in particular, and
    /// holds the client's authority to no rules for issuers.
    #[must_use]
    pub fn concerns_clients(&self) -> bool {
        ![checks::NAME, checks::SERIAL, checks::KEY_IDENTIFIER].contains(&self.check)
    }

    /// Carries the attack out against `name`, at unix second `at`, for a peer that expects `purpose`: the forged leaf,
    /// with its key.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn commit(
        &self,
        genuine: &Authorities,
        name: &str,
        purpose: Purpose,
        at: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Credential, Error> {
        Ok(self.stage(Form::Flawed, genuine, name, purpose, at, rng)?.leaf)
    }

    /// The same, or its twin, with the revocation lists against which a peer may hold it.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn stage(
        &self,
        form: Form,
        genuine: &Authorities,
        name: &str,
        purpose: Purpose,
        at: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Staged, Error> {
        let signers = self.signer.prepare(form, genuine, purpose, at, rng)?;
        let template = self.signer.demand(form, self.claim.template(form, name, purpose, at));
        // whatever key its signer has
        let template = Template { key: genuine.certified(purpose).or(Some(genuine.keys())), ..template };
        let leaf = match signers.last() {
            Some(signer) if form == Form::Flawed => {
                let leaf = self.claim.finish(signer.issue(&template, rng)?, signer);
                self.signer.finish(leaf, signer, genuine)
            }
            Some(signer) => signer.issue(&template, rng)?,
            None => Credential::self_signed(&template, rng)?,
        };
        let flawed = form == Form::Flawed;
        let leaves: &[&[u8]] = if flawed && self.claim == Claim::Revoked { &[leaf.serial()] } else { &[] };
        let authorities: Vec<&[u8]> = match signers.last() {
            Some(signer) if flawed && self.signer == Signer::Revoked => vec![signer.serial()],
            _ => Vec::new(),
        };
        let mut lists =
            vec![genuine.root.revocation_list(&authorities, at, LEAF_DAYS)?, genuine.issuers_list(leaves, at)?];
        let anchor = self.signer.anchor(&signers).unwrap_or(&genuine.root);
        let listed = [genuine.root.certificate(), genuine.intermediate.certificate()];
        let others = signers.iter().filter(|signer| !listed.contains(&signer.certificate()));
        // Who has no name issues no list (RFC 5280 section 5.1.2.3).
        let others = others.filter(|signer| !signer.template().common_name.is_empty());
        for signer in others.filter(|signer| signer.is_authority_under(anchor)) {
            lists.push(signer.revocation_list(&[], at, LEAF_DAYS)?);
        }
        let all = flawed && self.signer == Signer::StrangerSent || self.signer == Signer::OwnGenerator;
        let presented = if all { leaf.chain() } else { leaf.presented() }.to_vec();
        let system = self.signer.of_the_system(&signers).map(|root| root.certificate().to_vec());
        Ok(Staged { leaf, presented, lists, anchor: anchor.certificate().to_vec(), system })
    }

    /// The genuine authority's certificate for the key of this leaf, DER, as the attack or its twin has it at unix second `at`: for
    /// attacks on a second, which is over before anybody connects.
    ///
    /// # Errors
    /// A time that cannot stand in a certificate.
    pub fn renew(
        &self,
        form: Form,
        genuine: &Authorities,
        leaf: &Credential,
        at: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, Error> {
        let before = leaf.template();
        let validity = self.claim.template(form, &before.common_name, Purpose::Server, at).validity;
        genuine.intermediate.certify(&Template { validity, ..before.clone() }, leaf.key(), rng)
    }

    /// The forged leaf of the same attack before it is signed, which tells its serial number.
    ///
    /// # Errors
    /// A name or time that cannot stand in a certificate.
    pub fn draft(
        &self,
        genuine: &Authorities,
        name: &str,
        purpose: Purpose,
        at: i64,
        rng: &mut dyn CryptoRng,
    ) -> Result<Draft, Error> {
        // Signers of its own are drawn first.
        self.signer.prepare(Form::Flawed, genuine, purpose, at, rng)?;
        Ok(Draft::draw(&self.claim.template(Form::Flawed, name, purpose, at), rng))
    }
}

/// Whether what is presented has the attack's flaw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// It has: the attack itself.
    Flawed,
    /// It lacks this one flaw and is the same in all else: the attack's twin. Whoever refuses both did not refuse the flaw.
    Mended,
}

/// What is presented in an attack, or in its twin.
#[derive(Debug, Clone)]
pub struct Staged {
    /// The leaf, with its chain and its key.
    pub leaf: Credential,
    /// What a server sends of it, DER.
    pub presented: Vec<Vec<u8>>,
    /// A fresh revocation list of every authority below the trust anchor that has a part in it, the genuine root's first; DER.
    pub lists: Vec<Vec<u8>>,
    /// The trust anchor against which it is to be held, DER.
    pub anchor: Vec<u8>,
    /// A root that stands among those of the system besides, DER.
    pub system: Option<Vec<u8>>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chacha20::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;
    use crate::certificate::{CHECKS, KeyType, Pki, Policy, Status, Validation, spki_sha256, validate};
    use crate::check::Switches;

    const AT: i64 = 1_790_000_000;
    const NAME: &str = "server.example";

    fn pki(rng: &mut ChaCha20Rng) -> Pki {
        Pki::generate(NAME, "client.example", AT, rng).unwrap()
    }

    fn policy(pki: &Pki) -> Policy {
        Policy {
            anchors: vec![pki.authorities.root.certificate().to_vec()],
            at: AT,
            name: Some(NAME.parse().unwrap()),
            purpose: Some(Purpose::Server),
            crls: pki.authorities.revocation_lists(&[], AT).unwrap(),
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
        assert!(server.accepted(), "{}", server.reason());
        let leaf = server.leaf.unwrap();
        assert_eq!(leaf.public_key, pki.server.key().public());
        assert_eq!(leaf.names, ["dns:server.example"]);
        let policy =
            Policy { name: Some("client.example".parse().unwrap()), purpose: Some(Purpose::Client), ..policy(&pki) };
        let client = validate(&policy, pki.client.presented());
        assert!(client.accepted(), "{}", client.reason());
    }

    #[test]
    fn a_seed_determines_every_byte() {
        let [a, b, c] = [1, 1, 2].map(|seed| pki(&mut ChaCha20Rng::from_seed([seed; 32])).server.chain().to_vec());
        assert_eq!(a, b);
        assert_ne!(a, c);
    }

    /// The two-way property of every attack: stopped by its one check, and winning with only that check off. Against a
    /// client that expects a name, and against a server that takes any; whatever keys everybody has.
    #[test]
    fn each_forgery_has_one_check_that_stops_it() {
        let against = |keys: KeyType, forgery: &Forgery, purpose, name: Option<&str>| {
            let rng = &mut ChaCha20Rng::from_seed([3; 32]);
            let pki = Pki::generate_with(keys, NAME, "client.example", AT, rng).unwrap();
            let forged = forgery.commit(&pki.authorities, NAME, purpose, AT, rng).unwrap();
            let name = name.map(|name| name.parse().unwrap());
            let revoked = [forged.serial()];
            let revoked = if forgery.claim == Claim::Revoked { &revoked[..] } else { &[] };
            let crls = pki.authorities.revocation_lists(revoked, AT).unwrap();
            let mut policy = Policy { crls, purpose: Some(purpose), name, ..policy(&pki) };
            if forgery.check == checks::PIN {
                let trusting = validate(&policy, forged.presented());
                assert!(trusting.accepted(), "{}: no path check may stop it", forgery.id);
                policy.pins = vec![spki_sha256(pki.server.certificate()).unwrap()];
            }
            let stopped = validate(&policy, forged.presented());
            assert_eq!(failed(&stopped), BTreeSet::from([forgery.check]), "{}: {}", forgery.id, stopped.reason());
            assert!(!stopped.accepted());

            policy.switches = Switches::without(checks::find(forgery.check));
            let won = validate(&policy, forged.presented());
            assert!(won.accepted(), "{}: {}", forgery.id, won.reason());
            assert_eq!(won.status(forgery.check), Some(Status::Skipped));
            assert_eq!(won.leaf.unwrap().public_key, forged.key().public());
            assert_eq!(forged.key().key_type(), keys, "{}", forgery.id);
        };
        for (keys, forgery) in KeyType::ALL.into_iter().flat_map(|keys| FORGERIES.iter().map(move |it| (keys, it))) {
            against(keys, forgery, Purpose::Server, Some(NAME));
            if forgery.concerns_clients() {
                against(keys, forgery, Purpose::Client, None);
            }
        }
    }

    /// The twin of every attack passes every check, revocation lists required; and with its lists the attack fails at its
    /// own check alone, or at lists of authorities that nobody trusts.
    #[test]
    fn each_forgery_has_a_twin_without_the_flaw() {
        for forgery in FORGERIES.iter().chain(FURTHER).filter(|forgery| forgery.check != checks::PIN) {
            for (purpose, name) in [(Purpose::Server, Some(NAME)), (Purpose::Client, None)] {
                let rng = &mut ChaCha20Rng::from_seed([4; 32]);
                let pki = pki(rng);
                let mut judge = |form, require_revocation| {
                    let staged = forgery.stage(form, &pki.authorities, NAME, purpose, AT, rng).unwrap();
                    let (crls, anchors) = (staged.lists.clone(), vec![staged.anchor.clone()]);
                    let name = name.map(|name| name.parse().unwrap());
                    let policy =
                        Policy { crls, anchors, require_revocation, purpose: Some(purpose), name, ..policy(&pki) };
                    (staged.lists.len(), validate(&policy, &staged.presented))
                };
                let (lists, twin) = judge(Form::Mended, true);
                assert!(twin.accepted(), "{}: {}", forgery.id, twin.reason());
                assert!(twin.steps.iter().all(crate::certificate::Step::ok), "{}", forgery.id);
                assert!(lists >= 2, "{}", forgery.id);
                let flawed = judge(Form::Flawed, false).1;
                if name.is_some() || forgery.concerns_clients() {
                    // Who is no host is nobody's name; and no issuer may certify it.
                    let mut expected = BTreeSet::from([forgery.check]);
                    expected.extend(forgery.claim.is_malformed().then_some(checks::SUBJECT));
                    // A key without a named curve is none, whoever it is of.
                    expected.extend((forgery.signer == Signer::OwnGenerator).then_some(checks::ALGORITHM));
                    assert_eq!(failed(&flawed), expected, "{}: {}", forgery.id, flawed.reason());
                }
            }
        }
    }

    #[test]
    fn what_concerns_no_server_passes_there() {
        for forgery in FORGERIES.iter().filter(|forgery| !forgery.concerns_clients()) {
            let rng = &mut ChaCha20Rng::from_seed([3; 32]);
            let pki = pki(rng);
            let forged = forgery.commit(&pki.authorities, NAME, Purpose::Client, AT, rng).unwrap();
            let policy = Policy { purpose: Some(Purpose::Client), name: None, ..policy(&pki) };
            assert!(validate(&policy, forged.presented()).accepted(), "{}", forgery.id);
        }
    }

    #[test]
    fn every_switch_leaves_the_genuine_chain_accepted() {
        let pki = pki(&mut ChaCha20Rng::from_seed([1; 32]));
        for check in CHECKS {
            let policy = Policy { switches: Switches::without([check]), ..policy(&pki) };
            assert!(validate(&policy, pki.server.presented()).accepted(), "{}", check.id);
        }
    }
}
