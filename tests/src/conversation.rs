//! A session without sockets: two victims and whoever stands between them, driven until nothing moves.

use lab::{
    event::{Event, Fact, VERSION},
    party::{Command, Input, Party},
    role::{Actor, Role},
    staging::{Orders, own_group},
    victim::Victim,
    wire::Frame,
};
use std::collections::VecDeque;

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
}

/// Something for one of the victims to handle.
type Pending = (Role, Input);

/// Runs the two victims with a perfect wire between them, and answers with all events.
pub fn direct(orders: &Orders) -> Log {
    let mut log = Log::default();
    let mut client = Victim::new(Role::Client, &orders.client, None).expect("a client");
    let mut server = Victim::new(Role::Server, &orders.server, own_group(&orders.server.mode)).expect("a server");
    let mut queue: VecDeque<Pending> = VecDeque::from([(Role::Server, Input::Open), (Role::Client, Input::Open)]);
    while let Some((role, input)) = queue.pop_front() {
        let victim = if role == Role::Client { &mut client } else { &mut server };
        for command in victim.handle(input) {
            match command {
                Command::Send(frame) => queue.push_back((role.peer(), Input::Frame(frame))),
                Command::Close => queue.push_back((role.peer(), Input::Ended)),
                Command::Tell(fact) => log.tell(role.into(), fact),
            }
        }
    }
    log
}

/// The frames that a party sent, in order.
pub fn sent(log: &Log, by: Actor) -> Vec<&str> {
    let frames = log.events.iter().filter(|event| event.source == by);
    frames
        .filter_map(|event| match &event.fact {
            Fact::Frame { way: lab::event::Way::Sent, bytes, .. } => Some(bytes.as_str()),
            _ => None,
        })
        .collect()
}

/// A frame from its event text.
pub fn kind_of(frame: &Frame) -> &'static str {
    frame.kind.as_str()
}
