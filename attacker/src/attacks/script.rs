//! `script`: do what a script says.
//!
//! What the attacker does with each message stands in a file: found by the explorer, written by hand, or kept from a session in
//! which somebody held the attacker's hand. It is given to the attacker with its orders, and is nobody's secret.
//!
//! 1. Make the script's moves in their order, each as soon as what it is made of has passed and its receiver has said what comes
//!    before it; hold back what a later one is about.
//! 2. When all are made, treat the records as the script says, or end both connections where that was all that was wanted.
//! 3. Where the wire does not do what the script expects, say where the two part and end both connections.

mod at_once;
mod records;

use crate::{
    attack::{Attack, Beside, Family, Info, Move, Narration, Needs, Seen, Start},
    leg::{Leg, identity},
};
use at_once::Common;
use cryptanalysis::Problem;
use lab::{
    algebra::real::{Real, Value},
    cause::Cause,
    event::Fact,
    loot::Loot,
    misfit::{Given, Misfit, Need},
    mode::Mode,
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
    /// What it has in common with the sessions that are played at the same time.
    common: Option<Common>,
}

impl Scripted {
    fn new(mut start: Start) -> Self {
        let (sessions, at_once) =
            start.script.take().map(|script| (script.sessions, script.at_once)).unwrap_or_default();
        let common = at_once.then(Common::first);
        Self { common, ..Self::with(start, sessions.into()) }
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
            common: None,
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
}

impl Attack for Scripted {
    /// In the next session of a campaign it does what the script says of that one, and remembers this one.
    fn again(&mut self, start: Start) {
        let next = Self::with(start, std::mem::take(&mut self.later));
        let last = std::mem::replace(self, next);
        self.bench.remember(last.bench);
    }

    fn another(&mut self, start: Start) -> Result<Box<dyn Attack>, Box<Start>> {
        let Some(common) = &self.common else { return Err(Box::new(start)) };
        let common = Some(common.next());
        Ok(Box::new(Self { common, ..Self::with(start, std::mem::take(&mut self.later)) }))
    }

    fn beside(&self) -> Option<Beside> {
        self.common.as_ref().map(Common::beside)
    }

    fn passed_beside(&mut self) -> Vec<Move> {
        self.in_common(|it| {
            let mut moves = Vec::new();
            if let Some(script) = it.script.take() {
                if !it.parted && !it.hung_up {
                    it.advance(&script, &mut moves);
                }
                it.script = Some(script);
            }
            moves
        })
    }

    fn handle(&mut self, seen: Seen) -> Vec<Move> {
        self.in_common(|it| it.handled(seen))
    }
}

impl Scripted {
    fn handled(&mut self, seen: Seen) -> Vec<Move> {
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
