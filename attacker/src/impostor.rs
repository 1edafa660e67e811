//! The impostor: stands in for one victim towards the other, and leaves the one that it stands in for without an answer.

use crate::{
    attack::{Attack, Move, Narration, Seen, Start},
    leg::{Known, Leg, with_own_key},
    middle::{Plan, Replace},
};
use lab::{
    algebra::real::Real,
    event::Fact,
    mode::Message,
    record::{Content, Sealed},
    role::Role,
    wire::{Frame, Kind},
};

/// Most records that are kept for later.
const MOST_UNREAD: usize = 256;

/// The leg to the victim that believes to talk to the other one.
struct Impostor {
    /// What the attacker can compute of it.
    leg: Leg,
    /// How far its recipe has come, in which reading is the third step.
    narration: Narration,
    /// The victim at its end.
    with: Role,
    /// The other one, for which it stands in, is gone.
    alone: bool,
    suppositions: fn(&Leg) -> Vec<Vec<Known>>,
    shown: bool,
    /// What the attacker comes by when the session is over.
    later: Vec<Known>,
    /// Records that it cannot open yet.
    unread: Vec<Frame>,
    /// Draws what nobody else says in its place: nonces of later messages.
    draws: Real,
}

impl Impostor {
    /// Learns what there is only one supposition about.
    fn settle(&mut self) {
        let mut suppositions = (self.suppositions)(&self.leg);
        if suppositions.len() == 1 {
            let unknown = suppositions.remove(0).into_iter().filter(|(name, _)| self.leg.value(name).is_none());
            unknown.collect::<Vec<_>>().into_iter().for_each(|known| self.leg.learn(known));
        }
    }

    /// Says what the other victim has to say next, as far as nobody else has to speak before and everything can be made. The first
    /// message is the other victim's own, whatever of it is replaced: left without its turn, it would take no later one.
    fn speak(&mut self, replace: &Replace) -> Vec<Move> {
        let name = self.with.peer();
        let mut moves = Vec::new();
        while let Some(message) = self.leg.message().filter(|message| message.from == name && !self.is_first(message)) {
            self.settle();
            self.leg.draw(message, &mut self.draws);
            let replaced = replace(&self.leg, &self.leg);
            let Some(frame) = self.leg.compose(&[], &replaced) else { break };
            moves.push(Move::Inject { name, frame });
        }
        moves
    }

    /// Nothing was said by its sender before.
    fn is_first(&self, message: &Message) -> bool {
        let first = self.leg.mode().messages.iter().find(|it| it.from == message.from);
        first.is_some_and(|first| std::ptr::eq(first, message))
    }

    /// Reads a record of the victim's, if it can, and says farewell in the other's name when that was the last. What it cannot read
    /// nobody answers where it is alone.
    fn read(&mut self, frame: &Frame, moves: &mut Vec<Move>) {
        let suppositions = (self.suppositions)(&self.leg);
        self.leg.suppose(suppositions);
        let name = self.with.peer();
        match self.open(frame, true, moves) {
            Some(Content::Data(_)) => {}
            Some(Content::Close) => {
                let farewell = self.leg.seal(name, 0, &Content::Close);
                moves.extend(farewell.map(|frame| Move::Inject { name, frame }));
                moves.push(Move::Cut(name));
            }
            None if self.later.is_empty() && self.alone => moves.push(Move::Cut(self.with)),
            None if self.later.is_empty() => {}
            None => self.keep(frame, moves),
        }
    }

    /// Opens a record, if it can, and tells what it says.
    fn open(&mut self, frame: &Frame, live: bool, moves: &mut Vec<Move>) -> Option<Content> {
        let (_, content) = self.leg.open(self.with, frame)?;
        self.narration.step(3, moves);
        if let (false, Some(fingerprint)) = (self.shown, self.leg.fingerprint()) {
            self.shown = true;
            moves.push(Move::Tell(Fact::Holds { with: self.with, fingerprint }));
        }
        if let Content::Data(data) = &content {
            let text = String::from_utf8_lossy(data).into_owned();
            moves.push(Move::Tell(Fact::Recovered { sender: self.with, text, live }));
        }
        Some(content)
    }

    /// Keeps a record for the day on which it can be read. The last one is told by its length, and nobody will answer it.
    fn keep(&mut self, frame: &Frame, moves: &mut Vec<Move>) {
        if self.unread.len() < MOST_UNREAD {
            self.unread.push(frame.clone());
        }
        if Sealed::parse(&frame.body)
            .is_some_and(|record| record.ciphertext.len() == Content::Close.to_plaintext().len())
        {
            moves.extend([Move::Cut(self.with), Move::Cut(self.with.peer())]);
        }
    }

    /// The victim behind the attacker is gone.
    fn left(&mut self, moves: &mut Vec<Move>) {
        self.alone = true;
        self.go_on(moves);
    }

    /// Where the victim behind the attacker is gone, the other one is let go when it waits for what that one alone could have said;
    /// else it goes on with the attacker.
    fn go_on(&self, moves: &mut Vec<Move>) {
        if self.alone && self.leg.message().is_some_and(|message| message.from != self.with) {
            moves.push(Move::Cut(self.with));
        }
    }

    /// The victim has ended: what comes to light later is learned now, and opens what was kept.
    fn afterwards(&mut self, moves: &mut Vec<Move>) {
        std::mem::take(&mut self.later).into_iter().for_each(|known| self.leg.learn(known));
        for frame in std::mem::take(&mut self.unread) {
            self.open(&frame, false, moves);
        }
    }
}

/// Stands in for the client towards the server: nothing that the server says reaches the client.
///
/// The client may leave when it likes: towards the server the attacker goes on as long as it can.
pub struct AsClient {
    server: Impostor,
    /// Followed only to read the client's frames.
    client: Leg,
    replace: Replace,
}

impl AsClient {
    /// Takes from the plan what concerns the server's leg.
    pub fn new(start: &Start, plan: Plan) -> Self {
        let leg = Leg::new(start.mode, (start.algebra)("as client"), plan.as_client, plan.invents_as_client);
        Self {
            server: impostor(Role::Server, leg, plan.suppositions, plan.later, (start.algebra)("nonces")),
            client: Leg::new(start.mode, (start.algebra)("unused"), Vec::new(), &[]),
            replace: plan.replace,
        }
    }
}

impl Attack for AsClient {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from: Role::Client, frame } => {
                self.server.narration.step(1, &mut moves);
                let observed = self.client.observe(&frame);
                let replaced = (self.replace)(&self.client, &self.server.leg);
                match observed.and_then(|observed| self.server.leg.compose(&observed, &replaced)) {
                    Some(after) => moves.push(Move::Alter { from: Role::Client, before: frame, after }),
                    None => moves.push(Move::Drop { from: Role::Client, frame }),
                }
            }
            Seen::Frame { from: Role::Server, frame } => {
                self.server.narration.step(2, &mut moves);
                moves.push(Move::Drop { from: Role::Server, frame: frame.clone() });
                if frame.kind == Kind::Record {
                    self.server.read(&frame, &mut moves);
                } else {
                    self.server.leg.observe(&frame);
                    moves.extend(self.server.speak(&self.replace));
                }
                self.server.go_on(&mut moves);
            }
            Seen::Ended(Role::Client) => self.server.left(&mut moves),
            Seen::Ended(Role::Server) => {
                moves.push(Move::Cut(Role::Client));
                self.server.afterwards(&mut moves);
            }
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}

/// Stands in for the server towards the client. The server hears the client's handshake as it is, up to where the attacker
/// has an answer of its own, and waits for what will never come. It may give up where the client answers what it never
/// said: towards the client the attacker goes on as long as it can.
pub struct AsServer {
    client: Impostor,
    /// Followed only to read the server's frames.
    server: Leg,
    replace: Replace,
}

impl AsServer {
    /// Takes from the plan what concerns the client's leg.
    pub fn new(start: &Start, plan: Plan) -> Self {
        let as_server = with_own_key(start.mode, Role::Server, (start.algebra)("own key"), plan.as_server);
        let leg = Leg::new(start.mode, (start.algebra)("as server"), as_server, plan.invents_as_server);
        Self {
            client: impostor(Role::Client, leg, plan.suppositions, plan.later, (start.algebra)("nonces")),
            server: Leg::new(start.mode, (start.algebra)("unused"), Vec::new(), &[]),
            replace: plan.replace,
        }
    }
}

impl Attack for AsServer {
    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        match seen {
            Seen::Frame { from, frame } if frame.kind == Kind::Record => {
                moves.push(Move::Drop { from, frame: frame.clone() });
                if from == Role::Client {
                    self.client.read(&frame, &mut moves);
                }
            }
            Seen::Frame { from: Role::Client, frame } => {
                self.client.narration.step(1, &mut moves);
                self.client.leg.observe(&frame);
                let answers = self.client.speak(&self.replace);
                if answers.is_empty() && !self.client.alone {
                    self.server.observe(&frame);
                    moves.push(Move::Forward { from: Role::Client, frame });
                } else {
                    moves.push(Move::Drop { from: Role::Client, frame });
                    moves.extend(answers);
                }
                self.client.go_on(&mut moves);
            }
            Seen::Frame { from: Role::Server, frame } => {
                self.client.narration.step(2, &mut moves);
                let observed = self.server.observe(&frame);
                let replaced = (self.replace)(&self.server, &self.client.leg);
                let after = observed.and_then(|observed| self.client.leg.compose(&observed, &replaced));
                let after = after.unwrap_or_else(|| frame.clone());
                moves.push(Move::Alter { from: Role::Server, before: frame, after });
            }
            Seen::Ended(Role::Server) => self.client.left(&mut moves),
            Seen::Ended(Role::Client) => {
                moves.push(Move::Cut(Role::Server));
                self.client.afterwards(&mut moves);
            }
            Seen::Solved(_) | Seen::Called(_) | Seen::Impatient => {}
        }
        moves
    }
}

fn impostor(
    with: Role,
    leg: Leg,
    suppositions: fn(&Leg) -> Vec<Vec<Known>>,
    later: Vec<Known>,
    draws: Real,
) -> Impostor {
    Impostor {
        leg,
        narration: Narration::default(),
        with,
        alone: false,
        suppositions,
        shown: false,
        later,
        unread: Vec::new(),
        draws,
    }
}
