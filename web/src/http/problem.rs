//! Errors as the routes answer them: `{"error":{"field":"…","message":"…"}}`, in the language that the request asks for.

use crate::{
    console::NotPlayed,
    sessions::{orders::ScenarioRefused, store::StoreError},
};
use axum::{
    Json,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use lab::{
    refusal::Refusal,
    words::{self, Language, TONGUES, Tongue},
};
use serde_json::{Value, json};

/// An error for the caller.
#[derive(Debug)]
pub(super) struct Problem {
    status: StatusCode,
    field: String,
    message: Message,
    /// Seconds after which it may be gone.
    retry: Option<u64>,
}

/// What is told of it.
#[derive(Clone, Debug)]
enum Message {
    /// In the words of this name.
    Refused(Refusal),
    /// As somebody else's library says it.
    Text(String),
}

tokio::task_local! {
    /// What the request asks for that is being answered.
    static LANGUAGE: Tongue;
}

/// Answers in the language that a request asks for, as far as the lab speaks it (RFC 9110 section 12.5.4): the first of those that
/// it takes as willingly as any.
pub(super) async fn in_its_language(request: Request, next: Next) -> Response {
    let language = wanted(request.headers());
    LANGUAGE.scope(language, next.run(request)).await
}

/// The language in which the request that is being answered is answered.
pub(super) fn language() -> &'static Language {
    words::language(tongue().code)
}

/// The language of that request.
pub(super) fn tongue() -> Tongue {
    LANGUAGE.try_with(|tongue| *tongue).unwrap_or(TONGUES[0])
}

fn wanted(headers: &HeaderMap) -> Tongue {
    let taken = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best = (0.0, TONGUES[0]);
    for range in taken.split(',') {
        let (range, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(0.0);
        let primary = range.trim().split('-').next().unwrap_or_default();
        let tongue = TONGUES.iter().find(|tongue| tongue.code.eq_ignore_ascii_case(primary));
        if let Some(tongue) = tongue.filter(|_| weight > best.0) {
            best = (weight, *tongue);
        }
    }
    best.1
}

impl Problem {
    fn of(status: StatusCode, field: impl Into<String>, message: Message) -> Self {
        Self { status, field: field.into(), message, retry: None }
    }

    /// What is told in the lab's own words.
    pub(super) fn refused(status: StatusCode, field: impl Into<String>, refusal: impl Into<Refusal>) -> Self {
        Self::of(status, field, Message::Refused(refusal.into()))
    }

    /// What is told in the words of this name, which these members fill.
    pub(super) fn said(status: StatusCode, field: impl Into<String>, name: &str, members: Value) -> Self {
        Self::refused(status, field, Refusal::new(name, members))
    }

    /// What somebody else's library says of it.
    pub(super) fn new(status: StatusCode, field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::of(status, field, Message::Text(message.into()))
    }

    /// It may be gone in so many seconds.
    pub(super) fn retry(self, seconds: u64) -> Self {
        Self { retry: Some(seconds), ..self }
    }

    /// The caller's fault, in the words of this name.
    pub(super) fn bad(field: impl Into<String>, name: &str, members: Value) -> Self {
        Self::said(StatusCode::BAD_REQUEST, field, name, members)
    }

    /// There is no such session.
    pub(super) fn no_session(id: &str) -> Self {
        let id: String = id.chars().take(64).collect();
        Self::said(StatusCode::NOT_FOUND, "session", "no-session", json!({ "session": id }))
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::refused(StatusCode::SERVICE_UNAVAILABLE, "store", &error).retry(2)
    }
}

impl From<ScenarioRefused> for Problem {
    fn from(refused: ScenarioRefused) -> Self {
        Self::refused(StatusCode::BAD_REQUEST, refused.field, refused.refusal)
    }
}

impl From<NotPlayed> for Problem {
    fn from(error: NotPlayed) -> Self {
        match error {
            NotPlayed::Refused(refused) => refused.into(),
            NotPlayed::Hands => Self::refused(StatusCode::CONFLICT, "step", &error),
            NotPlayed::NothingCutOff => Self::refused(StatusCode::CONFLICT, "session", &error),
            busy => Self::refused(StatusCode::SERVICE_UNAVAILABLE, "queue", &busy).retry(10),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let language = language();
        let message = match &self.message {
            Message::Refused(refusal) => refusal.told(language),
            Message::Text(text) => text.clone(),
        };
        let body = json!({ "error": { "field": self.field, "message": message } });
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::orders::resolve;
    use lab::scenario::Scenario;

    #[test]
    fn a_request_is_answered_in_the_first_language_that_it_takes_most_willingly_and_the_lab_speaks() {
        for (asked, code) in [
            ("", "en"),
            ("de", "de"),
            ("de-AT,de;q=0.9,en;q=0.8", "de"),
            ("en-GB,en;q=0.9,de;q=0.8", "en"),
            ("fr, de;q=0.5, en;q=0.7", "en"),
            ("fr, DE;q=0.5", "de"),
            ("de;q=0", "en"),
            ("de;q=x", "en"),
            ("*", "en"),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, asked.parse().unwrap())]);
            assert_eq!(wanted(&headers).code, code, "{asked}");
        }
    }

    /// The field stands beside what is told of it, and the page puts it in front.
    #[test]
    fn what_is_wrong_with_a_scenario_does_not_begin_with_its_field_again() {
        let long = "a".repeat(600);
        for text in [
            "dh",
            "d!h/relay",
            "dh,bits/relay",
            "dh/relay~a~a",
            long.as_str(),
            "none/relay",
            "dh/none",
            "dh-weak:none/relay",
            "dh-weak:short,bits=1/relay",
            "dh/relay~none",
            "dh/forge-name",
        ] {
            let refused = match text.parse::<Scenario>() {
                Err(error) => Refusal::from(&error),
                Ok(scenario) => resolve(&scenario).map(drop).unwrap_err().refusal,
            };
            for tongue in TONGUES {
                let told = refused.told(words::language(tongue.code));
                let first = told.split(' ').next().unwrap_or_default();
                assert!(!told.is_empty() && !first.ends_with(':'), "{text}: {told}");
            }
        }
    }
}
