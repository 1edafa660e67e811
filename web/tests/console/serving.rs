//! The server over real connections: nobody can lock others out, hang it or fill it.

use crate::fake::Fake;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    task::JoinHandle,
    time::timeout,
};
use web::{
    ci::outcomes,
    http::{App, Guard, Limits, listen, router, serve},
};

/// Nothing here takes that long unless it hangs.
const HANGS: Duration = Duration::from_secs(600);

struct Served {
    fake: Fake,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

impl Served {
    async fn open(limits: Limits) -> Self {
        let fake = Fake::start(HANGS).await;
        let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let app = App::new(Arc::clone(&fake.console), outcomes::all().unwrap(), limits.clone());
        let stop = watch::Sender::new(false);
        let server = tokio::spawn(serve(listener, router(app, Guard::new(address)), limits, stop.subscribe()));
        Self { fake, address, stop, server }
    }

    /// A connection on which `text` was sent.
    async fn say(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// A request's head; the connection stays open after its answer.
    fn head(&self, line: &str, more: &str) -> String {
        format!("{line} HTTP/1.1\r\nhost: {}\r\n{more}\r\n", self.address)
    }

    /// The whole answer to a request.
    async fn ask(&self, line: &str) -> String {
        heard(self.say(&self.head(line, "connection: close\r\n")).await).await
    }

    async fn end(self) {
        self.fake.console.book().hub().close();
        self.stop.send_replace(true);
        timeout(HANGS, self.server).await.expect("the server does not end").unwrap();
        self.fake.console.stop().await;
    }
}

/// Everything that comes until the server closes.
async fn heard(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    // A reset is an end like any other.
    let _ = timeout(HANGS, stream.read_to_end(&mut text)).await.expect("the server keeps the connection open");
    String::from_utf8(text).unwrap()
}

/// What comes first.
async fn first(stream: &mut TcpStream) -> String {
    let mut text = [0; 512];
    let read = timeout(HANGS, stream.read(&mut text)).await.expect("no answer").unwrap();
    String::from_utf8_lossy(&text[..read]).into_owned()
}

#[tokio::test]
async fn silent_connections_lock_nobody_out() {
    let served = Served::open(Limits { places: 8, viewers: 7, ..Limits::default() }).await;
    let half = served.head("GET /healthz", "");
    let mut silent = Vec::new();
    for i in 0..40 {
        silent.push(served.say(&half[..i]).await);
        if i % 10 == 9 {
            assert!(served.ask("GET /healthz").await.starts_with("HTTP/1.1 200"), "beside {i} silent ones");
        }
    }
    served.end().await;
}

#[tokio::test]
async fn connections_that_are_kept_open_give_way_to_others() {
    let served = Served::open(Limits { places: 8, viewers: 7, ..Limits::default() }).await;
    let mut kept = Vec::new();
    for i in 0..20 {
        let mut stream = served.say(&served.head("GET /healthz", "")).await;
        assert!(first(&mut stream).await.starts_with("HTTP/1.1 200"), "after {i} others");
        kept.push(stream);
    }
    served.end().await;
}

#[tokio::test]
async fn who_is_too_slow_to_ask_is_not_waited_for() {
    let short = Duration::from_millis(100);
    let served = Served::open(Limits { head: short, body: short, ..Limits::default() }).await;
    assert_eq!(heard(served.say("").await).await, "");
    assert_eq!(heard(served.say("GET / HTTP/1.1\r\nhost:").await).await, "");
    let idle = served.say(&served.head("GET /healthz", "")).await;
    assert!(heard(idle).await.ends_with("ok\n"), "one answer, and then the end");
    let post = served.head("POST /api/sessions", "content-type: application/json\r\ncontent-length: 9\r\n") + "{";
    let late = heard(served.say(&post).await).await;
    assert!(late.starts_with("HTTP/1.1 408") && late.contains(r#""field":"body""#), "{late}");
    served.end().await;
}

#[tokio::test]
async fn viewers_leave_places_to_those_who_only_ask() {
    let served = Served::open(Limits { places: 8, viewers: 7, ..Limits::default() }).await;
    let watch = served.head("GET /api/events", "");
    let mut viewers = Vec::new();
    for _ in 0..7 {
        let mut viewer = served.say(&watch).await;
        assert!(first(&mut viewer).await.starts_with("HTTP/1.1 200"));
        viewers.push(viewer);
    }
    let refused = served.ask("GET /api/events").await;
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: "), "{refused}");
    assert!(refused.contains(r#""field":"viewers""#), "{refused}");
    for _ in 0..5 {
        assert!(served.ask("GET /healthz").await.starts_with("HTTP/1.1 200"));
    }
    served.end().await;
}

#[tokio::test]
async fn who_comes_when_every_place_is_used_is_refused_and_the_connection_closed() {
    let served = Served::open(Limits { places: 2, viewers: 2, ..Limits::default() }).await;
    let watch = served.head("GET /api/events", "");
    let mut viewers = [served.say(&watch).await, served.say(&watch).await];
    for viewer in &mut viewers {
        assert!(first(viewer).await.starts_with("HTTP/1.1 200"));
    }
    let refused = heard(served.say(&served.head("GET /healthz", "")).await).await;
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("connection: close"), "{refused}");
    assert!(refused.contains(r#""field":"connections""#), "{refused}");
    let [left, _stays] = viewers;
    drop(left);
    // Its end is noticed when the next message is sent.
    served.fake.verdict("dh/relay").await;
    timeout(HANGS, async {
        while !served.ask("GET /healthz").await.starts_with("HTTP/1.1 200") {
            served.fake.verdict("dh/relay").await;
        }
    })
    .await
    .expect("its place is never free");
    served.end().await;
}

#[tokio::test]
async fn a_viewer_that_takes_nothing_is_not_waited_for() {
    let served = Served::open(Limits { stalled: Duration::from_millis(200), ..Limits::default() }).await;
    let mut stalled = served.say(&served.head("GET /api/events", "")).await;
    assert!(first(&mut stalled).await.starts_with("HTTP/1.1 200"));
    assert!(served.ask("GET /metrics").await.contains("\ninterlock_viewers 1\n"));
    let hub = Arc::clone(served.fake.console.book().hub());
    timeout(HANGS, async {
        while !served.ask("GET /metrics").await.contains("\ninterlock_viewers 0\n") {
            hub.publish("event", &"x".repeat(200_000));
        }
    })
    .await
    .expect("it is still served");
    served.end().await;
}
