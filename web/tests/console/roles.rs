//! A lab that is shown to a network: each role has its own routes, and no others.

use crate::fake::Fake;
use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use serde_json::{Value, json};
use std::time::Duration;
use tower::ServiceExt;
use web::{
    ci::outcomes,
    http::{App, Doors, Guard, Limits, openapi, router},
};

const HOST: &str = "192.0.2.7:8080";

struct Site {
    fake: Fake,
    router: Router,
    token: String,
    code: String,
}

/// What was answered: status, cookie, body.
type Answer = (u16, Option<String>, String);

impl Site {
    async fn open() -> Self {
        let fake = Fake::start(Duration::from_secs(30)).await;
        let doors = Doors::new(HOST.parse().unwrap()).unwrap();
        let (token, code) = (doors.token().to_owned(), doors.code().to_owned());
        let app = App::behind(fake.console.clone(), outcomes::all().unwrap(), Limits::default(), Some(doors));
        Self { fake, router: router(app, Guard::exposed(HOST.parse().unwrap())), token, code }
    }

    async fn ask(&self, method: &str, path: &str, cookie: Option<&str>, document: &Value) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, HOST);
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let body = if method == "GET" { Body::empty() } else { Body::from(document.to_string()) };
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let cookie = response.headers().get(header::SET_COOKIE).map(|value| value.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        // The stream has no end.
        let endless = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        let body = if endless { Vec::new() } else { read(response.into_body()).await };
        (status, cookie, String::from_utf8_lossy(&body).into_owned())
    }

    /// The cookie that a code gives.
    async fn join(&self, code: &str) -> String {
        let (status, cookie, body) = self.ask("POST", "/api/join", None, &json!({ "code": code })).await;
        assert_eq!(status, 200, "{body}");
        cookie.unwrap().split(';').next().unwrap().to_owned()
    }
}

async fn read(body: Body) -> Vec<u8> {
    axum::body::to_bytes(body, 1 << 24).await.unwrap().to_vec()
}

/// Every documented operation.
fn operations() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(openapi()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, methods): (&String, &Value)| {
        let methods: Vec<String> =
            methods.as_object().unwrap().keys().filter(|it| *it != "parameters").cloned().collect();
        methods.into_iter().map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

/// What only the trainer looks at: notes and right answers, and how many sessions ended how.
const TRAINERS: [&str; 3] = ["/api/lesson", "/api/lessons", "/metrics"];
/// What is there before one has joined.
const ENTRANCE: [&str; 3] = ["/healthz", "/api/role", "/api/join"];

#[tokio::test]
async fn a_viewer_can_change_nothing_and_who_has_not_joined_sees_nothing() {
    let site = Site::open().await;
    let session = site.fake.verdict("dh/relay").await.session.session.clone();
    let [viewer, trainer] = [site.join(&site.code.to_lowercase()).await, site.join(&site.token).await];
    assert!(operations().len() > 30);
    for (method, path) in operations() {
        let target = path.replace("{id}", &session);
        let asked = async |cookie| site.ask(&method, &target, cookie, &json!({})).await;
        let (status, _, body) = asked(None).await;
        let open = ENTRANCE.contains(&path.as_str());
        assert_eq!(status == 401, !open, "nobody {method} {path}: {status} {body}");
        let (status, _, body) = asked(Some(&viewer)).await;
        let looks = method == "GET" && !TRAINERS.contains(&path.as_str());
        let may = looks || open || path == "/api/class/answer";
        assert_eq!(status == 403, !may, "viewer {method} {path}: {status} {body}");
    }
    // None of it had an effect, and the trainer has every route.
    let (status, _, body) = site.ask("GET", "/api/sessions", Some(&trainer), &json!({})).await;
    let listed: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, listed["sessions"].as_array().map(Vec::len)), (200, Some(1)), "{body}");
    for (method, path) in operations().into_iter().filter(|(_, path)| path != "/api/join") {
        let target = path.replace("{id}", "none");
        let (status, _, body) = site.ask(&method, &target, Some(&trainer), &json!({})).await;
        assert!(![401, 403, 405].contains(&status) && status < 500, "trainer {method} {path}: {status} {body}");
    }
}

#[tokio::test]
async fn no_answer_has_the_token_in_it() {
    let site = Site::open().await;
    let [viewer, trainer] = [site.join(&site.code).await, site.join(&site.token).await];
    let plain = site.token.replace('-', "");
    let pages = ["/", "/class", "/present", "/static/app.js"].map(|path| ("GET".to_owned(), path.to_owned()));
    for (method, path) in operations().into_iter().chain(pages) {
        for cookie in [None, Some(&*viewer), Some(&*trainer)] {
            let (_, set, body) = site.ask(&method, &path, cookie, &json!({ "code": site.token })).await;
            let all = format!("{body}{}", set.unwrap_or_default());
            assert!(!all.contains(&site.token) && !all.contains(&plain), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn control_is_handed_over_with_a_code_that_works_once() {
    let site = Site::open().await;
    let trainer = site.join(&site.token).await;
    let (status, _, body) = site.ask("POST", "/api/handover", Some(&trainer), &json!({})).await;
    let code = serde_json::from_str::<Value>(&body).unwrap()["code"].as_str().unwrap().to_owned();
    assert_eq!(status, 200);
    let other = site.join(&code).await;
    let (status, ..) = site.ask("POST", "/api/cancel", Some(&other), &json!({})).await;
    assert_eq!(status, 202);
    let (status, _, body) = site.ask("POST", "/api/join", None, &json!({ "code": code })).await;
    assert_eq!((status, body.contains("\"code\"")), (403, true), "{body}");
}

#[tokio::test]
async fn names_that_somebody_else_points_here_are_not_answered() {
    let site = Site::open().await;
    for (host, status) in
        [("10.0.0.9:8080", 200), ("rebound.example:8080", 421), ("10.0.0.9:9000", 421), ("localhost:8080", 200)]
    {
        let request = Request::builder().uri("/").header(header::HOST, host).body(Body::empty()).unwrap();
        let response = site.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::from_u16(status).unwrap(), "{host}");
    }
}
