//! The console: keeps the three processes alive, hands them scenarios, and writes what they tell into the book.

mod at_once;
pub mod hands;
mod line;
mod listeners;
mod play;
mod process;
mod queue;
mod recording;
mod request;
mod status;

use self::process::{Link, Process};
use crate::{
    log,
    sessions::{
        book::Book,
        orders::{Settings, orders},
        session::{Record, Session, lost, told},
    },
};
use hands::Hands;
use lab::{
    event::{Cancellation, Fact},
    loss::Loss,
    role::{Actor, Role},
    words,
};
use listeners::Listeners;
pub(crate) use queue::HEAVY;
use queue::{Queue, Waiting};
pub(crate) use request::random_id;
pub use request::{ByHand, NotPlayed};
use request::{Job, Work};
use serde_json::json;
pub use status::{ProcessStatus, Processes, Watch};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{oneshot, watch},
    task::JoinHandle,
    time::timeout,
};

/// How long sessions under way may take over their end when the console ends.
const CLOSING: Duration = Duration::from_secs(2);

/// How a console works.
#[derive(Clone, Debug)]
pub struct Config {
    /// The program that plays client, server and attacker: this one.
    pub program: PathBuf,
    /// Sessions that run at the same time.
    pub concurrency: usize,
    /// What holds for every session.
    pub settings: Settings,
    /// How long a frame may be held by hand.
    pub held: Duration,
    /// A program of the user's own in a victim's place.
    pub own: Option<Own>,
}

/// A program of the user's own.
#[derive(Clone, Debug)]
pub struct Own {
    /// In whose place.
    pub role: Role,
    /// Program and arguments, as one text.
    pub command: String,
}

/// A session under way.
#[derive(Debug)]
pub struct Playing {
    /// As it began.
    pub session: Session,
    done: oneshot::Receiver<Arc<Record>>,
}

impl Playing {
    /// Waits for the verdict; nothing where the console left before it.
    pub async fn done(self) -> Option<Arc<Record>> {
        self.done.await.ok()
    }
}

/// The console.
pub struct Console {
    book: Arc<Book>,
    config: Config,
    listeners: Arc<Listeners>,
    client: Process,
    attacker: Process,
    server: Process,
    queue: Mutex<Queue<Job>>,
    /// How each session under way is cancelled.
    under_way: Mutex<HashMap<String, oneshot::Sender<Cancellation>>>,
    running: watch::Sender<usize>,
    stop: watch::Sender<bool>,
    keepers: Mutex<Vec<JoinHandle<()>>>,
    hands: Mutex<Hands>,
}

impl Console {
    /// Starts the three processes; does not wait until they are up.
    pub fn start(config: Config, book: Arc<Book>) -> Arc<Self> {
        let stop = watch::Sender::new(false);
        let listeners = Arc::<Listeners>::default();
        let start = |actor, beyond: Option<&Process>| {
            let own = config.own.as_ref().filter(|own| actor == own.role.into()).map(|own| own.command.clone());
            Process::start(actor, config.program.clone(), own, beyond, Arc::clone(&listeners), stop.subscribe())
        };
        let (server, keep_server) = start(Actor::Server, None);
        let (attacker, keep_attacker) = start(Actor::Attacker, Some(&server));
        let (client, keep_client) = start(Actor::Client, None);
        Arc::new(Self {
            book,
            queue: Mutex::new(Queue::new(config.concurrency)),
            under_way: Mutex::default(),
            running: watch::Sender::new(0),
            config,
            listeners,
            client,
            attacker,
            server,
            stop,
            keepers: Mutex::new(vec![keep_server, keep_attacker, keep_client]),
            hands: Mutex::default(),
        })
    }

    /// The book that it writes.
    pub fn book(&self) -> &Arc<Book> {
        &self.book
    }

    /// Ends a session that waits or runs; `false` where it does neither.
    pub fn cancel(self: &Arc<Self>, id: &str) -> bool {
        let waiting = self.queue().withdraw(id);
        match waiting {
            Some(waiting) => {
                self.book.tell(id, told(id, 0, Fact::Cancelled { why: Cancellation::Asked }));
                self.end(id, waiting.job.tell);
                true
            }
            None => self.under_way().remove(id).is_some_and(|cancel| cancel.send(Cancellation::Asked).is_ok()),
        }
    }

    /// Ends every session that waits or runs; answers with how many.
    pub fn cancel_all(self: &Arc<Self>) -> usize {
        let waiting = self.queue().ids();
        let running: Vec<String> = self.under_way().keys().cloned().collect();
        waiting.iter().chain(&running).filter(|id| self.cancel(id)).count()
    }

    /// How many sessions wait for their turn.
    pub fn waiting(&self) -> usize {
        self.queue().waiting()
    }

    /// Begins as many sessions as there are slots for.
    fn advance(self: &Arc<Self>) {
        loop {
            let Some(next) = self.queue().next() else { return };
            let (cancel, cancelled) = oneshot::channel();
            self.under_way().insert(next.id.clone(), cancel);
            self.running.send_modify(|running| *running += 1);
            let console = Arc::clone(self);
            tokio::spawn(async move {
                let Waiting { id, seed, job: Job { work, tell }, .. } = next;
                let staged = match work {
                    Work::Recording(recording) => Err(recording),
                    Work::Scenario { orders: Some(staged), .. } => Ok(Ok(staged)),
                    Work::Scenario { resolved, .. } => Ok(orders(&id, &resolved, seed, &console.config.settings)),
                };
                match staged {
                    Err(recording) => play::read(&console, &id, recording, cancelled).await,
                    Ok(Ok(orders)) => play::play(&console, &id, orders, cancelled).await,
                    Ok(Err(refused)) => {
                        let reason = Loss::NotBegun { reason: refused.to_string() };
                        let _ = console.book.tell(&id, lost(&id, 0, Actor::Console, reason));
                    }
                }
                console.under_way().remove(&id);
                console.end(&id, tell);
                console.queue().done(&id);
                console.running.send_modify(|running| *running -= 1);
                console.advance();
            });
        }
    }

    fn end(&self, id: &str, tell: oneshot::Sender<Arc<Record>>) {
        self.hands().end(id);
        if let Some(record) = self.book.end(id) {
            let _ = tell.send(record);
        }
    }

    /// What holds for every session.
    pub fn settings(&self) -> &Settings {
        &self.config.settings
    }

    /// Ends what is under way, then the processes, and waits until none is left. Sessions that have begun are judged and
    /// kept as they are; those that have not are told in the log.
    pub async fn stop(&self) {
        let dropped = self.queue().withdraw_all().len();
        if dropped > 0 {
            log::line("console", &words::say("cli", "not-begun", &json!({ "dropped": dropped })));
        }
        let under_way = std::mem::take(&mut *self.under_way());
        for cancel in under_way.into_values() {
            // One that ended meanwhile is no longer there to be told.
            let _ = cancel.send(Cancellation::Closing);
        }
        let _ = timeout(CLOSING, self.running.subscribe().wait_for(|running| *running == 0)).await;
        self.stop.send_replace(true);
        let keepers = std::mem::take(&mut *self.keepers.lock().unwrap_or_else(PoisonError::into_inner));
        for keeper in keepers {
            let _ = keeper.await;
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<Job>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<String, oneshot::Sender<Cancellation>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn process(&self, actor: Actor) -> &Process {
        match actor {
            Actor::Client | Actor::Console => &self.client,
            Actor::Attacker => &self.attacker,
            Actor::Server => &self.server,
        }
    }

    async fn link(&self, actor: Actor) -> Result<Link, Loss> {
        self.process(actor).up().await
    }
}
