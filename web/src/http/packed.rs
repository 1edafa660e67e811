//! Answers that are packed on their way, where whoever asks takes them so: what is long is JSON, which says much twice.

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;
use std::io::{self, Write as _};

/// Octets of the shortest answer that is worth it: what one segment on the way holds, about.
const SHORTEST: u64 = 1400;

/// Packs a document (RFC 1952). Streams, and what is packed already, go as they are.
pub(super) async fn packed(request: Request, next: Next) -> Response {
    let taken = takes_gzip(request.headers());
    let response = next.run(request).await;
    let size = response.body().size_hint().exact().filter(|size| *size >= SHORTEST);
    let (Some(size), true) = (size, is_document(response.headers())) else { return response };
    let (mut head, body) = response.into_parts();
    head.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    if !taken {
        return Response::from_parts(head, body);
    }
    // All of it is there: its size was known.
    let Ok(document) = to_bytes(body, usize::try_from(size).unwrap_or(usize::MAX)).await else {
        return Response::from_parts(head, Body::empty());
    };
    match pack(&document, Compression::default()) {
        Ok(packed) => {
            head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            head.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(head, packed.into())
        }
        Err(_) => Response::from_parts(head, document.into()),
    }
}

fn is_document(headers: &HeaderMap) -> bool {
    let json = headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    json && !headers.contains_key(header::CONTENT_ENCODING)
}

fn pack(document: &[u8], level: Compression) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(document.len() / 4), level);
    encoder.write_all(document)?;
    encoder.finish()
}

/// A document that is the same for as long as the program runs, and so is written and packed once.
pub(super) struct Fixed {
    plain: Bytes,
    packed: Option<Bytes>,
}

impl Fixed {
    pub(super) fn new(document: &Value) -> Self {
        let plain: Bytes = document.to_string().into();
        Self { packed: pack(&plain, Compression::best()).ok().map(Bytes::from), plain }
    }

    /// The document, as whoever asks takes it.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match &self.packed {
            Some(packed) if takes_gzip(headers) => {
                let coded = (header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                let vary = (header::VARY, HeaderValue::from_static("accept-encoding"));
                ([kind, coded, vary], packed.clone()).into_response()
            }
            // Who lies between is told on the way out.
            _ => ([kind], self.plain.clone()).into_response(),
        }
    }
}

/// Whether the answer may be packed (RFC 9110 section 12.5.3).
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        // A weight of nothing refuses it.
        is_gzip && !parts.any(|part| part.strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0)))
    })
}
