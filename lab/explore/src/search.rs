//! The search: every state that the attacker can bring about within the bound, the nearest first.

use crate::{
    delivery::{Delivered, Memory, Taken, deliveries, records},
    goal::Goal,
    knowledge::{Knowledge, Recipe},
    party::{Party, Sent},
    trace::Trace,
    world::{Sessions, World},
};
use lab::handshake::Stop;
use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::Arc,
};

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
    fn hear(&mut self, sent: Vec<Sent>) {
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
            self.sent.push(Arc::new(sent));
        }
    }

    /// The state after a party has taken something.
    pub(crate) fn after(&self, party: Party, sent: Vec<Sent>) -> Self {
        let mut next = self.clone();
        let cast = party.cast;
        next.parties[cast] = Arc::new(party);
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
                Some(_) => party.receive(values).ok()?,
                None => {
                    let taken = records(world, self, &party);
                    let same = taken.into_iter().find(|taken| taken.delivered == step.delivered)?;
                    party = same.party;
                }
            }
        }
        let sent = party.send(world).ok()?;
        Some(self.after(party, sent))
    }

    fn key(&self) -> Box<[u64]> {
        self.parties.iter().map(|party| party.history()).collect()
    }
}

/// How far to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// How many sessions.
    pub sessions: Sessions,
    /// How many states at most.
    pub states: usize,
}

impl Default for Bound {
    fn default() -> Self {
        Self { sessions: Sessions::default(), states: 200_000 }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Found {
    /// Goals that were lost, each with a shortest way to lose it.
    pub attacks: BTreeMap<Goal, Trace>,
    /// States looked at.
    pub states: usize,
    /// Casts that were looked at to the end, of how many.
    pub exhausted: (usize, usize),
    /// Why nobody gets to the end even if the attacker only listens: then nothing can be lost, and nothing was looked for.
    pub vacuous: Option<String>,
}

/// Looks for a way to lose each of these goals, in each of these worlds; until the first is found, or until all are.
pub fn search(worlds: &[World], goals: &[Goal], most: usize, first_only: bool) -> Found {
    let mut found = Found { attacks: BTreeMap::new(), states: 0, exhausted: (0, worlds.len()), vacuous: None };
    if let Some(why) = worlds.first().and_then(|world| honest(world).err()) {
        found.vacuous = Some(why);
        found.exhausted.0 = worlds.len();
        return found;
    }
    for world in worlds {
        if explore(world, goals, most, first_only, &mut found) {
            found.exhausted.0 += 1;
        }
        if first_only && !found.attacks.is_empty() {
            break;
        }
    }
    found
}

/// Where a state came from.
struct Node {
    before: usize,
    step: Step,
}

/// Looks at one world; answers whether nothing was left out.
fn explore(world: &World, goals: &[Goal], most: usize, first_only: bool, found: &mut Found) -> bool {
    let Ok(first) = State::first(world) else { return true };
    let mut memory = Memory::default();
    let mut nodes: Vec<Option<Node>> = vec![None];
    let mut seen = HashSet::from([first.key()]);
    let mut waiting = VecDeque::from([(0, first)]);
    found.states += 1;
    while let Some((number, state)) = waiting.pop_front() {
        for party in state.parties.iter().filter(|party| party.awaited().is_some() && in_turn(world, &state, party)) {
            for taken in deliveries(world, &state, party, &mut memory) {
                let step = Step { to: party.cast, delivered: taken.delivered };
                let next = state.after(taken.party, taken.sent);
                if !seen.insert(next.key()) {
                    continue;
                }
                found.states += 1;
                let here = nodes.len();
                nodes.push(Some(Node { before: number, step }));
                judge(world, goals, &next, || path(&nodes, here), first_only, found);
                if (first_only && !found.attacks.is_empty()) || goals.iter().all(|it| found.attacks.contains_key(it)) {
                    return true;
                }
                if seen.len() >= most {
                    return false;
                }
                waiting.push_back((here, next));
            }
        }
    }
    true
}

/// Of those who are alike but for what they drew, the first is the first to whom something is delivered.
fn in_turn(world: &World, state: &State, party: &Party) -> bool {
    let alike = |other: &&Arc<Party>| {
        let (one, two) = (&world.casts[other.cast], &world.casts[party.cast]);
        std::ptr::eq(one.table, two.table) && (one.role, one.owner, one.peer) == (two.role, two.owner, two.peer)
    };
    state.parties[..party.cast].iter().filter(alike).all(|other| other.history() != 0)
}

/// Looks at every end that this state can come to: records are read as far as they can be, which gives nobody anything new.
/// Each party reads the first record that it can, but for one, which reads each in turn.
fn judge(
    world: &World,
    goals: &[Goal],
    state: &State,
    path: impl Fn() -> Vec<Step>,
    first_only: bool,
    found: &mut Found,
) {
    let options: Vec<(usize, Vec<Taken>)> =
        state.parties.iter().map(|party| (party.cast, records(world, state, party))).collect();
    let firsts = |but: usize| {
        let others = options.iter().filter(move |(cast, _)| *cast != but);
        others.filter_map(|(to, taken)| Some((*to, taken.first()?)))
    };
    let mut look = |reads: Vec<(usize, &Taken)>| {
        let mut parties = state.parties.clone();
        reads.iter().for_each(|(to, taken)| parties[*to] = Arc::new(taken.party.clone()));
        for goal in goals {
            if found.attacks.contains_key(goal) || (first_only && !found.attacks.is_empty()) {
                continue;
            }
            if let Some(victim) = goal.lost(world, &parties, &state.knowledge) {
                let reads = reads.iter().map(|(to, taken)| Step { to: *to, delivered: taken.delivered.clone() });
                let steps = path().into_iter().chain(reads).collect();
                found.attacks.insert(*goal, Trace::new(world, *goal, victim, steps));
            }
        }
    };
    if !world.records {
        look(Vec::new());
    }
    for (to, taken) in &options {
        for one in taken {
            look(std::iter::once((*to, one)).chain(firsts(*to)).collect());
        }
    }
}

fn path(nodes: &[Option<Node>], mut at: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(node) = &nodes[at] {
        steps.push(node.step.clone());
        at = node.before;
    }
    steps.reverse();
    steps
}

/// Runs the first client and the first server with nobody between them, to the end.
///
/// # Errors
/// Who stopped, and why.
fn honest(world: &World) -> Result<(), String> {
    let told = |cast: usize, stop: Stop| format!("{}: {stop}", world.party(cast));
    let mut state = State::first(world).map_err(|stop| told(0, stop))?;
    let pair = [0, 1];
    while let Some(to) = pair.into_iter().find(|cast| {
        let (party, other) = (&state.parties[*cast], 1 - *cast);
        party
            .awaited()
            .is_some_and(|(number, _)| state.sent.iter().any(|sent| sent.by == other && sent.message == Some(number)))
    }) {
        let mut party = (*state.parties[to]).clone();
        while let Some((number, _)) = party.awaited() {
            let sent = state.sent.iter().find(|sent| sent.by == 1 - to && sent.message == Some(number));
            let Some(sent) = sent else { break };
            party.receive(&sent.values).map_err(|stop| told(to, stop))?;
        }
        let sent = party.send(world).map_err(|stop| told(to, stop))?;
        state = state.after(party, sent);
    }
    match pair.iter().find(|cast| !state.parties[**cast].is_done()) {
        Some(cast) => Err(format!("{} waits for ever", world.party(*cast))),
        None => Ok(()),
    }
}
