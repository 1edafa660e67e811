//! Where everybody stands: what was delivered, what was sent, what the attacker knows.

use crate::{
    delivery::{Delivered, is_such, records, voice},
    knowledge::{Knowledge, Needs, Recipe},
    party::{Party, Sent, mix},
    term::Term,
    world::World,
};
use lab::handshake::Stop;
use std::{ops::Range, sync::Arc};

/// Where everybody stands, and what the attacker has made of it.
#[derive(Clone)]
pub struct State {
    /// One for each of the cast.
    pub parties: Vec<Arc<Party>>,
    /// Everything that was sent, in order.
    pub sent: Vec<Arc<Sent>>,
    /// What the attacker knows.
    pub knowledge: Arc<Knowledge>,
}

/// One thing that the attacker did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// To whom, by its place in the cast.
    pub to: usize,
    /// What it delivered.
    pub delivered: Delivered,
}

impl State {
    /// The beginning: whoever speaks first has spoken.
    ///
    /// # Errors
    /// The table wants something that nobody has, or a party cannot say its first word.
    pub fn first(world: &World) -> Result<Self, Stop> {
        let mut state = Self { parties: Vec::new(), sent: Vec::new(), knowledge: Arc::new(world.knowledge()) };
        for cast in 0..world.casts.len() {
            let mut party = Party::new(world, cast)?;
            let sent = party.send(world)?;
            state.parties.push(Arc::new(party));
            state.hear(sent);
        }
        Ok(state)
    }

    /// The wire is the attacker's: what is sent is known.
    fn hear(&mut self, sent: Vec<Arc<Sent>>) {
        if sent.is_empty() {
            return;
        }
        let knowledge = Arc::make_mut(&mut self.knowledge);
        for sent in sent {
            let number = self.sent.len();
            for (field, value) in sent.values.iter().enumerate() {
                let recipe = if sent.message.is_some() { Recipe::Seen(number, field) } else { Recipe::Record(number) };
                knowledge.learn(value.clone(), recipe);
            }
            self.sent.push(sent);
        }
    }

    /// The state after a party has taken something.
    pub(crate) fn after(&self, party: Arc<Party>, sent: Vec<Arc<Sent>>) -> Self {
        let mut next = self.clone();
        let cast = party.cast;
        next.parties[cast] = party;
        next.hear(sent);
        next
    }

    /// The state after this step; `None` where the attacker cannot make what is delivered, or the party does not take it.
    pub fn step(&self, world: &World, step: &Step) -> Option<Self> {
        let mut party = (*self.parties[step.to]).clone();
        for (message, values) in &step.delivered {
            if !values.iter().all(|value| self.knowledge.can(value)) {
                return None;
            }
            match message {
                Some(_) => {
                    let (_, awaited) = party.awaited()?;
                    if voice(world, self, &party, awaited).is_some_and(|said| !said.contains(values)) {
                        return None;
                    }
                    party.receive(values).ok()?;
                }
                None => {
                    let taken = records(world, self, &party);
                    let same = taken.into_iter().find(|taken| taken.delivered == step.delivered)?;
                    party = (*same.party).clone();
                }
            }
        }
        let sent = party.send(world).ok()?;
        Some(self.after(Arc::new(party), sent))
    }

    /// Which of the sent messages the attacker makes this of. A flight on which nothing hangs could be of any such messages.
    pub(crate) fn needs(&self, world: &World, step: &Step) -> Needs {
        let delivered = || step.delivered.iter().filter_map(|(number, values)| Some(((*number)?, values)));
        if delivered().next().is_some() && delivered().all(|(number, values)| world.all_dead(number, values.len())) {
            let messages = world.casts[step.to].table.messages;
            let is_one = |sent: &Sent| delivered().any(|(number, _)| is_such(world, sent, &messages[number]));
            let such = self.sent.iter().enumerate().filter(|(_, sent)| is_one(sent));
            return such.fold(0, |needs, (number, _)| needs | 1 << number.min(63));
        }
        let made = |value: &Term| self.knowledge.needs(value).unwrap_or(0);
        step.delivered.iter().flat_map(|(_, values)| values).fold(0, |needs, value| needs | made(value))
    }

    /// A number that follows from all that was delivered to each, once these have come that far.
    pub(crate) fn key_after(&self, moved: &[&Party]) -> u64 {
        let moved =
            |party: &Party| moved.iter().find(|it| it.cast == party.cast).map_or(party.history(), |it| it.history());
        self.parties.iter().fold(0, |so_far, party| mix(so_far, moved(party)))
    }
}

/// Runs the first client and the first server, and the first third where there is one, with nobody between them, to the end.
///
/// # Errors
/// Who stopped, and why.
pub(crate) fn honest(world: &World) -> Result<(), String> {
    let why = |stop: Stop| match stop {
        Stop::Check(finding) => finding.check.id.to_owned(),
        other => other.to_string(),
    };
    let told = |cast: usize, stop: Stop| format!("{}: {}", world.party(cast), why(stop));
    let mut state = State::first(world).map_err(|stop| told(0, stop))?;
    let first = 0..if world.third.is_some() { 3 } else { 2 };
    while let Some(to) = first.clone().find(|cast| said_to(world, &state, &state.parties[*cast], &first).is_some()) {
        let mut party = (*state.parties[to]).clone();
        while let Some(sent) = said_to(world, &state, &party, &first) {
            party.receive(&sent.values).map_err(|stop| told(to, stop))?;
        }
        let sent = party.send(world).map_err(|stop| told(to, stop))?;
        state = state.after(Arc::new(party), sent);
    }
    match first.into_iter().find(|cast| !state.parties[*cast].is_done()) {
        Some(cast) => Err(format!("{} waits for ever", world.party(cast))),
        None => Ok(()),
    }
}

/// What another of these has said to a party that waits for it.
fn said_to<'s>(world: &World, state: &'s State, party: &Party, of: &Range<usize>) -> Option<&'s Sent> {
    let (number, message) = party.awaited()?;
    let is_it = |sent: &Sent| match world.third {
        Some(_) => is_such(world, sent, message),
        None => sent.message == Some(number),
    };
    let sent = state.sent.iter().map(AsRef::as_ref);
    sent.filter(|sent| of.contains(&sent.by) && sent.by != party.cast).find(|sent| is_it(sent))
}
