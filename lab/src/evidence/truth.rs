//! Three truths of a session: what the client believes, what the server believes, and what was so.

use super::{Cited, Evidence, Handshake};
use crate::{
    event::{Event, Fact},
    mode::Mode,
    modes,
    role::{Actor, Role},
    scenario::Selection,
};
use serde::{Deserialize, Serialize};

/// What each victim that finished the handshake believes, and what was so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What the events of a session prove.
    pub fn of(events: &[Event]) -> Self {
        let evidence = Evidence::of(events);
        let truth = |role| Some(truth(&evidence, role, evidence.victim(role).established.as_ref()?, events));
        Self { client: truth(Role::Client), server: truth(Role::Server) }
    }
}

fn truth(evidence: &Evidence, role: Role, own: &Cited<Handshake>, events: &[Event]) -> Truth {
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
            forward_secret: forward_secret(events, role),
        },
        so: So {
            with,
            name: peer.and_then(|peer| peer.it.own.clone()),
            read: evidence.leaked(role).map(|(_, live)| if live { Read::Live } else { Read::Later }),
        },
    }
}

/// Both sides of the mode that this victim says to play send a share, and forget the secrets behind them.
fn forward_secret(events: &[Event], role: Role) -> bool {
    let plays = events.iter().filter(|event| event.source == Actor::from(role)).find_map(|event| match &event.fact {
        Fact::Started { plays, .. } => plays.parse::<Selection>().ok(),
        _ => None,
    });
    plays.and_then(|plays| modes::of(&plays)).is_some_and(Mode::exchanges)
}
