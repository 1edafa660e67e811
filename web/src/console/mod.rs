//! The console: keeps the three processes alive, hands them scenarios, and writes what they tell into the book.

mod line;
mod listeners;
mod play;
mod process;

use self::process::{Link, Process};
use crate::sessions::{
    book::Book,
    orders::{ScenarioRefused, Settings, in_full, orders},
    session::{Record, Session, now_ms},
};
use lab::{role::Actor, scenario::Scenario};
use listeners::Listeners;
use serde::Serialize;
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::{OwnedMutexGuard, Semaphore, oneshot, watch},
    task::JoinHandle,
};

/// Sessions that may wait for their turn.
const BACKLOG: usize = 4096;

/// How a console works.
#[derive(Clone, Debug)]
pub struct Config {
    /// The program that plays client, server and attacker: this one.
    pub program: PathBuf,
    /// Sessions that run at the same time.
    pub concurrency: usize,
    /// What holds for every session.
    pub settings: Settings,
}

/// One process, as `/api/status` shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProcessStatus {
    /// It takes orders.
    pub up: bool,
    /// Its process id, while it is up.
    pub pid: Option<u32>,
    /// How often it was started again.
    pub restarts: u32,
}

/// The three processes, as `/api/status` shows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Processes {
    /// The client's.
    pub client: ProcessStatus,
    /// The attacker's.
    pub attacker: ProcessStatus,
    /// The server's.
    pub server: ProcessStatus,
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

/// Notices when the state of a process changes.
pub struct Watch([watch::Receiver<self::process::State>; 3]);

impl Watch {
    /// Waits until the state of a process has changed since the last call.
    pub async fn changed(&mut self) {
        let [client, attacker, server] = &mut self.0;
        tokio::select! {
            _ = client.changed() => {}
            _ = attacker.changed() => {}
            _ = server.changed() => {}
        }
    }
}

/// Why a scenario is not played.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotPlayed {
    /// It cannot be.
    #[error(transparent)]
    Refused(#[from] ScenarioRefused),
    /// Too many wait already.
    #[error("sessions: {BACKLOG} wait already, try again later")]
    Busy,
    /// No randomness for the session's id.
    #[error("session: the operating system gives no randomness")]
    Randomness,
}

/// The console.
pub struct Console {
    book: Arc<Book>,
    config: Config,
    listeners: Arc<Listeners>,
    client: Process,
    attacker: Process,
    server: Process,
    slots: Arc<Semaphore>,
    backlog: Arc<Semaphore>,
    /// Sessions of one seed look the same on the wire, and take turns.
    wires: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    stop: watch::Sender<bool>,
    keepers: Mutex<Vec<JoinHandle<()>>>,
}

impl Console {
    /// Starts the three processes; does not wait until they are up.
    pub fn start(config: Config, book: Arc<Book>) -> Arc<Self> {
        let stop = watch::Sender::new(false);
        let listeners = Arc::<Listeners>::default();
        let start = |actor, beyond: Option<&Process>| {
            Process::start(actor, config.program.clone(), beyond, Arc::clone(&listeners), stop.subscribe())
        };
        let (server, keep_server) = start(Actor::Server, None);
        let (attacker, keep_attacker) = start(Actor::Attacker, Some(&server));
        let (client, keep_client) = start(Actor::Client, None);
        Arc::new(Self {
            book,
            slots: Arc::new(Semaphore::new(config.concurrency)),
            backlog: Arc::new(Semaphore::new(BACKLOG)),
            config,
            listeners,
            client,
            attacker,
            server,
            wires: Mutex::default(),
            stop,
            keepers: Mutex::new(vec![keep_server, keep_attacker, keep_client]),
        })
    }

    /// The book that it writes.
    pub fn book(&self) -> &Arc<Book> {
        &self.book
    }

    /// Plays a scenario: at once, or when its turn comes.
    pub fn play(self: &Arc<Self>, scenario: Scenario, seed: Option<u64>) -> Result<Playing, NotPlayed> {
        let waits = Arc::clone(&self.backlog).try_acquire_owned().map_err(|_| NotPlayed::Busy)?;
        let id = random_id()?;
        let scenario = in_full(&scenario)?;
        let orders = orders(&id, &scenario, seed, &self.config.settings)?;
        let wire = orders.client.correlation.clone();
        let session = Session::new(id.clone(), scenario, seed, now_ms());
        self.book.begin(session.clone());
        let (tell, done) = oneshot::channel();
        let console = Arc::clone(self);
        tokio::spawn(async move {
            let turn = console.turn(&wire).await;
            let slot = Arc::clone(&console.slots).acquire_owned().await;
            drop(waits);
            play::play(&console, &id, orders).await;
            drop((slot, turn));
            console.forget(&wire);
            if let Some(record) = console.book.end(&id) {
                let _ = tell.send(record);
            }
        });
        Ok(Playing { session, done })
    }

    /// What holds for every session.
    pub fn settings(&self) -> &Settings {
        &self.config.settings
    }

    /// How the processes are.
    pub fn processes(&self) -> Processes {
        let [client, attacker, server] = [&self.client, &self.attacker, &self.server].map(Process::status);
        Processes { client, attacker, server }
    }

    /// Notices when the state of a process changes.
    pub fn watch(&self) -> Watch {
        Watch([&self.client, &self.attacker, &self.server].map(Process::links))
    }

    /// Ends the processes and waits until none is left.
    pub async fn stop(&self) {
        self.stop.send_replace(true);
        let keepers = std::mem::take(&mut *self.keepers.lock().unwrap_or_else(PoisonError::into_inner));
        for keeper in keepers {
            let _ = keeper.await;
        }
    }

    async fn turn(&self, wire: &str) -> OwnedMutexGuard<()> {
        let turn = Arc::clone(self.wires().entry(wire.to_owned()).or_default());
        turn.lock_owned().await
    }

    fn forget(&self, wire: &str) {
        let mut wires = self.wires();
        if wires.get(wire).is_some_and(|turn| Arc::strong_count(turn) == 1) {
            wires.remove(wire);
        }
    }

    fn wires(&self) -> MutexGuard<'_, HashMap<String, Arc<tokio::sync::Mutex<()>>>> {
        self.wires.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn process(&self, actor: Actor) -> &Process {
        match actor {
            Actor::Client | Actor::Console => &self.client,
            Actor::Attacker => &self.attacker,
            Actor::Server => &self.server,
        }
    }

    async fn link(&self, actor: Actor) -> Result<Link, String> {
        self.process(actor).up().await
    }
}

/// 16 hexadecimal digits.
fn random_id() -> Result<String, NotPlayed> {
    let number = getrandom::u64().map_err(|_| NotPlayed::Randomness)?;
    Ok(format!("{number:016x}"))
}
