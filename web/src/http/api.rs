//! The registries, the matrix, the comparison and the state of the console.

use super::{
    App, LabStatus,
    asked::Query,
    problem::Problem,
    sessions::{finished, scenario},
};
use crate::{
    cracking, registry,
    sessions::{
        compare::{Comparison, compare},
        matrix::{Matrix, matrix},
        session::{Record, Session},
    },
};
use attacker::relay;
use axum::{Json, extract::State};
use lab::verdict::{Class, Kind};
use serde::{Deserialize, Serialize};
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
    Json(json!({ "scenarios": app.outcomes }))
}

#[derive(Serialize)]
struct Meaning {
    kind: Kind,
    letter: char,
    class: Class,
    meaning: &'static str,
}

pub(super) async fn verdicts() -> Json<Value> {
    let verdicts =
        Kind::ALL.map(|kind| Meaning { kind, letter: kind.letter(), class: kind.class(), meaning: kind.meaning() });
    Json(json!({ "verdicts": verdicts }))
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

/// What a prime costs; how long the victims of this console wait for it (`live`), and how long the attacker goes on when
/// they have left.
pub(super) async fn cracking(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    let patience = app.console.patience();
    Ok(Json(json!({
        "measured": cracking::measured(),
        "conditions": cracking::conditions(),
        "records": cracking::RECORDS,
        "models": cracking::MODELS,
        "sessions": cracking::computations(app.console.book()).await?,
        "live_seconds": patience.mul_f32(relay::HELD).as_secs_f64(),
        "later_seconds": (patience * relay::AFTERMATH).as_secs_f64(),
    })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sides {
    scenario: Option<String>,
    check: Option<String>,
    seed: Option<u64>,
    left: Option<String>,
    right: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Compared {
    left: Session,
    right: Session,
    #[serde(flatten)]
    comparison: Comparison,
}

/// Two sessions that are there, or a scenario that is run with and without one check.
pub(super) async fn the_comparison(
    State(app): State<Arc<App>>,
    Query(sides): Query<Sides>,
) -> Result<Json<Compared>, Problem> {
    let (left, right) = match (sides.left, sides.right, sides.scenario, sides.check) {
        (Some(left), Some(right), None, None) => (finished(&app, &left).await?, finished(&app, &right).await?),
        (None, None, Some(with), Some(check)) => counterfactual(&app, &with, &check, sides.seed).await?,
        _ => return Err(Problem::bad("scenario", "expected scenario= and check=, or left= and right=")),
    };
    let comparison = compare(&left, &right);
    Ok(Json(Compared { left: left.session, right: right.session, comparison }))
}

async fn counterfactual(app: &App, text: &str, check: &str, seed: Option<u64>) -> Result<(Record, Record), Problem> {
    let with = scenario(text)?;
    if !check.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        return Err(Problem::bad("check", "expected a check's id"));
    }
    let without = with.lacking(check);
    // Without one seed for both, every frame would differ.
    let seed = seed.unwrap_or_else(crate::sessions::session::now_us);
    let left = app.console.play(with, Some(seed))?;
    let right = app.console.play(without, Some(seed))?;
    let gone = || Problem::new(axum::http::StatusCode::SERVICE_UNAVAILABLE, "session", "the console leaves");
    let (left, right) = (left.done().await.ok_or_else(gone)?, right.done().await.ok_or_else(gone)?);
    Ok((Record::clone(&left), Record::clone(&right)))
}
