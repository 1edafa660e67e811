//! What a request carries, taken such that whatever is wrong with it is answered as every other [`Problem`].

use super::problem::Problem;
use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

/// The query of the path.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::try_from_uri(&parts.uri);
        query.map(|query| Self(query.0)).map_err(|refused| Problem::bad("query", refused.body_text()))
    }
}

/// The body, one JSON document.
pub(super) struct Body<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let octets = Bytes::from_request(request, state).await;
        let octets = octets.map_err(|refused| Problem::new(refused.status(), "body", refused.body_text()))?;
        let mut json = serde_json::Deserializer::from_slice(&octets);
        let document = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let field = error.path().to_string();
            // So the whole document is named, of which a field is missing or which is no JSON.
            let whole = matches!(field.as_str(), "." | "?");
            Problem::bad(if whole { "body".to_owned() } else { field }, error.inner().to_string())
        })?;
        json.end().map_err(|error| Problem::bad("body", error.to_string()))?;
        Ok(Self(document))
    }
}
