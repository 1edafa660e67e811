//! One session under attack, without sockets: frames in, commands and facts out.

use crate::{
    attack::{Attack, Info, Move, Seen, Start, changes},
    attacks::{self, Resolved},
};
use cryptanalysis::Problem;
use lab::{
    algebra::real::Real,
    control::AttackOrder,
    event::{Action, Fact, Limit},
    mode::Mode,
    role::Role,
    scenario::Scenario,
    wire::{Frame, HEADER, Kind},
};
use sha2::{Digest, Sha256};

/// Octets of one victim's frames that are held back before no more of them is read: enough for all that a victim of the lab
/// says in a session.
pub const MOST_HELD: usize = 1 << 20;

pub(crate) const fn side(role: Role) -> usize {
    match role {
        Role::Client => 0,
        Role::Server => 1,
    }
}

fn octets(frame: &Frame) -> usize {
    HEADER + frame.body.len()
}

/// Something that the session wants done.
#[derive(Clone, Debug)]
pub enum Command {
    /// Send a frame to a victim.
    Send {
        /// To whom.
        to: Role,
        /// What.
        frame: Frame,
    },
    /// Tell a fact.
    Tell(Fact),
    /// Compute a discrete logarithm, and come back with [`Seen::Solved`].
    Solve(Problem),
    /// End the connection to a victim.
    Cut(Role),
}

/// An attack at work between two victims.
pub struct Session {
    mode: &'static Mode,
    info: Info,
    plays: String,
    attack: Box<dyn Attack>,
    flights: Vec<u32>,
    /// Handshake frames seen.
    seen: usize,
    /// Flight of the frame that is being handled.
    flight: u32,
    /// Octets of the client's and the server's frames that were seen and have neither left nor been dropped.
    in_hand: [usize; 2],
    /// It was told that no more is read of them for now.
    full: [bool; 2],
    steps: Vec<String>,
}

impl Session {
    /// Puts an attack to work; `plays` is how the scenario names it.
    pub fn new(info: Info, plays: String, start: Start) -> Self {
        let mode = start.mode;
        Self {
            mode,
            info,
            plays,
            attack: (info.start)(start),
            flights: mode.flights(),
            seen: 0,
            flight: 1,
            in_hand: [0; 2],
            full: [false; 2],
            steps: info.steps(),
        }
    }

    /// The session of an order.
    ///
    /// # Errors
    /// It names something unknown.
    pub fn of(order: &AttackOrder) -> Result<Self, attacks::Unknown> {
        let scenario =
            Scenario { mode: order.mode.clone(), attack: order.attack.clone(), without: Vec::new(), with: Vec::new() };
        let Resolved { info, played } = attacks::resolve(&scenario)?;
        let seed = order.seed.clone();
        let start = Start {
            mode: played.mode,
            variant: order.attack.variant.clone(),
            algebra: Box::new(move |purpose| Real::new(Sha256::digest(format!("{seed} {purpose}")).into())),
            as_server: order.as_server.clone(),
            as_client: order.as_client.clone(),
        };
        Ok(Self::new(*info, order.attack.to_string(), start))
    }

    /// The attack's record in the registry.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// A frame is being held back.
    pub fn holds(&self) -> bool {
        self.in_hand != [0; 2]
    }

    /// Whether more of a victim's frames are to be read. Of one that sends more while its frames are held back, they are
    /// left in its own hands.
    pub fn reads(&self, from: Role) -> bool {
        self.in_hand[side(from)] < MOST_HELD
    }

    /// What it tells at its beginning.
    pub fn begin(&self) -> Fact {
        Fact::Started { plays: self.plays.clone(), without: Vec::new(), with: Vec::new() }
    }

    /// Handles what happens.
    pub fn handle(&mut self, seen: Seen) -> Vec<Command> {
        if let Seen::Frame { from, frame } = &seen {
            self.count(frame);
            self.in_hand[side(*from)] += octets(frame);
        }
        let moves = self.attack.handle(seen);
        let mut commands = Vec::new();
        for made in moves {
            self.carry_out(made, &mut commands);
        }
        for role in [Role::Client, Role::Server] {
            let full = !self.reads(role);
            if full && !std::mem::replace(&mut self.full[side(role)], full) {
                commands.push(Command::Tell(Fact::Limited { limit: Limit::Held, most: MOST_HELD as u64 }));
            }
        }
        commands
    }

    fn count(&mut self, frame: &Frame) {
        if frame.kind == Kind::Record {
            self.flight = self.mode.record_flight();
        } else {
            self.flight = self.flights.get(self.seen).copied().unwrap_or_else(|| self.mode.record_flight());
            self.seen += 1;
        }
    }

    /// A frame has left the attacker's hands.
    fn left(&mut self, from: Role, frame: &Frame) {
        let in_hand = &mut self.in_hand[side(from)];
        *in_hand = in_hand.saturating_sub(octets(frame));
    }

    fn carry_out(&mut self, made: Move, commands: &mut Vec<Command>) {
        let flight = self.flight;
        let relayed = |from: Role, action, frame: Option<&Frame>, after: Option<&Frame>| {
            let kind = frame.or(after).map(|frame| frame.kind.to_string()).unwrap_or_default();
            Fact::Relayed {
                from,
                action,
                flight,
                kind,
                before: frame.map(Frame::to_text),
                after: after.map(Frame::to_text),
                changed: match (frame, after) {
                    (Some(before), Some(after)) if before != after => changes(before, after),
                    _ => Vec::new(),
                },
            }
        };
        match made {
            Move::Step(number) => {
                let text = number.checked_sub(1).and_then(|i| self.steps.get(i as usize)).cloned().unwrap_or_default();
                commands.push(Command::Tell(Fact::Step { number, text }));
            }
            Move::Forward { from, frame } => {
                self.left(from, &frame);
                commands.push(Command::Tell(relayed(from, Action::Forward, Some(&frame), Some(&frame))));
                commands.push(Command::Send { to: from.peer(), frame });
            }
            Move::Alter { from, before, after } => {
                self.left(from, &before);
                let action = if before == after { Action::Forward } else { Action::Alter };
                commands.push(Command::Tell(relayed(from, action, Some(&before), Some(&after))));
                commands.push(Command::Send { to: from.peer(), frame: after });
            }
            Move::Drop { from, frame } => {
                self.left(from, &frame);
                commands.push(Command::Tell(relayed(from, Action::Drop, Some(&frame), None)));
            }
            Move::Inject { name, frame } => {
                commands.push(Command::Tell(relayed(name, Action::Inject, None, Some(&frame))));
                commands.push(Command::Send { to: name.peer(), frame });
            }
            Move::Hold { from, frame } => {
                commands.push(Command::Tell(relayed(from, Action::Hold, Some(&frame), None)));
            }
            Move::Tell(fact) => commands.push(Command::Tell(fact)),
            Move::Solve(problem) => commands.push(Command::Solve(problem)),
            Move::Cut(role) => commands.push(Command::Cut(role)),
        }
    }
}
