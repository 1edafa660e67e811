//! `script`: do what a script says.
//!
//! What the attacker does with each message stands in a file: found by the explorer, written by hand, or kept from a session in
//! which somebody held the attacker's hand. It is given to the attacker with its orders, and is nobody's secret.
//!
//! 1. Make the script's moves in their order, each as soon as what it is made of has passed and its receiver has said what comes
//!    before it; hold back what a later one is about.
//! 2. When all are made, treat the records as the script says, or end both connections where that was all that was wanted.
//! 3. Where the wire does not do what the script expects, say where the two part and end both connections.

use crate::{
    attack::{Attack, Family, Info, Move, Narration, Needs, Seen, Start},
    leg::{Leg, identity},
};
use cryptanalysis::Problem;
use lab::{
    algebra::real::{Real, Value},
    cause::Cause,
    event::Fact,
    loot::Loot,
    misfit::{Given, Misfit, Need},
    mode::Mode,
    record::{Content, RecordKey},
    role::Role,
    script::{
        Deed, Make, Otherwise, Script, Session, Treatment,
        compute::{Lack, Workbench},
    },
    wire::{Channel, Frame, Kind},
};
use num_bigint::BigUint;
use std::collections::VecDeque;

/// It stands in no list: what it does is its script's.
pub(super) const INFO: Info = Info {
    id: "script",
    title: "Do what a script says",
    family: Family::Control,
    needs: Needs::Script,
    variants: &[],
    loot: Loot::NONE,
    logarithm: None,
    stopped_by: &[],
    source: include_str!("script.rs"),
    start: |start| Box::new(Scripted::new(start)),
};

/// Octets of a record before its text: sequence number and content type.
const BEFORE_TEXT: usize = 8 + 1;

struct Scripted {
    table: &'static Mode,
    /// What it does in this session.
    script: Option<Session>,
    /// What it does in the sessions after it.
    later: VecDeque<Session>,
    bench: Workbench,
    /// The frames of the table's messages as they came, and whether they were dealt with.
    came: Vec<Option<Frame>>,
    dealt: Vec<bool>,
    /// How many handshake frames came from each, but for what was said by voice.
    count: [usize; 2],
    /// Moves that were made.
    made: usize,
    solving: Option<Vec<u8>>,
    /// What can be computed of each leg with its keys, as soon as they are there.
    legs: [Option<Leg>; 2],
    /// Draws the nonces of messages among records that it says in a victim's place.
    draws: Real,
    /// What came among records and waits for keys.
    waiting: Vec<(Role, Frame)>,
    /// How many records came from each.
    records: [usize; 2],
    ended: [bool; 2],
    parted: bool,
    hung_up: bool,
    narration: Narration,
}

impl Scripted {
    fn new(mut start: Start) -> Self {
        let sessions = start.script.take().map(|script| script.sessions).unwrap_or_default();
        Self::with(start, sessions.into())
    }

    /// At the beginning of the first of these sessions.
    fn with(start: Start, mut sessions: VecDeque<Session>) -> Self {
        let mut had = Vec::new();
        for (role, loot) in [(Role::Server, &start.as_server), (Role::Client, &start.as_client)] {
            let known = identity(start.mode, role, loot.as_ref());
            had.extend(known.into_iter().map(|(name, value)| (role, name, value)));
        }
        let messages = start.mode.messages.len();
        Self {
            table: start.mode,
            script: sessions.pop_front(),
            later: sessions,
            bench: Workbench::new((start.algebra)("script"), start.mode, start.group, had),
            came: vec![None; messages],
            dealt: vec![false; messages],
            count: [0; 2],
            made: 0,
            solving: None,
            legs: [None, None],
            draws: (start.algebra)("nonces"),
            waiting: Vec::new(),
            records: [0; 2],
            ended: [false; 2],
            parted: false,
            hung_up: false,
            narration: Narration::default(),
        }
    }

    /// The two part at the move that is next.
    fn part(&mut self, from: Role, kind: Kind, reason: Cause, moves: &mut Vec<Move>) {
        self.parted = true;
        self.narration.step(3, moves);
        let number = u32::try_from(self.made + 1).unwrap_or(u32::MAX);
        moves.push(Move::Tell(Fact::Parted { number, from, kind: kind.to_string(), reason }));
        moves.extend([Move::Cut(Role::Client), Move::Cut(Role::Server)]);
    }

    fn handshake(&mut self, script: &Session, from: Role, frame: Frame, moves: &mut Vec<Move>) {
        self.narration.step(1, moves);
        let count = &mut self.count[Script::side(from)];
        let next = Script::of(self.table, from).nth(*count);
        *count += 1;
        let seen = match next {
            Some(message) => self.bench.see(message, &frame).map(|_| message),
            None => Err(Misfit::new("message", Need::NoMessage, Given::One)),
        };
        let message = match seen {
            Ok(message) => message,
            Err(misfit) => {
                let kind = frame.kind;
                moves.push(Move::Drop { from, frame });
                return self.part(from, kind, (&misfit).into(), moves);
            }
        };
        self.came[message] = Some(frame.clone());
        self.follow(from, &frame);
        self.advance(script, moves);
        if script.records[Script::side(from)] == Treatment::Read {
            self.speak(from, moves);
        }
        if self.parted || self.dealt[message] {
            // What went out as the attacker's own before it came is not said twice.
            let own = script.moves[..self.made].iter().any(|play| play.message == message);
            let passed = moves.iter().any(|made| match made {
                Move::Forward { from: of, frame: passed } | Move::Drop { from: of, frame: passed } => {
                    (of, passed) == (&from, &frame)
                }
                Move::Alter { from: of, before, .. } => (of, before) == (&from, &frame),
                _ => false,
            });
            if self.parted || (own && !passed) {
                moves.push(Move::Drop { from, frame });
            }
            return;
        }
        if script.moves[self.made..].iter().any(|play| play.message == message) {
            moves.push(Move::Hold { from, frame });
            return;
        }
        self.dealt[message] = true;
        match script.otherwise {
            Otherwise::Drop => moves.push(Move::Drop { from, frame }),
            Otherwise::Forward => {
                self.pass(from.peer(), &frame);
                moves.push(Move::Forward { from, frame });
            }
        }
    }

    /// A handshake frame passes on the leg with this victim.
    fn pass(&mut self, with: Role, frame: &Frame) {
        self.bench.pass(with, frame);
        self.follow(with, frame);
    }

    /// A frame that passed is followed where there are keys.
    fn follow(&mut self, with: Role, frame: &Frame) {
        if let Some(leg) = &mut self.legs[Script::side(with)] {
            leg.observe(frame);
        }
    }

    /// Says among records what the peer of this victim would say next, as far as it is the peer's turn.
    fn speak(&mut self, with: Role, moves: &mut Vec<Move>) {
        let Some(leg) = &mut self.legs[Script::side(with)] else { return };
        let name = with.peer();
        while let Some(message) = leg.message().filter(|it| it.from == name && it.kind.is_in_session()) {
            leg.draw(message, &mut self.draws);
            let Some(frame) = leg.compose(&[], &[]) else { return };
            moves.push(Move::Inject { name, frame });
        }
    }

    /// What is said by voice is heard by the attacker too, and goes on whatever it does.
    fn heard(&mut self, script: &Session, from: Role, frame: &Frame, moves: &mut Vec<Move>) {
        let spoken = self.table.messages.iter().enumerate().filter(|(_, message)| message.kind == frame.kind);
        let mut next = spoken.filter(|(place, message)| message.from == from && self.came[*place].is_none());
        if let Some((message, _)) = next.next()
            && self.bench.see(message, frame).is_ok()
        {
            self.came[message] = Some(frame.clone());
            self.follow(from, frame);
            self.pass(from.peer(), frame);
            self.advance(script, moves);
        }
    }

    /// Makes every move that can be made by now.
    fn advance(&mut self, script: &Session, moves: &mut Vec<Move>) {
        while let Some(play) = script.moves.get(self.made).filter(|_| !self.parted) {
            let message = &self.table.messages[play.message];
            let (from, came) = (message.from, self.came[play.message].clone());
            // Whoever is to hear it has said first what the table has before it.
            if Script::of(self.table, from.peer()).any(|place| place < play.message && self.came[place].is_none()) {
                return;
            }
            let made = match (&play.deed, came) {
                (Deed::Forward, Some(frame)) => {
                    self.pass(from.peer(), &frame);
                    Move::Forward { from, frame }
                }
                (Deed::Drop, Some(frame)) => Move::Drop { from, frame },
                (Deed::Forward | Deed::Drop, None) => return,
                (Deed::Send(makes), came) => {
                    let mut values = Vec::new();
                    for (field, make) in message.fields.iter().zip(makes) {
                        let as_it_came = Make::Seen(field.binds);
                        match self.bench.compute(make.as_ref().unwrap_or(&as_it_came)) {
                            Ok(value) => values.push(value),
                            Err(Lack::Unseen) => return,
                            Err(Lack::Logarithm(group, public)) => return self.solve(&group, public, moves),
                            Err(Lack::Never(misfit)) => {
                                let place = format!("{}: {}", field.name, misfit.field);
                                let misfit = Misfit { field: place, ..misfit };
                                return self.part(from, message.kind, (&misfit).into(), moves);
                            }
                        }
                    }
                    let after = self.bench.write(play.message, &values);
                    self.pass(from.peer(), &after);
                    match came {
                        Some(before) => Move::Alter { from, before, after },
                        None => Move::Inject { name: from, frame: after },
                    }
                }
            };
            self.dealt[play.message] = true;
            self.made += 1;
            moves.push(made);
        }
        if !self.parted && self.made == script.moves.len() {
            self.narration.step(2, moves);
            if script.hang_up {
                self.hung_up = true;
                return moves.extend([Move::Cut(Role::Client), Move::Cut(Role::Server)]);
            }
            self.settle(script, moves);
        }
    }

    fn solve(&mut self, group: &lab::group::Modp, public: Vec<u8>, moves: &mut Vec<Move>) {
        if self.solving.is_none() {
            let y = BigUint::from_bytes_be(&public);
            moves.push(Move::Solve(Problem { p: group.p.clone(), g: group.g.clone(), y }));
            self.solving = Some(public);
        }
    }

    /// Computes the keys that can be computed by now, and treats what waited for them.
    fn settle(&mut self, script: &Session, moves: &mut Vec<Move>) {
        for role in [Role::Client, Role::Server] {
            let side = Script::side(role);
            let Some(wanted) = script.keys[side].as_ref().filter(|_| self.legs[side].is_none()) else { continue };
            let mut values = Vec::new();
            for make in [&wanted.client_write, &wanted.server_write, &wanted.exporter] {
                match self.bench.compute(make) {
                    Ok(value) => values.push(value),
                    Err(Lack::Unseen) => break,
                    Err(Lack::Logarithm(group, public)) => return self.solve(&group, public, moves),
                    Err(Lack::Never(misfit)) => return self.part(role, Kind::Record, (&misfit).into(), moves),
                }
            }
            let Ok([client_write, server_write, exporter]) = <[Value; 3]>::try_from(values) else { continue };
            let is_key = |value: &Value| value.octets().and_then(RecordKey::new).is_some();
            if !is_key(&client_write) || !is_key(&server_write) {
                continue;
            }
            let known = vec![("client_write", client_write), ("server_write", server_write), ("exporter", exporter)];
            let mut leg = Leg::new(self.table, Real::new([0; 32]), known, &[]);
            for frame in self.bench.passed(role) {
                leg.observe(frame);
            }
            let Some(fingerprint) = leg.fingerprint() else { continue };
            moves.push(Move::Tell(Fact::Holds { with: role, fingerprint }));
            self.legs[side] = Some(leg);
            if script.records[side] == Treatment::Read {
                self.speak(role, moves);
            }
        }
        for (from, frame) in std::mem::take(&mut self.waiting) {
            self.record(script, from, frame, true, moves);
        }
    }

    /// What a record says, where there are keys with its sender.
    fn open(&mut self, from: Role, frame: &Frame) -> Option<(u64, Content)> {
        self.legs[Script::side(from)].as_mut()?.open(from, frame)
    }

    fn read(&self, from: Role, content: &Content, moves: &mut Vec<Move>) {
        if let Content::Data(data) = content {
            let (text, live) = (String::from_utf8_lossy(data).into_owned(), self.ended != [true; 2]);
            moves.push(Move::Tell(Fact::Recovered { sender: from, text, live }));
        }
    }

    /// Treats what came among records, for the first time or again.
    fn record(&mut self, script: &Session, from: Role, frame: Frame, again: bool, moves: &mut Vec<Move>) {
        let side = Script::side(from);
        let treatment = script.records[side];
        let both = treatment == Treatment::Translate;
        let needs = [from, from.peer()];
        let needs = if both { &needs[..] } else { &needs[..1] };
        let reads = matches!(treatment, Treatment::Listen | Treatment::Translate | Treatment::Read);
        let lacks = needs.iter().any(|role| {
            let side = Script::side(*role);
            script.keys[side].is_some() && self.legs[side].is_none()
        });
        if reads && lacks {
            if !again {
                let (held, frame) = (treatment != Treatment::Listen, frame.clone());
                moves.push(if held { Move::Hold { from, frame } } else { Move::Forward { from, frame } });
            }
            self.waiting.push((from, frame));
            return;
        }
        if frame.kind.is_in_session() {
            return self.change(treatment, from, frame, again, moves);
        }
        let opened = if reads { self.open(from, &frame) } else { None };
        if let Some((_, content)) = &opened {
            self.read(from, content, moves);
        }
        match (treatment, opened) {
            (Treatment::Listen, _) if again => {}
            (Treatment::Forward | Treatment::Listen, _) => moves.push(Move::Forward { from, frame }),
            (Treatment::Drop, _) | (Treatment::Read | Treatment::Translate, None) => {
                moves.push(Move::Drop { from, frame });
            }
            (Treatment::Translate, Some((sequence, content))) => {
                let leg = self.legs[Script::side(from.peer())].as_ref();
                match leg.and_then(|leg| leg.seal(from, sequence, &content)) {
                    Some(after) => moves.push(Move::Alter { from, before: frame, after }),
                    None => moves.push(Move::Drop { from, frame }),
                }
            }
            (Treatment::Read, Some((_, content))) => {
                moves.push(Move::Drop { from, frame });
                if content == Content::Close {
                    let leg = self.legs[side].as_ref();
                    let farewell = leg.and_then(|leg| leg.seal(from.peer(), 0, &Content::Close));
                    moves.extend(farewell.map(|frame| Move::Inject { name: from.peer(), frame }));
                    moves.push(Move::Cut(from.peer()));
                }
            }
            (Treatment::Flip, _) if self.records[side] == 1 => {
                let mut after = frame.clone();
                if let Some(octet) = after.body.get_mut(BEFORE_TEXT) {
                    *octet ^= 1;
                }
                moves.push(Move::Alter { from, before: frame, after });
            }
            (Treatment::Flip, _) => moves.push(Move::Forward { from, frame }),
            (Treatment::Return, _) => {
                let name = from.peer();
                moves.extend([Move::Forward { from, frame: frame.clone() }, Move::Inject { name, frame }]);
            }
        }
    }
}

impl Scripted {
    /// A message that changes keys among records goes the way of its sender's records.
    fn change(&mut self, treatment: Treatment, from: Role, frame: Frame, again: bool, moves: &mut Vec<Move>) {
        let observed = self.legs[Script::side(from)].as_mut().and_then(|leg| leg.observe(&frame));
        // Without any keys it cannot but let the two go on as they would.
        let treatment = match treatment {
            Treatment::Drop if self.legs.iter().all(Option::is_none) => Treatment::Forward,
            treatment => treatment,
        };
        match treatment {
            Treatment::Forward | Treatment::Listen | Treatment::Flip | Treatment::Return => {
                self.follow(from.peer(), &frame);
                if !again || treatment != Treatment::Listen {
                    moves.push(Move::Forward { from, frame });
                }
            }
            Treatment::Translate => {
                let leg = self.legs[Script::side(from.peer())].as_mut();
                match leg.zip(observed).and_then(|(leg, observed)| leg.compose(&observed, &[])) {
                    Some(after) => moves.push(Move::Alter { from, before: frame, after }),
                    None => moves.push(Move::Drop { from, frame }),
                }
            }
            Treatment::Drop => moves.push(Move::Drop { from, frame }),
            Treatment::Read => {
                moves.push(Move::Drop { from, frame });
                self.speak(from, moves);
            }
        }
    }

    /// What came next from this one travels among records, and no move is about it.
    fn among_records(&self, script: &Session, from: Role, frame: &Frame) -> bool {
        let next = Script::of(self.table, from).nth(self.count[Script::side(from)]);
        frame.kind.is_in_session() && !script.moves.iter().any(|play| Some(play.message) == next)
    }
}

impl Attack for Scripted {
    /// In the next session of a campaign it does what the script says of that one, and remembers this one.
    fn again(&mut self, start: Start) {
        let next = Self::with(start, std::mem::take(&mut self.later));
        let last = std::mem::replace(self, next);
        self.bench.remember(last.bench);
    }

    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        let mut moves = Vec::new();
        let Some(script) = self.script.take() else { return moves };
        match seen {
            Seen::Frame { from, frame } if self.parted || self.hung_up => moves.push(Move::Drop { from, frame }),
            Seen::Frame { from, frame } if frame.kind == Kind::Record => {
                self.records[Script::side(from)] += 1;
                self.record(&script, from, frame, false, &mut moves);
            }
            Seen::Frame { from, frame } if self.among_records(&script, from, &frame) => {
                self.count[Script::side(from)] += 1;
                self.record(&script, from, frame, false, &mut moves);
            }
            Seen::Frame { from, frame } if frame.kind.channel() == Channel::Voice => {
                self.heard(&script, from, &frame, &mut moves);
            }
            Seen::Frame { from, frame } => self.handshake(&script, from, frame, &mut moves),
            Seen::Ended(role) => {
                self.ended[Script::side(role)] = true;
                let next = script.moves.get(self.made).map(|play| &self.table.messages[play.message]);
                match next.filter(|_| !self.parted && self.solving.is_none()) {
                    Some(message) => self.part(role, message.kind, Cause::Ended, &mut moves),
                    None => moves.push(Move::Cut(role.peer())),
                }
            }
            Seen::Solved(result) => match (self.solving.take(), *result) {
                (Some(public), Ok(solution)) => {
                    self.bench.solve(public, Value::secret(&solution.x.to_bytes_be()));
                    self.advance(&script, &mut moves);
                }
                _ => {
                    let misfit = Misfit::new("logarithm", Need::ThisField, Given::Nothing);
                    let next = script.moves.get(self.made).map(|play| &self.table.messages[play.message]);
                    let (from, kind) = next.map_or((Role::Client, Kind::Record), |next| (next.from, next.kind));
                    self.part(from, kind, (&misfit).into(), &mut moves);
                }
            },
            Seen::Called(_) | Seen::Impatient => {}
        }
        self.script = Some(script);
        moves
    }
}
