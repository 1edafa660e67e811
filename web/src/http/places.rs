//! Places for connections: a bounded number, and nobody keeps one by doing nothing.
//!
//! Who comes when all are taken gets the place of the caller that has been silent the longest, or that has taken far too
//! long over an answer; viewers of the live stream keep theirs. Where there is none to give, the caller is told so.

use super::limits::SPARE;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::Notify;

/// A caller that takes longer than this over one answer gives way to others.
const SLOW: Duration = Duration::from_secs(60);

/// Places for who sits at the lab's own machine, however many come over the network.
const HERE: usize = 16;

/// What the caller in a place does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It has not asked for anything, or not again.
    Silent,
    /// It is being answered.
    Answered,
    /// It is being answered without end.
    Watching,
    /// It was asked to leave.
    Leaving,
}

struct Caller {
    state: State,
    since: Instant,
    leave: Arc<Notify>,
}

/// The places.
pub(super) struct Places {
    number: usize,
    table: Mutex<Table>,
}

#[derive(Default)]
struct Table {
    callers: HashMap<u64, Caller>,
    next: u64,
}

/// A place, which is free again when this is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    caller: u64,
    leave: Arc<Notify>,
}

impl Places {
    /// So many places.
    pub(super) fn new(number: usize) -> Arc<Self> {
        Arc::new(Self { number, table: Mutex::default() })
    }

    /// A place, if there is one or somebody can be asked to leave.
    /// Some are kept for whoever sits at this machine.
    pub(super) fn take(self: &Arc<Self>, here: bool) -> Option<Place> {
        self.take_at(Instant::now(), here)
    }

    fn take_at(self: &Arc<Self>, now: Instant, here: bool) -> Option<Place> {
        let mut table = self.table();
        let number = if here { self.number } else { self.number.saturating_sub(HERE) };
        if table.callers.len() >= number {
            let leaving = table.callers.values().filter(|caller| caller.state == State::Leaving).count();
            if table.callers.len() - leaving >= number {
                if leaving >= SPARE {
                    return None;
                }
                let caller = table.callers.values_mut().filter_map(|caller| Some((caller.dispensable(now)?, caller)));
                let (_, caller) = caller.min_by_key(|(rank, _)| *rank)?;
                caller.state = State::Leaving;
                caller.leave.notify_one();
            }
        }
        let (caller, leave) = (table.next, Arc::new(Notify::new()));
        table.next += 1;
        table.callers.insert(caller, Caller { state: State::Silent, since: now, leave: Arc::clone(&leave) });
        Some(Place { places: Arc::clone(self), caller, leave })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Caller {
    /// How soon the caller has to give way: the least first, never where there is none.
    fn dispensable(&self, now: Instant) -> Option<(u8, Instant)> {
        match self.state {
            State::Silent => Some((0, self.since)),
            State::Answered if now.saturating_duration_since(self.since) > SLOW => Some((1, self.since)),
            _ => None,
        }
    }
}

impl Place {
    /// The caller has asked for something.
    pub(super) fn answered(&self) {
        self.is(State::Answered);
    }

    /// Its answer has no end.
    pub(super) fn watching(&self) {
        self.is(State::Watching);
    }

    /// Its answer is over.
    pub(super) fn silent(&self) {
        self.is(State::Silent);
    }

    /// Waits until somebody else needs the place.
    pub(super) async fn needed(&self) {
        self.leave.notified().await;
    }

    fn is(&self, state: State) {
        if let Some(caller) = self.places.table().callers.get_mut(&self.caller)
            && caller.state != State::Leaving
        {
            (caller.state, caller.since) = (state, Instant::now());
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.table().callers.remove(&self.caller);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the caller was asked to leave.
    async fn asked(place: &Place) -> bool {
        tokio::select! {
            biased;
            () = place.needed() => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn who_has_been_silent_the_longest_gives_way() {
        let places = Places::new(3);
        let [first, second, third] = [(); 3].map(|()| places.take(true).unwrap());
        first.answered();
        third.watching();
        let newcomer = places.take(true).unwrap();
        assert!(asked(&second).await && !asked(&first).await && !asked(&third).await);
        // Whoever was asked to leave has not left yet, and the newcomer asks for nothing.
        let next = places.take(true).unwrap();
        assert!(asked(&newcomer).await);
        drop((second, newcomer));
        first.silent();
        next.answered();
        let last = places.take(true).unwrap();
        assert!(asked(&first).await && !asked(&last).await);
    }

    #[tokio::test]
    async fn nobody_gives_way_while_it_is_answered_unless_that_takes_far_too_long() {
        let places = Places::new(2);
        let [answered, watching] = [(); 2].map(|()| places.take(true).unwrap());
        answered.answered();
        watching.watching();
        let now = Instant::now();
        assert!(places.take_at(now, true).is_none());
        assert!(places.take_at(now + SLOW / 2, true).is_none());
        let late = places.take_at(now + 2 * SLOW, true);
        assert!(late.is_some() && asked(&answered).await && !asked(&watching).await);
    }

    #[test]
    fn those_that_do_not_leave_are_bounded_too() {
        let places = Places::new(4);
        let taken: Vec<Place> = std::iter::from_fn(|| places.take(true)).take(1000).collect();
        assert_eq!(taken.len(), 4 + SPARE);
        drop(taken);
        assert!(places.take(true).is_some());
    }

    #[test]
    fn who_sits_at_the_machine_gets_through_however_many_watch() {
        let places = Places::new(2 * HERE);
        let watching: Vec<Place> =
            std::iter::from_fn(|| places.take(false)).inspect(Place::watching).take(99).collect();
        assert_eq!(watching.len(), HERE);
        assert!(places.take(true).is_some() && places.take(false).is_none());
    }
}
