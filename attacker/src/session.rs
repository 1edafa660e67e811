//! One session under attack, without sockets: frames in, commands and facts out.

use crate::{
    attack::{Attack, Info, Move, Seen, Start, changes},
    attacks,
};
use cryptanalysis::Problem;
use lab::{
    algebra::real::Real,
    control::AttackOrder,
    event::{Action, Fact},
    mode::Mode,
    role::Role,
    scenario::Scenario,
    wire::{Frame, Kind},
};
use sha2::{Digest, Sha256};

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
    holds: bool,
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
            holds: false,
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
        let (mode, info, _) = attacks::resolve(&scenario)?;
        let seed = order.seed.clone();
        let start = Start {
            mode,
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
        self.holds
    }

    /// What it tells at its beginning.
    pub fn begin(&self) -> Fact {
        Fact::Started { plays: self.plays.clone(), without: Vec::new(), with: Vec::new() }
    }

    /// Handles what happens.
    pub fn handle(&mut self, seen: Seen) -> Vec<Command> {
        if let Seen::Frame { frame, .. } = &seen {
            self.count(frame);
        }
        let moves = self.attack.handle(seen);
        let mut commands = Vec::new();
        for made in moves {
            self.carry_out(made, &mut commands);
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

    fn carry_out(&mut self, made: Move, commands: &mut Vec<Command>) {
        let relayed = |from: Role, action, frame: Option<&Frame>, after: Option<&Frame>| {
            let kind = frame.or(after).map(|frame| frame.kind.to_string()).unwrap_or_default();
            Fact::Relayed {
                from,
                action,
                flight: self.flight,
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
                self.holds = false;
                commands.push(Command::Tell(relayed(from, Action::Forward, Some(&frame), Some(&frame))));
                commands.push(Command::Send { to: from.peer(), frame });
            }
            Move::Alter { from, before, after } => {
                self.holds = false;
                let action = if before == after { Action::Forward } else { Action::Alter };
                commands.push(Command::Tell(relayed(from, action, Some(&before), Some(&after))));
                commands.push(Command::Send { to: from.peer(), frame: after });
            }
            Move::Drop { from, frame } => {
                commands.push(Command::Tell(relayed(from, Action::Drop, Some(&frame), None)));
            }
            Move::Inject { name, frame } => {
                commands.push(Command::Tell(relayed(name, Action::Inject, None, Some(&frame))));
                commands.push(Command::Send { to: name.peer(), frame });
            }
            Move::Hold { from, frame } => {
                self.holds = true;
                commands.push(Command::Tell(relayed(from, Action::Hold, Some(&frame), None)));
            }
            Move::Tell(fact) => commands.push(Command::Tell(fact)),
            Move::Solve(problem) => commands.push(Command::Solve(problem)),
            Move::Cut(role) => commands.push(Command::Cut(role)),
        }
    }
}
