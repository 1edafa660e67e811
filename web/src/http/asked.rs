//! What a request carries, taken such that whatever is wrong with it is answered as every other [`Problem`].

use super::{App, problem::Problem};
use crate::plain::plain;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::{fmt::Display, sync::Arc};
use tokio::time::timeout;

/// The one name in the path that is not fixed.
pub(super) struct Named(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(name)| Self(name)).map_err(|refused| Problem::said(refused.status(), "path", "utf-8", json!({})))
    }
}

/// The query of the path.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let pairs = form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let query = serde_path_to_error::deserialize(serde_urlencoded::Deserializer::new(pairs));
        query.map(Self).map_err(|error| named(&error, "query"))
    }
}

/// The body, one JSON document.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Problem> {
        let octets = timeout(app.limits.body, Bytes::from_request(request, app)).await;
        let late = |_| Problem::said(StatusCode::REQUEST_TIMEOUT, "body", "late", json!({}));
        let octets = octets.map_err(late)?;
        let octets = octets.map_err(|refused| match refused.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::said(refused.status(), "body", "shorter", json!({})),
            status => Problem::said(status, "body", "cut", json!({})),
        })?;
        // A list of the right length would be taken for the object whose members it holds.
        if octets.trim_ascii_start().starts_with(b"[") {
            return Err(Problem::bad("body", "no-list", json!({})));
        }
        let mut json = serde_json::Deserializer::from_slice(&octets);
        let document = serde_path_to_error::deserialize(&mut json).map_err(|error| named(&error, "body"))?;
        json.end().map_err(|error| Problem::refused(StatusCode::BAD_REQUEST, "body", plain(&error.to_string()).1))?;
        Ok(Self(document))
    }
}

/// The problem with one field, or with the `whole` where it cannot be read at all.
fn named<E: Display>(error: &serde_path_to_error::Error<E>, whole: &str) -> Problem {
    let (field, why) = plain(&error.inner().to_string());
    let path = error.path().to_string();
    let path = if matches!(path.as_str(), "." | "?") { whole.to_owned() } else { path };
    Problem::refused(StatusCode::BAD_REQUEST, field.unwrap_or(path), why)
}
