//! Sessions that other consoles on the same store play: heard message by message, in the book as its own are, and kept by
//! whoever plays them.

use super::{Book, Pages, Running};
use crate::{
    plain::plain,
    sessions::{
        session::{Progress, Record, Session, now_ms},
        store::{About, Cursor, Heard, Hearing, StoreError, What, say},
        veil::Veil,
    },
};
use lab::{event::Event, scenario::Scenario};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::time::sleep;

/// Pause before another connection is made.
const RETRY: Duration = Duration::from_secs(1);

impl Book {
    /// Hears other consoles for as long as it is polled; ends at once where nobody can share the store.
    pub async fn listen(&self) {
        if let Some(hearing) = self.store.hearing() {
            self.follow(hearing).await;
        }
    }

    /// Hears others for as long as it is polled.
    pub(in crate::sessions) async fn follow(&self, mut hearing: Hearing) {
        loop {
            match hearing.next().await {
                Ok(heard) => {
                    self.store.hears(None);
                    for heard in heard {
                        self.hear(heard).await;
                    }
                }
                Err(error) => {
                    self.store.hears(Some((&error).into()));
                    sleep(RETRY).await;
                }
            }
        }
    }

    /// Whether another console plays a session.
    pub fn plays_elsewhere(&self, id: &str) -> bool {
        self.pages().running.get(id).is_some_and(|running| running.console.is_some())
    }

    pub(in crate::sessions) async fn hear(&self, Heard { console, what }: Heard) {
        match what {
            What::Told { about, session, text } => {
                let understood = match about {
                    About::Began => serde_json::from_str(&text).map(|began| self.begins(&console, began)),
                    About::Event => serde_json::from_str(&text).map(|event| self.happens(&console, &session, event)),
                    About::Veiled => serde_json::from_str(&text).map(|veil| self.veils(&console, veil)),
                    About::Ended => {
                        self.ends(&session).await;
                        Ok(())
                    }
                    About::Forgotten => {
                        // Where the one before it cannot be read, none is shown as the last.
                        let _ = self.gone(&session, true).await;
                        Ok(())
                    }
                };
                if let Err(error) = understood {
                    let (field, why) = plain(&error.to_string());
                    say("unheard", &json!({ "session": session, "field": field, "why": why }));
                }
            }
            What::Missed => {
                say("missed", &json!({}));
                self.drop_running(&console);
                self.hub.restart();
            }
            What::Left => {
                for session in self.drop_running(&console) {
                    let _ = self.gone(&session, true).await;
                }
                self.veils(&console, Vec::new());
            }
        }
    }

    fn begins(&self, console: &Arc<str>, (cursor, session): (Cursor, Session)) {
        let mut pages = self.pages();
        if session.status != Progress::Running || pages.find(&session.session).is_some() {
            return;
        }
        pages.remember(&session);
        self.hub.session(&session);
        let record = Record { session: session.clone(), events: Vec::new() };
        let console = Some(Arc::clone(console));
        pages.running.insert(session.session, Running { cursor, record, texts: Vec::new(), bytes: 0, console });
    }

    fn happens(&self, console: &Arc<str>, id: &str, event: Event) {
        let mut pages = self.pages();
        let Pages { running, veil, .. } = &mut *pages;
        let Some(running) = running.get_mut(id).filter(|it| it.console.as_ref() == Some(console)) else { return };
        // Whoever began to listen in the middle of a session reads the rest of it when it is kept.
        if event.session == id && event.n == running.record.events.len() as u64 + 1 {
            if !veil.covers(&running.record.session.scenario) {
                self.hub.events(std::slice::from_ref(&event));
            }
            running.record.events.push(event);
        }
    }

    /// What came of it is what its events prove, which the store has; where it does not, those that were heard.
    async fn ends(&self, id: &str) {
        let id = id.to_owned();
        let wanted = id.clone();
        let stored = self.store.ask(move |database| database.record(&wanted)).await;
        let mut pages = self.pages();
        let heard = pages.running.remove(&id).map(|Running { cursor, mut record, .. }| {
            record.session.close(&record.events, now_ms());
            (cursor, record)
        });
        let record = match (stored, heard) {
            (Ok(Some(record)), Some((cursor, _))) => {
                let record = Arc::new(record);
                pages.keep(cursor, Arc::clone(&record));
                record
            }
            (Ok(Some(record)), None) => Arc::new(record),
            (_, Some((cursor, record))) => {
                let record = Arc::new(record);
                pages.keep(cursor, Arc::clone(&record));
                record
            }
            (_, None) => return,
        };
        pages.remember(&record.session);
        self.hub.session(&pages.veil.session(record.session.clone()));
    }

    /// It is nowhere any more, if it was anywhere; whether it was.
    ///
    /// # Errors
    /// What was played before it cannot be read.
    pub(super) async fn gone(&self, id: &str, stored: bool) -> Result<bool, StoreError> {
        let (known, last_of) = self.pages().forget(id);
        if !stored && !known {
            return Ok(false);
        }
        if let Some(scenario) = last_of {
            let before = self.store.ask(move |database| database.last_of(&scenario)).await?;
            if let Some(session) = before {
                self.pages().remember(&session);
            }
        }
        self.hub.publish("forgotten", &json!({ "session": id }));
        Ok(true)
    }

    /// Nothing may be told of these, as that console says.
    fn veils(&self, console: &Arc<str>, scenarios: Vec<Scenario>) {
        let mut pages = self.pages();
        let before = pages.veil.clone();
        if scenarios.is_empty() {
            pages.veils.remove(console);
        } else {
            pages.veils.insert(Arc::clone(console), Veil::over(scenarios));
        }
        pages.draw();
        self.shown(&pages, &before);
    }

    /// Tells what another veil changes: whoever watches starts again where more is behind it, and is told what no longer is.
    pub(super) fn shown(&self, pages: &Pages, before: &Veil) {
        if pages.veil.scenarios().any(|scenario| !before.covers(scenario)) {
            self.hub.restart();
        }
        for scenario in before.scenarios().filter(|scenario| !pages.veil.covers(scenario)) {
            if let Some(session) = pages.latest.get(scenario) {
                self.hub.session(session);
            }
        }
    }

    /// Forgets what that console plays; answers with what it was.
    fn drop_running(&self, console: &Arc<str>) -> Vec<String> {
        let mut pages = self.pages();
        let dropped = pages.running.extract_if(|_, running| running.console.as_ref() == Some(console));
        dropped.map(|(id, _)| id).collect()
    }
}

impl Pages {
    /// What is behind the veil of any console is behind this one's.
    pub(super) fn draw(&mut self) {
        let veils = std::iter::once(&self.own_veil).chain(self.veils.values());
        self.veil = Veil::over(veils.flat_map(Veil::scenarios).cloned());
    }
}
