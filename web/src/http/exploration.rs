//! The attacker thinks: a question, how far it is, what came of it, and the attack that was found, performed.

use super::{
    App,
    asked::{Body, Named},
    problem::Problem,
};
use crate::exploring::{Asked, Refused, Shown};
use ::explore::{
    goal::{Goal, NoGoal},
    search::Bound,
    world::Sessions,
};
use attacker::attacks;
use axum::{Json, extract::State, http::StatusCode};
use lab::scenario::Selection;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// States of each cast that are looked at.
const STATES: usize = 50_000;
/// Tables of students' own that are read: each lasts as long as the lab.
const TABLES: usize = 512;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// A mode of the lab's; nothing where a table is given.
    mode: Option<String>,
    /// A table in the language of docs/explore.md.
    table: Option<String>,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    goals: Vec<String>,
    sessions: Option<String>,
}

impl Question {
    fn asked(&self) -> Result<Asked, Problem> {
        let goals = self.goals.iter().map(|goal| goal.parse::<Goal>()).collect::<Result<Vec<_>, NoGoal>>();
        let every = || Goal::all().map(|goal| goal.to_string()).collect::<Vec<_>>().join(", ");
        let goals = goals.map_err(|_| Problem::bad("goals", "one-of", json!({ "expected": every() })))?;
        let all = Sessions::ALL.map(Sessions::as_str);
        let wanted = self.sessions.as_deref().unwrap_or_else(|| Sessions::default().as_str());
        let sessions = Sessions::ALL.into_iter().find(|sessions| sessions.as_str() == wanted);
        let one_of = || Problem::bad("sessions", "one-of", json!({ "expected": all.join(", ") }));
        let sessions = sessions.ok_or_else(one_of)?;
        let bound = Bound { sessions, ..Bound::of(STATES) };
        match (&self.mode, &self.table) {
            (Some(mode), None) => {
                let selection = selected(mode)?;
                Asked::of(&selection, &self.without, &self.with, &goals, bound).map_err(Problem::from)
            }
            (None, Some(table)) => {
                static READ: AtomicUsize = AtomicUsize::new(0);
                if READ.fetch_add(1, Ordering::Relaxed) >= TABLES {
                    let most = json!({ "most": TABLES });
                    return Err(Problem::said(StatusCode::SERVICE_UNAVAILABLE, "table", "tables-read", most));
                }
                Asked::of_file(table, &self.without, &self.with, &goals, bound).map_err(Problem::from)
            }
            _ => Err(Problem::bad("mode", "mode-or-table", json!({}))),
        }
    }
}

fn selected(mode: &str) -> Result<Selection, Problem> {
    mode.parse().map_err(|_| Problem::bad("mode", "no-selection", json!({})))
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Unknown(unknown) => Self::refused(StatusCode::BAD_REQUEST, "mode", &unknown),
            Refused::Flaw(flaw) => Self::refused(StatusCode::BAD_REQUEST, "table", &flaw),
        }
    }
}

/// What there is to ask about a mode: its table as a file, its goals and those that it promises.
pub(super) async fn table(Named(id): Named) -> Result<Json<Value>, Problem> {
    let selection = selected(&id)?;
    let asked = Asked::of(&selection, &[], &[], &[], Bound::default());
    let asked = asked.map_err(|refused| Problem::refused(StatusCode::NOT_FOUND, "mode", &refused))?;
    let names = |goals: &[Goal]| goals.iter().map(ToString::to_string).collect::<Vec<_>>();
    Ok(Json(json!({
        "table": asked.table(),
        "promised": names(&asked.goals),
        "goals": names(&Goal::all().collect::<Vec<_>>()),
        "sessions": Sessions::ALL.map(Sessions::as_str),
    })))
}

pub(super) async fn shown(State(app): State<Arc<App>>) -> Json<Shown> {
    Json(app.thinker.shown())
}

pub(super) async fn ask(
    State(app): State<Arc<App>>,
    Body(question): Body<Question>,
) -> Result<(StatusCode, Json<Shown>), Problem> {
    let busy = |_| Problem::said(StatusCode::CONFLICT, "exploration", "thinks", json!({}));
    let work = app.thinker.begin(question.asked()?).map_err(busy)?;
    tokio::task::spawn_blocking(work);
    Ok((StatusCode::ACCEPTED, Json(app.thinker.shown())))
}

pub(super) async fn cancel(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    (StatusCode::ACCEPTED, Json(json!({ "cancelled": app.thinker.cancel() })))
}

/// Performs the attack that was found last.
pub(super) async fn perform(State(app): State<Arc<App>>) -> Result<(StatusCode, Json<Value>), Problem> {
    let none = || Problem::said(StatusCode::CONFLICT, "exploration", "no-attack-found", json!({}));
    let answer = app.thinker.last().ok_or_else(none)?;
    let trace = answer.found.attacks.values().next().ok_or_else(none)?;
    let unscripted = |why: ::explore::script::Unscripted| Problem::refused(StatusCode::CONFLICT, "exploration", &why);
    let script = answer.asked.script(trace).map_err(unscripted)?;
    let (without, with) = (answer.asked.without.clone(), answer.asked.with.clone());
    let scenario = attacks::by_script(script.mode.clone(), without, with);
    let session = app.console.play_script(&scenario, &script, None)?.session;
    Ok((StatusCode::ACCEPTED, Json(json!({ "sessions": [session] }))))
}
