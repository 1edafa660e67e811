//! The book of sessions: running ones and the last judged ones in memory, all judged ones in the store.
//!
//! Every change of a session passes through here once, and from here to the stream and to the store. Where other consoles
//! share the store, what they play is here too ([`elsewhere`](self::Book::listen)).

mod elsewhere;
mod pages;
mod recall;

use crate::sessions::{
    filter::Filter,
    hub::Hub,
    session::{Record, Session, now_ms, now_us},
    store::{Cursor, Kept, Store, StoreError, Told},
    veil::Veil,
};
use bytes::Bytes;
use lab::{event::Event, scenario::Scenario, verdict::Kind};
use pages::{Pages, Running, SCENARIOS};
use recall::Recall;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The book.
pub struct Book {
    pages: Mutex<Pages>,
    hub: Arc<Hub>,
    store: Store,
}

/// What became of a session that was to be forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgotten {
    /// It is gone.
    Gone,
    /// It waits or runs, and stays.
    Running,
    /// There is none.
    Unknown,
}

/// How large a running session has become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Events.
    pub events: usize,
    /// Bytes, roughly.
    pub bytes: usize,
}

impl Book {
    /// A book over a store, which publishes to `hub`.
    pub async fn open(store: Store, hub: Arc<Hub>) -> Self {
        let mut pages = Pages::default();
        if let Ok(scenarios) = store.ask(|database| database.scenarios(SCENARIOS)).await {
            pages.last = scenarios.iter().map(|(cursor, _)| *cursor).max().unwrap_or_default();
            pages.recall = Recall::of(scenarios.into_iter().map(|(_, scenario)| scenario).collect());
        }
        Self { pages: Mutex::new(pages), hub, store }
    }

    /// The stream that this book publishes to.
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// The store behind the book.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// A session begins.
    pub fn begin(&self, session: Session) {
        let mut pages = self.pages();
        pages.last = now_us().max(pages.last + 1);
        let cursor = pages.last;
        pages.remember(&session);
        let record = Record { session: session.clone(), events: Vec::new() };
        let running = Running { cursor, record, texts: Vec::new(), bytes: 0, console: None };
        pages.running.insert(session.session.clone(), running);
        self.hub.session(&session);
        self.store.tell(|| Told::began(cursor, &session));
    }

    /// Something happened in a running session: the event gets the session's id and the next number.
    /// Answers with how large the session is, or nothing where it is not running.
    pub fn tell(&self, id: &str, event: Event) -> Option<Size> {
        self.tell_all(id, vec![event])
    }

    /// The same with events that came together, in their order.
    pub fn tell_all(&self, id: &str, mut events: Vec<Event>) -> Option<Size> {
        let mut pages = self.pages();
        let Pages { running, veil, .. } = &mut *pages;
        let Running { record, texts, bytes, .. } = running.get_mut(id).filter(|it| it.console.is_none())?;
        for (n, event) in (record.events.len() as u64 + 1..).zip(&mut events) {
            event.session.clear();
            event.session.push_str(id);
            event.n = n;
            *bytes += event.fact.weight();
        }
        let covered = veil.covers(&record.session.scenario);
        let known = texts.len();
        texts.extend(if covered { events.iter().map(written).collect() } else { self.hub.events(&events) });
        for text in texts.iter().skip(known) {
            self.store.tell(|| Told::event(id, text.clone()));
        }
        record.events.append(&mut events);
        Some(Size { events: record.events.len(), bytes: *bytes })
    }

    /// A running session is over: it is judged, published and kept.
    pub fn end(&self, id: &str) -> Option<Arc<Record>> {
        let mut pages = self.pages();
        if pages.running.get(id)?.console.is_some() {
            return None;
        }
        let Running { cursor, mut record, texts, .. } = pages.running.remove(id)?;
        record.session.close(&record.events, now_ms());
        if let Some(verdict) = &record.session.verdict {
            *pages.verdicts.entry(verdict.kind).or_default() += 1;
        }
        let record = Arc::new(record);
        pages.remember(&record.session);
        pages.keep(cursor, Arc::clone(&record));
        self.hub.session(&pages.veil.session(record.session.clone()));
        self.store.keep(Kept { cursor, record: Arc::clone(&record), events: texts });
        Some(record)
    }

    /// Takes in a session that somebody brought, as it is kept from now on, and whether it is new here: under its own id, where that
    /// is free or another one's of which the same was told; else under `otherwise`.
    ///
    /// # Errors
    /// The store does not say whether the id is free.
    pub async fn import(&self, mut record: Record, otherwise: &str) -> Result<(Session, bool), StoreError> {
        if let Some(known) = self.record(&record.session.session).await? {
            if known.events == record.events {
                return Ok((known.session, false));
            }
            record = record.renamed(otherwise);
        }
        let mut pages = self.pages();
        pages.last = now_us().max(pages.last + 1);
        let cursor = pages.last;
        let record = Arc::new(record);
        pages.keep(cursor, Arc::clone(&record));
        let told = pages.veil.session(record.session.clone());
        self.hub.session(&told);
        let events = record.events.iter().map(written).collect();
        self.store.keep(Kept { cursor, record, events });
        Ok((told, true))
    }

    /// Sessions older than `before` that a filter admits, newest first, with the cursor of each.
    pub async fn list(
        &self,
        before: Cursor,
        limit: usize,
        filter: Filter,
    ) -> Result<Vec<(Cursor, Session)>, StoreError> {
        let veil = self.pages().veil.clone();
        let filter = Filter { veil: veil.clone(), ..filter };
        // Two consoles may begin a session each at one time.
        let mut found: BTreeMap<(Cursor, String), Session> = {
            let pages = self.pages();
            let running = pages.running.values().filter(|it| it.cursor < before);
            let running = running.map(|it| (it.cursor, &it.record.session)).filter(|(_, it)| filter.admits(it));
            let judged = pages.judged.range(..before).rev().map(|(cursor, record)| (*cursor, &record.session));
            let judged = judged.filter(|(_, session)| filter.admits(session)).take(limit);
            running.chain(judged).map(|(cursor, it)| ((cursor, it.session.clone()), it.clone())).collect()
        };
        let known: HashSet<String> = found.keys().map(|(_, id)| id.clone()).collect();
        match self.store.ask(move |database| database.list(before, limit, &filter)).await {
            Ok(stored) => stored.into_iter().for_each(|(cursor, session)| {
                if !known.contains(&session.session) {
                    found.insert((cursor, session.session.clone()), session);
                }
            }),
            // What is in memory is shown whatever the disk does.
            Err(error) if found.is_empty() => return Err(error),
            Err(_) => {}
        }
        Ok(found.into_iter().rev().take(limit).map(|((cursor, _), session)| (cursor, veil.session(session))).collect())
    }

    /// One session, running or not.
    pub async fn session(&self, id: &str) -> Result<Option<Session>, StoreError> {
        let found = self.pages().find(id).map(|record| record.session.clone());
        let session = match found {
            Some(session) => Some(session),
            None => {
                let id = id.to_owned();
                self.store.ask(move |database| database.session(&id)).await?
            }
        };
        Ok(session.map(|session| self.pages().veil.session(session)))
    }

    /// One session with its events so far.
    pub async fn record(&self, id: &str) -> Result<Option<Record>, StoreError> {
        let found = self.pages().find(id).cloned();
        let record = match found {
            Some(record) => Some(record),
            None => {
                let id = id.to_owned();
                self.store.ask(move |database| database.record(&id)).await?
            }
        };
        Ok(record.map(|record| self.pages().veil.record(record)))
    }

    /// Forgets a session that is over, wherever it is kept.
    ///
    /// # Errors
    /// The store cannot forget it, so that nobody does.
    pub async fn forget(&self, id: &str) -> Result<Forgotten, StoreError> {
        if self.pages().running.contains_key(id) {
            return Ok(Forgotten::Running);
        }
        let stored = self.store.forget(id.to_owned()).await?;
        if !self.gone(id, stored).await? {
            return Ok(Forgotten::Unknown);
        }
        self.store.tell(|| Told::forgotten(id));
        Ok(Forgotten::Gone)
    }

    /// The last session of each scenario.
    pub fn latest_of_each(&self) -> Vec<Session> {
        let pages = self.pages();
        pages.latest.values().map(|session| pages.veil.session(session.clone())).collect()
    }

    /// From now on nothing is told of the outcomes of these scenarios, each as it is played. Whoever watches starts again
    /// from the lists: what was told before is no longer to be had.
    pub fn veil(&self, scenarios: impl IntoIterator<Item = Scenario>) {
        let mut pages = self.pages();
        pages.own_veil = Veil::over(scenarios);
        pages.draw();
        self.store.tell(|| Told::veiled(pages.own_veil.scenarios()));
        drop(pages);
        self.hub.restart();
    }

    /// Tells what came of a scenario, to all.
    pub fn unveil(&self, scenario: &Scenario) {
        let mut pages = self.pages();
        let before = pages.veil.clone();
        pages.own_veil.lift(scenario);
        pages.draw();
        self.store.tell(|| Told::veiled(pages.own_veil.scenarios()));
        self.shown(&pages, &before);
    }

    /// As much of a session as may be told now.
    pub fn told(&self, session: Session) -> Session {
        self.pages().veil.session(session)
    }

    /// Whether nothing may be told of a scenario's outcome.
    pub fn veiled(&self, scenario: &Scenario) -> bool {
        self.pages().veil.covers(scenario)
    }

    /// Whether nothing may be told of the outcome of a scenario of the same mode and attack, whatever is switched in it.
    pub fn veils_alike(&self, scenario: &Scenario) -> bool {
        self.pages().veil.covers_alike(scenario)
    }

    /// How many sessions were judged since the console began, by verdict.
    pub fn verdicts(&self) -> HashMap<Kind, u64> {
        self.pages().verdicts.clone()
    }

    /// How many sessions run.
    pub fn running(&self) -> usize {
        self.pages().running.values().filter(|it| it.console.is_none()).count()
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An event as it is kept.
fn written(event: &Event) -> Bytes {
    event.to_json().map_or(Bytes::from_static(b"null"), Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sessions::{
        hub::Batch,
        session::{Progress, lost},
        store::{Place, Retention},
    };
    use lab::{loss::Loss, role::Actor};

    async fn book() -> Book {
        Book::open(Store::open(Place::Memory, Retention::default()), Arc::default()).await
    }

    fn session(id: &str, scenario: &str, started: u64) -> Session {
        Session::new(id.into(), scenario.parse().unwrap(), None, started)
    }

    #[tokio::test]
    async fn events_are_numbered_in_the_order_of_their_arrival() {
        let book = book().await;
        book.begin(session("a", "dh/relay", 1));
        assert_eq!(
            book.tell("a", lost("wire", 77, Actor::Client, Loss::NoPipes)),
            Some(Size { events: 1, bytes: 256 })
        );
        assert_eq!(book.tell("a", lost("wire", 5, Actor::Server, Loss::NoPipes)), Some(Size { events: 2, bytes: 512 }));
        let record = book.record("a").await.unwrap().unwrap();
        let told: Vec<_> = record.events.iter().map(|event| (event.session.as_str(), event.n)).collect();
        assert_eq!(told, [("a", 1), ("a", 2)]);
        assert_eq!(book.tell("b", lost("b", 1, Actor::Client, Loss::NoPipes)), None);
    }

    #[tokio::test]
    async fn a_page_of_sessions_mixes_memory_and_store_without_doubles() {
        let book = book().await;
        for id in ["a", "b", "c"] {
            book.begin(session(id, "dh/relay", 1));
        }
        book.end("a");
        book.end("b");
        let page = book.list(u64::MAX, 2, Filter::default()).await.unwrap();
        let ids = |page: &[(Cursor, Session)]| page.iter().map(|(_, s)| s.session.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&page), ["c", "b"]);
        assert_eq!(ids(&book.list(page[1].0, 2, Filter::default()).await.unwrap()), ["a"]);
    }

    #[tokio::test]
    async fn what_is_brought_is_there_once_and_speaks_for_no_scenario() {
        let book = book().await;
        book.begin(session("own", "dh/relay", 1));
        book.end("own");
        let mut brought = session("brought", "dh/relay", 2);
        let events = vec![lost("brought", 1, Actor::Client, Loss::NoPipes)];
        brought.imported = true;
        brought.settle(&events);
        let record = Record { session: brought, events };
        let mut live = book.hub().viewer(book.hub().now());
        assert_eq!(book.import(record.clone(), "x").await.unwrap(), (record.session.clone(), true));
        assert_eq!(book.import(record.clone(), "y").await.unwrap(), (record.session.clone(), false));
        assert_eq!(book.record("brought").await.unwrap(), Some(record.clone()));
        let Some(Batch::Messages { messages, .. }) = live.next().await else { panic!("nobody is told") };
        assert!(messages.len() == 1 && messages[0].text.starts_with(b"event: session\n"), "{messages:?}");
        let latest: Vec<String> = book.latest_of_each().into_iter().map(|session| session.session).collect();
        assert_eq!(latest, ["own"]);
        // Something else was told under the same id.
        let other = Record { events: vec![lost("brought", 1, Actor::Server, Loss::NoPipes)], ..record };
        let (kept, new) = book.import(other, "z").await.unwrap();
        assert_eq!((kept.session.as_str(), new), ("z", true));
        assert_eq!(book.record("z").await.unwrap().unwrap().events[0].session, "z");
        assert_eq!(book.list(u64::MAX, 9, Filter::default()).await.unwrap().len(), 3);
    }

    #[tokio::test]
    async fn what_is_forgotten_is_nowhere_and_the_one_before_is_the_last_again() {
        let book = book().await;
        for (id, started) in [("old", 1), ("new", 2), ("running", 3)] {
            book.begin(session(id, if id == "running" { "dh/drop" } else { "dh/relay" }, started));
        }
        book.end("old");
        book.end("new");
        let mut live = book.hub().viewer(book.hub().now());
        assert_eq!(book.forget("running").await.unwrap(), Forgotten::Running);
        assert_eq!(book.forget("none").await.unwrap(), Forgotten::Unknown);
        assert_eq!(book.forget("new").await.unwrap(), Forgotten::Gone);
        let Some(Batch::Messages { messages, .. }) = live.next().await else { panic!("nobody is told") };
        assert!(messages[0].text.starts_with(b"event: forgotten\ndata: {\"session\":\"new\"}\n"), "{messages:?}");
        assert_eq!(book.record("new").await.unwrap(), None);
        assert_eq!(book.forget("new").await.unwrap(), Forgotten::Unknown);
        let ids = |found: Vec<(Cursor, Session)>| found.into_iter().map(|(_, it)| it.session).collect::<Vec<_>>();
        assert_eq!(ids(book.list(u64::MAX, 9, Filter::default()).await.unwrap()), ["running", "old"]);
        let mut latest: Vec<String> = book.latest_of_each().into_iter().map(|session| session.session).collect();
        latest.sort();
        assert_eq!(latest, ["old", "running"]);
    }

    #[tokio::test]
    async fn what_is_behind_the_veil_is_told_to_nobody_until_it_is_lifted() {
        let book = book().await;
        let scenario: Scenario = "dh/relay".parse().unwrap();
        book.begin(session("before", "dh/relay", 1));
        book.end("before");
        let mut live = book.hub().viewer(book.hub().now());
        book.veil([scenario.clone()]);
        book.begin(session("behind", "dh/relay", 2));
        book.tell("behind", lost("wire", 1, Actor::Client, Loss::NoPipes));
        book.end("behind");
        let mut text = String::new();
        let mut told = 0;
        while told < 3 {
            let Some(Batch::Messages { messages, .. }) = live.next().await else { panic!("nothing is told") };
            told += messages.len();
            messages.iter().for_each(|message| text += std::str::from_utf8(&message.text).unwrap());
        }
        assert!(!text.contains("inconclusive") && !text.contains("event: event"), "{text}");
        assert!(text.starts_with("event: reset\n") && text.contains("\"status\":\"sealed\""), "{text}");
        for id in ["before", "behind"] {
            let record = book.record(id).await.unwrap().unwrap();
            assert_eq!(book.session(id).await.unwrap(), Some(record.session.clone()));
            assert_eq!(
                (record.session.verdict, record.session.status, record.events.len()),
                (None, Progress::Sealed, 0)
            );
        }
        assert!(book.latest_of_each().iter().all(|session| session.verdict.is_none()));
        let asked = async |filter| book.list(u64::MAX, 9, filter).await.unwrap().len();
        assert_eq!(asked(Filter::default()).await, 2);
        assert_eq!(asked(Filter { verdict: Some(Kind::Inconclusive), ..Filter::default() }).await, 0);
        assert_eq!(asked(Filter { status: Some(Progress::Sealed), ..Filter::default() }).await, 2);
        // Whoever comes back to what was told before it fell begins anew.
        let returning = book.hub().viewer(book.hub().now() - 4).next().await;
        assert!(matches!(returning, Some(Batch::Reset(_))), "{returning:?}");
        book.unveil(&scenario);
        assert!(book.record("behind").await.unwrap().unwrap().session.verdict.is_some());
        assert_eq!(asked(Filter { verdict: Some(Kind::Inconclusive), ..Filter::default() }).await, 2);
        let Some(Batch::Messages { messages, .. }) = live.next().await else { panic!("nothing is told") };
        assert!(std::str::from_utf8(&messages[0].text).unwrap().contains("inconclusive"));
    }

    /// However many are kept, a book is there at once, answers while it reads on, and knows in the end what it would have known.
    #[tokio::test]
    async fn what_was_kept_before_is_recalled_while_others_ask() {
        const SCENARIOS: u64 = 60;
        let directory = tempfile::tempdir().unwrap();
        let place = Place::Directory(directory.path().into());
        let scenario = |i| format!("dh-weak:short,bits={i}/crack");
        {
            let store = Store::open(place.clone(), Retention::default());
            for i in 0..2 * SCENARIOS {
                let mut session = session(&format!("{i}"), &scenario(64 + i % SCENARIOS), i);
                session.close(&[], i);
                store.keep(Kept {
                    cursor: i + 1,
                    record: Arc::new(Record { session, events: vec![] }),
                    events: vec![],
                });
            }
            assert_eq!(store.close(), 0);
        }
        let book = Book::open(Store::open(place, Retention::default()), Arc::default()).await;
        assert_eq!(book.latest_of_each().len(), 0, "nothing is judged before it is there");
        let mut live = book.hub().viewer(book.hub().now());
        let recall = book.recall();
        let asks = async {
            assert_eq!(book.list(u64::MAX, 5, Filter::default()).await.unwrap().len(), 5);
            assert!(book.latest_of_each().len() < SCENARIOS as usize, "an answer does not wait for all of it");
            let newest = format!("{}", 2 * SCENARIOS - 1);
            let oldest = format!("{}", SCENARIOS);
            assert_eq!(book.forget(&newest).await.unwrap(), Forgotten::Gone);
            assert_eq!(book.forget(&oldest).await.unwrap(), Forgotten::Gone);
            book.begin(session("now", &scenario(70), 1000));
        };
        tokio::join!(recall, asks);
        let latest: HashMap<String, String> =
            book.latest_of_each().into_iter().map(|it| (it.scenario.to_string(), it.session)).collect();
        assert_eq!(latest.len(), SCENARIOS as usize);
        for i in 0..SCENARIOS {
            let last = match i {
                0 => "0".to_owned(),
                6 => "now".to_owned(),
                _ if i == SCENARIOS - 1 => format!("{i}"),
                _ => format!("{}", SCENARIOS + i),
            };
            assert_eq!(latest.get(&scenario(64 + i)), Some(&last), "{i}");
        }
        // Whoever watched begins again from the lists.
        let next = tokio::time::timeout(std::time::Duration::from_secs(600), live.next()).await;
        assert!(matches!(next, Ok(Some(Batch::Reset(_)))), "{next:?}");
    }

    #[tokio::test]
    async fn the_latest_of_a_scenario_is_the_one_that_began_last() {
        let book = book().await;
        book.begin(session("old", "dh/relay", 1));
        book.begin(session("new", "dh/relay", 2));
        book.end("old");
        let latest: Vec<String> = book.latest_of_each().into_iter().map(|session| session.session).collect();
        assert_eq!(latest, ["new"]);
    }
}
