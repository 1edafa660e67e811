//! Sessions that are played at the same time, and told one after the other.
//!
//! What happens in the first is told as it happens, what happens meanwhile in another when all are over: in the book each session
//! stands by itself, from its beginning to its end, each event with the time at which it happened. So nothing that reads a
//! campaign has to know how its sessions were played.

use super::{
    Console,
    play::{GRACE, Lack, conduct, links, over},
};
use crate::sessions::{book::Size, orders::Orders, session::told};
use lab::{
    control::Place,
    event::{Cancellation, Event, Fact},
};
use std::{
    mem,
    pin::Pin,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;

/// What becomes of a session's events.
pub(super) enum Tale {
    /// They are told as they come.
    Told,
    /// They are kept until the sessions before are over.
    Kept(Mutex<Vec<Event>>),
}

impl Tale {
    /// Writes events into the book, or keeps them; how large that is by now.
    pub(super) fn tell(&self, console: &Console, id: &str, mut events: Vec<Event>) -> Option<Size> {
        let Self::Kept(kept) = self else { return console.book.tell_all(id, events) };
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.append(&mut events);
        Some(Size { events: kept.len(), bytes: kept.iter().map(|event| event.fact.weight()).sum() })
    }

    fn later(&self) -> Vec<Event> {
        match self {
            Self::Told => Vec::new(),
            Self::Kept(kept) => mem::take(&mut kept.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }
}

/// One of several sessions.
struct One {
    orders: Orders,
    tale: Tale,
    /// The one before it has begun.
    before: Option<oneshot::Receiver<()>>,
    /// It has begun itself.
    begun: oneshot::Sender<()>,
}

/// Plays sessions at the same time, unless and until they are cancelled; whether all came to their end. Each begins as soon as
/// the one before it has: whoever remembers one hears of it first.
pub(super) async fn play(
    console: &Console,
    id: &str,
    sessions: Vec<Orders>,
    cancelled: &mut oneshot::Receiver<Cancellation>,
) -> bool {
    let names: Vec<String> = sessions.iter().map(|orders| orders.attack.session.clone()).collect();
    let after = sessions.iter().map(|orders| orders.attack.deadline).max().unwrap_or(0);
    let time = Duration::from_millis(after).saturating_add(GRACE);
    let (mut all, mut before) = (Vec::new(), None);
    for (place, orders) in sessions.into_iter().enumerate() {
        let (begun, next) = oneshot::channel();
        let tale = if place == 0 { Tale::Told } else { Tale::Kept(Mutex::default()) };
        all.push(One { orders, tale, before: before.replace(next), begun });
    }
    let result = tokio::select! {
        biased;
        Ok(why) = cancelled => Err(Lack::Consent(why)),
        tales = each(console, id, time, all.into_iter()) => tales,
    };
    let result = result.map(|tales| {
        for events in tales.iter().map(Tale::later).filter(|events| !events.is_empty()) {
            let _ = console.book.tell_all(id, events);
        }
    });
    let mut names = names.iter();
    let first = names.next().is_none_or(|first| over(console, id, first, after, result));
    names.for_each(|name| console.leave(name, !first));
    first
}

/// All of these, each beside those after it; what is to be told of each when all are over.
fn each<'c>(
    console: &'c Console,
    id: &'c str,
    time: Duration,
    mut all: std::vec::IntoIter<One>,
) -> Pin<Box<dyn Future<Output = Result<Vec<Tale>, Lack>> + Send + 'c>> {
    Box::pin(async move {
        let Some(first) = all.next() else { return Ok(Vec::new()) };
        let (first, others) = tokio::try_join!(one(console, id, time, first), each(console, id, time, all))?;
        Ok(std::iter::once(first).chain(others).collect())
    })
}

async fn one(console: &Console, id: &str, time: Duration, session: One) -> Result<Tale, Lack> {
    let One { orders, tale, before, begun } = session;
    if let Some(before) = before {
        // Where that one fails, all do.
        let _ = before.await;
    }
    let mut heard = console.listeners.listen(&orders.attack.session);
    if let Some(Place { number, of, .. }) = orders.attack.place {
        tale.tell(console, id, vec![told(id, 0, Fact::Began { number, of })]);
    }
    let links = links(console).await?;
    conduct(console, id, orders, links, time, &mut heard, (&tale, Some(begun))).await?;
    Ok(tale)
}
