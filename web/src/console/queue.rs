//! Whose turn it is: sessions wait by request, and requests take turns.
//!
//! Two classes of cost have slots of their own, so that computations that go on for minutes leave most of the lab to
//! everybody else, sessions by hand, which wait for somebody most of the time, have theirs besides, and guests come after whoever
//! controls the lab. Within a class the next session is of the request that has waited longest since its last. Sessions of one
//! mode, attack and seed look the same on the wire and never run at the same time.

use lab::scenario::{Scenario, Selection};
use std::collections::{HashMap, HashSet, VecDeque};

/// Sessions that may wait for their turn.
pub(super) const BACKLOG: usize = 4096;
/// Sessions by hand that run at the same time.
pub(super) const BY_HAND: usize = 4;
/// From so many seconds of one core on, a computation is heavy.
pub(crate) const HEAVY: f64 = 2.0;

/// What a session costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cost {
    /// Little: it is over at once.
    Light,
    /// A computation that keeps a core busy for long.
    Heavy,
    /// Somebody's time: it waits for decisions.
    ByHand,
    /// It is somebody's who only exercises here: whatever it costs, everybody else's turn comes first.
    Guest,
}

impl Cost {
    /// Of a computation that is known to take so many seconds of one core.
    pub(super) fn of(core_seconds: Option<f64>) -> Self {
        if core_seconds.is_some_and(|seconds| seconds >= HEAVY) { Self::Heavy } else { Self::Light }
    }
}

/// A session that waits.
#[derive(Debug)]
pub(super) struct Waiting<T> {
    pub(super) id: String,
    pub(super) scenario: Scenario,
    pub(super) seed: Option<u64>,
    pub(super) cost: Cost,
    /// What else belongs to it.
    pub(super) job: T,
}

/// What sessions look like on the wire: they are told apart by nothing else.
type Look = (Selection, Selection, u64);

impl<T> Waiting<T> {
    fn look(&self) -> Option<Look> {
        Some((self.scenario.mode.clone(), self.scenario.attack.clone(), self.seed?))
    }
}

/// The queue.
#[derive(Debug)]
pub(super) struct Queue<T> {
    light: Line<T>,
    heavy: Line<T>,
    by_hand: Line<T>,
    guests: Line<T>,
    /// Slots in all.
    slots: usize,
    waiting: usize,
    /// What the sessions look like that run.
    looks: HashSet<Look>,
    running: HashMap<String, (Cost, Option<Look>)>,
}

#[derive(Debug)]
struct Line<T> {
    requests: VecDeque<VecDeque<Waiting<T>>>,
    running: usize,
    /// Slots that it may take.
    slots: usize,
}

impl<T> Queue<T> {
    /// A queue for so many slots, of which one in eight may be taken by heavy sessions, and one in four by guests'.
    pub(super) fn new(slots: usize) -> Self {
        let line = |slots| Line { requests: VecDeque::new(), running: 0, slots };
        let heavy = line((slots / 8).max(1));
        Self {
            light: line(slots),
            heavy,
            by_hand: line(BY_HAND),
            guests: line((slots / 4).max(1)),
            slots,
            waiting: 0,
            looks: HashSet::new(),
            running: HashMap::new(),
        }
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Whether so many more may wait.
    pub(super) fn has_room(&self, sessions: usize) -> bool {
        self.waiting + sessions <= BACKLOG
    }

    /// The sessions of one request wait from now on.
    pub(super) fn push(&mut self, request: Vec<Waiting<T>>) {
        self.waiting += request.len();
        let all = [Cost::Light, Cost::Heavy, Cost::ByHand, Cost::Guest];
        let mut sessions = all.map(|cost| (cost, VecDeque::new()));
        for session in request {
            if let Some((_, line)) = sessions.iter_mut().find(|(cost, _)| *cost == session.cost) {
                line.push_back(session);
            }
        }
        for (cost, sessions) in sessions {
            if !sessions.is_empty() {
                self.line(cost).requests.push_back(sessions);
            }
        }
    }

    /// The session whose turn it is, if there is a slot for one: it runs from now on.
    pub(super) fn next(&mut self) -> Option<Waiting<T>> {
        let mut next = self.by_hand.next(&self.looks);
        if self.heavy.running + self.light.running + self.guests.running < self.slots {
            let lines = [&mut self.heavy, &mut self.light, &mut self.guests];
            next = next.or_else(|| lines.into_iter().find_map(|line| line.next(&self.looks)));
        }
        let next = next?;
        let look = next.look();
        self.waiting -= 1;
        self.running.insert(next.id.clone(), (next.cost, look.clone()));
        self.looks.extend(look);
        Some(next)
    }

    /// A session runs no more.
    pub(super) fn done(&mut self, id: &str) {
        if let Some((cost, look)) = self.running.remove(id) {
            self.line(cost).running -= 1;
            if let Some(look) = look {
                self.looks.remove(&look);
            }
        }
    }

    /// Takes a session out that has not begun.
    pub(super) fn withdraw(&mut self, id: &str) -> Option<Waiting<T>> {
        let found = self.lines().into_iter().find_map(|line| line.withdraw(id))?;
        self.waiting -= 1;
        Some(found)
    }

    /// Those that wait.
    pub(super) fn ids(&self) -> Vec<String> {
        let lines = [&self.light, &self.heavy, &self.by_hand, &self.guests];
        let requests = lines.into_iter().flat_map(|line| &line.requests);
        requests.flatten().map(|session| session.id.clone()).collect()
    }

    /// Takes all out that have not begun.
    pub(super) fn withdraw_all(&mut self) -> Vec<Waiting<T>> {
        self.waiting = 0;
        self.lines().into_iter().flat_map(|line| std::mem::take(&mut line.requests)).flatten().collect()
    }

    fn lines(&mut self) -> [&mut Line<T>; 4] {
        [&mut self.light, &mut self.heavy, &mut self.by_hand, &mut self.guests]
    }

    fn line(&mut self, cost: Cost) -> &mut Line<T> {
        match cost {
            Cost::Light => &mut self.light,
            Cost::Heavy => &mut self.heavy,
            Cost::ByHand => &mut self.by_hand,
            Cost::Guest => &mut self.guests,
        }
    }
}

impl<T> Line<T> {
    fn next(&mut self, looks: &HashSet<Look>) -> Option<Waiting<T>> {
        if self.running >= self.slots {
            return None;
        }
        let free = |session: &Waiting<T>| session.look().is_none_or(|look| !looks.contains(&look));
        let (which, session) = self
            .requests
            .iter()
            .enumerate()
            .find_map(|(which, request)| Some((which, request.iter().position(free)?)))?;
        let mut request = self.requests.remove(which)?;
        let next = request.remove(session);
        if !request.is_empty() {
            self.requests.push_back(request);
        }
        self.running += 1;
        next
    }

    fn withdraw(&mut self, id: &str) -> Option<Waiting<T>> {
        let (which, session) = self
            .requests
            .iter()
            .enumerate()
            .find_map(|(which, request)| Some((which, request.iter().position(|session| session.id == id)?)))?;
        let request = self.requests.get_mut(which)?;
        let found = request.remove(session);
        if request.is_empty() {
            self.requests.remove(which);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(name: &str, sessions: usize, cost: Cost) -> Vec<Waiting<()>> {
        let scenario: Scenario = "dh/relay".parse().unwrap();
        let id = |i| format!("{name}{i}");
        (0..sessions).map(|i| Waiting { id: id(i), scenario: scenario.clone(), seed: None, cost, job: () }).collect()
    }

    fn begun(queue: &mut Queue<()>) -> Vec<String> {
        std::iter::from_fn(|| queue.next()).map(|session| session.id).collect()
    }

    #[test]
    fn requests_take_turns() {
        let mut queue = Queue::new(1);
        queue.push(request("a", 3, Cost::Light));
        queue.push(request("b", 1, Cost::Light));
        queue.push(request("c", 2, Cost::Light));
        let mut order = Vec::new();
        while let Some(session) = queue.next() {
            assert!(queue.next().is_none(), "there is one slot");
            queue.done(&session.id);
            order.push(session.id);
        }
        assert_eq!(order, ["a0", "b0", "c0", "a1", "c1", "a2"]);
        assert_eq!(queue.waiting(), 0);
    }

    #[test]
    fn heavy_sessions_leave_most_slots_to_light_ones() {
        let mut queue = Queue::new(16);
        queue.push(request("heavy", 100, Cost::Heavy));
        assert_eq!(begun(&mut queue), ["heavy0", "heavy1"]);
        queue.push(request("light", 20, Cost::Light));
        assert_eq!(begun(&mut queue).len(), 14, "as many as there are slots left");
        queue.done("heavy0");
        assert_eq!(begun(&mut queue), ["heavy2"], "and their own slots stay theirs");
        queue.done("light0");
        assert_eq!(begun(&mut queue), ["light14"]);
    }

    #[test]
    fn heavy_sessions_come_to_their_slots_as_soon_as_there_is_one() {
        let mut queue = Queue::new(2);
        queue.push(request("light", 1, Cost::Light));
        queue.push(request("heavy", 2, Cost::Heavy));
        assert_eq!(begun(&mut queue), ["heavy0", "light0"]);
        queue.done("light0");
        assert!(begun(&mut queue).is_empty(), "one heavy session at a time");
        queue.done("heavy0");
        assert_eq!(begun(&mut queue), ["heavy1"]);
    }

    #[test]
    fn guests_come_after_everybody_else_and_never_fill_the_lab() {
        let mut queue = Queue::new(8);
        queue.push(request("guest", 50, Cost::Guest));
        assert_eq!(begun(&mut queue), ["guest0", "guest1"], "one slot in four");
        queue.push(request("own", 7, Cost::Light));
        assert_eq!(begun(&mut queue).len(), 6, "all that is left");
        queue.done("guest0");
        assert_eq!(begun(&mut queue), ["own6"], "whoever controls the lab is first");
        queue.done("own0");
        assert_eq!(begun(&mut queue), ["guest2"]);
        assert!(queue.withdraw("guest9").is_some() && queue.ids().contains(&"guest8".to_owned()));
        assert_eq!(queue.withdraw_all().len(), 46);
    }

    #[test]
    fn sessions_that_look_the_same_never_run_together_and_keep_nobody_else_waiting() {
        let mut queue = Queue::new(4);
        let mut seeded = request("seeded", 3, Cost::Light);
        seeded.iter_mut().for_each(|session| session.seed = Some(7));
        queue.push(seeded);
        queue.push(request("other", 1, Cost::Light));
        let mut another = request("another", 1, Cost::Light);
        another.iter_mut().for_each(|session| {
            session.seed = Some(7);
            session.scenario = "dh/substitute".parse().unwrap();
        });
        queue.push(another);
        assert_eq!(begun(&mut queue), ["seeded0", "other0", "another0"]);
        queue.done("seeded0");
        assert_eq!(begun(&mut queue), ["seeded1"]);
    }

    #[test]
    fn sessions_by_hand_have_slots_of_their_own() {
        let mut queue = Queue::new(1);
        queue.push(request("hand", BY_HAND + 1, Cost::ByHand));
        queue.push(request("light", 2, Cost::Light));
        assert_eq!(begun(&mut queue).len(), BY_HAND + 1, "and one that needs nobody");
        queue.done("light0");
        assert_eq!(begun(&mut queue), ["light1"]);
        queue.done("hand0");
        assert_eq!(begun(&mut queue), ["hand4"]);
        assert_eq!((queue.waiting(), queue.ids().len()), (0, 0));
    }

    #[test]
    fn what_is_withdrawn_never_begins() {
        let mut queue = Queue::new(1);
        queue.push(request("a", 3, Cost::Light));
        assert_eq!(queue.withdraw("a0").map(|session| session.id), Some("a0".to_owned()));
        assert!(queue.withdraw("a0").is_none());
        assert_eq!(begun(&mut queue), ["a1"]);
        assert!(queue.withdraw("a1").is_none(), "it runs");
        assert_eq!(queue.withdraw_all().len(), 1);
        queue.done("a1");
        assert!(queue.next().is_none());
        assert!(queue.has_room(BACKLOG) && !queue.has_room(BACKLOG + 1));
    }
}
