//! Sessions: the list, one of them, a new one, and its export.

use super::{
    App,
    asked::{Body, Named, Query},
    doors::Visitor,
    hand,
    problem::{Problem, tongue},
};
use crate::{
    console::{ByHand, random_id},
    sessions::{
        book::Forgotten,
        chains::chains,
        export::{Format, Theme, export},
        filter::Filter,
        import::{Wrong, import},
        octets::{Explained, explain},
        orders::{core_seconds, resolve},
        session::{Progress, Record, Session},
    },
};
use attacker::attacks;
use axum::{
    Extension, Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use lab::{
    modes,
    scenario::{Scenario, Selection},
    verdict::Kind,
    words::{Tongue, speaking},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{num::NonZero, sync::Arc};

/// Sessions in one answer.
const PAGE: usize = 200;
/// Sessions that one request may start.
const SESSIONS: u64 = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    after: Option<u64>,
    limit: Option<usize>,
    scenario: Option<String>,
    mode: Option<String>,
    attack: Option<String>,
    verdict: Option<Kind>,
    status: Option<Progress>,
}

impl Wanted {
    /// Which sessions are asked for. What no session can be is a mistake.
    fn filter(&self) -> Result<Filter, Problem> {
        let selection = |field: &'static str, text: &Option<String>, known: fn(&str) -> bool| {
            let Some(text) = text else { return Ok(None) };
            let selected = text.parse::<Selection>().ok().filter(|it| known(&it.id));
            selected
                .map(Some)
                .ok_or_else(|| Problem::bad(field, "no-such", json!({ "field": field, "got": shown(text) })))
        };
        let scenario = self.scenario.as_deref().map(scenario).transpose()?;
        Ok(Filter {
            scenario: scenario.map(|it| Ok::<_, Problem>(resolve(&it)?.played.scenario)).transpose()?,
            mode: selection("mode", &self.mode, |id| modes::all().iter().any(|mode| mode.id == id))?,
            attack: selection("attack", &self.attack, |id| attacks::find(id).is_some())?,
            verdict: self.verdict,
            status: self.status,
            ..Filter::default()
        })
    }
}

/// As much of a text as is worth showing.
fn shown(text: &str) -> String {
    text.chars().take(64).collect()
}

pub(super) async fn list(State(app): State<Arc<App>>, Query(wanted): Query<Wanted>) -> Result<Json<Value>, Problem> {
    let limit = wanted.limit.unwrap_or(50);
    if !(1..=PAGE).contains(&limit) {
        return Err(Problem::bad("limit", "count", json!({ "most": PAGE, "got": limit })));
    }
    let after = wanted.after.unwrap_or(u64::MAX);
    let mut found = app.console.book().list(after, limit + 1, wanted.filter()?).await?;
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
pub(super) struct OfEvent {
    event: u64,
}

pub(super) async fn the_octets(
    State(app): State<Arc<App>>,
    Named(id): Named,
    Query(wanted): Query<OfEvent>,
) -> Result<Json<Explained>, Problem> {
    let record = found(&app, &id).await?;
    let nothing = || Problem::said(StatusCode::NOT_FOUND, "event", "no-frame", json!({}));
    explain(&record, wanted.event).map(Json).ok_or_else(nothing)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSessions {
    scenario: String,
    seed: Option<u64>,
    sessions: Option<u64>,
    wait: Option<bool>,
    #[serde(default)]
    step: bool,
}

/// What was started, and what is known beforehand of the computation of each.
#[derive(Serialize)]
pub(super) struct Started {
    sessions: Vec<Session>,
    /// Seconds of one core that it takes; absent where nothing is computed.
    core_seconds: Option<f64>,
    /// Seconds that each session has.
    time: f64,
}

impl Started {
    /// Sessions of one cost.
    pub(super) fn of(app: &App, sessions: Vec<Session>) -> Result<Self, Problem> {
        let core_seconds = sessions.first().map(|it| core_seconds(&it.scenario)).transpose()?.flatten();
        let time = app.console.settings().time(core_seconds).as_secs_f64();
        Ok(Self { sessions, core_seconds, time })
    }
}

/// The longest that the computations of one request may take in all, in seconds.
const LONGEST: f64 = 600.0;

/// Starts sessions; with a seed, each takes the seed after that of the one before.
pub(super) async fn start(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    Body(wanted): Body<NewSessions>,
) -> Result<Response, Problem> {
    let count = wanted.sessions.unwrap_or(1);
    if !(1..=SESSIONS).contains(&count) {
        return Err(Problem::bad("sessions", "count", json!({ "most": SESSIONS, "got": count })));
    }
    if wanted.seed.is_some_and(|seed| seed.checked_add(count - 1).is_none()) {
        return Err(Problem::bad("seed", "seeds", json!({ "count": count })));
    }
    let scenario = scenario(&wanted.scenario)?;
    if wanted.step {
        if count != 1 {
            return Err(Problem::bad("sessions", "one-by-hand", json!({ "got": count })));
        }
        if wanted.wait.unwrap_or_default() {
            return Err(Problem::bad("wait", "hand-waits", json!({})));
        }
        return hand::begin(&app, &scenario, wanted.seed, &ByHand { decided: Vec::new(), holds: true });
    }
    if let Some(seconds) = core_seconds(&scenario)? {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get) as f64;
        let most = (LONGEST * cores / seconds).max(1.0);
        if count as f64 > most {
            let members = json!({ "most": most.round(), "seconds": seconds.round(), "got": count });
            return Err(Problem::bad("sessions", "known-cost", members));
        }
    }
    let runs = (0..count).map(|i| (scenario.clone(), wanted.seed.map(|seed| seed + i)));
    let place = |started: &[Session]| match started {
        [one] => Some(format!("/api/sessions/{}", one.session)),
        _ => None,
    };
    begin(&app, visitor, runs, wanted.wait.unwrap_or_default(), place).await
}

/// Starts sessions: all or none. Answers at once, and with where to look; or, to who waits, when all are judged.
pub(super) async fn begin(
    app: &App,
    visitor: Visitor,
    runs: impl IntoIterator<Item = (Scenario, Option<u64>)>,
    wait: bool,
    place: impl FnOnce(&[Session]) -> Option<String>,
) -> Result<Response, Problem> {
    // Who waits keeps a connection as a viewer does.
    let waiting = if wait { Some(app.watch(visitor)?) } else { None };
    let playing = app.console.play_all(runs)?;
    if waiting.is_none() {
        let sessions: Vec<Session> = playing.into_iter().map(|it| it.session).collect();
        let place = place(&sessions).and_then(|place| HeaderValue::from_str(&place).ok());
        let mut response = (StatusCode::ACCEPTED, Json(Started::of(app, sessions)?)).into_response();
        response.headers_mut().extend(place.map(|place| (header::LOCATION, place)));
        return Ok(response);
    }
    let mut sessions = Vec::with_capacity(playing.len());
    for playing in playing {
        let gone = || Problem::said(StatusCode::SERVICE_UNAVAILABLE, "session", "console-ends", json!({}));
        sessions.push(app.console.book().told(playing.done().await.ok_or_else(gone)?.session.clone()));
    }
    Ok(Json(Started::of(app, sessions)?).into_response())
}

/// Takes in what an export has written: one session, or two side by side.
pub(super) async fn bring(State(app): State<Arc<App>>, Body(document): Body<Value>) -> Result<Response, Problem> {
    let records =
        import(&document).map_err(|Wrong { field, why }| Problem::refused(StatusCode::BAD_REQUEST, field, why))?;
    let (mut sessions, mut all_known) = (Vec::new(), true);
    for record in records {
        let (session, new) = app.console.book().import(record, &random_id()?).await?;
        all_known &= !new;
        sessions.push(session);
    }
    let status = if all_known { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(json!({ "sessions": sessions }))).into_response())
}

/// Ends a session that waits or runs: it is judged as it is.
pub(super) async fn cancel(
    State(app): State<Arc<App>>,
    Named(id): Named,
) -> Result<(StatusCode, Json<Value>), Problem> {
    if app.console.cancel(&id) {
        return Ok((StatusCode::ACCEPTED, Json(json!({ "cancelled": 1 }))));
    }
    app.console.book().session(&id).await?.ok_or_else(|| Problem::no_session(&id))?;
    let elsewhere = app.console.book().plays_elsewhere(&id);
    Err(Problem::said(StatusCode::CONFLICT, "session", if elsewhere { "elsewhere" } else { "over" }, json!({})))
}

/// Ends every session that waits or runs.
pub(super) async fn cancel_all(State(app): State<Arc<App>>) -> (StatusCode, Json<Value>) {
    (StatusCode::ACCEPTED, Json(json!({ "cancelled": app.console.cancel_all() })))
}

/// Forgets a session that is over, for good.
pub(super) async fn forget(State(app): State<Arc<App>>, Named(id): Named) -> Result<StatusCode, Problem> {
    match app.console.book().forget(&id).await? {
        Forgotten::Gone => Ok(StatusCode::NO_CONTENT),
        Forgotten::Unknown => Err(Problem::no_session(&id)),
        Forgotten::Running => Err(Problem::said(StatusCode::CONFLICT, "session", "cancel-first", json!({}))),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exported {
    format: Format,
    #[serde(default)]
    theme: Theme,
    lang: Option<Tongue>,
}

pub(super) async fn the_export(
    State(app): State<Arc<App>>,
    Named(id): Named,
    Query(wanted): Query<Exported>,
) -> Result<Response, Problem> {
    let record = found(&app, &id).await?;
    let language = wanted.lang.unwrap_or_else(tongue);
    let body = speaking(language, || export(&record, wanted.format, wanted.theme))
        .map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "session", error.to_string()))?;
    Ok((attachment(&record.session.session, wanted.format), body).into_response())
}

/// What tells a browser to keep a file, of what is named so.
pub(super) fn attachment(name: &str, format: Format) -> [(header::HeaderName, String); 2] {
    let disposition = format!("attachment; filename=\"interlock-{name}.{}\"", format.suffix());
    [(header::CONTENT_TYPE, format.media().to_owned()), (header::CONTENT_DISPOSITION, disposition)]
}

async fn found(app: &App, id: &str) -> Result<Record, Problem> {
    app.console.book().record(id).await?.ok_or_else(|| Problem::no_session(id))
}

/// A session that is judged.
pub(super) async fn finished(app: &App, id: &str) -> Result<Record, Problem> {
    let record = found(app, id).await?;
    match record.session.status {
        Progress::Done => Ok(record),
        Progress::Running => Err(Problem::said(StatusCode::CONFLICT, "session", "runs", json!({ "session": id }))),
        Progress::Sealed => Err(Problem::said(StatusCode::CONFLICT, "session", "sealed", json!({ "session": id }))),
    }
}

/// A scenario out of a request.
pub(super) fn scenario(text: &str) -> Result<Scenario, Problem> {
    let refused = |error: lab::scenario::ScenarioError| Problem::refused(StatusCode::BAD_REQUEST, "scenario", &error);
    text.parse().map_err(refused)
}
