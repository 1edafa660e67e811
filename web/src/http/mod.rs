//! The dashboard's server: documented routes, the live stream, and the page.

mod api;
mod asked;
mod class;
mod comparison;
mod device;
mod doors;
mod exploration;
mod files;
mod further;
mod guard;
mod hand;
mod join;
mod limits;
mod metrics;
mod packed;
mod places;
mod problem;
mod rooms;
mod routes;
mod server;
mod sessions;
mod socket;
mod software;
mod stream;
mod toy;

pub use device::{Desk, device};
pub use doors::Doors;
pub use guard::Guard;
pub use limits::Limits;
pub use routes::{openapi, router};
pub use server::{listen, serve};

use crate::{
    ci::outcomes::Row,
    console::{Console, Processes},
    exploring::Thinker,
    lesson::Class,
    sessions::store::Health,
    software::Software,
};
use axum::http::StatusCode;
use doors::{Role, Visitor};
use limits::TRAINERS;
use problem::Problem;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What the routes work with.
pub struct App {
    console: Arc<Console>,
    outcomes: Vec<Row>,
    class: Arc<Class>,
    software: Arc<Software>,
    thinker: Arc<Thinker>,
    limits: Limits,
    viewers: Arc<Semaphore>,
    trainers: Arc<Semaphore>,
    /// Where the lab is shown to a network.
    doors: Option<Doors>,
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
        Self::behind(console, outcomes, limits, None)
    }

    /// Routes over a console, with doors where it is shown to a network.
    pub fn behind(console: Arc<Console>, outcomes: Vec<Row>, limits: Limits, doors: Option<Doors>) -> Arc<Self> {
        let viewers = Arc::new(Semaphore::new(limits.viewers));
        let class = Class::new(Arc::clone(&console), outcomes.clone());
        let software = Software::new(Arc::clone(console.book().hub()));
        Arc::new(Self {
            console,
            outcomes,
            class,
            software,
            thinker: Arc::default(),
            limits,
            viewers,
            trainers: Arc::new(Semaphore::new(TRAINERS)),
            doors,
        })
    }

    /// The class that follows a lesson here.
    pub fn class(&self) -> &Arc<Class> {
        &self.class
    }

    /// How everything is.
    pub fn status(&self) -> LabStatus {
        LabStatus {
            version: env!("CARGO_PKG_VERSION"),
            store: self.console.book().store().health().borrow().clone(),
            processes: self.console.processes(),
        }
    }

    /// A place for somebody who stays: a viewer, or a caller who waits. However many watch, the trainer gets through.
    fn watch(&self, visitor: Visitor) -> Result<OwnedSemaphorePermit, Problem> {
        let apart = self.doors.is_some() && visitor.role == Role::Trainer;
        Arc::clone(if apart { &self.trainers } else { &self.viewers }).try_acquire_owned().map_err(|_| {
            Problem::said(StatusCode::SERVICE_UNAVAILABLE, "viewers", "viewers", serde_json::json!({})).retry(2)
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
