//! The recording of a session, taken further.

use super::{
    App,
    asked::{Body, Named},
    problem::Problem,
    sessions::{Started, finished},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::json;
use std::{sync::Arc, time::Duration};

/// The longest that somebody may ask for, in seconds: a day.
const LONGEST: u64 = 24 * 60 * 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// How long the computation may take.
    seconds: Option<u64>,
}

/// Lets a computation go on that was cut off.
pub(super) async fn go_on(
    State(app): State<Arc<App>>,
    Named(id): Named,
    Body(Wanted { seconds }): Body<Wanted>,
) -> Result<Response, Problem> {
    if let Some(got) = seconds.filter(|seconds| !(1..=LONGEST).contains(seconds)) {
        return Err(Problem::bad("seconds", "count", json!({ "most": LONGEST, "got": got })));
    }
    let record = finished(&app, &id).await?;
    let session = app.console.go_on(&record, seconds.map(Duration::from_secs))?.session;
    let place = HeaderValue::from_str(&format!("/api/sessions/{}", session.session)).ok();
    let mut response = (StatusCode::ACCEPTED, Json(Started::of(&app, vec![session])?)).into_response();
    response.headers_mut().extend(place.map(|place| (header::LOCATION, place)));
    Ok(response)
}
