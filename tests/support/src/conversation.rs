//! A session without sockets: two victims and whoever stands between them, driven until nothing moves.

use attacker::{
    attack::{Call, Recipe, Seen},
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
    wire::Frame,
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

/// What the server answers to somebody who calls besides; nothing where its order takes nobody any more.
fn answered(orders: &Orders, kept: Kept, number: u32, call: &Call) -> Option<Vec<Frame>> {
    let order = (number <= orders.server.calls).then(|| victim::call(&orders.server, number)).flatten()?;
    let mut server = Victim::new(Role::Server, &order, kept).expect("a server");
    let inputs = std::iter::once(Input::Open).chain(call.frames.iter().cloned().map(Input::Frame));
    let commands = inputs.flat_map(|input| server.handle(input)).collect::<Vec<_>>();
    let frames = commands.into_iter().filter_map(|command| match command {
        Command::Send(frame) => Some(frame),
        _ => None,
    });
    let heard: Vec<Frame> = frames.take(call.answers).collect();
    (!heard.is_empty()).then_some(heard)
}

/// Runs all sessions of a scenario in order, with the attack between the victims, and answers with all events.
pub fn campaign(sessions: &[Orders]) -> Log {
    let mut log = Log::default();
    let memories = [Some(Arc::default()), Some(Arc::default())];
    let mut recipes: BTreeMap<String, Arc<Recipe>> = BTreeMap::new();
    for orders in sessions {
        if let Some(Place { number, of, .. }) = orders.attack.place {
            log.tell(Actor::Console, Fact::Began { number, of });
        }
        let plays = orders.attack.attack.to_string();
        let attacker = match recipes.get(&plays) {
            Some(recipe) => session::Session::again(&orders.attack, Arc::clone(recipe)),
            None => session::Session::of(&orders.attack),
        };
        let attacker = attacker.expect("an attack");
        recipes.insert(plays, Arc::clone(attacker.recipe()));
        play(&mut log, orders, Some(attacker), None, memories.clone());
    }
    log
}

/// The same where the connection to one of the victims is cut when so many steps have been taken; and whether there were so many.
pub fn cut(orders: &Orders, to: Role, after: usize) -> (Log, bool) {
    let (mut log, attacker) = (Log::default(), session::Session::of(&orders.attack).expect("an attack"));
    let cut = play_until(&mut log, orders, Some(attacker), None, [None, None], Some((to, after)));
    (log, cut)
}

fn run(orders: &Orders, attacker: Option<session::Session>, verified: Option<&Arc<Verified>>) -> Log {
    let mut log = Log::default();
    play(&mut log, orders, attacker, verified, [None, None]);
    log
}

fn play(
    log: &mut Log,
    orders: &Orders,
    attacker: Option<session::Session>,
    verified: Option<&Arc<Verified>>,
    memories: [Option<Arc<Memory>>; 2],
) {
    play_until(log, orders, attacker, verified, memories, None);
}

/// Plays until both victims are done; the connection to one of them is cut after so many steps, and what was on its way is lost.
/// Answers with whether it was.
fn play_until(
    log: &mut Log,
    orders: &Orders,
    mut attacker: Option<session::Session>,
    verified: Option<&Arc<Verified>>,
    [of_client, of_server]: [Option<Arc<Memory>>; 2],
    cut: Option<(Role, usize)>,
) -> bool {
    let kept = |memory| Kept { group: own_group(&orders.server.mode), verified: verified.cloned(), memory };
    let mut calls = 0;
    let mut client = Victim::new(Role::Client, &orders.client, kept(of_client)).expect("a client");
    let mut server = Victim::new(Role::Server, &orders.server, kept(of_server.clone())).expect("a server");
    let mut queue: VecDeque<Pending> =
        [Role::Server, Role::Client].map(|role| Pending::Victim(role, Input::Open)).into();
    log.events.reserve(64);
    if let Some(session) = &attacker {
        log.tell(Actor::Attacker, session.begin());
    }
    let (mut steps, mut broken) = (0, None);
    loop {
        if let Some((role, after)) = cut
            && steps == after
        {
            broken = Some(role);
            queue.extend([Pending::Victim(role, Input::Ended), Pending::Attacker(Seen::Ended(role))]);
        }
        steps += 1;
        // Nothing passes a line that is broken but the news of it.
        queue.retain(|pending| match pending {
            Pending::Victim(role, Input::Frame(_)) | Pending::Attacker(Seen::Frame { from: role, .. }) => {
                broken != Some(*role)
            }
            _ => true,
        });
        let Some(next) = queue.pop_front() else {
            // Nothing moves: whoever still waits loses patience.
            let waiting = [(Role::Client, client.is_over()), (Role::Server, server.is_over())];
            match waiting.into_iter().find(|(_, over)| !over) {
                Some((role, _)) => queue.push_back(Pending::Victim(role, Input::Silence(10_000))),
                None => break,
            }
            continue;
        };
        match next {
            Pending::Victim(role, input) => {
                let victim = if role == Role::Client { &mut client } else { &mut server };
                for command in victim.handle(input) {
                    queue.extend(match (command, attacker.is_some()) {
                        (Command::Tell(fact), _) => {
                            log.tell(role.into(), fact);
                            None
                        }
                        (Command::Send(frame), true) => Some(Pending::Attacker(Seen::Frame { from: role, frame })),
                        (Command::Close, true) => Some(Pending::Attacker(Seen::Ended(role))),
                        (Command::Send(frame), false) => Some(Pending::Victim(role.peer(), Input::Frame(frame))),
                        (Command::Close, false) => Some(Pending::Victim(role.peer(), Input::Ended)),
                    });
                }
            }
            Pending::Attacker(seen) => {
                let Some(session) = &mut attacker else { continue };
                let mut commands = session.handle(seen);
                while let Some(more) = session.go_on() {
                    commands.extend(more);
                }
                for command in commands {
                    match command {
                        session::Command::Tell(fact) => log.tell(Actor::Attacker, fact),
                        session::Command::Send { to, frame } => {
                            queue.push_back(Pending::Victim(to, Input::Frame(frame)));
                        }
                        session::Command::Call(call) => {
                            calls += 1;
                            let heard = answered(orders, kept(of_server.clone()), calls, &call);
                            queue.push_back(Pending::Attacker(Seen::Called(heard)));
                        }
                        session::Command::Cut(role) => queue.push_back(Pending::Victim(role, Input::Ended)),
                        session::Command::Solve(problem) => {
                            let budget = attacker::work::session_budget();
                            let result = Workshop::new(1)
                                .compute(&problem, "conversation", &budget, |fact| log.tell(Actor::Attacker, fact));
                            queue.push_back(Pending::Attacker(Seen::Solved(Box::new(result))));
                        }
                    }
                }
            }
        }
    }
    if attacker.is_some() {
        log.tell(Actor::Attacker, Fact::Ended);
    }
    broken.is_some()
}
