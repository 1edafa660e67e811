//! The live stream: a bounded ring of numbered messages that every viewer reads at its own pace.
//!
//! A message is put into its final octets once, when it is published. Viewers have no queues of their own, so neither their
//! number nor their slowness costs memory: what one holds at a time is bounded in octets. A viewer that falls behind the ring
//! is told to start again from the lists ([`Batch::Reset`]).

use crate::sessions::session::{Session, now_us};
use bytes::Bytes;
use lab::event::Event;
use serde::Serialize;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// Bytes that the ring keeps, what each message takes besides included: as much as 200 sessions at once tell, whatever they play, so
/// that nobody who reads has to start again because all of them go on at one time.
const BYTES: usize = 16 << 20;
/// Bytes that a message takes besides its text.
const BESIDES: usize = size_of::<Message>();
/// Messages handed to a viewer at once.
const BATCH: usize = 64;
/// Octets that most documents have room in.
const USUAL: usize = 1024;
/// Octets of a message beside its document: three names of fields, a name, a number.
const AROUND: usize = 64;
/// Bytes handed to a viewer at once, unless a single message has more.
const BATCH_BYTES: usize = 64 << 10;

/// One message of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number; numbers only grow, across restarts too.
    pub id: u64,
    /// The server-sent event.
    pub text: Bytes,
}

/// A server-sent event; `data` is JSON, and so one line.
pub fn frame(id: u64, name: &str, data: &str) -> String {
    format!("event: {name}\ndata: {data}\nid: {id}\n\n")
}

/// What a viewer gets next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// What follows, at least one message.
    Messages {
        /// In their order.
        messages: Vec<Message>,
        /// There is more already.
        behind: bool,
    },
    /// The messages after the viewer's last are gone; it continues after the given number.
    Reset(u64),
}

/// The stream's middle: publishers on one side, viewers on the other.
pub struct Hub {
    ring: Mutex<Ring>,
    latest: watch::Sender<u64>,
    most: usize,
}

struct Ring {
    messages: VecDeque<Message>,
    bytes: usize,
    next: u64,
    open: bool,
}

/// One viewer's place in the stream.
pub struct Viewer {
    hub: Arc<Hub>,
    latest: watch::Receiver<u64>,
    after: u64,
}

impl Default for Hub {
    fn default() -> Self {
        Self::new(BYTES, now_us())
    }
}

impl Hub {
    /// A hub whose messages take at most so many bytes in all, and are numbered from `first`.
    pub fn new(most: usize, first: u64) -> Self {
        let ring = Ring { messages: VecDeque::new(), bytes: 0, next: first, open: true };
        Self { ring: Mutex::new(ring), latest: watch::Sender::new(first), most }
    }

    /// Publishes a session's state.
    pub fn session(&self, session: &Session) {
        self.publish("session", session);
    }

    /// Publishes events that came together, for which whoever waits is woken once; answers with the JSON of each.
    pub fn events(&self, events: &[Event]) -> Vec<Bytes> {
        let size = events.iter().map(|event| event.fact.weight() + AROUND).sum();
        self.publish_all("event", events, size, |event, json| event.write_json(json))
    }

    /// Publishes any document under a name.
    pub fn publish(&self, name: &'static str, document: &impl Serialize) {
        let write = |document: &_, json: &mut Vec<u8>| serde_json::to_writer(json, document);
        self.publish_all(name, std::slice::from_ref(document), USUAL, write);
    }

    /// Forgets what was told, and has everybody start again from the lists.
    pub fn restart(&self) {
        {
            let mut ring = self.ring();
            ring.messages.clear();
            ring.bytes = 0;
        }
        self.publish("reset", &serde_json::json!({}));
    }

    /// The messages are written once and into one piece of memory, of which each is a part, and what is answered a part of
    /// each: their documents.
    fn publish_all<T>(
        &self,
        name: &'static str,
        documents: &[T],
        size: usize,
        write: impl Fn(&T, &mut Vec<u8>) -> serde_json::Result<()>,
    ) -> Vec<Bytes> {
        let (mut json, mut ends) = (Vec::with_capacity(size), Vec::with_capacity(documents.len()));
        for document in documents {
            let start = json.len();
            if write(document, &mut json).is_err() {
                json.truncate(start);
                json.extend_from_slice(b"null");
            }
            ends.push(json.len());
        }
        let mut text = Vec::with_capacity(json.len() + ends.len() * (AROUND + name.len()));
        let mut places = Vec::with_capacity(ends.len());
        let mut ring = self.ring();
        let mut start = 0;
        for end in ends {
            let message = text.len();
            text.extend([b"event: ", name.as_bytes(), b"\ndata: "].into_iter().flatten());
            let document = text.len();
            text.extend_from_slice(&json[start..end]);
            let document = document..text.len();
            text.extend_from_slice(format!("\nid: {}\n\n", ring.next).as_bytes());
            places.push((ring.next, message..text.len(), document));
            (ring.next, start) = (ring.next + 1, end);
        }
        let text = Bytes::from(text);
        for (id, message, _) in &places {
            ring.bytes += message.len() + BESIDES;
            ring.messages.push_back(Message { id: *id, text: text.slice(message.clone()) });
        }
        while ring.bytes > self.most {
            let Some(oldest) = ring.messages.pop_front() else { break };
            ring.bytes -= oldest.text.len() + BESIDES;
        }
        let last = ring.next - 1;
        drop(ring);
        if !places.is_empty() {
            self.latest.send_replace(last);
        }
        places.into_iter().map(|(_, _, document)| text.slice(document)).collect()
    }

    /// The number after which a viewer who has just read the lists continues.
    pub fn now(&self) -> u64 {
        self.ring().next - 1
    }

    /// A viewer who has seen everything up to message `after`.
    pub fn viewer(self: &Arc<Self>, after: u64) -> Viewer {
        Viewer { hub: Arc::clone(self), latest: self.latest.subscribe(), after }
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
        let mut bytes = 0;
        let fits = |message: &&Message| {
            let first = bytes == 0;
            bytes += message.text.len();
            first || bytes <= BATCH_BYTES
        };
        let messages: Vec<_> = ring.messages.iter().skip(skip).take(BATCH).take_while(fits).cloned().collect();
        let behind = skip + messages.len() < ring.messages.len();
        Some(Some(Batch::Messages { messages, behind }))
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Viewer {
    /// What comes next: waits until there is something, ends with `None` when the console leaves. Nothing is lost where it
    /// is not awaited to its end.
    pub async fn next(&mut self) -> Option<Batch> {
        loop {
            if let Some(batch) = self.hub.ready(self.after)? {
                self.after = match &batch {
                    Batch::Messages { messages, .. } => messages.last()?.id,
                    Batch::Reset(after) => *after,
                };
                return Some(batch);
            }
            self.latest.changed().await.ok()?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn after(hub: &Arc<Hub>, last: u64) -> Option<Batch> {
        hub.viewer(last).next().await
    }

    fn ids(batch: Option<Batch>) -> Vec<u64> {
        match batch {
            Some(Batch::Messages { messages, .. }) => messages.iter().map(|message| message.id).collect(),
            other => panic!("expected messages, got {other:?}"),
        }
    }

    /// A hub that has room for so many messages that carry one digit.
    fn hub(messages: usize, first: u64) -> Arc<Hub> {
        Arc::new(Hub::new(messages * (frame(first, "status", "1").len() + BESIDES), first))
    }

    fn roomy(first: u64) -> Arc<Hub> {
        Arc::new(Hub::new(BYTES, first))
    }

    #[tokio::test]
    async fn a_viewer_that_returns_within_the_ring_misses_nothing() {
        let hub = hub(8, 100);
        let start = hub.now();
        (0..5).for_each(|i| hub.publish("status", &i));
        assert_eq!(ids(after(&hub, start).await), [100, 101, 102, 103, 104]);
        assert_eq!(ids(after(&hub, 102).await), [103, 104]);
    }

    #[tokio::test]
    async fn a_viewer_that_fell_behind_the_ring_is_reset_to_the_present() {
        let hub = hub(4, 100);
        let start = hub.now();
        (0..5).for_each(|i| hub.publish("status", &i));
        assert_eq!(after(&hub, start).await, Some(Batch::Reset(104)));
        assert_eq!(ids(after(&hub, 100).await), [101, 102, 103, 104], "the last id before the ring can still resume");
    }

    #[tokio::test]
    async fn a_number_of_another_life_is_reset() {
        let hub = hub(4, 100);
        hub.publish("status", &1);
        assert_eq!(after(&hub, 7).await, Some(Batch::Reset(100)));
        assert_eq!(after(&hub, 5000).await, Some(Batch::Reset(100)));
    }

    #[tokio::test]
    async fn long_messages_leave_room_for_fewer() {
        let one = frame(1, "status", "\"1234\"").len() + BESIDES;
        let hub = Arc::new(Hub::new(2 * one - 1, 1));
        (0..5).for_each(|_| hub.publish("status", &"1234"));
        assert_eq!(after(&hub, 0).await, Some(Batch::Reset(5)), "one fits");
        assert_eq!(ids(after(&hub, 4).await), [5]);
    }

    /// A session of `ecdh-mutual` with its records tells 117 events, in 70,000 octets; when a process that stood still goes on, so do
    /// all of its sessions, faster than anybody reads.
    #[tokio::test]
    async fn what_two_hundred_sessions_tell_at_once_is_missed_by_nobody() {
        const EVENTS: usize = 200 * 117;
        let hub = Arc::new(Hub::default());
        let mut viewer = hub.viewer(hub.now());
        let event = "x".repeat(70_000 / 117);
        (0..EVENTS).for_each(|_| hub.publish("event", &event));
        let mut read = 0;
        while read < EVENTS {
            let Some(Batch::Messages { messages, .. }) = viewer.next().await else { panic!("lost after {read}") };
            read += messages.len();
        }
    }

    #[tokio::test]
    async fn what_a_viewer_holds_at_a_time_is_bounded_in_bytes() {
        let hub = roomy(1);
        (0..9).for_each(|_| hub.publish("event", &"x".repeat(20_000)));
        let mut viewer = hub.viewer(0);
        let mut sizes = Vec::new();
        while let Some(Batch::Messages { messages, behind }) = viewer.next().await {
            sizes.push(messages.len());
            if !behind {
                break;
            }
        }
        assert_eq!(sizes, [3, 3, 3], "64 KiB at a time");
        hub.publish("event", &"x".repeat(200_000));
        assert_eq!(ids(viewer.next().await), [10], "one that is larger goes alone");
    }

    #[tokio::test]
    async fn what_is_told_together_is_a_message_each_and_whoever_waits_is_woken_once() {
        let hub = roomy(7);
        let told = ["a", "b"].map(|who| crate::sessions::session::told(who, 1, lab::event::Fact::Ended));
        let (mut viewer, mut wakes) = (hub.viewer(hub.now()), hub.latest.subscribe());
        wakes.mark_unchanged();
        let texts = hub.events(&told);
        let Some(Batch::Messages { messages, .. }) = viewer.next().await else { panic!("nothing is told") };
        for ((message, text), (id, event)) in messages.iter().zip(&texts).zip((7..).zip(&told)) {
            let json = serde_json::to_string(event).unwrap();
            assert_eq!((message.id, &text[..]), (id, json.as_bytes()));
            assert_eq!(message.text, frame(id, "event", &json).as_bytes());
        }
        assert_eq!((messages.len(), texts.len()), (2, 2));
        assert_eq!(*wakes.borrow_and_update(), 8);
        assert!(hub.events(&[]).is_empty() && !wakes.has_changed().unwrap(), "nobody is woken for nothing");
    }

    #[tokio::test]
    async fn a_waiting_viewer_wakes_and_a_closed_hub_ends() {
        let hub = hub(4, 1);
        let mut viewer = hub.viewer(0);
        let watching = tokio::spawn(async move { (viewer.next().await, viewer.next().await) });
        tokio::task::yield_now().await;
        hub.publish("status", &1);
        tokio::task::yield_now().await;
        hub.close();
        let (first, second) = watching.await.unwrap();
        assert_eq!(ids(first), [1]);
        assert_eq!(second, None);
    }
}
