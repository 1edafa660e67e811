//! One session under attack, without sockets: frames in, commands and facts out.

use crate::{
    attack::{Beside, Call, Info, Move, Recipe, Seen, Start, changes},
    attacks::{self, Resolved},
    hand::{Hand, Taken},
};
use cryptanalysis::Problem;
use lab::{
    algebra::real::Real,
    control::AttackOrder,
    event::{Action, Fact, Limit},
    hand::Decision,
    mode::Mode,
    role::Role,
    scenario::Scenario,
    staging::own_group,
    wire::{Channel, Frame, HEADER, Kind},
};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};

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
    /// Call the server on a connection of its own, and come back with [`Seen::Called`].
    Call(Call),
    /// End the connection to a victim.
    Cut(Role),
}

/// What is said by voice goes from one victim to the other whoever listens.
fn voiced(seen: &Seen) -> Option<Move> {
    match seen {
        Seen::Frame { from, frame } if frame.kind.channel() == Channel::Voice => {
            Some(Move::Forward { from: *from, frame: frame.clone() })
        }
        _ => None,
    }
}

/// What an order puts to work.
fn ordered(order: &AttackOrder) -> Result<(Info, Start), attacks::Unknown> {
    let scenario =
        Scenario { mode: order.mode.clone(), attack: order.attack.clone(), without: Vec::new(), with: Vec::new() };
    let Resolved { info, played, .. } = attacks::scripted(&scenario, order.script.as_ref())?;
    let seed = order.seed.clone();
    let start = Start {
        mode: played.mode,
        variant: order.attack.variant.clone(),
        now: order.now,
        algebra: Box::new(move |purpose| Real::new(Sha256::digest(format!("{seed} {purpose}")).into())),
        as_server: order.as_server.clone(),
        as_client: order.as_client.clone(),
        afterwards: order.afterwards.clone(),
        recording: order.recording.iter().filter_map(|frame| Frame::from_text(frame)).collect(),
        group: own_group(&order.mode),
        script: order.script.clone(),
    };
    Ok((*info, start))
}

/// An attack at work between two victims.
pub struct Session {
    mode: &'static Mode,
    info: Info,
    plays: String,
    attack: Arc<Recipe>,
    /// Somebody decides in the attack's place.
    hand: Option<Hand>,
    /// Handshake frames that were dealt with, by whose they were or in whose name they were sent.
    dealt_with: Vec<(Role, Kind)>,
    /// Octets of the client's and the server's frames that were seen and have neither left nor been dropped.
    in_hand: [usize; 2],
    /// It was told that no more is read of them for now.
    full: [bool; 2],
    steps: Vec<String>,
    recipe: &'static str,
}

impl Session {
    /// Puts an attack to work; `plays` is how the scenario names it.
    pub fn new(info: Info, plays: String, start: Start) -> Self {
        let mode = start.mode;
        Self::with(info, plays, mode, Arc::new(Mutex::new((info.start)(start))))
    }

    fn with(info: Info, plays: String, mode: &'static Mode, attack: Arc<Recipe>) -> Self {
        Self {
            mode,
            info,
            plays,
            attack,
            hand: None,
            dealt_with: Vec::new(),
            in_hand: [0; 2],
            full: [false; 2],
            steps: info.steps(),
            recipe: attacks::recipe(&info),
        }
    }

    /// The session of an order.
    ///
    /// # Errors
    /// It names something unknown.
    pub fn of(order: &AttackOrder) -> Result<Self, attacks::Unknown> {
        let (info, start) = ordered(order)?;
        Ok(Self::new(info, order.attack.to_string(), start).by_hand(order))
    }

    /// The session of an order, in which a recipe goes on that had a hand in an earlier one.
    ///
    /// # Errors
    /// It names something unknown.
    pub fn again(order: &AttackOrder, recipe: Arc<Recipe>) -> Result<Self, attacks::Unknown> {
        let (info, start) = ordered(order)?;
        let mode = start.mode;
        let mut last = recipe.lock().unwrap_or_else(PoisonError::into_inner);
        let another = last.another(start).map_err(|start| last.again(*start));
        drop(last);
        let recipe = another.map_or(recipe, |it| Arc::new(Mutex::new(it)));
        Ok(Self::with(info, order.attack.to_string(), mode, recipe).by_hand(order))
    }

    fn by_hand(self, order: &AttackOrder) -> Self {
        let hand = order.hand.as_ref().map(|hand| Hand::new(self.mode, hand));
        Self { hand, ..self }
    }

    /// A frame waits for somebody's decision.
    pub fn is_held(&self) -> bool {
        self.hand.as_ref().is_some_and(Hand::is_full)
    }

    /// Does what somebody decided about the frame that is held; nothing where none is, or where it cannot be done.
    pub fn decide(&mut self, decision: &Decision) -> Vec<Command> {
        let Some((facts, moves)) = self.hand.as_mut().and_then(|hand| hand.decide(decision)) else { return Vec::new() };
        let mut commands: Vec<Command> = facts.into_iter().map(Command::Tell).collect();
        commands.extend(self.carried_out(moves));
        commands.extend(self.hand_on());
        commands
    }

    /// The recipe, for the next session of the campaign.
    pub fn recipe(&self) -> &Arc<Recipe> {
        &self.attack
    }

    /// Changes whenever something has passed in the sessions that are played at the same time; nothing where there are none.
    pub fn beside(&self) -> Option<Beside> {
        self.attack.lock().unwrap_or_else(PoisonError::into_inner).beside()
    }

    /// Goes on with what has passed in them.
    pub fn passed_beside(&mut self) -> Vec<Command> {
        let moves = self.attack.lock().unwrap_or_else(PoisonError::into_inner).passed_beside();
        let moves = self.left_over(moves);
        self.carried_out(moves)
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
            self.in_hand[side(*from)] += octets(frame);
        }
        if let (Some(hand), Seen::Frame { .. } | Seen::Ended(_)) = (&mut self.hand, &seen) {
            hand.wait(seen);
            return self.hand_on();
        }
        let moves = self.wanted(seen);
        self.carried_out(moves)
    }

    /// Goes on with what the recipe computes by itself; nothing where it computes nothing.
    pub fn go_on(&mut self) -> Option<Vec<Command>> {
        let moves = self.attack.lock().unwrap_or_else(PoisonError::into_inner).go_on()?;
        let moves = self.left_over(moves);
        Some(self.carried_out(moves))
    }

    /// Deals with what waits, until a frame is held.
    fn hand_on(&mut self) -> Vec<Command> {
        let mut commands = Vec::new();
        while let Some(seen) = self.hand.as_mut().and_then(Hand::next) {
            let ended = if let Seen::Ended(role) = seen { Some(role) } else { None };
            let frame = match &seen {
                Seen::Frame { from, frame } if frame.kind.channel() != Channel::Voice => Some((*from, frame.clone())),
                _ => None,
            };
            let moves = self.wanted(seen);
            let flight = frame.as_ref().map_or(0, |(from, frame)| self.flight(*from, frame.kind));
            let Some(hand) = &mut self.hand else { break };
            let parted = ended.and_then(|role| hand.ended(role));
            let (facts, moves) = match frame {
                None => (parted.into_iter().collect(), moves),
                Some((from, frame)) => match hand.take(from, frame, flight, moves) {
                    Taken::Held(fact) => (vec![fact], Vec::new()),
                    Taken::Done(facts, moves) => (facts, moves),
                },
            };
            commands.extend(facts.into_iter().map(Command::Tell));
            commands.extend(self.carried_out(moves));
        }
        commands
    }

    /// What the recipe would do about something that happens.
    fn wanted(&mut self, seen: Seen) -> Vec<Move> {
        let heard = voiced(&seen);
        let moves = self.attack.lock().unwrap_or_else(PoisonError::into_inner).handle(seen);
        let mut moves = self.left_over(moves);
        if let Some(spoken) = heard {
            // Whatever the recipe would like to do with it: a voice is heard, and that is all.
            moves.retain(|made| {
                !matches!(made, Move::Forward { .. } | Move::Alter { .. } | Move::Drop { .. } | Move::Hold { .. })
            });
            moves.insert(0, spoken);
        }
        moves
    }

    fn left_over(&mut self, moves: Vec<Move>) -> Vec<Move> {
        match &mut self.hand {
            Some(hand) => hand.left_over(moves),
            None => moves,
        }
    }

    fn carried_out(&mut self, mut moves: Vec<Move>) -> Vec<Command> {
        moves.retain(|made| !matches!(made, Move::Inject { frame, .. } if frame.kind.channel() == Channel::Voice));
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

    /// Number of the flight to which a frame belongs that is a victim's, or that is sent in its name: where the message of
    /// that kind stands in the mode's table, the next where there are several, the end where there is none.
    fn flight(&self, of: Role, kind: Kind) -> u32 {
        let flights = self.mode.flights();
        let alike =
            self.mode.messages.iter().zip(flights).filter(|(message, _)| (message.from, message.kind) == (of, kind));
        let alike: Vec<u32> = alike.map(|(_, flight)| flight).collect();
        let before = self.dealt_with.iter().filter(|known| **known == (of, kind)).count();
        alike.get(before).or(alike.last()).copied().unwrap_or_else(|| self.mode.record_flight())
    }

    /// Remembers handshake frames; a table has only so many, and what a victim sends beyond them is of no flight.
    fn dealt_with(&mut self, of: Role, kind: Kind) {
        if kind != Kind::Record && self.dealt_with.len() < 2 * self.mode.messages.len() {
            self.dealt_with.push((of, kind));
        }
    }

    /// A frame has left the attacker's hands.
    fn left(&mut self, from: Role, frame: &Frame) {
        let in_hand = &mut self.in_hand[side(from)];
        *in_hand = in_hand.saturating_sub(octets(frame));
    }

    fn carry_out(&mut self, made: Move, commands: &mut Vec<Command>) {
        let flight = match &made {
            Move::Forward { from, frame } | Move::Drop { from, frame } | Move::Hold { from, frame } => {
                self.flight(*from, frame.kind)
            }
            Move::Alter { from, before, .. } => self.flight(*from, before.kind),
            Move::Inject { name, frame } => self.flight(*name, frame.kind),
            _ => 0,
        };
        match &made {
            Move::Forward { from, frame } | Move::Drop { from, frame } => self.dealt_with(*from, frame.kind),
            Move::Alter { from, before, .. } => self.dealt_with(*from, before.kind),
            Move::Inject { name, frame } => self.dealt_with(*name, frame.kind),
            _ => {}
        }
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
                commands.push(Command::Tell(Fact::Step { number, text, recipe: Some(self.recipe.to_owned()) }));
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
            Move::Call(call) => commands.push(Command::Call(call)),
            Move::Solve(problem) => commands.push(Command::Solve(problem)),
            Move::Cut(role) => commands.push(Command::Cut(role)),
        }
    }
}
