//! Sessions by hand: what each of them holds, and what somebody decides about it.

use super::Console;
use lab::{
    control::Order,
    event::Fact,
    hand::{Decision, Verb, altered, fits},
    misfit::Misfit,
    mode::Mode,
    refusal::Refusal,
    role::{Actor, Role},
    wire::Frame,
};
use serde_json::json;
use std::{collections::HashMap, time::Duration};
use tokio::time::Instant;

/// How long a frame may be held, unless told otherwise: whoever forgets it keeps nobody else's place for ever.
pub const HELD: Duration = Duration::from_secs(15 * 60);

/// Why a decision is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotDecided {
    /// Nothing of that session is held by hand.
    NothingHeld,
    /// Another frame is held by now.
    Another {
        /// The number of its event.
        held: u64,
        /// The one that was meant.
        got: u64,
    },
    /// It cannot be done with this frame.
    Unfit(Misfit),
    /// The attacker takes no orders now.
    NoOrders,
}

impl From<&NotDecided> for Refusal {
    fn from(error: &NotDecided) -> Self {
        match error {
            NotDecided::NothingHeld => Self::new("nothing-held", json!({})),
            NotDecided::Another { held, got } => Self::new("another-held", json!({ "held": held, "got": got })),
            NotDecided::Unfit(fault) => Self::new("unfit", json!({ "fault": fault })),
            NotDecided::NoOrders => Self::new("no-orders", json!({})),
        }
    }
}

lab::refused!(NotDecided);

/// A frame that is held.
#[derive(Clone, Debug)]
struct Held {
    /// The number of the event that tells it.
    n: u64,
    /// By this name the attacker knows the session.
    session: String,
    mode: &'static Mode,
    from: Role,
    frame: Frame,
    since: Instant,
}

/// One session by hand.
#[derive(Debug, Default)]
struct Hand {
    held: Option<Held>,
    /// Somebody decided that nothing is held any more.
    resumed: bool,
}

/// Sessions by hand that wait or run, by id.
#[derive(Debug, Default)]
pub(super) struct Hands(HashMap<String, Hand>);

impl Hands {
    /// A session by hand waits for its turn.
    pub(super) fn begin(&mut self, id: &str) {
        self.0.insert(id.to_owned(), Hand::default());
    }

    /// It is over.
    pub(super) fn end(&mut self, id: &str) {
        self.0.remove(id);
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// The attacker told this of a session that it knows by the name `session`, as its event `n`.
    pub(super) fn tell(&mut self, id: &str, session: &str, mode: Option<&'static Mode>, n: u64, fact: &Fact) {
        let Some(hand) = self.0.get_mut(id) else { return };
        match fact {
            Fact::Held { from, bytes, .. } => {
                let frame = Frame::from_text(bytes);
                let held = |(frame, mode)| {
                    let (session, since) = (session.to_owned(), Instant::now());
                    Held { n, session, mode, from: *from, frame, since }
                };
                hand.held = frame.zip(mode).map(held);
            }
            Fact::Decided { action, .. } => {
                hand.held = None;
                hand.resumed |= *action == Verb::Resume;
            }
            _ => {}
        }
    }

    /// Since when a frame of this session is held.
    pub(super) fn since(&self, id: &str) -> Option<Instant> {
        Some(self.0.get(id)?.held.as_ref()?.since)
    }

    /// Whether frames of this session are still to be held.
    pub(super) fn holds(&self, id: &str) -> bool {
        self.0.get(id).is_some_and(|hand| !hand.resumed)
    }

    /// What is held, where it can be decided about like that; it is decided from then on.
    fn take(&mut self, id: &str, decision: &Decision, about: Option<u64>) -> Result<Held, NotDecided> {
        let hand = self.0.get_mut(id).ok_or(NotDecided::NothingHeld)?;
        let Held { n, mode, from, frame, .. } = hand.held.as_ref().ok_or(NotDecided::NothingHeld)?;
        if let Some(got) = about.filter(|about| about != n) {
            return Err(NotDecided::Another { held: *n, got });
        }
        fits(mode, *from, frame.kind, decision).map_err(NotDecided::Unfit)?;
        if decision.action == Verb::Alter {
            altered(mode, *from, frame, &decision.fields).map_err(NotDecided::Unfit)?;
        }
        hand.held.take().ok_or(NotDecided::NothingHeld)
    }

    /// A decision did not reach anybody: the frame is held as before.
    fn put_back(&mut self, id: &str, held: Held) {
        if let Some(hand) = self.0.get_mut(id) {
            hand.held = Some(held);
        }
    }
}

impl Console {
    /// Decides about the frame of a session that is held; `about` is the number of the event that told it, where only that frame
    /// is meant.
    ///
    /// # Errors
    /// Why it is no decision: nothing has changed.
    pub fn decide(&self, id: &str, decision: &Decision, about: Option<u64>) -> Result<(), NotDecided> {
        let mut hands = self.hands();
        let held = hands.take(id, decision, about)?;
        let order = Order::Decide { session: held.session.clone(), decision: decision.clone() };
        let sent = self.process(Actor::Attacker).now().is_some_and(|link| link.orders.try_send(order).is_ok());
        if !sent {
            hands.put_back(id, held);
            return Err(NotDecided::NoOrders);
        }
        Ok(())
    }
}
