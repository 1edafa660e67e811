//! Bodies of requests to every route that takes one; the first octet picks the route. What such a session needs is not there.
#![no_main]

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use serde_json::Value;
use std::{sync::LazyLock, time::Duration};
use tokio::runtime::Runtime;
use tower::ServiceExt;
use web::{
    ci::outcomes,
    console::{Config, Console},
    http::{App, Guard, Limits, router},
    sessions::{
        book::Book,
        orders::{Phrases, Settings},
        store::{Place, Retention, Store},
    },
};

const HERE: &str = "127.0.0.1:8080";

static SITE: LazyLock<(Runtime, Router, Vec<String>)> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(include_str!("../../../web/src/http/openapi.json")).unwrap();
    let paths = document["paths"].as_object().unwrap().iter().filter(|(_, methods)| methods["post"].is_object());
    let routes = paths.map(|(path, _)| path.replace("{id}", "none")).collect();
    let runtime = Runtime::new().unwrap();
    let router = runtime.block_on(async {
        let book = Book::open(Store::open(Place::Memory, Retention::default()), Default::default()).await;
        let settings = Settings { patience: Duration::from_secs(1), deadline: None, phrases: Phrases::default() };
        let (program, held) = ("/nonexistent".into(), Duration::from_secs(1));
        let console = Console::start(Config { program, concurrency: 1, settings, held, own: None }, book.into());
        let app = App::new(console, outcomes::all().unwrap(), Limits::default());
        router(app, Guard::new(HERE.parse().unwrap()))
    });
    (runtime, router, routes)
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let (Some((route, body)), (runtime, router, routes)) = (data.split_first(), &*SITE) else { return };
    let route = &routes[usize::from(*route) % routes.len()];
    let request = Request::post(route).header(header::HOST, HERE).header(header::CONTENT_TYPE, "application/json");
    let answer = runtime.block_on(router.clone().oneshot(request.body(Body::from(body.to_vec())).unwrap())).unwrap();
    let status = answer.status().as_u16();
    assert!((200..500).contains(&status) || status == 503, "{route}: {status}");
});
