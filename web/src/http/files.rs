//! The page: one HTML shell for every path of it, and its static files.

use super::{asked::Named, packed::takes_gzip, problem::Problem};
use crate::page::{self, File, find};
use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

/// The shell.
pub(super) async fn shell(headers: HeaderMap) -> Response {
    match find("index.html") {
        Some(file) => serve(file, &headers),
        None => Problem::said(StatusCode::NOT_FOUND, "path", "no-page", json!({})).into_response(),
    }
}

/// Whether a person looks at this path, or a program asks for it.
pub(super) fn is_page(path: &str) -> bool {
    !["/api/", "/static/"].iter().any(|place| path.starts_with(place)) && !["/healthz", "/metrics"].contains(&path)
}

/// Where there is nothing: a person's browser gets the page, which says so and leads back; everything else a problem.
pub(super) async fn nowhere(uri: Uri, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    match find("index.html") {
        Some(file) if accepted.contains("text/html") && is_page(uri.path()) => {
            (StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, kind(file.path))], file.plain.bytes).into_response()
        }
        _ => Problem::said(StatusCode::NOT_FOUND, "path", "nothing-here", json!({})).into_response(),
    }
}

/// For a file under an address that changes with it: whoever has it need not ask again.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// A file under `/static/`, at the address of this edition of the page.
pub(super) async fn file(Named(path): Named, headers: HeaderMap) -> Response {
    match page::of_edition(&path) {
        Some(file) => {
            let mut response = serve(file, &headers);
            response.headers_mut().insert(header::CACHE_CONTROL, FOREVER);
            response
        }
        None => Problem::said(StatusCode::NOT_FOUND, "path", "no-file", json!({})).into_response(),
    }
}

fn serve(file: &'static File, headers: &HeaderMap) -> Response {
    let packed = takes_gzip(headers);
    let form = if packed { &file.gzip } else { &file.plain };
    let tag = HeaderValue::from_static(form.tag);
    let caching = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("accept-encoding")),
    ];
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    let mut response = (caching, [(header::CONTENT_TYPE, kind(file.path))], form.bytes).into_response();
    if packed {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, suffix)| suffix) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "json" => "application/json",
        _ => "text/plain; charset=utf-8",
    }
}
