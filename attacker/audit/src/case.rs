//! What is tried against a program: an attack, and its twin.

use crate::{
    deed::DEEDS,
    lie::{Lie, Manner},
    mail::{Opening, Speech},
    placeholder::Placeholder,
    resumption::{Change, First, RESUMED},
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
    /// A client has to resume sessions, or it cannot be tried.
    pub(crate) resumes: bool,
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
    Resumes(Change),
}

/// Every attack that real software can be put to: all forgeries but those that only a pinned key stops, since nobody can
/// pin a key that is made for the run; and what is wrong in the handshake itself, or behind it.
pub fn cases() -> impl Iterator<Item = Case> {
    let forgeries = FORGERIES.iter().chain(FURTHER).filter(|forgery| forgery.check != checks::PIN);
    let forged = forgeries.filter_map(|forgery| {
        let needs = (forgery.check == checks::REVOKED).then_some(Placeholder::Crl);
        // Who it is that calls, a server makes up its mind about when it is over: it expects no name.
        let against = (forgery.check == checks::NAME).then_some(Role::Client);
        Some(Case { needs, against, ..case(forgery.id, checks::find(forgery.check)?, Does::Forges(forgery)) })
    });
    let lied = DEEDS.iter().filter_map(|deed| {
        let opening = if let Lie::Opens(opening) = deed.lie { Some(opening) } else { None };
        let (group, against, by_answer) = (deed.manner.group(), deed.against, deed.by_answer);
        let usual = case(deed.attack, lab::checks::find(deed.check)?, Does::Lies(deed.lie, deed.manner));
        Some(Case { by_answer, group, opening, against, ..usual })
    });
    let stapled = STAPLED.iter().filter_map(|stapled| {
        let usual = case(stapled.id, checks::find(checks::REVOKED)?, Does::Staples(stapled.staple));
        Some(Case { against: Some(Role::Client), ..usual })
    });
    let resumed = RESUMED.iter().filter_map(|resumed| {
        let needs = (resumed.check == checks::REVOKED).then_some(Placeholder::Crl);
        let usual = case(resumed.attack, checks::find(resumed.check)?, Does::Resumes(resumed.change));
        Some(Case { needs, resumes: true, against: Some(Role::Client), ..usual })
    });
    forged.chain(stapled).chain(lied).chain(resumed)
}

/// One that can be tried against everybody.
const fn case(attack: &'static str, check: &'static Check, does: Does) -> Case {
    Case {
        attack,
        check,
        needs: None,
        by_answer: false,
        group: None,
        resumes: false,
        opening: None,
        against: None,
        does,
    }
}

impl Case {
    /// Whether it can be tried against who speaks like this: mail brings no answer of which use could be made.
    #[must_use]
    pub fn is_in(&self, speech: Speech) -> bool {
        match self.opening {
            Some(_) => speech.asks(),
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
    /// What is so when a client that connects twice does so first, where that is something else.
    pub(crate) first: Option<First>,
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
    /// Whom a client that connects twice asks first.
    pub(crate) first: &'s str,
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

    /// The same to a client that may resume its session, where it connects twice.
    pub(crate) fn meeting(&self, twice: bool, rng: &mut dyn CryptoRng) -> Result<Stage, issue::Error> {
        let mut stage = self.honest(rng)?;
        if twice {
            stage.presented.manner = Manner::Tickets;
        }
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
            Does::Resumes(change) => {
                let (staged, first) = change.stage(form, self.authorities, [self.first, self.name], self.at, rng)?;
                let mut stage = self.stage(&staged);
                stage.presented.manner = Manner::Tickets;
                stage.first = Some(first);
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
            first: None,
            only_issuers_rules: validate(&policy, chain).accepted(),
            flawed: !validate(&strict, chain).accepted(),
            policy: strict,
        }
    }
}
