//! What parties know before the first message, and where they have it from.

use super::{By, Mode};
use crate::{role::Role, term::Sort};

/// Where a party has a value from that it knows before the first message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// Its order: the id that correlates the processes' events.
    Session,
    /// The mode itself: the mode with its groups, which a client offers and a server supports.
    Offers,
    /// Its operator, who chose a group of the party's own.
    Group,
    /// Its operator, who installed trust anchors, revocation lists and pins.
    Trust,
    /// Its user, who wants to talk to somebody of that name.
    PeerName,
    /// Its operator, who named it.
    OwnName,
    /// Somebody who met both: the secret that the two share.
    SharedSecret,
    /// The clock.
    Clock,
    /// An authority, which certified its key.
    Chain,
    /// Itself: the private key to its certificate.
    SigningKey,
    /// Itself: the private key that opens what is encrypted to it, certified where it has a certificate.
    DecryptionKey,
    /// Somebody who met both: the public key of its peer, to encrypt to.
    PeerKey,
    /// Itself: the secret of its lasting public value, in X25519.
    StaticKey,
    /// Somebody who met both: the peer's lasting public value.
    PeerStatic,
    /// Itself: a private key that nobody certified.
    HostKey,
}

impl Source {
    /// What comes from there.
    pub const fn sort(self) -> Sort {
        match self {
            Self::Session => Sort::Session,
            Self::Offers => Sort::Offers,
            Self::Group => Sort::Group,
            Self::Trust => Sort::Trust,
            Self::PeerName | Self::OwnName => Sort::Name,
            Self::SharedSecret => Sort::Shared,
            Self::Clock => Sort::Time,
            Self::Chain => Sort::Chain,
            Self::DecryptionKey => Sort::DecryptionKey,
            Self::PeerKey => Sort::EncryptionKey,
            Self::StaticKey => Sort::Secret,
            Self::PeerStatic => Sort::Public,
            Self::SigningKey | Self::HostKey => Sort::SigningKey,
        }
    }
}

impl Source {
    /// What comes from there was arranged between the parties beforehand: by an authority, or between the two.
    pub const fn is_arranged(self) -> bool {
        match self {
            Self::Trust
            | Self::Chain
            | Self::SigningKey
            | Self::SharedSecret
            | Self::PeerKey
            | Self::DecryptionKey
            | Self::StaticKey
            | Self::PeerStatic => true,
            Self::Session
            | Self::Offers
            | Self::Group
            | Self::PeerName
            | Self::OwnName
            | Self::Clock
            | Self::HostKey => false,
        }
    }
}

/// Something that a party knows before the first message.
#[derive(Clone, Copy, Debug)]
pub struct Given {
    /// Who knows it.
    pub by: By,
    /// Its name in the table.
    pub name: &'static str,
    /// Where it comes from, which says what it is.
    pub source: Source,
}

impl Mode {
    /// A party is given something from there.
    pub fn gives(&self, source: Source) -> bool {
        self.given.iter().any(|given| given.source == source)
    }

    /// What this role knows before the first message, by the table's names, as far as it is supplied: by whoever plays the
    /// role, or has come by what is the role's.
    pub fn known<V>(&self, role: Role, supply: impl Fn(Source) -> Option<V>) -> Vec<(&'static str, V)> {
        let given = self.given.iter().filter(|given| given.by.includes(role));
        given.filter_map(|given| Some((given.name, supply(given.source)?))).collect()
    }
}
