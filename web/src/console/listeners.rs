//! Which session a report belongs to.

use crate::log;
use lab::{control::Report, loss::Loss, role::Actor, words};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::mpsc;

/// Batches of reports that may wait for a session; each is what came with one read of a pipe.
const WAITING: usize = 64;

/// What a session hears.
#[derive(Debug)]
pub(super) enum Told {
    /// A process reports, in this order.
    Reports(Actor, Vec<Report>),
    /// A process is gone, and why.
    Gone(Actor, Loss),
}

/// What a log says of a report.
fn said(name: &str, members: &serde_json::Value) -> String {
    words::say("report", name, members)
}

/// The sessions that listen, by id.
#[derive(Default)]
pub(super) struct Listeners(Mutex<HashMap<String, mpsc::Sender<Told>>>);

impl Listeners {
    /// A session begins to listen.
    pub(super) fn listen(&self, session: &str) -> mpsc::Receiver<Told> {
        let (sender, receiver) = mpsc::channel(WAITING);
        self.table().insert(session.to_owned(), sender);
        receiver
    }

    /// A session listens no more.
    pub(super) fn forget(&self, session: &str) {
        self.table().remove(session);
    }

    /// Hands reports that came together to their sessions. Reports of sessions that are over, and events told in another's
    /// name, go nowhere.
    pub(super) async fn report(&self, actor: Actor, reports: Vec<Report>) {
        let mut reports = reports.into_iter().filter(|report| is_heard(actor, report)).peekable();
        while let Some(first) = reports.next() {
            let Some(session) = session_of(&first).map(str::to_owned) else { continue };
            let mut batch = vec![first];
            batch.extend(std::iter::from_fn(|| reports.next_if(|next| session_of(next) == Some(&session))));
            let listener = self.table().get(&session).cloned();
            if let Some(listener) = listener {
                let _ = listener.send(Told::Reports(actor, batch)).await;
            }
        }
    }

    /// Tells every session that a process is gone.
    pub(super) async fn gone(&self, actor: Actor, reason: &Loss) {
        let listeners: Vec<_> = self.table().values().cloned().collect();
        for listener in listeners {
            let _ = listener.send(Told::Gone(actor, reason.clone())).await;
        }
    }

    fn table(&self) -> MutexGuard<'_, HashMap<String, mpsc::Sender<Told>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a report is a session's to hear; if it is somebody else's, the log has it.
fn is_heard(actor: Actor, report: &Report) -> bool {
    match report {
        Report::Event(event) if event.source != actor => {
            log::line("console", &said("foreign", &json!({ "teller": actor, "source": event.source })));
        }
        Report::Stray { reason, .. } => log::line(&actor.to_string(), &said("stray", &json!({ "reason": reason }))),
        Report::MoreStrays { count, within } => {
            let text = said("more-strays", &json!({ "count": count, "within": within }));
            log::line(&actor.to_string(), &text);
        }
        _ => return true,
    }
    false
}

fn session_of(report: &Report) -> Option<&str> {
    match report {
        Report::Ready { session } | Report::Refused { session, .. } | Report::Clock { session, .. } => Some(session),
        Report::Event(event) => Some(&event.session),
        _ => None,
    }
}
