//! `/api/events`: the live stream as server-sent events.

use super::{App, problem::Problem};
use crate::sessions::hub::{Batch, Hub, Message};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::OwnedSemaphorePermit;

/// A line is sent this often at least, so that a dead connection is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How soon a browser that lost the connection comes back.
const RETRY: Duration = Duration::from_secs(1);

/// One viewer: what it has still to be sent, and where it continues.
struct Viewer {
    hub: Arc<Hub>,
    after: u64,
    ready: std::vec::IntoIter<Event>,
    _place: OwnedSemaphorePermit,
}

/// Continues after `Last-Event-ID`. A new viewer is told the status at once, under the number after which its stream
/// continues: what happens from now on reaches it, lists read later than that included.
pub(super) async fn events(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Response, Problem> {
    let place = Arc::clone(&app.viewers).try_acquire_owned().map_err(|_| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "viewers", "too many watch already, try again later")
    })?;
    let hub = Arc::clone(app.console.book().hub());
    let (after, first) = match headers.get("last-event-id") {
        Some(last) => {
            let last = last.to_str().ok().and_then(|last| last.parse().ok());
            // What is no number of ours is one that cannot be resumed.
            (last.unwrap_or(0), vec![])
        }
        None => {
            let now = hub.now();
            let status = serde_json::to_string(&app.status()).unwrap_or_default();
            (now, vec![Event::default().retry(RETRY).id(now.to_string()).event("status").data(status)])
        }
    };
    let viewer = Viewer { hub, after, ready: first.into_iter(), _place: place };
    let events = stream::unfold(viewer, |mut viewer| async move {
        let event = viewer.next().await?;
        Some((Ok::<_, Infallible>(event), viewer))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

impl Viewer {
    async fn next(&mut self) -> Option<Event> {
        if let Some(event) = self.ready.next() {
            return Some(event);
        }
        match self.hub.after(self.after).await? {
            Batch::Messages(messages) => {
                self.after = messages.last()?.id;
                self.ready = messages.iter().map(event).collect::<Vec<_>>().into_iter();
                self.ready.next()
            }
            Batch::Reset(after) => {
                self.after = after;
                Some(Event::default().id(after.to_string()).event("reset").data("{}"))
            }
        }
    }
}

fn event(message: &Message) -> Event {
    Event::default().id(message.id.to_string()).event(message.name).data(&*message.data)
}
