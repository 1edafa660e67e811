//! `/api/compare`: two sessions side by side. Asking compares two that are there; running two is another method.

use super::{
    App,
    asked::{Body, Query},
    doors::Visitor,
    problem::{Problem, tongue},
    sessions::{attachment, begin, finished, scenario},
};
use crate::sessions::{
    compare::{Comparison, compare},
    export::{Format, export_both},
    session::{Session, now_us},
};
use axum::{
    Extension, Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use lab::words::{Tongue, speaking};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sides {
    left: String,
    right: String,
}

#[derive(Serialize)]
pub(super) struct Compared {
    left: Session,
    right: Session,
    #[serde(flatten)]
    comparison: Comparison,
}

/// Two sessions that are there, and judged.
pub(super) async fn of_two(State(app): State<Arc<App>>, Query(sides): Query<Sides>) -> Result<Json<Compared>, Problem> {
    let (left, right) = (finished(&app, &sides.left).await?, finished(&app, &sides.right).await?);
    let comparison = speaking(tongue(), || compare(&left, &right));
    Ok(Json(Compared { left: left.session, right: right.session, comparison }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exported {
    left: String,
    right: String,
    format: Format,
    lang: Option<Tongue>,
}

/// Two sessions in one file.
pub(super) async fn the_export(
    State(app): State<Arc<App>>,
    Query(Exported { left, right, format, lang }): Query<Exported>,
) -> Result<Response, Problem> {
    if !format.of_two() {
        return Err(Problem::bad("format", "one-only", json!({ "format": format.suffix() })));
    }
    let (left, right) = (finished(&app, &left).await?, finished(&app, &right).await?);
    let body = speaking(lang.unwrap_or_else(tongue), || export_both(&left, &right, format))
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "session", error.to_string()))?;
    let name = format!("{}-{}", left.session.session, right.session.session);
    Ok((attachment(&name, format), body).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Counterfactual {
    scenario: String,
    check: String,
    seed: Option<u64>,
    wait: Option<bool>,
}

/// Runs a scenario with and without one check, both with one seed: otherwise every frame would differ.
pub(super) async fn run(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    Body(wanted): Body<Counterfactual>,
) -> Result<Response, Problem> {
    let with = scenario(&wanted.scenario)?;
    let id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if wanted.check.is_empty() || !wanted.check.bytes().all(id) {
        return Err(Problem::bad("check", "check-id", json!({})));
    }
    let without = with.lacking(&wanted.check);
    let seed = Some(wanted.seed.unwrap_or_else(now_us));
    let place = |started: &[Session]| match started {
        [left, right] => Some(format!("/api/compare?left={}&right={}", left.session, right.session)),
        _ => None,
    };
    begin(&app, visitor, [(with, seed), (without, seed)], wanted.wait.unwrap_or_default(), place).await
}
