//! The man in the middle: two legs, each with keys of its own, and everything translated between them.
//!
//! Most attacks on the handshake are this machine with other values: what it invents, what it knows, what it replaces.

use crate::{
    attack::{Attack, Move, Narration, Seen, Start},
    leg::{Known, Leg, with_own_key},
};
use lab::{
    algebra::real::Value,
    event::Fact,
    record::Content,
    role::Role,
    wire::{Channel, Frame, Kind},
};

/// Values that take the place of a message's own: from the leg that the message came from and the one on which it goes on
/// to the fields' new values.
pub type Replace = Box<dyn Fn(&Leg, &Leg) -> Vec<Known> + Send>;

/// What the machine needs to know.
pub struct Plan {
    /// Known on the client's leg, where the attacker stands in for the server.
    pub as_server: Vec<Known>,
    /// Known on the server's leg, where it stands in for the client.
    pub as_client: Vec<Known>,
    /// Drawn by the attacker on the client's leg.
    pub invents_as_server: &'static [&'static str],
    /// Drawn by the attacker on the server's leg.
    pub invents_as_client: &'static [&'static str],
    /// Fields that get another value than the computed or observed one.
    pub replace: Replace,
    /// What may hold besides, on either leg, where the wire does not tell.
    pub suppositions: fn(&Leg) -> Vec<Vec<Known>>,
    /// What the attacker comes by when the session is over, where it stands in for one victim alone.
    pub later: Vec<Known>,
}

impl Plan {
    /// A secret of the attacker's own on either leg, what it commits to with it, and nothing else.
    pub fn substitution() -> Self {
        Self {
            as_server: Vec::new(),
            as_client: Vec::new(),
            invents_as_server: &["server_secret"],
            invents_as_client: &["client_secret", "client_coins", "client_nonce"],
            replace: Box::new(|_, _| Vec::new()),
            suppositions: |_| vec![Vec::new()],
            later: Vec::new(),
        }
    }
}

/// A record that was opened on one leg and waits for the other leg's keys.
struct Waiting {
    from: Role,
    frame: Frame,
    sequence: u64,
    content: Content,
}

/// Two legs and what passes between them.
pub struct Middle {
    /// The client's leg.
    pub client: Leg,
    /// The server's leg.
    pub server: Leg,
    replace: Replace,
    suppositions: fn(&Leg) -> Vec<Vec<Known>>,
    shown: [Option<String>; 2],
    narration: Narration,
    /// Some message of the handshake went on otherwise than it came, so that the victims may have different keys.
    parted: bool,
    waiting: Vec<Waiting>,
}

impl Middle {
    /// Both legs at their beginning.
    pub fn new(start: &Start, plan: Plan) -> Self {
        let as_server = with_own_key(start.mode, Role::Server, (start.algebra)("own key"), plan.as_server);
        let client = Leg::new(start.mode, (start.algebra)("as server"), as_server, plan.invents_as_server);
        let server = Leg::new(start.mode, (start.algebra)("as client"), plan.as_client, plan.invents_as_client);
        let (replace, suppositions) = (plan.replace, plan.suppositions);
        Self {
            client,
            server,
            replace,
            suppositions,
            shown: [None, None],
            narration: Narration::default(),
            parted: false,
            waiting: Vec::new(),
        }
    }

    fn legs(&mut self, from: Role) -> (&mut Leg, &mut Leg) {
        match from {
            Role::Client => (&mut self.client, &mut self.server),
            Role::Server => (&mut self.server, &mut self.client),
        }
    }

    /// Translates a handshake frame; what the mode does not have is passed on as it came.
    fn handshake(&mut self, from: Role, frame: Frame, moves: &mut Vec<Move>) {
        match self.take(from, &frame, moves) {
            Some(observed) => self.pass_on(from, frame, &observed, moves),
            None => {
                moves.push(Move::Forward { from, frame });
                moves.extend(self.newly_held().into_iter().map(Move::Tell));
            }
        }
    }

    /// Takes a handshake frame in on the leg that it came from, and answers with its values; nothing where it goes on as it came.
    pub fn take(&mut self, from: Role, frame: &Frame, moves: &mut Vec<Move>) -> Option<Vec<Value>> {
        self.narration.step(if from == Role::Client { 1 } else { 2 }, moves);
        let (source, target) = self.legs(from);
        if frame.kind.channel() == Channel::Voice {
            // Both victims hear the same.
            source.observe(frame);
            target.observe(frame);
            return None;
        }
        let observed = source.observe(frame)?;
        target.hear(source, from);
        Some(observed)
    }

    /// Passes a frame on that was taken in, as the other leg has it.
    pub fn pass_on(&mut self, from: Role, frame: Frame, observed: &[Value], moves: &mut Vec<Move>) {
        let replaced = match from {
            Role::Client => (self.replace)(&self.client, &self.server),
            Role::Server => (self.replace)(&self.server, &self.client),
        };
        let (_, target) = self.legs(from);
        let after = target.compose(observed, &replaced).unwrap_or_else(|| frame.clone());
        self.parted |= after != frame;
        moves.push(Move::Alter { from, before: frame, after });
        moves.extend(self.newly_held().into_iter().map(Move::Tell));
    }

    /// Follows a handshake frame that both victims get as it came, on both legs.
    pub fn follow(&mut self, frame: &Frame) {
        self.client.observe(frame);
        self.server.observe(frame);
    }

    /// Opens a record on one leg, publishes what it says, and seals it for the other, as soon as that leg's keys are
    /// known too. Where the victims had the same handshake it fits as it came, though only one leg's keys can be computed.
    fn record(&mut self, from: Role, frame: Frame, moves: &mut Vec<Move>) {
        self.narration.step(3, moves);
        let suppositions = self.suppositions;
        let (source, target) = self.legs(from);
        source.suppose(suppositions(source));
        let Some((sequence, content)) = source.open(from, &frame) else {
            moves.push(Move::Forward { from, frame });
            return;
        };
        target.agree_on_switches(source);
        moves.extend(self.newly_held().into_iter().map(Move::Tell));
        if let Content::Data(data) = &content {
            let text = String::from_utf8_lossy(data).into_owned();
            moves.push(Move::Tell(Fact::Recovered { sender: from, text, live: true }));
        }
        self.waiting.push(Waiting { from, frame, sequence, content });
        for waiting in std::mem::take(&mut self.waiting) {
            let target = if waiting.from == Role::Client { &self.server } else { &self.client };
            match target.seal(waiting.from, waiting.sequence, &waiting.content) {
                Some(after) => moves.push(Move::Alter { from: waiting.from, before: waiting.frame, after }),
                None if !self.parted => {
                    moves.push(Move::Forward { from: waiting.from, frame: waiting.frame });
                }
                None => {
                    if waiting.from == from && waiting.sequence == sequence {
                        moves.push(Move::Hold { from, frame: waiting.frame.clone() });
                    }
                    self.waiting.push(waiting);
                }
            }
        }
    }

    /// Keys that can be computed by now and were not shown yet.
    fn newly_held(&mut self) -> Vec<Fact> {
        let legs = [(Role::Client, &self.client), (Role::Server, &self.server)];
        let mut facts = Vec::new();
        for ((with, leg), shown) in legs.into_iter().zip(&mut self.shown) {
            let Some(fingerprint) = leg.fingerprint().filter(|it| shown.as_ref() != Some(it)) else { continue };
            *shown = Some(fingerprint.clone());
            facts.push(Fact::Holds { with, fingerprint });
        }
        facts
    }
}

impl Attack for Middle {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } if frame.kind == Kind::Record => self.record(from, frame, &mut moves),
            Seen::Frame { from, frame } => self.handshake(from, frame, &mut moves),
            Seen::Ended(role) => moves.push(Move::Cut(role.peer())),
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}
