//! Tasks that the lab checks by itself: a session that is as wanted solves one.

use super::{file::Fault, text::Text};
use crate::{
    plain::plain,
    sessions::{book::Book, session::Session},
};
use lab::verdict::Kind;
use serde::{Deserialize, Serialize};

/// Those that come with the program.
const ALL: &str = include_str!("challenges.json");

/// A task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Challenge {
    /// Its name.
    pub id: String,
    /// What is to be done.
    pub task: Text,
    /// What helps.
    pub hint: Text,
    /// What the session must be that solves it.
    pub wanted: Wanted,
}

/// What a session must be; anything goes where nothing is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The verdict.
    pub verdict: Kind,
    /// The mode's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// Not this mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<String>,
    /// The attack's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attack: Option<String>,
    /// The check that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<String>,
    /// How many checks are switched, off or on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub switches: Option<usize>,
    /// The prime has so many bits at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bits: Option<u64>,
    /// From begin to verdict, seconds at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

/// A task, and the session that solved it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stand {
    /// The task.
    #[serde(flatten)]
    pub challenge: Challenge,
    /// The session; null where none is as wanted yet.
    pub solved: Option<String>,
}

impl Wanted {
    /// Whether a session is as wanted.
    pub fn is_met_by(&self, session: &Session) -> bool {
        let Some(verdict) = &session.verdict else { return false };
        let took = session.ended.map(|ended| ended.saturating_sub(session.started));
        let bits = session.mode.parameters.get("bits").copied();
        let is = |wanted: &Option<String>, got: &str| wanted.as_ref().is_none_or(|wanted| wanted == got);
        verdict.kind == self.verdict
            && is(&self.mode, &session.mode.id)
            && self.not.as_ref().is_none_or(|not| *not != session.mode.id)
            && is(&self.attack, &session.attack.id)
            && self.check.as_ref().is_none_or(|check| verdict.check.as_ref() == Some(check))
            && self.switches.is_none_or(|switches| switches == session.without.len() + session.with.len())
            && self.bits.is_none_or(|least| bits.is_some_and(|bits| bits >= least))
            && self.seconds.is_none_or(|most| took.is_some_and(|took| took <= most * 1000))
    }
}

/// The tasks.
///
/// # Errors
/// What is wrong with the file.
pub fn all() -> Result<Vec<Challenge>, Fault> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(ALL)).map_err(|error| {
        let (field, why) = plain(&error.inner().to_string());
        Fault { field: field.unwrap_or_else(|| error.path().to_string()), why }
    })
}

/// How the tasks stand, by the sessions that began at this Unix millisecond or later.
pub fn stand(challenges: &[Challenge], book: &Book, since: u64) -> Vec<Stand> {
    let sessions: Vec<Session> = book.latest_of_each().into_iter().filter(|session| session.started >= since).collect();
    let solved = |challenge: &Challenge| {
        let solving = sessions.iter().filter(|session| challenge.wanted.is_met_by(session));
        solving.min_by_key(|session| session.started).map(|session| session.session.clone())
    };
    challenges.iter().map(|challenge| Stand { challenge: challenge.clone(), solved: solved(challenge) }).collect()
}
