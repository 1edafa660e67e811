//! What an attack is: a recipe between two parties that sees frames and decides what becomes of them.

use cryptanalysis::{Failure, Problem, Solution};
use lab::{
    algebra::real::Real,
    control::Credentials,
    event::{Change, Fact},
    group::Group,
    loot::Loot,
    mode::{Mode, Source},
    role::Role,
    term::Sort,
    wire::{Frame, Kind, body},
};

/// Something that happens to the attacker.
#[derive(Clone, Debug)]
pub enum Seen {
    /// A victim sent a frame.
    Frame {
        /// Who.
        from: Role,
        /// What.
        frame: Frame,
    },
    /// A victim ended its connection.
    Ended(Role),
    /// A computation came to its end.
    Solved(Box<Result<Solution, Failure>>),
    /// What is held back has been held as long as the victims will bear.
    Impatient,
}

/// What the attacker does.
#[derive(Clone, Debug)]
pub enum Move {
    /// Begins a step of its recipe, by its number.
    Step(u32),
    /// Passes a frame on as it came.
    Forward {
        /// Who sent it.
        from: Role,
        /// The frame.
        frame: Frame,
    },
    /// Passes a frame on with a change.
    Alter {
        /// Who sent it.
        from: Role,
        /// The frame as it came.
        before: Frame,
        /// The frame as it leaves.
        after: Frame,
    },
    /// Does not pass a frame on.
    Drop {
        /// Who sent it.
        from: Role,
        /// The frame.
        frame: Frame,
    },
    /// Sends a frame of its own in a victim's name.
    Inject {
        /// In whose name.
        name: Role,
        /// The frame.
        frame: Frame,
    },
    /// Keeps a frame back for now.
    Hold {
        /// Who sent it.
        from: Role,
        /// The frame.
        frame: Frame,
    },
    /// Tells what it found out.
    Tell(Fact),
    /// Starts to compute a discrete logarithm.
    Solve(Problem),
    /// Ends the connection to a victim; its connection from there may go on.
    Cut(Role),
}

/// Which step of its recipe an attack has come to.
#[derive(Debug, Default)]
pub struct Narration(u32);

impl Narration {
    /// Tells a step, once, and not before the one before it.
    pub fn step(&mut self, number: u32, moves: &mut Vec<Move>) {
        if self.0 + 1 == number {
            self.0 = number;
            moves.push(Move::Step(number));
        }
    }
}

/// A recipe at work in one session.
pub trait Attack: Send {
    /// Decides about what it sees.
    fn handle(&mut self, seen: Seen) -> Vec<Move>;
}

/// What a recipe starts from.
pub struct Start {
    /// The mode under attack.
    pub mode: &'static Mode,
    /// The variant of the attack.
    pub variant: Option<String>,
    /// Computes, and draws the attacker's own randomness.
    pub algebra: Box<dyn Fn(&str) -> Real + Send>,
    /// What it came by before the session to stand in for the server with.
    pub as_server: Option<Credentials>,
    /// What it came by to stand in for the client with.
    pub as_client: Option<Credentials>,
}

/// What a mode must have for an attack to apply to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing in particular.
    Anything,
    /// Public values that travel.
    Shares,
    /// A group modulo a prime.
    PrimeGroup,
    /// X25519.
    Curve,
    /// A server that proves its name with a certificate.
    Certificate,
    /// A client that proves its name with a certificate.
    ClientCertificate,
    /// A MAC in a message of this kind.
    Mac(Kind),
    /// A signature over messages before it.
    Signature,
    /// A secret that both victims know beforehand, and a MAC of the client's under it.
    SharedSecret,
    /// A field of this name that a victim signs later on.
    Signed(&'static str),
}

impl Needs {
    /// Why the attack does not apply to the mode; `None` where it does.
    pub fn unmet(self, mode: &Mode) -> Option<&'static str> {
        let sends = |sort| mode.sends(Role::Client, sort) || mode.sends(Role::Server, sort);
        let published = |wanted: fn(&Group) -> bool| mode.published_groups().any(|group| wanted(&group));
        let prime = || sends(Sort::Group) || published(|group| matches!(group, Group::Modp(_)));
        let met = match self {
            Self::Anything => true,
            Self::Shares => sends(Sort::Public),
            Self::PrimeGroup => sends(Sort::Public) && prime(),
            Self::Curve => sends(Sort::Public) && published(|group| matches!(group, Group::X25519)),
            Self::Certificate => mode.certifies(Role::Server),
            Self::ClientCertificate => mode.certifies(Role::Client),
            Self::Mac(kind) => mode.messages.iter().any(|it| it.kind == kind && it.carries(Sort::Mac)),
            Self::SharedSecret => mode.gives(Source::SharedSecret) && mode.sends(Role::Client, Sort::Mac),
            Self::Signature => mode.signed_fields().next().is_some(),
            Self::Signed(name) => mode.signed_fields().any(|(_, field)| field.binds == name),
        };
        (!met).then_some(match self {
            Self::PrimeGroup => "this mode has no group modulo a prime",
            Self::Curve => "this mode does not use X25519",
            Self::Certificate => "this mode has no certificate",
            Self::ClientCertificate => "its client has no certificate",
            Self::Mac(_) => "no such message of it carries a MAC",
            Self::SharedSecret => "the victims share no secret beforehand in this mode",
            Self::Signature => "nobody signs anything in this mode",
            Self::Signed(_) => "no message of this mode has such a field before a signature",
            Self::Anything | Self::Shares => "this mode has no public values",
        })
    }
}

/// Columns of the matrix that belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// What shows that the lab works.
    Control,
    /// Keys put in the place of others.
    Substitution,
    /// Weak or invalid parameters.
    Parameters,
    /// Certificates.
    Certificates,
    /// Records after the handshake.
    Records,
    /// Stolen keys, people, networks.
    KeysAndPeople,
}

impl Family {
    /// Its name in the registry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Substitution => "substitution",
            Self::Parameters => "parameters",
            Self::Certificates => "certificates",
            Self::Records => "records",
            Self::KeysAndPeople => "keys-and-people",
        }
    }
}

/// One of several kinds of an attack.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// Its id, after the colon.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// What a mode must have besides what the attack needs.
    pub needs: Needs,
    /// What the attacker came by before, where that is not what the attack says.
    pub loot: Option<Loot>,
}

impl Variant {
    /// A variant that applies wherever its attack does.
    pub const fn new(id: &'static str, title: &'static str) -> Self {
        Self { id, title, needs: Needs::Anything, loot: None }
    }

    /// The same where a mode has this.
    pub const fn needing(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }

    /// The same with this loot.
    pub const fn after(self, loot: Loot) -> Self {
        Self { loot: Some(loot), ..self }
    }
}

/// When something is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// While the victims wait.
    Live,
    /// From a recording.
    Later,
}

impl When {
    /// Its name in the registry.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Later => "later",
        }
    }
}

/// An attack as the registry knows it.
#[derive(Clone, Copy, Debug)]
pub struct Info {
    /// Stable id, as scenarios name it.
    pub id: &'static str,
    /// A few words.
    pub title: &'static str,
    /// Its family.
    pub family: Family,
    /// What a mode must have.
    pub needs: Needs,
    /// Kinds, the first being the default; empty where there is only one.
    pub variants: &'static [Variant],
    /// What the attacker came by before the session.
    pub loot: Loot,
    /// When it computes a discrete logarithm, if it does where the mode's group lets it.
    pub logarithm: Option<When>,
    /// Ids of checks, each of which stops it.
    pub stopped_by: &'static [&'static str],
    /// The source file, whose first comment is the recipe.
    pub source: &'static str,
    /// Puts the recipe to work.
    pub start: fn(Start) -> Box<dyn Attack>,
}

impl Info {
    /// The paragraph before the recipe.
    pub fn summary(&self) -> String {
        let lines = self.comment().skip(1).skip_while(|line| line.is_empty());
        lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
    }

    /// The recipe: what the attack does, step by step.
    pub fn steps(&self) -> Vec<String> {
        let mut steps: Vec<String> = Vec::new();
        for line in self.comment() {
            let number = format!("{}. ", steps.len() + 1);
            match (line.strip_prefix(&number), steps.last_mut()) {
                (Some(step), _) => steps.push(step.to_owned()),
                (None, Some(last)) if line.starts_with("   ") => {
                    last.push(' ');
                    last.push_str(line.trim());
                }
                _ => {}
            }
        }
        steps
    }

    fn comment(&self) -> impl Iterator<Item = &'static str> {
        let lines = self.source.lines().take_while(|line| line.starts_with("//!"));
        lines.map(|line| line.strip_prefix("//! ").unwrap_or_default())
    }
}

/// The fields in which two frames of one kind differ; for records, their octets.
pub fn changes(before: &Frame, after: &Frame) -> Vec<Change> {
    let (Ok(old), Ok(new)) = (body::parse(&before.body), body::parse(&after.body)) else {
        let text = |frame: &Frame| body::encode(&frame.body).as_str().unwrap_or_default().to_owned();
        return vec![Change { field: "bytes".to_owned(), old: text(before), new: text(after) }];
    };
    let text = |value: Option<&serde_json::Value>| match value {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let mut fields: Vec<&String> = old.keys().chain(new.keys()).collect();
    fields.sort();
    fields.dedup();
    let differ = fields.into_iter().filter(|field| old.get(*field) != new.get(*field));
    differ.map(|field| Change { field: field.clone(), old: text(old.get(field)), new: text(new.get(field)) }).collect()
}
