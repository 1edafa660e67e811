//! How the console steers a part after it was ordered: a clock that can be stopped, and decisions about what is held.

use crate::patience::Clock;
use lab::{control::Order, hand::Decision};
use tokio::sync::{mpsc, watch};

/// Decisions that may wait: each answers one frame that is held, and so no more than one does.
const WAITING: usize = 4;

/// Where a part hears how it is steered.
#[derive(Debug)]
pub struct Steering {
    /// Whether its time counts.
    pub clock: Clock,
    /// What is decided about the frames that it holds.
    pub decisions: mpsc::Receiver<Decision>,
}

impl Steering {
    /// Nobody steers.
    pub fn none() -> Self {
        helm().1
    }
}

/// What steers a part.
#[derive(Debug)]
pub struct Helm {
    stands: watch::Sender<bool>,
    decisions: mpsc::Sender<Decision>,
}

/// A helm, and what it steers.
pub fn helm() -> (Helm, Steering) {
    let stands = watch::Sender::new(false);
    let (decisions, decided) = mpsc::channel(WAITING);
    let clock = Clock::new(stands.subscribe());
    (Helm { stands, decisions }, Steering { clock, decisions: decided })
}

impl Helm {
    /// Does what an order says about a part under way; orders of other kinds are none of its business.
    pub fn steer(&self, order: Order) {
        match order {
            Order::Clock { stands, .. } => drop(self.stands.send_replace(stands)),
            // Whoever decides more often than frames are held decides about none of them.
            Order::Decide { decision, .. } => drop(self.decisions.try_send(decision)),
            Order::Play(_) | Order::Attack(_) | Order::Read(_) | Order::NobodyComes { .. } | Order::Cancel { .. } => {}
        }
    }
}
