//! The dashboard's server: documented routes, the live stream, and the page.

mod api;
mod asked;
mod comparison;
mod files;
mod guard;
mod limits;
mod metrics;
mod places;
mod plain;
mod problem;
mod routes;
mod server;
mod sessions;
mod socket;
mod stream;

pub use guard::Guard;
pub use limits::Limits;
pub use routes::{openapi, router};
pub use server::{listen, serve};

use crate::{
    ci::outcomes::Row,
    console::{Console, Processes},
    sessions::store::Health,
};
use axum::http::StatusCode;
use problem::Problem;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What the routes work with.
pub struct App {
    console: Arc<Console>,
    outcomes: Vec<Row>,
    limits: Limits,
    viewers: Arc<Semaphore>,
}

/// `/api/status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LabStatus {
    /// This program's version.
    pub version: &'static str,
    /// How the store is.
    pub store: Health,
    /// How the processes are.
    pub processes: Processes,
}

impl App {
    /// Routes over a console.
    pub fn new(console: Arc<Console>, outcomes: Vec<Row>, limits: Limits) -> Arc<Self> {
        let viewers = Arc::new(Semaphore::new(limits.viewers));
        Arc::new(Self { console, outcomes, limits, viewers })
    }

    /// How everything is.
    pub fn status(&self) -> LabStatus {
        LabStatus {
            version: env!("CARGO_PKG_VERSION"),
            store: self.console.book().store().health().borrow().clone(),
            processes: self.console.processes(),
        }
    }

    /// A place for somebody who stays: a viewer, or a caller who waits.
    fn watch(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.viewers).try_acquire_owned().map_err(|_| {
            let message = "too many watch already, try again later";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "viewers", message).retry(2)
        })
    }

    /// Publishes the status whenever it changes, for as long as it is polled.
    pub async fn announce(&self) {
        let mut store = self.console.book().store().health();
        let mut processes = self.console.watch();
        let mut told = None;
        loop {
            let status = self.status();
            if told.as_ref() != Some(&status) {
                self.console.book().hub().publish("status", &status);
                told = Some(status);
            }
            tokio::select! {
                _ = store.changed() => {}
                () = processes.changed() => {}
            }
        }
    }
}
