//! Three routers, one for each role: what a role may not do is not refused to it, it is not there.

use super::{
    App,
    doors::{Role, Visitor},
    files::is_page,
    problem::Problem,
};
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde_json::json;
use std::{net::IpAddr, sync::Arc};
use tower::ServiceExt;

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) IpAddr);

/// A router for each role.
pub(super) struct Rooms {
    pub(super) app: Arc<App>,
    pub(super) nobody: Router,
    pub(super) viewer: Router,
    pub(super) trainer: Router,
}

/// Leads whoever asks to the router of its role.
pub(super) async fn lead(State(rooms): State<Arc<Rooms>>, mut request: Request) -> Response {
    let (doors, path) = (rooms.app.doors.as_ref(), request.uri().path());
    let visitor = doors.map_or(Visitor { role: Role::Trainer, voter: 0 }, |doors| doors.visitor(request.headers()));
    let hasty = visitor.role != Role::Trainer
        && !is_page(path)
        && !path.starts_with("/static/")
        && request
            .extensions()
            .get::<Peer>()
            .is_some_and(|Peer(from)| doors.is_some_and(|doors| !doors.may_ask(*from)));
    if hasty {
        return Problem::said(StatusCode::TOO_MANY_REQUESTS, "address", "hasty", json!({})).retry(2).into_response();
    }
    request.extensions_mut().insert(visitor);
    let room = match visitor.role {
        Role::Nobody => &rooms.nobody,
        Role::Viewer => &rooms.viewer,
        Role::Trainer => &rooms.trainer,
    };
    room.clone().oneshot(request).await.into_response()
}

/// What a viewer meets where only the trainer has a route.
pub(super) async fn not_for_viewers(uri: Uri) -> Response {
    locked(&uri, StatusCode::FORBIDDEN, "role", "trainers")
}

/// What somebody meets who has not joined.
pub(super) async fn not_joined(uri: Uri) -> Response {
    locked(&uri, StatusCode::UNAUTHORIZED, "code", "join-first")
}

fn locked(uri: &Uri, status: StatusCode, field: &str, name: &str) -> Response {
    if is_page(uri.path()) || uri.path().starts_with("/static/") {
        return Problem::said(StatusCode::NOT_FOUND, "path", "nothing-here", json!({})).into_response();
    }
    Problem::said(status, field, name, json!({})).into_response()
}
