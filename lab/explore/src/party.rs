//! An honest party: the lab's interpreter over terms, then one record each way.

use crate::{symbolic::Terms, term::Term, world::World};
use lab::{
    handshake::{Handshake, Output, Stop},
    mode::Message,
    role::Role,
};
use std::sync::Arc;

/// What a party sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its place in the world's cast.
    pub by: usize,
    /// The message, by its number in the table; `None` for a record.
    pub message: Option<usize>,
    /// The values of its fields; the sealed record.
    pub values: Vec<Term>,
}

/// One who plays, as far as it has come.
#[derive(Clone)]
pub struct Party {
    /// Its place in the cast.
    pub cast: usize,
    /// Its role.
    pub role: Role,
    handshake: Handshake<Terms>,
    messages: &'static [Message],
    next: usize,
    history: u64,
    sealed: bool,
    accepted: Option<Term>,
    /// What it sent, by the messages' numbers in the table.
    spoken: Vec<(usize, Vec<Term>)>,
}

impl Party {
    /// One of the cast, at its beginning.
    ///
    /// # Errors
    /// The table wants something that nobody has.
    pub fn new(world: &World, cast: usize) -> Result<Self, Stop> {
        let player = world.casts[cast];
        let algebra = Terms::new(&world.party(cast), world.groups.clone());
        let given = world.given(cast);
        let handshake = Handshake::new(algebra, player.table, player.role, world.switches.clone(), given)?;
        let handshake = handshake.remembering(world.remembered(cast)?);
        let messages = player.table.messages;
        let (role, history) = (player.role, 0);
        Ok(Self {
            cast,
            role,
            handshake,
            messages,
            next: 0,
            history,
            sealed: false,
            accepted: None,
            spoken: Vec::new(),
        })
    }

    /// A number that follows from all that was delivered.
    pub fn history(&self) -> u64 {
        self.history
    }

    /// The peer's message that it waits for, with its number in the table.
    pub fn awaited(&self) -> Option<(usize, &'static Message)> {
        self.handshake.awaits_peer().then(|| (self.next, &self.messages[self.next]))
    }

    /// The handshake is done, and a record of the peer's was not read yet.
    pub fn awaits_record(&self) -> bool {
        self.handshake.is_done() && self.accepted.is_none()
    }

    /// What it read as its peer's, once it is done; where there are no records, that it is done.
    pub fn accepted(&self) -> Option<&Term> {
        self.accepted.as_ref()
    }

    /// The handshake is done.
    pub fn is_done(&self) -> bool {
        self.handshake.is_done()
    }

    /// A value by its name in the table.
    pub fn value(&self, name: &str) -> Option<&Term> {
        self.handshake.value(name)
    }

    /// The party as it is once whatever `other` has said to it, and it has not got yet, has reached it.
    pub fn after_hearing(&self, other: &Self) -> Self {
        let mut after = self.clone();
        while let Some((number, _)) = after.awaited() {
            let said = other.spoken.iter().find(|(message, _)| *message == number);
            if said.is_none_or(|(_, values)| after.receive(values).is_err()) {
                break;
            }
        }
        after
    }

    /// What this party says to its peer.
    pub fn canary(&self, world: &World) -> Term {
        Term::name("canary", &world.party(self.cast))
    }

    fn key(&self, of: Role) -> Option<&Term> {
        self.value(match of {
            Role::Client => "client_write",
            Role::Server => "server_write",
        })
    }

    /// The key that it reads with.
    pub fn reads_with(&self) -> Option<&Term> {
        self.key(self.role.peer())
    }

    /// Every key that it has when it is done.
    pub fn keys(&self) -> [Option<&Term>; 3] {
        [self.key(Role::Client), self.key(Role::Server), self.value("exporter")]
    }

    /// Sends as long as it is its turn, and a record when all is done.
    ///
    /// # Errors
    /// Why the handshake cannot go on.
    pub fn send(&mut self, world: &World) -> Result<Vec<Arc<Sent>>, Stop> {
        let mut outputs = Vec::new();
        self.handshake.send(&mut outputs)?;
        let mut sent = Vec::new();
        for output in outputs {
            let Output::Sent { wire: (_, values), .. } = output else { continue };
            self.spoken.push((self.next, values.clone()));
            sent.push(Arc::new(Sent { by: self.cast, message: Some(self.next), values }));
            self.next += 1;
        }
        if self.is_done() && !world.records {
            self.accepted = Some(self.canary(world));
        } else if let (true, false, Some(key)) = (self.is_done(), self.sealed, self.key(self.role)) {
            let record = Term::sealed(key, &self.canary(world));
            sent.push(Arc::new(Sent { by: self.cast, message: None, values: vec![record] }));
            self.sealed = true;
        }
        Ok(sent)
    }

    /// Takes a message; what fails changes nothing.
    ///
    /// # Errors
    /// Why the handshake cannot go on.
    pub fn receive(&mut self, values: &[Term]) -> Result<(), Stop> {
        let kind = self.messages.get(self.next).map_or("", |message| message.kind.as_str());
        self.handshake.receive(&(kind, values.to_vec()), &mut Vec::new())?;
        self.next += 1;
        values.iter().for_each(|value| self.remember(value.digest()));
        Ok(())
    }

    /// Reads a record's text as the peer's.
    pub fn accept(&mut self, data: &Term) {
        self.accepted = Some(data.clone());
        self.remember(data.digest());
    }

    fn remember(&mut self, digest: u64) {
        self.history = mix(self.history, digest);
    }
}

/// A number that follows from two in this order. It is no hash for enemies: nobody chooses these.
pub(crate) fn mix(before: u64, next: u64) -> u64 {
    let mixed = (before.rotate_left(23) ^ next).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
