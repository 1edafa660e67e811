//! Real software: which programs there are, what came of their audits, and an audit of one.

use super::{
    App,
    asked::{Body, Named},
    problem::Problem,
};
use crate::software::{Attack, NotStarted, Shown};
use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn all(State(app): State<Arc<App>>) -> Json<Value> {
    Json(json!({ "programs": app.software.programs().await, "attacks": Attack::all() }))
}

pub(super) async fn one(State(app): State<Arc<App>>, Named(id): Named) -> Result<Json<Shown>, Problem> {
    app.software.shown(&id).map(Json).ok_or_else(|| none("not-audited"))
}

/// A program by its id, as the list has it: no command comes from a request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    program: String,
}

pub(super) async fn start(
    State(app): State<Arc<App>>,
    Body(Wanted { program }): Body<Wanted>,
) -> Result<StatusCode, Problem> {
    app.software.start(&program).await.map_err(|refused| match refused {
        NotStarted::Unknown => none("no-recipe"),
        NotStarted::Absent => Problem::said(StatusCode::CONFLICT, "program", "no-program", json!({})),
    })?;
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn cancel(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    (StatusCode::ACCEPTED, Json(json!({ "cancelled": app.software.cancel() })))
}

fn none(name: &str) -> Problem {
    Problem::said(StatusCode::NOT_FOUND, "program", name, json!({}))
}
