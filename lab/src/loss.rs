//! Why the console lost what a session needed, as data.

use serde::{Deserialize, Serialize};

/// Why something was lost; it is told by the text `loss` of its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", tag = "is", rename_all = "kebab-case")]
pub enum Loss {
    /// The process does not come up.
    NoStart,
    /// Its program cannot be started.
    NoProgram {
        /// The program.
        program: String,
        /// Why, as the system says it.
        error: String,
    },
    /// Its pipes are missing.
    NoPipes,
    /// There is no server that it could connect to.
    NoServer,
    /// It does not say where it listens.
    NoAddress,
    /// What it says cannot be read.
    Unread {
        /// Why, as the system says it.
        error: String,
    },
    /// It ended.
    Ended {
        /// How, as the system says it.
        status: String,
    },
    /// It said nothing more.
    Silent,
    /// The console leaves.
    Leaving,
    /// The server listens elsewhere.
    Moved,
    /// It did not leave when it was told to.
    Killed {
        /// Why it was told to.
        after: Box<Loss>,
    },
    /// It takes no more orders.
    NoOrders,
    /// It refused its order.
    Refused {
        /// Why, in its own words.
        reason: String,
    },
    /// It told more than a session may.
    Talkative {
        /// Events that may be told.
        events: usize,
        /// Octets that they may take.
        octets: usize,
    },
    /// The console's own list of sessions.
    Sessions,
    /// The session could not be begun.
    NotBegun {
        /// Why.
        reason: String,
    },
}

impl Loss {
    /// Octets of the texts in it.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::NoProgram { program, error } => program.len() + error.len(),
            Self::Unread { error: text }
            | Self::Ended { status: text }
            | Self::Refused { reason: text }
            | Self::NotBegun { reason: text } => text.len(),
            Self::Killed { after } => after.weight(),
            _ => 0,
        }
    }
}
