//! A device in the place of a command: a phone, which asks whoever guides it for one address after the other, and says when it is
//! done with each.

use crate::ran::Ended;
use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    time::timeout,
};

/// A device, as the audit has it visit its servers.
#[derive(Clone, Debug)]
pub struct Device {
    visits: mpsc::Sender<Visit>,
    anchor: Arc<OnceLock<String>>,
}

/// The visits that it is to make, as whoever guides it hands them on.
#[derive(Debug)]
pub struct Visits {
    visits: Mutex<mpsc::Receiver<Visit>>,
    anchor: Arc<OnceLock<String>>,
}

/// An address that the device is to ask for.
#[derive(Debug)]
struct Visit {
    link: String,
    again: bool,
    taken: oneshot::Sender<()>,
    over: oneshot::Sender<()>,
}

/// One that was handed on; dropped, the device is done with it.
#[derive(Debug)]
pub struct Visited {
    /// What is to be asked for, the canary in it.
    pub link: String,
    /// It is the honest server, which the device did not believe the last time.
    pub again: bool,
    _over: oneshot::Sender<()>,
}

/// A device, and the visits that it is to make, one after the other.
#[must_use]
pub fn device() -> (Device, Visits) {
    let (send, receive) = mpsc::channel(1);
    let anchor = Arc::new(OnceLock::new());
    (Device { visits: send, anchor: Arc::clone(&anchor) }, Visits { visits: Mutex::new(receive), anchor })
}

impl Device {
    /// This is the trust anchor by which it is to judge, PEM.
    pub(crate) fn is_to_trust(&self, anchor: &str) {
        // There is one for all of it.
        let _ = self.anchor.set(anchor.to_owned());
    }

    /// Has it ask for this within `deadline`. The honest server waits for the device as long as it takes to come: `met` says how often
    /// it was tried before.
    pub(crate) async fn visit(&self, link: String, met: Option<usize>, deadline: Duration) -> Ended {
        let ((taken, taking), (over, ending)) = (oneshot::channel(), oneshot::channel());
        let visit = Visit { link, again: met.is_some_and(|met| met > 0), taken, over };
        let coming = async {
            // Whoever guides no more takes none, which is found out below.
            let _ = self.visits.send(visit).await;
            let _ = taking.await;
        };
        let came = if met.is_some() {
            coming.await;
            true
        } else {
            timeout(deadline, coming).await.is_ok()
        };
        // Whoever is done with it says so by letting go of the other end.
        if came && timeout(deadline, ending).await.is_ok() {
            Ended::Stopped
        } else {
            Ended::Overdue { seconds: deadline.as_secs() }
        }
    }
}

impl Visits {
    /// The trust anchor by which the device is to judge, PEM; nothing before it is made.
    #[must_use]
    pub fn anchor(&self) -> Option<&str> {
        self.anchor.get().map(String::as_str)
    }

    /// The next that the device is to ask for, as soon as there is one; nothing when all is over.
    pub async fn next(&self) -> Option<Visited> {
        let mut visits = self.visits.lock().await;
        loop {
            let Visit { link, again, taken, over } = visits.recv().await?;
            // Nobody waits for one whose time was over before it was asked for.
            if taken.send(()).is_ok() {
                return Some(Visited { link, again, _over: over });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn each_is_handed_on_once_and_ends_when_the_device_is_done() {
        let (device, visits) = device();
        let visiting = tokio::spawn({
            let device = device.clone();
            async move { device.visit("first".into(), Some(1), LONG).await }
        });
        let visited = visits.next().await.unwrap();
        assert_eq!((visited.link.as_str(), visited.again), ("first", true));
        drop(visited);
        assert_eq!(visiting.await.unwrap(), Ended::Stopped);
        drop(device);
        assert!(visits.next().await.is_none(), "all is over");
    }

    #[tokio::test]
    async fn whoever_does_not_come_or_never_ends_is_overdue_and_asked_for_nothing_old() {
        let (device, visits) = device();
        let (short, overdue) = (Duration::from_millis(1), Ended::Overdue { seconds: 0 });
        assert_eq!(device.visit("old".into(), None, short).await, overdue);
        let (ended, kept) = tokio::join!(device.visit("new".into(), Some(0), short), visits.next());
        let kept = kept.unwrap();
        assert_eq!((ended, kept.link.as_str(), kept.again), (overdue, "new", false));
    }
}
