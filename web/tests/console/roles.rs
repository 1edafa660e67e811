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
        let fake = Fake::start(Duration::from_secs(600)).await;
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
const TRAINERS: [&str; 4] = ["/api/lesson", "/api/lessons", "/api/class/students", "/metrics"];
/// What viewers write: each for itself, and none of it steers anything.
const OWN: [&str; 4] = ["/api/class/answer", "/api/class/name", "/api/class/run", "/api/class/victims"];
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
        let may = looks || open || OWN.contains(&path.as_str());
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
async fn a_student_runs_its_own_sessions_while_an_exercise_is_open_and_as_many_as_it_allows() {
    let site = Site::open().await;
    let [one, other, trainer] =
        [site.join(&site.code).await, site.join(&site.code).await, site.join(&site.token).await];
    let run = async |cookie: &str, scenario: &str| {
        let (status, _, body) =
            site.ask("POST", "/api/class/run", Some(cookie), &json!({ "scenario": scenario })).await;
        (status, serde_json::from_str::<Value>(&body).unwrap())
    };
    let steer = async |action: Value| {
        let (status, _, body) = site.ask("POST", "/api/class", Some(&trainer), &action).await;
        assert_eq!(status, 200, "{body}");
    };
    let refused = |field: &str, (status, body): (u16, Value)| {
        assert_eq!((status, body["error"]["field"].as_str()), (409, Some(field)), "{body}");
    };
    refused("exercise", run(&one, "dh/relay").await);
    let question = json!({ "ask": "?", "answers": ["a", "b"] });
    let scenes = json!([
        { "title": "Talk", "minutes": 1 },
        { "title": "Yours", "minutes": 1, "exercise": { "sessions": 2 } },
        { "title": "Then", "minutes": 1, "scenario": "ecdh/substitute", "seed": 1, "question": question },
    ]);
    let lesson = json!({ "lesson": { "interlock_lesson": 1, "title": "t", "scenes": scenes } });
    let (status, _, body) = site.ask("POST", "/api/lesson", Some(&trainer), &lesson).await;
    assert_eq!(status, 202, "{body}");
    refused("exercise", run(&one, "dh/relay").await);
    steer(json!({ "do": "go", "scene": 2 })).await;
    // What is still to be asked is told to nobody by a session of its own, whatever is switched in it.
    refused("scenario", run(&one, "ecdh/substitute").await);
    refused("scenario", run(&one, "ecdh/substitute~contributory").await);
    refused("scenario", run(&one, "dh-weak:short,bits=200/crack").await);
    assert_eq!(run(&one, "nonsense").await.0, 400);
    let own = async |cookie: &str| {
        let (_, _, body) = site.ask("GET", "/api/challenges", Some(cookie), &json!({})).await;
        serde_json::from_str::<Value>(&body).unwrap()["own"].clone()
    };
    let over = async |cookie: &str| {
        while own(cookie).await["runs"] == true {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert_eq!(own(&one).await, json!({ "name": null, "left": 2, "runs": false }), "what was refused is not counted");
    for left in [1, 0] {
        let (status, body) = run(&one, "dh/relay").await;
        assert_eq!((status, body["sessions"][0]["scenario"].as_str()), (202, Some("dh/relay")), "{body}");
        over(&one).await;
        assert_eq!(own(&one).await["left"], left);
    }
    refused("sessions", run(&one, "dh/relay").await);
    assert_eq!(run(&other, "dh/relay").await.0, 202, "another one has its own");
    over(&other).await;
    // The trainer alone sees who is who, and can take a name away.
    let named = site.ask("POST", "/api/class/name", Some(&one), &json!({ "name": "<b>Eve</b>" })).await;
    assert_eq!(named.0, 204, "{}", named.2);
    let students = async || {
        let (_, _, body) = site.ask("GET", "/api/class/students", Some(&trainer), &json!({})).await;
        serde_json::from_str::<Value>(&body).unwrap()["students"].clone()
    };
    let row = |id, name: Value, sessions| json!({ "id": id, "name": name, "sessions": sessions, "solved": {} });
    assert_eq!(students().await, json!([row(1, json!("<b>Eve</b>"), 2), row(2, Value::Null, 1)]));
    assert_eq!(site.ask("DELETE", "/api/class/students/1", Some(&trainer), &json!({})).await.0, 204);
    assert_eq!(students().await[0]["name"], Value::Null);
    let (status, _, body) = site.ask("POST", "/api/class/name", Some(&one), &json!({ "name": "Eve" })).await;
    assert_eq!(status, 409, "{body}");
    steer(json!({ "do": "go", "scene": 1 })).await;
    refused("exercise", run(&other, "dh/relay").await);
}

#[tokio::test]
async fn no_answer_has_the_token_in_it() {
    let site = Site::open().await;
    let [viewer, trainer] = [site.join(&site.code).await, site.join(&site.token).await];
    let plain = site.token.replace('-', "");
    let (_, _, shell) = site.ask("GET", "/", None, &json!({})).await;
    let script = shell.split('"').find(|path| path.ends_with("/app.js")).unwrap();
    let pages = ["/", "/class", "/present", script].map(|path| ("GET".to_owned(), path.to_owned()));
    for (method, path) in operations().into_iter().chain(pages) {
        for cookie in [None, Some(&*viewer), Some(&*trainer)] {
            let (_, set, body) = site.ask(&method, &path, cookie, &json!({ "code": site.token })).await;
            let all = format!("{body}{}", set.unwrap_or_default());
            assert!(!all.contains(&site.token) && !all.contains(&plain), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn control_is_handed_over_with_a_code_that_works_once_and_is_given_up_with_it() {
    let site = Site::open().await;
    let trainer = site.join(&site.token).await;
    let (status, _, body) = site.ask("POST", "/api/handover", Some(&trainer), &json!({})).await;
    let code = serde_json::from_str::<Value>(&body).unwrap()["code"].as_str().unwrap().to_owned();
    assert_eq!(status, 200);
    let other = site.join(&code).await;
    let cancel = async |cookie: &str| site.ask("POST", "/api/cancel", Some(cookie), &json!({})).await.0;
    assert_eq!([cancel(&other).await, cancel(&trainer).await], [202, 403]);
    let (_, _, body) = site.ask("GET", "/api/role", Some(&trainer), &json!({})).await;
    assert!(body.contains("\"viewer\""), "{body}");
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
