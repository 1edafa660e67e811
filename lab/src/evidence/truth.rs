//! Three truths of a session: what the client believes, what the server believes, and what was so.

use super::{Cited, Evidence, Handshake};
use crate::{mode::Mode, modes, role::Role};
use serde::{Deserialize, Serialize};

/// What each victim that finished the handshake believes, and what was so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self")]
pub struct Truths {
    /// The client's; nothing where it did not finish.
    pub client: Option<Truth>,
    /// The server's.
    pub server: Option<Truth>,
}

/// One victim's belief beside the truth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// What it believes.
    pub believes: Belief,
    /// What was so.
    pub so: So,
}

/// What a victim believes that finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belief {
    /// Whom it talks to; nobody in particular where its mode proves no name to it.
    pub peer: Option<String>,
    /// The key that it shares with that one, by its fingerprint.
    pub key: String,
    /// Its mode proved that name.
    pub authenticated: bool,
    /// A lasting key that is stolen later opens nothing of this: so its mode says.
    pub forward_secret: bool,
}

/// What was so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct So {
    /// Who has that key.
    pub with: With,
    /// Who that is by name, where it is the other victim and has one.
    pub name: Option<String>,
    /// What the victim wrote was read, as it was said or later; nothing where nobody showed it.
    pub read: Option<Read>,
}

/// Who shares a victim's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum With {
    /// The other victim alone.
    Peer,
    /// The other victim, and the attacker.
    PeerAndAttacker,
    /// The attacker.
    Attacker,
    /// Nobody.
    Nobody,
}

/// When something was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Read {
    /// As it was said.
    Live,
    /// From a recording.
    Later,
}

impl Truths {
    /// What the evidence of a session amounts to.
    pub(crate) fn of(evidence: &Evidence) -> Self {
        let truth = |role| Some(truth(evidence, role, evidence.victim(role).established.as_ref()?));
        Self { client: truth(Role::Client), server: truth(Role::Server) }
    }
}

fn truth(evidence: &Evidence, role: Role, own: &Cited<Handshake>) -> Truth {
    let key = own.it.fingerprint.clone();
    let peer = evidence.victim(role.peer()).established.as_ref().filter(|peer| peer.it.fingerprint == key);
    let with = match (peer.is_some(), evidence.held(&key).is_some()) {
        (true, false) => With::Peer,
        (true, true) => With::PeerAndAttacker,
        (false, true) => With::Attacker,
        (false, false) => With::Nobody,
    };
    Truth {
        believes: Belief {
            peer: own.it.peer.clone(),
            key,
            authenticated: own.it.peer.is_some(),
            // Both sides of the mode that this victim says to play send a share, and forget the secrets behind them.
            forward_secret: evidence.victim(role).plays.as_ref().and_then(modes::of).is_some_and(Mode::exchanges),
        },
        so: So {
            with,
            name: peer.and_then(|peer| peer.it.own.clone()),
            read: evidence.leaked(role).map(|(_, live)| if live { Read::Live } else { Read::Later }),
        },
    }
}
