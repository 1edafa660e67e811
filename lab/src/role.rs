//! Who acts: the two victims, the attacker between them and the console that watches.

use serde::{Deserialize, Serialize};
use std::fmt;

/// One of the two victims of a key exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The party that opens the connection and sends the first flight.
    Client,
    /// The party that answers.
    Server,
}

impl Role {
    /// The other victim.
    pub const fn peer(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }

    /// The role's name as it stands in events and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whoever can report an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// The client's process.
    Client,
    /// The relay between the victims.
    Attacker,
    /// The server's process.
    Server,
    /// The console, which starts the three and notices when one dies.
    Console,
}

impl From<Role> for Actor {
    fn from(role: Role) -> Self {
        match role {
            Role::Client => Self::Client,
            Role::Server => Self::Server,
        }
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client => "client",
            Self::Attacker => "attacker",
            Self::Server => "server",
            Self::Console => "console",
        })
    }
}
