//! The hand: each frame waits for what somebody decides about it, and the attack's own moves wait with it.
//!
//! The attack sees a frame at once and says what it would do; that is what the hand proposes. It goes on as if that were done:
//! what it believes of the wire is its own affair when somebody decides otherwise, and what it learnt it tells in any case.

use crate::attack::{Move, Seen, changes};
use lab::{
    cause::Cause,
    event::{Action, Change, Fact},
    hand::{self, Decided, Decision, Verb, altered},
    misfit::{Given, Misfit, Need},
    mode::Mode,
    role::Role,
    wire::Frame,
};
use std::collections::VecDeque;

/// A frame that somebody has to decide about.
struct Held {
    from: Role,
    frame: Frame,
    /// What the attack would do.
    moves: Vec<Move>,
}

/// What becomes of a frame.
pub(crate) enum Taken {
    /// It is held, which is told.
    Held(Fact),
    /// This is told, and these moves are made.
    Done(Vec<Fact>, Vec<Move>),
}

/// The hand in one session.
pub(crate) struct Hand {
    mode: &'static Mode,
    /// What was decided beforehand and has not come to pass.
    decided: VecDeque<Decided>,
    /// Whether other frames are held.
    holds: bool,
    /// Frames that were decided about.
    number: u32,
    waiting: VecDeque<Seen>,
    held: Option<Held>,
    /// Frames that the attack keeps for later although somebody decided about them.
    settled: Vec<(Role, Frame)>,
    /// The wire did not do what was decided about beforehand.
    parted: bool,
}

impl Hand {
    pub(crate) fn new(mode: &'static Mode, order: &hand::Hand) -> Self {
        Self {
            mode,
            decided: order.decided.clone().into(),
            holds: order.holds,
            number: 0,
            waiting: VecDeque::new(),
            held: None,
            settled: Vec::new(),
            parted: false,
        }
    }

    /// Something happened on the wire.
    pub(crate) fn wait(&mut self, seen: Seen) {
        self.waiting.push_back(seen);
    }

    /// What comes next, while nothing is held.
    pub(crate) fn next(&mut self) -> Option<Seen> {
        if self.held.is_some() { None } else { self.waiting.pop_front() }
    }

    /// A frame waits for somebody's decision.
    pub(crate) fn is_full(&self) -> bool {
        self.held.is_some()
    }

    /// What the attack wants done, without what is settled already; what is about the frame that is held waits with it.
    pub(crate) fn left_over(&mut self, moves: Vec<Move>) -> Vec<Move> {
        let mut rest = Vec::new();
        for made in moves {
            if let Some(held) = self.held.as_mut().filter(|held| is_about(&made, held.from, &held.frame)) {
                held.moves.push(made);
            } else if let Some(at) = self.settled.iter().position(|(from, frame)| is_about(&made, *from, frame)) {
                self.settled.remove(at);
            } else {
                rest.push(made);
            }
        }
        rest
    }

    /// Takes a frame, with what the attack would do.
    pub(crate) fn take(&mut self, from: Role, frame: Frame, flight: u32, moves: Vec<Move>) -> Taken {
        if self.parted {
            return Taken::Done(Vec::new(), vec![Move::Drop { from, frame }]);
        }
        let held = Held { from, frame, moves };
        if let Some(at) = self.decided.iter().position(|decided| decided.from == from)
            && let Some(decided) = self.decided.remove(at)
        {
            let done = match held.frame.kind == decided.message {
                true => self.carry_out(&held, &decided.decision()),
                false => {
                    let need = Need::Kind { kind: decided.message.to_string() };
                    Err(Misfit::new("message", need, Given::text(held.frame.kind.as_str())))
                }
            };
            return match done {
                Ok((facts, moves)) => Taken::Done(facts, moves),
                Err(misfit) => {
                    let fact = self.part(&decided, (&misfit).into());
                    let Held { from, frame, .. } = held;
                    let ends = [Move::Drop { from, frame }, Move::Cut(Role::Client), Move::Cut(Role::Server)];
                    Taken::Done(vec![fact], ends.into())
                }
            };
        }
        if !self.holds {
            return Taken::Done(Vec::new(), held.moves);
        }
        let (proposes, changed) = proposal(&held);
        let fact = Fact::Held {
            from,
            flight,
            kind: held.frame.kind.to_string(),
            bytes: held.frame.to_text(),
            proposes,
            changed,
        };
        self.held = Some(held);
        Taken::Held(fact)
    }

    /// Does what somebody decided about the frame that is held; nothing where none is, or where it cannot be done.
    pub(crate) fn decide(&mut self, decision: &Decision) -> Option<(Vec<Fact>, Vec<Move>)> {
        let held = self.held.take()?;
        let done = self.carry_out(&held, decision).ok();
        if done.is_none() {
            self.held = Some(held);
        }
        done
    }

    /// A victim has left: whatever was decided about what it would say does not come to pass.
    pub(crate) fn ended(&mut self, role: Role) -> Option<Fact> {
        let decided = self.decided.iter().find(|decided| decided.from == role).cloned().filter(|_| !self.parted)?;
        Some(self.part(&decided, Cause::Ended))
    }

    fn part(&mut self, decided: &Decided, reason: Cause) -> Fact {
        self.parted = true;
        Fact::Parted { number: self.number + 1, from: decided.from, kind: decided.message.to_string(), reason }
    }

    /// What is told and done where this is decided about a frame.
    fn carry_out(&mut self, held: &Held, decision: &Decision) -> Result<(Vec<Fact>, Vec<Move>), Misfit> {
        let (from, frame) = (held.from, held.frame.clone());
        let instead = match decision.action {
            Verb::Propose | Verb::Resume => None,
            Verb::Forward => Some(Move::Forward { from, frame }),
            Verb::Drop => Some(Move::Drop { from, frame }),
            Verb::Alter => {
                let after = altered(self.mode, from, &frame, &decision.fields)?;
                Some(Move::Alter { from, before: frame, after })
            }
        };
        self.number = self.number.saturating_add(1);
        self.holds &= decision.action != Verb::Resume;
        let kind = held.frame.kind.to_string();
        let facts = vec![Fact::Decided { from, kind, action: decision.action, fields: decision.fields.clone() }];
        let moves = held.moves.clone();
        let Some(instead) = instead else { return Ok((facts, moves)) };
        let (about, others): (Vec<Move>, Vec<Move>) =
            moves.into_iter().partition(|made| is_about(made, from, &held.frame));
        if about.iter().all(|made| matches!(made, Move::Hold { .. })) {
            self.settled.push((from, held.frame.clone()));
        }
        // What the attack would say in somebody's name, and whom it would leave, belongs to what it would do here.
        let others = others.into_iter().filter(|made| !matches!(made, Move::Inject { .. } | Move::Cut(_)));
        Ok((facts, others.chain([instead]).collect()))
    }
}

/// Whether a move decides about this frame.
fn is_about(made: &Move, of: Role, it: &Frame) -> bool {
    match made {
        Move::Forward { from, frame } | Move::Drop { from, frame } | Move::Hold { from, frame } => {
            (*from, frame) == (of, it)
        }
        Move::Alter { from, before, .. } => (*from, before) == (of, it),
        _ => false,
    }
}

/// What the attack would do with a frame, and the fields that it would alter.
fn proposal(held: &Held) -> (Option<Action>, Vec<Change>) {
    let about = held.moves.iter().rfind(|made| is_about(made, held.from, &held.frame));
    match about {
        Some(Move::Alter { before, after, .. }) if before != after => (Some(Action::Alter), changes(before, after)),
        Some(Move::Forward { .. } | Move::Alter { .. }) => (Some(Action::Forward), Vec::new()),
        Some(Move::Drop { .. }) => (Some(Action::Drop), Vec::new()),
        Some(Move::Hold { .. }) => (Some(Action::Hold), Vec::new()),
        _ => (None, Vec::new()),
    }
}
