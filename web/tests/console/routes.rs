//! The routes as a script or a page meets them.

use crate::fake::Fake;
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
    response::Response,
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::{io::Read as _, time::Duration};
use tower::ServiceExt;
use web::{
    ci::outcomes,
    http::{App, Guard, Limits, router},
};

struct Site {
    fake: Fake,
    router: Router,
}

impl Site {
    async fn open() -> Self {
        let fake = Fake::start(Duration::from_secs(600)).await;
        let app = App::new(fake.console.clone(), outcomes::all().unwrap(), Limits::default());
        let router = router(app, Guard::new("127.0.0.1:8080".parse().unwrap()));
        Self { fake, router }
    }

    async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn get(&self, path: &str) -> Response {
        self.send(request("GET", path).body(Body::empty()).unwrap()).await
    }

    async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        body(response).await
    }

    async fn post(&self, path: &str, document: &str) -> Response {
        let request = request("POST", path).header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(Body::from(document.to_owned())).unwrap()).await
    }
}

fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:8080")
}

async fn body(response: Response) -> Value {
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// The messages of a live stream until `enough` of them came: id, type, data.
async fn messages(response: Response, enough: usize) -> Vec<(u64, String, Value)> {
    let mut text = String::new();
    let mut chunks = response.into_body().into_data_stream();
    while text.matches("\n\n").count() < enough {
        text.push_str(std::str::from_utf8(&chunks.next().await.unwrap().unwrap()).unwrap());
    }
    let message = |block: &str| {
        let line =
            |name: &str| block.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap().to_owned();
        (line("id").parse().unwrap(), line("event"), serde_json::from_str(&line("data")).unwrap())
    };
    text.split_terminator("\n\n").take(enough).map(message).collect()
}

#[tokio::test]
async fn every_answer_carries_the_defences_of_the_page() {
    let site = Site::open().await;
    for path in ["/", "/sessions/0", "/api/status", "/api/nothing", "/static/nothing"] {
        let response = site.get(path).await;
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{path}: {policy}");
        assert_eq!(response.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert_eq!(response.headers()[header::REFERRER_POLICY], "no-referrer");
        assert!(response.headers()["permissions-policy"].to_str().unwrap().contains("camera=()"), "{path}");
    }
    site.fake.console.stop().await;
}

#[tokio::test]
async fn files_are_packed_for_who_takes_them_so() {
    let site = Site::open().await;
    let mut sizes = [0, 0];
    let shell = axum::body::to_bytes(site.get("/").await.into_body(), 1 << 16).await.unwrap();
    let shell = String::from_utf8(shell.to_vec()).unwrap();
    let edition = shell.split("/static/").nth(1).unwrap().split('/').next().unwrap().to_owned();
    let file = |name: &str| format!("/static/{edition}/{name}");
    // Whoever comes with an address of another edition must not take this one's files for that one's.
    for path in ["/static/app.js", "/static/0000000000000000/app.js"] {
        assert_eq!(site.get(path).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    let files = ["app.js", "views/later.js", "style.css", "words/english.txt", "words/more/german.txt"].map(file);
    for path in std::iter::once("/").chain(files.iter().map(String::as_str)) {
        let ask = async |accepted: &str, known: Option<&str>| {
            let mut asked = request("GET", path).header(header::ACCEPT_ENCODING, accepted);
            if let Some(tag) = known {
                asked = asked.header(header::IF_NONE_MATCH, tag);
            }
            site.send(asked.body(Body::empty()).unwrap()).await
        };
        let bytes = async |response: Response| axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap();
        let tag = |response: &Response| response.headers()[header::ETAG].to_str().unwrap().to_owned();
        let (plain, packed) = (ask("identity, gzip;q=0", None).await, ask("br, GZIP;q=0.8", None).await);
        let kept = packed.headers()[header::CACHE_CONTROL].to_str().unwrap();
        assert_eq!(kept.contains("immutable"), path != "/", "{path}: {kept}");
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING), "{path}");
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
        assert_eq!(packed.headers()[header::CONTENT_TYPE], plain.headers()[header::CONTENT_TYPE]);
        let (plain_tag, packed_tag) = (tag(&plain), tag(&packed));
        assert_ne!(plain_tag, packed_tag, "two forms, two tags");
        let (plain, packed) = (bytes(plain).await, bytes(packed).await);
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == plain, "{path}");
        sizes = [sizes[0] + plain.len(), sizes[1] + packed.len()];
        assert_eq!(ask("gzip", Some(&packed_tag)).await.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(ask("gzip", Some(&plain_tag)).await.status(), StatusCode::OK);
        assert_eq!(ask("", Some(&plain_tag)).await.status(), StatusCode::NOT_MODIFIED);
    }
    assert!(2 * sizes[1] < sizes[0], "{sizes:?}");
    site.fake.console.stop().await;
}

#[tokio::test]
async fn long_documents_are_packed_for_whoever_takes_them_so() {
    let site = Site::open().await;
    let ask = async |path: &str, accepts: &str| {
        let asked = request("GET", path).header(header::ACCEPT_ENCODING, accepts);
        site.send(asked.body(Body::empty()).unwrap()).await
    };
    let bytes = async |response: Response| axum::body::to_bytes(response.into_body(), 1 << 24).await.unwrap();
    for path in ["/api/modes", "/api/attacks", "/api/checks", "/api/matrix", "/api/openapi.json"] {
        let (plain, packed) = (ask(path, "identity").await, ask(path, "gzip, br").await);
        assert!(!plain.headers().contains_key(header::CONTENT_ENCODING), "{path}");
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip", "{path}");
        // Whatever lies between keeps the two apart.
        for response in [&plain, &packed] {
            assert_eq!(response.headers()[header::VARY], "accept-encoding", "{path}");
        }
        let (plain, packed) = (bytes(plain).await, bytes(packed).await);
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == plain && 2 * packed.len() < plain.len(), "{path}: {} of {}", packed.len(), plain.len());
    }
    let short = ask("/healthz", "gzip").await;
    assert!(!short.headers().contains_key(header::CONTENT_ENCODING));
    let stream = ask("/api/events", "gzip").await;
    assert!(!stream.headers().contains_key(header::CONTENT_ENCODING), "a stream is told as it comes");
    drop(stream);
    site.fake.console.stop().await;
}

#[tokio::test]
async fn strangers_are_refused() {
    let site = Site::open().await;
    let foreign = Request::builder().uri("/api/status").header(header::HOST, "evil.example:8080").body(Body::empty());
    let response = site.send(foreign.unwrap()).await;
    assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(body(response).await["error"]["field"], "host");
    let cross = request("POST", "/api/sessions")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ORIGIN, "http://evil.example")
        .body(Body::from(r#"{"scenario":"dh/relay"}"#));
    let response = site.send(cross.unwrap()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(body(response).await["error"]["field"], "origin");
    assert_eq!(site.json("/api/sessions").await["sessions"], json!([]), "nothing was started");
    site.fake.console.stop().await;
}

#[tokio::test]
async fn a_session_is_started_listed_shown_and_exported() {
    let site = Site::open().await;
    let response = site.post("/api/sessions", r#"{"scenario":"dh/relay","seed":7,"sessions":2}"#).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    let started = body(response).await;
    let seeds: Vec<_> = started["sessions"].as_array().unwrap().iter().map(|session| session["seed"].clone()).collect();
    assert_eq!(seeds, [7, 8]);
    let id = started["sessions"][0]["session"].as_str().unwrap().to_owned();
    let playing = site.fake.play("dh/relay", Some(7));
    playing.done().await.unwrap();
    let session = site.json(&format!("/api/sessions/{id}")).await;
    assert_eq!(session["status"], "done", "a later session of the same seed waits for it");
    assert_eq!(session["verdict"]["kind"], "disrupted");
    let events = site.json(&format!("/api/sessions/{id}/events")).await;
    assert_eq!(events["events"].as_array().unwrap().len(), 5);
    let page = site.json("/api/sessions?limit=2").await;
    assert_eq!(page["sessions"].as_array().unwrap().len(), 2);
    let rest = site.json(&format!("/api/sessions?limit=2&after={}", page["next"])).await;
    assert_eq!(rest["sessions"][0]["session"], id.as_str());
    assert_eq!(rest["next"], Value::Null);
    let export = site.get(&format!("/api/sessions/{id}/export?format=html")).await;
    assert_eq!(export.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert!(export.headers()[header::CONTENT_DISPOSITION].to_str().unwrap().starts_with("attachment"));
    site.fake.console.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_named() {
    let site = Site::open().await;
    for (document, status, field) in [
        (r#"{"scenario":"dh"}"#, StatusCode::BAD_REQUEST, "scenario"),
        (r#"{"scenario":"dhx/relay"}"#, StatusCode::BAD_REQUEST, "mode"),
        (r#"{"scenario":"dh/relay~cert-chain"}"#, StatusCode::BAD_REQUEST, "check"),
        (r#"{"scenario":"dh/relay","sessions":101}"#, StatusCode::BAD_REQUEST, "sessions"),
        (r#"{"scenario":"dh/relay","sesions":1}"#, StatusCode::BAD_REQUEST, "sesions"),
        (r#"{"scenario":"dh/relay","seed":"7"}"#, StatusCode::BAD_REQUEST, "seed"),
        (r#"{"scenario":"dh/relay","step":1}"#, StatusCode::BAD_REQUEST, "step"),
        (r#"{"scenario":"dh/relay","step":true,"sessions":2}"#, StatusCode::BAD_REQUEST, "sessions"),
        ("\u{1f}", StatusCode::BAD_REQUEST, "body"),
    ] {
        let response = site.post("/api/sessions", document).await;
        assert_eq!(response.status(), status, "{document}");
        assert_eq!(body(response).await["error"]["field"], field, "{document}");
    }
    let large = format!(r#"{{"scenario":"{}"}}"#, "a".repeat(20_000));
    assert_eq!(site.post("/api/sessions", &large).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(site.get("/api/sessions/none").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(site.get("/api/compare?scenario=dh/relay").await.status(), StatusCode::BAD_REQUEST);
    site.fake.console.stop().await;
}

#[tokio::test]
async fn sessions_are_filtered_and_forgotten() {
    let site = Site::open().await;
    for scenario in ["dh/relay", "dh/drop", "dh-weak:short,bits=48/relay"] {
        site.fake.verdict(scenario).await;
    }
    let listed = async |query: &str| {
        let found = site.json(&format!("/api/sessions?{query}")).await;
        let sessions = found["sessions"].as_array().unwrap().clone();
        sessions.iter().map(|session| session["scenario"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("mode=dh").await, ["dh/drop", "dh/relay"]);
    assert_eq!(listed("mode=dh-weak:short").await, ["dh-weak:short,bits=48/relay"]);
    assert_eq!(listed("attack=relay&limit=1").await, ["dh-weak:short,bits=48/relay"]);
    assert_eq!(listed("scenario=dh/drop").await, ["dh/drop"]);
    assert_eq!(listed("verdict=disrupted&status=done&attack=drop").await, ["dh/drop"]);
    assert!(listed("verdict=read").await.is_empty() && listed("status=running").await.is_empty());
    for (query, field) in [
        ("mode=dhx", "mode"),
        ("attack=none", "attack"),
        ("verdict=fine", "verdict"),
        ("status=over", "status"),
        ("scenario=dh", "scenario"),
        ("kind=read", "kind"),
    ] {
        let refused = site.get(&format!("/api/sessions?{query}")).await;
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{query}");
        assert_eq!(body(refused).await["error"]["field"], field, "{query}");
    }
    let session = site.json("/api/sessions?scenario=dh/drop").await["sessions"][0].clone();
    assert!(session["ended"].as_u64().unwrap() >= session["started"].as_u64().unwrap(), "{session}");
    let path = format!("/api/sessions/{}", session["session"].as_str().unwrap());
    let forget = async || site.send(request("DELETE", &path).body(Body::empty()).unwrap()).await.status();
    assert_eq!(forget().await, StatusCode::NO_CONTENT);
    assert_eq!(forget().await, StatusCode::NOT_FOUND);
    assert_eq!(site.get(&path).await.status(), StatusCode::NOT_FOUND);
    assert!(listed("scenario=dh/drop").await.is_empty());
    site.fake.mark("server.silent");
    let running = format!("/api/sessions/{}", site.fake.play("dh/relay", None).session.session);
    let refused = site.send(request("DELETE", &running).body(Body::empty()).unwrap()).await;
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    assert_eq!(site.json(&running).await["ended"], Value::Null);
    site.fake.console.stop().await;
}

#[tokio::test]
async fn a_stream_that_is_resumed_has_lost_nothing() {
    let site = Site::open().await;
    let first = site.get("/api/events").await;
    let playing = site.fake.play("dh/relay", None);
    let live = messages(first, 4).await;
    assert_eq!(live[0].1, "status", "the state of things comes first");
    assert_eq!((live[1].1.as_str(), &live[1].2["status"]), ("session", &json!("running")));
    playing.done().await.unwrap();
    // The viewer was away meanwhile, and returns with the last number that it saw.
    let back =
        request("GET", "/api/events").header("last-event-id", live[1].0.to_string()).body(Body::empty()).unwrap();
    let resumed = messages(site.send(back).await, 6).await;
    let numbers: Vec<u64> = resumed.iter().map(|(id, ..)| *id).collect();
    assert_eq!(numbers, (live[1].0 + 1..=live[1].0 + 6).collect::<Vec<_>>());
    let names: Vec<&str> = resumed.iter().map(|(_, name, _)| name.as_str()).collect();
    assert_eq!(names, ["event", "event", "event", "event", "event", "session"]);
    assert_eq!(resumed[5].2["status"], "done");
    assert_eq!(resumed[0], live[2], "the same message under the same number");
    site.fake.console.stop().await;
}

#[tokio::test]
async fn a_stream_that_cannot_be_resumed_says_so() {
    let site = Site::open().await;
    for last in ["1", "99999999999999999", "nonsense"] {
        let request = request("GET", "/api/events").header("last-event-id", last).body(Body::empty()).unwrap();
        assert_eq!(messages(site.send(request).await, 1).await[0].1, "reset", "{last}");
    }
    site.fake.console.stop().await;
}

#[tokio::test]
async fn who_waits_is_answered_when_all_are_judged_and_others_are_told_where_to_look() {
    let site = Site::open().await;
    let response = site.post("/api/sessions", r#"{"scenario":"dh/relay","sessions":3,"wait":true}"#).await;
    assert_eq!(response.status(), StatusCode::OK);
    let judged = body(response).await;
    assert_eq!(judged["core_seconds"], Value::Null);
    for session in judged["sessions"].as_array().unwrap() {
        assert_eq!((&session["status"], &session["verdict"]["kind"]), (&json!("done"), &json!("disrupted")));
    }
    let response = site.post("/api/sessions", r#"{"scenario":"dh-weak:short,bits=224/crack"}"#).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    let place = response.headers()[header::LOCATION].to_str().unwrap().to_owned();
    let started = body(response).await;
    assert_eq!(place, format!("/api/sessions/{}", started["sessions"][0]["session"].as_str().unwrap()));
    assert!(started["core_seconds"].as_f64().unwrap() > 60.0, "what the prime costs is known: {started}");
    assert_eq!(site.get(&place).await.status(), StatusCode::OK);
    site.fake.console.stop().await;
}

#[tokio::test]
async fn a_session_that_waits_or_runs_can_be_cancelled_and_one_that_is_over_cannot() {
    let site = Site::open().await;
    site.fake.mark("server.silent");
    // Four run at a time.
    let ids: Vec<String> = (0..6).map(|_| site.fake.play("dh/relay", None).session.session).collect();
    assert_eq!(site.fake.console.waiting(), 2);
    let mut live = site.fake.console.book().hub().viewer(site.fake.console.book().hub().now());
    for id in [&ids[5], &ids[0]] {
        let cancelled = site.post(&format!("/api/sessions/{id}/cancel"), "").await;
        assert_eq!(cancelled.status(), StatusCode::ACCEPTED);
        while site.json(&format!("/api/sessions/{id}")).await["status"] != "done" {
            live.next().await.unwrap();
        }
        let verdict = site.json(&format!("/api/sessions/{id}")).await["verdict"].clone();
        assert_eq!(
            (&verdict["kind"], &verdict["because"]),
            (&json!("inconclusive"), &json!("The session was cancelled."))
        );
        let again = site.post(&format!("/api/sessions/{id}/cancel"), "").await;
        assert_eq!(again.status(), StatusCode::CONFLICT);
    }
    assert_eq!(site.fake.console.waiting(), 0, "the place of the one that ran is taken by the one that waited");
    assert_eq!(body(site.post("/api/cancel", "").await).await, json!({ "cancelled": 4 }));
    assert_eq!(site.post("/api/sessions/none/cancel", "").await.status(), StatusCode::NOT_FOUND);
    site.fake.console.stop().await;
}

#[tokio::test]
async fn a_request_that_is_refused_has_started_nothing() {
    let site = Site::open().await;
    site.fake.mark("server.silent");
    let many = r#"{"scenario":"dh/relay","sessions":100}"#;
    while site.post("/api/sessions", many).await.status() == StatusCode::ACCEPTED {}
    let running = site.fake.console.book().running();
    let refused = site.post("/api/sessions", many).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(refused.headers().contains_key(header::RETRY_AFTER));
    assert_eq!(body(refused).await["error"]["field"], "queue");
    assert_eq!(site.fake.console.book().running(), running);
    assert_eq!(running % 100, 0, "whole requests");
    let comparison = site.post("/api/compare", r#"{"scenario":"dh/relay","check":"no-such-check"}"#).await;
    assert_eq!(comparison.status(), StatusCode::BAD_REQUEST);
    assert_eq!(site.fake.console.book().running(), running, "nor the half that could be run");
    site.fake.console.stop().await;
}
