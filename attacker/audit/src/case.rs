//! What is tried against a program: an attack, and its twin.

use crate::{
    deed::DEEDS,
    lie::{Lie, Manner},
    mail::{Opening, Speech},
    placeholder::Placeholder,
    role::Role,
    tls::Presented,
};
use lab::{
    certificate::{
        Authorities, FORGERIES, Forgery, KeyPair, Policy, Profile, Purpose, checks,
        forge::{FURTHER, Form, STAPLED, Staged, Staple},
        issue, validate,
    },
    check::Check,
};
use rand_core::CryptoRng;

/// One attack as it is carried out against real software.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The attack's id, with its variant.
    pub attack: &'static str,
    /// The one check that stops it.
    pub check: &'static Check,
    /// What the program must be given, or it cannot perform the check and is not expected to.
    pub needs: Option<Placeholder>,
    /// The client shows that it was deceived by what it does with the answer, not by what it sends.
    pub by_answer: bool,
    /// The number of the group that a client has to offer, or it cannot be tried.
    pub(crate) group: Option<u16>,
    /// What the attacker does with the command that asks for TLS: it is tried against those alone that have one.
    opening: Option<Opening>,
    /// Against whom alone it can be tried, where that is so.
    against: Option<Role>,
    does: Does,
}

/// What the attacker does.
#[derive(Clone, Copy, Debug)]
enum Does {
    Forges(&'static Forgery),
    Lies(Lie, Manner),
    Staples(Staple),
}

/// Every attack that real software can be put to: all forgeries but those that only a pinned key stops, since nobody can
/// pin a key that is made for the run; and what is wrong in the handshake itself, or behind it.
pub fn cases() -> impl Iterator<Item = Case> {
    let forgeries = FORGERIES.iter().chain(FURTHER).filter(|forgery| forgery.check != checks::PIN);
    let forged = forgeries.filter_map(|forgery| {
        let needs = (forgery.check == checks::REVOKED).then_some(Placeholder::Crl);
        let (attack, does) = (forgery.id, Does::Forges(forgery));
        // Who it is that calls, a server makes up its mind about when it is over: it expects no name.
        let against = (forgery.check == checks::NAME).then_some(Role::Client);
        Some(Case {
            attack,
            check: checks::find(forgery.check)?,
            needs,
            by_answer: false,
            group: None,
            opening: None,
            against,
            does,
        })
    });
    let lied = DEEDS.iter().filter_map(|deed| {
        let (attack, by_answer, does) = (deed.attack, deed.by_answer, Does::Lies(deed.lie, deed.manner));
        let check = lab::checks::find(deed.check)?;
        let opening = if let Lie::Opens(opening) = deed.lie { Some(opening) } else { None };
        let (group, against) = (deed.manner.group(), deed.against);
        Some(Case { attack, check, needs: None, by_answer, group, opening, against, does })
    });
    let stapled = STAPLED.iter().filter_map(|stapled| {
        let (attack, does) = (stapled.id, Does::Staples(stapled.staple));
        let (check, against) = (checks::find(checks::REVOKED)?, Some(Role::Client));
        Some(Case { attack, check, needs: None, by_answer: false, group: None, opening: None, against, does })
    });
    forged.chain(stapled).chain(lied)
}

impl Case {
    /// Whether it can be tried against who speaks like this: mail brings no answer of which use could be made.
    #[must_use]
    pub fn is_in(&self, speech: Speech) -> bool {
        match self.opening {
            Some(opening) => speech.meets(opening),
            None => !self.by_answer || speech == Speech::Direct,
        }
    }

    /// The attack without its variant.
    pub(crate) fn kind(&self) -> &'static str {
        self.attack.split_once(':').map_or(self.attack, |(kind, _)| kind)
    }

    /// Whether it can be tried against such a program.
    #[must_use]
    pub fn is_against(&self, role: Role) -> bool {
        self.against.is_none_or(|alone| alone == role)
    }
}

/// What a program was shown, and by what the lab's own judge finds the flaw in it.
#[derive(Clone, Debug, Default)]
pub struct Exhibit {
    /// What a path has to satisfy, with every rule on.
    pub policy: Policy,
    /// The chain, DER, leaf first.
    pub chain: Vec<Vec<u8>>,
}

/// What the program's peer presents in one run, and what the program is given to judge it by.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    pub(crate) presented: Presented,
    /// The revocation lists, DER.
    pub(crate) lists: Vec<Vec<u8>>,
    /// Path validation as RFC 5280 section 6 has it finds nothing wrong: what is broken is a rule for issuers.
    pub(crate) only_issuers_rules: bool,
    /// The lab's own judge, with every rule, finds something wrong.
    pub(crate) flawed: bool,
    /// By what that judge judges.
    pub(crate) policy: Policy,
}

/// Whom the peer claims to be, and when.
pub(crate) struct Scene<'s> {
    pub(crate) authorities: &'s Authorities,
    pub(crate) name: &'s str,
    /// What its certificate is for.
    pub(crate) purpose: Purpose,
    pub(crate) at: i64,
}

impl Stage {
    pub(crate) fn exhibit(&self) -> Exhibit {
        Exhibit { policy: self.policy.clone(), chain: self.presented.chain.clone() }
    }
}

impl Scene<'_> {
    /// What the genuine peer presents.
    pub(crate) fn honest(&self, rng: &mut dyn CryptoRng) -> Result<Stage, issue::Error> {
        // With all that anybody may ask for.
        let (staged, staple) =
            Staple::Revoked.stage(Form::Mended, self.authorities, self.name, self.purpose, self.at, rng)?;
        let mut stage = self.stage(&staged);
        stage.presented.staple = staple;
        Ok(stage)
    }

    /// What the attacker presents, or its twin.
    pub(crate) fn of(&self, case: &Case, form: Form, rng: &mut dyn CryptoRng) -> Result<Stage, issue::Error> {
        match case.does {
            Does::Forges(forgery) => {
                let staged = forgery.stage(form, self.authorities, self.name, self.purpose, self.at, rng)?;
                Ok(self.stage(&staged))
            }
            Does::Staples(staple) => {
                let (staged, stapled) = staple.stage(form, self.authorities, self.name, self.purpose, self.at, rng)?;
                let mut stage = self.stage(&staged);
                stage.presented.staple = stapled;
                // The chain is perfect: what is wrong stands beside it.
                stage.flawed = form == Form::Flawed;
                stage.only_issuers_rules = false;
                Ok(stage)
            }
            Does::Lies(lie, manner) => {
                let mut stage = self.honest(rng)?;
                stage.presented.manner = manner;
                if form == Form::Flawed {
                    stage.flawed = true;
                    stage.only_issuers_rules = false;
                    stage.presented.lie = lie;
                    if lie == Lie::OtherKey {
                        let mut seed = [0; 32];
                        rng.fill_bytes(&mut seed);
                        stage.presented.key = KeyPair::of(self.authorities.keys(), &seed);
                    }
                }
                Ok(stage)
            }
        }
    }

    fn stage(&self, staged: &Staged) -> Stage {
        let policy = Policy {
            anchors: vec![self.authorities.root.certificate().to_vec()],
            at: self.at,
            name: self.name.parse().ok().filter(|_| self.purpose == Purpose::Server),
            purpose: Some(self.purpose),
            crls: staged.lists.clone(),
            profile: Profile::Rfc5280,
            ..Policy::default()
        };
        let strict = Policy { profile: Profile::WebPki, ..policy.clone() };
        let chain = &staged.presented;
        Stage {
            presented: Presented {
                chain: chain.clone(),
                key: staged.leaf.key().clone(),
                lie: Lie::None,
                staple: None,
                manner: Manner::Usual,
            },
            lists: staged.lists.clone(),
            only_issuers_rules: validate(&policy, chain).accepted(),
            flawed: !validate(&strict, chain).accepted(),
            policy: strict,
        }
    }
}
