//! The way in: who one is here, joining, inviting others, and handing the control over.

use super::{
    App,
    asked::Body,
    doors::{HANDED, Joined, Role, Visitor},
    problem::Problem,
    rooms::Peer,
};
use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use qrcode::{QrCode, render::svg};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) async fn role(State(app): State<Arc<App>>, Extension(visitor): Extension<Visitor>) -> Json<Value> {
    Json(json!({ "role": visitor.role, "exposed": app.doors.is_some() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    code: String,
}

pub(super) async fn join(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    Body(Code { code }): Body<Code>,
) -> Result<Response, Problem> {
    let doors = app.doors.as_ref().ok_or_else(alone)?;
    if peer.is_some_and(|Extension(Peer(from))| !doors.may_try(from)) {
        return Err(Problem::said(StatusCode::TOO_MANY_REQUESTS, "code", "codes-tried", json!({})).retry(5));
    }
    let wrong = || Problem::said(StatusCode::FORBIDDEN, "code", "wrong-code", json!({}));
    let Joined { role, cookie, takes_over } = doors.join(&code).map_err(|_| no_randomness())?.ok_or_else(wrong)?;
    if takes_over {
        app.console.book().hub().publish("roles", &json!({}));
    }
    let mut response = Json(json!({ "role": role })).into_response();
    response.headers_mut().extend(HeaderValue::from_str(&cookie).ok().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

pub(super) async fn invitation(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    let doors = app.doors.as_ref().ok_or_else(alone)?;
    Ok(Json(json!({ "link": doors.link(), "code": doors.code() })))
}

/// The viewers' link as a picture that a phone reads (ISO/IEC 18004).
pub(super) async fn picture(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let doors = app.doors.as_ref().ok_or_else(alone)?;
    let code = QrCode::new(doors.link())
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "link", error.to_string()))?;
    let picture = code.render::<svg::Color<'_>>().min_dimensions(320, 320).build();
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture).into_response())
}

/// How the control is handed over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Handing {
    /// To one more device; whoever asks keeps it besides.
    #[serde(default)]
    shared: bool,
}

pub(super) async fn hand_over(
    State(app): State<Arc<App>>,
    Body(Handing { shared }): Body<Handing>,
) -> Result<Json<Value>, Problem> {
    let doors = app.doors.as_ref().ok_or_else(alone)?;
    let code = doors.hand_over(shared).map_err(|_| no_randomness())?;
    Ok(Json(json!({ "role": Role::Trainer, "code": code, "seconds": HANDED.as_secs() })))
}

fn alone() -> Problem {
    Problem::said(StatusCode::CONFLICT, "network", "alone", json!({}))
}

fn no_randomness() -> Problem {
    Problem::said(StatusCode::SERVICE_UNAVAILABLE, "code", "randomness", json!({})).retry(2)
}
