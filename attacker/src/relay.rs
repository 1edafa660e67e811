//! The relay: two connections, and between them the recipe.

use crate::{
    attack::{Beside, Seen, Unheard},
    session::{Command, Session, side},
    work::{Workshop, session_budget},
};
use cryptanalysis::{Budget, Failure, Problem, Solution};
use lab::{
    event::{Fact, Limit},
    hand::Decision,
    role::Role,
    wire::Frame,
};
use process::{
    frames::{Arrival, Frames, connect},
    limits::{Limits, after, milliseconds},
    teller::Teller,
};
use std::{
    future::pending,
    io,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt,
    net::{
        TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::{mpsc, oneshot},
    time::{Instant, sleep_until, timeout, timeout_at},
};

/// The part of the victims' patience for which frames are held back: before they lose it, the frames are on their way.
pub const HELD: f32 = 0.8;

/// What came of a call.
type Heard = Result<Vec<Frame>, Unheard>;
type Answer = oneshot::Receiver<Result<Solution, Failure>>;
type Called = oneshot::Receiver<Heard>;

/// A session on its two connections.
pub struct Relay {
    session: Session,
    teller: Arc<Teller>,
    limits: Limits,
    deadline: Duration,
    writers: [Option<OwnedWriteHalf>; 2],
    /// Which victims may still say something.
    open: [bool; 2],
    /// One of them has left.
    left: bool,
    /// What the server says, once it is reached.
    from_server: Option<Frames<OwnedReadHalf>>,
    /// The server was called, or could not be.
    reached: io::Result<bool>,
    /// What somebody decides in the attack's place.
    decisions: Option<mpsc::Receiver<Decision>>,
    budget: Budget,
    workshop: Arc<Workshop>,
    answer: Option<Answer>,
    /// Where the server listens.
    server: String,
    called: Option<Called>,
    /// Tells of what passes in the sessions that are played at the same time.
    beside: Option<Beside>,
    /// When what is held back has to be let go.
    let_go: Option<Instant>,
}

impl Relay {
    /// A relay at its beginning, before the server at this address. What it computes when `deadline` has passed is cut off; sessions that share a workshop
    /// share the work for a prime.
    pub fn new(
        session: Session,
        teller: Teller,
        limits: Limits,
        deadline: Duration,
        workshop: Arc<Workshop>,
        server: String,
    ) -> Self {
        let beside = session.beside();
        Self {
            session,
            beside,
            teller: Arc::new(teller),
            limits,
            deadline,
            writers: [None, None],
            open: [true, false],
            left: false,
            from_server: None,
            reached: Ok(false),
            decisions: None,
            budget: session_budget(),
            workshop,
            answer: None,
            server,
            called: None,
            let_go: None,
        }
    }

    /// The same where somebody decides in the attack's place. The victims' patience stands still while a frame is held and while
    /// the attack computes: nobody by hand is in a hurry.
    pub fn by_hand(mut self, decisions: mpsc::Receiver<Decision>) -> Self {
        self.decisions = Some(decisions);
        self
    }

    /// Relays to the end of both connections and of what is being computed. `client` has brought `first` already; where there is
    /// no `server` yet, it is called as soon as something goes there.
    ///
    /// # Errors
    /// The server cannot be reached.
    pub async fn run(
        mut self,
        first: Arrival,
        client: (Frames<OwnedReadHalf>, OwnedWriteHalf),
        server: Option<TcpStream>,
    ) -> io::Result<()> {
        // The end of time where the deadline is beyond it.
        let mut end = Instant::now().checked_add(self.deadline);
        let mut from_client = client.0;
        self.writers[side(Role::Client)] = Some(client.1);
        server.into_iter().for_each(|server| self.reach(server));
        self.teller.tell(self.session.begin()).await;
        let mut last = after(self.limits.relayed());
        let (mut parting, mut stood_before) = (None, false);
        self.arrive(Role::Client, first).await;
        while self.reached.is_ok() && (self.open != [false, false] || self.session.is_held()) {
            if self.left && parting.is_none() {
                parting = Some(after(self.limits.parting()));
            }
            let (held, stands) = (self.session.is_held(), self.stands());
            if stands != std::mem::replace(&mut stood_before, stands) {
                self.teller.clock(stands).await;
            }
            let reads = [Role::Client, Role::Server].map(|role| self.open[side(role)] && self.session.reads(role));
            let computes = self.answer.is_some() && !self.budget.cancel.load(Ordering::Relaxed);
            let began = Instant::now();
            let over = tokio::select! {
                arrival = from_client.next(), if reads[0] => {
                    self.arrive(Role::Client, arrival).await;
                    None
                }
                arrival = next(&mut self.from_server), if reads[1] => {
                    self.arrive(Role::Server, arrival).await;
                    None
                }
                decision = decided(&mut self.decisions), if held => {
                    let commands = self.session.decide(&decision);
                    self.carry_out_all(commands).await;
                    None
                }
                result = answered(&mut self.answer) => {
                    self.solved(result).await;
                    None
                }
                heard = heard(&mut self.called) => {
                    self.called = None;
                    self.see(Seen::Called(heard)).await;
                    None
                }
                () = passed(&mut self.beside) => {
                    let commands = self.session.passed_beside();
                    self.carry_out_all(commands).await;
                    None
                }
                () = at(self.let_go), if !stands => {
                    self.let_go = None;
                    self.see(Seen::Impatient).await;
                    None
                }
                // Where nobody is in a hurry, the time for a computation is still not without end.
                () = at(end), if stands && !held && computes => {
                    self.budget.cancel.store(true, Ordering::Relaxed);
                    None
                }
                // Victims lose patience before any of these; whoever is still there then is none.
                () = sleep_until(after(self.limits.quiet())), if !stands => Some((Limit::Silence, self.limits.quiet())),
                () = at(parting), if !stands => Some((Limit::Parting, self.limits.parting())),
                () = sleep_until(last), if !stands => Some((Limit::Session, self.limits.relayed())),
            };
            if stands {
                let stood = began.elapsed();
                last += stood;
                parting = parting.map(|time| time + stood);
                end = end.filter(|_| held).map(|time| time + stood).or(end);
            }
            if let Some((limit, time)) = over {
                self.teller.tell(Fact::Limited { limit, most: milliseconds(time) }).await;
                break;
            }
        }
        self.writers = [None, None];
        // A recording has no patience: the computation goes on until the session's time is over.
        if self.answer.is_some() {
            let result = match end {
                Some(end) => timeout_at(end, answered(&mut self.answer)).await.ok(),
                None => Some(answered(&mut self.answer).await),
            };
            let result = match result {
                Some(result) => result,
                None => {
                    self.budget.cancel.store(true, Ordering::Relaxed);
                    answered(&mut self.answer).await
                }
            };
            self.solved(result).await;
        }
        // Nor has what the server is asked besides.
        while self.called.is_some() {
            let heard = match end {
                Some(end) => timeout_at(end, heard(&mut self.called)).await.unwrap_or(Err(Unheard::TimeOver)),
                None => heard(&mut self.called).await,
            };
            self.called = None;
            self.see(Seen::Called(heard)).await;
        }
        self.teller.tell(Fact::Ended).await;
        std::mem::replace(&mut self.reached, Ok(true)).map(drop)
    }

    /// Time does not count for the victims.
    fn stands(&self) -> bool {
        self.decisions.is_some() && (self.session.is_held() || self.answer.is_some() || self.called.is_some())
    }

    fn reach(&mut self, server: TcpStream) {
        let (reader, writer) = server.into_split();
        self.writers[side(Role::Server)] = Some(writer);
        self.from_server = Some(Frames::new(reader));
        self.open[side(Role::Server)] = true;
        self.reached = Ok(true);
    }

    /// Calls the server, unless that was done.
    async fn call_server(&mut self) {
        if let Ok(false) = self.reached {
            match connect(&self.server, self.limits.silence).await {
                Ok(server) => self.reach(server),
                Err(error) => self.reached = Err(error),
            }
        }
    }

    async fn arrive(&mut self, from: Role, arrival: Arrival) {
        match arrival {
            Arrival::Frame(frame) => self.see(Seen::Frame { from, frame }).await,
            // What is no frame is not relayed: the lab's attacker speaks the lab's frames only.
            Arrival::End | Arrival::Malformed(_) => {
                self.open[side(from)] = false;
                self.left = true;
                self.see(Seen::Ended(from)).await;
            }
        }
    }

    async fn solved(&mut self, result: Result<Solution, Failure>) {
        self.answer = None;
        self.let_go = None;
        self.see(Seen::Solved(Box::new(result))).await;
    }

    async fn see(&mut self, seen: Seen) {
        let commands = self.session.handle(seen);
        self.carry_out_all(commands).await;
    }

    /// Does what is wanted, and what the recipe goes on with by itself.
    async fn carry_out_all(&mut self, commands: Vec<Command>) {
        let mut commands = Some(commands);
        while let Some(some) = commands {
            self.carry_out(some).await;
            commands = self.session.go_on();
        }
    }

    async fn carry_out(&mut self, commands: Vec<Command>) {
        let (mut facts, mut problem) = (Vec::new(), None);
        for command in commands {
            match command {
                Command::Tell(fact) => facts.push(fact),
                Command::Send { to, frame } => {
                    let patience = self.limits.silence;
                    if to == Role::Server {
                        self.call_server().await;
                    }
                    let Some(writer) = &mut self.writers[side(to)] else { continue };
                    // A victim that is gone shows as the end of what it sends. One that takes nothing has the line to
                    // itself: what it got of this frame cannot be followed by another.
                    if timeout(patience, writer.write_all(&frame.to_bytes())).await.is_err() {
                        self.writers[side(to)] = None;
                        facts.push(Fact::Limited { limit: Limit::Unread, most: milliseconds(patience) });
                    }
                }
                Command::Cut(role) => {
                    if let Some(mut writer) = self.writers[side(role)].take() {
                        let _ = timeout(self.limits.silence, writer.shutdown()).await;
                    }
                }
                Command::Call(call) => {
                    let (sender, receiver) = oneshot::channel();
                    let (server, patience) = (self.server.clone(), self.limits.silence);
                    tokio::spawn(async move { sender.send(call.make(&server, patience).await) });
                    self.called = Some(receiver);
                }
                Command::Solve(found) => problem = Some(found),
            }
        }
        // The victims work on what they were sent while this is told.
        self.teller.tell_all(facts).await;
        if let Some(problem) = problem {
            self.solve(problem);
        }
    }

    /// Computes on a thread of its own, which tells its progress.
    fn solve(&mut self, problem: Problem) {
        let (sender, receiver) = oneshot::channel();
        let (teller, budget) = (Arc::clone(&self.teller), self.budget.clone());
        let workshop = Arc::clone(&self.workshop);
        tokio::task::spawn_blocking(move || {
            let tell = |fact| teller.tell_blocking(fact);
            let result = workshop.compute(&problem, teller.session(), &budget, tell);
            let _ = sender.send(result);
        });
        self.answer = Some(receiver);
        self.let_go = Some(after(self.limits.silence.mul_f32(HELD)));
    }
}

impl Drop for Relay {
    /// Nobody waits any more for what is still being computed.
    fn drop(&mut self) {
        self.budget.cancel.store(true, Ordering::Relaxed);
    }
}

/// What the server says next; nothing, while it is not called.
async fn next(frames: &mut Option<Frames<OwnedReadHalf>>) -> Arrival {
    match frames {
        Some(frames) => frames.next().await,
        None => pending().await,
    }
}

/// The next decision; never, where nobody decides.
async fn decided(decisions: &mut Option<mpsc::Receiver<Decision>>) -> Decision {
    match decisions.as_mut().map(mpsc::Receiver::recv) {
        Some(decision) => match decision.await {
            Some(decision) => decision,
            None => pending().await,
        },
        None => pending().await,
    }
}

/// The answer of the computation under way; never, where there is none.
async fn answered(answer: &mut Option<Answer>) -> Result<Solution, Failure> {
    match answer {
        Some(receiver) => receiver.await.unwrap_or(Err(Failure::Cancelled)),
        None => pending().await,
    }
}

/// What the server answers to the call under way; never, where there is none.
async fn heard(called: &mut Option<Called>) -> Heard {
    match called {
        Some(receiver) => receiver.await.unwrap_or(Err(Unheard::Silent)),
        None => pending().await,
    }
}

/// Something has passed in a session that is played at the same time; never, where there is none.
async fn passed(beside: &mut Option<Beside>) {
    let told = match beside {
        Some(told) => told.changed().await.is_ok(),
        None => false,
    };
    if !told {
        pending().await
    }
}

async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => pending().await,
    }
}
