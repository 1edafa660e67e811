//! The table of routes.

use super::{App, Guard, api, comparison, files, guard::guard, metrics, problem::Problem, sessions, stream};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{StatusCode, header},
    middleware,
    response::IntoResponse,
    routing::{MethodRouter, get, post},
};
use std::sync::Arc;

/// The largest body of a request, in bytes.
const BODY: usize = 16 << 10;

/// The routes' description, OpenAPI 3.1.
pub const fn openapi() -> &'static str {
    include_str!("openapi.json")
}

/// Every documented route.
fn documented() -> Vec<(&'static str, MethodRouter<Arc<App>>)> {
    vec![
        ("/healthz", get(api::healthz)),
        ("/metrics", get(metrics::metrics)),
        ("/api/openapi.json", get(document)),
        ("/api/status", get(api::status)),
        ("/api/modes", get(api::modes)),
        ("/api/attacks", get(api::attacks)),
        ("/api/checks", get(api::checks)),
        ("/api/verdicts", get(api::verdicts)),
        ("/api/scenarios", get(api::scenarios)),
        ("/api/sessions", get(sessions::list).post(sessions::start)),
        ("/api/sessions/{id}", get(sessions::one)),
        ("/api/sessions/{id}/events", get(sessions::events)),
        ("/api/sessions/{id}/chains", get(sessions::the_chains)),
        ("/api/sessions/{id}/cancel", post(sessions::cancel)),
        ("/api/sessions/{id}/decision", post(sessions::decide)),
        ("/api/sessions/{id}/export", get(sessions::the_export)),
        ("/api/cancel", post(sessions::cancel_all)),
        ("/api/compare", get(comparison::of_two).post(comparison::run)),
        ("/api/matrix", get(api::the_matrix)),
        ("/api/cracking", get(api::cracking)),
        ("/api/events", get(stream::events)),
    ]
}

/// Paths of the page; what they show is the page's own doing.
const PAGES: [&str; 8] =
    ["/", "/sessions", "/sessions/{id}", "/compare", "/cracking", "/modes/{id}", "/attacks/{id}", "/checks/{id}"];

/// Everything that the server answers.
pub fn router(app: Arc<App>, who: Guard) -> Router {
    let routes = documented().into_iter().fold(Router::new(), |router, (path, route)| router.route(path, route));
    let pages = PAGES.into_iter().fold(routes, |router, path| router.route(path, get(files::shell)));
    pages
        .route("/static/{*path}", get(files::file))
        .fallback(files::nowhere)
        .method_not_allowed_fallback(async || {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "this path takes other methods")
        })
        .layer(DefaultBodyLimit::max(BODY))
        .layer(middleware::from_fn_with_state(who, guard))
        .with_state(app)
}

async fn document() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], openapi())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    #[test]
    fn the_document_describes_every_route_and_no_other() {
        let document: Value = serde_json::from_str(openapi()).unwrap();
        let paths: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let routes: BTreeSet<&str> = documented().into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, routes);
    }
}
