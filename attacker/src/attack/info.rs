//! An attack as the registry knows it: what it is called, where it applies, and the recipe that its source file begins with.

use super::{Attack, Start};
use lab::{
    group::Group,
    loot::Loot,
    mode::{Act, Mode, Source},
    role::Role,
    term::{Padding, Sort},
    wire::Kind,
};

/// What a mode must have for an attack to apply to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing in particular.
    Anything,
    /// A script that is given with the order.
    Script,
    /// Public values that travel, or a secret that is encrypted to one.
    Shares,
    /// A group modulo a prime.
    PrimeGroup,
    /// A group modulo a prime that the server sends.
    SentGroup,
    /// A choice among groups of which one is the server's own.
    ChoiceOfGroups,
    /// A choice among groups of which one is a hybrid.
    Hybrid,
    /// X25519 or ristretto255.
    Curve,
    /// A server that proves its name with a certificate.
    Certificate,
    /// A client that proves its name with a certificate.
    ClientCertificate,
    /// A MAC in a message of this kind.
    Mac(Kind),
    /// A MAC in any message.
    Macs,
    /// A signature over messages before it.
    Signature,
    /// Messages for which the one who is certified vouches afterwards.
    Vouched,
    /// A secret that both victims know beforehand, and a MAC of the client's under it.
    SharedSecret,
    /// A secret that both victims know beforehand, or a lasting public value of each that the other knows.
    KnownBeforehand,
    /// A private key by which the client knows the server.
    LastingKey,
    /// Lasting public values that the victims know of each other.
    StaticKeys,
    /// Nonces that are returned out of what was encrypted to a public key.
    ReturnedNonce,
    /// Texts that are said in halves.
    Halves,
    /// A server that keeps an exponent modulo a prime from session to session.
    KeptExponent,
    /// A short string that the victims read to each other.
    ShortString,
    /// A key of the server's that nobody certifies.
    HostKey,
    /// A secret of the client's that is encrypted with the older padding.
    Padded,
    /// Messages among records that change their keys.
    Rekeying,
    /// A session that is taken up again: a second hello of the client's.
    Resumption,
    /// A field of this name for which a victim vouches later on.
    Signed(&'static str),
}

impl Needs {
    /// What the mode lacks for the attack to apply to it, by the name of the text `unmet` that tells it; `None` where it applies.
    pub fn unmet(self, mode: &Mode) -> Option<&'static str> {
        let sends = |sort| mode.sends(Role::Client, sort) || mode.sends(Role::Server, sort);
        let published = |wanted: fn(&Group) -> bool| mode.published_groups().any(|group| wanted(&group));
        let prime = || sends(Sort::Group) || published(|group| matches!(group, Group::Modp(_)));
        let met = match self {
            Self::Anything => true,
            Self::Script => false,
            Self::Shares => sends(Sort::Public) || sends(Sort::Ciphertext),
            Self::PrimeGroup => sends(Sort::Public) && prime(),
            Self::SentGroup => mode.sends(Role::Server, Sort::Group),
            Self::ChoiceOfGroups => mode.gives(Source::Group) && mode.groups.len() > 1,
            Self::Hybrid => mode.groups.len() > 1 && published(|group| matches!(group, Group::X25519MlKem768)),
            Self::Curve => {
                sends(Sort::Public) && published(|group| matches!(group, Group::X25519 | Group::Ristretto255))
            }
            Self::Certificate => mode.certifies(Role::Server),
            Self::ClientCertificate => mode.certifies(Role::Client),
            Self::Mac(kind) => mode.messages.iter().any(|it| it.kind == kind && it.carries(Sort::Mac)),
            Self::Macs => sends(Sort::Mac),
            Self::SharedSecret => mode.gives(Source::SharedSecret) && mode.sends(Role::Client, Sort::Mac),
            Self::KnownBeforehand => mode.gives(Source::SharedSecret) || mode.gives(Source::StaticKey),
            Self::LastingKey => {
                let lasting = [Source::StaticKey, Source::DecryptionKey, Source::HostKey];
                mode.certifies(Role::Server) || lasting.into_iter().any(|source| mode.gives(source))
            }
            Self::StaticKeys => mode.gives(Source::StaticKey),
            Self::ReturnedNonce => mode.gives(Source::PeerKey),
            Self::Halves => sends(Sort::Sealed),
            Self::KeptExponent => {
                mode.gives(Source::Group) && mode.steps().any(|step| matches!(step.act, Act::Keep(..)))
            }
            Self::ShortString => sends(Sort::Short),
            Self::HostKey => mode.gives(Source::HostKey),
            Self::Padded => mode.pads(Padding::Pkcs1v15),
            Self::Rekeying => !mode.in_session().is_empty(),
            Self::Resumption => mode.messages.iter().filter(|it| it.kind == Kind::ClientHello).count() > 1,
            Self::Signature => mode.signed_fields().next().is_some(),
            Self::Vouched => mode.vouched_fields().next().is_some(),
            Self::Signed(name) => mode.vouched_fields().any(|(_, field)| field.binds == name),
        };
        (!met).then_some(match self {
            Self::Script => "script",
            Self::PrimeGroup => "prime-group",
            Self::SentGroup => "sent-group",
            Self::ChoiceOfGroups => "choice-of-groups",
            Self::Hybrid => "hybrid",
            Self::Curve => "curve",
            Self::Certificate => "certificate",
            Self::ClientCertificate => "client-certificate",
            Self::Mac(_) => "mac",
            Self::Macs => "macs",
            Self::SharedSecret => "shared-secret",
            Self::KnownBeforehand => "known-beforehand",
            Self::LastingKey => "lasting-key",
            Self::StaticKeys => "static-keys",
            Self::ReturnedNonce => "returned-nonce",
            Self::Padded => "padded",
            Self::Rekeying => "rekeying",
            Self::Resumption => "resumption",
            Self::Halves => "halves",
            Self::KeptExponent => "kept-exponent",
            Self::ShortString => "short-string",
            Self::HostKey => "host-key",
            Self::Signature | Self::Vouched => "signature",
            Self::Signed(_) => "signed",
            Self::Anything | Self::Shares => "public-values",
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
