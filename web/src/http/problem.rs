//! Errors as the routes answer them: `{"error":{"field":"…","message":"…"}}`.

use crate::{
    console::NotPlayed,
    sessions::{orders::ScenarioRefused, store::StoreError},
};
use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// An error for the caller.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    field: String,
    message: String,
    /// Seconds after which it may be gone.
    retry: Option<u64>,
}

impl Problem {
    pub(super) fn new(status: StatusCode, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, field: field.into(), message: message.into(), retry: None }
    }

    /// It may be gone in so many seconds.
    pub(super) fn retry(self, seconds: u64) -> Self {
        Self { retry: Some(seconds), ..self }
    }

    /// The caller's fault.
    pub(super) fn bad(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, field, message)
    }

    /// There is no such session.
    pub(super) fn no_session(id: &str) -> Self {
        let id: String = id.chars().take(64).collect();
        Self::new(StatusCode::NOT_FOUND, "session", format!("there is no session {id:?}, or it is no longer kept"))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "store", error.to_string()).retry(2)
    }
}

impl From<ScenarioRefused> for Problem {
    fn from(refused: ScenarioRefused) -> Self {
        Self::bad(refused.field, refused.message)
    }
}

impl From<NotPlayed> for Problem {
    fn from(error: NotPlayed) -> Self {
        match error {
            NotPlayed::Refused(refused) => refused.into(),
            NotPlayed::Hands => Self::new(StatusCode::CONFLICT, "step", error.to_string()),
            busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "queue", busy.to_string()).retry(10),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({ "error": { "field": self.field, "message": self.message } });
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
