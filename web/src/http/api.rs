//! The registries, the matrix and the state of the console.

use super::{App, LabStatus, problem::Problem};
use crate::{
    cracking, registry,
    sessions::matrix::{Matrix, matrix},
};
use attacker::{cost, relay};
use axum::{Json, extract::State};
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn modes() -> Json<Value> {
    Json(json!({ "modes": registry::modes() }))
}

pub(super) async fn attacks() -> Json<Value> {
    Json(json!({ "attacks": registry::attacks() }))
}

pub(super) async fn checks() -> Json<Value> {
    Json(json!({ "checks": registry::checks() }))
}

pub(super) async fn scenarios(State(app): State<Arc<App>>) -> Json<Value> {
    // What theory expects of a sealed scenario would tell it.
    let told: Vec<_> = app.outcomes.iter().filter(|row| !app.console.book().veiled(&row.scenario)).collect();
    Json(json!({ "scenarios": told }))
}

pub(super) async fn verdicts() -> Json<Value> {
    Json(json!({ "verdicts": registry::verdicts() }))
}

pub(super) async fn status(State(app): State<Arc<App>>) -> Json<LabStatus> {
    Json(app.status())
}

pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

pub(super) async fn the_matrix(State(app): State<Arc<App>>) -> Json<Matrix> {
    Json(matrix(app.console.book(), &app.outcomes))
}

/// What a prime costs; how long the victims of this console wait for it (`live`), and how long the attacker goes on
/// (`later`), which grows with what the prime is known to cost.
pub(super) async fn cracking(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    let settings = app.console.settings();
    Ok(Json(json!({
        "measured": cracking::measured(),
        "conditions": cracking::conditions(),
        "records": cracking::RECORDS,
        "models": cracking::MODELS,
        "sessions": cracking::computations(app.console.book()).await?,
        "live_seconds": settings.patience.mul_f32(relay::HELD).as_secs_f64(),
        "later_seconds": settings.time(None).as_secs_f64(),
        "later_per_core_second": if settings.deadline.is_some() { 0 } else { cost::MARGIN },
    })))
}
