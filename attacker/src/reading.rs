//! A recording of a session that is over, in which a computation was cut off: it is begun again, with more time.
//!
//! Whoever listened computes the same logarithm whatever the attack was: what lies in its way is the group alone.

use crate::{
    listener::Listener,
    work::{Workshop, session_budget},
};
use cryptanalysis::{Budget, Problem};
use lab::{
    algebra::real::Real,
    control::ReadOrder,
    event::Fact,
    modes,
    role::{Actor, Role},
    scenario::Selection,
    wire::Frame,
};
use process::{reports::Reports, teller::Teller};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::time::timeout;

/// A recording that was listened to, and what has to be computed to read it.
pub struct Recording {
    listener: Listener,
    problem: Problem,
}

impl Recording {
    /// Listens to what was recorded in a mode: who sent each frame, and all of it in base64url.
    ///
    /// # Errors
    /// Why nothing can be computed: there is no such mode, what was recorded is none of its handshakes, or its key does not hang
    /// on a discrete logarithm.
    pub fn listen(mode: &Selection, frames: &[(Role, String)]) -> Result<Self, String> {
        let mode = modes::of(mode).ok_or_else(|| format!("there is no mode {mode}"))?;
        // A listener draws nothing.
        let mut listener = Listener::new(mode, Real::new([0; 32]));
        for (from, frame) in frames {
            let frame = Frame::from_text(frame).ok_or("expected whole frames in base64url")?;
            listener.overhear(*from, &frame);
        }
        let problem = listener.problem().ok_or("there is no discrete logarithm to compute in this recording")?;
        Ok(Self { listener, problem })
    }

    /// Computes, for as long as the order allows, and reads the recording with what was found. Everything is told as of the session
    /// of the order.
    pub async fn read(mut self, order: ReadOrder, workshop: Arc<Workshop>, reports: Reports) {
        let teller = Arc::new(Teller::new(order.session, Actor::Attacker, reports));
        let stop = Stop(session_budget());
        let (budget, telling) = (stop.0.clone(), Arc::clone(&teller));
        let mut computing = tokio::task::spawn_blocking(move || {
            workshop.compute(&self.problem, telling.session(), &budget, |fact| telling.tell_blocking(fact))
        });
        let result = match timeout(Duration::from_millis(order.deadline), &mut computing).await {
            Ok(result) => result,
            Err(_) => {
                stop.now();
                computing.await
            }
        };
        if let Ok(Ok(solution)) = result {
            teller.tell_all(self.listener.learn(&solution.x, false)).await;
        }
        teller.tell(Fact::Ended).await;
    }
}

/// What stops a computation, at the latest when nobody waits for it any more.
struct Stop(Budget);

impl Stop {
    fn now(&self) {
        self.0.cancel.store(true, Ordering::Relaxed);
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.now();
    }
}
