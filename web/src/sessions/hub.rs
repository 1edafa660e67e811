//! The live stream: a bounded ring of numbered messages that every viewer reads at its own pace.
//!
//! Viewers have no queues of their own, so neither their number nor their slowness costs memory. A viewer that falls
//! behind the ring is told to start again from the lists ([`Batch::Reset`]).

use crate::sessions::session::{Session, now_us};
use lab::event::Event;
use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// Messages that the ring keeps.
const MESSAGES: usize = 8192;
/// Bytes that the ring keeps.
const BYTES: usize = 16 << 20;
/// Messages handed to a viewer at once.
const BATCH: usize = 64;

/// One message of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number; numbers only grow, across restarts too.
    pub id: u64,
    /// `session`, `event` or `status`.
    pub name: &'static str,
    /// JSON.
    pub data: Arc<str>,
}

/// What a viewer gets next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// What follows, at least one message.
    Messages(Vec<Message>),
    /// The messages after the viewer's last are gone; it continues after the given number.
    Reset(u64),
}

/// The stream's middle: publishers on one side, viewers on the other.
pub struct Hub {
    ring: Mutex<Ring>,
    latest: watch::Sender<u64>,
    limits: (usize, usize),
}

struct Ring {
    messages: VecDeque<Message>,
    bytes: usize,
    next: u64,
    open: bool,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(MESSAGES, BYTES, now_us())
    }
}

impl Hub {
    /// A hub that keeps at most `messages` messages of `bytes` bytes in all, and numbers them from `first`.
    pub fn new(messages: usize, bytes: usize, first: u64) -> Self {
        let ring = Ring { messages: VecDeque::new(), bytes: 0, next: first, open: true };
        Self { ring: Mutex::new(ring), latest: watch::Sender::new(first), limits: (messages, bytes) }
    }

    /// Publishes a session's state.
    pub fn session(&self, session: &Session) {
        self.publish("session", session);
    }

    /// Publishes an event.
    pub fn event(&self, event: &Event) {
        self.publish("event", event);
    }

    /// Publishes any document under a name.
    pub fn publish(&self, name: &'static str, document: &impl Serialize) {
        let Ok(data) = serde_json::to_string(document) else { return };
        let mut ring = self.ring();
        let id = ring.next;
        ring.next += 1;
        ring.bytes += data.len();
        ring.messages.push_back(Message { id, name, data: data.into() });
        while ring.messages.len() > self.limits.0 || ring.bytes > self.limits.1 {
            let Some(oldest) = ring.messages.pop_front() else { break };
            ring.bytes -= oldest.data.len();
        }
        drop(ring);
        self.latest.send_replace(id);
    }

    /// The number after which a viewer who has just read the lists continues.
    pub fn now(&self) -> u64 {
        self.ring().next - 1
    }

    /// What comes after message `after`: waits until there is something, ends with `None` when the console leaves.
    pub async fn after(&self, after: u64) -> Option<Batch> {
        let mut latest = self.latest.subscribe();
        loop {
            if let Some(batch) = self.ready(after)? {
                return Some(batch);
            }
            latest.changed().await.ok()?;
        }
    }

    /// Ends every viewer's stream.
    pub fn close(&self) {
        self.ring().open = false;
        self.latest.send_modify(|_| {});
    }

    /// What is there already: `None` when the stream is closed, `Some(None)` when there is nothing yet.
    #[expect(clippy::option_option, reason = "the outer level ends the stream, the inner one waits")]
    fn ready(&self, after: u64) -> Option<Option<Batch>> {
        let ring = self.ring();
        if !ring.open {
            return None;
        }
        let last = ring.next - 1;
        if after == last {
            return Some(None);
        }
        let oldest = ring.messages.front().map_or(ring.next, |message| message.id);
        if after > last || after + 1 < oldest {
            return Some(Some(Batch::Reset(last)));
        }
        let skip = usize::try_from(after + 1 - oldest).unwrap_or(usize::MAX);
        Some(Some(Batch::Messages(ring.messages.iter().skip(skip).take(BATCH).cloned().collect())))
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(batch: Option<Batch>) -> Vec<u64> {
        match batch {
            Some(Batch::Messages(messages)) => messages.iter().map(|message| message.id).collect(),
            other => panic!("expected messages, got {other:?}"),
        }
    }

    #[tokio::test]
    async fn a_viewer_that_returns_within_the_ring_misses_nothing() {
        let hub = Hub::new(8, 1000, 100);
        let start = hub.now();
        (0..5).for_each(|i| hub.publish("status", &i));
        assert_eq!(ids(hub.after(start).await), [100, 101, 102, 103, 104]);
        assert_eq!(ids(hub.after(102).await), [103, 104]);
    }

    #[tokio::test]
    async fn a_viewer_that_fell_behind_the_ring_is_reset_to_the_present() {
        let hub = Hub::new(4, 1000, 100);
        let start = hub.now();
        (0..5).for_each(|i| hub.publish("status", &i));
        assert_eq!(hub.after(start).await, Some(Batch::Reset(104)));
        assert_eq!(ids(hub.after(100).await), [101, 102, 103, 104], "the last id before the ring can still resume");
    }

    #[tokio::test]
    async fn a_number_of_another_life_is_reset() {
        let hub = Hub::new(4, 1000, 100);
        hub.publish("status", &1);
        assert_eq!(hub.after(7).await, Some(Batch::Reset(100)));
        assert_eq!(hub.after(5000).await, Some(Batch::Reset(100)));
    }

    #[tokio::test]
    async fn bytes_are_bounded_as_messages_are() {
        let hub = Hub::new(100, 10, 1);
        (0..5).for_each(|_| hub.publish("status", &"1234"));
        assert_eq!(hub.after(0).await, Some(Batch::Reset(5)), "six bytes each: one fits");
        assert_eq!(ids(hub.after(4).await), [5]);
    }

    #[tokio::test]
    async fn a_waiting_viewer_wakes_and_a_closed_hub_ends() {
        let hub = Arc::new(Hub::new(4, 1000, 1));
        let viewer = tokio::spawn({
            let hub = Arc::clone(&hub);
            async move { (hub.after(0).await, hub.after(1).await) }
        });
        tokio::task::yield_now().await;
        hub.publish("status", &1);
        tokio::task::yield_now().await;
        hub.close();
        let (first, second) = viewer.await.unwrap();
        assert_eq!(ids(first), [1]);
        assert_eq!(second, None);
    }
}
