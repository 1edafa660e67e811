//! The search: every state that the attacker can bring about within the bound, the nearest first.

use crate::{
    delivery::{Memory, Taken, deliveries, records},
    goal::Goal,
    knowledge::Needs,
    party::{Party, mix},
    state::{State, Step, honest},
    term::ByDigest,
    trace::Trace,
    world::{Sessions, World},
};
use std::{
    cell::LazyCell,
    collections::{BTreeMap, HashSet, VecDeque},
    ops::ControlFlow,
    sync::Arc,
};

/// How far to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// How many sessions.
    pub sessions: Sessions,
    /// How many states at most.
    pub states: usize,
    /// How many answers may lie unused at a time.
    pub in_hand: usize,
}

impl Default for Bound {
    fn default() -> Self {
        Self { sessions: Sessions::default(), states: 200_000, in_hand: 1 }
    }
}

impl Bound {
    /// So many states at most, and otherwise what is usual.
    pub fn of(states: usize) -> Self {
        Self { states, ..Self::default() }
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
    /// Of the goals, those that the table grants whatever the attacker does: these were not looked for.
    pub granted: Vec<Goal>,
    /// Why nobody gets to the end even if the attacker only listens: then nothing can be lost, and nothing was looked for.
    pub vacuous: Option<String>,
}

/// Looks for a way to lose each of these goals, in each of these worlds; until the first is found, or until all are.
pub fn search(worlds: &[World], goals: &[Goal], bound: Bound, first_only: bool) -> Found {
    search_watched(worlds, goals, bound, first_only, &|_| ControlFlow::Continue(()))
}

/// The same, and says now and then how many states more were looked at; it is cut off where it is told to.
pub fn search_watched(
    worlds: &[World],
    goals: &[Goal],
    bound: Bound,
    first_only: bool,
    watch: &dyn Fn(usize) -> ControlFlow<()>,
) -> Found {
    let mut found =
        Found { attacks: BTreeMap::new(), states: 0, exhausted: (0, worlds.len()), granted: Vec::new(), vacuous: None };
    if let Some(why) = worlds.first().and_then(|world| honest(world).err()) {
        found.vacuous = Some(why);
        found.exhausted.0 = worlds.len();
        return found;
    }
    let is_granted = |world: &World, goal: &Goal| world.granted.contains(goal);
    found.granted = goals.iter().copied().filter(|goal| worlds.iter().all(|world| is_granted(world, goal))).collect();
    for world in worlds {
        let goals: Vec<Goal> = goals.iter().copied().filter(|goal| !is_granted(world, goal)).collect();
        let search = Search {
            world,
            goals: &goals,
            bound,
            first_only,
            watch,
            nodes: vec![None],
            seen: HashSet::default(),
            waiting: VecDeque::new(),
            found: &mut found,
        };
        if search.run() {
            found.exhausted.0 += 1;
        }
        if first_only && !found.attacks.is_empty() {
            break;
        }
    }
    found
}

impl Found {
    /// What [`search`] finds first in several worlds, of what it finds first in each: the order of the worlds decides, and not
    /// which was looked at first.
    pub fn first_of(each: impl IntoIterator<Item = Self>) -> Self {
        let mut all =
            Self { attacks: BTreeMap::new(), states: 0, exhausted: (0, 0), granted: Vec::new(), vacuous: None };
        for found in each {
            all.exhausted.1 += found.exhausted.1;
            if !all.attacks.is_empty() {
                continue;
            }
            all.exhausted.0 += found.exhausted.0;
            all.states += found.states;
            (all.attacks, all.vacuous) = (found.attacks, all.vacuous.or(found.vacuous));
            all.granted = found.granted;
        }
        all
    }
}

/// So many states are looked at before it is said how many.
const BETWEEN: usize = 500;

/// Where a state came from.
struct Node {
    before: usize,
    step: Step,
}

/// A state that is still to be gone on from.
struct Open {
    node: usize,
    state: State,
    hand: Vec<Answer>,
}

/// What somebody said, and nobody has made anything of yet: as long as that is so, nothing is gained by its being said.
#[derive(Clone)]
struct Answer {
    by: usize,
    /// The messages.
    sent: Needs,
    /// It was said last: whoever said it is done with the handshake.
    last: bool,
}

/// What is in hand after somebody has taken what was made of these messages; `None` where too much is left lying. Of use by itself
/// is the last word of whoever `accepts` without another's: its peer may be led elsewhere.
fn in_hand(
    hand: &[Answer],
    most: usize,
    to: usize,
    needs: Needs,
    said: Option<Answer>,
    accepts: impl Fn(usize) -> bool,
) -> Option<Vec<Answer>> {
    let lies = |answer: &&Answer| answer.by != to && answer.sent & needs == 0 && !(answer.last && accepts(answer.by));
    let unused = hand.iter().filter(lies);
    let mut left: Vec<Answer> = unused.cloned().collect();
    // What is said last has no other use than the next step.
    let idle = left.iter().any(|answer| answer.last);
    left.extend(said);
    (!idle && left.len() <= most).then_some(left)
}

/// The states of one world, as far as they are known.
struct Search<'s> {
    world: &'s World,
    goals: &'s [Goal],
    bound: Bound,
    first_only: bool,
    watch: &'s dyn Fn(usize) -> ControlFlow<()>,
    nodes: Vec<Option<Node>>,
    seen: HashSet<u64, ByDigest>,
    waiting: VecDeque<Open>,
    found: &'s mut Found,
}

impl Search<'_> {
    /// Looks at one world; answers whether nothing was left out.
    fn run(mut self) -> bool {
        let Ok(first) = State::first(self.world) else { return true };
        if self.is_over() {
            return true;
        }
        if (self.watch)(0).is_break() {
            return false;
        }
        let mut memory = Memory::default();
        self.is_new(first.key_after(&[]), Some(&[]));
        self.waiting.push_back(Open { node: 0, state: first, hand: Vec::new() });
        let mut told = self.found.states;
        while let Some(open) = self.waiting.pop_front() {
            self.go_on(&open, &mut memory);
            if self.found.states - told >= BETWEEN {
                let goes_on = (self.watch)(self.found.states - told);
                told = self.found.states;
                if goes_on.is_break() && !self.is_over() {
                    return false;
                }
            }
            if self.is_over() {
                return true;
            }
            if self.seen.len() >= self.bound.states {
                return false;
            }
        }
        true
    }

    fn is_over(&self) -> bool {
        let lost = &self.found.attacks;
        (self.first_only && !lost.is_empty()) || self.goals.iter().all(|goal| lost.contains_key(goal))
    }

    fn is_new(&mut self, state: u64, hand: Option<&[Answer]>) -> bool {
        let by = |hand: &[Answer]| hand.iter().fold(1, |by, answer| by | 2 << answer.by);
        let new = self.seen.insert(mix(state, hand.map_or(0, by)));
        self.found.states += usize::from(new);
        new
    }

    /// Every step from here.
    fn go_on(&mut self, open: &Open, memory: &mut Memory) {
        let (world, state) = (self.world, &open.state);
        let mut ends: Vec<(usize, Taken)> = Vec::new();
        for party in state.parties.iter().filter(|party| party.awaited().is_some()) {
            let to = party.cast;
            let turn = in_turn(world, state, to, None);
            for taken in deliveries(world, state, party, memory) {
                if turn {
                    self.take(open, to, &taken);
                }
                if self.is_over() {
                    return;
                }
                if taken.party.is_done() && taken.sent.iter().all(|sent| world.is_dead(sent)) {
                    ends.push((to, taken));
                }
            }
        }
        self.pairs(open.node, state, &ends);
    }

    /// One step from here.
    fn take(&mut self, Open { node, state, hand }: &Open, to: usize, taken: &Taken) {
        let next = LazyCell::new(|| state.after(taken.party.clone(), taken.sent.clone()));
        let last = taken.party.is_done();
        // Nobody needs to hear a last word that is dead.
        let ends = last && taken.sent.iter().all(|sent| self.world.is_dead(sent));
        let said = taken.sent.iter().zip(state.sent.len()..).filter(|(sent, _)| sent.message.is_some());
        let spoke = said.fold(0, |sent, (_, number)| sent | 1 << number.min(63));
        let sent = if ends { 0 } else { spoke };
        // Where there is a third, one message may be made of what several said last.
        let alone = last && self.world.third.is_none();
        let answer = (sent != 0).then_some(Answer { by: to, sent, last: alone });
        let step = Step { to, delivered: taken.delivered.clone() };
        let accepts = |cast: usize| !records(self.world, &next, &next.parties[cast]).is_empty();
        let left = in_hand(hand, self.bound.in_hand, to, state.needs(self.world, &step), answer, accepts);
        // After what nobody waits for nothing follows.
        let left = left.filter(|_| sent != 0 || (spoke != 0 && accepts(to)));
        if !(last || left.is_some()) || !self.is_new(state.key_after(&[&taken.party]), left.as_deref()) {
            return;
        }
        let here = self.nodes.len();
        self.nodes.push(Some(Node { before: *node, step }));
        self.judge(&next, here, None);
        if let Some(hand) = left.filter(|_| !self.is_over()) {
            self.waiting.push_back(Open { node: here, state: (*next).clone(), hand });
        }
    }

    /// Two who come to their end, with nothing more to say, and with something in common: the keys.
    fn pairs(&mut self, node: usize, state: &State, ends: &[(usize, Taken)]) {
        let alike = |one: &Party, other: &Party| {
            let (ours, theirs) = (one.keys(), other.keys());
            ours.into_iter().flatten().any(|key| theirs.into_iter().flatten().any(|it| it == key))
        };
        for (at, (first, one)) in ends.iter().enumerate() {
            for (second, other) in &ends[at + 1..] {
                let turns =
                    in_turn(self.world, state, *first, None) && in_turn(self.world, state, *second, Some(*first));
                if first == second || !turns || !alike(&one.party, &other.party) {
                    continue;
                }
                if !self.is_new(state.key_after(&[&one.party, &other.party]), None) {
                    continue;
                }
                let between = state.after(one.party.clone(), one.sent.clone());
                let next = between.after(other.party.clone(), other.sent.clone());
                let step = |to: usize, taken: &Taken| Step { to, delivered: taken.delivered.clone() };
                let here = self.nodes.len();
                self.nodes.push(Some(Node { before: node, step: step(*first, one) }));
                self.judge(&next, here, Some(step(*second, other)));
                if self.is_over() {
                    return;
                }
            }
        }
    }

    /// Looks at every end that this state can come to: records are read as far as they can be, which gives nobody anything new.
    /// Each party reads the first record that it can, but for one, which reads each in turn.
    fn judge(&mut self, state: &State, node: usize, last: Option<Step>) {
        let world = self.world;
        if !state.parties.iter().any(|party| party.is_done()) {
            return;
        }
        let options: Vec<(usize, Vec<Taken>)> =
            state.parties.iter().map(|party| (party.cast, records(world, state, party))).collect();
        let firsts = |but: usize| {
            let others = options.iter().filter(move |(cast, _)| *cast != but);
            others.filter_map(|(to, taken)| Some((*to, taken.first()?)))
        };
        let mut look = |reads: Vec<(usize, &Taken)>| {
            let mut parties = state.parties.clone();
            reads.iter().for_each(|(to, taken)| parties[*to] = taken.party.clone());
            for goal in self.goals {
                if self.is_over() || self.found.attacks.contains_key(goal) {
                    continue;
                }
                if let Some(victim) = goal.lost(world, &parties, &state.knowledge) {
                    let reads = reads.iter().map(|(to, taken)| Step { to: *to, delivered: taken.delivered.clone() });
                    let steps = path(&self.nodes, node).into_iter().chain(last.clone()).chain(reads).collect();
                    self.found.attacks.insert(*goal, Trace::new(world, *goal, victim, steps));
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
}

/// Of those who are alike but for what they drew, the first is the first to whom something is delivered. `but` counts as one who
/// got something.
fn in_turn(world: &World, state: &State, to: usize, but: Option<usize>) -> bool {
    let alike = |other: &&Arc<Party>| world.casts[other.cast].is_like(&world.casts[to]);
    state.parties[..to].iter().filter(alike).all(|other| other.history() != 0 || Some(other.cast) == but)
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
