//! Scripts: what an attacker does with each message of one session, or of several in order, as data.
//!
//! A script stands in a strict JSON file (docs/script.md). It names messages, fields, operations and values as the mode's table
//! does, and holds no secret of a victim's: whatever it makes, it makes of what passed, of what is its own and of what everybody
//! knows. The [workbench](compute::Workbench) computes it.

pub mod compute;
mod json;
pub mod kept;
mod place;
mod reading;
mod writing;

use crate::{
    certificate::{FORGERIES, Forgery},
    group::{named, own::OWN},
    loot::{Item, Loot},
    misfit::{Given, Misfit, Need},
    mode::{Act, Mode},
    role::Role,
    scenario::Selection,
    term::{Expr, Op, Sort},
    wire::Channel,
};
use std::fmt;

/// The format's version.
pub const VERSION: u64 = 1;
/// Sessions of the longest campaign.
pub const SESSIONS: usize = 8;
/// Octets of the longest script.
pub const LONGEST: usize = 512 * 1024;

/// What an attacker does.
#[derive(Clone, Debug)]
pub struct Script {
    /// The mode that the victims speak.
    pub mode: Selection,
    /// Its table.
    pub table: &'static Mode,
    /// What it does in each session, in the order in which they are played.
    pub sessions: Vec<Session>,
    /// They are played at the same time, and each takes from every other; otherwise each takes from those before it.
    pub at_once: bool,
}

/// What an attacker does in one session.
#[derive(Clone, Debug)]
pub struct Session {
    /// What the attacker came by before.
    pub needs: Loot,
    /// What it does with the handshake, in order.
    pub moves: Vec<Play>,
    /// What becomes of a message that no move is about.
    pub otherwise: Otherwise,
    /// The keys that it has at the end with the client and with the server.
    pub keys: [Option<Keys>; 2],
    /// What becomes of the client's records and of the server's.
    pub records: [Treatment; 2],
    /// After its last move it ends both connections: what it wanted here it has.
    pub hang_up: bool,
}

/// One thing that it does, about one message of the table.
#[derive(Clone, Debug)]
pub struct Play {
    /// The message's place in the table, from 0.
    pub message: usize,
    /// What becomes of it.
    pub deed: Deed,
}

/// What becomes of a message.
#[derive(Clone, Debug)]
pub enum Deed {
    /// It goes on as it came.
    Forward,
    /// It goes no further.
    Drop,
    /// It goes out with these values, in the order of its fields: whatever has none here is as it came. Where it has not come,
    /// it is the attacker's own.
    Send(Vec<Option<Make>>),
}

/// What becomes of a message that no move is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// It goes on as it came.
    Forward,
    /// It goes no further.
    Drop,
}

impl Otherwise {
    /// Stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Drop => "drop",
        }
    }
}

/// Keys with one victim.
#[derive(Clone, Debug)]
pub struct Keys {
    /// What the client seals with.
    pub client_write: Make,
    /// What the server seals with.
    pub server_write: Make,
    /// What the session's key is known by.
    pub exporter: Make,
}

/// What becomes of one victim's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// They go on as they came.
    Forward,
    /// They go no further.
    Drop,
    /// They go on as they came, and are read where there are keys.
    Listen,
    /// They are read under the keys with their sender and go on under those with its peer.
    Translate,
    /// They are read and go no further; the sender's last one is answered in its peer's name.
    Read,
    /// The first goes on with bits of its text flipped.
    Flip,
    /// They go on, and back to their sender.
    Return,
}

/// Where a value comes from.
#[derive(Clone, Debug)]
pub enum Make {
    /// A field as it came, by the name that the table binds its value to.
    Seen(&'static str),
    /// What the attacker came by to stand in for a victim, as the table names it for that role.
    Had(Role, &'static str),
    /// Drawn by the attacker: the same each time by this name, sort and group.
    Own {
        /// A name of the script's.
        name: String,
        /// What it is.
        sort: Sort,
        /// What a secret is for, where it is for a group.
        group: Option<Box<Self>>,
    },
    /// A value as a message carries it.
    Literal(Sort, serde_json::Value),
    /// A published group, or the server's own.
    Group(String),
    /// The element of a group that every exponent leaves as it is.
    Degenerate(Box<Self>),
    /// An operation of the table.
    Apply(Op, Vec<Self>),
    /// Several values as one.
    Tuple(Vec<Self>),
    /// The digest of the first so many messages as they passed on the leg with a victim.
    Transcript {
        /// Which leg.
        with: Role,
        /// How many of the table's messages.
        messages: usize,
    },
    /// The secret behind a public value, where its group is weak.
    Logarithm {
        /// The group.
        group: Box<Self>,
        /// The public value.
        of: Box<Self>,
    },
    /// The word, of those that people choose, with which `made` is what `like` is.
    Guessed {
        /// What depends on [the word](Self::Word).
        made: Box<Self>,
        /// What it has to be.
        like: Box<Self>,
    },
    /// The word that is being tried.
    Word,
    /// What this was in an earlier session, by its number from 1.
    Earlier {
        /// Which session.
        session: usize,
        /// The value, as it stands there.
        value: Box<Self>,
    },
    /// What this is in a session that is played at the same time, by its number from 1, as soon as it is there.
    Beside {
        /// Which session.
        session: usize,
        /// The value, as it stands there.
        value: Box<Self>,
    },
}

impl Make {
    /// The values that it is made of, itself first.
    fn all(&self) -> Vec<&Self> {
        let parts: Vec<&Self> = match self {
            Self::Own { group: Some(group), .. } | Self::Degenerate(group) => vec![group],
            Self::Apply(_, parts) | Self::Tuple(parts) => parts.iter().collect(),
            Self::Logarithm { group: one, of: other } | Self::Guessed { made: one, like: other } => vec![one, other],
            Self::Earlier { value, .. } | Self::Beside { value, .. } => vec![value],
            Self::Seen(_)
            | Self::Had(..)
            | Self::Own { group: None, .. }
            | Self::Literal(..)
            | Self::Group(_)
            | Self::Transcript { .. }
            | Self::Word => Vec::new(),
        };
        std::iter::once(self).chain(parts.into_iter().flat_map(Self::all)).collect()
    }

    /// How a field of this name with this value came about.
    pub fn fate(&self, binds: &str) -> Fate {
        let seen = |make: &&Self| matches!(make, Self::Seen(_) | Self::Transcript { .. });
        match self {
            Self::Seen(name) if *name == binds => Fate::Forwarded,
            make if make.all().iter().any(seen) => Fate::Derived,
            _ => Fate::Invented,
        }
    }
}

/// How a value came about that the attacker sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// As it came in this very field.
    Forwarded,
    /// The attacker's own, or everybody's.
    Invented,
    /// Made of what passed.
    Derived,
}

impl Fate {
    /// Stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forwarded => "forwarded",
            Self::Invented => "invented",
            Self::Derived => "derived",
        }
    }
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Treatment {
    /// Every treatment.
    pub const ALL: [Self; 7] =
        [Self::Forward, Self::Drop, Self::Listen, Self::Translate, Self::Read, Self::Flip, Self::Return];

    /// Stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Drop => "drop",
            Self::Listen => "listen",
            Self::Translate => "translate",
            Self::Read => "read",
            Self::Flip => "flip",
            Self::Return => "return",
        }
    }
}

impl Script {
    /// The place of a client's or a server's entry.
    pub const fn side(role: Role) -> usize {
        match role {
            Role::Client => 0,
            Role::Server => 1,
        }
    }

    /// What the attacker came by before the session of this number, from 1.
    pub fn needs(&self, number: usize) -> Loot {
        self.sessions.get(number.wrapping_sub(1)).map_or(Loot::NONE, |session| session.needs)
    }

    /// The messages' places in the table that this role sends, in order; what it says by voice passes by the attacker.
    pub fn of(table: &Mode, role: Role) -> impl Iterator<Item = usize> {
        let own = move |(place, message): (usize, &crate::mode::Message)| {
            (message.from == role && message.kind.channel() != Channel::Voice).then_some(place)
        };
        table.messages.iter().enumerate().filter_map(own)
    }

    /// Its mode is the one that is played.
    ///
    /// # Errors
    /// It is another.
    pub fn fits(&self, played: &Selection) -> Result<(), Misfit> {
        if self.mode == *played {
            return Ok(());
        }
        Err(Misfit::new("mode", one_of([played.to_string()]), Given::text(&self.mode.to_string())))
    }
}

fn one_of(names: impl IntoIterator<Item = String>) -> Need {
    Need::OneOf { names: names.into_iter().collect() }
}

/// Every operation that a table makes use of, and those that take what it makes apart.
pub fn operations(table: &Mode) -> Vec<Op> {
    fn walk(value: &Expr, found: &mut Vec<Op>) {
        match value {
            Expr::Apply(op, args) => {
                found.push(*op);
                args.iter().for_each(|arg| walk(arg, found));
            }
            Expr::Tuple(items) => items.iter().for_each(|item| walk(item, found)),
            Expr::Switch(_, on, off) => {
                walk(on, found);
                walk(off, found);
            }
            Expr::Var(_) | Expr::Transcript => {}
        }
    }
    let mut found = vec![
        Op::GroupOf,
        Op::Public,
        Op::Agree,
        Op::Reply,
        Op::Replied,
        Op::Combine,
        Op::Extract,
        Op::Hash,
        Op::Mac,
        Op::Seal,
        Op::Open,
        Op::LeafKey,
        Op::LeafName,
        Op::LeafEncryptionKey,
        Op::EncryptionKey,
    ];
    for message in table.messages {
        message.fields.iter().for_each(|field| walk(&field.value, &mut found));
    }
    for step in table.steps() {
        match step.act {
            Act::Let(_, value) | Act::Recall(_, value) | Act::Keep(_, value) | Act::Seed(value) => {
                walk(&value, &mut found)
            }
            Act::Check(_, args) => args.iter().for_each(|arg| walk(arg, &mut found)),
            Act::Fresh { .. } | Act::Install(..) | Act::Say | Act::Forget(_) => {}
        }
    }
    found
}

/// What a script can say that it came by.
fn items() -> impl Iterator<Item = (&'static str, Item)> {
    let forged = FORGERIES.iter().map(|forgery: &'static Forgery| (forgery.id, Item::Forged(forgery)));
    [("seen", Item::Seen), ("own", Item::Own)].into_iter().chain(forged)
}

/// Names of groups that a script can say.
fn groups() -> impl Iterator<Item = &'static str> {
    named::NAMES.iter().copied().chain([OWN])
}
