//! Modes: a key exchange as deployed, written down as a table.
//!
//! A [`Mode`] is data. It says who sends which message with which fields, what each party derives and which check
//! compares what. One [interpreter](crate::handshake) runs every table, over any [algebra](crate::algebra).

mod fault;
pub mod file;
mod given;
mod protection;
mod relation;
pub mod table;
mod validate;
mod variant;

pub use fault::Fault;
pub use given::{Given, Source};
pub use protection::{Cover, Protection, Takes};
pub use relation::Relation;
pub use validate::validate;
pub use variant::{Parameter, SIZE, Variant};

use crate::{
    check::{Check, Switches},
    checks,
    group::{Group, named},
    role::Role,
    term::{Expr, Op, Padding, Sort},
    wire::Kind,
};
use std::fmt;

/// Who takes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// One of the two.
    One(Role),
    /// Each of the two, with its own values.
    Both,
}

impl By {
    /// The step is this role's to take.
    pub fn includes(self, role: Role) -> bool {
        match self {
            Self::One(one) => one == role,
            Self::Both => true,
        }
    }
}

/// One thing that a party does besides sending.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Who does it.
    pub by: By,
    /// What it does.
    pub act: Act,
}

/// What a step does.
#[derive(Clone, Copy, Debug)]
pub enum Act {
    /// Draws a fresh random value; a secret may be drawn for the group of that name.
    Fresh {
        /// Name of the new value.
        name: &'static str,
        /// One that can be [drawn](Sort::is_drawn).
        sort: Sort,
        /// The group that a secret is for, where it is for one.
        group: Option<&'static str>,
    },
    /// Starts the party's generator anew from a secret: what it draws from here on follows from that.
    Seed(Expr),
    /// Names the value of an expression.
    Let(&'static str, Expr),
    /// Names what the party remembers under that name from an earlier session, or the value of the expression where it
    /// remembers nothing.
    Recall(&'static str, Expr),
    /// Remembers the value of an expression under a name, once the handshake is done.
    Keep(&'static str, Expr),
    /// Performs a check, or several in one.
    Check(Relation, &'static [Expr]),
    /// Has the records of this side sealed with the key of that name from here on.
    Install(Role, &'static str),
    /// Says the next of what there is to say.
    Say,
    /// Throws the value of that name away.
    Forget(&'static str),
}

/// One field of a message.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: &'static str,
    /// The name that its value has for both parties afterwards.
    pub binds: &'static str,
    /// What it is.
    pub sort: Sort,
    /// What the sender puts there.
    pub value: Expr,
}

/// One message: a frame of its own.
#[derive(Clone, Copy, Debug)]
pub struct Message {
    /// Who sends it.
    pub from: Role,
    /// Kind of its frame.
    pub kind: Kind,
    /// What the sender does before, with the transcript up to the frame before.
    pub before: &'static [Step],
    /// What it carries.
    pub fields: &'static [Field],
    /// What the receiver does on receipt, with the same transcript.
    pub receipt: &'static [Step],
    /// What both do afterwards, with the transcript up to this frame.
    pub after: &'static [Step],
}

impl Message {
    /// One of its fields is of this sort.
    pub fn carries(&self, sort: Sort) -> bool {
        self.fields.iter().any(|field| field.sort == sort)
    }
}

/// A key exchange as deployed.
#[derive(Debug)]
pub struct Mode {
    /// Stable id, as scenarios name it.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What it is, where it was used and what it promises, in a paragraph.
    pub summary: &'static str,
    /// What authenticates the parties; `nothing` where nothing does.
    pub authenticated_by: &'static str,
    /// Where it comes from.
    pub references: &'static [&'static str],
    /// Kinds of parameters, the first being the default; empty where there is only one.
    pub variants: &'static [Variant],
    /// Groups that it offers, best first.
    pub groups: &'static [&'static str],
    /// What the parties know before.
    pub given: &'static [Given],
    /// The messages, in order: those of the handshake, then those that travel among records.
    pub messages: &'static [Message],
    /// The name under which a party knows its peer once the handshake is done, and its own.
    pub names: Names,
    /// Sessions in which the two came to know each other before any that an attack takes.
    pub met: u32,
    /// Ids of the checks of this mode that are off unless a scenario switches them on.
    pub off: &'static [&'static str],
}

/// Which given names the mode authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Nobody's.
    Nobody,
    /// The server's: the client knows it as `peer_name`.
    Server,
    /// Each side's: the other knows it as `peer_name`.
    Both,
}

impl Mode {
    /// The messages of the handshake.
    pub fn handshake(&self) -> &'static [Message] {
        let end = self.messages.iter().position(|message| message.kind.is_in_session());
        &self.messages[..end.unwrap_or(self.messages.len())]
    }

    /// The messages that travel among records.
    pub fn in_session(&self) -> &'static [Message] {
        &self.messages[self.handshake().len()..]
    }

    /// Number of the flight, from 1, to which each message belongs: a flight is what one party sends in a row. What travels among
    /// records belongs to theirs.
    pub fn flights(&self) -> Vec<u32> {
        let records = self.record_flight();
        let mut flights = self.handshake_flights();
        flights.resize(self.messages.len(), records);
        flights
    }

    fn handshake_flights(&self) -> Vec<u32> {
        let mut flight = 0;
        let mut before = None;
        let number = |message: &Message| {
            if before.replace(message.from) != Some(message.from) {
                flight += 1;
            }
            flight
        };
        self.handshake().iter().map(number).collect()
    }

    /// Number of the flight in which the records travel.
    pub fn record_flight(&self) -> u32 {
        self.handshake_flights().last().map_or(1, |last| last + 1)
    }

    /// All steps of all messages.
    pub fn steps(&self) -> impl Iterator<Item = &'static Step> {
        steps(self.messages)
    }

    /// The checks that a handshake of this mode performs, by the role that performs them.
    pub fn handshake_checks(&self) -> Vec<(By, &'static Check)> {
        checked(self.handshake())
    }

    /// The checks of its records and of what travels among them, by the role that performs them.
    pub fn session_checks(&self) -> Vec<(By, &'static Check)> {
        let installs = self.steps().any(|step| matches!(step.act, Act::Install(..)));
        let of_records = checks::OF_RECORDS.into_iter().chain(installs.then_some(&checks::FRESH_KEYS));
        checked(self.in_session()).into_iter().chain(of_records.map(|check| (By::Both, check))).collect()
    }

    /// Every check of the mode once: the handshake's, then those of the session.
    pub fn checks(&self) -> Vec<&'static Check> {
        let mut checks: Vec<&'static Check> = Vec::new();
        for (_, check) in self.handshake_checks().into_iter().chain(self.session_checks()) {
            if !checks.contains(&check) {
                checks.push(check);
            }
        }
        checks
    }

    /// Its switches in a scenario: its own `off` list, but with `with` on and `without` off.
    pub fn switches<S: AsRef<str>>(&self, without: &[S], with: &[S]) -> Switches {
        let named = |ids: &[S], check: &Check| ids.iter().any(|id| id.as_ref() == check.id);
        let off = |check: &&Check| (self.off.contains(&check.id) || named(without, check)) && !named(with, check);
        Switches::without(self.checks().into_iter().filter(off))
    }

    /// This role sends a value of this sort.
    pub fn sends(&self, role: Role, sort: Sort) -> bool {
        self.messages.iter().any(|message| message.from == role && message.carries(sort))
    }

    /// Both sides send a share, and neither keeps its secret: what the key is made of is forgotten with the session.
    pub fn exchanges(&self) -> bool {
        self.sends(Role::Client, Sort::Public) && self.sends(Role::Server, Sort::Public) && !self.keeps_a_secret()
    }

    /// Somebody remembers a secret that was drawn in one session for later ones.
    fn keeps_a_secret(&self) -> bool {
        let drawn = |of: &'static str| {
            self.steps().any(|step| matches!(step.act, Act::Fresh { name, sort: Sort::Secret, .. } if name == of))
        };
        self.steps().any(|step| matches!(step.act, Act::Recall(_, Expr::Var(first)) if drawn(first)))
    }

    /// A message carries what is encrypted with this padding.
    pub fn pads(&self, padding: Padding) -> bool {
        let so = |value: &Expr| matches!(value, Expr::Apply(Op::Encrypt(with), _) if *with == padding);
        self.messages.iter().any(|message| message.fields.iter().any(|field| so(&field.value)))
    }

    /// This role shows a chain of certificates.
    pub fn certifies(&self, role: Role) -> bool {
        self.sends(role, Sort::Chain)
    }

    /// Groups in which keys may be agreed on: the published ones among those that it offers.
    pub fn published_groups(&self) -> impl Iterator<Item = Group> {
        self.groups.iter().filter_map(|name| named::find(name))
    }

    /// Every field of every message that stands before a signature, which is over all messages before its own.
    pub fn signed_fields(&self) -> impl Iterator<Item = (&'static Message, &'static Field)> {
        let last = self.messages.iter().rposition(|message| message.carries(Sort::Signature)).unwrap_or(0);
        self.messages[..last].iter().flat_map(|message| message.fields.iter().map(move |field| (message, field)))
    }

    /// Every field that somebody vouches for later: one before a signature, or, where the one who is certified signs nothing,
    /// before the first Finished.
    pub fn vouched_fields(&self) -> impl Iterator<Item = (&'static Message, &'static Field)> {
        let signs = self.messages.iter().any(|message| message.carries(Sort::Signature));
        let finished = self.messages.iter().position(|message| message.kind == Kind::Finished);
        let last = finished.filter(|_| !signs && self.certifies(Role::Server)).unwrap_or(0);
        let vouched = self.messages[..last].iter();
        self.signed_fields().chain(vouched.flat_map(|message| message.fields.iter().map(move |field| (message, field))))
    }

    /// Every table of the mode: its own, and those of its variants that have another one.
    pub fn tables(&'static self) -> impl Iterator<Item = &'static Self> {
        std::iter::once(self).chain(self.variants.iter().filter_map(|variant| variant.table))
    }

    /// The mode as this variant plays it; without an id the first, where there are any.
    pub fn played(&'static self, variant: Option<&str>) -> &'static Self {
        self.variant(variant).and_then(|variant| variant.table).unwrap_or(self)
    }

    /// The variant of this id; without an id the first, where there are any.
    pub fn variant(&self, id: Option<&str>) -> Option<&'static Variant> {
        match id {
            None => self.variants.first(),
            Some(id) => self.variants.iter().find(|variant| variant.id == id),
        }
    }
}

fn steps(messages: &'static [Message]) -> impl Iterator<Item = &'static Step> {
    messages.iter().flat_map(|message| message.before.iter().chain(message.receipt).chain(message.after))
}

fn checked(messages: &'static [Message]) -> Vec<(By, &'static Check)> {
    let mut checks: Vec<(By, &'static Check)> = Vec::new();
    for step in steps(messages) {
        if let Act::Check(relation, _) = step.act {
            checks.extend(relation.checks().into_iter().map(|check| (step.by, check)));
        }
    }
    checks
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.act {
            Act::Fresh { name, sort, group: None } => write!(f, "{name} := fresh {sort}"),
            Act::Fresh { name, sort, group: Some(group) } => write!(f, "{name} := fresh {sort} for {group}"),
            Act::Seed(value) => write!(f, "draw from {value} on"),
            Act::Let(name, value) => write!(f, "{name} := {value}"),
            Act::Recall(name, value) => write!(f, "{name} := remembered {name}, or {value}"),
            Act::Keep(name, value) => write!(f, "remember {name} := {value}"),
            Act::Install(of, key) => write!(f, "seal the {of}'s records with {key}"),
            Act::Say => f.write_str("say the next message"),
            Act::Forget(name) => write!(f, "forget {name}"),
            Act::Check(relation, args) => {
                let args = args.iter().map(Expr::to_string).collect::<Vec<_>>().join(", ");
                let checks = relation.checks();
                match checks[..] {
                    [check] => write!(f, "check {check}: {args}"),
                    _ => write!(f, "check certificates ({} checks): {args}", checks.len()),
                }
            }
        }
    }
}
