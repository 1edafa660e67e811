//! What ends a computation early: a signal, or the limit of time.

use super::super::Failure;
use cryptanalysis::Budget;
use std::{
    sync::{Arc, OnceLock, atomic::Ordering},
    time::Duration,
};
use tokio::sync::oneshot;

/// Why a computation was stopped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::cli) enum Reason {
    /// Somebody interrupted it.
    Interrupted,
    /// So many seconds are over.
    Time(f64),
}

/// Raises the flag of a budget when it is time to stop, so that what was found so far can still be kept and told.
pub(in crate::cli) struct Stop(Arc<OnceLock<Reason>>);

impl Stop {
    /// At the first Ctrl-C, SIGTERM or SIGHUP, or after so many seconds.
    pub(in crate::cli) fn when(budget: &Budget, timeout: Option<f64>) -> Result<Self, Failure> {
        Self::telling(budget, timeout, oneshot::channel().0)
    }

    /// The same, and tells somebody who waits.
    pub(in crate::cli) fn telling(
        budget: &Budget,
        timeout: Option<f64>,
        raised: oneshot::Sender<()>,
    ) -> Result<Self, Failure> {
        let cancel = Arc::clone(&budget.cancel);
        let why = Arc::new(OnceLock::new());
        let reason = Arc::clone(&why);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::spawn(move || {
            let stopped = runtime.block_on(async {
                let limit = async {
                    match timeout {
                        Some(seconds) => {
                            tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
                            seconds
                        }
                        None => std::future::pending().await,
                    }
                };
                tokio::select! {
                    () = signalled() => Reason::Interrupted,
                    seconds = limit => Reason::Time(seconds),
                }
            });
            let _ = reason.set(stopped);
            cancel.store(true, Ordering::Relaxed);
            // nobody needs to wait
            let _ = raised.send(());
        });
        Ok(Self(why))
    }

    /// Why it was stopped, if it was.
    pub(in crate::cli) fn reason(&self) -> Option<Reason> {
        self.0.get().copied()
    }
}

#[cfg(unix)]
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let wait = |kind| async move {
        match signal(kind) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = wait(SignalKind::interrupt()) => {}
        () = wait(SignalKind::terminate()) => {}
        () = wait(SignalKind::hangup()) => {}
    }
}

#[cfg(not(unix))]
async fn signalled() {
    let _ = tokio::signal::ctrl_c().await;
}
