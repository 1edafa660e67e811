//! What is tried against a program: an attack, and its twin.

use crate::{
    ability::Ability,
    deed::DEEDS,
    grade::{Lack, Proof},
    lie::{Lie, Manner},
    mail::{Opening, Speech},
    moment::{AHEAD, Moment},
    placeholder::Placeholder,
    ran::Ran,
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
    /// By what the program shows that it was deceived.
    pub(crate) proof: Proof,
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
        let (proof, against) = (deed.proof, deed.against);
        let usual = case(deed.attack, lab::checks::find(deed.check)?, Does::Lies(deed.lie, deed.manner));
        Some(Case { proof, opening, against, ..usual })
    });
    let stapled = STAPLED.iter().filter_map(|stapled| {
        let usual = case(stapled.id, checks::find(checks::REVOKED)?, Does::Staples(stapled.staple));
        Some(Case { against: Some(Role::Client), ..usual })
    });
    let resumed = RESUMED.iter().filter_map(|resumed| {
        let needs = (resumed.check == checks::REVOKED).then_some(Placeholder::Crl);
        let usual = case(resumed.attack, lab::checks::find(resumed.check)?, Does::Resumes(resumed.change));
        Some(Case { needs, proof: resumed.change.proof(), against: resumed.against, ..usual })
    });
    forged.chain(stapled).chain(lied).chain(resumed)
}

/// One that can be tried against everybody.
const fn case(attack: &'static str, check: &'static Check, does: Does) -> Case {
    Case { attack, check, needs: None, proof: Proof::Canary, opening: None, against: None, does }
}

impl Case {
    /// Whether it can be tried against who speaks like this: mail brings no answer of which use could be made.
    #[must_use]
    pub fn is_in(&self, speech: Speech) -> bool {
        match self.opening {
            Some(_) => speech.asks(),
            None => self.proof != Proof::Answer || speech == Speech::Direct,
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

    /// Whether a second decides.
    pub(crate) fn is_of_a_second(&self) -> bool {
        matches!(self.does, Does::Forges(forgery) if forgery.claim.is_of_a_second())
    }

    /// Whether it is about how many letters a name has.
    pub(crate) fn counts_letters(&self) -> bool {
        matches!(self.does, Does::Forges(forgery) if forgery.claim.counts_letters())
    }

    /// Why a program of this role need not look: the standard leaves it that.
    pub(crate) fn left(&self, role: Role) -> Option<&'static str> {
        match self.does {
            Does::Resumes(change) if role == Role::Server => change.left_to_servers(),
            _ => None,
        }
    }

    /// Whether it is about a session that rests on an earlier one.
    pub(crate) fn resumes(&self) -> bool {
        matches!(self.does, Does::Resumes(_))
    }

    /// Whether a program of this role has to know two names for it: a client that connects twice, a server of two hosts.
    pub(crate) fn has_two_names(&self, role: Role) -> bool {
        matches!(self.does, Does::Resumes(change) if role == Role::Client || change.is_between_hosts())
    }

    /// What a program lacks for it that did this with the honest peer.
    pub(crate) fn lacking(&self, honest: &Ran) -> Option<Lack> {
        let needs = match self.does {
            Does::Lies(_, manner) => manner.needs(),
            Does::Resumes(change) => change.needs(),
            Does::Forges(_) | Does::Staples(_) => Ability::Any,
        };
        let answer = if self.proof == Proof::Answer { Ability::Answer } else { Ability::Any };
        needs.lacking(honest).or_else(|| answer.lacking(honest))
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
    /// A root that stands among those of the system besides, DER.
    pub(crate) system: Option<Vec<u8>>,
    /// By what that judge judges.
    pub(crate) policy: Policy,
}

/// Whom the peer claims to be, and when.
pub(crate) struct Scene<'s> {
    pub(crate) authorities: &'s Authorities,
    pub(crate) name: &'s str,
    /// Whom a client asks that connects once: the name of the server.
    pub(crate) host: &'s str,
    /// Whom one asks first that connects twice, where that is somebody else.
    pub(crate) first: &'s str,
    /// What its certificate is for.
    pub(crate) purpose: Purpose,
    pub(crate) at: i64,
}

impl Stage {
    /// The same, with what is still to come so many seconds ahead.
    pub(crate) fn ahead(mut self, seconds: i64) -> Self {
        self.presented.moment.iter_mut().for_each(|moment| moment.ahead = seconds);
        self
    }

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

    /// The same to a program that may resume its session, where it is met twice, and say something early.
    pub(crate) fn meeting(&self, twice: bool, rng: &mut dyn CryptoRng) -> Result<Stage, issue::Error> {
        let mut stage = self.honest(rng)?;
        if twice {
            stage.presented.manner = Manner::Early;
        }
        Ok(stage)
    }

    /// What the attacker presents, or its twin.
    pub(crate) fn of(&self, case: &Case, form: Form, rng: &mut dyn CryptoRng) -> Result<Stage, issue::Error> {
        match case.does {
            Does::Forges(forgery) => {
                let staged = forgery.stage(form, self.authorities, self.name, self.purpose, self.at, rng)?;
                let mut stage = self.stage(&staged);
                let (authorities, leaf) = (self.authorities.clone(), staged.leaf);
                stage.presented.moment = forgery.claim.is_of_a_second().then(|| Moment {
                    forgery,
                    form,
                    authorities,
                    leaf,
                    ahead: AHEAD[0],
                });
                Ok(stage)
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
                let (staged, first) = change.stage(form, self, rng)?;
                let mut stage = self.stage(&staged);
                stage.presented.manner = change.manner(form, self.purpose);
                stage.first = Some(first);
                if form == Form::Flawed {
                    stage.presented.lie = change.lie(self.purpose);
                    // What is wrong need not be in a chain.
                    stage.flawed |= stage.presented.lie != Lie::None;
                    stage.only_issuers_rules &= stage.presented.lie == Lie::None;
                }
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
            anchors: vec![staged.anchor.clone()],
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
                moment: None,
            },
            lists: staged.lists.clone(),
            first: None,
            system: staged.system.clone(),
            only_issuers_rules: validate(&policy, chain).accepted(),
            flawed: !validate(&strict, chain).accepted(),
            policy: strict,
        }
    }
}
