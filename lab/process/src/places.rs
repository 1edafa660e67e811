//! Who has a place: so many connections at once and no more. Where places are short, those who have not said a word yet
//! make room, the oldest first: silence costs nobody else anything.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{Notify, oneshot};

/// Places for connections.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    table: Mutex<Table>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Table {
    taken: usize,
    next: u64,
    /// Those who are still silent, by age, and how each is told to leave.
    silent: BTreeMap<u64, oneshot::Sender<()>>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    number: u64,
}

/// Ends when a place is needed by somebody else.
pub(crate) type Needed = oneshot::Receiver<()>;

impl Places {
    /// So many.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, table: Mutex::default(), freed: Notify::new() })
    }

    /// A place, as soon as there is one.
    pub(crate) async fn take(self: &Arc<Self>) -> (Place, Needed) {
        let mut asked = false;
        loop {
            if let Some(taken) = self.try_take() {
                return taken;
            }
            if !asked && let Some((_, oldest)) = self.table().silent.pop_first() {
                asked = true;
                let _ = oldest.send(());
            }
            self.freed.notified().await;
        }
    }

    fn try_take(self: &Arc<Self>) -> Option<(Place, Needed)> {
        let mut table = self.table();
        if table.taken >= self.most {
            return None;
        }
        let number = table.next;
        table.next += 1;
        table.taken += 1;
        let (leave, needed) = oneshot::channel();
        table.silent.insert(number, leave);
        Some((Place { places: Arc::clone(self), number }, needed))
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Whoever has it has spoken, and keeps it.
    pub(crate) fn spoke(&self) {
        self.places.table().silent.remove(&self.number);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.places.table();
        table.silent.remove(&self.number);
        table.taken -= 1;
        drop(table);
        self.places.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{future::Future, pin::pin, task::Poll};

    /// Polls once.
    async fn now<T>(future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        std::future::poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    #[tokio::test]
    async fn the_oldest_that_is_silent_makes_room() {
        let places = Places::new(3);
        let (first, first_needed) = places.take().await;
        let (_second, mut second_needed) = places.take().await;
        let (third, mut third_needed) = places.take().await;
        first.spoke();
        // It was the oldest, but it has spoken.
        drop(first_needed);
        assert!(now(places.take()).await.is_none());
        assert!(second_needed.try_recv().is_ok() && third_needed.try_recv().is_err());
        assert!(now(places.take()).await.is_none());
        assert!(third_needed.try_recv().is_ok());
        drop(third);
        assert!(now(places.take()).await.is_some());
    }

    #[tokio::test]
    async fn who_has_spoken_keeps_its_place() {
        let places = Places::new(2);
        let taken = [places.take().await, places.take().await];
        taken.iter().for_each(|(place, _)| place.spoke());
        let mut waiting = pin!(places.take());
        assert!(now(waiting.as_mut()).await.is_none());
        for (_, needed) in &mut taken.into_iter().collect::<Vec<_>>() {
            // The sender is gone, and said nothing.
            assert!(needed.try_recv().is_err());
        }
        assert!(now(waiting).await.is_some());
    }
}
