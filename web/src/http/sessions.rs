//! Sessions: the list, one of them, a new one, and its export.

use super::{
    App,
    asked::{Body, Named, Query},
    problem::Problem,
};
use crate::sessions::{
    chains::chains,
    export::{Format, export},
    session::{Progress, Record, Session},
};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use lab::scenario::Scenario;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Sessions in one answer.
const PAGE: usize = 200;
/// Sessions that one request may start.
const SESSIONS: u64 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paging {
    after: Option<u64>,
    limit: Option<usize>,
}

pub(super) async fn list(State(app): State<Arc<App>>, Query(paging): Query<Paging>) -> Result<Json<Value>, Problem> {
    let limit = paging.limit.unwrap_or(50);
    if !(1..=PAGE).contains(&limit) {
        return Err(Problem::bad("limit", format!("expected 1 to {PAGE}, got {limit}")));
    }
    let mut found = app.console.book().list(paging.after.unwrap_or(u64::MAX), limit + 1).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = if more { found.last().map(|(cursor, _)| *cursor) } else { None };
    let sessions: Vec<Session> = found.into_iter().map(|(_, session)| session).collect();
    Ok(Json(json!({ "sessions": sessions, "next": next })))
}

pub(super) async fn one(State(app): State<Arc<App>>, Named(id): Named) -> Result<Json<Session>, Problem> {
    let session = app.console.book().session(&id).await?;
    session.map(Json).ok_or_else(|| Problem::no_session(&id))
}

pub(super) async fn events(State(app): State<Arc<App>>, Named(id): Named) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "events": found(&app, &id).await?.events })))
}

pub(super) async fn the_chains(State(app): State<Arc<App>>, Named(id): Named) -> Result<Json<Value>, Problem> {
    Ok(Json(json!({ "chains": chains(&found(&app, &id).await?) })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSessions {
    scenario: String,
    seed: Option<u64>,
    sessions: Option<u64>,
    #[serde(default)]
    step: bool,
}

#[derive(Serialize)]
pub(super) struct Started {
    pub(super) sessions: Vec<Session>,
}

/// Starts sessions; with a seed, each takes the seed after that of the one before.
pub(super) async fn start(
    State(app): State<Arc<App>>,
    Body(wanted): Body<NewSessions>,
) -> Result<(StatusCode, Json<Started>), Problem> {
    let count = wanted.sessions.unwrap_or(1);
    if !(1..=SESSIONS).contains(&count) {
        return Err(Problem::bad("sessions", format!("expected 1 to {SESSIONS}, got {count}")));
    }
    if wanted.step {
        let message = "this version of the lab does not stop at each message";
        return Err(Problem::new(StatusCode::NOT_IMPLEMENTED, "step", message));
    }
    let scenario = scenario(&wanted.scenario)?;
    let play = |i| app.console.play(scenario.clone(), wanted.seed.map(|seed| seed.wrapping_add(i)));
    let sessions = (0..count).map(|i| Ok(play(i)?.session)).collect::<Result<_, Problem>>()?;
    Ok((StatusCode::ACCEPTED, Json(Started { sessions })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    action: Choice,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Choice {
    Forward,
    Alter,
    Drop,
}

/// No session is ever held as long as step mode is not there; what is asked is still checked.
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    Named(id): Named,
    Body(decision): Body<Decision>,
) -> Result<Response, Problem> {
    if decision.fields.is_empty() == (decision.action == Choice::Alter) {
        return Err(Problem::bad("fields", "expected with action alter, and with no other"));
    }
    app.console.book().session(&id).await?.ok_or_else(|| Problem::no_session(&id))?;
    Err(Problem::new(StatusCode::CONFLICT, "session", "the attacker holds no frame of this session"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exported {
    format: Format,
}

pub(super) async fn the_export(
    State(app): State<Arc<App>>,
    Named(id): Named,
    Query(wanted): Query<Exported>,
) -> Result<Response, Problem> {
    let record = found(&app, &id).await?;
    let body = export(&record, wanted.format)
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "session", error.to_string()))?;
    let (kind, suffix) = match wanted.format {
        Format::Json => ("application/json", "json"),
        Format::Html => ("text/html; charset=utf-8", "html"),
    };
    let name = format!("attachment; filename=\"interlock-{}.{suffix}\"", record.session.session);
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response())
}

async fn found(app: &App, id: &str) -> Result<Record, Problem> {
    app.console.book().record(id).await?.ok_or_else(|| Problem::no_session(id))
}

/// A session that is judged.
pub(super) async fn finished(app: &App, id: &str) -> Result<Record, Problem> {
    let record = found(app, id).await?;
    match record.session.status {
        Progress::Done => Ok(record),
        Progress::Running => Err(Problem::new(StatusCode::CONFLICT, "session", format!("{id} still runs"))),
    }
}

/// A scenario out of a request.
pub(super) fn scenario(text: &str) -> Result<Scenario, Problem> {
    text.parse().map_err(|error: lab::scenario::ScenarioError| Problem::bad("scenario", error.to_string()))
}
