//! Loot: what an attacker came by before a session, as data that stands with the attack.
//!
//! [Staging](crate::staging) turns it into certificates and keys, whatever the attack is.

use crate::{certificate::Forgery, role::Role};

/// What the attacker has to stand in for each victim with; nothing where it needs nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Loot {
    /// To take the server's place.
    pub as_server: Option<Item>,
    /// To take the client's place.
    pub as_client: Option<Item>,
    /// A place on the client's way from which it leads the client back to itself: the server that the client reaches is one
    /// of the client's own.
    pub leads_back: bool,
    /// The client calls the attacker of its own accord, by the attacker's own name and key.
    pub called: bool,
    /// The server expects the attacker, by the attacker's own name and by what the two share.
    pub expected: bool,
    /// A recording of an earlier handshake of the server's, with a client that offered nothing but its last group.
    pub recording: bool,
    /// What it comes by when the session is over and recorded.
    pub afterwards: Option<Leak>,
    /// The sessions that it takes, in order, and whether the attacker is there. None are told where it takes one, after those
    /// in which the victims came to know each other.
    pub sessions: &'static [Presence],
    /// So often the server answers it besides, under the session's id: it is there for everybody.
    pub calls: u32,
}

/// What leaks when a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leak {
    /// The server's lasting private key.
    ServerKey,
    /// Every secret of the session that the server has not thrown away by its end: what would be found in the memory of a machine
    /// that is seized or broken into.
    Memory,
    /// What a quantum computer would find behind the public values of the session. None is at hand: the lab grants the answers,
    /// which the victims know.
    Quantum,
}

/// Whether the attacker has a hand in a session of the victims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It is there.
    There,
    /// It passes everything on: the victims are by themselves.
    Absent,
}

/// A certificate, mostly with its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// The victim's own, without the key: a certificate is public, and this one was seen in an earlier session.
    Seen,
    /// The victim's own with its private key, which was stolen.
    Stolen {
        /// The theft was noticed, and the certificate stands on the lists that reach the victim's peer.
        noticed: bool,
    },
    /// A genuine one for a name of the attacker's own, from the authority that certifies everybody; where there are no
    /// certificates, a key pair of its own and the public key of whom it faces.
    Own,
    /// One that should not be there.
    Forged(&'static Forgery),
}

impl Loot {
    /// Nothing.
    pub const NONE: Self = Self {
        as_server: None,
        as_client: None,
        leads_back: false,
        called: false,
        expected: false,
        recording: false,
        afterwards: None,
        sessions: &[],
        calls: 0,
    };

    /// A forged certificate for either victim.
    pub const fn forged(forgery: &'static Forgery) -> Self {
        Self { as_server: Some(Item::Forged(forgery)), as_client: Some(Item::Forged(forgery)), ..Self::NONE }
    }

    /// What it holds to take this victim's place with.
    pub const fn of(&self, victim: Role) -> Option<Item> {
        match victim {
            Role::Client => self.as_client,
            Role::Server => self.as_server,
        }
    }
}
