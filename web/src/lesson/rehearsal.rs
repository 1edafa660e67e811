//! A lesson is rehearsed when it is loaded: each scene is played once, so that in class nothing has to be computed, and
//! nothing can turn out otherwise than it was planned.

use super::file::Scene;
use crate::{
    ci::outcomes::{Row, of},
    console::Console,
    sessions::session::Record,
};
use lab::{scenario::Scenario, verdict::Kind};
use serde::Serialize;
use std::{collections::HashMap, sync::Arc};

/// How the rehearsal of a scene went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Its turn has not come.
    #[default]
    Waiting,
    /// It came out as theory has it.
    Ready,
    /// It came out otherwise.
    Otherwise,
    /// It could not be played, or did not end.
    Failed,
}

/// A scene as it was rehearsed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rehearsed {
    /// How it went.
    pub ready: Standing,
    /// The sessions: none, one, or that with the check and that without.
    pub sessions: Vec<String>,
    /// Their verdicts.
    pub kinds: Vec<Kind>,
}

/// What was played so far, so that scenes of one scenario and seed share a session.
pub(super) type Played = HashMap<(Scenario, Option<u64>), Arc<Record>>;

/// Plays a scene, one scenario after the other: what the attacker computes for a prime serves those that follow.
pub(super) async fn rehearse(console: &Arc<Console>, rows: &[Row], scene: &Scene, played: &mut Played) -> Rehearsed {
    let mut rehearsed = Rehearsed { ready: Standing::Ready, ..Rehearsed::default() };
    for scenario in scene.plays() {
        let place = (scenario.clone(), scene.seed);
        let record = match played.get(&place) {
            Some(known) => Some(Arc::clone(known)),
            None => match console.play(scenario, scene.seed) {
                Ok(playing) => playing.done().await,
                Err(_) => None,
            },
        };
        let Some(record) = record else { return Rehearsed { ready: Standing::Failed, ..rehearsed } };
        let Some(verdict) = &record.session.verdict else { return Rehearsed { ready: Standing::Failed, ..rehearsed } };
        let as_planned = match of(rows, &record.session.scenario) {
            Some(expected) => expected.is_met_by(verdict),
            None => verdict.kind != Kind::Inconclusive,
        };
        if !as_planned {
            rehearsed.ready = Standing::Otherwise;
        }
        rehearsed.sessions.push(record.session.session.clone());
        rehearsed.kinds.push(verdict.kind);
        played.insert(place, record);
    }
    rehearsed
}
