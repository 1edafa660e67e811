//! A session without sockets: two victims and whoever stands between them, driven until nothing moves.

use attacker::{
    attack::{Beside, Call, Recipe, Seen, Unheard},
    session,
    work::Workshop,
};
use lab::{
    certificate::Verified,
    control::Place,
    event::{Event, Fact, VERSION, Way},
    memory::Memory,
    modes,
    party::{Command, Input, Party},
    role::{Actor, Role},
    scenario::Selection,
    staging::{Orders, own_group},
    victim::{self, Kept, Victim},
    wire::{Decoder, Frame},
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

/// The events of a session as they are collected.
#[derive(Default)]
pub struct Log {
    /// The events, numbered in the order in which they were told.
    pub events: Vec<Event>,
}

impl Log {
    /// Adds a fact.
    pub fn tell(&mut self, source: Actor, fact: Fact) {
        let n = self.events.len() as u64;
        self.events.push(Event { v: VERSION, session: "test".to_owned(), n, source, at: n, fact });
    }

    /// The frames that a party sent, in order, as their events carry them.
    pub fn sent(&self, by: Actor) -> Vec<&str> {
        let own = self.events.iter().filter(|event| event.source == by);
        own.filter_map(|event| match &event.fact {
            Fact::Frame { way: Way::Sent, bytes, .. } => Some(bytes.as_str()),
            _ => None,
        })
        .collect()
    }
}

/// Something for one of the three to handle.
enum Pending {
    Victim(Role, Input),
    Attacker(Seen),
}

/// Every mode in each of its variants, as scenarios name them.
pub fn every_mode() -> impl Iterator<Item = String> {
    modes::all().iter().flat_map(|mode| {
        let variant = |id: &str| Selection { variant: Some(id.to_owned()), ..Selection::plain(mode.id) }.to_string();
        let variants: Vec<String> = mode.variants.iter().map(|it| variant(it.id)).collect();
        if variants.is_empty() { vec![mode.id.to_owned()] } else { variants }
    })
}

/// Octets to a victim as a socket brings them, in chunks, and then the end of the connection.
pub fn bring(victim: &mut Victim, octets: &[u8], chunk: usize) -> Vec<Command> {
    let mut decoder = Decoder::default();
    let mut told = Vec::new();
    for chunk in octets.chunks(chunk) {
        decoder.push(chunk);
        loop {
            match decoder.next_frame() {
                Ok(Some(frame)) => told.extend(victim.handle(Input::Frame(frame))),
                Ok(None) => break,
                Err(error) => {
                    told.extend(victim.handle(Input::Malformed(error)));
                    return told;
                }
            }
        }
    }
    told.extend(victim.handle(decoder.finish().map_or_else(Input::Malformed, |()| Input::Ended)));
    told
}

/// Runs the two victims with a perfect wire between them, and answers with all events.
pub fn direct(orders: &Orders) -> Log {
    run(orders, None, None)
}

/// Runs the two victims with the ordered attack between them, and answers with all events.
pub fn attacked(orders: &Orders) -> Log {
    run(orders, Some(session::Session::of(&orders.attack).expect("an attack")), None)
}

/// The same between victims that remember which signatures verified in earlier sessions.
pub fn attacked_again(orders: &Orders, verified: &Arc<Verified>) -> Log {
    run(orders, Some(session::Session::of(&orders.attack).expect("an attack")), Some(verified))
}

/// What the server answers to somebody who calls besides; silence where its order takes nobody any more.
fn answered(orders: &Orders, kept: Kept, number: u32, call: &Call) -> Result<Vec<Frame>, Unheard> {
    let order = (number <= orders.server.calls).then(|| victim::call(&orders.server, number)).flatten();
    let order = order.ok_or(Unheard::Silent)?;
    let mut server = Victim::new(Role::Server, &order, kept).expect("a server");
    let inputs = std::iter::once(Input::Open).chain(call.frames.iter().cloned().map(Input::Frame));
    let commands = inputs.flat_map(|input| server.handle(input)).collect::<Vec<_>>();
    let frames = commands.into_iter().filter_map(|command| match command {
        Command::Send(frame) => Some(frame),
        _ => None,
    });
    let heard: Vec<Frame> = frames.take(call.answers).collect();
    if heard.is_empty() { Err(Unheard::Silent) } else { Ok(heard) }
}

/// Runs all sessions of a scenario in order, with the attack between the victims, and answers with all events.
pub fn campaign(sessions: &[Orders]) -> Log {
    let mut log = Log::default();
    let memories = [Some(Arc::default()), Some(Arc::default())];
    let mut recipes: BTreeMap<String, Arc<Recipe>> = BTreeMap::new();
    let mut sessions = sessions.iter().peekable();
    while let Some(first) = sessions.next() {
        let beside = |orders: &&Orders| orders.attack.place.as_ref().is_some_and(|place| place.at_once);
        let together = std::iter::once(first).chain(std::iter::from_fn(|| sessions.next_if(beside)));
        let stages = together.map(|orders| {
            let plays = orders.attack.attack.to_string();
            let attacker = match recipes.get(&plays) {
                Some(recipe) => session::Session::again(&orders.attack, Arc::clone(recipe)),
                None => session::Session::of(&orders.attack),
            };
            let attacker = attacker.expect("an attack");
            recipes.insert(plays, Arc::clone(attacker.recipe()));
            Stage::new(orders, Some(attacker), None, memories.clone())
        });
        let mut stages: Vec<Stage> = stages.collect();
        play(&mut stages);
        for stage in stages {
            if let Some(Place { number, of, .. }) = stage.orders.attack.place {
                log.tell(Actor::Console, Fact::Began { number, of });
            }
            stage.log.events.into_iter().for_each(|event| log.tell(event.source, event.fact));
        }
    }
    log
}

/// The same where the connection to one of the victims is cut when so many steps have been taken; and whether there were so many.
pub fn cut(orders: &Orders, to: Role, after: usize) -> (Log, bool) {
    let attacker = session::Session::of(&orders.attack).expect("an attack");
    let stage = alone(Stage { cut: Some((to, after)), ..Stage::new(orders, Some(attacker), None, [None, None]) });
    (stage.log, stage.broken.is_some())
}

/// The same where nothing is heard of the calls for which `unheard` has a reason; the first call is number 1.
pub fn attacked_unheard(orders: &Orders, unheard: fn(u32) -> Option<Unheard>) -> Log {
    let attacker = session::Session::of(&orders.attack).expect("an attack");
    alone(Stage { unheard, ..Stage::new(orders, Some(attacker), None, [None, None]) }).log
}

fn run(orders: &Orders, attacker: Option<session::Session>, verified: Option<&Arc<Verified>>) -> Log {
    alone(Stage::new(orders, attacker, verified, [None, None])).log
}

/// Plays one session to its end.
fn alone(stage: Stage<'_>) -> Stage<'_> {
    let mut stages = [stage];
    play(&mut stages);
    let [stage] = stages;
    stage
}

/// Drives sessions at the same time until nothing moves in any of them.
fn play(stages: &mut [Stage<'_>]) {
    loop {
        let mut moved = false;
        for stage in &mut *stages {
            while stage.step() {
                moved = true;
            }
            moved |= stage.hear_beside();
        }
        // Nothing moves: whoever still waits loses patience.
        if !moved && !stages.iter_mut().any(Stage::lose_patience) {
            break;
        }
    }
    stages.iter_mut().for_each(Stage::end);
}

/// One session.
struct Stage<'o> {
    orders: &'o Orders,
    attacker: Option<session::Session>,
    /// Tells of what passes in the sessions at the same time.
    beside: Option<Beside>,
    client: Victim,
    server: Victim,
    of_server: Option<Arc<Memory>>,
    verified: Option<Arc<Verified>>,
    calls: u32,
    /// Why nothing is heard of a call, by its number.
    unheard: fn(u32) -> Option<Unheard>,
    queue: VecDeque<Pending>,
    log: Log,
    /// Whose connection is cut, and after how many steps; what was on its way is lost.
    cut: Option<(Role, usize)>,
    steps: usize,
    /// Whose connection was.
    broken: Option<Role>,
}

impl<'o> Stage<'o> {
    fn new(
        orders: &'o Orders,
        attacker: Option<session::Session>,
        verified: Option<&Arc<Verified>>,
        [of_client, of_server]: [Option<Arc<Memory>>; 2],
    ) -> Self {
        let kept = |memory| Kept { group: own_group(&orders.server.mode), verified: verified.cloned(), memory };
        let client = Victim::new(Role::Client, &orders.client, kept(of_client)).expect("a client");
        let server = Victim::new(Role::Server, &orders.server, kept(of_server.clone())).expect("a server");
        let queue = [Role::Server, Role::Client].map(|role| Pending::Victim(role, Input::Open)).into();
        let beside = attacker.as_ref().and_then(session::Session::beside);
        let mut log = Log::default();
        log.events.reserve(64);
        if let Some(session) = &attacker {
            log.tell(Actor::Attacker, session.begin());
        }
        let verified = verified.cloned();
        let (calls, steps, cut, broken) = (0, 0, None, None);
        let unheard = |_| None;
        Self {
            orders,
            attacker,
            beside,
            client,
            server,
            of_server,
            verified,
            calls,
            unheard,
            queue,
            log,
            cut,
            steps,
            broken,
        }
    }

    /// Has whoever still waits lose patience; whether somebody did.
    fn lose_patience(&mut self) -> bool {
        let waiting = [(Role::Client, self.client.is_over()), (Role::Server, self.server.is_over())];
        let Some((role, _)) = waiting.into_iter().find(|(_, over)| !over) else { return false };
        self.queue.push_back(Pending::Victim(role, Input::Silence(10_000)));
        true
    }

    /// Goes on with what has passed in the sessions at the same time; whether anything had.
    fn hear_beside(&mut self) -> bool {
        let told = self.beside.as_mut().filter(|beside| beside.has_changed().unwrap_or(false));
        let Some(beside) = told else { return false };
        beside.mark_unchanged();
        let commands = self.attacker.as_mut().map(session::Session::passed_beside).unwrap_or_default();
        self.carry_out(commands);
        true
    }

    /// The next thing that happens; whether there was one.
    fn step(&mut self) -> bool {
        if let Some((role, after)) = self.cut
            && self.steps == after
        {
            self.broken = Some(role);
            self.queue.extend([Pending::Victim(role, Input::Ended), Pending::Attacker(Seen::Ended(role))]);
        }
        self.steps += 1;
        let broken = self.broken;
        // Nothing passes a line that is broken but the news of it.
        self.queue.retain(|pending| match pending {
            Pending::Victim(role, Input::Frame(_)) | Pending::Attacker(Seen::Frame { from: role, .. }) => {
                broken != Some(*role)
            }
            _ => true,
        });
        match self.queue.pop_front() {
            None => return false,
            Some(Pending::Victim(role, input)) => {
                let victim = if role == Role::Client { &mut self.client } else { &mut self.server };
                for command in victim.handle(input) {
                    self.queue.extend(match (command, self.attacker.is_some()) {
                        (Command::Tell(fact), _) => {
                            self.log.tell(role.into(), fact);
                            None
                        }
                        (Command::Send(frame), true) => Some(Pending::Attacker(Seen::Frame { from: role, frame })),
                        (Command::Close, true) => Some(Pending::Attacker(Seen::Ended(role))),
                        (Command::Send(frame), false) => Some(Pending::Victim(role.peer(), Input::Frame(frame))),
                        (Command::Close, false) => Some(Pending::Victim(role.peer(), Input::Ended)),
                    });
                }
            }
            Some(Pending::Attacker(seen)) => {
                let Some(session) = &mut self.attacker else { return true };
                let mut commands = session.handle(seen);
                while let Some(more) = session.go_on() {
                    commands.extend(more);
                }
                self.carry_out(commands);
            }
        }
        true
    }

    fn carry_out(&mut self, commands: Vec<session::Command>) {
        for command in commands {
            match command {
                session::Command::Tell(fact) => self.log.tell(Actor::Attacker, fact),
                session::Command::Send { to, frame } => {
                    self.queue.push_back(Pending::Victim(to, Input::Frame(frame)));
                }
                session::Command::Call(call) => {
                    self.calls += 1;
                    let orders = self.orders;
                    let kept = Kept {
                        group: own_group(&orders.server.mode),
                        verified: self.verified.clone(),
                        memory: self.of_server.clone(),
                    };
                    let heard = match (self.unheard)(self.calls) {
                        None => answered(orders, kept, self.calls, &call),
                        Some(why) => Err(why),
                    };
                    self.queue.push_back(Pending::Attacker(Seen::Called(heard)));
                }
                session::Command::Cut(role) => self.queue.push_back(Pending::Victim(role, Input::Ended)),
                session::Command::Solve(problem) => {
                    let budget = attacker::work::session_budget();
                    let log = &mut self.log;
                    let result = Workshop::new(1)
                        .compute(&problem, "conversation", &budget, |fact| log.tell(Actor::Attacker, fact));
                    self.queue.push_back(Pending::Attacker(Seen::Solved(Box::new(result))));
                }
            }
        }
    }

    fn end(&mut self) {
        if self.attacker.is_some() {
            self.log.tell(Actor::Attacker, Fact::Ended);
        }
    }
}
