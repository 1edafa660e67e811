//! The page that leads a device through an audit: it opens it, trusts the authority of the audit, and visits one address after the
//! other. Everybody who reaches the page may be that device; the first who begins is.

use super::{
    Guard,
    guard::guard,
    limits::BODY,
    problem::{in_its_language, language},
};
use audit::{Visited, Visits};
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, map_response},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Mutex, Notify},
    time::timeout,
};

/// How long a device is kept waiting for its next address; it asks again then.
const WAIT: Duration = Duration::from_secs(10);

const SCRIPT: &str = include_str!("device/device.js");
const STYLE: &str = include_str!("device/device.css");

/// The page asks for the audit's servers, which are other origins than its own, and for nobody else's script.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' https:; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'",
);

/// What the page knows of an audit.
#[derive(Debug)]
pub struct Desk {
    visits: Visits,
    at: Mutex<At>,
    told: Notify,
}

/// Who the device is, and where it is now.
#[derive(Debug, Default)]
struct At {
    device: Option<String>,
    visited: Option<Visited>,
}

impl Desk {
    /// The desk that hands these on.
    #[must_use]
    pub fn new(visits: Visits) -> Arc<Self> {
        Arc::new(Self { visits, at: Mutex::default(), told: Notify::new() })
    }

    /// When the device was told that all is over.
    pub async fn told(&self) {
        self.told.notified().await;
    }
}

/// The page's routes.
pub fn device(desk: Arc<Desk>, who: Guard) -> Router {
    let text = |kind: &'static str, text: &'static str| get(async move || ([(header::CONTENT_TYPE, kind)], text));
    Router::new()
        .route("/", get(page))
        .route("/device.js", text("text/javascript; charset=utf-8", SCRIPT))
        .route("/device.css", text("text/css; charset=utf-8", STYLE))
        .route("/authority.crt", get(authority))
        .route("/next", post(next))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn_with_state(who, guard))
        .layer(middleware::from_fn(in_its_language))
        .layer(map_response(async |mut response: Response| {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
            response
        }))
        .with_state(desk)
}

/// A text of the page, as HTML.
fn said(name: &str) -> String {
    let said = language().name("device", name, &serde_json::Map::new()).unwrap_or_default();
    said.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

async fn page() -> Response {
    let states = ["going", "again", "taken", "over"].map(|name| format!(" data-{name}=\"{}\"", said(name))).concat();
    let [code, title, first, file, trust, second, begin, forget] =
        ["code", "title", "first", "file", "trust", "second", "begin", "forget"].map(said);
    let page = format!(
        "<!doctype html>\n<html lang=\"{code}\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"device.css\">\n<main>\n<h1>{title}</h1>\n<ol>\n\
         <li><p>{first} <a href=\"authority.crt\">{file}</a></p><p>{trust}</p></li>\n\
         <li><p>{second}</p><p><button type=\"button\">{begin}</button></p></li>\n</ol>\n\
         <p id=\"state\" role=\"status\"{states}></p>\n<p>{forget}</p>\n</main>\n\
         <script type=\"module\" src=\"device.js\"></script>\n</html>\n"
    );
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

/// The authority, as phones take one in.
async fn authority(State(desk): State<Arc<Desk>>) -> Response {
    match desk.visits.anchor() {
        Some(anchor) => ([(header::CONTENT_TYPE, "application/x-x509-ca-cert")], anchor.to_owned()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Who asks for an address: it is done with the one before.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asking {
    /// What it calls itself, the same every time.
    device: String,
}

async fn next(State(desk): State<Arc<Desk>>, Json(Asking { device }): Json<Asking>) -> Json<Value> {
    let mut at = desk.at.lock().await;
    if *at.device.get_or_insert_with(|| device.clone()) != device {
        return Json(json!({ "is": "taken" }));
    }
    at.visited = None;
    match timeout(WAIT, desk.visits.next()).await {
        Err(_) => Json(json!({ "is": "waits" })),
        Ok(None) => {
            desk.told.notify_one();
            Json(json!({ "is": "over" }))
        }
        Ok(Some(visited)) => {
            let answer = json!({ "is": "visit", "link": visited.link, "again": visited.again });
            at.visited = Some(visited);
            Json(answer)
        }
    }
}
