//! The attacker's hand: a session that is held at every frame, what is decided about each, and the same again.

use super::{
    App,
    asked::{Body, Named},
    problem::Problem,
    sessions::{Started, finished},
};
use crate::{
    console::{ByHand, hands::NotDecided},
    sessions::session::Record,
};
use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lab::{
    event::Fact,
    hand::{Decision, Verb},
    scenario::Scenario,
    script::kept::Kept,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    action: Verb,
    #[serde(default)]
    fields: Map<String, Value>,
    /// The number of the event of the frame that is meant.
    held: Option<u64>,
}

/// Decides about the frame that is held.
pub(super) async fn decide(
    State(app): State<Arc<App>>,
    Named(id): Named,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let decision = Decision { action: wanted.action, fields: wanted.fields };
    match app.console.decide(&id, &decision, wanted.held) {
        Ok(()) => Ok((StatusCode::ACCEPTED, Json(json!({ "decided": decision.action })))),
        Err(NotDecided::NothingHeld) => {
            app.console.book().session(&id).await?.ok_or_else(|| Problem::no_session(&id))?;
            Err(Problem::refused(StatusCode::CONFLICT, "session", &NotDecided::NothingHeld))
        }
        Err(NotDecided::Unfit(misfit)) => {
            let field = misfit.field.clone();
            Err(Problem::refused(StatusCode::BAD_REQUEST, field, &NotDecided::Unfit(misfit)))
        }
        Err(another @ NotDecided::Another { .. }) => Err(Problem::refused(StatusCode::CONFLICT, "held", &another)),
        Err(NotDecided::NoOrders) => {
            Err(Problem::refused(StatusCode::SERVICE_UNAVAILABLE, "session", &NotDecided::NoOrders).retry(1))
        }
    }
}

/// Starts a session by hand. Without a seed one is drawn: what is done by hand can be done again.
pub(super) fn begin(app: &App, scenario: &Scenario, seed: Option<u64>, by_hand: &ByHand) -> Result<Response, Problem> {
    let drawn = || getrandom::u32().map(u64::from);
    let no_seed = |_| Problem::said(StatusCode::SERVICE_UNAVAILABLE, "seed", "randomness", json!({}));
    let seed = seed.map_or_else(drawn, Ok).map_err(no_seed)?;
    let session = app.console.play_by_hand(scenario, Some(seed), by_hand)?.session;
    let place = HeaderValue::from_str(&format!("/api/sessions/{}", session.session)).ok();
    let started = Started::of(app, vec![session])?;
    let mut response = (StatusCode::ACCEPTED, Json(started)).into_response();
    response.headers_mut().extend(place.map(|place| (header::LOCATION, place)));
    Ok(response)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Again {
    /// So many of its decisions are made again.
    decisions: usize,
}

/// Plays a session again with the same seed, up to a frame: from there on it is held.
pub(super) async fn again(
    State(app): State<Arc<App>>,
    Named(id): Named,
    Body(wanted): Body<Again>,
) -> Result<Response, Problem> {
    let record = app.console.book().record(&id).await?.ok_or_else(|| Problem::no_session(&id))?;
    let kept = kept(&record, wanted.decisions)?;
    if kept.count() < wanted.decisions {
        let members = json!({ "most": kept.count(), "got": wanted.decisions });
        return Err(Problem::bad("decisions", "at-most", members));
    }
    begin(&app, &kept.scenario, kept.seed, &ByHand { decided: kept.decided, holds: true })
}

/// What was done by hand in a session, as a script.
pub(super) async fn the_script(State(app): State<Arc<App>>, Named(id): Named) -> Result<Response, Problem> {
    let record = finished(&app, &id).await?;
    let script = kept(&record, usize::MAX)?.to_json();
    let text = serde_json::to_string_pretty(&script)
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "session", error.to_string()))?;
    let name = format!("attachment; filename=\"interlock-{}.script.json\"", record.session.session);
    let headers = [(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, text + "\n").into_response())
}

fn kept(record: &Record, most: usize) -> Result<Kept, Problem> {
    let by_hand = record.events.iter().any(|event| matches!(event.fact, Fact::Held { .. } | Fact::Decided { .. }));
    if !by_hand {
        return Err(Problem::said(StatusCode::CONFLICT, "session", "not-by-hand", json!({})));
    }
    Ok(Kept::of(record.session.scenario.clone(), record.session.seed, &record.events, most))
}
