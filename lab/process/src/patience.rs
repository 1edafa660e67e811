//! A victim's patience: how long it waits for each arrival, and for the end of its session. It can be told to stand still.

use crate::limits::{Limits, after};
use std::{future::Future, pin::pin, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

/// Says whether time counts.
#[derive(Clone, Debug)]
pub struct Clock(watch::Receiver<bool>);

impl Clock {
    /// A clock that stands still while this is so.
    pub fn new(stands: watch::Receiver<bool>) -> Self {
        Self(stands)
    }

    /// One that goes on for ever.
    pub fn steady() -> Self {
        Self(watch::Sender::new(false).subscribe())
    }

    fn stands(&mut self) -> bool {
        *self.0.borrow_and_update()
    }

    /// Ends when it stands still, or goes on.
    async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            // Nobody is left to tell it anything.
            std::future::pending().await
        }
    }

    /// Ends when so much time has passed in one go.
    pub async fn passes(&mut self, time: Duration) {
        let limits = Limits { silence: time, session: Duration::MAX };
        Patience::new(limits, self.clone()).wait(std::future::pending::<()>()).await;
    }
}

/// Patience in one session.
#[derive(Debug)]
pub struct Patience {
    limits: Limits,
    end: Instant,
    clock: Clock,
}

impl Patience {
    /// From now on, as long as its clock does not stand still.
    pub fn new(limits: Limits, clock: Clock) -> Self {
        Self { limits, end: after(limits.session), clock }
    }

    /// Its limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// The session has lasted too long.
    pub fn is_over(&self) -> bool {
        !self.limits.silence.is_zero() && Instant::now() >= self.end
    }

    /// Waits for an arrival, as long as it has patience; nothing where that is over. Time for which it stands still is no time,
    /// and when it goes on, it waits for the arrival from the beginning.
    pub async fn wait<T>(&mut self, arrival: impl Future<Output = T>) -> Option<T> {
        let mut arrival = pin!(arrival);
        loop {
            let stands = self.clock.stands();
            if !stands && self.limits.silence.is_zero() {
                // Who has no patience does not even look whether something has come meanwhile.
                return None;
            }
            let began = Instant::now();
            let until = self.end.min(after(self.limits.silence));
            let arrived = tokio::select! {
                biased;
                arrived = &mut arrival => Some(arrived),
                () = self.clock.changed() => None,
                () = sleep_until(until), if !stands => return None,
            };
            if stands {
                self.end += began.elapsed();
            }
            if arrived.is_some() {
                return arrived;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    const SILENCE: Duration = Duration::from_millis(10);

    fn patience(stands: bool) -> (watch::Sender<bool>, Patience) {
        let sender = watch::Sender::new(stands);
        let clock = Clock::new(sender.subscribe());
        (sender, Patience::new(Limits::of(SILENCE), clock))
    }

    /// A time in which somebody whose clock nobody stops loses patience over and over, and that of its session too.
    async fn long() {
        let mut other = Patience::new(Limits::of(SILENCE), Clock::steady());
        while !other.is_over() {
            assert_eq!(other.wait(pending::<()>()).await, None);
        }
    }

    #[tokio::test]
    async fn who_stands_still_loses_no_patience_however_long() {
        let (clock, mut patience) = patience(true);
        let told = async {
            long().await;
            clock.send_replace(false);
            Instant::now()
        };
        let (arrived, told) = tokio::join!(patience.wait(pending::<()>()), told);
        assert_eq!(arrived, None);
        assert!(told.elapsed() >= SILENCE, "it waits from the beginning");
        assert!(!patience.is_over(), "what it stood is not the session's");
        long().await;
        assert!(patience.is_over());
    }

    #[tokio::test]
    async fn what_arrives_meanwhile_costs_nothing() {
        let (_clock, mut patience) = patience(true);
        assert_eq!(patience.wait(long()).await, Some(()));
        assert!(!patience.is_over());
    }

    #[tokio::test]
    async fn whose_clock_nobody_stops_waits_as_long_as_its_limits_say() {
        let mut patience = Patience::new(Limits::of(SILENCE), Clock::steady());
        let began = Instant::now();
        assert_eq!(patience.wait(pending::<()>()).await, None);
        assert!(began.elapsed() >= SILENCE);
        assert_eq!(patience.wait(ready(1)).await, Some(1));
        let mut none = Patience::new(Limits::of(Duration::ZERO), Clock::steady());
        assert_eq!((none.wait(ready(1)).await, none.is_over()), (None, false));
    }

    #[tokio::test]
    async fn a_clock_that_stands_lets_no_time_pass() {
        let stands = watch::Sender::new(true);
        let mut clock = Clock::new(stands.subscribe());
        let told = async {
            long().await;
            stands.send_replace(false);
            Instant::now()
        };
        let ((), told) = tokio::join!(clock.passes(SILENCE), told);
        assert!(told.elapsed() >= SILENCE);
    }
}
