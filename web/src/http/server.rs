//! The server: who is let in, and how long each may take.

use super::{
    Limits,
    limits::REFUSED,
    places::{Place, Places},
    rooms::Peer,
    socket::Socket,
};
use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, header},
    response::Response,
    serve::Listener,
};
use hyper::{
    body::{Body as HttpBody, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::timeout,
};
use tower::ServiceExt;

/// How long a caller that was asked to leave may take over what it is being sent.
const FAREWELL: Duration = Duration::from_secs(1);
/// The largest head of a request, and what waits to be sent to one caller, in bytes.
const BUFFER: usize = 64 << 10;
/// What the system keeps for one caller that does not read, in bytes.
const SEND_BUFFER: u32 = 128 << 10;
/// Callers that may wait to be let in.
const KNOCKING: u32 = 1024;

/// Listens on an address.
///
/// # Errors
/// The address is taken, or not this machine's.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    // Every connection takes it over from its listener.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(KNOCKING)
}

/// Answers whoever comes, until `stop` is true; then everybody gets `FAREWELL` to take what is under way.
pub async fn serve(mut listener: TcpListener, router: Router, limits: Limits, mut stop: watch::Receiver<bool>) {
    let places = Places::new(limits.places);
    let refused = Arc::new(Semaphore::new(REFUSED));
    let mut callers = JoinSet::new();
    let stopping = stop.clone();
    let mut stopped = pin!(stop.wait_for(|stop| *stop));
    loop {
        let (stream, peer) = tokio::select! {
            // The listener of the framework waits where the system refuses, for instance for want of file descriptors.
            caller = Listener::accept(&mut listener) => caller,
            Some(_) = callers.join_next() => continue,
            _ = &mut stopped => break,
        };
        match places.take(peer.ip().is_loopback()) {
            Some(place) => {
                callers.spawn(answer(
                    (stream, Peer(peer.ip())),
                    place,
                    router.clone(),
                    limits.clone(),
                    stopping.clone(),
                ));
            }
            None => {
                if let Ok(permit) = Arc::clone(&refused).try_acquire_owned() {
                    callers.spawn(async move {
                        let _ = timeout(FAREWELL, refuse(stream)).await;
                        drop(permit);
                    });
                }
            }
        }
    }
    drop(listener);
    while callers.join_next().await.is_some() {}
}

/// One connection.
async fn answer(
    (stream, peer): (TcpStream, Peer),
    place: Place,
    router: Router,
    limits: Limits,
    mut stop: watch::Receiver<bool>,
) {
    // Small events are to arrive at once.
    let _ = stream.set_nodelay(true);
    let place = Arc::new(place);
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        place.answered();
        let over = Over(Arc::clone(&place));
        let answer = router.clone().oneshot(request.map(Body::new));
        async move {
            let response: Response = answer.await?;
            if response.headers().get(header::CONTENT_TYPE) == Some(&HeaderValue::from_static("text/event-stream")) {
                over.0.watching();
            }
            Ok::<_, Infallible>(response.map(|body| Answer { body, _over: over }))
        }
    });
    let socket = TokioIo::new(Socket::new(stream, limits.stalled));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(BUFFER);
    let mut connection = pin!(http.serve_connection(socket, service));
    tokio::select! {
        _ = &mut connection => return,
        () = place.needed() => {}
        _ = stop.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(FAREWELL, connection).await;
}

/// Tells a caller that there is no place for it.
async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    let body = r#"{"error":{"field":"connections","message":"too many are open already, try again later"}}"#;
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // A connection that is closed on unread octets takes the answer with it.
    let mut unread = [0; 1024];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

/// Dropped when an answer is over, or not to be had.
struct Over(Arc<Place>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.silent();
    }
}

/// The body of an answer, which notices its end.
struct Answer {
    body: Body,
    _over: Over,
}

impl HttpBody for Answer {
    type Data = <Body as HttpBody>::Data;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
