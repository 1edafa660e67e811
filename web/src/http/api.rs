//! The registries, the matrix and the state of the console.

use super::{App, LabStatus, asked::Query, packed::Fixed, problem::Problem};
use crate::{
    cracking, registry,
    sessions::matrix::{Matrix, matrix},
};
use attacker::{cost, relay};
use axum::{Json, extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};

static MODES: LazyLock<Fixed> = LazyLock::new(|| Fixed::new(&json!({ "modes": registry::modes() })));
static ATTACKS: LazyLock<Fixed> = LazyLock::new(|| Fixed::new(&json!({ "attacks": registry::attacks() })));
static CHECKS: LazyLock<Fixed> = LazyLock::new(|| Fixed::new(&json!({ "checks": registry::checks() })));

pub(super) async fn modes(headers: HeaderMap) -> Response {
    MODES.answer(&headers)
}

pub(super) async fn attacks(headers: HeaderMap) -> Response {
    ATTACKS.answer(&headers)
}

pub(super) async fn checks(headers: HeaderMap) -> Response {
    CHECKS.answer(&headers)
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

/// Which cells of the matrix are asked for: all of which what is given holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cells {
    applies: Option<bool>,
    mode: Option<String>,
    attack: Option<String>,
}

pub(super) async fn the_matrix(State(app): State<Arc<App>>, Query(asked): Query<Cells>) -> Json<Matrix> {
    let mut matrix = matrix(app.console.book(), &app.outcomes);
    matrix.cells.retain(|cell| {
        asked.applies.is_none_or(|applies| cell.applies == applies)
            && asked.mode.as_ref().is_none_or(|mode| cell.mode.to_string() == *mode)
            && asked.attack.as_ref().is_none_or(|attack| cell.attack.to_string() == *attack)
    });
    Json(matrix)
}

/// What a prime costs, and what comes of a session with it: how long the victims of this console wait for it, and how long the
/// attacker goes on, which grows with what the prime is known to cost.
pub(super) async fn cracking(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    let settings = app.console.settings();
    let (measured, sessions) = (cracking::measured(), cracking::computations(app.console.book()).await?);
    let more = if settings.deadline.is_some() { 0 } else { cost::MARGIN };
    let patience = cracking::Patience {
        live: settings.patience.mul_f32(relay::HELD).as_secs_f64(),
        later: (settings.time(None).as_secs_f64(), f64::from(more)),
    };
    Ok(Json(json!({
        "prices": cracking::prices(&measured, &sessions, patience),
        "measured": measured,
        "machine": cracking::machine(),
        "records": cracking::RECORDS,
        "models": cracking::MODELS,
        "sessions": sessions,
    })))
}
