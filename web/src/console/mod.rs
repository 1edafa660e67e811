//! The console: keeps the three processes alive, hands them scenarios, and writes what they tell into the book.

pub mod hands;
mod line;
mod listeners;
mod play;
mod process;
mod queue;

use self::process::{Link, Process};
use crate::{
    log,
    sessions::{
        book::Book,
        orders::{Orders, ScenarioRefused, Settings, orders, resolve, scripted},
        session::{Record, Session, lost, now_ms, told},
    },
};
use attacker::{attacks::Resolved, cost};
use hands::Hands;
use lab::{
    event::{Cancellation, Fact},
    hand::{Decided, Hand},
    loss::Loss,
    refusal::Refusal,
    role::{Actor, Role},
    scenario::Scenario,
    script::Script,
    words,
};
use listeners::Listeners;
pub(crate) use queue::HEAVY;
use queue::{BACKLOG, BY_HAND, Cost, Queue, Waiting};
use serde::Serialize;
use serde_json::json;
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
#[derive(Clone, Debug)]
pub enum NotPlayed {
    /// It cannot be.
    Refused(ScenarioRefused),
    /// Too many wait already.
    Busy,
    /// Too many are played by hand.
    Hands,
    /// No randomness for the session's id.
    Randomness,
}

impl From<ScenarioRefused> for NotPlayed {
    fn from(refused: ScenarioRefused) -> Self {
        Self::Refused(refused)
    }
}

impl From<&NotPlayed> for Refusal {
    fn from(error: &NotPlayed) -> Self {
        match error {
            NotPlayed::Refused(refused) => refused.refusal.clone(),
            NotPlayed::Busy => Self::new("busy", json!({ "most": BACKLOG })),
            NotPlayed::Hands => Self::new("hands", json!({ "most": BY_HAND })),
            NotPlayed::Randomness => Self::new("randomness", json!({})),
        }
    }
}

lab::refused!(NotPlayed);

/// How somebody decides in the attacker's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByHand {
    /// What was decided beforehand about the first frames, in each session of a campaign.
    pub decided: Vec<Vec<Decided>>,
    /// Whether the frames after these are held.
    pub holds: bool,
}

impl ByHand {
    /// What the attacker is told of it for each of these sessions.
    fn tell(&self, sessions: &mut [Orders]) {
        for (number, orders) in sessions.iter_mut().enumerate() {
            let decided = self.decided.get(number).cloned().unwrap_or_default();
            orders.attack.hand = Some(Hand { decided, holds: self.holds });
        }
    }
}

/// Whose session it is.
#[derive(Clone, Copy)]
enum Whose<'a> {
    /// Of whoever controls the lab.
    Own,
    /// Somebody's who only exercises here.
    Guest,
    /// Somebody's who decides in the attacker's place.
    ByHand(&'a ByHand),
}

/// What a session that waits takes along.
#[derive(Debug)]
struct Job {
    /// What it plays.
    resolved: Resolved,
    /// Its orders, where they were staged to see whether it can be played.
    orders: Option<Vec<Orders>>,
    /// Whom to tell its end.
    tell: oneshot::Sender<Arc<Record>>,
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

    /// Plays a scenario: at once, or when its turn comes.
    ///
    /// # Errors
    /// Nothing was started, and why.
    pub fn play(self: &Arc<Self>, scenario: Scenario, seed: Option<u64>) -> Result<Playing, NotPlayed> {
        self.play_all([(scenario, seed)])?.pop().ok_or(NotPlayed::Busy)
    }

    /// Plays scenarios, each with its seed, as one request: all of them or none. The sessions are in the order of the
    /// scenarios; requests take turns.
    ///
    /// # Errors
    /// Nothing was started, and why.
    pub fn play_all(
        self: &Arc<Self>,
        scenarios: impl IntoIterator<Item = (Scenario, Option<u64>)>,
    ) -> Result<Vec<Playing>, NotPlayed> {
        self.begin(scenarios.into_iter().map(|(scenario, seed)| Ok((resolve(&scenario)?, seed))), Whose::Own)
    }

    /// Plays a scenario for somebody who only exercises here: when nobody else's turn it is.
    ///
    /// # Errors
    /// Nothing was started, and why.
    pub fn play_for_guest(self: &Arc<Self>, scenario: &Scenario, seed: Option<u64>) -> Result<Playing, NotPlayed> {
        self.begin([Ok((resolve(scenario)?, seed))], Whose::Guest)?.pop().ok_or(NotPlayed::Busy)
    }

    /// Plays a scenario in which somebody decides in the attacker's place.
    ///
    /// # Errors
    /// Nothing was started, and why.
    pub fn play_by_hand(
        self: &Arc<Self>,
        scenario: &Scenario,
        seed: Option<u64>,
        by_hand: &ByHand,
    ) -> Result<Playing, NotPlayed> {
        self.begin([Ok((resolve(scenario)?, seed))], Whose::ByHand(by_hand))?.pop().ok_or(NotPlayed::Busy)
    }

    /// Plays a scenario in which the attacker does what a script says.
    ///
    /// # Errors
    /// Nothing was started, and why.
    pub fn play_script(
        self: &Arc<Self>,
        scenario: &Scenario,
        script: &Script,
        seed: Option<u64>,
    ) -> Result<Playing, NotPlayed> {
        self.begin([Ok((scripted(scenario, script)?, seed))], Whose::Own)?.pop().ok_or(NotPlayed::Busy)
    }

    /// Plays what was looked up, as one request.
    fn begin(
        self: &Arc<Self>,
        wanted: impl IntoIterator<Item = Result<(Resolved, Option<u64>), NotPlayed>>,
        whose: Whose<'_>,
    ) -> Result<Vec<Playing>, NotPlayed> {
        let (mut request, mut playing, mut sessions) = (Vec::new(), Vec::new(), Vec::new());
        for wanted in wanted {
            if request.len() == BACKLOG {
                return Err(NotPlayed::Busy);
            }
            let id = random_id()?;
            let (resolved, seed) = wanted?;
            let scenario = resolved.played.scenario.clone();
            // What can be refused is refused before anything begins; the other sessions of a scenario are alike.
            let known = request.last().is_some_and(|waiting: &Waiting<Job>| waiting.scenario == scenario);
            let mut orders = if known { None } else { Some(orders(&id, &resolved, seed, &self.config.settings)?) };
            if let (Whose::ByHand(by_hand), Some(orders)) = (whose, &mut orders) {
                by_hand.tell(orders);
            }
            let cost = match whose {
                Whose::ByHand(by_hand) if by_hand.holds => Cost::ByHand,
                Whose::Guest => Cost::Guest,
                _ => Cost::of(cost::core_seconds(&resolved)),
            };
            let mut session = Session::new(id.clone(), scenario.clone(), seed, now_ms());
            session.by_hand = matches!(whose, Whose::ByHand(_));
            let (tell, done) = oneshot::channel();
            request.push(Waiting { id, scenario, seed, cost, job: Job { resolved, orders, tell } });
            playing.push(Playing { session: session.clone(), done });
            sessions.push(session);
        }
        {
            let mut queue = self.queue();
            if !queue.has_room(request.len()) {
                return Err(NotPlayed::Busy);
            }
            if matches!(whose, Whose::ByHand(by_hand) if by_hand.holds) {
                let mut hands = self.hands();
                if hands.count() + request.len() > BY_HAND {
                    return Err(NotPlayed::Hands);
                }
                request.iter().for_each(|waiting| hands.begin(&waiting.id));
            }
            sessions.into_iter().for_each(|session| self.book.begin(session));
            queue.push(request);
        }
        self.advance();
        Ok(playing)
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
                let Waiting { id, seed, job: Job { resolved, orders: staged, tell }, .. } = next;
                let staged = match staged {
                    Some(staged) => Ok(staged),
                    None => orders(&id, &resolved, seed, &console.config.settings),
                };
                match staged {
                    Ok(orders) => play::play(&console, &id, orders, cancelled).await,
                    Err(refused) => {
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

    /// How the processes are.
    pub fn processes(&self) -> Processes {
        let [client, attacker, server] = [&self.client, &self.attacker, &self.server].map(Process::status);
        Processes { client, attacker, server }
    }

    /// Notices when the state of a process changes.
    pub fn watch(&self) -> Watch {
        Watch([&self.client, &self.attacker, &self.server].map(Process::links))
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

/// 16 hexadecimal digits.
fn random_id() -> Result<String, NotPlayed> {
    let number = getrandom::u64().map_err(|_| NotPlayed::Randomness)?;
    Ok(format!("{number:016x}"))
}
