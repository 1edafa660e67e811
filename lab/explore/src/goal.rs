//! What a mode is for, as values: each goal is looked at in a state, and names who lost it.

use crate::{
    knowledge::Knowledge,
    party::Party,
    term::{Shape, Term},
    world::{MALLORY, World},
};
use lab::{
    mode::{Mode, Names, Source},
    refusal::Refusal,
    role::Role,
    wire::Channel,
};
use serde_json::json;
use std::{fmt, str::FromStr};

/// A property that a party of a role can rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Property {
    /// Nobody but the two knows the keys of a session that was accepted.
    Secrecy,
    /// Whoever accepts has a peer of the right name and the other role with the same keys, which means it.
    Agreement,
    /// No two accepted sessions of this role have the same keys.
    Injectivity,
    /// Whoever holds the same keys takes this party for who it is.
    Identity,
    /// What was read is what the peer, in its own role, said.
    Authenticity,
    /// The best that both offer is what was picked.
    Choice,
    /// The keys stay secret when lasting secrets are lost after the end.
    ForwardSecrecy,
}

/// A property for one of the two roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Goal {
    /// The property.
    pub property: Property,
    /// For whom.
    pub role: Role,
}

impl Property {
    /// Every property.
    pub const ALL: [Self; 7] = [
        Self::Secrecy,
        Self::Agreement,
        Self::Injectivity,
        Self::Identity,
        Self::Authenticity,
        Self::Choice,
        Self::ForwardSecrecy,
    ];

    /// Stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secrecy => "secrecy",
            Self::Agreement => "agreement",
            Self::Injectivity => "injectivity",
            Self::Identity => "identity",
            Self::Authenticity => "authenticity",
            Self::Choice => "choice",
            Self::ForwardSecrecy => "forward-secrecy",
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.property.as_str(), self.role)
    }
}

/// A name of a goal that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoGoal(pub String);

impl From<&NoGoal> for Refusal {
    fn from(NoGoal(got): &NoGoal) -> Self {
        let names: Vec<String> = Goal::all().map(|goal| goal.to_string()).collect();
        Self::new("no-goal", json!({ "expected": names, "got": got }))
    }
}

lab::refused!(NoGoal);

impl FromStr for Goal {
    type Err = NoGoal;

    fn from_str(text: &str) -> Result<Self, NoGoal> {
        Self::all().find(|goal| goal.to_string() == text).ok_or_else(|| NoGoal(text.to_owned()))
    }
}

impl Goal {
    /// Every goal.
    pub fn all() -> impl Iterator<Item = Self> {
        let roles = [Role::Client, Role::Server];
        Property::ALL.into_iter().flat_map(move |property| roles.map(|role| Self { property, role }))
    }

    /// What a mode promises. Where nobody proves who it is, a party is promised nothing about the other, and what is
    /// looked at is what a wire without an attacker would give. Forward secrecy is promised where keys are agreed on.
    pub fn promised(mode: &Mode) -> Vec<Self> {
        let promised = |goal: &Self| {
            let shares = mode.sends(Role::Client, lab::term::Sort::Public);
            (goal.property != Property::ForwardSecrecy || shares)
                && match (mode.names, goal.role) {
                    (Names::Nobody | Names::Both, _) | (Names::Server, Role::Client) => true,
                    (Names::Server, Role::Server) => false,
                }
        };
        Self::all().filter(promised).collect()
    }

    /// The party by whom the goal is lost in this state.
    pub fn lost(self, world: &World, parties: &[impl AsRef<Party>], knowledge: &Knowledge) -> Option<usize> {
        let is_third = |party: &Party| world.is_third(&world.casts[party.cast]);
        let everybody = || parties.iter().map(AsRef::as_ref);
        let all = || everybody().filter(|party| !is_third(party));
        let looked_at =
            |party: &&Party| party.role == self.role && party.accepted().is_some() && !with_attacker(world, party);
        let lasting = |knowledge: &Knowledge| {
            let mut later = knowledge.clone();
            world
                .lasting()
                .into_iter()
                .for_each(|secret| later.learn(secret.clone(), crate::knowledge::Recipe::Had(secret)));
            later
        };
        let knows =
            |knowledge: &Knowledge, party: &Party| party.keys().into_iter().flatten().any(|key| knowledge.can(key));
        let lost = |party: &Party| match self.property {
            Property::Secrecy => knows(knowledge, party),
            Property::ForwardSecrecy => knows(knowledge, party) || knows(&lasting(knowledge), party),
            Property::Agreement => !all().any(|other| agrees(world, party, other)),
            Property::Injectivity => everybody().any(|other| {
                other.cast != party.cast
                    && (other.role, is_third(other)) == (party.role, is_third(party))
                    && other.accepted().is_some()
                    && same_keys(party, other)
            }),
            Property::Identity => all().any(|other| {
                other.role != party.role
                    && other.accepted().is_some()
                    && same_keys(party, other)
                    && !knows_as(world, other, party)
            }),
            Property::Authenticity => party
                .accepted()
                .is_some_and(|data| !all().any(|peer| peer.role != party.role && peer.canary(world) == *data)),
            Property::Choice => downgraded(world, party),
        };
        // Of the third it is asked whether it is led to serve twice what is one session to the two, and nothing else.
        let asked = |party: &&Party| match is_third(party) {
            true => self.property == Property::Injectivity && party.value("exporter").is_some(),
            false => true,
        };
        everybody().filter(asked).filter(looked_at).find(|party| lost(party)).map(|party| party.cast)
    }
}

/// It talks to the attacker, and means to: it shares the secret with the attacker, knows its voice, or wants its name; a third
/// serves it.
fn with_attacker(world: &World, party: &Party) -> bool {
    let cast = world.casts[party.cast];
    if world.is_third(&cast) {
        return cast.is_of(MALLORY);
    }
    let speaks = || cast.table.messages.iter().any(|message| message.kind.channel() == Channel::Voice);
    match (cast.table.gives(Source::SharedSecret) && world.third.is_none()) || speaks() {
        true => cast.peer == MALLORY,
        false => party.value("peer_name") == Some(&Term::name("name", MALLORY)),
    }
}

fn same_keys(one: &Party, other: &Party) -> bool {
    one.is_done() && other.is_done() && one.value("exporter") == other.value("exporter")
}

/// `other` has the key that `party` has come to, whether or not something is still to be said.
fn has_key_of(other: &Party, party: &Party) -> bool {
    party.is_done() && party.value("exporter") == other.value("exporter")
}

/// `observer` takes `party` for who it is, as far as it takes it for anybody.
fn knows_as(world: &World, observer: &Party, party: &Party) -> bool {
    let named = match world.casts[observer.cast].table.names {
        Names::Nobody => false,
        Names::Server => observer.role == Role::Client,
        Names::Both => true,
    };
    !named || observer.value("peer_name") == Some(&Term::name("name", world.casts[party.cast].owner))
}

/// `other` is the peer that `party` accepted, and `party` is the one that `other` takes it for: the other role, each under its
/// name, with the same keys, which `other` has by then or as soon as it has heard what was said to it last.
fn agrees(world: &World, party: &Party, other: &Party) -> bool {
    if other.role == party.role || !knows_as(world, party, other) {
        return false;
    }
    let meets = |other: &Party| has_key_of(other, party) && knows_as(world, other, party);
    meets(other) || (!other.is_done() && meets(&other.after_hearing(party)))
}

/// It accepted another choice than the first of what the mode's client offers and its server has.
fn downgraded(world: &World, party: &Party) -> bool {
    let best = world.casts[party.cast].table.groups.first();
    match party.value("choice").map(Term::shape) {
        Some(Shape::Choice(_, group)) => best.is_some_and(|best| best != group),
        _ => false,
    }
}
