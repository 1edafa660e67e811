//! `/api/events`: the live stream as server-sent events (WHATWG HTML section 9.2).
//!
//! Each message was put into its final octets once, when it was published; a viewer holds a few of them at a time, which it
//! shares with all others.

use super::{App, doors::Visitor, problem::Problem};
use crate::sessions::hub::{Batch, Message, Viewer, frame};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use std::{convert::Infallible, pin::Pin, sync::Arc, time::Duration};
use tokio::{
    sync::OwnedSemaphorePermit,
    task::yield_now,
    time::{Instant, Sleep, sleep},
};

/// A line is sent this often at least, so that a dead connection is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A line that says nothing.
const NOTHING: &[u8] = b":\n\n";
/// How soon a browser that lost the connection comes back, in milliseconds.
const RETRY: &str = "retry: 1000\n";

/// One viewer's stream: what it has still to be sent, and where it continues.
struct Sending {
    viewer: Viewer,
    ready: std::vec::IntoIter<Message>,
    first: Option<Bytes>,
    /// When the next line is due.
    silence: Pin<Box<Sleep>>,
    spoke: Instant,
    _place: OwnedSemaphorePermit,
}

/// Continues after `Last-Event-ID`. A new viewer is told the status at once, under the number after which its stream
/// continues: what happens from now on reaches it, lists read later than that included.
pub(super) async fn events(
    State(app): State<Arc<App>>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = app.watch(visitor)?;
    let hub = app.console.book().hub();
    let (after, first) = match headers.get("last-event-id") {
        Some(last) => {
            let last = last.to_str().ok().and_then(|last| last.parse().ok());
            // What is no number of ours is one that cannot be resumed.
            (last.unwrap_or(0), None)
        }
        None => {
            let now = hub.now();
            let status = serde_json::to_string(&app.status()).unwrap_or_default();
            (now, Some(Bytes::from(RETRY.to_owned() + &frame(now, "status", &status))))
        }
    };
    let sending = Sending {
        viewer: hub.viewer(after),
        ready: Vec::new().into_iter(),
        first,
        silence: Box::pin(sleep(KEEP_ALIVE)),
        spoke: Instant::now(),
        _place: place,
    };
    let chunks = stream::unfold(sending, |mut sending| async move {
        let chunk = sending.next().await?;
        Some((Ok::<_, Infallible>(chunk), sending))
    });
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(chunks)).into_response())
}

impl Sending {
    async fn next(&mut self) -> Option<Bytes> {
        let chunk = match self.first.take().or_else(|| self.ready.next().map(|message| message.text)) {
            Some(chunk) => chunk,
            None => self.more().await?,
        };
        self.spoke = Instant::now();
        Some(chunk)
    }

    async fn more(&mut self) -> Option<Bytes> {
        loop {
            tokio::select! {
                biased;
                batch = self.viewer.next() => return match batch? {
                    Batch::Messages { messages, behind } => {
                        // Whoever catches up lets others have their turn.
                        if behind {
                            yield_now().await;
                        }
                        self.ready = messages.into_iter();
                        self.ready.next().map(|message| message.text)
                    }
                    Batch::Reset(after) => Some(frame(after, "reset", "{}").into()),
                },
                () = &mut self.silence => {
                    let due = self.spoke + KEEP_ALIVE;
                    let spoke = due > Instant::now();
                    self.silence.as_mut().reset(if spoke { due } else { Instant::now() + KEEP_ALIVE });
                    if !spoke {
                        return Some(Bytes::from_static(NOTHING));
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::hub::Hub;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::sync::Semaphore;

    /// Between two batches of what a viewer missed, everybody else has a turn.
    #[tokio::test]
    async fn who_catches_up_lets_others_have_their_turn() {
        const MISSED: usize = 4000;
        let hub = Arc::new(Hub::new(usize::MAX, 1));
        (0..MISSED).for_each(|i| hub.publish("status", &i));
        let mut sending = Sending {
            viewer: hub.viewer(0),
            ready: Vec::new().into_iter(),
            first: None,
            silence: Box::pin(sleep(KEEP_ALIVE)),
            spoke: Instant::now(),
            _place: Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap(),
        };
        let turns = Arc::new(AtomicUsize::new(0));
        let other = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move {
                loop {
                    turns.fetch_add(1, Ordering::Relaxed);
                    yield_now().await;
                }
            }
        });
        for _ in 0..MISSED {
            sending.next().await.unwrap();
        }
        other.abort();
        assert!(turns.load(Ordering::Relaxed) >= MISSED / 64 - 1, "{turns:?}");
    }
}
